"""Who hears about a hazard."""

from backend.hazards.models import Hazard


def audience_of(hazard: Hazard) -> list[str]:
    """The grid it lies in, the department responsible, the town's operations picture."""
    streams = [f"g:{hazard.grid_id}", f"o:{hazard.town}"]
    return streams + ([f"d:{hazard.department_id}"] if hazard.department_id else [])
