"""The account that is given of a place: its sections, and how each is told from the events."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from backend.dispatch.states import Fact, TaskState
from backend.foundation import clock
from backend.foundation.shapes import View
from backend.hazards.states import HazardState, Level
from backend.inspections.models import Verdict
from backend.papers.facts.words import moment
from backend.papers.tracing import seen
from backend.papers.tracing.gathering import Told
from backend.papers.tracing.proof import ProofView
from backend.standards.models import Checklist
from backend.standards.queries import view_of


class VersionView(View):
    """Checklist and standards under which somebody inspected on that day."""

    checklist: str
    checklist_version: int | None
    standards: list[str]


class SignedView(View):
    role: str
    name: str
    signed: bool
    arrived: bool
    refused_reason: str | None


class InspectedView(View):
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


@dataclass
class Account:
    """Built in one pass over the events; `since`, `until` bound what is told."""

    since: datetime
    until: datetime
    people: dict[str, str]
    now: datetime = field(default_factory=clock.now)
    tasks: dict[str, tuple[Told, seen.Task]] = field(default_factory=dict)
    inspections: dict[str, tuple[Told, seen.Inspection]] = field(default_factory=dict)
    images: dict[str, seen.Inspection] = field(default_factory=dict)
    hazards: dict[str, tuple[Told, seen.Hazard]] = field(default_factory=dict)
    reported: dict[str, Told] = field(default_factory=dict)
    changes: list[ChangedView] = field(default_factory=list)

    def take(self, told: Told) -> None:
        what = self._what(told)
        said = told.said
        if said.task:
            self.tasks[said.task.id] = (told, said.task)
        if said.inspection:
            self.inspections.setdefault(said.inspection.id, (told, said.inspection))
            self.images[said.inspection.id] = said.inspection
        if said.hazard:
            self.reported.setdefault(said.hazard.id, told)
            self.hazards[said.hazard.id] = (told, said.hazard)
        if self._inside(told.header.at):
            who = self.people.get(told.header.actor or "", told.header.actor)
            self.changes.append(
                ChangedView(seq=told.seq, type=told.type, at=told.header.at, recorded_at=told.header.received, who=who, what=what)
            )

    def _inside(self, at: datetime) -> bool:
        return self.since <= at <= self.until

    def _what(self, told: Told) -> str:
        """In words what this event changed against what was known before it."""
        said = told.said
        if said.task:
            return _task_change(self.tasks.get(said.task.id, (told, None))[1], said.task)
        if said.inspection:
            first = said.inspection.id not in self.inspections
            return f"{'提交检查结果' if first else '检查记录的图片到达'}：{said.inspection.enterprise.name}，{_counts(said.inspection)}"
        if said.hazard:
            return _hazard_change(self.hazards.get(said.hazard.id, (told, None))[1], said.hazard)
        if said.paper:
            return f"出具{said.paper.title} {said.paper.number}"
        return f"不再持有任务：{said.reason or '未写理由'}"

    def inspected(self, versions: "Versions") -> list[InspectedView]:
        rows = [row for row in self.inspections.values() if self._inside(row[1].finished_at)]
        return [_inspected(told, one, self.images[one.id], versions) for told, one in rows]

    def found(self) -> list[FoundView]:
        return [
            FoundView(
                seq=self.reported[key].seq, last_seq=told.seq, number=one.number, enterprise=one.enterprise.name,
                found_at=one.found_at, recorded_at=self.reported[key].header.received, found_by=one.found_by.name,
                description=one.description, level=one.level, state=one.state,
            )
            for key, (told, one) in self.hazards.items()
            if self._inside(one.found_at)
        ]  # fmt: skip

    def missed(self, versions: "Versions") -> list[MissedView]:
        """Tasks overdue or done late, items passed that the next inspection failed, rectifications overdue; by time."""
        rows = [*self._overdue_tasks(), *self._passed_then_failed(versions), *self._overdue_hazards()]
        return sorted(rows, key=lambda row: (row.at, row.seqs))

    def _overdue_tasks(self) -> Iterator[MissedView]:
        for told, task in self.tasks.values():
            if not self._inside(task.deadline) or task.deadline > self.now or task.state == TaskState.WITHDRAWN:
                continue
            done = task.ladder.submitted if task.state in (TaskState.SUBMITTED, TaskState.COMPLETED) else None
            if done is not None and done <= task.deadline:
                continue
            kind, how = ("task_late", f"于 {moment(done)} 才完成") if done else ("task_overdue", "至今没有完成")
            what = f"{task.enterprise.name}：任务“{task.title}”限 {moment(task.deadline)}，{how}；{_reached(task.ladder)}"
            yield MissedView(kind=kind, what=what, who=task.assignee.name, at=task.deadline, seqs=[told.seq])

    def _passed_then_failed(self, versions: "Versions") -> Iterator[MissedView]:
        """One lead for each time an item that was passed is failed by the next inspection of the same enterprise."""
        passed: dict[tuple[str, str, str], tuple[Told, seen.Inspection]] = {}
        for told, one in sorted(self.inspections.values(), key=lambda row: row[1].finished_at):
            key, words = versions.key_and_words(one.checklist_id)
            for answer in one.answers:
                place = (one.enterprise.id, key, answer.item)
                before = passed.pop(place, None) if answer.verdict != Verdict.NA else passed.get(place)
                if answer.verdict == Verdict.PASS:
                    passed[place] = (told, one)
                elif answer.verdict == Verdict.FAIL and before is not None:
                    yield from self._lead(before, (told, one), words.get(answer.item, answer.item))

    def _lead(
        self, before: tuple[Told, seen.Inspection], after: tuple[Told, seen.Inspection], item: str
    ) -> Iterator[MissedView]:
        if not (self._inside(before[1].finished_at) or self._inside(after[1].finished_at)):
            return
        days = (after[1].finished_at - before[1].finished_at).days
        yield MissedView(
            kind="passed_then_failed", who=before[1].inspector.name, at=before[1].finished_at,
            what=f"{before[1].enterprise.name}：“{item}”判合格，{days} 天后由{after[1].inspector.name}判不合格",
            seqs=[before[0].seq, after[0].seq],
        )  # fmt: skip

    def _overdue_hazards(self) -> Iterator[MissedView]:
        for told, one in self.hazards.values():
            if one.due is None or not self._inside(one.due) or one.due > self.now or one.state == HazardState.CANCELLED:
                continue
            if one.closed_at is not None and one.closed_at <= one.due:
                continue
            how = f"于 {moment(one.closed_at)} 才销号" if one.closed_at else f"现为{_state(one.state)}"
            what = f"{one.enterprise.name}：隐患 {one.number} 限 {moment(one.due)} 整改，{how}"
            yield MissedView(kind="rectification_overdue", what=what, who="", at=one.due, seqs=[told.seq])


class Versions:
    """Checklists by id, and what was in force on a day. Published versions are never edited, so the rows are the versions."""

    def __init__(self, checklists: Iterable[str]) -> None:
        rows = Checklist.objects.in_bulk({UUID(key) for key in checklists})
        self.rows = {str(key): row for key, row in rows.items()}
        self._known: dict[tuple[str, date], VersionView] = {}

    def key_and_words(self, checklist: str) -> tuple[str, dict[str, str]]:
        row = self.rows.get(checklist)
        return (row.key, {item["key"]: item["text"]["zh"] for item in row.items}) if row else (checklist, {})

    def on(self, checklist: str, day: date) -> VersionView:
        if (checklist, day) not in self._known:
            self._known[checklist, day] = self._looked_up(checklist, day)
        return self._known[checklist, day]

    def _looked_up(self, checklist: str, day: date) -> VersionView:
        row = self.rows.get(checklist)
        if row is None:
            return VersionView(checklist=checklist, checklist_version=None, standards=[])
        standards = [f"{s.number}《{s.title}》（{s.effective_from} 起施行）" for s in view_of(row, day).standards]
        return VersionView(checklist=row.title_zh, checklist_version=row.version, standards=standards)


def _inspected(told: Told, one: seen.Inspection, latest: seen.Inspection, versions: Versions) -> InspectedView:
    counted = Counter(answer.verdict for answer in one.answers)
    _, words = versions.key_and_words(one.checklist_id)
    failed = [f"{words.get(a.item, a.item)}{f'（{a.note}）' if a.note else ''}" for a in one.answers if a.verdict == Verdict.FAIL]
    signatures = [
        SignedView(role=s.role, name=s.name, signed=s.sha256 is not None, arrived=s.stored, refused_reason=s.refused_reason)
        for s in latest.signatures
    ]
    return InspectedView(
        seq=told.seq, enterprise=one.enterprise.name, inspector=one.inspector.name, started_at=one.started_at,
        finished_at=one.finished_at, received_at=one.received_at, late=one.late, inside_grid=one.inside_grid,
        distance_m=one.distance_m, no_fix_reason=one.no_fix_reason,
        version=versions.on(one.checklist_id, clock.day_of(one.finished_at)), passed=counted[Verdict.PASS],
        not_applicable=counted[Verdict.NA], failed=failed, signatures=signatures,
    )  # fmt: skip


def _task_change(before: seen.Task | None, task: seen.Task) -> str:
    name = f"任务“{task.title}”（{task.enterprise.name}）"
    if before is None:
        return f"{name}派给{task.assignee.name}，限 {moment(task.deadline)}"
    told = []
    if task.assignment_no != before.assignment_no:
        told.append(f"由{before.assignee.name}移交给{task.assignee.name}（第 {task.assignment_no} 次派发）")
    if task.deadline != before.deadline:
        told.append(f"期限由 {moment(before.deadline)} 改为 {moment(task.deadline)}")
    if task.state != before.state:
        told.append(f"{_state(before.state)} → {_state(task.state)}")
    told += [fact.label for fact in Fact if getattr(task.ladder, fact) and not getattr(before.ladder, fact)]
    return f"{name}{'，'.join(dict.fromkeys(told)) or '有更新'}"


def _hazard_change(before: seen.Hazard | None, hazard: seen.Hazard) -> str:
    name = f"隐患 {hazard.number}"
    if before is None:
        return f"{name} 上报：{hazard.description}"
    told = [f"{_state(before.state)} → {_state(hazard.state)}"] if hazard.state != before.state else []
    if hazard.level != before.level and hazard.level:
        told.append(f"判为{Level(hazard.level).label}")
    if hazard.due != before.due:
        told.append(f"期限 {moment(hazard.due)}" if before.due is None else f"期限由 {moment(before.due)} 改为 {moment(hazard.due)}")
    if hazard.description != before.description:
        told.append("描述有改动")
    return f"{name} {'，'.join(told) or '有更新'}"


def _state(state: str) -> str:
    for states in (TaskState, HazardState):
        if state in states.values:
            return str(states(state).label)
    return state


def _counts(one: seen.Inspection) -> str:
    counted = Counter(answer.verdict for answer in one.answers)
    return "、".join(f"{verdict.label} {counted[verdict.value]}" for verdict in Verdict)


def _reached(ladder: seen.Ladder) -> str:
    rungs = [fact.label for fact in Fact if getattr(ladder, fact)]
    return f"到达：{rungs[-1]}" if rungs else "没有送达手机的记录"
