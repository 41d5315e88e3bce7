"""Which standards are in force on a day, what a failed item may break, and what clauses make together."""

from datetime import date

import pytest

from backend.standards.judging import propose
from backend.standards.models import Clause, Standard
from backend.standards.queries import clauses_in_force, standards_for
from backend.standards.services import load_standards
from backend.standards.views import citation
from tests.backend.phone import Phone


def get(cast, address: str, *, by: str = "wang", **query: str):
    answered = Phone(cast.people[by]).get(address, **query)
    assert answered.status_code == 200, answered.content
    return answered.json()


def clauses(standard: str, *keys: str) -> list[Clause]:
    found = {c.key: c for c in Clause.objects.filter(standard__key=standard).select_related("standard")}
    return [found[key] for key in keys]


@pytest.mark.parametrize(
    ("day", "edition"), [(date(2025, 10, 31), "GB 35181-2017"), (date(2025, 11, 1), "GB 35181-2025")]
)
def test_the_edition_of_the_day_is_chosen(cast, day, edition):
    assert clauses_in_force(day)["gb35181/exits"].standard.number == edition


def test_before_a_standard_came_only_the_key_items_stand(cast):
    of_medical = {
        day: [row.kind for row in standards_for(day, sector="13")] for day in (date(2023, 7, 1), date(2024, 1, 1))
    }
    assert of_medical == {date(2023, 7, 1): ["key_items"], date(2024, 1, 1): ["standard", "key_items"]} or (
        set(of_medical[date(2024, 1, 1)]) == {"standard", "key_items"}
    )


def test_standards_are_listed_by_day_sector_tag_and_kind(cast):
    then = get(cast, "/api/standards", day="2023-07-01", sector="07")
    assert {row["number"] for row in then if row["kind"] == "standard"} == {"GB 35181-2017"}
    now = get(cast, "/api/standards", sector="07", kind="standard", day="2026-01-01")
    assert [row["number"] for row in now] == ["GB 35181-2025"]
    every = get(cast, "/api/standards", sector="07", kind="standard", all="true", day="2026-01-01")
    assert [(row["key"], row["in_force"], row["replaced_by"]) for row in every] == [
        ("gb35181-2017", False, "gb35181-2025"), ("gb35181-2025", True, None),
    ]  # fmt: skip
    general = get(cast, "/api/standards", sector="*")
    assert "hot-work" in {row["key"] for row in general} and not {row["key"] for row in now} & {
        row["key"] for row in general
    }
    tagged = get(cast, "/api/standards", tag="explosives", day="2024-01-01")
    assert [row["key"] for row in tagged] == ["explosives-2023"]
    assert get(cast, "/api/standards", tag="explosives", day="2023-07-01") == []


def test_one_standard_comes_with_its_clauses_in_order_and_how_sure_we_are(cast):
    row = Standard.objects.get(key="gb35181-2017")
    whole = get(cast, f"/api/standards/{row.pk}")
    assert [clause["key"] for clause in whole["clauses"]][:2] == ["storage", "exits"]
    assert (whole["clauses"][0]["number"], whole["clauses"][0]["confidence"]) == ("6.8", "known")
    lane = next(clause for clause in whole["clauses"] if clause["key"] == "fire_lane")
    assert (lane["method"], lane["number"], lane["confidence"]) == ("composite", None, "likely")
    assert {rule["key"]: rule["needs"] for rule in whole["composite"]}["any_six"] == [{"groups": ["*"], "at_least": 6}]


def test_sectors_name_their_standards_and_checklists(cast):
    sectors = {row["code"]: row for row in get(cast, "/api/sectors", day="2023-12-31")}
    assert len(sectors) == 24
    for code, row in sectors.items():
        assert row["standards"] and row["checklists"], code
    assert "矿安〔2022〕88号" in {row["number"] for row in sectors["01"]["standards"]}


def test_a_day_that_is_none_is_refused(cast):
    answered = Phone(cast.wang).get("/api/standards", day="yesterday")
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")
    assert Phone(cast.wang).get(f"/api/standards/{cast.checklist.pk}").status_code == 404


