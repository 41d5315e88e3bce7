"""核验: is everything there, once, and in agreement? Reads all of it as it stood at one moment; changes nothing.

Each finding names the row and what to do. What a person has still to decide (quarantined work, photos on their way) is
no finding: it is counted under `waiting`.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from backend.dispatch.models import Task
from backend.foundation import blobs, clock
from backend.hazards.models import Hazard, HazardPhoto
from backend.inspections.models import Inspection, Photo, Signature
from backend.journal.chain import verify_chain
from backend.journal.jobs import GIVE_UP_AFTER
from backend.journal.models import Chain, Delivery, Event, Outbox, Stream
from backend.papers.models import PaperFile, Template
from backend.rollups.services import drift
from backend.sync.models import Operation, Status

OVERDUE = timedelta(minutes=10)
TEMPORARY_S = 3600
RESTORE = "停止写入，取最近的备份比对 / stop writing and compare with the last backup"


@dataclass(frozen=True)
class Finding:
    check: str
    where: str
    what: str
    do: str


@dataclass
class Verified:
    """`read`: how much was looked at, so that "nothing found" is worth something."""

    read: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def find(self, check: str, where: str, what: str, do: str) -> None:
        self.findings.append(Finding(check, where, what, do))

    def as_json(self) -> dict[str, Any]:
        findings = [asdict(finding) for finding in self.findings]
        return {"ok": self.ok, "findings": findings, "read": dict(self.read), "waiting": dict(self.waiting)}


def verify() -> Verified:
    found = Verified()
    with one_moment():
        for check in (_chains, _streams, _operations, _rows, _results, _images, _papers, _outbox, _counters):
            check(found)
    _temporary_files(found)
    return found


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything inside is read as it stood at one moment, and nobody has to wait for it."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # atomic() would take the write lock and hold every phone up
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _chains(found: Verified) -> None:
    for town in Chain.objects.values_list("town", flat=True):
        verdict = verify_chain(town)
        found.read["events"] += verdict.events
        if verdict.why is not None:
            found.find("chain", f"journal_event {town}#{verdict.first_bad}", " / ".join(verdict.why.value), RESTORE)


def _streams(found: Verified) -> None:
    """Numbers run from the floor to the head without a gap."""
    counted = {
        row["stream"]: row
        for row in Delivery.objects.values("stream")
        .annotate(n=Count("pk"), first=Min("seq"), last=Max("seq"))
        .order_by()
    }
    for stream in Stream.objects.all():
        found.read["streams"] += 1
        row = counted.pop(stream.id, {"n": 0, "first": stream.seq + 1, "last": stream.seq})
        whole = row["last"] == stream.seq and row["n"] == row["last"] - row["first"] + 1
        if not (whole and row["first"] <= stream.min_seq + 1):
            what = f"编号不连续 / numbers {row['first']}–{row['last']}, {row['n']} rows, head {stream.seq}"
            found.find("stream", f"journal_delivery {stream.id}", what, RESTORE)


def _operations(found: Verified) -> None:
    """What was answered as in force has left its record; nothing has left two."""
    said = Counter(
        header["op"] for text in Event.objects.filter(type="inspection.submitted").values_list("header", flat=True).iterator()
        if (header := json.loads(text))["op"]
    )  # fmt: skip
    there = {str(id) for id in Inspection.objects.values_list("pk", flat=True).iterator()}
    rows = Operation.objects.values_list("op_id", "type", "status", "body").order_by()
    for op_id, kind, status, body in rows.iterator():
        found.read["operations"] += 1
        if status not in (Status.APPLIED, Status.AWAITING_BLOB):
            found.waiting[str(status)] += 1
        elif kind == "inspection.submit":
            _result_of(found, str(op_id), json.loads(body)["inspection_id"], said, there)


def _result_of(found: Verified, op_id: str, inspection: str, said: Counter[str], there: set[str]) -> None:
    if inspection not in there:
        what = f"已答复生效，但检查结果 {inspection} 不在 / answered as in force, but its result is missing"
        found.find("operation", f"sync_operation {op_id}", what, RESTORE)
    elif said[op_id] != 1:
        what = f"同一操作记入事件 {said[op_id]} 次 / told {said[op_id]} times instead of once"
        found.find("operation", f"sync_operation {op_id}", what, RESTORE)


def _rows(found: Verified) -> None:
    """The tables say what the journal's last word on each row says: old state and events make the present state."""
    last = _last_words()
    targets = set(Event.objects.values_list("target", flat=True).iterator())
    for kind, rows in (("task", Task.objects), ("hazard", Hazard.objects), ("inspection", Inspection.objects)):
        fields = ("version",) if kind == "inspection" else ("version", "state")
        for row in rows.order_by().values("id", *fields).iterator():
            found.read["rows"] += 1
            told, held = last.get((kind, str(row["id"]))), {name: row[name] for name in fields}
            if str(row["id"]) not in targets:
                found.find("row", f"{kind} {row['id']}", "没有任何事件提到它 / no event tells of it", RESTORE)
            elif told and {name: told[name] for name in fields} != held:
                what = f"表 {held}，事件 {told} / table and journal differ"
                found.find("row", f"{kind} {row['id']}", what, RESTORE)


