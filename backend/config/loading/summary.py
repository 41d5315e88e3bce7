"""What a load has done, in a few lines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from backend.config.loading.folder import TownFolder
from backend.config.loading.writing import Loaded
from backend.dispatch.models import Task
from backend.dispatch.states import OPEN
from backend.foundation import clock
from backend.hazards.models import Hazard
from backend.hazards.states import HazardState, Level
from backend.territory.dividing import Mended

_KINDS = {"invalid": "自相交等无效图形", "overlap": "重叠", "gap": "缝隙", "outside": "超出镇界"}


def coverage_line(mended: Mended) -> str:
    if not mended.found:
        return "村界检查：没有发现重叠、缝隙或无效图形，按原样使用"
    counted = Counter(fault.kind for fault in mended.found)
    kinds = "、".join(f"{_KINDS[kind]} {number} 处" for kind, number in counted.items())
    biggest, total = max(f.area_m2 for f in mended.found), sum(f.area_m2 for f in mended.found)
    return f"村界检查：发现 {len(mended.found)} 处（{kinds}），最大 {biggest:.1f} m²，共 {total:.1f} m²，已全部修复"


def summary_lines(folder: TownFolder, loaded: Loaded) -> list[str]:
    settings, report = folder.settings, folder.divided.report
    provisional = int(folder.mended.villages["provisional"].sum())
    codes = f"（其中临时代码 {provisional} 个）" if provisional else ""
    held = Counter(posting.user_id for posting in loaded.postings if posting.main)
    stand_ins = {posting.user_id for posting in loaded.postings} - held.keys()
    return [
        f"{settings.name}（{settings.code}）已装载",
        f"  村（社区）{len(folder.mended.villages)} 个{codes}，网格 {len(folder.divided.grids)} 个{_balance(report)}",
        f"  部门 {len(folder.departments)} 个，人员 {len(folder.people)} 名，单位 {len(folder.enterprises)} 家",
        f"  主责网格员 {len(held)} 名（每人最多 {max(held.values())} 格），替补 {len(stand_ins)} 名",
    ]


def history_line(town: str) -> str:
    tasks, hazards = Task.objects.filter(dispatch__town=town), Hazard.objects.filter(town=town)
    late = tasks.filter(state__in=OPEN, deadline__lt=clock.now()).count()
    closed, major = hazards.filter(state=HazardState.CLOSED), hazards.filter(level=Level.MAJOR)
    return (
        f"  演示历史：任务 {tasks.count()} 项（未完成 {tasks.filter(state__in=OPEN).count()}，其中逾期 {late}），"
        f"隐患 {hazards.count()} 处（已销号 {closed.count()}），其中重大 {major.count()} 处（已销号 {(closed & major).count()}）"
    )


def _balance(report: dict[str, Any]) -> str:
    if "max_deviation_percent" not in report:
        return "（按文件，未重新划分）"
    uneven = sum(bool(village["reasons"]) for village in report["villages"])
    why = (
        f"（{uneven} 个村超过 {report['params']['balance_tolerance_percent']:g} %，原因记在网格方案里）"
        if uneven
        else ""
    )
    return f"，村内负载最大偏差 {report['max_deviation_percent']:.1f} %{why}"
