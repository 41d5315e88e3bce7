"""Operation type → service: what a device may ask for."""

from backend.comms import services as comms
from backend.dispatch import services as dispatch
from backend.dispatch.queries import hold_tasks
from backend.inspections import services as inspections
from backend.sync.registry import accept


def register() -> None:
    accept("task.open", dispatch.Step, dispatch.open_task, hold=_tasks)
    accept("task.accept", dispatch.Step, dispatch.accept_task, hold=_tasks)
    accept("task.check_in", dispatch.CheckIn, dispatch.check_in, hold=_tasks)
    accept("task.decline", dispatch.Refusal, dispatch.decline, hold=_tasks)
    accept("task.return", dispatch.Return, dispatch.return_task, hold=_tasks)
    accept("communication_test.answer", comms.Answer, comms.take_answer, hold=_nothing)
    accept("communication_test.confirm", comms.Confirmation, comms.take_confirmation, hold=_nothing)
    new = inspections.NewInspection
    accept("inspection.submit", new, inspections.submit, hold=_tasks, images=new.images)
    accept("inspection.acknowledge", inspections.NewAcknowledgement, inspections.acknowledge, hold=_nothing)


def _tasks(bodies: list[dispatch.Step | dispatch.Return | inspections.NewInspection]) -> None:
    hold_tasks(body.task_id for body in bodies)


def _nothing(_: list[comms.Answer | comms.Confirmation | inspections.NewAcknowledgement]) -> None:
    """The row of an answer is its person's own: nobody else in the batch asks for it, and one lock reads it. A record is
    acknowledged once."""
