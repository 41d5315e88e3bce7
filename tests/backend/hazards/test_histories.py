"""Made-up histories: everybody of the cast tries everything, in any order, complete or with a flaw. Whatever happens, no
hazard is closed, cancelled or merged without what proof.py asks for.

It found that what awaited its re-check could be ordered or judged anew, by which the re-check was got round and the deadline
moved. test_invariants.py holds that now.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.problems import CATALOGUE, Problem
from backend.hazards import merging, petitions, services
from backend.hazards.bodies import Cancellation, Decision, Extension, Fix, Merge, OnTheSpot, PointAnswer, Signed
from backend.hazards.models import Hazard, Petition
from backend.hazards.queries import get_hazard
from backend.hazards.states import HazardState
from backend.journal.chain import verify_chain
from backend.standards.models import Clause
from tests.backend.hazards.loop import AFTER, BEFORE, SIGNATURE, done, found, judgement, looked, order, picture
from tests.backend.hazards.proof import faults_of
from tests.cast import TOWN, Cast
from tests.faults.town import long

# those who can bring it on are drawn more often, or nothing would ever get far; everybody is drawn
EVERYBODY = [
    "wang",
    "li",
    "chen",
    "lead",
    "head",
    "officer",
    "other_lead",
    "office",
    "mayor",
    "boss",
    "guard",
    "stranger",
]
OFFICIALS = ["officer", "other_lead", "office"] * 4 + EVERYBODY
SHOP = ["boss", "guard"] * 4 + EVERYBODY
FINDERS = ["wang", "wang", "officer", "boss", *EVERYBODY]
SOURCE = {
    "wang": "patrol",
    "li": "patrol",
    "chen": "patrol",
    "boss": "self_check",
    "guard": "self_check",
    "mayor": "leader",
}
FLAWS = {
    "order": ["responsible", "measures", "funds", "deadline", "emergency_plan"],
    "recheck": ["unsigned", "nameless", "other_name", "no_photo", "no_points", "earlier_report", "half_done"],
}


def half(flaws: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([""] * len(flaws) + flaws)


ROW = st.integers(0, 5)
WAITING = HazardState.AWAITING_RECHECK
HAPPENINGS: list[st.SearchStrategy[dict[str, Any]]] = []


def happens(times: int = 1, **drawn: st.SearchStrategy[Any]) -> Callable[[Any], Any]:
    """The method may happen, `times` as often as others, with what is drawn."""

    def register(act: Any) -> Any:
        HAPPENINGS.extend([st.fixed_dictionaries({"what": st.just(act.__name__)} | drawn)] * times)
        return act

    return register


class Town(RuleBasedStateMachine):
    cast: Cast
    ended: Counter[str]
    refused: Counter[str]

    @initialize()
    def begin(self) -> None:
        self.hours = 0
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.rows: list[Any] = []
        self.seen: dict[Any, int] = {}
        for who, fixed in (("wang", False), ("boss", False), ("wang", True)):
            self.somebody_finds(who, fixed=fixed, after=True, days_ago=0)

    def teardown(self) -> None:
        if not hasattr(self, "undone"):
            return
        self.ended.update(Hazard.objects.values_list("state", flat=True))
        try:
            assert verify_chain(TOWN).ok
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def row(self, n: int) -> Hazard | None:
        return get_hazard(self.rows[n % len(self.rows)]) if self.rows else None

    def tries(self, act: Any, body: Any, who: str) -> None:
        """By the person as a new request sees them. A refusal is fine; anything but a problem of the catalogue is not."""
        person = User.objects.get(pk=self.cast.people[who].pk)
        try:
            with clock.at(clock.now() + timedelta(hours=self.hours)):
                act(body, acting_user=person)
        except Problem as problem:
            assert problem.kind.code in CATALOGUE
            self.refused[problem.kind.code] += 1

    @happens(
        6,
        n=ROW,
        who=st.sampled_from(["officer", "other_lead"]),
        rectifier=st.sampled_from(["boss", "officer", "other_lead"]),
        upto=st.sampled_from(["closed", "closed", "rectifying", "awaiting_recheck"]),
        flaw=half([*FLAWS["order"], *FLAWS["recheck"] * 2]),
    )
    def it_goes_on(self, n: int, who: str, rectifier: str, upto: str, flaw: str) -> None:
        """Step by step, by whose steps they are, but perhaps with a flaw, and who rectifies may be who then re-checks:
        cheating late in the loop needs somebody who got there."""
        for _ in range(4):
            row = self.row(n)
            if row and row.state != upto:
                self._next_step(row, n, who, rectifier, flaw)

    def _next_step(self, row: Hazard, n: int, who: str, rectifier: str, flaw: str) -> None:
        match row.state:
            case "reported":
                level = "general" if n % 2 else "major"
                self.tries(services.judge, judgement(self.cast, row, level=level), who)
            case "judged":
                self.somebody_orders(n, who, rectifier, flaw if flaw in FLAWS["order"] else "")
            case "rectifying":
                self.somebody_says_it_is_done(n, rectifier, shown=True)
            case "awaiting_recheck":
                self.somebody_rechecks(n, who, "partly" if flaw == "half_done" else "fixed", flaw)

    @happens(hours=st.sampled_from([1, 30, 200]))
    def time_passes(self, hours: int) -> None:
        self.hours += hours

    @happens(
        2, who=st.sampled_from(FINDERS), fixed=st.booleans(), after=st.booleans(), days_ago=st.sampled_from([0, 0, 400])
    )
    def somebody_finds(self, who: str, fixed: bool, after: bool, days_ago: int) -> None:
        if len(self.rows) > 5:
            return
        spot = OnTheSpot(after=[picture(AFTER)] if after else []) if fixed else None
        source = SOURCE.get(who, "department")
        new = found(
            self.cast, uuid4(), source=source, on_the_spot=spot, found_at=clock.now() - timedelta(days=days_ago)
        )
        self.tries(services.report_found, new, who)
        self.rows += list(Hazard.objects.filter(pk=new.hazard_id).values_list("pk", flat=True))

    @happens(
        2,
        n=ROW,
        who=st.sampled_from(OFFICIALS),
        level=st.sampled_from(["general", "major"]),
        standard=st.sampled_from(["fire-key-items", "fire-key-items", "gb35181-2017", "gb35181-2025"]),
    )
    def somebody_judges(self, n: int, who: str, level: str, standard: str) -> None:
        if row := self.row(n):
            clause = Clause.objects.filter(standard__key=standard).first()
            self.tries(services.judge, judgement(self.cast, row, level=level, clause_id=clause.pk), who)

    @happens(
        2,
        n=ROW,
        who=st.sampled_from(OFFICIALS),
        rectifier=st.sampled_from(["", "boss", "officer", "wang", "other_lead"]),
        flaw=half(FLAWS["order"]),
    )
    def somebody_orders(self, n: int, who: str, rectifier: str, flaw: str) -> None:
        if row := self.row(n):
            named = self.cast.people[rectifier] if rectifier else None
            missing = {flaw: None if flaw == "deadline" else " "} if flaw else {}
            later = {"deadline": clock.now() + timedelta(hours=self.hours + 100)}
            self.tries(services.order_rectification, order(row, rectifier=named, **(later | missing)), who)

    @happens(2, n=ROW, who=st.sampled_from([*SHOP, *["officer"] * 4]), shown=st.booleans())
    def somebody_says_it_is_done(self, n: int, who: str, shown: bool) -> None:
        if row := self.row(n):
            self.tries(services.ask_recheck, done(row, photos=[picture(AFTER)] if shown else []), who)

    @happens(n=ROW, who=st.sampled_from(SHOP), before=st.booleans())
    def somebody_fixes_it(self, n: int, who: str, before: bool) -> None:
        if row := self.row(n):
            shown = [picture(BEFORE)] if before else []
            fix = Fix(hazard_id=row.pk, at=clock.now(), before=shown, after=[picture(AFTER)])
            self.tries(services.fix_on_the_spot, fix, who)

    @happens(
        4,
        n=ROW,
        who=st.sampled_from(OFFICIALS),
        verdict=st.sampled_from(["fixed", "fixed", "fixed", "partly", "na"]),
        flaw=half(FLAWS["recheck"]),
    )
    def somebody_rechecks(self, n: int, who: str, verdict: str, flaw: str) -> None:
        if row := self.row(n):
            first = row.reports.order_by("number").first()
            spoilt: dict[str, dict[str, Any]] = {
                "unsigned": {"signature": None},
                "nameless": {"signature": Signed(name="", sha256=SIGNATURE)},
                "other_name": {"signature": Signed(name="somebody", sha256=SIGNATURE)},
                "no_photo": {"photos": []},
                "no_points": {"points": []},
                "earlier_report": {"report_id": first.pk} if first else {},
            }
            person = self.cast.people[who]
            given = {"points": [PointAnswer(key="1", verdict=verdict)], "opinion": "现场所见"} | spoilt.get(flaw, {})
            self.tries(services.recheck, looked(row, person, **given), who)

    @happens(n=ROW, who=st.sampled_from([*SHOP, *OFFICIALS]), hours=st.sampled_from([10, 500]))
    def somebody_asks_for_time(self, n: int, who: str, hours: int) -> None:
        if row := self.row(n):
            wanted = clock.now() + timedelta(hours=self.hours + hours)
            self.tries(petitions.ask_extension, Extension(hazard_id=row.pk, deadline=wanted, reason="未到货"), who)

    @happens(n=ROW, who=st.sampled_from(OFFICIALS), reason=st.sampled_from(["误判", " "]))
    def somebody_proposes_to_cancel(self, n: int, who: str, reason: str) -> None:
        if row := self.row(n):
            self.tries(petitions.propose_cancellation, Cancellation(hazard_id=row.pk, reason=reason), who)

    @happens(n=ROW, who=st.sampled_from(OFFICIALS), granted=st.booleans())
    def somebody_decides(self, n: int, who: str, granted: bool) -> None:
        asked = Petition.objects.order_by("pk")
        if self.rows and asked:
            one = asked[n % len(asked)]
            body = Decision(hazard_id=one.hazard_id, petition_id=one.pk, granted=granted, why="已核")
            self.tries(petitions.decide, body, who)

    @happens(n=ROW, m=ROW, who=st.sampled_from(OFFICIALS))
    def somebody_merges(self, n: int, m: int, who: str) -> None:
        if (one := self.row(n)) and (other := self.row(m)):
            self.tries(merging.merge, Merge(hazard_id=one.pk, into=other.pk, why="同一处"), who)

    @rule(happening=st.deferred(lambda: st.sampled_from(HAPPENINGS).flatmap(lambda drawn: drawn)))
    def something_happens(self, happening: dict[str, Any]) -> None:
        """One rule for all: hypothesis leaves whole rules out of a history, and with half of them gone it gets nowhere."""
        given = dict(happening)
        getattr(self, given.pop("what"))(**given)

    @invariant()
    def every_row_shows_its_proof(self) -> None:
        """Looked at again whenever something was said about it."""
        now = dict(Hazard.objects.values_list("pk", "version")) if hasattr(self, "rows") else {}
        moved = [pk for pk, version in now.items() if self.seen.get(pk) != version]
        self.seen = now
        assert [fault for pk in moved for fault in faults_of(Hazard.objects.get(pk=pk))] == []


def test_no_history_ends_without_its_proof(cast):
    """Seen failing, by what the oracle said, with one protection taken out of services.py at a time: the look at _rectifiers in
    recheck ("re-checked their own work"), the checks in _signature_of ("not signed by who closed it"), the check of the five
    elements in order_rectification ("rectifying without"), require_state in order_rectification ("by nobody's leave")."""
    Town.cast, Town.ended, Town.refused = cast, Counter(), Counter()
    how = settings(
        max_examples=long(12, 600), stateful_step_count=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, *long([], [Phase.shrink])],
    )  # fmt: skip
    run_state_machine_as_test(Town, settings=how)
    assert min(Town.ended[end] for end in ("closed", "awaiting_recheck", "merged")) > 0, (
        f"they never got far: {Town.ended}"
    )
