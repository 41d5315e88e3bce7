"""The account that is given of a place, as it goes out."""

from datetime import datetime

from backend.foundation.shapes import View
from backend.papers.tracing.proof import ProofView


class VersionView(View):
    """Checklist and standards under which somebody inspected on that day."""

    checklist: str
    checklist_version: int | None
    standards: list[str]


class SignedView(View):
    """role: inspector, subject, fellow (who inspected together with the inspector)."""

    role: str
    name: str
    signed: bool
    arrived: bool
    refused_reason: str | None
    witness: str | None = None


class InspectedView(View):
    """`corrects`, `corrected_by`: ids of inspections. `acknowledged`: what the enterprise said of it, in words."""

    seq: int
    enterprise: str
    inspector: str
    started_at: datetime
    finished_at: datetime
    received_at: datetime
    late: bool
    inside_grid: bool | None
    distance_m: float | None
    no_fix_reason: str | None
    version: VersionView
    passed: int
    not_applicable: int
    failed: list[str]
    signatures: list[SignedView]
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    off_grid_m: float | None = None
    proof: str | None = None
    corrects: str | None = None
    correction_reason: str | None = None
    corrected_by: str | None = None
    acknowledged: str | None = None


class FoundView(View):
    """A hazard that was found in the period; `state`, `level`: as they are now, by the event `last_seq`."""

    seq: int
    last_seq: int
    number: str
    enterprise: str
    found_at: datetime
    recorded_at: datetime
    found_by: str
    description: str
    level: str | None
    state: str
    cause: str | None = None
    part: str = ""


class MissedView(View):
    """A lead, not a finding of guilt. kind: task_overdue, task_late, passed_then_failed, rectification_overdue."""

    kind: str
    what: str
    who: str
    at: datetime
    seqs: list[int]


class ChangedView(View):
    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    who: str | None
    what: str


class TracebackView(View):
    town: str
    subject: str
    since: datetime
    until: datetime
    read_at: datetime
    proof: ProofView
    inspections: list[InspectedView]
    hazards: list[FoundView]
    missed: list[MissedView]
    changes: list[ChangedView]
