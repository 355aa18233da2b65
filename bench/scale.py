"""How the work grows with the number of statements: time and memory of a build, and of what follows an edit.

In come sizes; out goes a table, with the power of the number of statements with which the time of the processors grows. The projects are made up
(``kg synth``). The machine may be shared, so the time of the processors stands beside that of the clock.
"""

import contextlib
import itertools
import json
import math
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.peers import Server, ours
from bench.table import KG
from kg.store import open_store

SMALL = (10_000, 100_000)
LARGE = (*SMALL, 1_000_000)
QUICK = (1_000, 4_000)
_LOOK_S = 0.5


@dataclass(frozen=True)
class Cost:
    """What a command took.

    :ivar clock: seconds
    :ivar processors: seconds, of it and of all processes that it began
    :ivar memory: MiB at the most, of all of them together; pages that they share count once
    """

    clock: float
    processors: float
    memory: float


def bench_scale(folder: Path, sizes: tuple[int, ...]) -> None:
    """Build made-up projects of these sizes."""
    print(f"\n{'':<44} {'clock s':>9} {'cpu s':>9} {'MiB':>7} {'ms of cpu per statement':>24}")
    cold: dict[int, Cost] = {}
    for size in sizes:
        project = folder / f"synthetic-{size}"
        run(Path(), "synth", "--statements", str(size), str(project))
        cold[size] = _row(f"{size:,} statements: kg build, cold", size, run(project, "build"))
        _row(f"{size:,} statements: kg build, nothing changed", size, run(project, "build"))
        edit(project)
        _row(f"{size:,} statements: kg check, a line changed", size, run(project, "check"))
        _row(f"{size:,} statements: kg build, a line changed", size, run(project, "build"))
        release = project / "build" / "current"
        manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
        used = sum(path.stat().st_size for path in release.resolve().rglob("*") if path.is_file()) / 2**20
        started = time.perf_counter()
        open_store((release / "store").resolve())
        opened = time.perf_counter() - started
        started = time.perf_counter()
        with Server(ours(project / "build")):
            ready = time.perf_counter() - started
        print(
            f"  {manifest['quads']:,} quads in {len(manifest['documents']):,} documents, {used:,.0f} MiB; "
            f"store open after {opened:.2f} s, server ready after {ready:.2f} s"
        )
    if len(cold) > 1:
        print(f"\ntime of the processors grows with the number of statements to the power of {exponent(cold):.2f}")


def _row(what: str, size: int, cost: Cost) -> Cost:
    each = cost.processors / size * 1000
    print(f"{what:<44} {cost.clock:9.1f} {cost.processors:9.1f} {cost.memory:7.0f} {each:24.2f}", flush=True)
    return cost


def exponent(costs: dict[int, Cost]) -> float:
    """Slope of the straight line through the logarithms, by least squares."""
    points = [(math.log(size), math.log(cost.processors)) for size, cost in costs.items()]
    middle_x, middle_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / sum((x - middle_x) ** 2 for x, _ in points)


def edit(project: Path) -> None:
    """Change a line of a document in the middle."""
    files = sorted(path for path in (project / "mappings").glob("synthetic-*.yaml"))
    path = files[len(files) // 2]
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^(    en: \"Synthetic [^\"]*)\"$", r'\1 changed"', text, count=1), encoding="utf-8")


def run(project: Path, *arguments: str) -> Cost:
    """Run the command in a project's folder."""
    started = time.perf_counter()
    with subprocess.Popen([*KG, *arguments], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        peak: list[float] = [0.0]
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, peak, ended))
        watch.start()
        said = process.stderr.read().decode() if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watch.join()
    if process.returncode:
        raise SystemExit(f"kg {' '.join(arguments)} failed in {project}:\n{said}")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, peak[0])


def _watch(process: int, peak: list[float], ended: threading.Event) -> None:
    while not ended.wait(_LOOK_S):
        peak[0] = max(peak[0], sum(_share(one) for one in _tree(process)) / 1024)


def _tree(process: int) -> Iterator[int]:
    """A process and those that it began (Linux)."""
    yield process
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{process}/task").iterdir()
        children = itertools.chain.from_iterable((task / "children").read_text().split() for task in tasks)
        for child in children:
            yield from _tree(int(child))


def _share(process: int) -> float:
    """KiB of a process, where a page that several share counts for each in part."""
    with contextlib.suppress(OSError):
        match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
        return float(match[1]) if match else 0.0
    return 0.0
