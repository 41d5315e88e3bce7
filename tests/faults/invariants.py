"""The one question that every scenario ends with: is anything lost, doubled, out of order, or with the wrong people?"""

import json
from collections import Counter

from client.phone import Phone
from client.shapes import IN_FORCE, Json
from tests.faults.town import Town, soon, until


async def check_invariants(town: Town, phones: list[Phone] | None = None) -> Json:
    """All faults are over; the phones can reach the server. Returns what `anwangge verify` read.

    1 every operation that a phone was told is in force is on the server exactly once, as it was written
    2 streams without a gap · 3 the chain verifies · 4 tables, journal, roll-ups and every replica agree
    5 a phone holds nothing that its own streams do not show · 6 every image is there, byte for byte, no old temporary file
    7 the outbox drains · 8 what has no answer is still on its phone
    (2, 3, 4 for the server's own side, 6 and 7 are the product's own 核验.)
    """
    phones = town.phones if phones is None else phones
    # the clock's sweep is the guarantee: at the latest it comes round
    verified = until(
        lambda: found if not (found := verify(town))["waiting"]["outbox"] else None, "the outbox to drain", 90
    )
    assert verified["findings"] == []
    stored = operations(town)
    for phone in phones:
        _told_and_stored(phone, stored)
        _images_there(phone, town)
        await _replica_agrees(phone)
        await _nothing_foreign(phone)
    return dict(verified["read"])


def verify(town: Town) -> Json:
    """`anwangge verify` on the town's server."""
    done = town.command("verify", "--json")
    assert done.stdout, done.stderr
    found: Json = json.loads(done.stdout)
    assert done.returncode == (0 if found["ok"] else 1)
    return found


def operations(town: Town) -> dict[str, Json]:
    """Every operation row of the server by its id."""
    rows = town.inside(
        "from backend.sync.models import Operation\n"
        "answer = list(Operation.objects.values('op_id', 'type', 'status', 'body', 'device'))"
    )
    assert max(Counter(row["op_id"] for row in rows).values(), default=0) <= 1
    return {row["op_id"]: row for row in rows}


def _told_and_stored(phone: Phone, stored: dict[str, Json]) -> None:
    for kept in phone.outbox.all():
        row = stored.get(kept.op.op_id)
        if kept.state == "queued":
            continue  # still here, whatever the server has
        assert row is not None, f"{kept.op.type} {kept.op.op_id} was answered {kept.status} and is not on the server"
        assert row["type"] == kept.op.type
        assert json.loads(row["body"]) == kept.op.body
        if kept.status in IN_FORCE:
            assert row["status"] in ("applied", "awaiting_blob"), (
                f"{kept.op.op_id}: {kept.status} became {row['status']}"
            )
        else:
            assert row["status"] == kept.status


def _images_there(phone: Phone, town: Town) -> None:
    """An image that the phone was told is stored is a file on the server; the phone may forget it some day."""
    for sha256 in phone.outbox.images_stored():
        assert (town.server.home / "files" / "blobs" / sha256[:2] / sha256).exists(), f"image {sha256} is not there"


async def _replica_agrees(phone: Phone) -> None:
    assert phone.faults == []
    assert await phone.differences() == []


async def _nothing_foreign(phone: Phone) -> None:
    """What is on the phone the server's own lists show this person too, or it speaks of work that has not been sent."""
    allowed = set((await phone.session.get("/api/session", dict))["streams"])
    allowed |= {op.target for op in phone.outbox.waiting()}
    for path in ("/api/tasks", "/api/hazards", "/api/inspections"):
        allowed |= await _listed(phone, path)
    foreign = [row["id"] for kind in ("task", "hazard", "inspection") for row in phone.replica.rows(kind)]
    foreign = [id for id in [*foreign, *phone.replica.cursors()] if id not in allowed]
    assert foreign == []


async def _listed(phone: Phone, path: str) -> set[str]:
    ids, cursor = set[str](), ""
    while cursor is not None:
        page = await phone.session.get(path, dict, limit=500, **({"cursor": cursor} if cursor else {}))
        ids |= {row["id"] for row in page["results"]}
        cursor = page["next"]
    return ids


async def everything_sent(phones: list[Phone]) -> None:
    """Let the phones send until nothing waits any more."""
    for phone in phones:
        await phone.send()
    await soon(lambda: all(phone.unsent == 0 for phone in phones), "every phone to have sent")
