"""Files and directories that are there as a whole or not at all, and a link that moves in one step.

In: paths of a build directory. Out: nothing but what is on the disk. Next: :mod:`kg.release`, :mod:`kg.imports`.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from kg.errors import ReleaseError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_INCOMPLETE: Final = ".incomplete-"
_THREADS: Final = 8


def is_full(error: OSError) -> bool:
    """Whether an error says that no more can be written: to the disk, by this user, or to this file."""
    return error.errno in _FULL


@contextlib.contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """One build at a time; the lock goes with the process, however it ends.

    :raises ReleaseError: if another process has it
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(f"{directory}: another build is running; wait for it to end") from None
        yield


def draft_in(directory: Path) -> Path:
    """A new directory that nothing serves, for what is being made. Those that a killed process left are removed."""
    for leftover in directory.glob(f"{_INCOMPLETE}*"):
        shutil.rmtree(leftover)
    draft = Path(tempfile.mkdtemp(prefix=_INCOMPLETE, dir=directory))
    draft.chmod(0o755)
    return draft


def discard(directory: Path) -> None:
    """Remove a directory, which is gone for readers at once; what a killed process left of it, :func:`draft_in` removes."""
    gone = directory.with_name(f"{_INCOMPLETE}{directory.name}")
    directory.rename(gone)
    shutil.rmtree(gone)


def flush(directory: Path) -> None:
    """Force every file and folder below ``directory`` to the disk; several at a time, of which the disk makes one."""
    found = list(directory.rglob("*"))
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(_flush_file, (path for path in found if not path.is_dir())))
        list(threads.map(flush_directory, (path for path in (*found, directory) if path.is_dir())))


def _flush_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_directory(directory: Path) -> None:
    """Force the entries of a directory to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def point(link: Path, target: Path) -> None:
    """Let ``link`` point at ``target`` in one step, so that a reader finds the old release or the new one."""
    draft = link.with_name(f".{link.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    flush_directory(link.parent)


def replace(path: Path, content: str) -> None:
    """Write a text file in one step, so that an interruption leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)
