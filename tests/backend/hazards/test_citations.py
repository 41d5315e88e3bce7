"""What a hazard cites is kept as it stood: later edits and editions of a standard change no old row."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.queries import get_hazard
from backend.hazards.services import judge, report, report_found
from backend.hazards.states import HazardState
from backend.hazards.views import hazard_view
from backend.journal.models import Event
from backend.standards.models import Clause, Standard
from tests.backend.hazards.loop import finding, found, hazard_in, judgement
from tests.backend.phone import Phone


def rewrite(clause: Clause, text: str = "改过的文字") -> None:
    """Somebody edits the clause and its standard in place, and ends the standard."""
    Clause.objects.filter(pk=clause.pk).update(text=text, number="99", method="composite")
    Standard.objects.filter(pk=clause.standard_id).update(
        title="另一标题", number="另一编号", effective_to=date(2026, 1, 1), replaced_by="fire-key-items-2027"
    )


def other_clause(cast) -> Clause:
    return Clause.objects.exclude(pk=cast.clause().pk).get(standard__key="fire-key-items", key="gas")


def test_the_clause_judged_by_is_kept_as_it_stood(cast):
    clause = Clause.objects.select_related("standard").get(pk=cast.clause().pk)
    row = judge(judgement(cast, report(finding(cast), acting_user=cast.wang)), acting_user=cast.officer)
    before = hazard_view(row).clause
    rewrite(clause)
    assert hazard_view(get_hazard(row.pk)).clause == before
    assert (before.text, before.standard, before.title) == (clause.text, clause.standard.number, clause.standard.title)
    assert (before.clause_id, before.day) == (clause.pk, clock.day_of(row.found_at))
    assert Hazard.objects.get(pk=row.pk).citation["method"] == clause.method


def test_over_rest_it_reads_as_before_with_more(cast):
    clause = cast.clause()
    row = hazard_in(cast, HazardState.JUDGED)
    rewrite(clause)
    shown = Phone(cast.officer).get(f"/api/hazards/{row.pk}").json()["clause"]
    assert {"standard", "number", "text"} <= shown.keys()
    assert shown["text"] == clause.text


def test_the_candidate_is_kept_when_another_is_judged_by(cast):
    candidate = cast.clause()
    row = report_found(found(cast, uuid4(), clause_id=candidate.pk), acting_user=cast.wang)
    rewrite(candidate)
    proposed = hazard_view(get_hazard(row.pk))
    assert proposed.clause == proposed.proposed_clause
    assert proposed.clause.text == candidate.text
    Standard.objects.filter(pk=candidate.standard_id).update(effective_to=None)
    by = other_clause(cast)
    judged = hazard_view(judge(judgement(cast, row, clause_id=by.pk), acting_user=cast.officer))
    assert (judged.clause.clause_id, judged.proposed_clause.clause_id) == (by.pk, candidate.pk)
    assert judged.proposed_clause.text == candidate.text


def test_without_a_clause_there_is_nothing_to_keep(cast):
    row = report(finding(cast), acting_user=cast.wang)
    assert (row.cited, hazard_view(row).clause, hazard_view(row).proposed_clause) == (None, None, None)


def test_the_day_is_the_one_on_which_it_was_found(cast):
    found_at = clock.now() - timedelta(days=40)
    row = report(finding(cast, found_at=found_at, clause=cast.clause()), acting_user=cast.wang)
    judged = judge(judgement(cast, row), acting_user=cast.officer)
    assert {judged.citation["day"], judged.proposed_citation["day"]} == {clock.day_of(found_at).isoformat()}


def test_the_chain_says_the_same_as_the_row(cast):
    row = hazard_in(cast, HazardState.JUDGED)
    said = json.loads(Event.objects.filter(target=row.pk, type="hazard.moved").latest("seq").content.body)
    assert said["hazard"]["clause"]["text"] == row.citation["text"]


@pytest.mark.parametrize(("state", "column"), [("reported", "proposed_citation"), ("judged", "citation")])
def test_rows_from_before_keep_the_clause_as_it_stands_at_the_migration(committed_cast, state, column):
    cast = committed_cast
    row = report(finding(cast, clause=cast.clause()), acting_user=cast.wang)
    if state == "judged":
        judge(judgement(cast, row), acting_user=cast.officer)
    kept = getattr(get_hazard(row.pk), column)
    call_command("migrate", "hazards", "0002", verbosity=0)
    try:
        call_command("migrate", "hazards", verbosity=0)
        carried = get_hazard(row.pk)
        assert getattr(carried, column) == carried.cited == kept
    finally:
        call_command("migrate", verbosity=0)
