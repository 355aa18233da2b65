"""Store and full-text index of a release, each made by a process of its own.

In: what the store is made of, in the order of the dump (:func:`kg.scale.files.recipe`), and where the triples of documents are. Out: two
folders. Next: :mod:`kg.release`.

The processes are new ones and no copies of this one: the threads of a store that was opened here would be missing in a copy, which would wait
for them.
"""

import itertools
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg import indexing, textindex
from kg.errors import ReleaseError
from kg.graph import write_store
from kg.namespaces import GRAPH
from kg.ntriples import parts
from kg.scale import lines
from kg.scale.cache import Cache, no_room
from kg.scale.executor import yield_to_others
from kg.scale.pieces import Body

STORE = "store"
"""Folder of the store in a release directory."""
_MAIN = "import sys; from kg.scale.databases import main; sys.exit(main(sys.argv[1], sys.stdin.buffer.read, sys.stderr.write))"
Recipe = Sequence[Body | tuple[str, str]]
"""Bodies of N-Quads, or where they are: a key of the cache and the name of one."""


@dataclass(frozen=True)
class Order:
    """What is to be made.

    :ivar recipe: of the whole
    :ivar shared: lines of what is shared
    :ivar documents: of each document, by slug, keys of what it says and of what follows, and the lines that only all together give
    """

    cache: Path
    recipe: Recipe
    shared: bytes
    documents: Mapping[str, tuple[str, str, bytes]]
    target: Path


def make(order: Order, what: str) -> None:
    """Make the store or the index in the folder ``target``.

    :param what: name of the folder
    """
    if what == STORE:
        write_store(_pieces(order), order.target / STORE)
    else:
        yield_to_others()
        indexing.write_index(_Lines(order), order.documents, order.target / textindex.FOLDER)


def _pieces(order: Order) -> Iterator[bytes]:
    cache = Cache(order.cache)
    for part in order.recipe:
        body = part if isinstance(part, Body) else cache.read(part[0], "nq")[0][part[1]]
        if body.size:
            yield body.plain


class _Lines:
    """The triples of a release as lines, of one document at a time (:class:`kg.indexing.Source`)."""

    def __init__(self, order: Order) -> None:
        self._cache, self._documents, self._shared = Cache(order.cache), order.documents, order.shared
        self._graph, self._said = "", dict[str, list[tuple[str, str]]]()

    def wide(self) -> Iterator[tuple[str, str, str]]:
        """See :class:`kg.indexing.Source`."""
        wanted = frozenset(f"<{iri}>" for iri in indexing.WIDE)
        for data in itertools.chain((self._shared,), self._of_documents()):
            for line in lines.unpacked(data):
                subject, predicate, value = parts(line)
                if predicate in wanted:
                    yield subject, predicate, value

    def _of_documents(self) -> Iterator[bytes]:
        for mapped, judged, new in self._documents.values():
            yield self._cache.read(mapped, "triples")[0]
            yield self._cache.read(judged, "inferred")[0]
            yield new

    def said(self, predicate: str, graph: str) -> Iterable[tuple[str, str]]:
        """See :class:`kg.indexing.Source`."""
        if graph != self._graph:
            self._graph, self._said = graph, {}
            (data,) = self._cache.read(self._documents[graph.removeprefix(GRAPH)][0], "triples")
            for line in lines.unpacked(data):
                subject, own, value = parts(line)
                self._said.setdefault(own, []).append((subject, value))
        return self._said.get(f"<{predicate}>", ())


@contextmanager
def beside(order: Order) -> Iterator[Callable[[], None]]:
    """Make store and index while the body runs.

    :yields: what waits for them
    :raises ReleaseError: if they cannot be made, where they are waited for
    """
    given = pickle.dumps(order)
    processes = [_begun(what) for what in (STORE, textindex.FOLDER)]

    def wait() -> None:
        for process in processes:
            _, said = process.communicate()
            if process.returncode:
                last = said.decode(errors="replace").strip().rpartition("\n")[2]
                status = process.returncode
                raise ReleaseError(last or f"{order.target}: the process that made store or index ended with status {status}")

    try:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(given)
            process.stdin.close()
            process.stdin = None
        yield wait
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
            if process.stderr is not None:
                process.stderr.close()
            process.wait()


def _begun(what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _MAIN, what], stdin=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - our own module


def main(what: str, read: Callable[[], bytes], tell: Callable[[str], object]) -> int:
    """Make what is asked for on standard input.

    :param what: name of the folder
    :returns: the exit status
    """
    order: Order = pickle.loads(read())  # noqa: S301 - from the process that began this one
    try:
        make(order, what)
    except OSError as error:
        tell(str(no_room(order.target.parent, error)) + "\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0
