"""What was missed: leads for the people who decide, never a finding of guilt."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.dispatch.states import Fact, TaskState
from backend.hazards.states import HazardState
from backend.inspections.models import Verdict
from backend.papers.facts.words import moment
from backend.papers.tracing import seen
from backend.papers.tracing.account import Account
from backend.papers.tracing.changing import state_words
from backend.papers.tracing.gathering import Told
from backend.papers.tracing.versions import Versions
from backend.papers.tracing.views import MissedView


@dataclass(frozen=True)
class Leads:
    account: Account
    versions: Versions

    def told(self) -> list[MissedView]:
        """Tasks overdue or done late, items passed that the next inspection failed, rectifications overdue; by time."""
        rows = [*self._overdue_tasks(), *self._passed_then_failed(), *self._overdue_hazards()]
        return sorted(rows, key=lambda row: (row.at, row.seqs))

    def _overdue_tasks(self) -> Iterator[MissedView]:
        for told, task in self.account.tasks.values():
            if (
                not self.account.inside(task.deadline)
                or task.deadline > self.account.now
                or task.state == TaskState.WITHDRAWN
            ):
                continue
            done = task.ladder.submitted if task.state in (TaskState.SUBMITTED, TaskState.COMPLETED) else None
            if done is not None and done <= task.deadline:
                continue
            kind, how = ("task_late", f"于 {moment(done)} 才完成") if done else ("task_overdue", "至今没有完成")
            what = (
                f"{task.enterprise.name}：任务“{task.title}”限 {moment(task.deadline)}，{how}；{_reached(task.ladder)}"
            )
            yield MissedView(kind=kind, what=what, who=task.assignee.name, at=task.deadline, seqs=[told.seq])

    def _passed_then_failed(self) -> Iterator[MissedView]:
        """One lead for each time an item that was passed is failed by the next inspection of the same enterprise."""
        passed: dict[tuple[str, str, str], tuple[Told, seen.Inspection]] = {}
        for told, one in sorted(self.account.inspections.values(), key=lambda row: row[1].finished_at):
            key, words = self.versions.key_and_words(one.checklist_id)
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
        if not (self.account.inside(before[1].finished_at) or self.account.inside(after[1].finished_at)):
            return
        days = (after[1].finished_at - before[1].finished_at).days
        yield MissedView(
            kind="passed_then_failed", who=before[1].inspector.name, at=before[1].finished_at,
            what=f"{before[1].enterprise.name}：“{item}”判合格，{days} 天后由{after[1].inspector.name}判不合格",
            seqs=[before[0].seq, after[0].seq],
        )  # fmt: skip

    def _overdue_hazards(self) -> Iterator[MissedView]:
        for told, one in self.account.hazards.values():
            if (
                one.due is None
                or not self.account.inside(one.due)
                or one.due > self.account.now
                or one.state in (HazardState.CANCELLED, HazardState.MERGED)
            ):
                continue
            if one.closed_at is not None and one.closed_at <= one.due:
                continue
            how = f"于 {moment(one.closed_at)} 才销号" if one.closed_at else f"现为{state_words(one.state)}"
            what = f"{one.enterprise.name}：隐患 {one.number} 限 {moment(one.due)} 整改，{how}"
            who = one.department.name if one.department else ""
            yield MissedView(kind="rectification_overdue", what=what, who=who, at=one.due, seqs=[told.seq])


def _reached(ladder: seen.Ladder) -> str:
    rungs = [fact.label for fact in Fact if getattr(ladder, fact)]
    return f"到达：{rungs[-1]}" if rungs else "没有送达手机的记录"
