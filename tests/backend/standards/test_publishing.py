"""Publishing a checklist from XLSForm: looked at first, versioned, in the chain, never edited once used."""

import json
from io import BytesIO

import msgspec
import openpyxl
import pytest

from backend.accounts.models import RoleHeld
from backend.accounts.roles import Role
from backend.foundation.problems import Problem
from backend.journal.models import Delivery, Event, EventBody
from backend.journal.recording import recording
from backend.standards.items import items_of
from backend.standards.models import Checklist, ChecklistInUse
from backend.standards.queries import current_checklists
from backend.standards.services import Draft, correct, load_standards, publish_next, take_into_use
from backend.standards.xlsform.uploading import form_of
from tests.backend.phone import Phone
from tests.backend.standards.test_xlsform import PUBLIC, SURVEY, sheets
from tests.cast import OTHER_TOWN, TOWN

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload(phone: Phone, raw: bytes, address: str = "/api/checklists", method: str = "post", **asked: str):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return phone._send(method, f"{address}?{query}", raw, XLSX)


def reworded(checklist: Checklist, text: str = "灭火器够数") -> bytes:
    """Its XLSForm with another text in the first item."""
    book = openpyxl.load_workbook(BytesIO(form_of(checklist)))
    survey = book["survey"]
    headers = [cell.value for cell in survey[1]]
    survey.cell(3, headers.index("label::中文 (zh)") + 1).value = text
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(type=kind).order_by("seq"))


def draft(cast, text: str) -> Draft:
    row = cast.checklist
    items = items_of(row.items)
    items[0].text = msgspec.structs.replace(items[0].text, zh=text)
    return Draft(
        key=row.key, title=msgspec.convert({"zh": row.title_zh, "en": row.title_en}, type(items[0].text)), sector=row.sector,
        tag=row.tag, items=items,
    )  # fmt: skip


def test_the_next_version_is_published_and_stands_in_the_chain(cast):
    office = Phone(cast.office)
    answered = upload(office, reworded(cast.checklist))
    assert answered.status_code == 201, answered.content
    view = answered.json()
    assert (view["key"], view["version"], view["items"][0]["text"]["zh"]) == ("small-venue-fire", 2, "灭火器够数")
    row = Checklist.objects.get(pk=view["id"])
    assert (row.division, row.published_by) == (TOWN, cast.office)
    (event,) = events("checklist.published")
    assert event.chain.town == TOWN and str(cast.office.pk) in event.header
    assert json.loads(EventBody.objects.get(event=event).body)["checklist"]["id"] == view["id"]
    assert not Delivery.objects.filter(event=event).exists()
    shown = {one["key"]: one["version"] for one in office.get("/api/checklists").json()}
    assert shown["small-venue-fire"] == 2


def test_a_town_changes_nothing_for_its_neighbour(cast):
    upload(Phone(cast.office), reworded(cast.checklist))
    theirs = {one["key"]: one for one in Phone(cast.stranger).get("/api/checklists").json()}
    assert theirs["small-venue-fire"]["version"] == 1
    mine = Checklist.objects.get(division=TOWN)
    assert Phone(cast.stranger).get(f"/api/checklists/{mine.pk}").status_code == 404
    assert Phone(cast.supervisor).get(f"/api/checklists/{mine.pk}").status_code == 200
    assert current_checklists(OTHER_TOWN).get(key="small-venue-fire").division == ""


def test_what_a_town_published_stays_before_a_later_shipped_version(cast):
    publish_next(draft(cast, "本镇的"), acting_user=cast.office)
    shipped = cast.checklist
    Checklist.objects.create(
        key=shipped.key, version=9, title_zh="新", title_en="New", sector="07", tag="small_venue", items=shipped.items
    )
    assert current_checklists(TOWN).get(key=shipped.key).division == TOWN
    assert current_checklists(OTHER_TOWN).get(key=shipped.key).version == 9


