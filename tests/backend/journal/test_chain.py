"""Whoever changes the record afterwards is found out: verify_chain names the first event that does not fit, and in what.

Each check was seen failing with its line taken out of `walking._misfit`, `chain._joined` or `chain._against_its_row`.
"""

import json

import pytest
from django.db.models import F

from backend.foundation import clock
from backend.journal import chain as chains
from backend.journal.chain import canonical, link, verify_chain
from backend.journal.models import Chain, Delivery, Event, EventBody
from backend.journal.queries import after
from backend.journal.walking import Misfit
from tests.backend.journal.bell import ring
from tests.backend.journal.writers import on_disk
from tests.cast import OTHER_TOWN, TOWN

__all__ = ["on_disk"]
LENGTH = 5


@pytest.fixture
def chain(db):
    for number in range(LENGTH):
        ring(f"第{number + 1}声", to=[])
    ring("邻镇", town=OTHER_TOWN, to=[])


def event(seq):
    return Event.objects.filter(chain=TOWN, seq=seq)


def edited_header(seq):
    event(seq).update(header=event(seq).get().header.replace('"actor":null', '"actor":"wang"'))


def header_made_unreadable(seq):
    event(seq).update(header="…")


def edited_body(seq):
    EventBody.objects.filter(event__in=event(seq)).update(body='{"words":"什么也没有"}')


def edited_salt(seq):
    EventBody.objects.filter(event__in=event(seq)).update(salt=bytes(16))


def edited_hash(seq):
    event(seq).update(hash="0" * 64)


def edited_link(seq):
    event(seq).update(prev="f" * 64)


def rewritten_without_what_is_hashed(seq):
    """The header is replaced by one that its hash fits, but it no longer says what it must."""
    row = event(seq).get()
    event(seq).update(header='{"seq":1}', hash=link(row.prev, '{"seq":1}'))


def taken_from_another_town(seq):
    """Header and hash of an event of the neighbours, linked in properly."""
    row = event(seq).get()
    header = canonical(json.loads(row.header) | {"town": OTHER_TOWN})
    event(seq).update(header=header, hash=link(row.prev, header))


def edited_time(seq):
    event(seq).update(at=clock.days_ago(9))


def edited_target(seq):
    event(seq).update(target="gong")


def edited_type(seq):
    event(seq).update(type="bell.broke")


def deleted(seq):
    event(seq).delete()


def swapped_with_the_next(seq):
    one, two = event(seq).get(), event(seq + 1).get()
    event(seq).update(hash=two.hash)
    event(seq + 1).update(hash=one.hash)


def cut_off_from(seq):
    Event.objects.filter(chain=TOWN, seq__gte=seq).delete()


def renumbered(seq):
    event(seq).update(seq=seq + 1000)


TAMPERINGS = {
    edited_header: Misfit.HASH,
    header_made_unreadable: Misfit.HASH,
    rewritten_without_what_is_hashed: Misfit.UNREADABLE,
    taken_from_another_town: Misfit.COLUMNS,
    edited_hash: Misfit.HASH,
    edited_link: Misfit.LINK,
    edited_body: Misfit.BODY,
    edited_salt: Misfit.BODY,
    edited_time: Misfit.COLUMNS,
    edited_target: Misfit.COLUMNS,
    edited_type: Misfit.COLUMNS,
    renumbered: Misfit.MISSING,
    deleted: Misfit.MISSING,
    swapped_with_the_next: Misfit.HASH,
    cut_off_from: Misfit.MISSING,
}
in_every_way = pytest.mark.parametrize(("tamper", "why"), TAMPERINGS.items(), ids=[t.__name__ for t in TAMPERINGS])


def test_an_untouched_chain_holds(chain):
    verdict = verify_chain(TOWN)
    assert (verdict.ok, verdict.events, verdict.head) == (True, LENGTH, Chain.objects.get(town=TOWN).head)


def test_a_town_where_nothing_happened_holds(db):
    assert verify_chain("900000003").ok


