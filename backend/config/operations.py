"""Operation type → service: what a device may ask for."""

from backend.comms import services as comms
from backend.dispatch import services as dispatch
from backend.inspections import services as inspections
from backend.sync.registry import accept


def none(_: object) -> list[str]:
    return []


def register() -> None:
    accept("task.open", dispatch.Step, dispatch.open_task, none)
    accept("task.accept", dispatch.Step, dispatch.accept_task, none)
    accept("task.check_in", dispatch.CheckIn, dispatch.check_in, none)
    accept("communication_test.answer", comms.Answer, comms.take_answer, none)
    accept("communication_test.confirm", comms.Confirmation, comms.take_confirmation, none)
    accept("inspection.submit", inspections.NewInspection, inspections.submit, inspections.NewInspection.images)
