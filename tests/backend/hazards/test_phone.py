"""What a phone does with hazards travels as operations: once each, before its photos, refused with the reason, never lost."""

from uuid import uuid4

import pytest

from backend.foundation import blobs
from backend.hazards.bodies import Fix, OnTheSpot, Signed
from backend.hazards.models import Hazard, HazardPhoto, Recheck
from backend.hazards.queries import get_hazard
from backend.hazards.services import judge
from backend.hazards.states import HazardState, Level
from backend.inspections.queries import may_see_photo
from backend.journal.models import Event
from backend.sync.models import Operation
from tests.backend.hazards.loop import AFTER, BEFORE, done, found, hazard_in, judgement, looked, order, picture
from tests.backend.phone import Phone
from tests.cast import TOWN


def statuses(results):
    return [(result["status"], result["code"]) for result in results]


def stored(content: bytes) -> str:
    return blobs.store(content)


@pytest.fixture
def photo():
    return picture(stored(b"a photo, for the ledger only its name"))


def test_the_whole_loop_from_phones(cast, photo):
    """wang reports, the officer judges and orders at the desk, the boss and another officer act on their phones."""
    new = found(cast, uuid4(), photos=[photo])
    wang = Phone(cast.wang)
    assert statuses(wang.submit(wang.op("hazard.report", new))) == [("applied", None)]
    row = get_hazard(new.hazard_id)
    desk = Phone(cast.officer)
    desk.post("/api/hazards/judgements", judgement(cast, row))
    desk.post("/api/hazards/orders", order(row, rectifier=cast.boss))
    boss = Phone(cast.boss)
    assert statuses(boss.submit(boss.op("hazard.done", done(row, photos=[photo])))) == [("applied", None)]
    phone = Phone(cast.other_lead)
    again = looked(row, cast.other_lead, photos=[photo])
    (result,) = phone.submit(phone.op("hazard.recheck", again))
    assert (result["status"], result["missing_blobs"]) == ("awaiting_blob", [again.signature.sha256])
    assert get_hazard(row.pk).state == "closed"


def test_the_same_again_is_done_once(cast):
    phone, row = Phone(cast.boss), hazard_in(cast, HazardState.RECTIFYING)
    op = phone.op("hazard.done", done(row))
    first, second = phone.submit(op, op)
    assert (first["status"], second["status"]) == ("awaiting_blob", "awaiting_blob")
    assert get_hazard(row.pk).reports.count() == 1
    events = Event.objects.count()
    phone.submit(op)
    assert Event.objects.count() == events


def test_a_report_that_comes_under_two_operation_ids_is_one_hazard(cast):
    phone, new = Phone(cast.wang), found(cast, uuid4())
    phone.submit(phone.op("hazard.report", new), phone.op("hazard.report", new))
    assert Hazard.objects.count() == 1


def test_it_counts_before_its_photos_and_is_whole_after_them(cast):
    content = b"how it was, seen by nobody yet"
    sha = blobs.hash_of(content)
    phone, new = Phone(cast.wang), found(cast, uuid4(), photos=[picture(sha)])
    (result,) = phone.submit(phone.op("hazard.report", new))
    assert (result["status"], result["missing_blobs"]) == ("awaiting_blob", [sha])
    assert not get_hazard(new.hazard_id).photos.get().stored
    phone.upload(content)
    assert get_hazard(new.hazard_id).photos.get().stored
    assert Operation.objects.get().status == "applied"
    assert [event.type for event in Event.objects.order_by("seq")] == ["hazard.reported", "hazard.changed"]


def test_a_signature_is_an_image_like_any_other_for_who_may_see_the_hazard(cast):
    content = b"the officer's hand, and so on"
    sha = blobs.hash_of(content)
    phone, row = Phone(cast.officer), hazard_in(cast, HazardState.AWAITING_RECHECK)
    phone.submit(phone.op("hazard.recheck", looked(row, cast.officer, signature=Signed(name="officer", sha256=sha))))
    phone.upload(content)
    assert HazardPhoto.objects.get(sha256=sha).stored
    assert Recheck.objects.get().signature == sha
    assert may_see_photo(cast.office, sha)
    assert not may_see_photo(cast.chen, sha)


