"""Rows of times, and what makes them."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

KG = [sys.executable, "-m", "kg"]
RUNS = 5


def head() -> None:
    """Print what the columns are."""
    print(f"\n{'':<58} {'median':>9} {'min':>9} {'max':>9}  (ms)")


def row(what: str, seconds: list[float], note: str = "") -> None:
    """Print one line of the table."""
    ms = [s * 1000 for s in seconds]
    print(f"{what:<58} {statistics.median(ms):9.1f} {min(ms):9.1f} {max(ms):9.1f}  {note}", flush=True)


def timed(action: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Seconds of each of ``runs`` runs."""
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        found.append(time.perf_counter() - started)
    return found


def command(*arguments: str) -> Callable[[], object]:
    """A run of the command as a whole process."""
    return lambda: subprocess.run([*KG, *arguments], check=True, capture_output=True)


def build(target: Path) -> None:
    """Build a release below ``target``, as a whole process."""
    command("build", "--build-dir", str(target))()
