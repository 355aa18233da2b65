"""Store and full-text index of a release, each made by a process of its own.

In: where the triples are of what is shared and of documents, and, when it is known, the description. Out: two folders. Next: :mod:`kg.release`.
They read what they need of the cache, a part at a time, so that they can be begun before the files are made.
"""

import functools
import gc
import pickle
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg import indexing, indexsource, textindex
from kg.errors import ReleaseError
from kg.graph import DESCRIPTION, INFERRED, write_store
from kg.namespaces import GRAPH
from kg.scale import lines, renewing
from kg.scale.ahead import Process, ended
from kg.scale.cache import Cache, key_of, no_room
from kg.scale.executor import yield_to_others
from kg.scale.parts import Document, Stored
from kg.scale.pieces import in_graph
from kg.scale.renewing import Content, DescriptionLines
from kg.scale.writing import own_lines

STORE = "store"
"""Folder of the store in a release directory."""
_DESCRIPTION = "description.nt"
"""File of the description below the target, while store and index are made."""


@dataclass(frozen=True)
class Order:
    """What is to be made.

    :ivar shared: where the lines of what is shared are, by graph, without the description
    :ivar documents: by slug; what they refer to need not be known
    :ivar releases: folder of the releases
    """

    cache: Path
    shared: Mapping[str, Stored]
    documents: Mapping[str, Document]
    target: Path
    releases: Path

    @property
    def content(self) -> Content:
        """What is to be in the store."""
        return Content.of(self.shared, self.documents)


def _description(order: Order, given: IO[bytes]) -> DescriptionLines:
    """The description, which comes when all else is known.

    :param given: what the process that leads says of it; nothing, if it is gone
    :raises ReleaseError: if the process that leads is gone
    """
    said = given.read()
    if not said:
        raise ReleaseError("the process that makes the release ended")
    path = order.target / _DESCRIPTION
    data = path.read_bytes()
    path.unlink()
    return DescriptionLines(data, int(said))


def _pieces(order: Order) -> Iterator[bytes]:
    """N-Quads of the whole but the description."""
    cache = Cache(order.cache)
    for graph, stored in order.shared.items():
        for piece in lines.pieces(*cache.read(*stored)):
            yield in_graph(piece, graph)
    for slug, document in order.documents.items():
        asserted, inferred = own_lines(cache, document.mapped, document.judged, document.new)
        yield in_graph(asserted, slug)
        yield in_graph(inferred, INFERRED)


def _last(described: Callable[[], DescriptionLines]) -> Iterator[bytes]:
    """N-Quads of the description, which comes last, as it counts the rest."""
    for piece in lines.pieces(described().lines):
        yield in_graph(piece, DESCRIPTION)


def _make_store(order: Order, described: Callable[[], DescriptionLines]) -> None:
    """Write the store: as a copy of the last one with what is different, or anew."""
    if not renewing.renew(Cache(order.cache), order.releases, order.content, described, order.target / STORE):
        write_store(_pieces(order), _last(described), order.target / STORE)


class _Lines:
    """The triples of a release as lines, of one document at a time (:class:`kg.indexsource.Source`)."""

    def __init__(self, order: Order) -> None:
        self._cache, self._documents, self._shared = Cache(order.cache), order.documents, order.shared
        self._near = ""

    def heard(self) -> Iterator[indexsource.Heard]:
        """See :class:`kg.indexsource.Source`."""
        shared = (line for stored in self._shared.values() for line in lines.each(*self._cache.read(*stored)))
        yield indexsource.hear(_of(indexsource.WIDE, shared))
        for document in self._documents.values():
            yield self._heard(document)

    def _heard(self, document: Document) -> indexsource.Heard:
        """What a document says, which is kept."""
        key = key_of("heard", textindex.FORMAT, document.mapped, document.judged, document.new)
        if self._cache.holds(key):
            ((counts, named, kept),) = self._cache.read(key, "heard")
            return indexsource.Heard(Counter(counts), named, kept)
        # Of a document nothing but texts counts, and to look is faster than to split.
        texts = filter(lines.is_text, self._lines(document))
        heard = indexsource.hear(_of(indexsource.WIDE, texts))
        self._cache.write(key, {"heard": (dict(heard.counts), heard.named, heard.kept)})
        return heard

    def _lines(self, document: Document) -> Iterator[str]:
        yield from lines.each(*self._cache.read(document.mapped, "triples"))
        yield from lines.each(*self._cache.read(document.judged, "inferred"))
        yield from lines.each(document.new)

    def rows(
        self, graph: str, near: Callable[[], Iterable[str]], make: Callable[[], list[indexsource.Row]]
    ) -> list[indexsource.Row]:
        """See :class:`kg.indexsource.Source`."""
        if not self._near:
            self._near = key_of(*near())
        mapped = self._documents[graph.removeprefix(GRAPH)].mapped
        key = key_of("index rows", textindex.FORMAT, mapped, self._near)
        rows: list[indexsource.Row]
        if self._cache.holds(key):
            (rows,) = self._cache.read(key, "rows")
        else:
            rows = make()
            self._cache.write(key, {"rows": rows})
        return rows

    def said(self, graph: str) -> Iterator[indexsource.Triple]:
        """See :class:`kg.indexsource.Source`."""
        return _of(indexsource.OWN, lines.each(*self._cache.read(self._documents[graph.removeprefix(GRAPH)].mapped, "triples")))


def _of(properties: Container[str], found: Iterable[str]) -> Iterator[indexsource.Triple]:
    """The triples of lines that have some properties."""
    for line in found:
        subject, predicate, value = line.split(" ", 2)
        if predicate in properties:
            yield subject, predicate, value[:-2]


class Making:
    """The two processes.

    :ivar store: the one that makes the store
    :ivar index: the one that makes the index
    """

    def __init__(self) -> None:
        self.store, self.index = Process(main, STORE), Process(main, textindex.FOLDER)
        self._begun = False

    def begin(self, order: Order) -> None:
        """Say what is to be made, unless that was said before."""
        if not self._begun:
            self._begun = True
            self.index.order(order)
            self.store.order(order)

    def describe(self, target: Path, described: DescriptionLines) -> None:
        """Give the description: a file, as a process that is at work does not read what is sent."""
        (target / _DESCRIPTION).write_bytes(described.lines)
        for process in (self.store, self.index):
            process.tell(str(described.quads).encode())
            process.close()

    def wait(self) -> None:
        """Wait for them.

        :raises ReleaseError: if store or index cannot be made
        """
        self.store.wait()
        self.index.wait()

    def end(self) -> None:
        """Stop them."""
        self.store.end()
        self.index.end()


@contextmanager
def ahead() -> Iterator[Making]:
    """Begin the processes, and stop them at the end."""
    making = Making()
    with ended(making.store, making.index):
        yield making


def main(what: str, given: IO[bytes], tell: Callable[[str], object]) -> int:
    """Make store or index of what is given.

    :param what: name of the folder
    :param given: an :class:`Order`, pickled, and the number of all quads when the description is there
    :returns: the exit status
    """
    try:
        order: Order = pickle.load(given)  # noqa: S301 - from the process that began this one
    except EOFError:
        return 0  # there is nothing to do
    try:
        yield_to_others(5 if what == STORE else 10)
        if what == STORE:
            _make_store(order, functools.cache(functools.partial(_description, order, given)))
        else:
            gc.disable()  # nothing that is made here refers to itself, and to look for what does takes a tenth of the time
            indexing.write_index(_Lines(order), order.documents, order.target / textindex.FOLDER)
    except OSError as error:
        tell(str(no_room(order.target.parent, error)) + "\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0
