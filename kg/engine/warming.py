"""Have all files of a store open before none can be opened any more.

In: a store, opened for reading, and its folder. Out: nothing; the store has its files open. Next: :mod:`kg.engine.worker` confines the process.

RocksDB opens 16 files of each index by itself, which is all of them but in a large store, and another one when a key is looked up that lies in its
range. Oxigraph orders keys by hashes of terms, so that an IRI that does not exist lies anywhere. Looking up such IRIs opens a file
with the probability of its share of the index. What that may have missed is small, or belongs to no index any more, as what a loader left behind.
"""

import math
import os
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox

_OPEN_FILES: Final = Path("/proc/self/fd")
_SMALL: Final = 16 << 20
"""Bytes of a file that look-ups may miss."""
_SURE: Final = 15
"""Look-ups that a file of that size gets on average: that it gets none has a probability of e to the power of -15."""
_INDEXES: Final = 6
_QUADS_LOOKED_AT: Final = 100
_OFTEN: Final = 20
"""Look-ups after which it is seen whether all files are open."""
_END: Final = 1 << 20
"""Bytes of the index of a file of 64 MiB, and of what says where it is."""


def warm(store: ox.Store, path: Path) -> None:
    """Have all files open: by look-ups, and if any may be left by reading everything, which takes a second for each million quads."""
    closed = _closed(path)
    if not closed:
        return
    _read_ahead(closed)
    total = sum(file.stat().st_size for file in path.resolve().glob("*.sst"))
    wanted = math.ceil(_SURE * total / _SMALL / _INDEXES)
    done = 0
    for _ in _look_ups(store, wanted):
        done += 1
        if done % _OFTEN == 0 and not _closed(path):
            return
    if done < wanted or any(file.stat().st_size < _SMALL for file in _closed(path)):
        _read(store)


def _read_ahead(files: Iterable[Path]) -> None:
    """Have the ends of files read, where what RocksDB reads of a file when it opens it is: several at a time is faster than one by one."""
    if hasattr(os, "posix_fadvise"):
        for file in files:
            with file.open("rb", buffering=0) as opened:
                start = max(0, file.stat().st_size - _END)
                os.posix_fadvise(opened.fileno(), start, _END, os.POSIX_FADV_WILLNEED)


def _closed(path: Path) -> list[Path]:
    """Files of the store that are not open; where the system does not tell, all of them."""
    files = list(path.resolve().glob("*.sst"))
    if not _OPEN_FILES.exists():
        return files
    opened = {entry.readlink() for entry in _OPEN_FILES.iterdir() if entry.is_symlink()}
    return [file for file in files if file not in opened]


def _look_ups(store: ox.Store, wanted: int) -> Iterator[None]:
    """Look up terms that do not exist, beside properties and graphs that do, in each index, as often as there are quads of these.

    :param wanted: how often at most
    """
    chance = random.Random(0)  # noqa: S311 - no secret; a start is like another
    graphs = list(store.named_graphs())
    chance.shuffle(graphs)
    each = math.ceil(wanted / len(graphs)) if graphs else 0
    quads = (quad for graph in graphs for quad in _some(store, graph, each, chance))
    for quad in islice(quads, wanted):
        nothing = ox.NamedNode(f"urn:nothing:{chance.getrandbits(64)}")
        for place in (None, quad.graph_name):
            _first(store, nothing, None, None, place)
            _first(store, None, quad.predicate, nothing, place)
            _first(store, None, None, nothing, place)
        yield


def _some(store: ox.Store, graph: ox.NamedNode | ox.BlankNode, number: int, chance: random.Random) -> list[ox.Quad]:
    """Quads about something in a graph, in any graph."""
    for first in store.quads_for_pattern(None, None, None, graph):
        about = list(islice(store.quads_for_pattern(first.subject, None, None, None), _QUADS_LOOKED_AT))
        return chance.sample(about, min(number, len(about)))
    return []


def _first(store: ox.Store, *pattern: object) -> None:
    next(iter(store.quads_for_pattern(*pattern)), None)  # type: ignore[arg-type]


def _read(store: ox.Store) -> None:
    """Read each index from end to end."""
    for pattern in ("{ GRAPH ?g { ?s ?p ?o } }", "{ ?s ?p ?o }"):
        next(iter(store.query(f"SELECT (COUNT(*) AS ?n) {pattern}", use_default_graph_as_union=True)))  # type: ignore[arg-type]
    for graph in store.named_graphs():
        for quad in islice(store.quads_for_pattern(None, None, None, graph), 1):
            for place in (None, graph):
                _first(store, quad.subject, None, None, place)
                _first(store, None, quad.predicate, None, place)
                _first(store, None, None, quad.object, place)
