"""Operation type → service: what a device may ask for."""

from backend.comms import services as comms
from backend.dispatch import services as dispatch
from backend.dispatch import steering
from backend.dispatch.queries import hold_tasks
from backend.hazards import bodies as hazard_bodies
from backend.hazards import services as hazards
from backend.hazards.queries import hold_hazards
from backend.inspections import services as inspections
from backend.sync.registry import accept


def register() -> None:
    accept("task.open", dispatch.Step, dispatch.open_task, hold=_tasks)
    accept("task.accept", dispatch.Step, dispatch.accept_task, hold=_tasks)
    accept("task.check_in", dispatch.CheckIn, dispatch.check_in, hold=_tasks)
    accept("task.decline", steering.Decline, steering.decline, hold=_tasks)
    accept("task.return", steering.Return, steering.return_task, hold=_tasks)
    accept("communication_test.answer", comms.Answer, comms.take_answer, hold=_nothing)
    accept("communication_test.confirm", comms.Confirmation, comms.take_confirmation, hold=_nothing)
    new = inspections.NewInspection
    accept("inspection.submit", new, inspections.submit, hold=_tasks, images=new.images)
    accept("inspection.acknowledge", inspections.NewAcknowledgement, inspections.acknowledge, hold=_nothing)
    found, fix = hazard_bodies.NewFinding, hazard_bodies.Fix
    done, again = hazard_bodies.Done, hazard_bodies.NewRecheck
    accept("hazard.report", found, hazards.report_found, hold=_nothing, images=found.images)
    accept("hazard.fix", fix, hazards.fix_on_the_spot, hold=_hazards, images=fix.images)
    accept("hazard.done", done, hazards.ask_recheck, hold=_hazards, images=done.images)
    accept("hazard.recheck", again, hazards.recheck, hold=_hazards, images=again.images)


def _tasks(bodies: list[dispatch.Step | steering.Return | inspections.NewInspection]) -> None:
    hold_tasks(body.task_id for body in bodies)


def _hazards(bodies: list[hazard_bodies.OnHazard]) -> None:
    hold_hazards(body.hazard_id for body in bodies)


def _nothing(
    _: list[comms.Answer | comms.Confirmation | hazard_bodies.NewFinding | inspections.NewAcknowledgement],
) -> None:
    """The row of an answer is its person's own: nobody else in the batch asks for it, and one lock reads it. What is
    reported has no row yet, and a record is acknowledged once."""
