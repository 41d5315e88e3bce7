"""The phone's two doors, operations in and events out, and the uploads."""

import base64
import binascii
import re

from django.http import HttpResponse
from rest_framework.request import Request

from backend.accounts.devices import note_seen
from backend.accounts.requests import PersonRequest
from backend.accounts.services import device_of
from backend.foundation import clock
from backend.foundation.access import SIGNED_IN
from backend.foundation.endpoints import Endpoint, documented
from backend.foundation.problems import UNREADABLE
from backend.foundation.shapes import View, answer, read_kept
from backend.sync import sending, uploading
from backend.sync.receiving import Batch, Result, receive


class Answers(View):
    epoch: str
    server_time: str
    results: list[Result]


class Operations(Endpoint):
    access = {"POST": SIGNED_IN}

    @documented(Answers, takes=Batch)
    def post(self, request: PersonRequest) -> HttpResponse:
        batch = read_kept(request, Batch)
        epoch = sending.require_epoch(batch.epoch)
        device = device_of(request)
        results = receive(batch, user=request.user, device=device)
        note_seen(device)
        return answer({"epoch": epoch, "server_time": clock.now(), "results": results})


class Events(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(sending.Pull, query={"epoch": str, "c": str, "limit": int})
    def get(self, request: PersonRequest) -> HttpResponse:
        asked = request.query_params
        epoch, cursors = sending.require_epoch(asked.get("epoch", "")), sending.parse_cursors(asked.get("c", ""))
        page = sending.pull(request.user, cursors, _limit(asked.get("limit", "500")))
        sending.note_cursors(request.user, cursors)
        note_seen(device_of(request))
        return answer({"epoch": epoch, "server_time": clock.now(), **page})


def _limit(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= sending.MOST:
        raise UNREADABLE.because(f"limit 应为 1 到 {sending.MOST} 的整数", field="limit")
    return int(text)


class StreamSnapshot(Endpoint):
    access = {"GET": SIGNED_IN}

    @documented(sending.Snapshot, query={"stream": str})
    def get(self, request: PersonRequest) -> HttpResponse:
        taken = sending.snapshot(request.user, request.query_params.get("stream", ""))
        return answer({"epoch": sending.require_epoch(""), **taken})


class NewUpload(Endpoint):
    access = {"POST": SIGNED_IN}

    @documented(status=201)
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

    @documented(status=204)
    def patch(self, request: PersonRequest, sha256: str) -> HttpResponse:
        offset = _number(request, "Upload-Offset")
        here = uploading.append(request.user, sha256, offset, request.body)
        return _tus(204, **{"Upload-Offset": here})


def _tus(status: int, **headers: object) -> HttpResponse:
    response = HttpResponse(status=status)
    for name, value in ({"Tus-Resumable": uploading.TUS} | headers).items():
        response[name] = str(value)
    return response


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isdigit():
        raise UNREADABLE.because(f"缺少 {header}", field=header)
    return int(text)


def _sha256_of(metadata: str) -> str:
    """tus metadata: `key base64, key base64`; ours names the sha256."""
    pairs = dict(part.strip().split(" ", 1) for part in metadata.split(",") if " " in part.strip())
    try:
        sha256 = base64.b64decode(pairs.get("sha256", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UNREADABLE.because("Upload-Metadata", field="sha256") from error
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise UNREADABLE.because("Upload-Metadata 缺少 sha256", field="sha256")
    return sha256
