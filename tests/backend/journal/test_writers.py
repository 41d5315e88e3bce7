"""Many write at once: the numbers of towns and streams have no gap and no double, and the chains hold."""

from contextlib import suppress

from backend.journal.chain import verify_chain
from backend.journal.models import Delivery, Event
from backend.journal.recording import recording
from tests.backend.journal.bell import ring, say
from tests.backend.journal.writers import all_at_once, on_disk
from tests.cast import OTHER_TOWN, TOWN

__all__ = ["on_disk"]
WRITERS, ROUNDS = 6, 5
TOWNS = (TOWN, OTHER_TOWN)


def rounds(number):
    """Streams are named in another order by every writer."""
    for turn in range(ROUNDS):
        town = TOWNS[(number + turn) % 2]
        streams = [f"g:{town}", f"o:{town}", f"p:{number}:{town}"]
        ring(f"{number}", town=town, to=streams[:: 1 if turn % 2 else -1])


def numbers(rows):
    return list(rows.order_by("seq").values_list("seq", flat=True))


def test_under_many_writers_no_number_is_missing_or_given_twice(on_disk):
    all_at_once(rounds, WRITERS)
    for town in TOWNS:
        written = WRITERS * ROUNDS // 2
        assert numbers(Event.objects.filter(chain=town)) == list(range(1, written + 1))
        for stream in (f"g:{town}", f"o:{town}"):
            assert numbers(Delivery.objects.filter(stream=stream)) == list(range(1, written + 1))
        assert verify_chain(town).ok


def test_a_stream_hears_in_the_order_of_the_chain(on_disk):
    all_at_once(rounds, WRITERS)
    for town in TOWNS:
        heard = Delivery.objects.filter(stream=f"o:{town}").order_by("seq").values_list("event__seq", flat=True)
        assert list(heard) == sorted(heard)


def test_writers_of_two_towns_that_meet_in_streams_do_not_refuse_each_other(on_disk):
    """Protects: streams are raised in one order, whoever names them in which.

    Seen failing on PostgreSQL (deadlock) with the streams raised in the order in which they are named.
    """
    shared = [f"p:{n}" for n in range(20)]

    def meet(number):
        for turn in range(ROUNDS):
            ring(f"{number}", town=TOWNS[number % 2], to=shared[:: 1 if (number + turn) % 2 else -1])

    all_at_once(meet, WRITERS)
    for stream in shared:
        assert numbers(Delivery.objects.filter(stream=stream)) == list(range(1, WRITERS * ROUNDS + 1))


def test_who_fails_after_taking_numbers_leaves_no_gap(on_disk):
    """Towns are written in order: the numbers of the first are taken when the event of the second cannot be written."""

    def every_second_fails(number):
        with suppress(TypeError), recording():
            say(town=TOWN)
            if number % 2:
                say(words=object(), town=OTHER_TOWN)

    all_at_once(every_second_fails, WRITERS)
    assert numbers(Event.objects.filter(chain=TOWN)) == numbers(Delivery.objects.filter(stream="g:1")) == [1, 2, 3]
