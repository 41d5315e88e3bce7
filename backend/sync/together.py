"""Those who come while somebody writes wait, and are then written at once: one commit, one flush of the disk for all."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Waiting(Generic[Item, Answer]):
    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.answers: list[Answer] = []
        self.failure: BaseException | None = None
        self.done = not items


class Together(Generic[Item, Answer]):
    """`work(items)` answers each item, in order; it is called by one thread at a time, with at most about `most` items.

    Nobody is a leader by office: who gets the turn serves all that wait, and finds his own answered when he is late.
    """

    def __init__(self, work: Callable[[list[Item]], list[Answer]], most: int) -> None:
        self._work, self._most = work, most
        self._waiting: deque[_Waiting[Item, Answer]] = deque()
        self._turn = threading.Lock()

    def do(self, items: list[Item]) -> list[Answer]:
        """The answers to `items`. What `work` raises is raised in everybody whose items were in it."""
        mine = _Waiting[Item, Answer](items)
        self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                self._serve(self._next())
        if mine.failure:
            raise mine.failure
        return mine.answers

    def _next(self) -> list[_Waiting[Item, Answer]]:
        some, count = [self._waiting.popleft()], 0
        while self._waiting and (count := count + len(some[-1].items)) < self._most:
            some.append(self._waiting.popleft())
        return some

    def _serve(self, some: list[_Waiting[Item, Answer]]) -> None:
        try:
            answers = iter(self._work([item for one in some for item in one.items]))
            for one in some:
                one.answers = [next(answers) for _ in one.items]
        except BaseException as failure:
            for one in some:
                one.failure = failure
        for one in some:
            one.done = True
