"""Names for people, of whatever a difference is about; and what a quad is about.

In: the sides and the quads that changed. Out: texts. Next: :mod:`kg.diff.changes`.
"""

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kg.diff.inputs import Side
from kg.namespaces import DCTERMS, ID, POL, PREFIXES, RDF_TYPE, RDFS, SKOS

STATEMENT: Final = f"{ID}statement/"
_LABELS: Final = (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCTERMS}title")


class Texts:
    """Names for people, of whatever the changes are about."""

    def __init__(self, old: Side, new: Side, changed: Iterable[ox.Quad]) -> None:
        wanted: set[str] = set()
        for quad in changed:
            wanted |= {value_of(quad.subject), thing_of(quad), quad.predicate.value}
            if isinstance(quad.object, ox.NamedNode):
                wanted.add(quad.object.value)
        self._labels: dict[str, tuple[tuple[int, bool, str], str]] = {}
        self._summaries: dict[str, tuple[bool, str]] = {}
        for side in (old, new):  # the new name counts
            for quad in sorted(
                (q for q in side.quads if value_of(q.subject) in wanted and isinstance(q.object, ox.Literal)), key=str
            ):
                self._note(quad)

    def _note(self, quad: ox.Quad) -> None:
        subject, predicate, text = value_of(quad.subject), quad.predicate.value, quad.object
        assert isinstance(text, ox.Literal)
        english = text.language == "en"
        if predicate == f"{POL}summary":
            if english or not self._summaries.get(subject, (False, ""))[0]:
                self._summaries[subject] = (english, text.value)
        elif predicate in _LABELS:
            rank = (_LABELS.index(predicate), not english, text.language or "")
            if rank <= self._labels.get(subject, ((9, True, ""), ""))[0]:
                self._labels[subject] = (rank, text.value)

    def summary(self, iri: str) -> str:
        """The summary of a statement; empty if it never had one."""
        return self._summaries.get(iri, (False, ""))[1]

    def label(self, iri: str) -> str:
        """Name of a thing, or its IRI without what all have in common."""
        if iri.startswith(STATEMENT):
            return iri.removeprefix(STATEMENT)
        return self._labels[iri][1] if iri in self._labels else short_name(iri)

    def property(self, iri: str) -> str:
        """Name of a property."""
        return "kind" if iri == RDF_TYPE else self.label(iri).rpartition(":")[2]

    def shown(self, term: object) -> str:
        """A value for people."""
        if isinstance(term, ox.NamedNode):
            return self.label(term.value)
        assert isinstance(term, ox.Literal)
        return term.value


_PREFIXES: Final = sorted(
    ((iri, prefix) for prefix, iri in PREFIXES.items() if iri.startswith(("http", "https"))), key=lambda pair: -len(pair[0])
)


def short_name(iri: str) -> str:
    """An IRI without what all have in common: ``agent/elland``, ``pol:speaker``."""
    if iri.startswith(ID):
        return iri.removeprefix(ID)
    for namespace, prefix in _PREFIXES:
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def thing_of(quad: ox.Quad) -> str:
    """The thing that a quad is about: its subject, or what that is a part of."""
    subject = value_of(quad.subject)
    return subject.partition("#")[0] if subject.startswith(ID) else subject


def graph_of(quad: ox.Quad) -> str:
    """IRI of the graph of a quad; empty for the default graph."""
    return value_of(quad.graph_name)


def value_of(term: object) -> str:
    """IRI or lexical form."""
    return str(getattr(term, "value", ""))
