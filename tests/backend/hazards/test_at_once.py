"""Two at the same moment, each with a connection of their own: one is done, the other is told, nothing is half."""

from uuid import uuid4

from backend.accounts.models import User
from backend.foundation.problems import Problem
from backend.hazards.bodies import Merge
from backend.hazards.merging import merge
from backend.hazards.models import Hazard, HazardMove, Recheck
from backend.hazards.queries import get_hazard
from backend.hazards.services import judge, recheck, report_found
from backend.hazards.states import HazardState
from tests.backend.hazards.loop import found, hazard_in, judgement, looked
from tests.backend.journal.writers import all_at_once, on_disk
from tests.cast import make_cast

__all__ = ["on_disk"]


def told(act):
    try:
        return act().state
    except Problem as problem:
        return problem.kind.code


def again(person):
    return User.objects.get(pk=person.pk)


def test_of_two_officers_who_judge_one_wins(on_disk):
    cast = make_cast()
    hazard = hazard_in(cast, HazardState.REPORTED)
    wanted = [
        (judgement(cast, hazard, level=level, version=hazard.version), by)
        for level, by in (("major", cast.officer), ("general", cast.other_lead))
    ]
    said = all_at_once(lambda n: told(lambda: judge(wanted[n][0], acting_user=again(wanted[n][1]))), 2)
    assert sorted(said) == ["judged", "somebody_was_faster"]
    assert HazardMove.objects.filter(subject=hazard).count() == 1
    assert get_hazard(hazard.pk).level == ("major" if said[0] == "judged" else "general")


def test_of_two_who_recheck_one_closes_it(on_disk):
    cast = make_cast()
    hazard = hazard_in(cast, HazardState.AWAITING_RECHECK)
    people = [cast.officer, cast.other_lead]
    bodies = [looked(hazard, people[0]), looked(hazard, people[1], passed=False)]

    def act(n):
        return told(lambda: recheck(bodies[n], acting_user=again(people[n])))

    said = all_at_once(act, 2)
    assert "illegal_move" in said
    assert Recheck.objects.count() == 1
    assert get_hazard(hazard.pk).state == next(word for word in said if word != "illegal_move")


def test_the_same_report_twice_at_once_is_one(on_disk):
    cast = make_cast()
    new = found(cast, uuid4())
    said = all_at_once(lambda _: report_found(new, acting_user=again(cast.wang)).number, 4)
    assert len(set(said)) == 1
    assert Hazard.objects.count() == 1


def test_two_that_are_merged_into_each_other_at_once_end_as_one(on_disk):
    """Both rows are locked in one order: whoever comes second finds a merged one."""
    cast = make_cast()
    one, two = (hazard_in(cast, HazardState.REPORTED) for _ in range(2))
    wanted = [Merge(hazard_id=one.pk, into=two.pk, why="同一处"), Merge(hazard_id=two.pk, into=one.pk, why="同一处")]
    said = all_at_once(lambda n: told(lambda: merge(wanted[n], acting_user=again(cast.officer))), 2)
    assert sorted(said)[1] == "merged" and sorted(said)[0] in ("hazard_merged", "illegal_move")
    assert sorted(Hazard.objects.values_list("state", flat=True)) == ["merged", "reported"]


def test_closed_and_merged_away_at_once_is_one_or_the_other(on_disk):
    cast = make_cast()
    kept, row = hazard_in(cast, HazardState.JUDGED), hazard_in(cast, HazardState.AWAITING_RECHECK)
    body = looked(row, cast.officer)

    def act(n):
        if n % 2:
            return told(lambda: recheck(body, acting_user=again(cast.officer)))
        wanted = Merge(hazard_id=row.pk, into=kept.pk, why="同一处")
        return told(lambda: merge(wanted, acting_user=again(cast.other_lead)))

    said = all_at_once(act, 4)
    assert [word for word in said if word in ("closed", "merged")] == [get_hazard(row.pk).state]
