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


class Party(msgspec.Struct):
    """A department that takes part in a joint inspection, and its countersignature."""

    department: Person
    signed_by: Person | None = None
    note: str = ""


class Task(msgspec.Struct, kw_only=True):
    id: str
    kind: str = "inspection"
    state: str
    title: str
    deadline: datetime
    assignee: Person
    assignment_no: int
    enterprise: Somewhere
    grid: InGrid
    ladder: Ladder = msgspec.field(default_factory=Ladder)
    inspection_id: str | None = None
    reason: str | None = None
    parties: list[Party] = []


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
    witness: str | None = None


class Fellow(msgspec.Struct):
    user: Person
    sha256: str | None = None
    stored: bool = False


class Acknowledged(msgspec.Struct):
    by: Person
    agreed: bool
    note: str = ""


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
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    off_grid_m: float | None = None
    inspectors: list[Fellow] = []
    proof: str | None = None
    corrects: str | None = None
    correction_reason: str | None = None
    corrected_by: str | None = None
    acknowledgement: Acknowledged | None = None


class Elements(msgspec.Struct):
    responsible: str = ""
    measures: str = ""
    ordered_at: datetime | None = None


class DoneReport(msgspec.Struct):
    id: str
    number: int
    by: Person
    note: str = ""


class Point(msgspec.Struct):
    text: str
    verdict: str


class Rechecked(msgspec.Struct):
    id: str
    by: Person
    passed: bool
    points: list[Point] = []
    opinion: str = ""
    signed_name: str = ""


class Petition(msgspec.Struct):
    id: str
    kind: str
    reason: str
    deadline: datetime | None = None


class ReportedUp(msgspec.Struct):
    department: Person | None = None
    received_by: Person | None = None


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
    cause: str | None = None
    part: str = ""
    fixed_on_spot: bool = False
    merged_into: str | None = None
    rectification: Elements | None = None
    report: DoneReport | None = None
    recheck: Rechecked | None = None
    petitions: list[Petition] = []
    department_report: ReportedUp | None = None


class Paper(msgspec.Struct, kw_only=True):
    number: str
    title: str
    enterprise_id: str | None = None
    subject_ids: list[str] = []


class Refused(msgspec.Struct):
    """What somebody tried on a task or a hazard and a rule forbade."""

    act: str
    code: str
    detail: str = ""
    task_id: str | None = None
    hazard_id: str | None = None


class Reminded(msgspec.Struct):
    task_id: str
    title: str
    assignee: Person
    hears: str
    minutes: int


class Saying(msgspec.Struct, kw_only=True):
    """The body of any event about a task, an inspection, a hazard or a paper."""

    task: Task | None = None
    inspection: Inspection | None = None
    hazard: Hazard | None = None
    paper: Paper | None = None
    task_id: str | None = None
    reason: str | None = None
    refusal: Refused | None = None
    reminder: Reminded | None = None

    @property
    def of_task(self) -> str | None:
        """The task it is about, whatever it says of it."""
        told = (
            self.task_id
            or (self.task.id if self.task else None)
            or (self.inspection.task_id if self.inspection else None)
        )
        return (
            told
            or (self.refusal.task_id if self.refusal else None)
            or (self.reminder.task_id if self.reminder else None)
        )

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
