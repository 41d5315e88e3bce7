"""What a trace-back reads of an event's body: only this, so that events of earlier and later versions can be read alike."""

from datetime import datetime

import msgspec


class Person(msgspec.Struct):
    """A person or a department."""

    id: str
    name: str


class Somewhere(msgspec.Struct):
    id: str
    name: str
    lon: float | None = None
    lat: float | None = None


class InGrid(msgspec.Struct):
    uid: str
    code: str
    name: str = ""


class Ladder(msgspec.Struct):
    on_phone: datetime | None = None
    opened: datetime | None = None
    accepted: datetime | None = None
    on_site: datetime | None = None
    submitted: datetime | None = None


class Task(msgspec.Struct, kw_only=True):
    id: str
    state: str
    title: str
    deadline: datetime
    assignee: Person
    assignment_no: int
    enterprise: Somewhere
    grid: InGrid
    ladder: Ladder = msgspec.field(default_factory=Ladder)
    inspection_id: str | None = None


class Answered(msgspec.Struct):
    item: str
    verdict: str
    note: str = ""


class Signed(msgspec.Struct, kw_only=True):
    role: str
    name: str = ""
    sha256: str | None = None
    stored: bool = False
    refused_reason: str | None = None


class Inspection(msgspec.Struct, kw_only=True):
    id: str
    task_id: str
    assignment_no: int
    late: bool = False
    enterprise: Somewhere
    grid: InGrid
    checklist_id: str
    inspector: Person
    started_at: datetime
    finished_at: datetime
    received_at: datetime
    no_fix_reason: str | None = None
    inside_grid: bool | None = None
    distance_m: float | None = None
    answers: list[Answered] = []
    signatures: list[Signed] = []
    hazard_ids: list[str] = []


class Hazard(msgspec.Struct, kw_only=True):
    id: str
    number: str
    state: str
    level: str | None = None
    description: str
    enterprise: Somewhere
    grid: InGrid
    found_at: datetime
    found_by: Person
    department: Person | None = None
    due: datetime | None = None
    closed_at: datetime | None = None


class Paper(msgspec.Struct, kw_only=True):
    number: str
    title: str
    enterprise_id: str | None = None


class Saying(msgspec.Struct, kw_only=True):
    """The body of any event about a task, an inspection, a hazard or a paper."""

    task: Task | None = None
    inspection: Inspection | None = None
    hazard: Hazard | None = None
    paper: Paper | None = None
    task_id: str | None = None
    reason: str | None = None

    @property
    def about(self) -> Task | Inspection | Hazard | None:
        return self.task or self.inspection or self.hazard


class Header(msgspec.Struct, kw_only=True):
    seq: int
    type: str
    actor: str | None
    device: str | None
    target: str
    at: datetime
    received: datetime
    commit: str
