"""Loaded into a Dask worker (``--preload``): mapping a document waits, or ends its process, as files in a folder say.

``hold``: wait until it is gone; ``die-DOCUMENT``: end the process, a while after another document is done. For each document that is begun,
``begun-DOCUMENT-PID-ENGINE`` appears, and for each that is done ``done-DOCUMENT``.
"""

import os
import signal
import time
from pathlib import Path

from kg.scale import mapping, travel

FOLDER = "CLUMSY"
"""Variable with the folder."""


def work(common: mapping.Common, job: mapping.Job) -> str:
    """Map a document, sooner or later."""
    folder = Path(os.environ[FOLDER])
    (folder / f"begun-{job.path.stem}-{os.getpid()}-{os.environ['KG_SHACL']}").touch()
    while (folder / "hold").exists():
        time.sleep(0.02)
    if (folder / f"die-{job.path.stem}").exists():
        while not list(folder.glob("done-*")):
            time.sleep(0.02)
        time.sleep(0.5)  # so that its result is where it belongs
        os.kill(os.getpid(), signal.SIGKILL)
    key = mapping.work(common, job)
    (folder / f"done-{job.path.stem}").touch()
    return key


travel._STEPS["map"] = work  # type: ignore[index]
