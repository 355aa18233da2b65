"""A store as a copy of the one that the last build made, with what is different.

In: what the last store holds and what the new one is to hold. Out: a store, or nothing, where the whole has to be written. Next: :mod:`kg.scale.databases`.

A copy takes no time: files of a store never change, so that both have them (hard links; RocksDB calls it a checkpoint). What a build
adds to a copy are files of its own.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.graph import DESCRIPTION
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.pieces import in_graph

MOST_BYTES: Final = 256 << 20
"""Of what is shared, that is remembered from one build to the next."""
_LARGEST_SHARE: Final = 0.1
"""Of all quads, that may be different: beyond that the whole is written about as fast."""
_IDENTITY: Final = "IDENTITY"
"""File by which RocksDB tells one store from another."""


@dataclass(frozen=True)
class Content:
    """What is in a store, but for the description.

    :ivar shared: lines of what is shared, by graph
    :ivar documents: key of the bodies of each document, by slug
    """

    shared: Mapping[str, bytes]
    documents: Mapping[str, str]


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
    if lines.size(content.shared) > MOST_BYTES:
        return
    head = {"release": release.name, "store": store, "identity": _identity(release / store)}
    shared = {**content.shared, DESCRIPTION: described}
    cache.write(_key(), {"head": head, "shared": shared, "documents": dict(content.documents)})


def renew(cache: Cache, releases: Path, content: Content, described: Callable[[], DescriptionLines], target: Path) -> bool:
    """Write a store as a copy of the last one with what is different.

    :param releases: folder of the releases
    :param described: waits for the description
    :returns: False if the last one is not there or not as it was left, or too much is different; then there is nothing at ``target``
    """
    if not cache.holds(_key()):
        return False
    head, shared, documents = cache.read(_key(), "head", "shared", "documents")
    last = releases / head["release"] / head["store"]
    if head["identity"] is None or _identity(last) != head["identity"]:
        return False
    changes = _Changes(cache)
    for graph in {*shared, *content.shared} - {DESCRIPTION}:
        changes.take(_in_graph(shared, graph), _in_graph(content.shared, graph))
    for slug in {*documents, *content.documents}:
        changes.take_document(documents.get(slug), content.documents.get(slug))
    made = described()
    changes.take(_in_graph(shared, DESCRIPTION), in_graph(lines.unpacked(made.lines), DESCRIPTION))
    if changes.lost or changes.number > made.quads * _LARGEST_SHARE:
        return False
    try:
        done = _changed(last, target, changes, made.quads)
    except OSError:  # the last one is damaged, or cannot be copied
        done = False
    if not done:
        shutil.rmtree(target, ignore_errors=True)
    return done


def _in_graph(shared: Mapping[str, bytes], graph: str) -> bytes:
    return in_graph(lines.unpacked(shared.get(graph, b"")), graph)


class _Changes:
    """What is to be taken out of a store and what put in, as N-Quads.

    :ivar lost: whether it is not known any more what a document said
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

    def take(self, before: bytes, after: bytes) -> None:
        """What was in a part of the store, and what is to be in it."""
        if before != after:
            old, new = set(before.splitlines()), set(after.splitlines())
            self._out |= old - new
            self._in |= new - old

    def take_document(self, before: str | None, after: str | None) -> None:
        """The same of a document, by the keys of its bodies."""
        if before != after:
            self.take(self._quads(before), self._quads(after))

    def _quads(self, key: str | None) -> bytes:
        if key is None:
            return b""
        if not self._cache.holds(key):
            self.lost = True
            return b""
        (bodies,) = self._cache.read(key, "nq")
        return b"".join(body.plain for body in bodies.values())

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