@pytest.mark.parametrize("seq", [1, 3, LENGTH - 1])
@in_every_way
def test_the_first_event_that_does_not_fit_is_named(chain, tamper, why, seq):
    tamper(seq)
    verdict = verify_chain(TOWN)
    assert (verdict.first_bad, verdict.why, verdict.events) == (seq, why, seq - 1)
    assert verify_chain(OTHER_TOWN).ok, "each town has a chain of its own"


def test_a_missing_last_event_is_noticed(chain):
    deleted(LENGTH)
    assert verify_chain(TOWN).first_bad == LENGTH


def test_an_event_too_many_is_noticed(chain):
    Chain.objects.filter(town=TOWN).update(seq=F("seq") - 1)
    verdict = verify_chain(TOWN)
    assert (verdict.first_bad, verdict.why) == (LENGTH, Misfit.SURPLUS)


def test_an_event_of_an_empty_chain_is_noticed(chain):
    Chain.objects.create(town="900000009")
    event(1).update(chain="900000009")
    assert verify_chain("900000009").why is Misfit.SURPLUS


def test_a_number_below_the_first_is_noticed(chain):
    event(LENGTH).update(seq=0)
    verdict = verify_chain(TOWN)
    assert (verdict.first_bad, verdict.why) == (1, Misfit.SURPLUS)


def test_another_last_hash_is_noticed(chain):
    Chain.objects.filter(town=TOWN).update(head="0" * 64)
    verdict = verify_chain(TOWN)
    assert (verdict.first_bad, verdict.why) == (LENGTH, Misfit.HEAD)


def test_every_misfit_has_its_words_in_both_languages():
    assert all(misfit.zh and misfit.en.isascii() and not misfit.zh.isascii() for misfit in Misfit)


@pytest.fixture
def long_chain(on_disk, monkeypatch):
    """Long enough for three processes that each check a stretch."""
    monkeypatch.setattr(chains, "WORTH_A_PROCESS", 2)
    monkeypatch.setattr(chains.os, "sched_getaffinity", lambda _: {0, 1, 2})
    walked = []
    apart = chains._reachable_apart
    monkeypatch.setattr(chains, "_reachable_apart", lambda: walked.append(1) or apart())
    for number in range(9):
        ring(f"第{number + 1}声", to=[])
    yield
    assert walked
    assert apart(), "the chain was not checked in processes of its own"


def test_a_long_chain_is_checked_in_stretches_and_holds(long_chain):
    verdict = verify_chain(TOWN)
    assert (verdict.ok, verdict.events, verdict.head) == (True, 9, Chain.objects.get(town=TOWN).head)


def test_stretches_name_the_same_event_in_the_same_words(long_chain):
    """At the seams (3 | 4, 6 | 7) and inside; compared with one walk over the whole. Put back after each."""
    for tamper, seq in ((deleted, 4), (deleted, 6), (edited_link, 7), (edited_hash, 3), (edited_body, 5)):
        rows = {model: list(model.objects.all()) for model in (Event, EventBody)}
        tamper(seq)
        assert (verify_chain(TOWN).first_bad, verify_chain(TOWN).why) == (seq, TAMPERINGS[tamper])
        Event.objects.all().delete()
        for model, kept in rows.items():
            model.objects.bulk_create(kept)
    assert verify_chain(TOWN).ok


def test_a_stretch_written_anew_is_noticed_at_the_seam(long_chain):
    """Events 4 to 6, a whole stretch, hashed anew from a changed event 4 on: in itself it holds."""
    prev = event(3).get().hash
    for row in Event.objects.filter(chain=TOWN, seq__in=(4, 5, 6)).order_by("seq"):
        header = row.header.replace('"actor":null', '"actor":"wang"')
        event(row.seq).update(prev=prev, header=header, hash=link(prev, header))
        prev = link(prev, header)
    verdict = verify_chain(TOWN)
    assert (verdict.first_bad, verdict.why) == (7, Misfit.LINK)


def test_an_erased_body_breaks_nothing(chain):
    EventBody.objects.filter(event__in=event(3)).delete()
    assert verify_chain(TOWN).ok


def test_an_erased_body_is_delivered_as_none(db):
    ring(to=["g:1"])
    EventBody.objects.all().delete()
    assert [(row["q"], row["b"]) for row in after("g:1", 0, 10)] == [(1, None)]
    assert Delivery.objects.count() == 1
