"""Make a clean coverage of hand-drawn polygons, touching nothing that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.arrangement import pieces
from grids.coverage import NOISE_M2, Cover, CoverageFault, arrange, check, feature_names
from grids.crs import Floats, Geometries, area_m2, patch_area_m2
from grids.faults import Fault, refuse
from grids.inputs import in_lonlat

REPAIRABLE = frozenset({"invalid", "overlap", "gap", "outside"})

_CRUMB_SHARE = 0.05
"""A piece torn off by the repair goes to a neighbour if it is smaller than this part of its owner; a larger one
stays, since whose it is needs a person to say."""


@dataclass(frozen=True)
class Repair:
    """``coverage``: the frame as given (same rows, order and columns) with mended geometry, in EPSG:4490.
    ``report``: what was done, ready for JSON."""

    coverage: gpd.GeoDataFrame
    report: dict[str, Any]


def repair(coverage: gpd.GeoDataFrame, within: gpd.GeoDataFrame | None = None) -> Repair:
    """Mend overlaps, gaps, invalid polygons and whatever reaches beyond the limit.

    The ground is cut along every boundary. A face claimed by one polygon stays with it; one claimed by several goes
    to the claimant, one claimed by none to the neighbour, with the longest border along it (then the larger, then
    the earlier). Small pieces torn off go to the neighbour with the longest border. The limit never moves: it is the
    union of ``within``, or of the coverage itself with its gaps filled. Areas in geodesic m2.

    A coverage without repairable faults comes back as it was, so a second run changes nothing.
    Raise InputError as ``check`` does, and when a polygon would be left with no ground at all.
    """
    frame = in_lonlat(coverage, "coverage")
    names = feature_names(frame)
    refuse(
        Fault("coverage", row, "geometry", "there is no geometry to mend", "draw it or delete the row")
        for row, geometry in enumerate(frame.geometry.array, 1)
        if geometry is None or geometry.is_empty
    )
    before = check(frame, within)
    if not any(fault.kind in REPAIRABLE for fault in before):
        return Repair(frame, _report(before, frame, frame, names, []))
    cover = arrange(frame, within)
    crumbs: list[dict[str, Any]] = []
    owner = _settle(cover)
    _hand_over_crumbs(cover, owner, names, crumbs)
    _refuse_emptied(cover, owner)
    mended = frame.set_geometry(
        gpd.GeoSeries(
            [shapely.normalize(shapely.union_all(cover.faces[owner == row])) for row in range(len(frame))],
            index=frame.index,
            crs=frame.crs,
        )
    )
    return Repair(mended, _report(before, frame, mended, names, crumbs))


def _settle(cover: Cover) -> NDArray[np.intp]:
    """The owner of each face; -1 outside the limit."""
    owner = np.full(len(cover.faces), -1)
    sure = [face for face, claim in enumerate(cover.claims) if cover.in_limit[face] and len(claim) == 1]
    owner[sure] = [cover.claims[face][0] for face in sure]
    _keep_enclosed(cover, owner)
    open_faces = {face for face in range(len(owner)) if cover.in_limit[face] and owner[face] < 0}
    size = patch_area_m2(cover.polygons)
    while open_faces:
        settled = {
            face: chosen
            for face in sorted(open_faces)
            if (chosen := _best_owner(cover.claims[face], owner, cover.contact[face], size)) is not None
        }
        if not settled:
            # a contested island: nobody touches it, so the larger claimant has it
            settled = {
                face: max(cover.claims[face], key=lambda row: (size[row], -row))
                for face in open_faces
                if cover.claims[face]
            }
        if not settled:
            _refuse_unreachable(cover, open_faces)
        for face, row in settled.items():
            owner[face] = row
        open_faces -= set(settled)
    return owner


def _keep_enclosed(cover: Cover, owner: NDArray[np.intp]) -> None:
    # a polygon drawn inside another has no ground of its own: it is the hole somebody forgot to cut
    owning = set(owner.tolist())
    for face, claim in enumerate(cover.claims):
        homeless = [row for row in claim if row not in owning]
        if cover.in_limit[face] and owner[face] < 0 and len(homeless) == 1:
            owner[face] = homeless[0]


def _best_owner(claims: list[int], owner: NDArray[np.intp], contact: dict[int, float], size: Floats) -> int | None:
    along: dict[int, float] = {}
    for other, metres in contact.items():
        row = int(owner[other])
        if row >= 0 and (not claims or row in claims):
            along[row] = along.get(row, 0.0) + metres
    return max(along, key=lambda row: (round(along[row], 3), size[row], -row)) if along else None


def _hand_over_crumbs(cover: Cover, owner: NDArray[np.intp], names: list[str], crumbs: list[dict[str, Any]]) -> None:
    for row in range(len(cover.polygons)):
        mine = np.flatnonzero(owner == row)
        torn = sorted(pieces(mine.tolist(), cover.contact), key=lambda piece: -_area(cover, piece))
        for piece in torn[1:]:
            heir = _heir(cover, owner, row, piece)
            small = _area(cover, piece) < _CRUMB_SHARE * cover.areas_m2[mine].sum()
            if heir is not None and small and not _was_apart(cover, row, piece, torn[0]):
                owner[sorted(piece)] = heir
                crumbs.append({"area_m2": _area(cover, piece), "from": names[row], "to": names[heir]})


def _area(cover: Cover, faces: set[int]) -> float:
    return float(cover.areas_m2[sorted(faces)].sum())


def _heir(cover: Cover, owner: NDArray[np.intp], row: int, piece: set[int]) -> int | None:
    along: dict[int, float] = {}
    for face in sorted(piece):
        for other, metres in cover.contact[face].items():
            if owner[other] not in (-1, row):
                along[int(owner[other])] = along.get(int(owner[other]), 0.0) + metres
    return max(along, key=lambda other: (round(along[other], 3), -other)) if along else None


def _was_apart(cover: Cover, row: int, piece: set[int], largest: set[int]) -> bool:
    """Whether the piece was a part of its own before: an island or exclave stays with its owner."""
    parts = shapely.get_parts(cover.polygons[row])
    return not _parts_touched(cover, parts, piece) & _parts_touched(cover, parts, largest)


def _parts_touched(cover: Cover, parts: Geometries, faces: set[int]) -> set[int]:
    spots = shapely.point_on_surface(cover.faces[sorted(faces)])
    return {i for i, part in enumerate(parts) if shapely.intersects(part, spots).any()}


def _refuse_emptied(cover: Cover, owner: NDArray[np.intp]) -> None:
    owning = set(owner.tolist())
    refuse(
        Fault("coverage", row + 1, "geometry", _why_emptied(cover, row), "redraw it or delete the row")
        for row in range(len(cover.polygons))
        if row not in owning
    )


def _why_emptied(cover: Cover, row: int) -> str:
    claims = [claim for face, claim in enumerate(cover.claims) if row in claim and cover.in_limit[face]]
    rivals = sorted({other + 1 for claim in claims for other in claim if other != row})
    if not rivals:
        return "it lies wholly outside the limit, so nothing would be left of it"
    return f"all its ground is claimed by row {', '.join(map(str, rivals))} as well, so nothing would be left of it"


def _refuse_unreachable(cover: Cover, faces: set[int]) -> None:
    refuse(
        Fault(
            "within",
            None,
            "geometry",
            f"a piece of {cover.areas_m2[face]:.0f} m2 at "
            f"{cover.faces[face].centroid.x:.6f}, {cover.faces[face].centroid.y:.6f} touches no polygon",
            "draw a polygon there or take it out of the limit",
        )
        for face in sorted(faces)
    )


def _report(
    before: list[CoverageFault],
    frame: gpd.GeoDataFrame,
    mended: gpd.GeoDataFrame,
    names: list[str],
    crumbs: list[dict[str, Any]],
) -> dict[str, Any]:
    mended_kinds = [fault for fault in before if fault.kind in REPAIRABLE]
    changes = [
        (name, area_m2(_valid(old)), area_m2(new))
        for name, old, new in zip(names, frame.geometry.array, mended.geometry.array, strict=True)
        if old is not new
    ]
    return {
        "changed": mended is not frame,
        "mended": {kind: sum(fault.kind == kind for fault in mended_kinds) for kind in sorted(REPAIRABLE)},
        "mended_area_m2": sum(fault.area_m2 for fault in mended_kinds),
        "handed_over": crumbs,
        "areas": [
            {"feature": name, "area_before_m2": old, "area_after_m2": new}
            for name, old, new in changes
            if abs(new - old) >= NOISE_M2
        ],
        "left": [str(fault) for fault in before if fault.kind not in REPAIRABLE],
    }


def _valid(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else shapely.make_valid(geometry)
