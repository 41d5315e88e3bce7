"""An enterprise as it is thought up, and what turns a list of them into rows of the register."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from making.files import Enterprise
from making.identity import NameBook, credit_code, phone_numbers
from making.plane import Plane
from making.sites import Spot


class Draft(NamedTuple):
    """``category``: first two signs of the credit code; ``spot`` in plane metres; ``department`` by its code."""

    name: str
    category: str
    kind: str
    sectors: tuple[str, ...]
    tags: tuple[str, ...]
    village: str
    address: str
    spot: Spot
    department: str
    workers: int
    risk: str


class Registrar(NamedTuple):
    """What the rows of one town have in common; ``departments``: name by code."""

    plane: Plane
    region: str
    first_phone: int
    departments: Mapping[str, str]
    people: NameBook

    def enter(self, drafts: Sequence[Draft]) -> list[Enterprise]:
        """One row per draft, in the same order, with position in degrees, principal, phone and credit code."""
        degrees = self.plane.to_degrees(np.array([draft.spot for draft in drafts]))
        phones = phone_numbers(self.first_phone, len(drafts))
        return [
            Enterprise(
                name=draft.name,
                uscc=credit_code(draft.category, self.region, serial),
                kind=draft.kind,
                sectors=draft.sectors,
                tags=draft.tags,
                village=draft.village,
                address=draft.address,
                lon=float(lon),
                lat=float(lat),
                principal=self.people.draw(),
                principal_phone=phone,
                department=self.departments[draft.department],
                workers=draft.workers,
                risk=draft.risk,
            )
            for serial, (draft, (lon, lat), phone) in enumerate(zip(drafts, degrees, phones, strict=True), start=1)
        ]
