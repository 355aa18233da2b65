"""Store and full-text index of a release, each made by a process of its own.

In: lines of what is shared, where the triples of documents are, and, when it is known, the description. Out: two folders. Next:
:mod:`kg.release`.

The processes are new ones and no copies of this one: the threads of a store that was opened here would be missing in a copy, which would wait
for them.
"""

import itertools
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg import indexing, textindex
from kg.errors import ReleaseError
from kg.graph import DESCRIPTION, write_store
from kg.namespaces import GRAPH
from kg.ntriples import parts
from kg.scale import lines
from kg.scale.cache import Cache, no_room
from kg.scale.executor import yield_to_others
from kg.scale.parts import Document
from kg.scale.pieces import in_graph

STORE = "store"
"""Folder of the store in a release directory."""
_MAIN = "import sys; from kg.scale.databases import main; sys.exit(main(sys.argv[1], sys.stdin.buffer, sys.stderr.write))"
_DESCRIPTION = "description.nt"
"""File of the description below the target, while store and index are made."""
_READY = b"ready"


@dataclass(frozen=True)
class Order:
    """What is to be made.

    :ivar shared: lines of what is shared, by graph, without the description
    :ivar documents: by slug
    """

    cache: Path
    shared: Mapping[str, bytes]
    documents: Mapping[str, Document]
    target: Path


def _pieces(order: Order, ready: Callable[[], bytes]) -> Iterator[bytes]:
    """N-Quads of the whole; the description comes last, as it counts the rest.

    :param ready: returns when the description is there; with nothing, if the process that makes it is gone
    """
    for graph, data in order.shared.items():
        yield in_graph(lines.unpacked(data), graph)
    cache = Cache(order.cache)
    for document in order.documents.values():
        (bodies,) = cache.read(document.written, "nq")
        yield from (body.plain for body in bodies.values())
    if ready() != _READY:
        raise ReleaseError("the process that makes the release ended")
    description = order.target / _DESCRIPTION
    yield in_graph(lines.unpacked(description.read_bytes()), DESCRIPTION)
    description.unlink()


class _Lines:
    """The triples of a release as lines, of one document at a time (:class:`kg.indexing.Source`)."""

    def __init__(self, order: Order) -> None:
        self._cache, self._documents, self._shared = Cache(order.cache), order.documents, order.shared.values()
        self._graph, self._said = "", dict[str, list[tuple[str, str]]]()

    def wide(self) -> Iterator[tuple[str, str, str]]:
        """See :class:`kg.indexing.Source`."""
        wanted = frozenset(f"<{iri}>" for iri in indexing.WIDE)
        for data in itertools.chain(self._shared, self._of_documents()):
            for line in lines.unpacked(data):
                subject, predicate, value = parts(line)
                if predicate in wanted:
                    yield subject, predicate, value

    def _of_documents(self) -> Iterator[bytes]:
        for document in self._documents.values():
            yield self._cache.read(document.mapped, "triples")[0]
            yield self._cache.read(document.judged, "inferred")[0]
            yield document.new

    def said(self, predicate: str, graph: str) -> Iterable[tuple[str, str]]:
        """See :class:`kg.indexing.Source`."""
        if graph != self._graph:
            self._graph, self._said = graph, {}
            (data,) = self._cache.read(self._documents[graph.removeprefix(GRAPH)].mapped, "triples")
            for line in lines.unpacked(data):
                subject, own, value = parts(line)
                self._said.setdefault(own, []).append((subject, value))
        return self._said.get(f"<{predicate}>", ())


class Making:
    """The two processes."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._processes: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        """Begin, unless they have begun."""
        if self._processes:
            return
        given = pickle.dumps(self._order)
        for what in (STORE, textindex.FOLDER):
            command = [sys.executable, "-c", _MAIN, what]
            self._processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE))  # noqa: S603 - our own module
            self._tell(self._processes[-1], given)

    def describe(self, described: bytes) -> None:
        """Give the description: a file, as a process that is at work does not read what is sent."""
        self.begin()
        (self._order.target / _DESCRIPTION).write_bytes(described)
        for process in self._processes:
            self._tell(process, _READY)
            self._close(process)

    def wait(self) -> None:
        """Wait for them.

        :raises ReleaseError: if store or index cannot be made
        """
        for process in self._processes:
            _, said = process.communicate()
            if process.returncode:
                last = said.decode(errors="replace").strip().rpartition("\n")[2]
                status, place = process.returncode, self._order.target
                raise ReleaseError(last or f"{place}: the process that made store or index ended with status {status}")

    def end(self) -> None:
        """Stop what still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            self._close(process)
            if process.stderr is not None:
                process.stderr.close()
            process.wait()

    @staticmethod
    def _tell(process: "subprocess.Popen[bytes]", data: bytes) -> None:
        """Give bytes; what is wrong with a process that takes none is said by :meth:`wait`."""
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(data)
            process.stdin.flush()

    @staticmethod
    def _close(process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.stdin = None


@contextmanager
def beside(order: Order) -> Iterator[Making]:
    """Make store and index while the body runs, from when it begins them."""
    making = Making(order)
    try:
        yield making
    finally:
        making.end()


def main(what: str, given: IO[bytes], tell: Callable[[str], object]) -> int:
    """Make store or index of what is given.

    :param what: name of the folder
    :param given: an :class:`Order`, pickled, and a word when the description is there
    :returns: the exit status
    """
    order: Order = pickle.load(given)  # noqa: S301 - from the process that began this one
    try:
        yield_to_others(5 if what == STORE else 10)
        if what == STORE:
            write_store(_pieces(order, given.read), order.target / STORE)
        else:
            indexing.write_index(_Lines(order), order.documents, order.target / textindex.FOLDER)
    except OSError as error:
        tell(str(no_room(order.target.parent, error)) + "\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0
