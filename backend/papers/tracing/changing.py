"""What an event changed against what was known before it, in words."""

from collections import Counter
from collections.abc import Callable, Iterator

from backend.dispatch.kinds import Kind
from backend.dispatch.states import Fact, TaskState
from backend.foundation.problems import CATALOGUE
from backend.hazards.models import PointVerdict
from backend.hazards.states import HazardState, Level
from backend.inspections.models import Verdict
from backend.papers.facts.words import moment
from backend.papers.tracing import seen

# as the events of refusals name them
ACTS = {
    "task.hand_over": "移交", "task.withdraw": "撤回", "task.return": "退回重做", "task.countersign": "会签", "merge": "并入",
    "ask_extension": "申请延期", "propose_cancellation": "申请撤销", "decide": "审批", "report_up": "向部门报告", "receive": "签收",
    "fix_on_the_spot": "立行立改", "judge": "判定", "plan_rectification": "填写五落实", "order_rectification": "责令整改",
    "ask_recheck": "报告整改完成", "recheck": "复查",
}  # fmt: skip
GIVES_REASON = (TaskState.RETURNED, TaskState.DECLINED, TaskState.WITHDRAWN)


def task_change(before: seen.Task | None, task: seen.Task) -> str:
    kind = Kind(task.kind).label if task.kind in Kind.values else task.kind
    name = f"{kind}任务“{task.title}”（{task.enterprise.name}）"
    if before is None:
        parties = f"，参与部门：{'、'.join(one.department.name for one in task.parties)}" if task.parties else ""
        return f"{name}派给{task.assignee.name}，限 {moment(task.deadline)}{parties}"
    told = []
    if task.assignment_no != before.assignment_no:
        moved = f"由{before.assignee.name}移交给{task.assignee.name}" if task.assignee.id != before.assignee.id else ""
        told.append(f"{moved}（第 {task.assignment_no} 次派发）" if moved else f"第 {task.assignment_no} 次派发")
    if task.deadline != before.deadline:
        told.append(f"期限由 {moment(before.deadline)} 改为 {moment(task.deadline)}")
    if task.state != before.state:
        why = f"（{task.reason}）" if task.reason and task.state in GIVES_REASON else ""
        told.append(f"{state_words(before.state)} → {state_words(task.state)}{why}")
    told += _countersigned(before, task)
    told += [fact.label for fact in Fact if getattr(task.ladder, fact) and not getattr(before.ladder, fact)]
    return f"{name}{'，'.join(dict.fromkeys(told)) or '有更新'}"


def _countersigned(before: seen.Task, task: seen.Task) -> list[str]:
    had = {one.department.id for one in before.parties if one.signed_by}
    return [
        f"{one.department.name}{one.signed_by.name}会签{f'：{one.note}' if one.note else ''}"
        for one in task.parties
        if one.signed_by and one.department.id not in had
    ]


def record_change(before: seen.Inspection | None, one: seen.Inspection) -> str:
    where = f"{one.enterprise.name}，{counts_words(one)}"
    if before is None:
        corrects = f"（更正记录 {one.corrects}：{one.correction_reason or '未写理由'}）" if one.corrects else ""
        return f"提交检查结果{corrects}：{where}"
    told = [f"由记录 {one.corrected_by} 更正"] if one.corrected_by and not before.corrected_by else []
    told += [f"企业确认：{acknowledged(one)}"] if one.acknowledgement and not before.acknowledgement else []
    return f"检查记录{'，'.join(told) or '的图片到达'}：{where}"


def acknowledged(one: seen.Inspection) -> str | None:
    given = one.acknowledgement
    if given is None:
        return None
    return f"{given.by.name}{'无异议' if given.agreed else '有异议'}{f'：{given.note}' if given.note else ''}"


def refused(about: str, refusal: seen.Refused) -> str:
    """The act in the words of the office; why, by the catalogue of problems."""
    act, kind = ACTS.get(refusal.act, refusal.act), CATALOGUE.get(refusal.code)
    why = kind.zh.rstrip("。") if kind else refusal.code
    return f"{about}：未获准的操作“{act}”（{why}{f'：{refusal.detail}' if refusal.detail else ''}）"


