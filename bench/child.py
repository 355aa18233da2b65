"""A child process, with what it cost: wall clock, processor time and peak memory.

The processor time (user and system, getrusage of the child and of those that it waited for) is what comparisons go by: the machine is shared, so that the
wall clock depends on who else works. Peak memory is the largest resident set of one process.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LIMIT_S: Final = 300.0
"""Processor seconds that a child may take; what takes longer is shown as more than that."""
APART: Final = Path(sys.executable).parent.parent / "apart" / "bin" / "python"
"""The Python of programs that cannot be installed beside ours (bench/apart.in)."""

_LAUNCHER: Final = """
import json, os, sys
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(int(sys.argv[1]), "w") as pipe:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss], pipe)
"""
"""Starts the child from a small process: on Linux the peak of a process is never below that of the one that started it."""


@dataclass(frozen=True)
class Taken:
    """What a child did.

    :ivar said: the JSON of its standard output; None if it failed
    :ivar wall: seconds
    :ivar processor: seconds
    :ivar peak: MiB
    :ivar error: last line of its standard error if it failed
    """

    said: Any
    wall: float
    processor: float
    peak: float
    error: str = ""


def run(arguments: Sequence[str], python: Path = Path(sys.executable), fails: Sequence[int] = ()) -> Taken:
    """Run ``python arguments`` to its end.

    :param fails: exit statuses beside 0 that are no failure
    """
    limit = ["prlimit", f"--cpu={LIMIT_S:.0f}"] if Path("/usr/bin/prlimit").exists() else []
    reading, writing = os.pipe()
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", _LAUNCHER, str(writing), *limit, str(python), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(writing,),
    )
    os.close(writing)
    output, _ = child.communicate()
    wall = time.perf_counter() - started
    with open(reading, encoding="utf-8") as pipe:  # noqa: PTH123 - a file descriptor
        status, processor, largest = json.loads(pipe.read())
    peak = largest / (1024 if sys.platform == "linux" else 1024**2)
    if status not in (0, *fails):
        return Taken(None, wall, processor, peak, f"ended with status {status}")
    try:
        said = json.loads(output.splitlines()[-1]) if output.strip() else {}
    except ValueError:
        said = {}
    return Taken(said, wall, processor, peak)


def table(title: str, note: str = "") -> None:
    """Print what the columns are."""
    print(f"\n{title}\n{'':<44} {'processor s':>11} {'wall s':>8} {'peak MiB':>9} {'ratio':>7}  {note}")


def line(what: str, taken: Taken, ours: Taken | None = None, note: str = "") -> None:
    """Print one line.

    :param ours: what the ratio of processor times is to
    """
    ratio = f"{taken.processor / ours.processor:7.2f}" if ours is not None and ours.processor else " " * 7
    shown = note if taken.said is not None else taken.error
    print(f"{what:<44} {taken.processor:11.2f} {taken.wall:8.2f} {taken.peak:9.0f} {ratio}  {shown}", flush=True)
