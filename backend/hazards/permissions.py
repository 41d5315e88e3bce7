"""Who hears about a hazard."""

from backend.hazards.models import Hazard


def audience_of(hazard: Hazard) -> list[str]:
    """The grid it lies in, the town's operations picture, the department responsible and the one that sent the inspection."""
    sender = hazard.task.dispatch.department_id if hazard.task else None
    departments = dict.fromkeys(filter(None, (hazard.department_id, sender)))
    return [f"g:{hazard.grid_id}", f"o:{hazard.town}", *(f"d:{department}" for department in departments)]
