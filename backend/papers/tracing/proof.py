"""What the account rests on: the events that were used, whether each fits its hash, and whether the whole chain does."""

from collections.abc import Iterable

from backend.foundation.shapes import View
from backend.journal.anchors import MARK
from backend.journal.chain import verify_chain
from backend.papers.tracing.gathering import Gathered


class UsedEvent(View):
    seq: int
    type: str
    hash: str
    fits: bool
    why: str | None = None


class ProofView(View):
    """`events`, `head`, `mark`: of the chain as it was walked for this account. `chain_fits`: every event from the first to the
    last links to the one before, its anchors too; else `first_bad` and `why`. `first_misfit`: the first event that does not fit,
    used or not."""

    events: int
    head: str
    mark: str
    chain_fits: bool
    first_bad: int | None
    why: str | None
    first_misfit: int | None
    used: list[UsedEvent]
    unreadable: list[int]
    erased: int


def prove(town: str, gathered: Gathered, used: Iterable[int]) -> ProofView:
    """`used`: the numbers of the events that the account tells of."""
    wanted, verdict = set(used), verify_chain(town)
    rows = [
        UsedEvent(
            seq=told.seq,
            type=told.type,
            hash=told.hash,
            fits=told.misfit is None,
            why=told.misfit.zh if told.misfit else None,
        )
        for told in gathered.told
        if told.seq in wanted
    ]
    bad = [row.seq for row in rows if not row.fits] + gathered.unreadable
    first = min([*bad, *([verdict.first_bad] if verdict.first_bad is not None else [])], default=None)
    return ProofView(
        events=verdict.events, head=verdict.head, mark=verdict.head[:MARK], chain_fits=verdict.ok, first_bad=verdict.first_bad,
        why=verdict.why.zh if verdict.why else None, first_misfit=first, used=rows, unreadable=gathered.unreadable,
        erased=gathered.erased,
    )  # fmt: skip


def in_runs(numbers: Iterable[int]) -> str:
    """3, 4, 5, 9 as "3–5、9"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
