"""Load a release into another SPARQL 1.1 store, so that the store has the release's graphs and no older ones.

In: a :class:`~kg.store.Release`. Out: its named graphs in a :class:`~kg.target.Target`, counted there. Next: :mod:`kg.cli`,
and :mod:`kg.engine.remote`, which serves from there.

The graph ``description``, which holds the version, is dropped first and written last: a store that has it has the whole
release, and one where publishing was broken off does not say that it has one. Nothing outside
``https://w3id.org/policy-kg/graph/`` is read or touched.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.description import DATASET
from kg.errors import PublishError
from kg.namespaces import GRAPH, PREFIXES, graph_iri
from kg.store import Release, open_store
from kg.target import Target

DESCRIPTION: Final = graph_iri("description")
CHUNK_MIB: Final = 8
"""MiB of N-Triples in one request of the Graph Store HTTP Protocol, unless said otherwise."""

_UPDATE_TRIPLES: Final = 1000
"""Triples in one INSERT DATA: Virtuoso compiles each, and takes a few thousand."""
_MIB: Final = 1024 * 1024

OnStep = Callable[[str], None]
"""Called with a line of progress."""


@dataclass(frozen=True)
class Published:
    """What :func:`publish` did.

    :ivar written: graphs that were written
    :ivar dropped: graphs of an earlier release that were dropped
    :ivar triples: triples of the release
    """

    written: tuple[str, ...]
    dropped: tuple[str, ...]
    triples: int


def publish(
    release: Release,
    target: Target,
    on_step: OnStep = lambda _: None,
    *,
    force: bool = False,
    chunk_bytes: int = CHUNK_MIB * _MIB,
) -> Published:
    """Load a release into a store, and count what is there.

    :param force: also if the store has this release already: the version in its description, and the count of each graph
    :param chunk_bytes: bytes of N-Triples in one request, which is all that is held in memory
    :raises PublishError: if the store does not take it, or has other counts afterwards; the message says which graphs are in place
    """
    expected: dict[str, int] = dict(sorted(release.description.get("graphs", {}).items()))
    if not expected:
        raise PublishError(f"{release.path / 'release.json'}: lists no graphs, so there is nothing to publish; run `kg build`")
    foreign = [graph for graph in expected if not _ours(graph)]
    if foreign:
        raise PublishError(f"{release.path / 'release.json'}: {foreign[0]} is not below {GRAPH}, so it is not published")
    version = release.description.get("base", release.version)  # of a release with imports the published one is written
    if not force and _version(target) == version and count_graphs(target, expected) == expected:
        on_step(f"{target.url}: release {version} is there already")
        return Published((), (), sum(expected.values()))

    store = open_store(release.store)
    in_place: list[str] = []
    order = [*(graph for graph in expected if graph != DESCRIPTION), *(graph for graph in expected if graph == DESCRIPTION)]
    try:
        target.drop(DESCRIPTION)  # from here on the store says that it holds no release
        for number, graph in enumerate(order, 1):
            if graph == DESCRIPTION:
                dropped = _complete(target, expected, in_place, on_step)
            _write(store, target, graph, chunk_bytes)
            in_place.append(graph)
            on_step(f"{graph}: {expected[graph]:,} triples ({number} of {len(order)})")
        if DESCRIPTION in expected:
            _verify(target, {DESCRIPTION: expected[DESCRIPTION]})
        else:
            dropped = _complete(target, expected, in_place, on_step)
    except PublishError as error:
        missing = [graph for graph in order if graph not in in_place]
        raise PublishError(
            f"{error}\nWritten: {_names(in_place)}. Not written: {_names(missing)}. Graphs of an earlier release may still be there. "
            "Run the command again; it begins anew and completes the release."
        ) from error
    return Published(tuple(order), dropped, sum(expected.values()))


def _complete(target: Target, expected: dict[str, int], written: list[str], on_step: OnStep) -> tuple[str, ...]:
    """What is to be so before the store may say that it holds the release."""
    dropped = _drop_stale(target, expected, on_step)
    _verify(target, {graph: expected[graph] for graph in written})
    return dropped


def _names(graphs: list[str]) -> str:
    return ", ".join(graph.removeprefix(GRAPH) for graph in graphs) or "nothing"


def _ours(graph: str) -> bool:
    """Whether a graph is below our namespace, and an IRI that can be written into a query."""
    try:
        return graph.startswith(GRAPH) and graph != GRAPH and bool(ox.NamedNode(graph))
    except ValueError:
        return False


def _version(target: Target) -> str | None:
    """Version of the release that the store says it holds."""
    rows = target.ask(f"SELECT ?version WHERE {{ GRAPH <{DESCRIPTION}> {{ <{DATASET}> <{PREFIXES['dcat']}version> ?version }} }}")
    return rows[0].get("version") if len(rows) == 1 else None


def count_graphs(target: Target, graphs: dict[str, int]) -> dict[str, int]:
    """Number of triples of each of these graphs in a store."""
    counts = {}
    for graph in graphs:
        rows = target.ask(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        found = rows[0].get("n", "") if rows else ""
        if not found.isdecimal():
            raise PublishError(f"{target.query_url}: gave no number for the triples of {graph}; is it a SPARQL 1.1 endpoint?")
        counts[graph] = int(found)
    return counts


def _drop_stale(target: Target, expected: dict[str, int], on_step: OnStep) -> tuple[str, ...]:
    """Drop graphs of an earlier release that this one has not."""
    rows = target.ask(f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{GRAPH}")) }}')
    stale = tuple(sorted(row["g"] for row in rows if _ours(row.get("g", "")) and row["g"] not in expected))
    for graph in stale:
        target.drop(graph)
        on_step(f"{graph}: dropped, it is of an earlier release")
    return stale


def _write(store: ox.Store, target: Target, graph: str, chunk_bytes: int) -> None:
    """Replace a graph; what does not fit into the first request is added by others."""
    first = True
    for chunk in _chunks(store, graph, chunk_bytes, _UPDATE_TRIPLES if target.protocol == "update" else None):
        (target.replace if first else target.extend)(graph, chunk)
        first = False
    if first:
        target.drop(graph)


def _chunks(store: ox.Store, graph: str, most_bytes: int, most_triples: int | None) -> Iterator[bytes]:
    """N-Triples of a graph in pieces of so many bytes or triples, or a little less; a longer triple is one by itself."""
    held: list[bytes] = []
    size = 0
    for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
        line = f"{quad.triple} .\n".encode()
        if held and (size + len(line) > most_bytes or len(held) == most_triples):
            yield b"".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield b"".join(held)


def _verify(target: Target, expected: dict[str, int]) -> None:
    """Compare the counts in the store with those of the release."""
    found = count_graphs(target, expected)
    wrong = [f"{graph}: {found[graph]:,} instead of {count:,}" for graph, count in expected.items() if found[graph] != count]
    if wrong:
        raise PublishError(
            f"{target.query_url}: the store has other numbers of triples than the release:\n  "
            + "\n  ".join(wrong)
            + "\nIs this the query endpoint of the same store, does its account see these graphs, and does nobody else write them?"
        )
