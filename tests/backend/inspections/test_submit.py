"""A result comes back: stored for good, its failed items in the ledger, its task completed, in one piece."""

import pytest

from backend.dispatch.states import TaskState
from backend.dispatch.steering import hand_over
from backend.foundation.problems import Problem
from backend.hazards.models import Hazard
from backend.inspections.models import Inspection
from backend.inspections.services import NewAnswer, NewSignature, submit
from backend.journal.chain import verify_chain
from tests.cast import TOWN


def test_a_clean_result_completes_the_task(cast):
    task = cast.task_for(grid=1)
    inspection = submit(cast.result(task), acting_user=cast.wang)
    task.refresh_from_db()
    assert (task.state, task.inspection_id) == (TaskState.COMPLETED, inspection.pk)
    assert not inspection.late
    assert [m.to_state for m in task.moves.all()] == ["submitted", "completed"]


def test_each_failed_item_opens_one_hazard_with_its_photo(cast):
    submit(cast.result(cast.task_for(1), fails=("charging", "wiring")), acting_user=cast.wang)
    hazards = Hazard.objects.order_by("number")
    assert [h.item for h in hazards] == ["charging", "wiring"]
    assert [h.photos.count() for h in hazards] == [1, 1]
    assert [h.number[-4:] for h in hazards] == ["0001", "0002"]


def test_it_sets_the_last_visit(cast):
    task = cast.task_for(1)
    result = cast.result(task)
    submit(result, acting_user=cast.wang)
    task.enterprise.refresh_from_db()
    assert task.enterprise.last_visit == result.finished_at


def test_an_outsider_cannot_answer(cast):
    with pytest.raises(Problem, match="not_your_task"):
        submit(cast.result(cast.task_for(1)), acting_user=cast.chen)
    assert not Inspection.objects.exists()


def test_work_from_a_former_assignment_is_kept_as_late(cast):
    task = cast.task_for(2)
    hand_over(task, cast.li, acting_user=cast.lead, why="请假")
    kept = submit(cast.result(task, fails=("gas",)), acting_user=cast.wang)
    task.refresh_from_db()
    assert kept.late
    assert task.state == TaskState.SENT, "the new holder's task is untouched"
    assert Hazard.objects.count() == 1, "a hazard that somebody saw is never dropped"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answers": []}, "answers_incomplete"),
        ({"answers": [NewAnswer(item="nonsense", verdict="pass")]}, "unknown_item"),
        ({"signatures": []}, "signature_missing"),
        ({"signatures": [NewSignature(role="inspector", name="王", refused_reason="不想签")]}, "signature_missing"),
    ],
)
def test_an_incomplete_result_is_refused_with_its_reason(cast, changes, code):
    with pytest.raises(Problem, match=code):
        submit(cast.result(cast.task_for(1), **changes), acting_user=cast.wang)


def test_a_failed_item_needs_a_photo(cast):
    result = cast.result(cast.task_for(1))
    bare = [NewAnswer(item=a.item, verdict="fail") if a.item == "gas" else a for a in result.answers]
    with pytest.raises(Problem, match="photo_missing") as refused:
        submit(cast.result(cast.task_for(2), answers=bare), acting_user=cast.wang)
    assert refused.value.fields["items"] == ["gas"]


def test_the_chain_holds_after_all_of_it(cast):
    submit(cast.result(cast.task_for(1), fails=("gas",)), acting_user=cast.wang)
    verdict = verify_chain(TOWN)
    assert verdict.ok
    assert verdict.events == 4  # sent, hazard reported, task changed, inspection submitted