def reminded(told: seen.Reminded) -> str:
    when = f"超过期限 {told.minutes} 分钟" if told.minutes >= 0 else f"离期限 {-told.minutes} 分钟"
    return f"任务“{told.title}”（{told.assignee.name}）提醒：{when}"


def hazard_change(before: seen.Hazard | None, hazard: seen.Hazard, number: Callable[[str], str]) -> str:
    """`number`: of another hazard, by its id."""
    name = f"隐患 {hazard.number}"
    if before is None:
        return f"{name} 上报：{f'{hazard.part}，' if hazard.part else ''}{hazard.description}"
    told = [f"{state_words(before.state)} → {state_words(hazard.state)}"] if hazard.state != before.state else []
    if hazard.level != before.level and hazard.level:
        told.append(f"判为{Level(hazard.level).label}")
    told += _loop(before, hazard)
    if hazard.due != before.due:
        was = f"由 {moment(before.due)} 改为" if before.due else ""
        told.append(f"期限{was} {moment(hazard.due)}" if hazard.due else "期限取消")
    told += _petitions(before, hazard)
    if hazard.merged_into and not before.merged_into:
        told.append(f"并入隐患 {number(hazard.merged_into)}")
    if hazard.description != before.description:
        told.append("描述有改动")
    return f"{name} {'，'.join(told) or '有更新'}"


def _loop(before: seen.Hazard, hazard: seen.Hazard) -> Iterator[str]:
    """What the steps of the loop brought with them."""
    order, was = hazard.rectification, before.rectification
    if order and order != was:
        ordered = order.ordered_at and not (was and was.ordered_at)
        yield f"{'责令整改' if ordered else '五落实有改动'}：{order.responsible}，{order.measures}"
    if hazard.report and (before.report is None or hazard.report.id != before.report.id):
        note = f"：{hazard.report.note}" if hazard.report.note else ""
        yield f"{'立行立改，' if hazard.fixed_on_spot else ''}{hazard.report.by.name}第 {hazard.report.number} 次报告整改完成{note}"
    if hazard.recheck and (before.recheck is None or hazard.recheck.id != before.recheck.id):
        yield _rechecked(hazard.recheck)
    yield from _reported_up(before.department_report, hazard.department_report)


def _rechecked(made: seen.Rechecked) -> str:
    points = "；".join(f"{one.text} {PointVerdict(one.verdict).label}" for one in made.points)
    signed = f"，{made.signed_name}签名" if made.signed_name else ""
    return f"{made.by.name}复查（{points}）{signed}{f'，意见：{made.opinion}' if made.opinion else ''}"


def _reported_up(was: seen.ReportedUp | None, told: seen.ReportedUp | None) -> Iterator[str]:
    if told and not was:
        yield f"向{told.department.name}报告" if told.department else "向部门报告"
    if told and told.received_by and not (was and was.received_by):
        yield f"{told.received_by.name}签收报告"


def _petitions(before: seen.Hazard, hazard: seen.Hazard) -> Iterator[str]:
    """An event names the petitions that wait. One that waits no more was granted if what it asked for has happened."""
    had, has = ({one.id: one for one in told.petitions} for told in (before, hazard))
    for key, asked in has.items():
        if key not in had:
            what = f"申请延期至 {moment(asked.deadline)}" if asked.deadline else "申请撤销"
            yield f"{what}：{asked.reason}"
    for key, asked in had.items():
        if key not in has:
            granted = hazard.due != before.due if asked.deadline else hazard.state == HazardState.CANCELLED
            yield f"{'' if granted else '未'}同意{'延期' if asked.deadline else '撤销'}（{asked.reason}）"


def state_words(state: str) -> str:
    for states in (TaskState, HazardState):
        if state in states.values:
            return str(states(state).label)
    return state


def counts_words(one: seen.Inspection) -> str:
    counted = Counter(answer.verdict for answer in one.answers)
    return "、".join(f"{verdict.label} {counted[verdict.value]}" for verdict in Verdict)