def test_failed_items_have_candidates_of_the_inspection_day(cast):
    address = f"/api/checklists/{cast.checklist.pk}/candidates"
    found = get(cast, address, items="exits_clear,kitchen", day="2025-10-31")
    assert list(found["items"]) == ["exits_clear", "kitchen"]
    exits = {clause["key"]: clause for clause in found["items"]["exits_clear"]}
    assert exits["gb35181/exits"]["standard"] == "GB 35181-2017" and exits["gb35181/exits"]["number"] == "6.5"
    assert [(p["method"], p["level"], p["met"]) for p in found["proposals"]] == [("direct", "major", True)]
    later = get(cast, address, items="exits_clear", day="2025-11-01")
    assert later["items"]["exits_clear"][1]["standard"] == "GB 35181-2025"


def test_candidates_of_an_item_that_is_not_there_are_refused(cast):
    address = f"/api/checklists/{cast.checklist.pk}/candidates"
    answered = Phone(cast.wang).get(address, items="exits_clear,moon")
    assert (answered.status_code, answered.json()["code"]) == (422, "unknown_items")
    assert answered.json()["fields"]["items"] == ["moon"]
    assert Phone(cast.wang).get(address, items="", place="space").status_code == 400


SPECIFIC = ("stairs_form", "exits_fewer", "lighting_half")


@pytest.mark.parametrize(
    ("keys", "place", "met"),
    [
        (SPECIFIC[:2], "crowded", []),
        (SPECIFIC, "crowded", ["crowded_specific"]),
        (SPECIFIC, "flammable", []),
        (SPECIFIC, "other", []),
        ((*SPECIFIC, "alarm_down"), "crowded", ["crowded_specific", "any_four"]),
        ((*SPECIFIC, "alarm_down"), "important", ["any_four"]),
        ((*SPECIFIC, "alarm_down", "power_supply"), "other", []),
        ((*SPECIFIC, "alarm_down", "power_supply", "water_supply"), "other", ["any_six"]),
        (("fire_lane", "spacing_taken", "sprinkler_down"), "flammable", ["flammable_specific"]),
    ],
)
def test_elements_together_make_a_proposal(cast, keys, place, met):
    proposals = propose(clauses("gb35181-2017", *keys), place)
    assert [p.rule for p in proposals if p.met] == met
    assert all(p.level == ("major" if p.met else "general") for p in proposals)


def test_two_of_three_are_shown(cast):
    rule = next(p for p in propose(clauses("gb35181-2017", *SPECIFIC[:2]), "crowded") if p.rule == "crowded_specific")
    assert [(need.found, need.at_least) for need in rule.needs] == [(2, 3)]


def test_the_same_clause_twice_counts_once(cast):
    lane = clauses("gb35181-2017", "stairs_form")
    assert not any(p.met for p in propose(lane * 6))


def test_a_rule_of_two_needs_wants_both(cast):
    basis, things = ("basis_rules", "basis_staff", "basis_study"), ("thing_canal", "thing_gate")
    assert not propose(clauses("water-works-2017", *basis, "thing_canal"))[0].met
    both = propose(clauses("water-works-2017", *basis, *things))[0]
    assert both.met and [need.found for need in both.needs] == [3, 2] and len(both.clauses) == 5


def test_a_citation_keeps_what_the_clause_said_on_the_day(cast):
    (clause,) = clauses("gb35181-2017", "exits")
    cited = citation(clause, date(2024, 1, 1))
    assert (cited.standard, cited.number, cited.text, cited.day) == (
        "GB 35181-2017", "6.5", clause.text, date(2024, 1, 1),
    )  # fmt: skip


def test_loading_amends_dates_but_never_a_clause(db):
    load_standards()
    Standard.objects.filter(key="gb35181-2017").update(effective_to=None, replaced_by="")
    Clause.objects.filter(standard__key="gb35181-2017", key="exits").update(text="另一种说法", confidence="unsure")
    Clause.objects.filter(standard__key="gb35181-2017", key="fire_lane").delete()
    assert load_standards() == ["gb35181-2017/exits"]
    row = Standard.objects.get(key="gb35181-2017")
    assert (row.effective_to, row.replaced_by) == (date(2025, 10, 31), "gb35181-2025")
    kept = row.clauses.get(key="exits")
    assert (kept.text, kept.confidence) == ("另一种说法", "known")
    assert row.clauses.filter(key="fire_lane").exists()
