"""Writes villages.geojson, enterprises.csv and people.csv of towns/jinji/. Run by hand: python towns/make_jinji.py

Reads village_codes.csv and departments.csv from the same folder. Every run writes the same bytes.
"""

from pathlib import Path

import numpy as np
from making.files import read_table, write_polygons, write_table
from making.identity import NameBook
from making.jinji_land import SEED, draw_land
from making.jinji_people import (
    GIVEN,
    SURNAMES,
    enterprise_people,
    grid_workers,
    office_holders,
    with_account_phones,
)
from making.jinji_register import register

FOLDER = Path(__file__).parent / "jinji"
NOTE = "示意，非法定界线 / illustrative synthetic geometry, not a legal boundary"


def main() -> None:
    departments = {row["code"]: row["name"] for row in read_table(FOLDER / "departments.csv")}
    villages = read_table(FOLDER / "village_codes.csv")
    rng = np.random.default_rng(SEED)
    names = NameBook(SURNAMES, GIVEN, rng)

    land = draw_land()
    enterprises = with_account_phones(register(land, departments, names, rng))
    people = [
        *grid_workers(names, [village["name"] for village in villages], enterprises),
        *office_holders(names, departments),
        *enterprise_people(names, enterprises),
    ]

    shapes = {name: land.plane.shape_to_degrees(shape) for name, shape in land.villages.items()}
    write_polygons(FOLDER / "villages.geojson", NOTE, [(village, shapes[village["name"]]) for village in villages])
    write_table(FOLDER / "enterprises.csv", enterprises)
    write_table(FOLDER / "people.csv", sorted(people, key=lambda person: person.phone))


if __name__ == "__main__":
    main()
