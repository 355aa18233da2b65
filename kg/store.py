"""Find a release and open its store, read-only.

In comes a build or release directory as :mod:`kg.release` left it; out go a :class:`Release` and an Oxigraph store.
:mod:`kg.engine` queries the store, :mod:`kg.web` shows what the release says of itself.
"""

import contextlib
import fcntl
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pyoxigraph as ox

from kg.errors import ReleaseError

DESCRIPTION_FILE: Final = "release.json"
"""In which a release describes itself."""
_SHAPE: Final[Mapping[str, type]] = {
    "statements": int,
    "triples": int,
    "quads": int,
    "graphs": dict,
    "counts": dict,
    "entities": dict,
    "documents": list,
    "files": list,
}
"""What pages take from the description; each may be missing."""
_NAMES: Final[Mapping[type, str]] = {int: "a number", dict: "an object", list: "a list"}
_REMEDY = "run `kg build`, or name the build directory with --build-dir or KG_BUILD_DIR"


@dataclass(frozen=True)
class Release:
    """A release directory and the content of its ``release.json``."""

    path: Path
    version: str
    description: dict[str, Any]

    @property
    def store(self) -> Path:
        """Directory of the Oxigraph store."""
        return self.path / "store"


def current_release(build_dir: Path) -> Release:
    """Release that ``build_dir/current`` points at, by its own path, so that a later build does not move it.

    :raises ReleaseError: if there is none, or it is not complete
    """
    link = build_dir / "current"
    if not link.exists():
        state = "points at a directory that is gone" if link.is_symlink() else "does not exist"
        message = f"{link}: {state}, so there is no release to serve; {_REMEDY}"
        raise ReleaseError(message)
    return open_release(link.resolve())


def open_release(path: Path) -> Release:
    """Release in the directory ``path``.

    :raises ReleaseError: if its ``release.json`` or its store is missing or unreadable
    """
    file = path / DESCRIPTION_FILE
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{file}: cannot be read ({error.strerror}), so this is no complete release; {_REMEDY}"
        raise ReleaseError(message) from error
    except ValueError as error:
        message = f"{file}: not JSON ({error}); {_REMEDY}"
        raise ReleaseError(message) from error
    version = description.get("version") if isinstance(description, dict) else None
    if not isinstance(version, str) or not version:
        message = f'{file}: expected an object with a "version"; {_REMEDY}'
        raise ReleaseError(message)
    for key, kind in _SHAPE.items():
        if not isinstance(description.get(key, kind()), kind):
            message = f'{file}: "{key}" is {json.dumps(description[key])[:60]}; expected {_NAMES[kind]}; {_REMEDY}'
            raise ReleaseError(message)
    if not (path / "store" / "CURRENT").is_file():
        message = f"{path / 'store'}: no Oxigraph store is there (it has no CURRENT file); {_REMEDY}"
        raise ReleaseError(message)
    return Release(path=path, version=version, description=description)


def hold(release: Release) -> IO[bytes]:
    """Keep `kg prune` from removing a release, by a shared lock.

    :returns: a file that has the lock until it is closed, or the process ends; without a lock where the file system knows none
    :raises OSError: if the release is gone
    """
    file = (release.path / DESCRIPTION_FILE).open("rb")
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_SH)
    return file


def open_store(path: Path) -> ox.Store:
    """Open the Oxigraph store in directory ``path`` for reading only.

    :raises ReleaseError: if Oxigraph cannot open it
    """
    try:
        return ox.Store.read_only(str(path))
    except OSError as error:
        message = f"{path}: Oxigraph cannot open this store ({error}); {_REMEDY}"
        raise ReleaseError(message) from error


def read_quads(release: Release, graph: str | None = None) -> list[ox.Quad]:
    """Quads of a release.

    :param graph: IRI of one named graph; None for all that are published, without imports
    :raises ReleaseError: if the release has no such graph; the message lists those that it has
    """
    published = sorted(release.description.get("graphs", {}))
    imported = [one["graph"] for one in release.description.get("imports", [])]
    graphs = [*published, *imported]
    if graph is not None and graph not in graphs:
        message = f"release {release.version} has no graph {graph}; it has: {', '.join(graphs)}"
        raise ReleaseError(message)
    store = open_store(release.store)
    quads = store.quads_for_pattern(None, None, None, ox.NamedNode(graph) if graph else None)
    apart = set() if graph else {ox.NamedNode(name) for name in imported}
    return [quad for quad in quads if quad.graph_name not in apart]
