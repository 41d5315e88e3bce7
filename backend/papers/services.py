"""Issuing a paper: its number, what the journal's chain was at that moment, its files, and the event that knows their hashes."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from backend.accounts.models import Department, User
from backend.enterprises.models import Enterprise
from backend.foundation import blobs, clock
from backend.journal.anchors import MARK
from backend.journal.models import Chain
from backend.journal.recording import publish, recording
from backend.papers.checking import check_template
from backend.papers.events import PaperIssued, TemplateReplaced, TracebackRead
from backend.papers.facts import words
from backend.papers.fields import FIELDS, HAND, example
from backend.papers.filling import fill, template_of
from backend.papers.kinds import CODES, Form, Kind
from backend.papers.models import Paper, PaperFile, PaperNumber, PaperSubject, Template
from backend.papers.problems import HAND_FIELD_UNKNOWN, TEMPLATE_UNREADABLE
from backend.papers.queries import with_all
from backend.papers.typesetting import as_pdf
from backend.papers.views import ReadingView, paper_view, template_view
from backend.territory.models import Town


@dataclass(frozen=True)
class Stamp:
    """What makes a paper this paper: number, moment, and the chain as it was then."""

    kind: Kind
    town: str
    number: str
    at: datetime
    mark: str
    mark_seq: int


@dataclass(frozen=True)
class Draft:
    """A paper before it is issued. `facts`: as in fields.py, without what is common to all and what is filled in by hand."""

    kind: Kind
    town: str
    title: str
    facts: Mapping[str, Any]
    enterprise: Enterprise | None = None
    subjects: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Made:
    """The files of a paper. `files`: form → bytes."""

    title: str
    files: Mapping[Form, bytes]
    enterprise: Enterprise | None = None
    subjects: tuple[UUID, ...] = ()
    template_sha256: str = ""
    not_arrived: list[str] = field(default_factory=list)


def stamp(kind: Kind, town: str) -> Stamp:
    """The next number, in a transaction of its own: making the files takes too long to hold everybody's database meanwhile.
    A number whose paper then fails stays unused."""
    at = clock.now()
    year = clock.day_of(at).year
    with transaction.atomic():
        PaperNumber.objects.get_or_create(town=town, kind=kind, year=year)
        row = PaperNumber.objects.select_for_update().get(town=town, kind=kind, year=year)
        row.last = F("last") + 1
        row.save(update_fields=["last"])
        row.refresh_from_db()
    chain = Chain.objects.filter(town=town, seq__gt=0).first()
    mark, seq = (chain.head[:MARK], chain.seq) if chain else ("", 0)
    return Stamp(kind, town, f"{town}-{CODES[kind]}-{year}-{row.last:04d}", at, mark, seq)


def issue(draft: Draft, hand: Mapping[str, str], *, acting_user: User) -> Paper:
    """As DOCX and PDF from the town's template. `hand`: what the data does not hold and the issuer writes; the rest of those
    fields are blanks on the paper. Raises hand_field_unknown."""
    if strange := sorted(set(hand) - HAND[draft.kind]):
        raise HAND_FIELD_UNKNOWN.because("、".join(strange), unknown=strange, known=sorted(HAND[draft.kind]))
    template, stamped = template_of(draft.town, draft.kind), stamp(draft.kind, draft.town)
    given = {name: hand.get(name, "") for name in HAND[draft.kind]}
    filled = fill(template, _common(stamped, draft.title, acting_user) | given | dict(draft.facts))
    title = f"{draft.title} {stamped.number}"
    pdf = as_pdf(io.BytesIO(filled.docx), title=title, made_at=stamped.at)
    made = Made(
        draft.title, {Form.DOCX: filled.docx, Form.PDF: pdf}, draft.enterprise, draft.subjects, blobs.hash_of(template),
        filled.not_arrived,
    )  # fmt: skip
    return hand_out(stamped, made, acting_user=acting_user)


def hand_out(stamped: Stamp, made: Made, *, acting_user: User) -> Paper:
    """Store the files for good and say so in the journal, with the SHA-256 of each."""
    stored = {form: blobs.store(content) for form, content in made.files.items()}
    with recording():
        paper = Paper.objects.create(
            town=stamped.town, kind=stamped.kind, number=stamped.number, title=made.title, enterprise=made.enterprise,
            department=_department_of(acting_user, stamped.town), issued_by=acting_user, issued_at=stamped.at,
            mark=stamped.mark, mark_seq=stamped.mark_seq, template_sha256=made.template_sha256, not_arrived=made.not_arrived,
        )  # fmt: skip
        PaperSubject.objects.bulk_create(PaperSubject(paper=paper, subject=subject) for subject in made.subjects)
        PaperFile.objects.bulk_create(
            PaperFile(paper=paper, form=form, sha256=sha256, size=len(made.files[form]))
            for form, sha256 in stored.items()
        )
        fresh = with_all(Paper.objects.filter(pk=paper.pk)).get()
        said = PaperIssued(paper=paper_view(fresh))
        publish(said, town=fresh.town, audience=[], target=fresh.pk, acting_user=acting_user.pk)
    return fresh


def replace_template(town: str, kind: Kind, content: bytes, *, acting_user: User) -> Template:
    """The town's next version; the former ones stay, and papers name the one they were made from.

    Raises template_unreadable, template_syntax, template_fields, template_beyond_pdf.
    """
    check_template(content, kind)
    _try_out(content, kind)
    sha256 = blobs.store(content)
    with recording():
        Town.objects.select_for_update().get(pk=town)
        last = Template.objects.filter(town=town, kind=kind).aggregate(last=Max("version"))["last"] or 0
        template = Template.objects.create(
            town=town, kind=kind, version=last + 1, sha256=sha256, uploaded_by=acting_user, uploaded_at=clock.now()
        )
        said = TemplateReplaced(template=template_view(template))
        publish(said, town=town, audience=[], target=template.pk, acting_user=acting_user.pk)
    return template


def _try_out(template: bytes, kind: Kind) -> None:
    """What reads well may still not be typeset; better found out now than when a paper is needed."""
    try:
        filled = fill(template, example(FIELDS[kind]))
        as_pdf(io.BytesIO(filled.docx), title=kind.label, made_at=clock.now())
    except (RuntimeError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise TEMPLATE_UNREADABLE.because(f"试印失败：{str(error)[:200]}") from error


def note_reading(town: str, target: str, reading: ReadingView, *, acting_user: User) -> None:
    """Who looks up what others did leaves a trace too. `target`: the enterprise, or the place in words."""
    with recording():
        publish(TracebackRead(reading=reading), town=town, audience=[], target=target, acting_user=acting_user.pk)


def _common(stamped: Stamp, title: str, acting_user: User) -> dict[str, Any]:
    town = Town.objects.select_related("division").get(pk=stamped.town)
    *_, year, serial = stamped.number.split("-")
    return {
        "number": stamped.number, "year": year, "serial": serial, "title": title, "town": town.division.name,
        "notice": "演示数据：单位、人员均为虚构，本件不是正式文书" if town.demo else "", "issued_at": words.moment(stamped.at),
        "issued_on": words.day_of(stamped.at), "issued_by": acting_user.name, "mark": stamped.mark,
    }  # fmt: skip


def _department_of(user: User, town: str) -> Department | None:
    """The department in whose name the person issues in this town."""
    here = (held.department for held in user.held_today() if held.department and town.startswith(held.division[:9]))
    return next(here, None)
