"""Serialisation: sorted, so that the same quads give the same bytes.

In: quads. Out: N-Quads, N-Triples, Turtle and JSON-LD files, each also gzipped. Next: :mod:`kg.release`.
"""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.namespaces import PREFIXES, RDF_TYPE

NAME: Final = "policy-kg"
"""Stem of the dump files of the whole graph."""

MEDIA_TYPES: Final = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
}
"""Media type by file extension."""

DUMPED: Final = ("ttl", "nt", "nq", "jsonld")
"""Formats of which a release holds a dump."""

_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
}
_WITH_GRAPHS: Final = frozenset({"nq", "jsonld", "trig"})
# `id:` and `graph:` would need a backslash before each further slash: such IRIs are more readable in full. `search:` is for queries.
_PREFIXES: Final = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in ("id", "graph", "search")}


def serialise(quads: Iterable[ox.Quad], extension: str) -> bytes:
    """The quads in the format of a file extension.

    Formats without named graphs get the union of the graphs, each triple once.

    :param extension: a key of :data:`MEDIA_TYPES`
    """
    if extension in _WITH_GRAPHS:
        ordered: list[ox.Quad] | list[ox.Triple] = sorted(set(quads), key=_quad_key)
    else:
        ordered = sorted({quad.triple for quad in quads}, key=_triple_key)
    result = ox.serialize(
        ordered, format=_FORMATS[extension], prefixes=_PREFIXES if extension in ("ttl", "trig", "rdf") else None
    )
    if result is None:
        raise TypeError("pyoxigraph wrote nothing")
    return result


def write_dumps(quads: Iterable[ox.Quad], directory: Path) -> None:
    """Write the dumps of the whole graph, plain and gzipped, into ``directory``."""
    quads = list(quads)
    directory.mkdir(parents=True, exist_ok=True)
    for extension in DUMPED:
        data = serialise(quads, extension)
        (directory / f"{NAME}.{extension}").write_bytes(data)
        # No name and no time in the header: the same data gives the same bytes.
        (directory / f"{NAME}.{extension}.gz").write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def _triple_key(triple: ox.Triple) -> tuple[str, bool, str, str]:
    """Subjects together, the class first."""
    return str(triple.subject), triple.predicate.value != RDF_TYPE, triple.predicate.value, str(triple.object)


def _quad_key(quad: ox.Quad) -> tuple[str, str, bool, str, str]:
    return (str(quad.graph_name), *_triple_key(quad.triple))


def serialise_triples(triples: Iterable[ox.Triple]) -> bytes:
    """Triples as sorted Turtle."""
    return serialise((ox.Quad(t.subject, t.predicate, t.object) for t in triples), "ttl")
