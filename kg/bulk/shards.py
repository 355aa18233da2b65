"""Cut N-Quads into files of bounded size, where possible between graphs, and else between subjects.

In: lines, graph after graph, and the number of each graph. Out: gzipped files, and a :class:`Shard` for each. Next: :mod:`kg.bulk.write`. Held in memory are
the lines about one subject, and of these at most :data:`_HELD`.

A graph that fits into a file is in one file, so that a loader which takes files side by side seldom writes to a graph from two of them, and a
document can be loaded again by one file. A blank node is one within a file only (N-Quads, section 3.2), so lines with blank nodes are not cut.
"""

import contextlib
import gzip
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from kg.errors import ReleaseError

STEM: Final = "policy-kg-"
SUFFIX: Final = ".nq.gz"
_HELD: Final = 10_000
"""Lines of a subject; one with more may be cut."""
_LEVEL: Final = 6


@dataclass(frozen=True)
class Shard:
    """A file.

    :ivar size: bytes
    :ivar graphs: quads by graph IRI
    """

    name: str
    size: int
    sha256: str
    graphs: Mapping[str, int]

    @property
    def quads(self) -> int:
        """Of all graphs."""
        return sum(self.graphs.values())


def cut(lines: Iterable[bytes], counts: Mapping[str, int], most: int, folder: Path) -> Iterator[Shard]:
    """Write lines of N-Quads into files.

    :param lines: each with its end, graph after graph
    :param counts: quads by graph IRI, which is what tells whether a graph still fits into a file
    :param most: quads of a file
    :raises ReleaseError: if a graph has another number of quads, or there are blank nodes and more than one file
    """
    found: Counter[str] = Counter()
    writer = _Writer(folder, 1)
    blank = b""
    try:
        for graph, of_graph in groupby(lines, _graph):
            if graph not in counts:
                raise ReleaseError(_wrong(graph, "quads of it are there", "none are listed"))
            if counts[graph] > most - writer.quads and writer.quads:
                yield writer.close()
                writer = _Writer(folder, writer.number + 1)
            for _, of_subject in groupby(of_graph, _subject):
                while held := list(islice(of_subject, min(most, _HELD))):
                    if len(held) > most - writer.quads:
                        yield writer.close()
                        writer = _Writer(folder, writer.number + 1)
                    blank = blank or next(filter(_is_blank, held), b"")
                    writer.add(graph, held)
                    found[graph] += len(held)
        wrong = [graph for graph in counts if found[graph] != counts[graph]]
        if wrong:
            raise ReleaseError(_wrong(wrong[0], f"{found[wrong[0]]:,} quads are there", f"{counts[wrong[0]]:,} are listed"))
        if blank and writer.number > 1:
            raise ReleaseError(
                f"{blank[:120].decode(errors='replace').strip()}: a blank node would be another one in each file; give --quads {found.total()} or more, so "
                "that there is one file"
            )
        if writer.quads:
            yield writer.close()
    finally:
        writer.abandon()


def _wrong(graph: str, there: str, listed: str) -> str:
    return f"{graph}: {there}, and {listed} in release.json; is the release damaged? Run `kg build`"


def _graph(line: bytes) -> str:
    """Graph of a quad (N-Quads, section 2); nothing after it on the line has an angle bracket."""
    return line[line.rfind(b"<") + 1 : line.rfind(b">")].decode()


def _is_blank(line: bytes) -> bool:
    return line.startswith(b"_:") or line.split(b" ", 2)[2].startswith(b"_:")


def _subject(line: bytes) -> bytes:
    return line.partition(b" ")[0]


class _Writer:
    """A file that is being written. The same lines give the same bytes: no name and no time in the header (RFC 1952, section 2.3)."""

    def __init__(self, folder: Path, number: int) -> None:
        self.path = folder / f"{STEM}{number:05}{SUFFIX}"
        self.number = number
        self.quads = 0
        self._graphs: Counter[str] = Counter()
        self._hashed = _Hashed(self.path)
        self._packed = gzip.GzipFile("", "wb", _LEVEL, self._hashed, mtime=0)

    def add(self, graph: str, lines: list[bytes]) -> None:
        """Write lines of a graph."""
        self._packed.writelines(lines)
        self._graphs[graph] += len(lines)
        self.quads += len(lines)

    def abandon(self) -> None:
        """Let go of the file, if it is not ended. From Python 3.12 on gzip writes what it still holds when it is forgotten, which would be said to have failed."""
        self._hashed.drop()
        self._packed.close()

    def close(self) -> Shard:
        """End the file."""
        self._packed.close()
        self._hashed.close()
        return Shard(self.path.name, self._hashed.size, self._hashed.digest.hexdigest(), dict(sorted(self._graphs.items())))


class _Hashed:
    """A file that knows the hash of what was written to it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        if self._file.closed:
            return len(data)
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def drop(self) -> None:
        """Close it, and take no more; what is told from now on goes nowhere."""
        with contextlib.suppress(OSError):  # why nothing more can be written has been said
            self._file.close()

    def close(self) -> None:
        self._file.close()
