"""A browser or phone of a test, over Django's client: signs in for real, with CSRF, and keeps counting its operations."""

import base64
import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.http import HttpResponse
from django.test import Client

from backend.accounts.models import User
from tests.cast import PASSWORD


class Phone:
    def __init__(self, user: User | None = None) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.n, self.me = 0, {}
        self.get("/api/session")
        if user:
            answered = self.post(
                "/api/session", {"phone": user.phone, "password": PASSWORD, "device": {"id": str(uuid4())}}
            )
            assert answered.status_code == 200, answered.content
            self.me = answered.json()

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(path, query)

    def pages(self, path: str, limit: int = 7) -> list[str]:
        """Ids on all pages of a list, in the order in which they came."""
        ids: list[str] = []
        answered = self.get(path, limit=limit).json()
        while True:
            ids += [row["id"] for row in answered["results"]]
            if answered["next"] is None:
                return ids
            answered = self.get(path, limit=limit, cursor=answered["next"]).json()

    def post(self, path: str, body: Any) -> HttpResponse:
        return self._send("post", path, msgspec.json.encode(body), "application/json")

    def delete(self, path: str) -> HttpResponse:
        return self._send("delete", path, b"", "application/json")

    def _send(self, method: str, path: str, body: bytes, kind: str, **headers: str) -> HttpResponse:
        headers["X-CSRFToken"] = self.client.cookies["csrftoken"].value if "csrftoken" in self.client.cookies else ""
        return self.client.generic(method.upper(), path, body, kind, headers=headers)

    def op(self, kind: str, body: Any, *, op_id: UUID | None = None, target: str = "") -> dict[str, Any]:
        self.n += 1
        return {
            "op_id": op_id or uuid4(), "n": self.n, "type": kind, "target": target, "client_time": "2026-11-23T08:00:00+08:00",
            "body": msgspec.to_builtins(body),
        }  # fmt: skip

    def submit(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        answered = self.post("/api/ops", {"v": 1, "epoch": self.me["epoch"], "ops": list(ops)})
        assert answered.status_code == 200, answered.content
        results: list[dict[str, Any]] = answered.json()["results"]
        return results

    def pull(self, cursors: dict[str, int], **query: Any) -> dict[str, Any]:
        text = ",".join(f"{stream}:{seq}" for stream, seq in cursors.items())
        answered = self.get("/api/sync", epoch=self.me["epoch"], c=text, **query)
        assert answered.status_code == 200, answered.content
        pulled: dict[str, Any] = json.loads(answered.content)
        return pulled

    def snapshot(self, stream: str) -> dict[str, Any]:
        answered = self.get("/api/snapshot", stream=stream)
        assert answered.status_code == 200, answered.content
        taken: dict[str, Any] = json.loads(answered.content)
        return taken

    def upload(self, content: bytes, *, piece: int = 1 << 20) -> str:
        sha = hashlib.sha256(content).hexdigest()
        metadata = f"sha256 {base64.b64encode(sha.encode()).decode()}"
        begun = self._send(
            "post", "/api/blobs", b"", "application/octet-stream",
            **{"Upload-Length": str(len(content)), "Upload-Metadata": metadata, "Tus-Resumable": "1.0.0"},
        )  # fmt: skip
        assert begun.status_code == 201, begun.content
        for offset in range(0, len(content), piece):
            answered = self.patch(sha, offset, content[offset : offset + piece])
            assert answered.status_code == 204, answered.content
        return sha

    def patch(self, sha: str, offset: int, content: bytes) -> HttpResponse:
        headers = {"Upload-Offset": str(offset), "Tus-Resumable": "1.0.0"}
        return self._send("patch", f"/api/blobs/{sha}", content, "application/offset+octet-stream", **headers)
