"""What importing 10,000 enterprises costs: from the file to the register with its events, on SQLite and on PostgreSQL, as JSON.

    python -m tests.bench.register [--rows N]

The demo town is loaded on an empty database with fsync on; the made-up file goes through `anwangge import-register`, once as
XLSX and once, after the first was undone, as CSV in GB18030. One row in fifty is spoilt, as files are. Seconds are those
of the whole command, the start of the program included.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backend.config.processes import Processes
from backend.config.scratch import DEMO_TOWN, OURS, free_port, prepare
from backend.foundation.spreadsheets import to_csv, to_xlsx
from backend.territory.dividing import read_villages
from tests.bench.operations import empty_postgres

TOWN, ROWS, SPOILT_EVERY = "440783112", 10_000, 50
HEADINGS = ["单位名称", "统一社会信用代码", "单位类型", "行业领域", "高危标签", "风险等级", "所属村", "地址", "经度", "纬度",
            "主要负责人", "联系电话", "安全员", "安全员电话", "从业人数", "成立日期"]  # fmt: skip
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(serial: int) -> str:
    body = f"91900000{serial:09d}"
    return body + SIGNS[-sum(SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(body)) % 31]


def places(count: int) -> list[tuple[str, float, float]]:
    """(village, lon, lat) of points inside villages, the same every time."""
    villages = read_villages(DEMO_TOWN / "villages.geojson", crs="EPSG:4490", code_field="code", name_field="name")
    drawn = villages.geometry.sample_points(-(-count // len(villages)), rng=1).explode()
    return [(villages["name"][n], point.x, point.y) for n, point in drawn.items()][:count]


def rows(count: int) -> list[list[Any]]:
    made: list[list[Any]] = [HEADINGS]
    for n, (village, lon, lat) in enumerate(places(count), 1):
        risk = "紫" if n % SPOILT_EVERY == 0 else "黄"
        made.append([
            f"演示单位{n}", uscc(n), "企业", "工贸、消防", "", risk, village, f"{village}{n}号", f"{lon:.6f}", f"{lat:.6f}",
            "演示人", f"1000{n:07d}", "演示安全员", f"1001{n:07d}", str(n % 90), "2019年3月1日",
        ])  # fmt: skip
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.register")
    parser.add_argument("--rows", type=int, default=ROWS)
    count = parser.parse_args().rows
    made = rows(count)
    with TemporaryDirectory(prefix="awg-") as folder:
        files = [Path(folder) / "register.xlsx", Path(folder) / "register.csv"]
        files[0].write_bytes(to_xlsx(made, "名录"))
        files[1].write_bytes(to_csv(made, "gb18030"))
        found = [measure("sqlite", files)]
        with empty_postgres() as address:
            found.append(measure("postgresql", files, address))
    worst = {key: max(one[key] for one in found) for key in found[0] if key.endswith("_s")}
    print(json.dumps({"rows": count, "good": found[0]["good"]} | worst))


def measure(database: str, files: list[Path], address: str | None = None) -> dict[str, Any]:
    with scratch(address) as processes:
        xlsx, said = run(processes, str(files[0]), "--town", TOWN)
        imported = int(re.findall(r"已导入 (\d+)", said)[-1])
        undo, _ = run(processes, "--undo", re.findall(r"导入编号 (\S+)，", said)[-1])
        csv, again = run(processes, str(files[1]), "--town", TOWN)
        if int(re.findall(r"已导入 (\d+)", again)[-1]) != imported:
            sys.exit(f"XLSX and CSV differ:\n{said[-2000:]}\n{again[-2000:]}")
    measured = {"database": database, "good": imported}
    for what, (seconds, cpu_s) in {"import_xlsx": xlsx, "import_csv": csv, "undo": undo}.items():
        measured |= {f"{what}_s": round(seconds, 1), f"{what}_cpu_s": round(cpu_s, 1)}
    print(json.dumps(measured), flush=True)
    return measured


@contextmanager
def scratch(address: str | None) -> Iterator[Processes]:
    """The demo town on a database of its own, with no server running."""
    with TemporaryDirectory(prefix="awg-") as folder:
        processes = Processes(Path(folder), free_port(), without=OURS)
        if address:
            processes.env["DATABASE_URL"] = address
        prepare(processes)
        yield processes


def run(processes: Processes, *arguments: str) -> tuple[tuple[float, float], str]:
    """((seconds, seconds of CPU), what it said). The CPU of a database server is not in it."""
    program = str(Path(sys.executable).parent / "anwangge")
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [program, "import-register", *arguments], env=processes.env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr or done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (time.monotonic() - begun, cpu_s), done.stdout


if __name__ == "__main__":
    main()
