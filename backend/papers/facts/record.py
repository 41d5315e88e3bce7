"""检查记录: one inspection, answer by answer, with its photos and signatures."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Q

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.dispatch.kinds import Kind
from backend.foundation import clock
from backend.inspections.models import Inspection, Proof, Verdict
from backend.inspections.views import AcknowledgementView, AnswerView, InspectionView, inspection_view
from backend.papers.facts import words
from backend.papers.filling import ImageOf
from backend.papers.queries import records_about
from backend.standards.models import Checklist
from backend.standards.queries import view_of

PHOTO_MM, SIGNATURE_MM = 72, 36


def title_of(inspection: Inspection) -> str:
    """A grid worker has no power of enforcement and must not use its form."""
    held = roles_on(inspection.inspector, clock.day_of(inspection.finished_at))
    if Role.ENFORCEMENT_OFFICER in held:
        return "安全生产现场检查记录"
    return "安全生产网格巡查记录" if Role.GRID_WORKER in held else "安全生产检查记录"


def roles_on(user: User, day: date) -> set[str]:
    rows = RoleHeld.objects.filter(Q(until=None) | Q(until__gte=day), user=user, since__lte=day)
    return set(rows.values_list("role", flat=True))


def facts_of(inspection: Inspection) -> dict[str, Any]:
    """Needs everything of inspections.queries.with_all, the checklist, the task's dispatch and the enterprise's grid and
    department at hand."""
    day, shown = clock.day_of(inspection.finished_at), inspection_view(inspection)
    view = view_of(inspection.checklist, day)
    items, photos = _items(inspection, shown)
    enforcing = Role.ENFORCEMENT_OFFICER in roles_on(inspection.inspector, day)
    return words.place(inspection.enterprise) | {
        "title": title_of(inspection), "enforcement": "是" if enforcing else "",
        "task": inspection.task.dispatch.title, "kind": Kind(inspection.task.dispatch.kind).label,
        "checklist": checklist_words(inspection.checklist),
        "standards": "；".join(f"{s.number}《{s.title}》（{s.effective_from} 起施行）" for s in view.standards),
        "started": words.moment(shown.started_at), "finished": words.moment(shown.finished_at),
        "arrived": words.moment(shown.arrived_at), "left": words.moment(shown.left_at),
        "received": words.moment(shown.received_at), "late": _late(inspection), "inspector": shown.inspector.name,
        "position": _position(shown), "items": items, "photos": photos, "summary": _summary(inspection),
        "corrects": _corrects(inspection), "corrected_by": _corrected_by(inspection),
    } | _signing(shown, enforcing)  # fmt: skip


def _signing(shown: InspectionView, enforcing: bool) -> dict[str, Any]:
    """Who signed and how. What the issuer may write by hand is only given here if the record holds it; who enforces never goes
    alone, so that a second signature which the record lacks leaves its line."""
    signed = {signature.role: signature for signature in shown.signatures}
    own, other = signed.get("inspector"), signed.get("subject")
    fellows = [{"name": f.user.name, "signature": _drawn(f.sha256)} for f in shown.inspectors]
    held = {
        "second_inspector": "、".join(fellow.user.name for fellow in shown.inspectors), "opinion": _opinion(shown.acknowledgement),
        "witness": other.witness if other else "",
    }  # fmt: skip
    return {
        "inspector_signature": _drawn(own.sha256) if own else "", "subject_signature": _drawn(other.sha256) if other else "",
        "subject_name": other.name if other else "", "refusal": other.refused_reason if other else "",
        "fellows": fellows or [{"name": "", "signature": ""}] * enforcing, "proof": Proof(shown.proof).label if shown.proof else "",
        "witness_signature": _drawn(other.witness_sha256) if other else "",
    } | {name: value for name, value in held.items() if value}  # fmt: skip


def checklist_words(checklist: Checklist) -> str:
    return f"{checklist.title_zh}（{checklist.key} 第 {checklist.version} 版）"


def _items(inspection: Inspection, shown: InspectionView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the items in the order of the checklist, and the rows of their photos. An item that was not asked has a row
    with nothing in it."""
    answers = {answer.item: answer for answer in shown.answers}
    rows, photos = list[dict[str, Any]](), list[dict[str, Any]]()
    for number, item in enumerate(inspection.checklist.items, start=1):
        answer, text = answers.get(item["key"]), item["text"]["zh"]
        pictures = answer.photos if answer else []
        evidence = [f"{number}-{n}" for n, _ in enumerate(pictures, start=1)]
        rows.append(_row(number, text, answer, evidence))
        photos += [
            {
                "no": no,
                "item": text,
                "taken_at": words.moment(photo.taken_at),
                "picture": ImageOf(photo.sha256, PHOTO_MM),
            }
            for no, photo in zip(evidence, pictures, strict=True)
        ]
    return rows, photos


def _row(number: int, text: str, answer: AnswerView | None, evidence: list[str]) -> dict[str, Any]:
    if answer is None:
        return {"no": number, "text": text, "verdict": "", "note": "", "clause": "", "evidence": ""}
    told = [str(answer.value)] if answer.value is not None else []
    cited = answer.clause
    return {
        "no": number, "text": text, "verdict": Verdict(answer.verdict).label,
        "note": "；".join([*told, *filter(None, [answer.note])]),
        "clause": f"{cited.standard} {cited.number or ''}".strip() if cited else "", "evidence": "、".join(evidence),
    }  # fmt: skip


def _summary(inspection: Inspection) -> str:
    counted = Counter(answer.verdict for answer in inspection.answers.all())
    return "，".join(f"{verdict.label} {counted[verdict.value]} 项" for verdict in Verdict)


def _late(inspection: Inspection) -> str:
    return "说明：这份结果来自改派之前的持有人，或在任务已有结果之后才到，照存，不改变任务。" if inspection.late else ""


def _corrects(inspection: Inspection) -> str:
    if inspection.corrects is None:
        return ""
    return f"本记录更正{_named(inspection.corrects)}，理由：{inspection.correction_reason}"


def _corrected_by(inspection: Inspection) -> str:
    further: Inspection | None = getattr(inspection, "correction", None)
    return f"本记录已由{_named(further)}更正，理由：{further.correction_reason}" if further else ""


def _named(record: Inspection) -> str:
    """A record has no number of its own: when it was made, the papers that were issued of it, and its id."""
    papers = "".join(f"，文书号 {number}" for number in records_about(str(record.pk)))
    return f"{words.moment(record.finished_at)}的记录（编号 {record.pk}{papers}）"


def _opinion(given: AcknowledgementView | None) -> str:
    """The enterprise's acknowledgement."""
    if given is None:
        return ""
    said = "已阅，无异议" if given.agreed else "已阅，有异议"
    return f"{said}{f'：{given.note}' if given.note else ''}（{given.by.name}，{words.moment(given.at)}）"


def _position(shown: InspectionView) -> str:
    fix = shown.position
    if fix is None:
        return f"无定位：{shown.no_fix_reason or '未写原因'}"
    inside = {True: "在网格内", False: "不在网格内", None: "未比对网格"}[shown.inside_grid]
    told = [f"误差 {fix.accuracy_m:.0f} 米", inside]
    told += [f"距网格 {shown.off_grid_m:.0f} 米"] if shown.off_grid_m else []
    told += [f"距登记位置 {shown.distance_m:.0f} 米"] if shown.distance_m is not None else []
    return f"{fix.lon:.6f}，{fix.lat:.6f}（{'，'.join(told)}）"


def _drawn(sha256: str | None) -> ImageOf | str:
    return ImageOf(sha256, SIGNATURE_MM) if sha256 else ""
