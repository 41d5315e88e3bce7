"""The phone's two doors, operations in and events out, and the uploads."""

import base64
import logging
import re
from typing import Annotated
from uuid import UUID

import msgspec
from django.db import OperationalError
from django.http import HttpResponse
from rest_framework.request import Request

from backend.accounts.devices import note_seen
from backend.accounts.models import User
from backend.accounts.requests import PersonRequest
from backend.accounts.roles import RELEASE, SEE_QUARANTINE
from backend.accounts.services import device_of
from backend.foundation import clock
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.pagination import number_of, one, page
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import Body, View, answer, body_of, read
from backend.sync import quarantine, queries, sending, uploading
from backend.sync.arriving import Batch, read_batch
from backend.sync.models import Status
from backend.sync.receiving import Result, receive
from backend.sync.views import SetAsideView, SetAsideWholeView, set_aside_view, whole_view

log = logging.getLogger(__name__)


class Answers(View):
    epoch: str
    server_time: str
    results: list[Result]


class Operations(Endpoint):
    access = {"POST": SIGNED_IN}

    @documented(Answers, takes=Batch)
    def post(self, request: PersonRequest) -> HttpResponse:
        batch = read_batch(body_of(request))
        epoch = sending.require_epoch(batch.epoch)
        results = receive(batch, user=request.user, device=device_of(request))
        _note(request)
        return answer({"epoch": epoch, "server_time": clock.now(), "results": results})


class Events(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(sending.Pull, query={"epoch": str, "c": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        asked = request.query_params
        epoch, cursors = sending.require_epoch(asked.get("epoch", "")), sending.parse_cursors(asked.get("c", ""))
        page = sending.pull(
            request.user, cursors, number_of(asked.get("limit", "500"), "limit", least=1, most=sending.MOST)
        )
        _note(request, cursors)
        return answer({"epoch": epoch, "server_time": clock.now(), **page})


def _note(request: PersonRequest, cursors: sending.Cursors | None = None) -> None:
    """A disk that is full, or a busy database, costs nobody the answer: the next request says it again."""
    try:
        if cursors:
            sending.note_cursors(request.user, cursors)
        note_seen(device_of(request))
    except OperationalError as error:
        log.warning("not noted of %s: %s", request.user.id, type(error).__name__)


class StreamSnapshot(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(sending.Snapshot, query={"stream": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        taken = sending.snapshot(request.user, request.query_params.get("stream", ""))
        return answer({"epoch": sending.require_epoch(""), **taken})


class SetAside(View):
    results: list[SetAsideView]
    next: str | None


class Quarantine(Endpoint):
    access = {"GET": SEE_QUARANTINE}

    @documented(SetAside, query={"status": str, "cursor": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        """`status`: quarantined (if nothing is said), rejected, conflict, contested, or all of what was set aside."""
        status = request.query_params.get("status", Status.QUARANTINED)
        if status == "contested":
            return answer(page(queries.contested_visible_to(request.user), request, set_aside_view))
        rows = queries.set_aside_visible_to(request.user)
        return answer(page(rows if status == "all" else rows.filter(status=status), request, set_aside_view))


class OneSetAside(Endpoint):
    access = {"GET": SEE_QUARANTINE}

    @documented(SetAsideWholeView, name="set_aside")
    def get(self, request: PersonRequest, operation: UUID) -> HttpResponse:
        return _whole(request.user, operation)


class Release(Endpoint):
    access = {"POST": RELEASE}

    @documented(SetAsideWholeView, name="release")
    def post(self, request: PersonRequest, operation: UUID) -> HttpResponse:
        found = one(queries.set_aside_visible_to(request.user), operation, "记录")
        quarantine.release(found.op_id, acting_user=request.user)
        return _whole(request.user, operation)


class Reason(Body):
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Dismiss(Endpoint):
    access = {"POST": RELEASE}

    @documented(SetAsideWholeView, takes=Reason, name="dismiss")
    def post(self, request: PersonRequest, operation: UUID) -> HttpResponse:
        found = one(queries.set_aside_visible_to(request.user), operation, "记录")
        quarantine.dismiss(found.op_id, read(request, Reason).reason, acting_user=request.user)
        return _whole(request.user, operation)


def _whole(user: User, operation: UUID) -> HttpResponse:
    row = queries.one_set_aside(user, operation)
    return answer(whole_view(row, queries.others_under(user, row)))


class NewUpload(Endpoint):
    access = {"POST": SIGNED_IN}

    @documented(status=201, headers={"Upload-Length": int, "Upload-Metadata": str})
    def post(self, request: PersonRequest) -> HttpResponse:
        sha256 = _sha256_of(request.headers.get("Upload-Metadata", ""))
        uploading.begin(request.user, sha256, _number(request, "Upload-Length"))
        return _tus(201, Location=f"/api/blobs/{sha256}")


class OneUpload(Endpoint):
    access = {"HEAD": SIGNED_IN, "PATCH": SIGNED_IN}

    @documented()
    def head(self, request: PersonRequest, sha256: str) -> HttpResponse:
        here, length = uploading.progress(request.user, sha256)
        return _tus(200, **{"Upload-Offset": here, "Upload-Length": length, "Cache-Control": "no-store"})

    @documented(status=204, headers={"Upload-Offset": int}, takes_kind="application/offset+octet-stream")
    def patch(self, request: PersonRequest, sha256: str) -> HttpResponse:
        offset = _number(request, "Upload-Offset")
        here = uploading.append(request.user, sha256, offset, body_of(request))
        return _tus(204, **{"Upload-Offset": here})


def _tus(status: int, **headers: object) -> HttpResponse:
    response = HttpResponse(status=status)
    for name, value in ({"Tus-Resumable": uploading.TUS} | headers).items():
        response[name] = str(value)
    return response


def _number(request: Request, header: str) -> int:
    return number_of(request.headers.get(header, ""), header)


def _sha256_of(metadata: str) -> str:
    """tus metadata: `key base64, key base64`; ours names the sha256."""
    pairs = dict(part.strip().split(" ", 1) for part in metadata.split(",") if " " in part.strip())
    try:
        sha256 = base64.b64decode(pairs.get("sha256", ""), validate=True).decode()
    except ValueError as error:  # not base64, or not ASCII within or around it
        raise UNREADABLE.because("Upload-Metadata", field="sha256") from error
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise UNREADABLE.because("Upload-Metadata 缺少 sha256", field="sha256")
    return sha256
