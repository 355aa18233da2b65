"""Remove builds that nobody needs any more.

In: a build directory, and the changelog, which names what was released. Out: a :class:`Plan`, and fewer folders. Nothing that serves, that was released, or
that another release is made of is removed; nor is a folder that is no release.
"""

import fcntl
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg import atomic, changelog
from kg.errors import ReleaseError
from kg.store import DESCRIPTION_FILE

KEPT: Final = 10
"""Builds that are kept for being the latest, unless it is said how many."""
MANY: Final = 30
"""Builds in a directory from which on `kg build` says that old ones can be removed."""


@dataclass(frozen=True)
class Plan:
    """What is removed and what stays.

    :ivar removed: folders, the oldest first
    :ivar kept: why a folder stays, by folder, the latest first
    :ivar freed: bytes on the disk that no release has after it; files that releases share count when the last one goes
    """

    removed: tuple[Path, ...]
    kept: dict[Path, str]
    freed: int


def number(build_dir: Path) -> int:
    """How many releases a build directory has."""
    return sum(1 for _ in _folders(build_dir / "releases"))


def prune(build_dir: Path, log: Path, keep: int, *, dry_run: bool = False) -> Plan:
    """Remove all releases but those that are needed and the latest ones.

    :param log: the changelog; releases that it names stay
    :param keep: how many of the latest stay
    :param dry_run: only say what would be removed
    :raises ReleaseError: if a build is running, or a folder cannot be removed
    """
    releases = build_dir / "releases"
    if not releases.is_dir():
        return Plan((), {}, 0)
    with atomic.exclusive(build_dir):
        made = _plan(build_dir, log, keep)
        for folder in () if dry_run else made.removed:
            try:
                atomic.discard(folder)
            except OSError as error:
                raise ReleaseError(f"{folder}: cannot be removed: {error.strerror}; see who owns it, and prune again") from error
    return made


def _plan(build_dir: Path, log: Path, keep: int) -> Plan:
    """What to do."""
    found = {path: _described(path) for path in _folders(build_dir / "releases")}
    latest = sorted(found, key=lambda path: (-path.stat().st_mtime_ns, path.name))
    released = changelog.releases(log.read_text(encoding="utf-8")) if log.exists() else frozenset()
    current = (build_dir / "current").resolve()
    kept: dict[Path, str] = {}
    ours = [path for path in latest if found[path] is not None]
    for path in latest:
        if found[path] is None:
            kept[path] = f"has no {DESCRIPTION_FILE} that names it, so it may not be a release"
        elif path.resolve() == current:
            kept[path] = "current"
        elif path.name in released:
            kept[path] = f"named in {log.name}"
        elif _is_served(path):
            kept[path] = "a server has it open"
        elif path in ours[:keep]:
            kept[path] = f"one of the {keep} latest" if keep > 1 else "the latest"
    for path in tuple(kept):
        base = path.parent / str((found[path] or {}).get("base", ""))
        if base in found:
            kept.setdefault(base, f"the base of {path.name}")
    removed = tuple(path for path in reversed(latest) if path not in kept)
    return Plan(removed, {path: kept[path] for path in latest if path in kept}, _freed(removed))


def _folders(releases: Path) -> Iterator[Path]:
    """Folders of releases, complete ones."""
    return (path for path in releases.glob("*") if path.is_dir() and not path.name.startswith("."))


def _described(path: Path) -> dict[str, Any] | None:
    """What a release says of itself; None if it is not one of that name."""
    try:
        said = json.loads((path / DESCRIPTION_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) and said.get("version") == path.name else None


def _is_served(path: Path) -> bool:
    """Whether a server holds a lock on it (:func:`kg.store.hold`); also if that cannot be found out."""
    try:
        with (path / DESCRIPTION_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _freed(folders: Iterable[Path]) -> int:
    """Bytes of files all of whose links lie in these folders."""
    seen: Counter[tuple[int, int]] = Counter()
    links: dict[tuple[int, int], tuple[int, int]] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            state = path.lstat()
            if not path.is_dir():
                key = (state.st_dev, state.st_ino)
                seen[key] += 1
                links[key] = (state.st_nlink, state.st_blocks * 512)
    return sum(size for key, (number_of, size) in links.items() if seen[key] >= number_of)
