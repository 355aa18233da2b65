"""How many processors there are to work with: as many as this process is let have."""

import os


def processors() -> int:
    """Processors that this process may use, which in a container may be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
