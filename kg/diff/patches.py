"""A difference for machines: SPARQL 1.1 Update, and RDF Patch.

In: a :class:`~kg.diff.changes.Difference`. Out: text, piece by piece, with which a store that holds the old side comes to hold the new one.
RDF Patch is that of Apache Jena (https://jena.apache.org/documentation/rdf-patch/): a line for each quad, within a transaction.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import pyoxigraph as ox

from kg.diff.changes import Difference
from kg.errors import ReleaseError
from kg.namespaces import release_iri

CHUNK: Final = 1000
"""Triples of one operation: stores limit the length of a request."""


def sparql_update(difference: Difference, chunk: int = CHUNK) -> Iterator[str]:
    """Operations, each of at most ``chunk`` triples of one graph, separated by semicolons (SPARQL 1.1 Update, section 3)."""
    yield f"# {_title(difference)}\n"
    separator = ""
    for verb, quads in (("DELETE DATA", difference.removed), ("INSERT DATA", difference.added)):
        for graph, group in groupby(
            sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad))), key=lambda q: q.graph_name
        ):
            members = list(group)
            for start in range(0, len(members), chunk):
                yield f"{separator}{verb} {{\n"
                yield from _in_graph(graph, members[start : start + chunk])
                yield "}\n"
                separator = ";\n"


def _in_graph(graph: object, quads: Iterable[ox.Quad]) -> Iterator[str]:
    """Triples within their graph, or in the default graph."""
    named = isinstance(graph, ox.NamedNode)
    if named:
        yield f"  GRAPH {graph} {{\n"
    for quad in quads:
        yield f"    {quad.triple} .\n"
    if named:
        yield "  }\n"


def rdf_patch(difference: Difference) -> Iterator[str]:
    """Rows: which release, a transaction, what goes, what comes."""
    if difference.new.version:
        yield f"H id <{release_iri(difference.new.version)}> .\n"
    if difference.old.version:
        yield f"H prev <{release_iri(difference.old.version)}> .\n"
    yield "TX .\n"
    for code, quads in (("D", difference.removed), ("A", difference.added)):
        for quad in quads:
            graph = f" {quad.graph_name}" if isinstance(quad.graph_name, ox.NamedNode) else ""
            yield f"{code} {quad.subject} {quad.predicate} {quad.object}{graph} .\n"
    yield "TC .\n"


def read_patch(lines: Iterable[str]) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Quads that a patch deletes, and those that it adds; for patches of ours, which have no prefixes.

    :raises ReleaseError: if a row is none of H, TX, TC, D and A
    """
    found: dict[str, list[ox.Quad]] = {"D": [], "A": []}
    for number, line in enumerate(lines, start=1):
        code, _, rest = line.strip().partition(" ")
        if code in found:
            found[code] += ox.parse(rest, format=ox.RdfFormat.N_QUADS)
        elif code not in {"H", "TX", "TC", ""}:
            raise ReleaseError(f'line {number} of the patch: expected a row H, TX, TC, D or A, found "{code}"')
    return found["D"], found["A"]


def _title(difference: Difference) -> str:
    """In one line, whatever the sides are called."""
    names = (side.version or side.name for side in (difference.old, difference.new))
    return " to ".join(" ".join(name.split()) for name in names)
