"""What a full-text index is filled from: the triples of a release, from its store or from wherever else they are.

In: triples. Out: what those say that are read of everything, and those of a document's graph. Next: :mod:`kg.indexing`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import pyoxigraph as ox

from kg import textindex
from kg.namespaces import ID, POL, PREFIXES, RDFS, SKOS
from kg.ntriples import language, lexical

_LABEL: Final = f"{SKOS}prefLabel"
WIDE: Final = frozenset(
    (
        *(f"{SKOS}{name}" for name in ("prefLabel", "altLabel", "definition", "scopeNote", "broader")),
        *(f"{RDFS}{name}" for name in ("label", "subClassOf")),
        f"{PREFIXES['dcterms']}title",
        f"{POL}summary",
    )
)
"""Properties that are read of all graphs; of the others only what a document's graph says is read."""
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
        if predicate == f"<{POL}summary>" and language(value) == "nl":
            counts.update(textindex.words_of(lexical(value)))
        elif not subject.startswith(_OF_DOCUMENTS):
            kept.append((lexical(subject), lexical(predicate), value))
        elif predicate == f"<{_LABEL}>" and language(value) == "nl":
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

    def said(self, predicate: str, graph: str) -> Iterable[tuple[str, str]]:
        """Subject and object of the triples of a property in a document's graph.

        :param predicate: its IRI
        :param graph: IRI of the graph
        """
        ...


class InStore:
    """The triples of a store."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def heard(self) -> Iterator[Heard]:
        """See :class:`Source`."""
        for predicate in sorted(WIDE):
            quads = self._store.quads_for_pattern(None, ox.NamedNode(predicate), None, None)
            yield hear((str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads)

    def rows(self, graph: str, near: Callable[[], Iterable[str]], make: Callable[[], list[Row]]) -> list[Row]:  # noqa: ARG002
        """See :class:`Source`."""
        return make()

    def said(self, predicate: str, graph: str) -> Iterator[tuple[str, str]]:
        """See :class:`Source`."""
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.NamedNode(graph)):
            yield str(quad.subject), str(quad.object)
