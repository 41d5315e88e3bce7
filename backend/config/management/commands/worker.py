"""`anwangge worker`: an RQ worker, the alarm clock of the outbox. One queue per process."""

import time
from typing import Any

import django_rq
from django.conf import settings
from django.core.management.base import BaseCommand
from redis.exceptions import RedisError
from rq import SimpleWorker

from backend.config.backup.at_work import work_here


class Worker(SimpleWorker):
    """No fork per job: handlers are short and idempotent, and the outbox knows what was not done."""


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        work_here(settings.HOME)
        while True:
            try:
                queue = django_rq.get_queue("default")
                # at its defaults RQ finds what a dead worker left after a quarter of an hour
                worker = Worker(
                    [queue],
                    connection=queue.connection,
                    worker_ttl=30,
                    maintenance_interval=20,
                    job_monitoring_interval=5,
                )
                worker.work(logging_level="WARNING")
                return
            except RedisError as error:
                self.stderr.write(f"store not reachable ({error}), trying again")
                time.sleep(2)
