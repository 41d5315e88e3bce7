"""Writes enterprises.csv and people.csv of towns/tiswadi/. Run by hand: python towns/make_tiswadi.py

Reads the real villages.geojson, which it leaves alone, and departments.csv. Every run writes the same bytes.
"""

import json
from pathlib import Path

import numpy as np
from making.files import read_table, write_table
from making.identity import NameBook
from making.tiswadi_people import GIVEN, SURNAMES, people
from making.tiswadi_register import PLANE, Village, register
from shapely.geometry import shape

FOLDER = Path(__file__).parent / "tiswadi"
SEED = 1


def read_villages() -> list[Village]:
    collection = json.loads((FOLDER / "villages.geojson").read_text(encoding="utf-8"))
    return [
        Village(
            feature["properties"]["NAME"],
            feature["properties"]["TYPE"],
            PLANE.shape_to_metres(shape(feature["geometry"])),
        )
        for feature in collection["features"]
    ]


def main() -> None:
    departments = {row["code"]: row["name"] for row in read_table(FOLDER / "departments.csv")}
    villages = read_villages()
    rng = np.random.default_rng(SEED)
    names = NameBook(GIVEN, SURNAMES, rng, joint=" ")
    enterprises = register(villages, departments, names, rng)
    write_table(FOLDER / "enterprises.csv", enterprises)
    write_table(FOLDER / "people.csv", people(names, departments, [village.name for village in villages], enterprises))


if __name__ == "__main__":
    main()
