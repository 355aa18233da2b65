"""A store as a copy of the one that the last build made, with what is different.

In: what the last store holds and what the new one is to hold. Out: a store, or nothing, where the whole has to be written. Next: :mod:`kg.scale.databases`.

A copy takes no time: files of a store never change, so that both have them (hard links; RocksDB calls it a checkpoint). What a build
adds to a copy are files of its own.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import pyoxigraph as ox

from kg.graph import DESCRIPTION, INFERRED
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.parts import Document, Stored
from kg.scale.pieces import in_graph
from kg.scale.writing import own_lines

MOST_BYTES: Final = 256 << 20
"""Of a part of the store before and after, of which it is found out line by line what is different; as lines they take twenty times the memory."""
_LARGEST_SHARE: Final = 0.1
"""Of all quads, that may be different: beyond that the whole is written about as fast."""
_IDENTITY: Final = "IDENTITY"
"""File by which RocksDB tells one store from another."""


Own = tuple[str, str, bytes]
"""Where the triples of a document are, as :class:`~kg.scale.parts.Document` says it: ``mapped``, ``judged`` and ``new``."""


@dataclass(frozen=True)
class Content:
    """Where that is which is in a store, but for the description.

    :ivar shared: what is shared, by graph
    :ivar documents: by slug
    """

    shared: Mapping[str, Stored]
    documents: Mapping[str, Own]

    @classmethod
    def of(cls, shared: Mapping[str, Stored], documents: Mapping[str, Document]) -> Self:
        """What a release has."""
        return cls(shared, {slug: (one.mapped, one.judged, one.new) for slug, one in documents.items()})


@dataclass(frozen=True)
class DescriptionLines:
    """The description of a release.

    :ivar lines: of it
    :ivar quads: number of all in the release
    """

    lines: bytes
    quads: int


def remember(cache: Cache, release: Path, store: str, content: Content, described: bytes) -> None:
    """Keep in mind what the store of a release holds.

    :param store: name of its folder
    """
    head = {"release": release.name, "store": store, "identity": _identity(release / store)}
    made = {"head": head, "shared": dict(content.shared), "documents": dict(content.documents), "description": described}
    cache.write(_key(), made)


def renew(cache: Cache, releases: Path, content: Content, described: Callable[[], DescriptionLines], target: Path) -> bool:
    """Write a store as a copy of the last one with what is different.

    :param releases: folder of the releases
    :param described: waits for the description
    :returns: False if the last one is not there or not as it was left, or too much is different; then there is nothing at ``target``
    """
    if not cache.holds(_key()):
        return False
    head, shared, documents, description = cache.read(_key(), "head", "shared", "documents", "description")
    last = releases / head["release"] / head["store"]
    if head["identity"] is None or _identity(last) != head["identity"]:
        return False
    changes = _Changes(cache)
    for graph in {*shared, *content.shared}:
        changes.take_shared(graph, shared.get(graph), content.shared.get(graph))
    for slug in {*documents, *content.documents}:
        changes.take_document(slug, documents.get(slug), content.documents.get(slug))
    made = described()
    changes.take(DESCRIPTION, description, made.lines)
    if changes.lost or changes.number > made.quads * _LARGEST_SHARE:
        return False
    try:
        done = _changed(last, target, changes, made.quads)
    except OSError:  # the last one is damaged, or cannot be copied
        done = False
    if not done:
        shutil.rmtree(target, ignore_errors=True)
    return done


class _Changes:
    """What is to be taken out of a store and what put in, as N-Quads.

    :ivar lost: whether it is not known any more what was in a part, or it would take too much memory to find out
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._out: set[bytes] = set()
        self._in: set[bytes] = set()
        self.lost = False

    @property
    def number(self) -> int:
        """Number of quads."""
        return len(self._out) + len(self._in)

    def take(self, graph: str, before: bytes, after: bytes) -> None:
        """The lines that a graph had, and those that it is to have."""
        if before == after:
            return
        if len(before) + len(after) > MOST_BYTES:
            self.lost = True
            return
        self._differ(_quads(before, graph), _quads(after, graph))

    def _differ(self, old: set[bytes], new: set[bytes]) -> None:
        self._out |= old - new
        self._in |= new - old

    def take_shared(self, graph: str, before: Stored | None, after: Stored | None) -> None:
        """The same of what is shared, by where it is."""
        if before != after:
            self.take(graph, self._lines(before), self._lines(after))

    def take_document(self, slug: str, before: Own | None, after: Own | None) -> None:
        """The same of a document: its graph, and what is inferred of it."""
        if before != after:
            self._differ(self._own(slug, before), self._own(slug, after))

    def _lines(self, stored: Stored | None) -> bytes:
        """Lines of what is shared."""
        if stored is None or not self._is_there(stored[0]):
            return b""
        data: bytes = self._cache.read(*stored)[0]
        return data

    def _own(self, slug: str, own: Own | None) -> set[bytes]:
        """Quads of a document."""
        if own is None or not (self._is_there(own[0]) and self._is_there(own[1])):
            return set()
        asserted, inferred = own_lines(self._cache, *own)
        return _quads(lines.packed(asserted), slug) | _quads(lines.packed(inferred), INFERRED)

    def _is_there(self, key: str) -> bool:
        there = self._cache.holds(key)
        self.lost = self.lost or not there
        return there

    def removed(self) -> Iterator[ox.Quad]:
        """What is to be taken out; what goes from one part to another stays."""
        return _parsed(self._out - self._in)

    def added(self) -> Iterator[ox.Quad]:
        """What is to be put in."""
        return _parsed(self._in - self._out)


def _changed(last: Path, target: Path, changes: _Changes, quads: int) -> bool:
    """Make the copy, and change it.

    :returns: False if it has not as many quads as it should: two ways to write a number are one in a store
    """
    ox.Store.read_only(str(last)).backup(str(target))
    store = ox.Store(str(target))
    for quad in changes.removed():
        store.remove(quad)
    store.extend(changes.added())
    store.flush()
    return len(store) == quads


def _quads(data: bytes, graph: str) -> set[bytes]:
    return set(in_graph(lines.unpacked(data), graph).splitlines())


def _parsed(found: set[bytes]) -> Iterator[ox.Quad]:
    return ox.parse(b"\n".join(sorted(found)), ox.RdfFormat.N_QUADS, lenient=True)


def _identity(store: Path) -> str | None:
    """What tells a store from others; None if there is none."""
    try:
        return (store / _IDENTITY).read_text(encoding="ascii")
    except (OSError, ValueError):
        return None


def _key() -> str:
    return key_of("last store", _version())


def _version() -> str:
    version: Any = ox.__version__
    return str(version)