def test_the_same_again_is_not_another_version(cast):
    office, raw = Phone(cast.office), reworded(cast.checklist)
    assert upload(office, raw).status_code == 201
    again = upload(office, raw)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_changed")
    assert Checklist.objects.filter(key="small-venue-fire").count() == 2


def test_who_publishes_at_the_same_moment_is_told(cast, monkeypatch):
    publish_next(draft(cast, "一"), acting_user=cast.office)
    monkeypatch.setattr("backend.standards.services.next_version", lambda *_: 2)  # as both of them have read it
    with pytest.raises(Problem, match="somebody_was_faster"):
        publish_next(draft(cast, "二"), acting_user=cast.admin)
    assert Checklist.objects.filter(division=TOWN).count() == len(events("checklist.published")) == 1


def test_an_office_of_the_county_publishes_for_all_its_towns(cast):
    RoleHeld.objects.create(user=cast.supervisor, role=Role.SAFETY_OFFICE, division="900000")
    row = publish_next(draft(cast, "全县"), acting_user=cast.supervisor)
    assert sorted(event.chain.town for event in events("checklist.published")) == [TOWN, OTHER_TOWN]
    assert current_checklists(OTHER_TOWN).get(key=row.key) == row
    own = publish_next(draft(cast, "本镇"), acting_user=cast.office)
    assert (own.version, current_checklists(TOWN).get(key=row.key)) == (3, own)
    assert current_checklists(OTHER_TOWN).get(key=row.key) == row


def test_an_officer_cannot_publish(cast):
    for name in ("wang", "officer", "lead", "mayor", "boss", "supervisor"):
        assert upload(Phone(cast.people[name]), reworded(cast.checklist)).status_code == 403
    assert Checklist.objects.filter(key="small-venue-fire").count() == 1 and not events("checklist.published")


def test_a_preview_writes_nothing_and_says_what_would_be(cast):
    raw, before = PUBLIC.read_bytes(), (Checklist.objects.count(), Event.objects.count())
    answered = upload(Phone(cast.admin), raw, "/api/checklists/preview")
    assert answered.status_code == 200, answered.content
    shown = answered.json()
    assert (shown["key"], shown["version"], shown["ready"], shown["missing"]) == ("spec-test", 1, False, ["sector"])
    assert shown["pyxform"]["valid"] and len(shown["items"]) == 13 and len(shown["refused"]) == 36
    assert {"sheet": "survey", "row": 34, "name": "geopoint_test", "field": "type", "code": "type_not_taken",
            "why": "位置由到场签到记录"} in shown["refused"]  # fmt: skip
    assert (Checklist.objects.count(), Event.objects.count()) == before