def _last_words() -> dict[tuple[str, str], dict[str, Any]]:
    """(kind, id) → version and state of the newest view in the journal; what was erased says nothing."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for body in Event.objects.order_by("chain", "seq").values_list("content__body", flat=True).iterator():
        for kind, view in (json.loads(body) if body else {}).items():
            if isinstance(view, dict) and view.get("version", 0) >= last.get((kind, view["id"]), {}).get("version", 0):
                last[kind, view["id"]] = {name: view.get(name) for name in ("version", "state")}
    return last


def _results(found: Verified) -> None:
    """One result answers a task; the hazards that a result names are in the ledger, each number once."""
    twice = Inspection.objects.filter(late=False).values("task").annotate(n=Count("pk")).filter(n__gt=1).order_by()
    for row in twice:
        found.find(
            "result", f"dispatch_task {row['task']}", f"{row['n']} 份按时结果 / {row['n']} results in time", RESTORE
        )
    ledger = {str(id) for id in Hazard.objects.values_list("pk", flat=True).iterator()}
    for id, hazards in Inspection.objects.values_list("pk", "hazard_ids").order_by().iterator():
        found.read["results"] += 1
        if missing := [hazard for hazard in hazards if str(hazard) not in ledger]:
            found.find(
                "result", f"inspections_inspection {id}", f"隐患不在台账 / not in the ledger: {missing}", RESTORE
            )
    for row in Hazard.objects.values("number").annotate(n=Count("pk")).filter(n__gt=1).order_by():
        found.find("ledger", f"hazards_hazard {row['number']}", "台账号重复 / the number is given twice", RESTORE)


def _images(found: Verified) -> None:
    """What a record says is there is there, byte for byte."""
    named = Q(stored=True) & ~Q(sha256="")
    tables: list[QuerySet[Any]] = [Photo.objects.all(), Signature.objects.all(), HazardPhoto.objects.all()]
    stored = {sha for rows in tables for sha in rows.filter(named).values_list("sha256", flat=True).iterator()}
    waiting = {
        sha for rows in tables for sha in rows.filter(stored=False).exclude(sha256="").values_list("sha256", flat=True)
    }
    found.read["images"] += len(stored)
    found.waiting["images on phones"] += len(waiting)
    for sha256 in sorted(stored):
        if (what := _damage(sha256)) is not None:
            do = "从备份补回此文件；手机 30 天内可重发 / put the file back from a backup"
            found.find("image", f"files/{blobs.name_of(sha256)}", what, do)
    for sha256 in sorted(waiting - stored):
        if blobs.exists(sha256) and _older_than(blobs.name_of(sha256), OVERDUE.total_seconds()):
            what = "图片已到，记录未注明 / the image is there and no record says so"
            found.find(
                "image", f"files/{blobs.name_of(sha256)}", what, "检查 clock 进程 / see that the clock process runs"
            )


def _papers(found: Verified) -> None:
    """The files of every paper that was issued, and the templates of the towns, byte for byte."""
    tables: list[QuerySet[Any]] = [PaperFile.objects.all(), Template.objects.all()]
    for sha256 in sorted({sha for rows in tables for sha in rows.values_list("sha256", flat=True)}):
        found.read["papers"] += 1
        if (what := _damage(sha256)) is not None:
            found.find(
                "paper", f"files/{blobs.name_of(sha256)}", what, "从备份补回此文件 / put the file back from a backup"
            )


def _damage(sha256: str) -> str | None:
    if not blobs.exists(sha256):
        return "文件缺失 / the file is missing"
    digest = hashlib.sha256()
    with blobs.opened(sha256) as file:
        for chunk in file.chunks():
            digest.update(chunk)
    return None if digest.hexdigest() == sha256 else "文件内容不符 / the content is not what its name says"


def _older_than(name: str, seconds: float) -> bool:
    return (clock.now() - storages["default"].get_modified_time(name)).total_seconds() > seconds


def _outbox(found: Verified) -> None:
    """What must follow an event does follow it."""
    undone = Outbox.objects.filter(done_at=None)
    found.waiting["outbox"] += undone.count()
    for row in undone.filter(Q(attempts__gte=GIVE_UP_AFTER) | Q(created_at__lt=clock.now() - OVERDUE)):
        what = f"{row.attempts} 次未成 / {row.attempts} attempts: {row.last_error or '—'}"
        do = "检查 worker、clock 进程与日志 / see that worker and clock run, and their logs"
        found.find("outbox", f"journal_outbox {row.key}", what, do)


def _counters(found: Verified) -> None:
    for town in Chain.objects.values_list("town", flat=True):
        for where, what in drift(town):
            do = "运行 anwangge rebuild-rollups / run anwangge rebuild-rollups"
            found.find("counter", f"rollups_daycount {where}", what, do)


def _temporary_files(found: Verified) -> None:
    """A file half written by a process that died; the phone has sent it again since."""
    for file in Path(settings.MEDIA_ROOT).rglob(".part-*"):
        if time.time() - file.stat().st_mtime > TEMPORARY_S:
            found.find("file", str(file), "写了一半的临时文件 / a half-written file", "可删除 / delete it")
