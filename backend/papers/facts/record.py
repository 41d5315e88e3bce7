"""检查记录: one inspection, answer by answer, with its photos and signatures."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Q

from backend.accounts.models import RoleHeld, User
from backend.accounts.roles import Role
from backend.foundation import clock
from backend.inspections.models import Answer, Inspection, Signature, Verdict
from backend.papers.facts import words
from backend.papers.filling import ImageOf
from backend.standards.models import Checklist, Clause
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
    day = clock.day_of(inspection.finished_at)
    view = view_of(inspection.checklist, day)
    items, photos = _items(inspection)
    signed = {signature.role: signature for signature in inspection.signatures.all()}
    return words.place(inspection.enterprise) | {
        "title": title_of(inspection),
        "enforcement": "是" if Role.ENFORCEMENT_OFFICER in roles_on(inspection.inspector, day) else "",
        "task": inspection.task.dispatch.title, "checklist": checklist_words(inspection.checklist),
        "standards": "；".join(f"{s.number}《{s.title}》（{s.effective_from} 起施行）" for s in view.standards),
        "started": words.moment(inspection.started_at), "finished": words.moment(inspection.finished_at),
        "received": words.moment(inspection.received_at), "late": _late(inspection), "inspector": inspection.inspector.name,
        "position": _position(inspection), "items": items, "photos": photos, "summary": _summary(inspection),
        "inspector_signature": _drawn(signed.get("inspector")), "subject_signature": _drawn(signed.get("subject")),
        "subject_name": signed["subject"].name if "subject" in signed else "",
        "refusal": signed["subject"].refused_reason if "subject" in signed else "",
    }  # fmt: skip


def checklist_words(checklist: Checklist) -> str:
    return f"{checklist.title_zh}（{checklist.key} 第 {checklist.version} 版）"


def _items(inspection: Inspection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the items in the order of the checklist, and the rows of their photos."""
    answers = {answer.item: answer for answer in inspection.answers.all()}
    clauses = Clause.objects.select_related("standard").in_bulk([a.clause_id for a in answers.values() if a.clause_id])
    rows, photos = [], []
    for number, item in enumerate(inspection.checklist.items, start=1):
        answer, text = answers[item["key"]], item["text"]["zh"]
        evidence = [f"{number}-{n}" for n, _ in enumerate(answer.photos.all(), start=1)]
        rows.append(_row(number, text, answer, clauses, evidence))
        photos += [
            {
                "no": no,
                "item": text,
                "taken_at": words.moment(photo.taken_at),
                "picture": ImageOf(photo.sha256, PHOTO_MM),
            }
            for no, photo in zip(evidence, answer.photos.all(), strict=True)
        ]
    return rows, photos


def _row(number: int, text: str, answer: Answer, clauses: dict[Any, Clause], evidence: list[str]) -> dict[str, Any]:
    clause = clauses.get(answer.clause_id)
    return {
        "no": number, "text": text, "verdict": Verdict(answer.verdict).label, "note": answer.note,
        "clause": f"{clause.standard.number} {clause.number}".strip() if clause else "", "evidence": "、".join(evidence),
    }  # fmt: skip


def _summary(inspection: Inspection) -> str:
    counted = Counter(answer.verdict for answer in inspection.answers.all())
    return "，".join(f"{verdict.label} {counted[verdict.value]} 项" for verdict in Verdict)


def _late(inspection: Inspection) -> str:
    return "说明：这份结果来自改派之前的持有人，或在任务已有结果之后才到，照存，不改变任务。" if inspection.late else ""


def _position(inspection: Inspection) -> str:
    if inspection.lon is None or inspection.lat is None:
        return f"无定位：{inspection.no_fix_reason or '未写原因'}"
    inside = {True: "在网格内", False: "不在网格内", None: "未比对网格"}[inspection.inside_grid]
    distance = f"，距登记位置 {inspection.distance_m:.0f} 米" if inspection.distance_m is not None else ""
    return f"{inspection.lon:.6f}，{inspection.lat:.6f}（误差 {inspection.accuracy_m or 0:.0f} 米，{inside}{distance}）"


def _drawn(signature: Signature | None) -> ImageOf | str:
    return ImageOf(signature.sha256, SIGNATURE_MM) if signature and signature.sha256 else ""
