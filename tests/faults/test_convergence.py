"""Whatever phones, desk and a bad line do to one another, in whatever order: in the end all replicas are the server's.

Made-up histories: the office sends and hands over, phones act on what they happen to hold, answers and pages get lost,
operations go out twice and in the wrong order, events come early, late and again. Then everybody catches up.
"""

import msgspec
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from backend.dispatch.models import Task
from backend.dispatch.queries import get_task
from backend.dispatch.services import CheckIn, Step
from backend.dispatch.steering import hand_over
from backend.foundation import clock
from backend.inspections.models import Inspection
from backend.journal import queries as journal
from backend.journal.chain import verify_chain
from backend.sync.models import Operation
from client.replica import Gap, Replica
from client.shapes import DURABLE, Event, Row
from client.store import Store
from tests.backend.phone import Phone
from tests.cast import TOWN
from tests.faults.town import long

PEOPLE = ("wang", "wang", "li", "chen", "lead", "office")  # wang has two phones
WORKERS = st.integers(0, 3)
ANYBODY = st.integers(0, len(PEOPLE) - 1)
KINDS = ("open", "accept", "check_in", "submit")
MATTER = ("task", "hazard")


class Surface:
    def __init__(self, user):
        self.phone = Phone(user)
        self.replica, self.outbox, self.answers = Replica(Store()), [], {}
        for stream in self.phone.pull({})["reset"]:
            self.take(stream)

    def take(self, stream):
        taken = self.phone.snapshot(stream)
        self.replica.replace(stream, msgspec.convert(taken["rows"], list[Row]), taken["as_of"])

    def pull(self, limit=500):
        page = self.phone.pull(self.replica.cursors(), limit=limit)
        for stream in page["drop"]:
            self.replica.drop(stream)
        self.replica.apply(msgspec.convert(page["events"], list[Event]), page["next"])
        for stream in page["reset"]:
            self.take(stream)
        return page["events"]

    def matter(self):
        return {(kind, row["id"]): row for kind in MATTER for row in self.replica.rows(kind)}


class Town(RuleBasedStateMachine):
    cast = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()

    @initialize()
    def begin(self):
        cache.clear()  # signing in again and again is slowed down
        self.cast.send(1, 2, 3, per_grid=1, by="office")
        self.surfaces = [Surface(self.cast.people[name]) for name in PEOPLE]

    @rule(grid=st.integers(1, 3))
    def send(self, grid):
        if _free(self.cast, grid):
            self.cast.send(grid, per_grid=1, by="office")

    @rule(n=st.integers(0, 9), to=st.sampled_from(["wang", "li", "chen"]))
    def hand_over(self, n, to):
        tasks = [task for task in Task.objects.order_by("pk") if task.is_open]
        if tasks:
            hand_over(get_task(tasks[n % len(tasks)].pk), self.cast.people[to], acting_user=self.cast.office, why="x")

    @rule(who=WORKERS, n=st.integers(0, 9), kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    def act(self, who, n, kinds):
        """On what this phone happens to hold, however old."""
        surface = self.surfaces[who]
        held = [t for t in surface.replica.rows("task") if t["assignee"]["name"] == PEOPLE[who]]
        if held:
            surface.outbox += [self._operation(surface, held[n % len(held)], kind) for kind in kinds]

    def _operation(self, surface, view, kind):
        step = {"task_id": view["id"], "assignment_no": view["assignment_no"], "at": clock.now()}
        match kind:
            case "submit":
                task = Task.objects.get(pk=view["id"])
                result = self.cast.result(task, fails=("gas",), assignment_no=view["assignment_no"])
                return surface.phone.op("inspection.submit", result, target=view["id"])
            case "check_in":
                return surface.phone.op("task.check_in", CheckIn(**step, no_fix_reason="楼内"), target=view["id"])
            case _:
                return surface.phone.op(f"task.{kind}", Step(**step), target=view["id"])

    @rule(who=WORKERS, order=st.permutations(range(4)), lost=st.booleans(), twice=st.booleans())
    def deliver(self, who, order, lost, twice):
        """Some of the outbox, in the wrong order, perhaps twice; perhaps the answer gets lost."""
        surface = self.surfaces[who]
        chosen = [surface.outbox[n] for n in order if n < len(surface.outbox)]
        for _ in range(1 + twice):
            answers = surface.phone.submit(*chosen) if chosen else []
        if not lost:
            self._answered(surface, answers)

    def _answered(self, surface, answers):
        for answer in answers:
            assert answer["status"] in DURABLE
            surface.answers[answer["op_id"]] = answer["status"]
        surface.outbox = [op for op in surface.outbox if str(op["op_id"]) not in surface.answers]

    @rule(who=ANYBODY, limit=st.integers(1, 4), lost=st.booleans())
    def pull(self, who, limit, lost):
        surface = self.surfaces[who]
        if lost:
            surface.phone.pull(surface.replica.cursors(), limit=limit)
        else:
            surface.pull(limit)

    @rule(who=ANYBODY, n=st.integers(0, 9), skip=st.integers(-3, 2))
    def hear(self, who, n, skip):
        """Live events come too early, twice, or just right."""
        replica = self.surfaces[who].replica
        streams = sorted(replica.cursors())
        stream = streams[n % len(streams)]
        cursor = replica.cursors()[stream]
        try:
            written = msgspec.json.encode(journal.after(stream, max(0, cursor + skip), 2))
            replica.apply(msgspec.json.decode(written, type=list[Event]))
        except Gap:
            assert skip > 0, "only what came too early is a gap"
            assert replica.cursors()[stream] == cursor

    def teardown(self):
        try:
            if hasattr(self, "surfaces"):
                self._everybody_catches_up()
                self._all_is_well()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def _everybody_catches_up(self):
        for surface in self.surfaces:
            if surface.outbox:
                self._answered(surface, surface.phone.submit(*surface.outbox))
        # what a phone has stored is news for others: round and round until nobody hears anything
        while sum(len(surface.pull()) for surface in self.surfaces):
            continue

    def _all_is_well(self):
        for surface, name in zip(self.surfaces, PEOPLE, strict=True):
            assert surface.matter() == Surface(self.cast.people[name]).matter(), name
            for stream, cursor in surface.replica.cursors().items():
                numbers = [event["q"] for event in journal.after(stream, 0, 10_000)]
                assert numbers == list(range(1, cursor + 1)), stream
        acknowledged = {op for surface in self.surfaces for op in surface.answers}
        assert {str(row.pk) for row in Operation.objects.all()} == acknowledged
        submitted = Operation.objects.filter(type="inspection.submit", status__in=["applied", "awaiting_blob"]).count()
        assert Inspection.objects.count() == submitted
        assert verify_chain(TOWN).ok


def _free(cast, grid):
    """Whether the grid has a place without an open task."""
    places = [place for place in cast.enterprises if place.grid_id == cast.grids[grid - 1].pk]
    return Task.objects.filter(grid=cast.grids[grid - 1], state__in=("sent", "accepted")).count() < len(places) - 1


def test_in_the_end_all_replicas_are_the_servers(cast):
    """Seen failing: where `receiving` does not look for earlier operations, a repeated one is never answered; where the
    client's replica does not know `task.left`, a former holder keeps the task."""
    Town.cast = cast
    few = settings(
        max_examples=long(10, 200), stateful_step_count=long(30, 50), deadline=None, database=None, derandomize=True,
        phases=[Phase.generate] + ([Phase.shrink] if long(0, 1) else []),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Town, settings=few)
