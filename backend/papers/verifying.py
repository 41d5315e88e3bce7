"""Whether a paper that somebody holds is the one that was issued: the file's hash, the event that recorded it, the chain's mark."""

from typing import Any

import msgspec

from backend.foundation import blobs
from backend.foundation.shapes import View
from backend.journal.chain import commitment, link
from backend.journal.models import Event
from backend.papers.events import PaperIssued
from backend.papers.models import Paper, PaperFile
from backend.papers.queries import with_all
from backend.papers.views import PaperView, paper_view


class PaperVerdict(View):
    """`known`: such a paper was issued. `fits`: row, event, chain and stored files agree; else `why` says which does not."""

    known: bool
    fits: bool = False
    why: str | None = None
    form: str | None = None
    paper: PaperView | None = None
    event_seq: int | None = None


def verify_number(number: str, town_codes: list[str]) -> PaperVerdict:
    return _judged(Paper.objects.filter(number=number, town__in=town_codes).first(), None)


def verify_file(sha256: str, town_codes: list[str]) -> PaperVerdict:
    """By the hash of the file that somebody holds: one changed byte, and it is not known."""
    rows = PaperFile.objects.filter(sha256=sha256, paper__town__in=town_codes).select_related("paper")
    file = rows.order_by("pk").first()
    return _judged(file.paper if file else None, file.form if file else None)


def _judged(found: Paper | None, form: str | None) -> PaperVerdict:
    if found is None:
        return PaperVerdict(known=False, why="没有出具过这样的文书，或文件已被改动")
    paper = with_all(Paper.objects.filter(pk=found.pk)).get()
    rows = Event.objects.filter(chain=paper.town, target=str(paper.pk), type=PaperIssued.TYPE).select_related("content")
    event = rows.order_by("seq").first()
    view = paper_view(paper)
    why = _misfit(view, event)
    return PaperVerdict(
        known=True, fits=why is None, why=why, form=form, paper=view, event_seq=event.seq if event else None
    )


def _misfit(paper: PaperView, event: Event | None) -> str | None:
    if event is None:
        return "日志里没有出具这份文书的事件"
    if link(event.prev, event.header) != event.hash:
        return f"第 {event.seq} 号事件的散列值不符"
    body = getattr(event, "content", None)
    header: dict[str, Any] = msgspec.json.decode(event.header)
    if body is None or commitment(bytes(body.salt), body.body) != header["commit"]:
        return f"第 {event.seq} 号事件的正文不是当初记下的正文"
    if msgspec.json.decode(body.body, type=PaperIssued).paper != paper:
        return f"登记的内容与第 {event.seq} 号事件记下的不同"
    return _mark_misfit(paper) or _files_misfit(paper)


def _mark_misfit(paper: PaperView) -> str | None:
    marked = Event.objects.filter(chain=paper.town, seq=paper.mark_seq).values_list("hash", flat=True).first() or ""
    if paper.mark_seq and not marked.startswith(paper.mark):
        return f"印记与第 {paper.mark_seq} 号事件的散列值不符：在此之前的日志被改动过"
    return None


def _files_misfit(paper: PaperView) -> str | None:
    for file in paper.files:
        if not blobs.exists(file.sha256):
            return f"存档的 {file.form} 文件不见了"
        with blobs.opened(file.sha256) as stored:
            if blobs.hash_of(stored.read()) != file.sha256:
                return f"存档的 {file.form} 文件被改动过"
    return None
