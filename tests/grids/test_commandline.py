"""The command line, end to end, on files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import drawn_town as drawn
import pytest

import grids
from grids.commandline import main


@pytest.fixture
def files(tmp_path: Path) -> Path:
    town = drawn.crooked_town()
    grids.write_features(town, tmp_path / "villages.geojson")
    grids.write_features(drawn.sketched(town, 40, seed=2), tmp_path / "sketch.geojson")
    work = drawn.scattered(town, 300, seed=7)
    rows = [
        "name,lon,lat,workers",
        *(
            f"单位{i},{p.x:.7f},{p.y:.7f},{w}"
            for i, (p, w) in enumerate(zip(work.geometry, work["weight"], strict=True))
        ),
    ]
    (tmp_path / "points.csv").write_text("\n".join(rows), encoding="gb18030")
    return tmp_path


def test_divide_check_locate_round_trip(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, report = files / "grids.geojson", files / "report.json"
    assert (
        main(
            [
                "divide",
                str(files / "villages.geojson"),
                "--points",
                str(files / "points.csv"),
                "--weight",
                "workers",
                "--crs",
                "EPSG:4490",
                "--count",
                "12",
                "--seed",
                "5",
                "--out",
                str(out),
                "--report",
                str(report),
            ]
        )
        == 0
    )
    assert "12 grids in 4 villages" in capsys.readouterr().out
    assert json.loads(report.read_text())["grids"] == 12
    assert main(["check", str(out), "--within", str(files / "villages.geojson")]) == 0

    table = files / "located.csv"
    assert main(["locate", str(out), str(files / "points.csv"), "--crs", "EPSG:4490", "--out", str(table)]) == 0
    with table.open(encoding="utf-8-sig", newline="") as stream:
        located = list(csv.DictReader(stream))
    loads = {f["properties"]["grid_code"]: f["properties"]["load"] for f in json.loads(out.read_text())["features"]}
    counted = dict.fromkeys(loads, 0.0)
    for row in located:
        if row["grid_code"]:
            counted[row["grid_code"]] += float(row["workers"])
    assert located[0]["name"] == "单位0"
    assert counted == pytest.approx(loads)


def test_geojson_follows_rfc_7946(files: Path) -> None:
    out = files / "grids.geojson"
    main(
        [
            "divide",
            str(files / "villages.geojson"),
            "--points",
            str(files / "points.csv"),
            "--crs",
            "EPSG:4490",
            "--target-load",
            "40",
            "--out",
            str(out),
        ]
    )
    document = json.loads(out.read_text())
    assert "crs" not in document
    for feature in document["features"]:
        ring = feature["geometry"]["coordinates"][0]
        doubled_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
        assert ring[0] == ring[-1]
        assert doubled_area > 0
        assert 112 < ring[0][0] < 113


@pytest.mark.parametrize("name", ["mended.geojson", "mended.gpkg"])
def test_check_finds_and_repair_mends(files: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    sketch, limit, out = files / "sketch.geojson", files / "villages.geojson", files / name
    assert main(["check", str(sketch), "--within", str(limit), "--report", str(files / "faults.json")]) == 1
    assert {fault["kind"] for fault in json.loads((files / "faults.json").read_text())} >= {"overlap", "gap", "outside"}
    assert main(["repair", str(sketch), "--within", str(limit), "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["check", str(out), "--within", str(limit)]) == 0
    assert "4 polygons, 0 faults" in capsys.readouterr().out
    assert grids.read_polygons(out)["code"].tolist() == drawn.crooked_town()["code"].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "none.geojson"], "none.geojson: there is no such file"),
        (["repair", "{villages}", "--out", "mended.txt"], ".txt cannot be written"),
        (["repair", "{villages}", "--out", "no/folder/mended.geojson"], "no such folder"),
        (
            ["divide", "{villages}", "--points", "{points}", "--count", "9", "--out", "x.geojson"],
            "states no coordinate system",
        ),
        (
            ["divide", "{sketch}", "--points", "{points}", "--crs", "EPSG:4490", "--count", "2", "--out", "x.geojson"],
            "too few",
        ),
        (
            [
                "divide",
                "{villages}",
                "--points",
                "{points}",
                "--points-crs",
                "EPSG:4490",
                "--weight",
                "name",
                "--count",
                "9",
                "--out",
                "x.geojson",
            ],
            "row 1, field name: the weight is not a number",
        ),
        (["locate", "{villages}", "{points}", "--code-field", "uid", "--out", "x.csv"], "no column with codes"),
    ],
)
def test_errors_are_messages_with_exit_two(
    files: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"villages": files / "villages.geojson", "points": files / "points.csv", "sketch": files / "sketch.geojson"}
    assert main([argument.format(**names) for argument in arguments]) == 2
    assert message in capsys.readouterr().err
    assert not Path("x.geojson").exists() and not Path("x.csv").exists()


def test_it_runs_as_a_program_without_django(files: Path) -> None:
    code = (
        "import sys; sys.modules['django'] = None; from grids.commandline import main; "
        f"sys.exit(main(['check', {str(files / 'villages.geojson')!r}, '--within', {str(files / 'villages.geojson')!r}]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
