"""Whoever changes the record afterwards is found out: verify_chain names the first event that does not fit."""

import pytest
from django.db.models import F

from backend.foundation import clock
from backend.journal.chain import verify_chain
from backend.journal.models import Chain, Delivery, Event, EventBody
from backend.journal.queries import after
from tests.backend.journal.bell import ring
from tests.cast import OTHER_TOWN, TOWN

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


TAMPERINGS = [
    edited_header, header_made_unreadable, edited_body, edited_time, edited_target, edited_type, deleted,
    swapped_with_the_next, cut_off_from,
]  # fmt: skip


def test_an_untouched_chain_holds(chain):
    verdict = verify_chain(TOWN)
    assert (verdict.ok, verdict.events, verdict.head) == (True, LENGTH, Chain.objects.get(town=TOWN).head)


def test_a_town_where_nothing_happened_holds(db):
    assert verify_chain("900000003").ok


@pytest.mark.parametrize("seq", [1, 3, LENGTH - 1])
@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_the_first_event_that_does_not_fit_is_named(chain, tamper, seq):
    tamper(seq)
    assert verify_chain(TOWN).first_bad == seq
    assert verify_chain(OTHER_TOWN).ok, "each town has a chain of its own"


def test_a_missing_last_event_is_noticed(chain):
    deleted(LENGTH)
    assert verify_chain(TOWN).first_bad == LENGTH


def test_an_event_too_many_is_noticed(chain):
    Chain.objects.filter(town=TOWN).update(seq=F("seq") - 1)
    assert not verify_chain(TOWN).ok


def test_an_erased_body_breaks_nothing(chain):
    EventBody.objects.filter(event__in=event(3)).delete()
    assert verify_chain(TOWN).ok


def test_an_erased_body_is_delivered_as_none(db):
    ring(to=["g:1"])
    EventBody.objects.all().delete()
    assert [(row["q"], row["b"]) for row in after("g:1", 0, 10)] == [(1, None)]
    assert Delivery.objects.count() == 1
