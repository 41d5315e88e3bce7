"""The command line: grids divide | check | repair | locate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import shapely

from grids.coverage import check
from grids.dividing import divide
from grids.faults import InputError, refuse, reject
from grids.inputs import POLYGONS, code_faults
from grids.locating import Locator
from grids.reading import read_features, read_lines, read_points, read_polygons
from grids.repairing import repair
from grids.writing import write_features, write_report, write_table

FAULTS_FOUND = 1
UNUSABLE = 2

_CRS_HELP = "coordinate system of files that state none, e.g. EPSG:4546"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 all is well, 1 the coverage has faults, 2 the input or the options cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except InputError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'file'}: {error.strerror or error}", file=sys.stderr)
    return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grids", description="Divide villages into grids; check, repair and locate.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _describe_divide(commands.add_parser("divide", help="cut villages into grids of equal load"))
    _describe_check(commands.add_parser("check", help="find overlaps, gaps and broken polygons; exit 1 if any"))
    _describe_repair(commands.add_parser("repair", help="mend overlaps, gaps and broken polygons"))
    _describe_locate(commands.add_parser("locate", help="find the grid of each point"))
    return parser


def _describe_divide(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("villages", type=Path)
    parser.add_argument("--points", type=Path, required=True, help="what makes the work")
    parser.add_argument("--weight", metavar="COL", help="column to weigh points by (default: 1 each)")
    parser.add_argument("--barriers", type=Path, metavar="LINES", help="roads, rivers: borders follow them")
    number = parser.add_mutually_exclusive_group(required=True)
    number.add_argument("--count", type=int, metavar="K", help="grids in all")
    number.add_argument("--target-load", type=float, metavar="L", help="load of a grid")
    parser.add_argument("--code-field", metavar="F", help="column with the 12-digit codes (default: code)")
    parser.add_argument("--name-field", metavar="F", help="column with the names (default: name)")
    parser.add_argument("--crs", metavar="C", help=_CRS_HELP)
    parser.add_argument("--points-crs", metavar="C", help="the same for points (CSV: default --crs)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="same seed, same grids (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help=".geojson or .gpkg")
    parser.add_argument("--report", type=Path, help="JSON: what was done and how well")
    parser.set_defaults(command=_divide)


def _describe_check(parser: argparse.ArgumentParser) -> None:
    _describe_coverage(parser)
    parser.add_argument("--report", type=Path, help="JSON: every fault")
    parser.set_defaults(command=_check)


def _describe_repair(parser: argparse.ArgumentParser) -> None:
    _describe_coverage(parser)
    parser.add_argument("--out", type=Path, required=True, help=".geojson or .gpkg")
    parser.add_argument("--report", type=Path, help="JSON: what was done")
    parser.set_defaults(command=_repair)


def _describe_coverage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("coverage", type=Path)
    parser.add_argument("--within", type=Path, metavar="V", help="polygons that are the outer limit")
    parser.add_argument("--crs", metavar="C", help=_CRS_HELP)


def _describe_locate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("grids", type=Path)
    parser.add_argument("points", type=Path)
    parser.add_argument("--code-field", metavar="F", help="column with codes (default: grid_code or code)")
    parser.add_argument("--crs", metavar="C", help="coordinate system of points that state none")
    parser.add_argument("--out", type=Path, required=True, help="CSV")
    parser.set_defaults(command=_locate)


def _divide(options: argparse.Namespace) -> int:
    villages = read_polygons(
        options.villages, code_field=options.code_field, name_field=options.name_field, crs=options.crs
    )
    if villages["code"].isna().any():
        reject(str(options.villages), None, "code", "has no column with village codes", "name it with --code-field")
    of_csv = options.crs if options.points.suffix.lower() == ".csv" else None
    points = read_points(options.points, weight=options.weight, crs=options.points_crs or of_csv)
    barriers = read_lines(options.barriers, crs=options.crs) if options.barriers else None
    division = divide(
        villages, points, count=options.count, target_load=options.target_load, barriers=barriers, seed=options.seed
    )
    write_features(division.grids, options.out)
    if options.report:
        write_report(division.report, options.report)
    report = division.report
    print(
        f"{report['grids']} grids in {len(villages)} villages, largest deviation from the mean load of the village "
        f"{report['max_deviation_percent']:.1f} %, {len(report['points_outside'])} points outside"
    )
    return 0


def _check(options: argparse.Namespace) -> int:
    coverage = read_features(options.coverage, POLYGONS, crs=options.crs)
    within = read_features(options.within, POLYGONS, crs=options.crs) if options.within else None
    faults = check(coverage, within)
    for fault in faults:
        print(fault)
    if options.report:
        write_report([asdict(fault) for fault in faults], options.report)
    serious = sum(fault.serious for fault in faults)
    print(f"{len(coverage)} polygons, {serious} faults, {len(faults) - serious} notices")
    return FAULTS_FOUND if serious else 0


def _repair(options: argparse.Namespace) -> int:
    coverage = read_features(options.coverage, POLYGONS, crs=options.crs)
    within = read_features(options.within, POLYGONS, crs=options.crs) if options.within else None
    mended = repair(coverage, within)
    write_features(mended.coverage, options.out)
    if options.report:
        write_report(mended.report, options.report)
    done = ", ".join(f"{number} {kind}" for kind, number in mended.report["mended"].items() if number)
    crumbs = len(mended.report["handed_over"])
    print(f"{len(coverage)} polygons, mended: {done or 'nothing'}; {crumbs} pieces handed over")
    return 0


def _locate(options: argparse.Namespace) -> int:
    polygons = read_features(options.grids, POLYGONS)
    field = options.code_field or next((c for c in ("grid_code", "code") if c in polygons.columns), None)
    if field is None or field not in polygons.columns:
        reject(str(options.grids), None, field, "there is no column with codes", "name it with --code-field")
    codes = polygons[field].tolist()
    refuse(code_faults(codes, str(options.grids), field, r"\S+", "a code"))
    points = read_points(options.points, crs=options.crs)
    lonlat = np.round(shapely.get_coordinates(points.geometry.array), 9)
    found = Locator(polygons.geometry, codes).locate_many(lonlat[:, 0], lonlat[:, 1])
    given = points.drop(columns=["geometry", "weight"])
    write_table(
        [*map(str, given.columns), "lon_4490", "lat_4490", "grid_code"],
        (
            [*row, lon, lat, code or ""]
            for row, (lon, lat), code in zip(
                given.itertuples(index=False, name=None), lonlat.tolist(), found, strict=True
            )
        ),
        options.out,
    )
    print(f"{len(found)} points, {sum(code is None for code in found)} outside every grid")
    return 0
