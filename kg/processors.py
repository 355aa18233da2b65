"""How many processors there are to work with: as many as this process is let have."""

import math
import os
from pathlib import Path
from typing import Final

_QUOTAS: Final = (Path("/sys/fs/cgroup/cpu.max"), Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"))
"""Where a container reads its share of time: with control groups of version 2, and of version 1 (cgroups(7))."""


def processors() -> int:
    """Processors that this process may use; a container may be let use fewer than there are, or less of their time."""
    number = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(number, _share())))


def _share() -> float:
    """Processors' time that the container has for each second; infinite, if nothing is said of it."""
    for path in _QUOTAS:
        try:
            quota, *period = path.read_text(encoding="ascii").split()
            if not period:
                period = [path.with_name("cpu.cfs_period_us").read_text(encoding="ascii")]
            if int(quota) > 0:
                return int(quota) / int(period[0])
        except (OSError, ValueError, ZeroDivisionError):
            continue  # no container, no limit ("max"), or another kind of file
    return math.inf
