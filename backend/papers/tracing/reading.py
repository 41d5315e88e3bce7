"""Giving the account, on the screen or on paper; and noting in the journal that it was read."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from backend.accounts.models import User
from backend.foundation import clock
from backend.foundation.ids import new_id
from backend.hazards.states import HazardState, Level
from backend.inspections.models import Proof
from backend.papers.facts.words import moment
from backend.papers.kinds import Kind
from backend.papers.models import Paper
from backend.papers.services import Draft, issue, note_reading
from backend.papers.tracing.account import Account
from backend.papers.tracing.gathering import Gathered, gather
from backend.papers.tracing.hidden import hidden_before
from backend.papers.tracing.missing import Leads
from backend.papers.tracing.proof import ProofView, in_runs, prove
from backend.papers.tracing.versions import Versions
from backend.papers.tracing.views import InspectedView, SignedView, TracebackView
from backend.papers.tracing.wanted import Place, WantedTraceback, place_of
from backend.papers.views import ReadingView

MISSED = {
    "task_overdue": "任务未完成", "task_late": "任务逾期完成", "passed_then_failed": "判合格后又不合格",
    "rectification_overdue": "整改逾期",
}  # fmt: skip
ROLES = {"inspector": "检查人", "subject": "被检查方", "fellow": "同行检查人"}


def read_traceback(wanted: WantedTraceback, *, acting_user: User) -> TracebackView:
    """Raises place_unclear, period_reversed, not_found, too_much_to_trace."""
    place = place_of(wanted, acting_user)
    found = _account(place, wanted, acting_user)
    note_reading(place.town, place.target, _reading(wanted), acting_user=acting_user)
    return found


def issue_traceback(wanted: WantedTraceback, hand: Mapping[str, str], *, acting_user: User) -> Paper:
    """The same as DOCX and PDF. Raises what read_traceback does, and hand_field_unknown."""
    place = place_of(wanted, acting_user)
    found = _account(place, wanted, acting_user)
    draft = Draft(Kind.TRACE, place.town, Kind.TRACE.label, _facts(found))
    paper = issue(draft, hand, acting_user=acting_user)
    note_reading(place.town, place.target, _reading(wanted, paper), acting_user=acting_user)
    return paper


def note_fetching(paper: Paper, *, acting_user: User) -> None:
    at = paper.issued_at
    fetched = ReadingView(id=new_id(), asked={}, since=at, until=at, paper=paper.number)
    note_reading(paper.town, str(paper.pk), fetched, acting_user=acting_user)


def _reading(wanted: WantedTraceback, paper: Paper | None = None) -> ReadingView:
    whole: dict[str, Any] = msgspec.to_builtins(wanted)
    asked = {name: whole[name] for name in ("enterprise_id", "grid_uid", "division", "around") if whole[name]}
    number = paper.number if paper else None
    return ReadingView(id=new_id(), asked=asked, since=wanted.since, until=wanted.until, paper=number)


def _account(place: Place, wanted: WantedTraceback, user: User) -> TracebackView:
    since, until = wanted.since, wanted.until
    gathered = gather(place, hidden_before(user))
    account = Account(since, until, _people(gathered))
    for told in gathered.told:
        account.take(told)
    versions = Versions({one.checklist_id for _, one in account.inspections.values()})
    inspections, hazards, missed = account.inspected(versions), account.found(), Leads(account, versions).told()
    used = [row.seq for row in inspections] + [row.seq for row in account.changes]
    used += [seq for row in hazards for seq in (row.seq, row.last_seq)] + [seq for row in missed for seq in row.seqs]
    return TracebackView(
        town=place.town, subject=place.words, since=since, until=until, read_at=clock.now(),
        proof=prove(place.town, gathered, used), inspections=inspections, hazards=hazards, missed=missed,
        changes=account.changes,
    )  # fmt: skip


def _people(gathered: Gathered) -> dict[str, str]:
    actors = {told.header.actor for told in gathered.told if told.header.actor}
    return {str(key): name for key, name in User.objects.filter(pk__in=actors).values_list("pk", "name")}


def _facts(found: TracebackView) -> dict[str, Any]:
    return {
        "subject": found.subject, "period": f"{moment(found.since)} 至 {moment(found.until)}",
        "chain": _chain_words(found.proof), "used": _used_words(found.proof), "misfit": _misfit_words(found.proof),
        "inspections": [_inspection_row(row) for row in found.inspections],
        "hazards": [
            {
                "seq": in_runs({row.seq, row.last_seq}), "number": row.number, "when": moment(row.found_at), "who": row.found_by,
                "what": f"{row.enterprise}{f'，{row.part}' if row.part else ''}：{row.description}",
                "state": HazardState(row.state).label + (f"（{Level(row.level).label}）" if row.level else ""),
            }
            for row in found.hazards
        ],
        "missed": [
            {"kind": MISSED[row.kind], "what": row.what, "who": row.who, "when": moment(row.at), "seq": in_runs(row.seqs)}
            for row in found.missed
        ],
        "changes": [
            {
                "seq": row.seq, "when": moment(row.at), "recorded": moment(row.recorded_at), "who": row.who or "系统",
                "what": row.what,
            }
            for row in found.changes
        ],
    }  # fmt: skip


def _inspection_row(row: InspectedView) -> dict[str, Any]:
    where = [] if row.inside_grid is not False else ["签到不在网格内"]
    where += [f"距网格 {row.off_grid_m:.0f} 米"] if row.off_grid_m else []
    if row.distance_m is not None:
        where.append(f"距单位 {row.distance_m:.0f} 米")
    elif row.no_fix_reason:
        where.append(f"无定位：{row.no_fix_reason}")
    version = row.version.checklist_version
    failed = f"不合格 {len(row.failed)} 项：{'；'.join(row.failed)}" if row.failed else "没有不合格项"
    return {
        "seq": row.seq, "when": f"{moment(row.started_at)} 至 {moment(row.finished_at)}", "where": row.enterprise,
        "who": row.inspector,
        "signed": "；".join(map(_signed_words, row.signatures)) + (f"；凭{Proof(row.proof).label}" if row.proof else ""),
        "checklist": f"{row.version.checklist} 第 {version} 版" if version else "检查表已不在库",
        "standards": "；".join(row.version.standards), "found": f"合格 {row.passed} 项，{failed}",
        "remark": "，".join([*where, *["迟到的结果"] * row.late, *_afterwards(row)]),
    }  # fmt: skip


def _afterwards(row: InspectedView) -> Iterator[str]:
    if row.arrived_at or row.left_at:
        yield f"到场 {moment(row.arrived_at) or '未记'}，离场 {moment(row.left_at) or '未记'}"
    if row.corrects:
        yield f"更正记录 {row.corrects}：{row.correction_reason or '未写理由'}"
    if row.corrected_by:
        yield f"已由记录 {row.corrected_by} 更正"
    if row.acknowledged:
        yield f"企业确认：{row.acknowledged}"


def _signed_words(signature: SignedView) -> str:
    role = ROLES.get(signature.role, signature.role)
    if signature.refused_reason:
        witness = f"（见证人 {signature.witness}）" if signature.witness else ""
        return f"{role}拒签：{signature.refused_reason}{witness}"
    arrived = "" if signature.arrived else "（图片尚未上传）"
    return f"{role} {signature.name} 已签{arrived}" if signature.signed else f"{role}未签"


def _chain_words(proof: ProofView) -> str:
    if proof.chain_fits:
        return f"全链 {proof.events} 个事件逐个相接，散列值和锚点相符；链头印记 {proof.mark}"
    return f"链有不符：第 {proof.first_bad} 号事件，{proof.why}。此后的内容不能作为依据。"


def _used_words(proof: ProofView) -> str:
    fitting = sum(row.fits for row in proof.used)
    return f"{in_runs(row.seq for row in proof.used) or '无'}（共 {len(proof.used)} 个，其中 {fitting} 个与自身散列值相符）"


def _misfit_words(proof: ProofView) -> str:
    if proof.first_misfit is None:
        return ""
    own = next((row.why for row in proof.used if row.seq == proof.first_misfit), None)
    return f"第 {proof.first_misfit} 号事件：{own or proof.why or '事件无法读取'}"
