"""Reading the events one after the other into what is told of inspections, hazards and changes."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from backend.foundation import clock
from backend.inspections.models import Verdict
from backend.papers.tracing import seen
from backend.papers.tracing.changing import acknowledged, hazard_change, record_change, refused, reminded, task_change
from backend.papers.tracing.gathering import Told
from backend.papers.tracing.versions import Versions
from backend.papers.tracing.views import ChangedView, FoundView, InspectedView, SignedView


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
        if self.inside(told.header.at):
            who = self.people.get(told.header.actor or "", told.header.actor)
            self.changes.append(
                ChangedView(
                    seq=told.seq,
                    type=told.type,
                    at=told.header.at,
                    recorded_at=told.header.received,
                    who=who,
                    what=what,
                )
            )

    def inside(self, at: datetime) -> bool:
        return self.since <= at <= self.until

    def _what(self, told: Told) -> str:
        """In words what this event changed against what was known before it."""
        said = told.said
        if said.task:
            return task_change(self.tasks.get(said.task.id, (told, None))[1], said.task)
        if said.inspection:
            return record_change(self.images.get(said.inspection.id), said.inspection)
        if said.hazard:
            return hazard_change(self.hazards.get(said.hazard.id, (told, None))[1], said.hazard, self._number)
        if said.refusal:
            return self._refused(said.refusal)
        if said.reminder:
            return reminded(said.reminder)
        if said.paper:
            return f"出具{said.paper.title} {said.paper.number}"
        return f"不再持有任务：{said.reason or '未写理由'}"

    def _number(self, hazard: str) -> str:
        return self.hazards[hazard][1].number if hazard in self.hazards else f"（编号 {hazard}）"

    def _refused(self, refusal: seen.Refused) -> str:
        if refusal.hazard_id:
            return refused(f"隐患 {self._number(refusal.hazard_id)}", refusal)
        task = self.tasks.get(refusal.task_id or "", (None, None))[1]
        return refused(f"任务“{task.title}”" if task else "任务", refusal)

    def inspected(self, versions: Versions) -> list[InspectedView]:
        rows = [row for row in self.inspections.values() if self.inside(row[1].finished_at)]
        return [_inspected(told, one, self.images[one.id], versions) for told, one in rows]

    def found(self) -> list[FoundView]:
        return [
            FoundView(
                seq=self.reported[key].seq, last_seq=told.seq, number=one.number, enterprise=one.enterprise.name,
                found_at=one.found_at, recorded_at=self.reported[key].header.received, found_by=one.found_by.name,
                description=one.description, level=one.level, state=one.state, cause=one.cause, part=one.part,
            )
            for key, (told, one) in self.hazards.items()
            if self.inside(one.found_at)
        ]  # fmt: skip


def _inspected(told: Told, one: seen.Inspection, latest: seen.Inspection, versions: Versions) -> InspectedView:
    counted = Counter(answer.verdict for answer in one.answers)
    _, words = versions.key_and_words(one.checklist_id)
    failed = [
        f"{words.get(a.item, a.item)}{f'（{a.note}）' if a.note else ''}"
        for a in one.answers
        if a.verdict == Verdict.FAIL
    ]
    signatures = [
        SignedView(
            role=s.role, name=s.name, signed=s.sha256 is not None, arrived=s.stored, refused_reason=s.refused_reason,
            witness=s.witness,
        )
        for s in latest.signatures
    ] + [
        SignedView(role="fellow", name=f.user.name, signed=f.sha256 is not None, arrived=f.stored, refused_reason=None)
        for f in latest.inspectors
    ]  # fmt: skip
    return InspectedView(
        seq=told.seq, enterprise=one.enterprise.name, inspector=one.inspector.name, started_at=one.started_at,
        finished_at=one.finished_at, received_at=one.received_at, late=one.late, inside_grid=one.inside_grid,
        distance_m=one.distance_m, no_fix_reason=one.no_fix_reason,
        version=versions.on(one.checklist_id, clock.day_of(one.finished_at)), passed=counted[Verdict.PASS],
        not_applicable=counted[Verdict.NA], failed=failed, signatures=signatures, arrived_at=one.arrived_at,
        left_at=one.left_at, off_grid_m=one.off_grid_m, proof=one.proof, corrects=one.corrects,
        correction_reason=one.correction_reason, corrected_by=latest.corrected_by, acknowledged=acknowledged(latest),
    )  # fmt: skip
