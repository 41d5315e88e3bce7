"""The outbox is the queue of record, RQ the alarm clock, the sweeper the guarantee."""

import logging
from datetime import timedelta

from django.db import close_old_connections, transaction
from django.db.models import F, Q
from redis.exceptions import RedisError
from rq import Queue, Retry

from backend.foundation import clock
from backend.journal.handlers import HANDLERS
from backend.journal.letters import patience, store
from backend.journal.models import Outbox
from backend.journal.writing import Letter

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
GIVE_UP_AFTER = 12
RUNG = "anwangge:rung"
RINGS_AGAIN_S = 5


def wake(_letters: list[Letter]) -> None:
    """Ring the worker, once until it comes. If the store is down the sweeper finds the rows a few seconds later."""
    if patience.over:
        return
    try:
        if store().set(RUNG, 1, nx=True, ex=RINGS_AGAIN_S):
            # over our own connection: RQ's waits without end for a store that hangs, and every commit with it
            Queue("default", connection=store()).enqueue(
                answer_ring, retry=Retry(max=3), result_ttl=0, failure_ttl=3600
            )
    except RedisError as error:
        patience.failed()
        log.info("worker not woken, the sweeper will find it: %s", error)


def answer_ring() -> int:
    """First let it ring again: what is committed from now on may not be found any more by this round."""
    store().delete(RUNG)
    return drain()


def drain(limit: int = 200) -> int:
    """Do what is due, oldest first; one row's failure does not stop the next. Returns how many were done."""
    close_old_connections()
    done = 0
    for row in _lease(limit):
        done += _run(row)
    return done


def _lease(limit: int) -> list[Outbox]:
    now = clock.now()
    with transaction.atomic():
        due = Outbox.objects.select_for_update(skip_locked=True).filter(
            Q(leased_until=None) | Q(leased_until__lt=now),
            done_at=None,
            available_at__lte=now,
            attempts__lt=GIVE_UP_AFTER,
        )
        rows = list(due.order_by("id")[:limit])
        Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=now + LEASE)
    return rows


def _run(row: Outbox) -> int:
    mine = Outbox.objects.filter(pk=row.pk)
    try:
        HANDLERS[row.handler](row.town)
    except Exception as error:
        log.exception("handler %s failed", row.handler)
        mine.update(
            attempts=F("attempts") + 1, leased_until=None, last_error=f"{type(error).__name__}: {error}"[:300],
            available_at=clock.now() + timedelta(seconds=min(2 ** (row.attempts + 1), 600)),
        )  # fmt: skip
        return 0
    mine.update(done_at=clock.now(), leased_until=None)
    return 1


def tidy() -> None:
    """Done rows have served; a month of them is kept for questions."""
    Outbox.objects.filter(done_at__lt=clock.days_ago(30)).delete()
