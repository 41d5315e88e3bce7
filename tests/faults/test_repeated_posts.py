"""Scenario 8: the same operation arrives many times."""

import asyncio
from collections import Counter

from client.http import Unanswered
from client.shapes import Answers
from tests.faults.invariants import check_invariants, operations
from tests.faults.town import Town, long


async def test_fifty_parallel_posts_of_one_operation_are_one_row_and_one_answer(town: Town):
    """What protects: an operation that is there is answered from its row, and between two that race the primary key decides.

    Seen failing: without the look for earlier rows (`_store`) the second arrival is answered 500.
    """
    phone = await town.phone(0)
    await town.send()
    await phone.sync()
    town.answer(phone, phone.replica.rows("task")[0])
    ops = phone.outbox.waiting()
    batch = {"v": 1, "epoch": phone.replica.epoch, "ops": ops}
    answers = await asyncio.gather(*(phone.session.post("/api/ops", batch, Answers) for _ in range(long(50, 200))))
    told = {
        op.op_id: Counter(r.status for answer in answers for r in answer.results if r.op_id == op.op_id) for op in ops
    }
    opened, accepted, submitted = (told[op.op_id] for op in ops)
    assert opened == accepted == {"applied": 1, "replay": len(answers) - 1}
    assert submitted == {"awaiting_blob": len(answers)}
    assert len({r.received_at for answer in answers for r in answer.results}) == len(ops)
    await phone.send()
    assert set(operations(town)) >= {op.op_id for op in ops}
    await check_invariants(town)


async def test_a_lost_reply_is_asked_for_again(town: Town):
    """The server has stored it, the answer dies on the way; the same operation again is answered `replay`.

    What protects: the phone deletes nothing without an answer, and sends under the same id.
    Seen failing: with a phone that takes "sent" for "answered", nothing is left to send again.
    """
    phone = await town.phone(1, patience_s=0)
    await town.send()
    await phone.sync()
    task = phone.replica.rows("task")[0]
    op = town.open_a(phone, task)
    # on the connection that is open: one cut before would lose the question, not the answer
    town.proxy.cut_after["down"] = 20
    try:
        await phone.send()
        raise AssertionError("the answer came through")
    except Unanswered:
        assert phone.unsent == 1
    assert operations(town)[op]["status"] == "applied"
    town.proxy.cut_after["down"] = None
    await phone.send()
    (kept,) = phone.outbox.all()
    assert (kept.state, kept.status) == ("acked", "replay")
    await check_invariants(town)
