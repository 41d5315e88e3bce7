"""核验 finds each kind of damage and names the row; a town that is whole has no findings."""

import os
import time
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection

from backend.config.verifying import one_moment, verify
from backend.dispatch.models import Task
from backend.foundation import blobs
from backend.inspections.models import Inspection, Photo, Signature
from backend.inspections.services import submit
from backend.journal.jobs import drain
from backend.journal.models import Delivery, Outbox
from backend.papers.ledger.issuing import WantedLedger, issue_ledger
from backend.rollups.models import DayCount
from backend.sync.models import Operation
from backend.territory.models import Town
from tests.cast import TOWN


@pytest.fixture
def worked(committed_cast, settings, tmp_path):
    """A task that was sent and answered, with its images."""
    settings.MEDIA_ROOT = tmp_path
    photo, signature = blobs.store(b"photo"), blobs.store(b"signature")
    result = committed_cast.result(committed_cast.task_for(1))
    result.signatures[0].sha256 = signature
    submit(result, acting_user=committed_cast.wang)
    assert photo
    drain()
    return committed_cast


def checks():
    return [finding.check for finding in verify().findings]


def test_a_town_that_is_whole(worked):
    found = verify()
    assert found.findings == []
    assert found.read["events"] > 0
    assert found.read["streams"] > 0
    assert found.read["rows"] > 0
    assert found.read["images"] == 1


def test_an_edited_row_is_found(worked):
    Task.objects.update(state="withdrawn")
    assert checks() == ["row"]


def test_a_lost_delivery_is_found(worked):
    Delivery.objects.order_by("pk").first().delete()
    assert checks() == ["stream"]


def test_a_missing_image_is_found_and_so_is_a_damaged_one(worked):
    sha256 = Signature.objects.exclude(sha256="").get().sha256
    file = Path(storages["default"].path(blobs.name_of(sha256)))
    file.write_bytes(b"something else")
    assert checks() == ["image"]
    file.unlink()
    assert checks() == ["image"]


def test_a_file_of_a_paper_that_is_gone_is_found(worked):
    paper = issue_ledger(WantedLedger(), Town.objects.get(pk=TOWN), acting_user=worked.office)
    assert (checks(), verify().read["papers"]) == ([], 1)
    Path(storages["default"].path(blobs.name_of(paper.files.get().sha256))).unlink()
    assert checks() == ["paper"]


def test_an_operation_without_its_result_is_found(worked):
    inspection = "01a20997-0000-7000-8000-000000000001"
    Operation.objects.create(
        op_id="01a20997-0000-7000-8000-000000000002", user=worked.wang, n=1, type="inspection.submit", client_time="",
        body=f'{{"inspection_id":"{inspection}"}}', fingerprint="", received_at="2026-11-23T00:00:00Z", status="applied",
    )  # fmt: skip
    assert checks() == ["operation"]


def test_two_results_in_time_are_found(worked):
    first = Inspection.objects.get()
    first.pk = "01a20997-0000-7000-8000-000000000003"
    first.save(force_insert=True)
    assert set(checks()) == {"result", "row"}


def test_work_that_nobody_does_is_found(worked):
    Outbox.objects.update(done_at=None, attempts=12, last_error="ZeroDivisionError")
    assert set(checks()) == {"outbox"}


def test_a_counter_that_drifted_is_found(worked):
    DayCount.objects.update(sent=99)
    assert checks() == ["counter"]


def test_a_half_written_file_is_found_after_an_hour(worked, settings):
    half = settings.MEDIA_ROOT / ".part-x"
    half.write_bytes(b"half")
    assert checks() == []
    os.utime(half, (0, time.time() - 4000))
    assert checks() == ["file"]


def test_nobody_waits_for_it(worked):
    """On SQLite it takes no write lock: seen failing with `transaction.atomic()`, which begins immediately."""
    if connection.vendor != "sqlite":
        return
    with one_moment():
        Task.objects.count()
        assert not connection.in_atomic_block


def test_photos_that_are_still_on_phones_are_counted_not_found(worked):
    inspection = Inspection.objects.get()
    Photo.objects.create(
        inspection=inspection, answer=inspection.answers.first(), sha256="ef" * 32, taken_at=inspection.started_at
    )
    found = verify()
    assert found.findings == []
    assert found.waiting["images on phones"] == 1
