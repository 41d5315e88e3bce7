"""The photos of hazards on paper: which hazard, at which stage, taken when."""

from collections.abc import Container, Sequence
from typing import Any

from backend.hazards.models import Stage
from backend.hazards.views import HazardView
from backend.papers.facts import words
from backend.papers.filling import ImageOf

PHOTO_MM = 72
FOUND = frozenset({Stage.FOUND, Stage.BEFORE})
OF_THE_PLACE = FOUND | {Stage.AFTER, Stage.RECHECK}


def pictures_of(hazards: Sequence[HazardView], stages: Container[str]) -> list[dict[str, Any]]:
    """Numbered by hazard and photo, in the order in which they were added."""
    return [
        {
            "no": f"{number}-{n}", "item": hazard.number, "stage": words.stage(photo.stage),
            "taken_at": words.moment(photo.taken_at), "picture": ImageOf(photo.sha256, PHOTO_MM),
        }
        for number, hazard in enumerate(hazards, start=1)
        for n, photo in enumerate([photo for photo in hazard.photos if photo.stage in stages], start=1)
    ]  # fmt: skip
