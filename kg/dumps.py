"""Serialisation: sorted, so that the same quads give the same bytes.

In: quads. Out: N-Quads, TriG, JSON-LD, N-Triples, Turtle and RDF/XML, as bytes or as files. Next: :mod:`kg.exports`.
"""

import gzip
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.namespaces import PREFIXES, RDF_TYPE

NAME: Final = "policy-kg"
"""Stem of the dump files of the whole graph."""

MEDIA_TYPES: Final = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Media type by file extension; a release holds a dump in each."""

FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
}
"""By file extension."""
WITH_GRAPHS: Final = frozenset({"nq", "jsonld", "trig"})
"""Formats that keep named graphs apart; the others hold their union."""
# `id:` and `graph:` would need a backslash before each further slash: such IRIs are more readable in full. `search:` is for queries.
_PREFIXES: Final = {prefix: iri for prefix, iri in PREFIXES.items() if prefix not in ("id", "graph", "search")}
_WITH_PREFIXES: Final = frozenset({"ttl", "trig", "rdf"})
# Level 9 takes three times as long for a twentieth less.
_GZIP_LEVEL: Final = 6
_PIECE: Final = 1 << 20


def prefixes(extension: str) -> dict[str, str] | None:
    """The prefixes that a file of a format declares; None if the format has none."""
    return _PREFIXES if extension in _WITH_PREFIXES else None


def by_triple(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Each quad once: subjects together, the class first, then by graph."""
    return sorted(set(quads), key=lambda quad: (*_triple_key(quad), str(quad.graph_name)))


def by_graph(ordered: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Quads that are ordered by triple, graph after graph."""
    return sorted(ordered, key=lambda quad: str(quad.graph_name))


def serialise(quads: Iterable[ox.Quad], extension: str) -> bytes:
    """The quads in the format of a file extension.

    Formats without named graphs get the union of the graphs, each triple once.

    :param extension: a key of :data:`MEDIA_TYPES`
    """
    ordered = by_triple(quads)
    result = ox.serialize(
        by_graph(ordered) if extension in WITH_GRAPHS else _triples(ordered),
        format=FORMATS[extension],
        prefixes=prefixes(extension),
    )
    if result is None:
        raise TypeError("pyoxigraph wrote nothing")
    return result


def write(ordered: Iterable[ox.Quad], extension: str, path: Path) -> None:
    """Write quads to a file, piece by piece.

    :param ordered: in the order of :func:`by_graph` for a format with graphs, else of :func:`by_triple`
    :param extension: a key of :data:`MEDIA_TYPES`
    """
    ox.serialize(
        ordered if extension in WITH_GRAPHS else _triples(ordered),
        str(path),
        format=FORMATS[extension],
        prefixes=prefixes(extension),
    )


def compress(path: Path) -> Path:
    """Write a file gzipped beside itself; the same bytes give the same bytes.

    :returns: the compressed file, whose name ends in ``.gz``
    """
    target = path.with_name(f"{path.name}.gz")
    # No name and no time in the header (RFC 1952, section 2.3).
    with (
        path.open("rb") as plain,
        target.open("wb") as file,
        gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, _PIECE)
    return target


def _triples(ordered: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    """The triples of quads that are ordered by triple, each once."""
    last = None
    for quad in ordered:
        triple = quad.triple
        if triple != last:
            yield triple
        last = triple


def _triple_key(quad: ox.Quad) -> tuple[str, bool, str, str]:
    """Subjects together, the class first."""
    return str(quad.subject), quad.predicate.value != RDF_TYPE, quad.predicate.value, str(quad.object)


def serialise_triples(triples: Iterable[ox.Triple]) -> bytes:
    """Triples as sorted Turtle."""
    return serialise((ox.Quad(t.subject, t.predicate, t.object) for t in triples), "ttl")
