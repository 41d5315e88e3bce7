"""整改复查意见书: what the last re-check of each hazard found point by point, and by whom it was signed."""

from collections import Counter
from typing import Any

from backend.hazards.exemption import Evidence, exemption
from backend.hazards.models import Hazard, PointVerdict
from backend.hazards.states import Level
from backend.hazards.views import HazardView, HazardWholeView, RecheckView, whole_view
from backend.papers.facts import words
from backend.papers.facts.pictures import OF_THE_PLACE, pictures_of
from backend.papers.filling import ImageOf
from backend.papers.problems import NOT_RECHECKED
from backend.papers.queries import orders_about

SIGNATURE_MM = 36
DONE, PARTLY, NOT_DONE = "已整改", "部分整改", "未整改"
MET = {True: "具备", False: "不具备", None: "尚不能确定"}
EVIDENCE = {
    "found": "发现", "double": "并入的记录", "due": "报告时限", "reported": "报告", "received": "签收", "ordered": "责令整改",
    "deadline": "整改期限", "extended": "同意延期", "reported_done": "报告整改完成", "closed": "销号",
}  # fmt: skip


def facts_of(hazards: list[Hazard]) -> dict[str, Any]:
    """Of one enterprise, which is handed the paper. Needs everything of hazards.queries.with_all at hand. Raises not_rechecked
    and names the hazards that were never re-checked."""
    shown = [whole_view(hazard, to_enterprise=True) for hazard in hazards]
    if unchecked := [one.number for one in shown if one.recheck is None]:
        raise NOT_RECHECKED.because("、".join(unchecked), hazards=unchecked)
    rechecks = [one.recheck for one in shown if one.recheck]
    orders = orders_about([str(hazard.pk) for hazard in hazards])
    counted = Counter(map(conclusion, rechecks))
    return words.place(hazards[0].enterprise) | {
        "order_number": "、".join(sorted(set(orders.values()))),
        "rechecked_on": "、".join(dict.fromkeys(words.day_of(made.at) for made in rechecks)),
        "hazards": [_row(n, hazard, one) for n, (hazard, one) in enumerate(zip(hazards, shown, strict=True), start=1)],
        "points": [point for n, made in enumerate(rechecks, start=1) for point in _points(n, made)],
        "photos": pictures_of(shown, OF_THE_PLACE), "summary": "，".join(f"{name} {n} 项" for name, n in counted.items()),
        "signatures": [_signed(one) for one in shown],
        "exemption": [row for hazard in hazards if hazard.level == Level.MAJOR for row in _exemption(hazard)],
    }  # fmt: skip


def conclusion(made: RecheckView) -> str:
    """Of the whole hazard: passed, or how much of it the points say is done."""
    if made.passed:
        return DONE
    some = any(point.verdict in (PointVerdict.FIXED, PointVerdict.PARTLY) for point in made.points)
    return PARTLY if some else NOT_DONE


def reported_done(shown: HazardView) -> str:
    """The latest report that it is done."""
    told = shown.report
    return f"{words.moment(told.at)}{told.by.name}{f'：{told.note}' if told.note else ''}" if told else ""


def extensions(shown: HazardWholeView) -> str:
    return "；".join(words.petition(one) for one in shown.all_petitions if one.deadline)


def _row(number: int, hazard: Hazard, shown: HazardWholeView) -> dict[str, Any]:
    made = shown.recheck
    assert made is not None
    return {
        "no": number, "number": shown.number, "description": shown.description, "level": words.level(hazard),
        "part": shown.part, "deadline": words.day_of(shown.due), "conclusion": conclusion(made),
        "rechecked_at": words.moment(made.at), "rechecked_by": made.by.name, "why": made.opinion,
        "reported_done": reported_done(shown), "extensions": extensions(shown), "reported_up": words.reported_up(shown),
        "fixed_on_spot": "立行立改" if shown.fixed_on_spot else "",
    }  # fmt: skip


def _points(number: int, made: RecheckView) -> list[dict[str, Any]]:
    return [
        {
            "no": f"{number}.{n}", "text": point.text, "verdict": PointVerdict(point.verdict).label, "note": point.note,
        }
        for n, point in enumerate(made.points, start=1)
    ]  # fmt: skip


def _signed(shown: HazardView) -> dict[str, Any]:
    made = shown.recheck
    assert made is not None
    return {
        "number": shown.number, "name": made.signed_name, "at": words.moment(made.at),
        "picture": ImageOf(made.signature, SIGNATURE_MM) if made.signature else "",
    }  # fmt: skip


def _exemption(hazard: Hazard) -> list[dict[str, Any]]:
    return [
        {
            "number": hazard.number, "condition": one.zh, "met": MET[one.met], "evidence": "；".join(map(_evidence, one.evidence)),
        }
        for one in exemption(hazard).conditions
    ]  # fmt: skip


def _evidence(seen: Evidence) -> str:
    text = seen.text.replace(" h", " 小时") if seen.what == "due" else seen.text
    told = [EVIDENCE[seen.what], words.moment(seen.at), seen.who.name if seen.who else "", text]
    return " ".join(filter(None, told))