def test_fixed_on_the_spot_from_a_phone(cast):
    phone = Phone(cast.wang)
    new = found(cast, uuid4(), on_the_spot=OnTheSpot(after=[picture(AFTER)]))
    phone.submit(phone.op("hazard.report", new))
    assert get_hazard(new.hazard_id).fixed_on_spot
    later = found(cast, uuid4())
    fix = Fix(hazard_id=later.hazard_id, at=later.found_at, after=[picture(AFTER)])
    results = phone.submit(phone.op("hazard.report", later), phone.op("hazard.fix", fix))
    assert {result["status"] for result in results} == {"awaiting_blob"}
    assert get_hazard(later.hazard_id).fixed_on_spot
    assert set(results[1]["missing_blobs"]) == {AFTER}
    assert set(results[0]["missing_blobs"]) == {BEFORE}


def test_a_refused_one_is_kept_with_its_reason_and_the_next_is_done(cast):
    phone = Phone(cast.wang)
    row, other = (hazard_in(cast, HazardState.AWAITING_RECHECK, level=level) for level in (Level.MAJOR, Level.GENERAL))
    results = phone.submit(
        phone.op("hazard.recheck", looked(row, cast.wang)), phone.op("hazard.recheck", looked(other, cast.wang))
    )
    assert statuses(results) == [("rejected", "major_needs_right"), ("awaiting_blob", None)]
    assert (get_hazard(row.pk).state, get_hazard(other.pk).state) == ("awaiting_recheck", "closed")
    assert Operation.objects.get(status="rejected").user == cast.wang
    assert not HazardPhoto.objects.filter(hazard=row, stage="recheck").exists()


def test_overtaken_is_a_conflict_and_not_a_refusal(cast):
    row = hazard_in(cast, HazardState.AWAITING_RECHECK)
    first, second = Phone(cast.officer), Phone(cast.other_lead)
    both = (
        first.op("hazard.recheck", looked(row, cast.officer)),
        second.op("hazard.recheck", looked(row, cast.other_lead)),
    )
    assert statuses(first.submit(both[0])) == [("awaiting_blob", None)]
    assert statuses(second.submit(both[1])) == [("conflict", "illegal_move")]
    assert Recheck.objects.get().by == cast.officer


def test_a_foreign_hazard_does_not_exist_for_a_phone(cast):
    phone, row = Phone(cast.chen), hazard_in(cast, HazardState.AWAITING_RECHECK, level=Level.GENERAL)
    assert statuses(phone.submit(phone.op("hazard.recheck", looked(row, cast.chen)))) == [("rejected", "not_found")]


def test_everybody_concerned_hears_and_nobody_else(cast):
    """The worker's replica has what the order asks and which report was made: a re-check without a signal needs both."""
    phone = Phone(cast.wang)
    stream = f"g:{cast.grids[0].uid}"
    row = hazard_in(cast, HazardState.RECTIFYING)
    boss = Phone(cast.boss)
    boss.submit(boss.op("hazard.done", done(row)))
    heard = [e["b"]["hazard"] for e in phone.pull({stream: 0})["events"] if e["s"] == stream]
    assert heard[-1]["rectification"]["points"] == [{"key": "1", "text": "楼道充电"}]
    assert heard[-1]["report"]["id"] == str(get_hazard(row.pk).reports.get().pk)
    assert heard[-1] == next(r["v"] for r in phone.snapshot(stream)["rows"] if r["k"] == "hazard")
    assert not [e for e in Phone(cast.chen).pull({f"g:{cast.grids[2].uid}": 0})["events"] if "hazard" in e["t"]]
    assert f"o:{TOWN}" in Phone(cast.office).pull({})["streams"]


def test_what_was_judged_meanwhile_is_fixed_as_what_it_is(cast):
    """Reported without a signal, judged general at the desk, and then the word of the fix arrives: it waits for its re-check."""
    phone, new = Phone(cast.wang), found(cast, uuid4())
    phone.submit(phone.op("hazard.report", new))
    judge(judgement(cast, get_hazard(new.hazard_id), level="general"), acting_user=cast.officer)
    fix = Fix(hazard_id=new.hazard_id, at=new.found_at, after=[picture(AFTER)])
    phone.submit(phone.op("hazard.fix", fix))
    assert get_hazard(new.hazard_id).state == "awaiting_recheck"
