"""The envelopes of the protocol. Unknown fields are ignored and unknown frames skipped: the server may be newer."""

from typing import Any, TypeVar

import msgspec

Json = dict[str, Any]
Cursors = dict[str, int]
Shape = TypeVar("Shape")

IN_FORCE = frozenset({"applied", "replay", "awaiting_blob"})
NOT_IN_FORCE = frozenset({"rejected", "conflict", "quarantined"})
DURABLE = IN_FORCE | NOT_IN_FORCE


class Envelope(msgspec.Struct, kw_only=True):
    """What travels. What a view holds inside is left as plain JSON."""


class Person(Envelope):
    id: str
    name: str
    phone: str
    title: str = ""


class Me(Envelope):
    user: Person
    roles: list[Json]
    acts: list[str]
    streams: list[str]
    grid_uids: list[str]
    town: Json | None
    epoch: str
    server_time: str


class Event(Envelope):
    """`q` is its number in stream `s`; `b` is None once the body has been erased."""

    s: str
    q: int
    t: str
    at: str
    b: Json | None


class Pull(Envelope):
    epoch: str
    server_time: str
    streams: list[str]
    events: list[Event]
    next: Cursors
    heads: Cursors
    more: bool
    reset: list[str]
    drop: list[str]


class Row(Envelope):
    k: str
    v: Json

    @property
    def id(self) -> str:
        """A grid is a GeoJSON Feature and has its id among the properties."""
        return str(self.v.get("id") or self.v["properties"]["uid"])

    @property
    def version(self) -> int:
        return int(self.v.get("version", 0))


class Snapshot(Envelope):
    epoch: str
    stream: str
    as_of: int
    rows: list[Row]


class Operation(Envelope):
    op_id: str
    n: int
    type: str
    client_time: str
    body: Json
    target: str = ""
    blobs: list[str] = []


class Result(Envelope):
    op_id: str
    status: str
    code: str | None = None
    detail: str | None = None
    missing_blobs: list[str] = []
    received_at: str | None = None


class Answers(Envelope):
    epoch: str
    server_time: str
    results: list[Result]


class Ticket(Envelope):
    ticket: str


class Problem(Envelope):
    """application/problem+json."""

    code: str
    title: str = ""
    detail: str = ""
    status: int = 0
    fields: Json = {}


class Health(Envelope):
    """What a phone tells of itself: how much it holds that the server has not confirmed, and since when."""

    unsent: int
    oldest: str | None
    app: str
    at: str


class Frame(Envelope, tag_field="k"):
    """What the server says on the socket."""


class Ok(Frame, tag="ok"):
    """`replay`: the streams whose missed events the server will send by itself, and up to which number."""

    epoch: str
    heads: Cursors
    ping: float = 25
    jitter: float = 2
    replay: Cursors = {}


class Ev(Frame, tag="ev"):
    s: str
    q: int
    t: str
    at: str
    b: Json | None

    def event(self) -> Event:
        return Event(s=self.s, q=self.q, t=self.t, at=self.at, b=self.b)


class Hint(Frame, tag="hint"):
    s: str
    head: int


class Heads(Frame, tag="heads"):
    heads: Cursors


class Resync(Frame, tag="resync"):
    reason: str = ""


class Letter(Frame, tag="letter"):
    t: str
    division: str = ""
    version: int = 0


class Pong(Frame, tag="pong"):
    ticket: str | None = None


class Bye(Frame, tag="bye"):
    code: int
    retry_after: float = 1


AnyFrame = Ok | Ev | Hint | Heads | Resync | Letter | Pong | Bye
_KNOWN = {"ok", "ev", "hint", "heads", "resync", "letter", "pong", "bye"}
_frames: msgspec.json.Decoder[AnyFrame] = msgspec.json.Decoder(AnyFrame)


class _Kind(msgspec.Struct):
    k: str


def read_frame(text: str | bytes) -> AnyFrame | None:
    """None for a kind of frame that this client does not know. Raises msgspec.DecodeError for what is no frame."""
    if msgspec.json.decode(text, type=_Kind).k not in _KNOWN:
        return None
    return _frames.decode(text)


def rows_of(event: Event) -> list[Row]:
    """The whole views that an event holds: those under the name of their kind that have an id."""
    return [Row(k=k, v=v) for k, v in (event.b or {}).items() if isinstance(v, dict) and "id" in v]
