"""An import from the file to the register and back: take, check, carry out, undo.

Long steps go in portions, each a transaction of its own, so that phones are not kept waiting; `advance` does the next
portion, and may be called by several at once and again after a crash.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import IntegrityError
from django.db.models import F, Q, QuerySet

from backend.accounts.models import User
from backend.accounts.roles import IMPORT_REGISTER
from backend.enterprises.events import RegisterImportChanged
from backend.enterprises.importing.headings import EXPORTED, find_headings
from backend.enterprises.importing.judging import Judge
from backend.enterprises.importing.problems import CRS_UNKNOWN, FILE_EMPTY, IMPORT_ID_REUSED, TOO_MANY_IMPORTS
from backend.enterprises.importing.reference import reference_for
from backend.enterprises.importing.rows import Row
from backend.enterprises.importing.views import import_view
from backend.enterprises.importing.writing import strike_off, write_rows
from backend.enterprises.models import ImportRow, RegisterImport, Verdict
from backend.enterprises.permissions import office_of, require_in_town
from backend.enterprises.states import UNDER_WAY, ImportState
from backend.foundation import blobs, clock
from backend.foundation.moves import change, move
from backend.foundation.shapes import Body
from backend.foundation.spreadsheets import UnreadableTable, read_table
from backend.journal.recording import publish, recording
from backend.territory.dividing import is_crs
from backend.territory.shifted import BD09, GCJ02

LARGEST = 8 * 1024 * 1024
PORTION = 500
# of a town at a time; each holds up to twenty thousand rows
MOST_UNDER_WAY = 5
TRIES = 3
Told = Callable[[RegisterImport], None]


class NewImport(Body, kw_only=True):
    """`crs`: of positions whose heading does not name one: an EPSG code such as EPSG:4547, GCJ-02 or BD-09."""

    id: UUID
    town: Annotated[str, msgspec.Meta(pattern=r"^\d{9}$")]
    file_name: Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")]
    crs: Annotated[str, msgspec.Meta(max_length=20)] = "EPSG:4490"


def take(wanted: NewImport, content: bytes, *, acting_user: User | None) -> RegisterImport:
    """Keep the file; it is looked into afterwards. The same request again returns the same import.

    `acting_user` None: somebody at the server's own command line. Raises not_found, crs_unknown, file_empty,
    too_many_imports, import_id_reused.
    """
    if acting_user:
        require_in_town(acting_user, IMPORT_REGISTER, wanted.town)
    if wanted.crs not in (GCJ02, BD09) and not is_crs(wanted.crs):
        raise CRS_UNKNOWN.because(wanted.crs, crs=wanted.crs)
    if not content:
        raise FILE_EMPTY.because()
    sha256 = blobs.hash_of(content)
    if earlier := RegisterImport.objects.filter(pk=wanted.id).first():
        if (earlier.sha256, earlier.town) != (sha256, wanted.town):
            raise IMPORT_ID_REUSED.because()
        return _nudged(earlier, acting_user) if earlier.state == ImportState.ARRIVED else earlier
    if RegisterImport.objects.filter(town=wanted.town, state__in=UNDER_WAY).count() >= MOST_UNDER_WAY:
        raise TOO_MANY_IMPORTS.because()
    blobs.store(content)
    with recording():
        made = RegisterImport.objects.create(
            id=wanted.id, town=wanted.town, file_name=wanted.file_name, sha256=sha256, crs=wanted.crs,
            state=ImportState.ARRIVED, sent_by=acting_user, sent_at=clock.now(),
        )  # fmt: skip
        _say(made, acting_user)
    return made


def carry_out(found: RegisterImport, *, acting_user: User | None) -> RegisterImport:
    """Begin to write the good rows, or go on with it. Raises illegal_move unless the file was checked and not yet imported."""
    return _begin(found, ImportState.IMPORTING, acting_user)


def undo(found: RegisterImport, *, acting_user: User | None) -> RegisterImport:
    """Begin to strike off again what the import has put on the register. Raises illegal_move."""
    return _begin(found, ImportState.UNDOING, acting_user)


def _begin(found: RegisterImport, state: ImportState, acting_user: User | None) -> RegisterImport:
    if acting_user:
        require_in_town(acting_user, IMPORT_REGISTER, found.town)
    if found.state == state:
        return _nudged(found, acting_user)
    with recording():
        move(found, state, who=acting_user.id if acting_user else None)
        _say(found, acting_user)
    return found


def _nudged(found: RegisterImport, acting_user: User | None) -> RegisterImport:
    """Asked for again while it is under way: if the worker had given up on it, it goes on."""
    with recording():
        change(found)
        _say(found, acting_user)
    return found


def advance_imports(town: str) -> None:
    """Handler: one portion of each import that is under way; what it says at its end brings it here again."""
    for found in RegisterImport.objects.filter(town=town, state__in=UNDER_WAY).order_by("pk"):
        advance(found)


def finish(found: RegisterImport, told: Told) -> RegisterImport:
    """All portions of the step that is under way, one after the other."""
    while found.state in UNDER_WAY:
        advance(found)
        found.refresh_from_db()
        told(found)
    return found


def advance(found: RegisterImport) -> None:
    """The next portion of an import that is under way."""
    match found.state:
        case ImportState.ARRIVED:
            _check(found)
        case ImportState.IMPORTING:
            _again_if_raced(lambda: _write_portion(found.pk))
        case ImportState.UNDOING:
            _again_if_raced(lambda: _undo_portion(found.pk))


def _again_if_raced(portion: Callable[[], None]) -> None:
    """Somebody may register by hand just what a row brings: the second look finds it on the register."""
    for left in reversed(range(TRIES)):
        try:
            portion()
            return
        except IntegrityError:
            if not left:
                raise


def _check(found: RegisterImport) -> None:
    """Read the file and judge its rows; the register stays as it is."""
    try:
        with blobs.opened(found.sha256) as file:
            table = read_table(file.read())
        headings = find_headings(table.rows)
        if headings is None:
            raise UnreadableTable(
                "前 15 行里找不到表头", f"表头至少要有“单位名称”和另外两列，可用的列名：{'、'.join(EXPORTED.values())}"
            )
    except UnreadableTable as error:
        _settle(found, ImportState.UNREADABLE, [], unreadable_why=str(error)[:300])
        return
    rows = Judge(headings, reference_for(found.town), found.crs).rows_of(table.rows)
    columns = {field: headings.labels[n] for field, n in headings.columns.items()}
    _settle(
        found, ImportState.CHECKED, rows, encoding=table.encoding, header_row=headings.last + 1, columns=columns,
        labels=headings.reimportable, ignored=headings.ignored,
    )  # fmt: skip


def _settle(arrived: RegisterImport, state: ImportState, rows: Iterable[Row], **columns: Any) -> None:
    """If somebody else was faster, nothing of this is kept, for theirs is the same."""
    with recording():
        found = _held(arrived.pk, ImportState.ARRIVED)
        if found is None:
            return
        move(found, state, who=None, **columns)
        ImportRow.objects.bulk_create((_kept(found, row) for row in rows), batch_size=PORTION)
        _say(found, None)


def _kept(found: RegisterImport, row: Row) -> ImportRow:
    sound = Verdict.UNCHANGED if row.unchanged else Verdict.READY
    return ImportRow(
        register_import=found, number=row.number, cells=row.cells, values=msgspec.to_builtins(row.values),
        verdict=Verdict.REFUSED if row.faults else sound, faults=row.faults, notes=row.notes,
    )  # fmt: skip


def _write_portion(key: UUID) -> None:
    """Parks before their tenants, else in the order of the file."""
    with recording():
        found = _held(key, ImportState.IMPORTING)
        if found is None:
            return
        ready = found.rows.filter(verdict=Verdict.READY)
        rows = list(ready.filter(values__park="")[:PORTION]) or list(ready[:PORTION])
        if rows:
            write_rows(found, rows)
            change(found)
        else:
            move(found, ImportState.IMPORTED, who=None)
        _say(found, found.sent_by)


def _undo_portion(key: UUID) -> None:
    """Tenants before their parks."""
    with recording():
        found = _held(key, ImportState.UNDOING)
        if found is None:
            return
        imported = found.rows.filter(verdict=Verdict.IMPORTED).select_related("enterprise")
        rows = list(imported.order_by(F("enterprise__park").asc(nulls_last=True), "number")[:PORTION])
        if rows:
            strike_off(found, rows)
            change(found)
        else:
            move(found, ImportState.UNDONE, who=None)
        _say(found, found.sent_by)


def _held(key: UUID, state: ImportState) -> RegisterImport | None:
    """Locked, so that two who advance it do not write the same rows; None if it has got further meanwhile."""
    rows = RegisterImport.objects.select_for_update(of=("self",)).select_related("sent_by")
    return rows.filter(pk=key, state=state).first()


def _say(found: RegisterImport, acting_user: User | None) -> None:
    said = RegisterImportChanged(register_import=import_view(found))
    publish(
        said, town=found.town, audience=office_of(found.town), target=found.id,
        acting_user=acting_user.id if acting_user else None,
    )  # fmt: skip


def imports_of(towns: tuple[str, ...]) -> QuerySet[RegisterImport]:
    """Those of the towns below the prefixes."""
    wanted = Q(pk__in=[])
    for prefix in towns:
        wanted |= Q(town__startswith=prefix)
    return RegisterImport.objects.filter(wanted).select_related("sent_by")
