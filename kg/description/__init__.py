"""The release's description of itself, as triples of the graph ``description``: VoID, DCAT, PROV, and the published queries.

In: the quads of the other graphs (:mod:`kg.description.counting` counts them) and the published queries. Out: triples.
Next: :mod:`kg.release` adds them to the store and the dumps; :mod:`kg.located` shows them with the addresses of a server.

The description is part of what it describes: a query at the endpoint sees it like every other graph. So it is counted as well,
by writing it again until it says of itself what is so (docs/decisions/20261122-description-counts-itself.md).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.description import catalogue, examples, linksets, provenance
from kg.description.counting import Counts, Tally
from kg.description.facts import DATASET, GRAPH_NAME, LICENSE
from kg.description.found import find
from kg.description.numbers import Totals
from kg.description.partitions import Partitions
from kg.description.writing import Writer
from kg.namespaces import graph_iri
from kg.queries import PublishedQuery

__all__ = ["DATASET", "LICENSE", "Sources", "Tally", "describe", "settle", "with_version"]

_UNNAMED: Final = "release-without-a-version"
"""Stands for the version until it is known."""
_ROUNDS: Final = 12
"""In which a description settles; four are usual: classes, their partitions, the counts of these, the check."""


@dataclass(frozen=True)
class Sources:
    """What a description is made of.

    :ivar quads: of what is shared, and of each document one statement with its document and all codings of the document
    :ivar totals: of all quads but those of the description
    :ivar documents: slugs
    :ivar link_prefixes: namespaces of the data sets that are linked to, by a short name
    """

    quads: Sequence[ox.Quad]
    totals: Totals
    documents: Sequence[str]
    queries: Sequence[PublishedQuery]
    link_prefixes: Mapping[str, str]


def describe(sources: Sources) -> list[ox.Triple]:
    """The triples of the graph ``description``, in a stable order, of a release that has no version yet; see :func:`with_version`."""
    found = find(sources.quads, sources.documents)
    fixed = Writer()
    catalogue.write(fixed, found, _UNNAMED)
    provenance.write(fixed, found, _UNNAMED)
    examples.write(fixed, sources.queries)
    linksets.write(fixed, sources.quads, sources.link_prefixes)
    graph = graph_iri(GRAPH_NAME)

    partitions = Partitions(found)

    def once(triples: frozenset[ox.Triple], left_out: frozenset[str]) -> frozenset[ox.Triple]:
        own = Tally([(graph, (f"{triple} ." for triple in triples))], sources.totals.kinds)
        return frozenset(fixed.triples | partitions.triples(Counts(sources.totals, own), left_out))

    return sorted(settle(once, frozenset(fixed.triples)), key=str)


def with_version(triples: Iterable[ox.Triple], version: str) -> list[ox.Triple]:
    """A description of a release with its version, which is a hash of what the release holds, and so of the description."""

    def iri(term: object) -> ox.NamedNode:
        if not isinstance(term, ox.NamedNode):
            raise TypeError(f"a description has no {term!r}")
        return ox.NamedNode(term.value.replace(_UNNAMED, version)) if _UNNAMED in term.value else term

    def value(term: object) -> ox.NamedNode | ox.Literal:
        if not isinstance(term, ox.Literal):
            return iri(term)
        if _UNNAMED not in term.value:
            return term
        text = term.value.replace(_UNNAMED, version)
        return ox.Literal(text, language=term.language) if term.language else ox.Literal(text)

    return [ox.Triple(iri(t.subject), t.predicate, value(t.object)) for t in triples]


def settle(
    once: Callable[[frozenset[ox.Triple], frozenset[str]], frozenset[ox.Triple]], triples: frozenset[ox.Triple]
) -> frozenset[ox.Triple]:
    """A description that describes itself as it is.

    Most numbers follow from how many triples there are, which does not depend on the numbers. Only how many distinct objects
    there are does, since numbers are objects; where this does not settle, it is not said, of one subject after another, so that it is said of all
    that settle without it.

    :param once: description of the data and a description, without the distinct objects of some subjects
    :raises AssertionError: if something else does not settle, which is a defect of ours
    """
    left_out: frozenset[str] = frozenset()
    while True:
        before: frozenset[ox.Triple] = triples
        for _ in range(_ROUNDS):
            before, triples = triples, once(triples, left_out)
            if triples == before:
                return triples
        unsettled = _subjects(before ^ triples)
        if unsettled <= left_out:
            message = f"the description does not settle at {', '.join(sorted(unsettled))}"
            raise AssertionError(message)
        left_out |= {max(unsettled - left_out)}  # of a part before the whole, whose IRI is shorter


def _subjects(triples: Iterable[ox.Triple]) -> frozenset[str]:
    return frozenset(triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode))
