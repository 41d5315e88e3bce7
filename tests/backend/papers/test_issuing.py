"""Every paper has a number, a moment and the chain's mark; its hashes are in the journal, and it can be checked later."""

import hashlib

import pytest

from backend.foundation import blobs
from backend.journal.chain import verify_chain
from backend.journal.models import Chain, Event, EventBody
from backend.papers.models import Paper, PaperFile
from tests.backend.papers.read_back import content, issue
from tests.backend.phone import Phone
from tests.cast import TOWN


@pytest.fixture
def record(inspected, office):
    return issue(office, "inspection-record", inspection_id=inspected.pk)


def verdict(phone, **asked):
    answered = phone.get("/api/papers/verify", **asked)
    assert answered.status_code == 200, answered.content
    return answered.json()


def test_numbers_run_per_town_kind_and_year(inspected, office):
    records = [issue(office, "inspection-record", inspection_id=inspected.pk)["number"] for _ in range(2)]
    ledger = issue(office, "hazard-ledger")["number"]
    assert [number[:13] for number in (*records, ledger)] == [f"{TOWN}-JC-", f"{TOWN}-JC-", f"{TOWN}-TZ-"]
    assert [number[-5:] for number in (*records, ledger)] == ["-0001", "-0002", "-0001"]


def test_it_carries_the_mark_of_the_chain_as_it_was(inspected, office):
    chain = Chain.objects.get(town=TOWN)
    record = issue(office, "inspection-record", inspection_id=inspected.pk)
    assert (record["mark"], record["mark_seq"]) == (chain.head[:16], chain.seq)


def test_issuing_is_in_the_journal_with_the_hash_of_every_file(record, office, cast):
    event = Event.objects.get(type="paper.issued", target=record["id"])
    assert str(cast.office.pk) in event.header
    for file in record["files"]:
        assert hashlib.sha256(content(office, record, file["form"])).hexdigest() == file["sha256"]
        assert file["sha256"] in event.content.body
    assert verify_chain(TOWN).ok


def test_no_phone_hears_of_it(record):
    assert not Event.objects.get(type="paper.issued").deliveries.exists()


def test_a_paper_is_known_by_number_and_by_file(record, office, cast):
    for asked in ({"number": record["number"]}, *({"sha256": file["sha256"]} for file in record["files"])):
        found = verdict(Phone(cast.boss), **asked)
        assert (found["known"], found["fits"], found["paper"]["number"]) == (True, True, record["number"])


def test_a_file_with_one_byte_changed_is_not_known(record, office):
    raw = bytearray(content(office, record, "pdf"))
    raw[100] ^= 1
    assert not verdict(office, sha256=hashlib.sha256(raw).hexdigest())["known"]


def test_a_paper_of_another_town_is_not_known(record, cast):
    assert not verdict(Phone(cast.stranger), number=record["number"])["known"]


def test_neither_number_nor_hash_is_refused(cast, office):
    assert office.get("/api/papers/verify").json()["code"] == "which_paper"


def rewrite_row(record):
    Paper.objects.filter(number=record["number"]).update(title="别的文书")


def rewrite_body(record):
    body = EventBody.objects.get(event__target=record["id"])
    EventBody.objects.filter(pk=body.pk).update(body=body.body.replace("巡查", "抽查"))


def rewrite_header(record):
    event = Event.objects.get(target=record["id"])
    Event.objects.filter(pk=event.pk).update(header=event.header.replace("paper.issued", "paper.issuing"))


def rewrite_the_past(record):
    Event.objects.filter(chain=TOWN, seq=record["mark_seq"]).update(hash="0" * 64)


def remove_event(record):
    EventBody.objects.filter(event__target=record["id"]).delete()
    Event.objects.filter(target=record["id"]).delete()


TAMPERED = {
    rewrite_row: "登记的内容",
    rewrite_body: "正文不是当初记下的正文",
    rewrite_header: "散列值不符",
    rewrite_the_past: "印记",
    remove_event: "没有出具这份文书的事件",
}


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_what_was_changed_afterwards_is_named(record, office, tamper):
    tamper(record)
    found = verdict(office, number=record["number"])
    assert found["known"] and not found["fits"]
    assert TAMPERED[tamper] in found["why"]


def test_a_stored_file_that_was_changed_is_named(record, office, monkeypatch):
    file = PaperFile.objects.get(paper__number=record["number"], form="pdf")
    other = blobs.store(b"another file")
    name = blobs.name_of
    monkeypatch.setattr(blobs, "name_of", lambda sha: name(other if sha == file.sha256 else sha))
    assert "pdf 文件被改动过" in verdict(office, number=record["number"])["why"]
