"""What a full-text index is filled from: the triples of a release, from its store or from wherever else they are.

In: triples. Out: what those say that are read of everything, and those of a document's graph. Next: :mod:`kg.indexing`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import pyoxigraph as ox

from kg import textindex
from kg.namespaces import ID, POL, PREFIXES, RDF_TYPE, RDFS, SKOS
from kg.ntriples import language, lexical

LABEL: Final = f"<{SKOS}prefLabel>"
OTHER_NAME: Final = f"<{SKOS}altLabel>"
BROADER: Final = f"<{SKOS}broader>"
NAME: Final = f"<{RDFS}label>"
BELOW: Final = f"<{RDFS}subClassOf>"
SUMMARY: Final = f"<{POL}summary>"
TYPE: Final = f"<{RDF_TYPE}>"
_MORE: Final = (*(f"<{SKOS}{name}>" for name in ("definition", "scopeNote")), f"<{PREFIXES['dcterms']}title>")
WIDE: Final = frozenset((LABEL, OTHER_NAME, BROADER, NAME, BELOW, SUMMARY, *_MORE))
"""Properties that are read of all graphs."""
STATED_IN: Final = f"<{POL}statedIn>"
CONDITIONS: Final = tuple(f"<{POL}{name}>" for name in ("condition", "exception"))
LABELLED: Final = {
    name: f"<{POL}{name}>" for name in ("speaker", "addressee", "object", "topic", "action", "beneficiary", "affected", "place")
}
"""Properties of a statement whose values are indexed by their labels."""
OWN: Final = frozenset((SUMMARY, TYPE, STATED_IN, *CONDITIONS, *LABELLED.values()))
"""Properties that are read of a document's graph."""
_OF_DOCUMENTS: Final = (f"<{ID}statement/", f"<{ID}section/")
"""Beginnings of what only documents have: of these the words are counted, and nothing is kept."""

Triple = tuple[str, str, str]
"""As N-Triples writes its terms."""
Row = dict[str, list[str]]
"""What is indexed of one thing: texts by field."""


@dataclass(frozen=True)
class Heard:
    """What the triples of :data:`WIDE` properties, of all graphs or some of them, say.

    :ivar counts: how often each word is in Dutch summaries
    :ivar named: words of Dutch names of parts of documents
    :ivar kept: triples about what is shared
    """

    counts: Counter[str]
    named: frozenset[str]
    kept: list[Triple]


def hear(triples: Iterable[Triple]) -> Heard:
    """What triples of :data:`WIDE` properties say."""
    counts, named, kept = Counter[str](), set[str](), list[Triple]()
    for subject, predicate, value in triples:
        if predicate == SUMMARY and language(value) == "nl":
            counts.update(textindex.words_of(lexical(value)))
        elif not subject.startswith(_OF_DOCUMENTS):
            kept.append((lexical(subject), predicate, value))
        elif predicate == LABEL and language(value) == "nl":
            named.update(textindex.words_of(lexical(value)))
    return Heard(counts, frozenset(named), kept)


class Source(Protocol):
    """Where triples are."""

    def heard(self) -> Iterable[Heard]:
        """What is said in all graphs, in as many parts as is convenient."""
        ...

    def rows(self, graph: str, near: Callable[[], Iterable[str]], make: Callable[[], list[Row]]) -> list[Row]:
        """The rows of a document's statements, which ``make`` gives, or the same as they were made before.

        :param graph: IRI of its graph
        :param near: all that they depend on beside what the graph says
        """
        ...

    def said(self, graph: str) -> Iterable[Triple]:
        """The triples of :data:`OWN` properties in a document's graph.

        :param graph: its IRI
        """
        ...


class InStore:
    """The triples of a store."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def heard(self) -> Iterator[Heard]:
        """See :class:`Source`."""
        for predicate in sorted(WIDE):
            yield hear(_triples(self._store.quads_for_pattern(None, ox.NamedNode(lexical(predicate)), None, None)))

    def rows(self, graph: str, near: Callable[[], Iterable[str]], make: Callable[[], list[Row]]) -> list[Row]:  # noqa: ARG002
        """See :class:`Source`."""
        return make()

    def said(self, graph: str) -> Iterator[Triple]:
        """See :class:`Source`."""
        for predicate in OWN:
            yield from _triples(self._store.quads_for_pattern(None, ox.NamedNode(lexical(predicate)), None, ox.NamedNode(graph)))


def _triples(quads: Iterable[ox.Quad]) -> Iterator[Triple]:
    return ((str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads)
