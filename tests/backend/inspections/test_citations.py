"""A record keeps the checklist, its standards and the clauses it cites as they stood on the day of the visit."""

from datetime import date, timedelta

from django.core.management import call_command

from backend.foundation import clock
from backend.inspections.bodies import NewAnswer, NewPhoto
from backend.inspections.models import Inspection
from backend.inspections.queries import with_all
from backend.inspections.services import submit
from backend.inspections.views import inspection_view
from backend.standards.models import Checklist, Clause, Standard
from backend.standards.queries import view_of
from tests.backend.phone import Phone
from tests.cast import SHA


def submitted(cast, *, grid=1, finished_at=None) -> Inspection:
    """The item `charging` fails by a clause."""
    finished = finished_at or clock.now()
    task = cast.task_for(grid)
    cited = NewAnswer(
        item="charging", verdict="fail", clause_id=cast.clause().pk, photos=[NewPhoto(sha256=SHA, taken_at=finished)]
    )
    answers = [cited if answer.item == "charging" else answer for answer in cast.result(task).answers]
    changes = {"started_at": finished - timedelta(minutes=9), "finished_at": finished}
    return submit(cast.result(task, answers=answers, **changes), acting_user=cast.wang)


def shown(row: Inspection):
    return inspection_view(with_all(Inspection.objects.filter(pk=row.pk)).get())


def test_an_old_record_does_not_change_with_the_standard(cast):
    row = submitted(cast)
    before = shown(row)
    Clause.objects.update(text="改过的文字", number="99")
    Standard.objects.update(title="另一标题", number="另一编号", effective_to=date(2024, 1, 1))
    Checklist.objects.filter(pk=row.checklist_id).update(title_zh="另一名称")
    assert shown(row).cited == before.cited
    assert shown(row).answers == before.answers


def test_it_says_which_version_and_which_standards_were_in_force(cast):
    row = submitted(cast)
    cited, day = shown(row).cited, clock.day_of(row.finished_at)
    there = view_of(cast.checklist, day)
    assert (cited.id, cited.key, cited.version, cited.title, cited.day) == (
        there.id, "small-venue-fire", 1, there.title, day,
    )  # fmt: skip
    assert [(s.number, s.effective_from) for s in cited.standards] == [
        (s.number, s.effective_from) for s in there.standards
    ]
    assert cited.standards


def test_the_day_of_the_visit_decides_and_not_the_day_it_arrives(cast):
    ended = clock.today() - timedelta(days=5)
    Standard.objects.filter(key="fire-key-items").update(effective_to=ended)
    number = Standard.objects.get(key="fire-key-items").number
    late, now = submitted(cast, finished_at=clock.now() - timedelta(days=10)), submitted(cast, grid=2)
    assert number in [s.number for s in shown(late).cited.standards]
    assert number not in [s.number for s in shown(now).cited.standards]


def test_an_answer_shows_the_clause_it_cites(cast):
    row = submitted(cast)
    page = Phone(cast.lead).get(f"/api/inspections/{row.pk}").json()
    by_item = {answer["item"]: answer for answer in page["answers"]}
    assert by_item["charging"]["clause"]["text"] == cast.clause().text
    assert by_item["charging"]["clause_id"] == str(cast.clause().pk)
    assert by_item["gas"]["clause"] is None
    assert page["cited"]["version"] == 1


def test_records_from_before_keep_what_stands_at_the_migration(committed_cast):
    row = submitted(committed_cast)
    before = shown(row)
    call_command("migrate", "inspections", "0002", verbosity=0)
    try:
        call_command("migrate", "inspections", verbosity=0)
        carried = shown(row)
        assert (carried.cited, carried.answers) == (before.cited, before.answers)
    finally:
        call_command("migrate", verbosity=0)
