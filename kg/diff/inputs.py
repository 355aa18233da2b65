"""Read one side of a comparison.

In: the directory of a release, its version, or a dump file. Out: a :class:`Side`. Numbers are compared as they are written, which the
dumps keep and a store does not: 0.70 stays 0.70.
"""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from kg.description import DATASET
from kg.dumps import NAME
from kg.errors import ReleaseError
from kg.namespaces import PREFIXES

_FORMATS: Final = {".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG}
_VERSION: Final = ox.NamedNode(f"{PREFIXES['dcat']}version")


@dataclass(frozen=True)
class Side:
    """A release, as far as it is compared.

    :ivar name: as the user calls it
    :ivar version: as it says itself; empty if it does not
    """

    name: str
    version: str
    quads: frozenset[ox.Quad]

    @classmethod
    def of(cls, name: str, quads: Iterable[ox.Quad]) -> "Side":
        """A side with the version that its description states.

        :raises ReleaseError: if there is a blank node, since two files never have the same one
        """
        held = frozenset(quads)
        for quad in held:
            if isinstance(quad.subject, ox.BlankNode) or not isinstance(quad.object, ox.NamedNode | ox.Literal):
                raise ReleaseError(f"{name}: has a blank node ({quad.triple}), which cannot be compared; our releases have none")
        about = ox.NamedNode(DATASET)
        versions = sorted(q.object.value for q in held if q.subject == about and q.predicate == _VERSION)  # type: ignore[union-attr]
        return cls(name, versions[0] if versions else "", held)


def read_side(given: str, build_dir: Path) -> Side:
    """Read a release.

    :param given: directory of a release, its version or ``current`` in the build directory, or a file .nq or .trig, plain or .gz
    :raises ReleaseError: if it is none of them or cannot be read; the message says what there is
    """
    path = Path(given)
    if path.is_file():
        return Side.of(given, _parse(path))
    for directory in (path, build_dir / "releases" / given, build_dir / given):
        for name in (f"{NAME}.nq", f"{NAME}.nq.gz"):
            file = directory / "dumps" / name
            if file.is_file():
                return Side.of(given, _parse(file))
    raise ReleaseError(
        f"{given}: no release directory, version or dump file (.nq, .trig, .nq.gz, .trig.gz); {what_there_is(build_dir)}"
    )


def what_there_is(build_dir: Path) -> str:
    """The versions in a build directory, the newest first, as part of a message."""
    folder = build_dir / "releases"
    found = [path for path in folder.glob("*") if path.is_dir() and not path.name.startswith(".")]
    if not found:
        return f"{folder} has none yet: `kg build` makes one"
    serving = (build_dir / "current").resolve().name
    found.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
    return f"{folder} has: {', '.join(f'{path.name} (current)' if path.name == serving else path.name for path in found)}"


def _parse(path: Path) -> list[ox.Quad]:
    suffix = Path(path.name.removesuffix(".gz")).suffix
    if suffix not in _FORMATS:
        raise ReleaseError(f"{path}: only .nq and .trig, plain or .gz, keep the named graphs that are compared")
    try:
        with path.open("rb") as file:
            source: IO[bytes] = gzip.GzipFile(fileobj=file) if path.name.endswith(".gz") else file  # type: ignore[assignment]
            return list(ox.parse(source, format=_FORMATS[suffix]))
    except (OSError, EOFError, SyntaxError) as error:
        place = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise ReleaseError(f"{path}{place}: cannot be read: {getattr(error, 'msg', None) or error}") from None