def test_a_public_form_is_published_when_the_refused_rows_are_left_out_knowingly(cast):
    office, raw = Phone(cast.office), PUBLIC.read_bytes()
    answered = upload(office, raw, sector="07")
    assert (answered.status_code, answered.json()["code"]) == (422, "rows_refused")
    assert len(answered.json()["fields"]["refused"]) == 36
    incomplete = upload(office, raw, skip_refused="true")
    assert (incomplete.status_code, incomplete.json()["code"]) == (422, "checklist_incomplete")
    assert incomplete.json()["fields"]["missing"] == ["sector"]
    taken = upload(office, raw, sector="07", skip_refused="true")
    assert taken.status_code == 201 and len(taken.json()["items"]) == 13
    back = office.get(f"/api/checklists/{taken.json()['id']}/xlsform")
    assert back["Content-Disposition"] == 'attachment; filename="spec-test-1.xlsx"'
    assert upload(office, back.content).json()["code"] == "nothing_changed"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"no form", "not_an_xlsform"),
        (sheets([SURVEY, ["text", "a", ""]]), "xlsform_invalid"),
        (
            sheets([SURVEY, ["note", "a", "说明"]], settings_=[["form_title", "form_id"], ["说明", "only-notes"]]),
            "checklist_incomplete",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_published_says_why(cast, raw, code):
    answered = upload(Phone(cast.office), raw, sector="07")
    assert (answered.status_code, answered.json()["code"]) == (422, code)
    assert answered.json()["detail"]


@pytest.mark.parametrize("asked", [{"sector": "77"}, {"tag": "nobody"}, {"title": "长" * 121}])
def test_what_is_asked_for_must_exist(cast, asked):
    answered = upload(Phone(cast.office), PUBLIC.read_bytes(), **asked)
    assert (answered.status_code, answered.json()["code"]) == (400, "unreadable")


def test_an_unused_version_may_be_corrected(cast):
    office = Phone(cast.office)
    made = upload(office, reworded(cast.checklist)).json()
    answered = upload(office, reworded(cast.checklist, "灭火器够数有效"), f"/api/checklists/{made['id']}", "put")
    assert answered.status_code == 200, answered.content
    assert answered.json()["items"][0]["text"]["zh"] == "灭火器够数有效"
    assert [event.target for event in events("checklist.corrected")] == [made["id"]]


def test_a_used_version_is_never_edited(cast):
    row = publish_next(draft(cast, "一"), acting_user=cast.office)
    with recording():
        take_into_use(row, TOWN, acting_user=cast.lead)
    answered = upload(Phone(cast.office), reworded(cast.checklist), f"/api/checklists/{row.pk}", "put")
    assert (answered.status_code, answered.json()["code"]) == (409, "checklist_in_use")
    row.refresh_from_db()
    assert row.items[0]["text"]["zh"] == "一" and not events("checklist.corrected")


def test_what_is_shipped_or_of_a_neighbour_is_not_corrected(cast):
    with pytest.raises(Problem, match="not_your_checklist"):
        correct(cast.checklist.pk, draft(cast, "一"), acting_user=cast.office)


def test_work_sent_by_it_takes_it_into_use_once(cast):
    ChecklistInUse.objects.all().delete()
    cast.send(1, per_grid=1)
    cast.send(2, per_grid=1)
    assert [str(use.town_id) for use in ChecklistInUse.objects.filter(checklist=cast.checklist)] == [TOWN]
    (event,) = events("checklist.in_use")
    assert list(Delivery.objects.filter(event=event).values_list("stream", flat=True)) == [f"a:{TOWN}"]


def test_a_phone_holds_only_the_lists_its_town_works_with(cast):
    ChecklistInUse.objects.all().delete()
    phone = Phone(cast.wang)
    address = {"stream": f"a:{TOWN}"}
    assert phone.get("/api/snapshot", **address).json()["rows"] == []
    cast.send(1, per_grid=1)
    fresh = phone.get("/api/snapshot", **address).json()
    assert [(row["k"], row["v"]["key"]) for row in fresh["rows"]] == [("checklist", "small-venue-fire")]
    pulled = phone.pull({f"a:{TOWN}": 0})
    told = [event["b"]["checklist"] for event in pulled["events"] if event["t"] == "checklist.in_use"]
    assert told == [row["v"] for row in fresh["rows"]]


def test_a_task_keeps_the_version_it_was_sent_with(cast):
    old = cast.task_for(1)
    newer = publish_next(draft(cast, "新的一版"), acting_user=cast.office)
    rows = Phone(cast.wang).get("/api/snapshot", stream=f"a:{TOWN}").json()["rows"]
    assert [row["v"]["id"] for row in rows] == [str(old.dispatch.checklist_id)] != [str(newer.pk)]


def test_loading_again_changes_nothing_and_keeps_what_was_published(cast):
    publish_next(draft(cast, "本镇的"), acting_user=cast.office)
    before = list(Checklist.objects.order_by("pk").values())
    assert load_standards() == []
    assert list(Checklist.objects.order_by("pk").values()) == before
