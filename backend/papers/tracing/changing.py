"""What an event changed against what was known before it, in words."""

from collections import Counter

from backend.dispatch.states import Fact, TaskState
from backend.hazards.states import HazardState, Level
from backend.inspections.models import Verdict
from backend.papers.facts.words import moment
from backend.papers.tracing import seen


def task_change(before: seen.Task | None, task: seen.Task) -> str:
    name = f"任务“{task.title}”（{task.enterprise.name}）"
    if before is None:
        return f"{name}派给{task.assignee.name}，限 {moment(task.deadline)}"
    told = []
    if task.assignment_no != before.assignment_no:
        told.append(f"由{before.assignee.name}移交给{task.assignee.name}（第 {task.assignment_no} 次派发）")
    if task.deadline != before.deadline:
        told.append(f"期限由 {moment(before.deadline)} 改为 {moment(task.deadline)}")
    if task.state != before.state:
        told.append(f"{state_words(before.state)} → {state_words(task.state)}")
    told += [fact.label for fact in Fact if getattr(task.ladder, fact) and not getattr(before.ladder, fact)]
    return f"{name}{'，'.join(dict.fromkeys(told)) or '有更新'}"


def hazard_change(before: seen.Hazard | None, hazard: seen.Hazard) -> str:
    name = f"隐患 {hazard.number}"
    if before is None:
        return f"{name} 上报：{hazard.description}"
    told = [f"{state_words(before.state)} → {state_words(hazard.state)}"] if hazard.state != before.state else []
    if hazard.level != before.level and hazard.level:
        told.append(f"判为{Level(hazard.level).label}")
    if hazard.due != before.due:
        was = f"由 {moment(before.due)} 改为" if before.due else ""
        told.append(f"期限{was} {moment(hazard.due)}")
    if hazard.description != before.description:
        told.append("描述有改动")
    return f"{name} {'，'.join(told) or '有更新'}"


def state_words(state: str) -> str:
    for states in (TaskState, HazardState):
        if state in states.values:
            return str(states(state).label)
    return state


def counts_words(one: seen.Inspection) -> str:
    counted = Counter(answer.verdict for answer in one.answers)
    return "、".join(f"{verdict.label} {counted[verdict.value]}" for verdict in Verdict)
