"""Measure what has a number, each beside its alternative in the same run: ``make bench``.

Prints tables; asserts nothing. ``make bench PART=serving`` runs one part, ``QUICK=1`` makes it short and rough.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from bench.against import bench_against
from bench.growth import bench_growth
from bench.hostile import bench_hostile
from bench.load import wrk
from bench.recovery import bench_recovery
from bench.scale import LARGE, SMALL, bench_scale
from bench.scale import QUICK as QUICK_SIZES
from bench.serving import QUICK, Plan, bench_load
from bench.table import build
from bench.waiting import bench_build, bench_queries, bench_start
from kg.store import current_release

_SERVING = ("start", "load", "hostile", "recovery")
_PARTS = ("build", "queries", "peers", "growth", *_SERVING)
_APART = ("scale",)  # takes as long as all others together
_NEEDS_WRK = ("load", "hostile")


def main() -> None:
    """Run the parts that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        choices=[*_PARTS, *_APART, "serving", []],
        metavar="part",
        help=f"serving or {', '.join((*_PARTS, *_APART))}",
    )
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument(
        "--large", action="store_true", help="scale: also a million statements; growth: 1,000 times the five documents"
    )
    parser.add_argument(
        "--made", nargs="+", type=Path, default=[], metavar="FOLDER", help="growth: projects that were built before, by size"
    )
    options = parser.parse_args()
    parts = [p for part in options.parts or _PARTS for p in (_SERVING if part == "serving" else (part,))]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped
    print(f"{os.cpu_count()} processors, shared by servers and clients; load average {_load_average()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if parts != list(_APART):
            build(folder)
        for part in parts:
            if part in _APART:
                bench_scale(folder, QUICK_SIZES if options.quick else LARGE if options.large else SMALL)
            elif part in _NEEDS_WRK and wrk() is None:
                print(
                    f"\n{part}: left out, as wrk is not installed (Debian and Ubuntu: apt-get install wrk; macOS: brew install wrk)"
                )
            else:
                _run(part, folder, options)
    print(f"\nload average at the end {_load_average()}")


def _run(part: str, folder: Path, options: argparse.Namespace) -> None:
    release, quick = current_release(folder), options.quick
    match part:
        case "build":
            bench_build(folder)
        case "queries":
            bench_queries(release)
        case "peers":
            bench_against(folder, quick=quick)
        case "growth":
            bench_growth(folder, quick=quick, large=options.large, made=options.made)
        case "start":
            bench_start(folder, quick=quick)
        case "load":
            bench_load(folder, release, QUICK if quick else Plan())
        case "hostile":
            bench_hostile(folder, release, quick=quick)
        case "recovery":
            bench_recovery(folder, release)


def _load_average() -> str:
    """How busy the machine has been; the servers' own share is in it at the end."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


if __name__ == "__main__":
    main()
