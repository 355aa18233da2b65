"""The ontology as classes and the properties between them, for the drawing and for its text.

In: a :class:`~kg.web.terms.Vocabulary`. Out: a :class:`Diagram`. Nothing is written by hand: where a property leads from and to is what the
ontology declares (``rdfs:domain``, ``rdfs:range``); else what the shapes ask, of which class and for which; else what has it in this
release. Next: :mod:`kg.web.drawing` places it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kg.namespaces import PREFIXES
from kg.reader import Reader
from kg.web.terms import Asked, Term, Vocabulary, ancestors, subject_classes, vocabulary

ANYTHING: Final = f"{PREFIXES['owl']}Thing"
"""What a property leads to or from where nothing says which class (OWL 2, section 5.1)."""


@dataclass(frozen=True, order=True)
class Edge:
    """A property from classes to classes.

    :ivar sources: IRIs of classes
    :ivar targets: IRIs of classes
    """

    property: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Diagram:
    """What is drawn.

    :ivar boxes: the classes that are none of another class of the ontology, and what else properties lead to; with the classes
        below them, by IRI. A class below several stands in each.
    """

    boxes: Mapping[str, tuple[str, ...]]
    edges: tuple[Edge, ...]

    def box_of(self, iri: str) -> str:
        """The box that a class stands in, the first where it stands in several."""
        return iri if iri in self.boxes else next(box for box, below in self.boxes.items() if iri in below)


def diagram(reader: Reader) -> Diagram:
    """The diagram of the ontology of a release, made once for it."""
    return reader.once("diagram", lambda: make(vocabulary(reader), lambda iri: subject_classes(reader, iri)))


def make(words: Vocabulary, users: Callable[[str], Collection[str]]) -> Diagram:
    """The diagram of a vocabulary.

    :param users: gives the classes of what has a property in the release, for a property of which nothing else tells it
    """
    edges = [edge for term in words.of_kind("ObjectProperty") for edge in _edges(term, words, users)]
    above = {term.iri: [value.iri for value in term.above if value.iri in words.terms] for term in words.of_kind("Class")}
    tops = [iri for iri, supers in above.items() if not supers]
    boxes = {top: tuple(iri for iri in above if iri != top and top in ancestors(iri, above)) for top in tops}
    inside = {*boxes, *(iri for below in boxes.values() for iri in below)}
    outside = {iri for edge in edges for iri in (*edge.sources, *edge.targets)} - inside
    return Diagram(boxes | dict.fromkeys(sorted(outside), ()), tuple(sorted(edges)))


def _edges(term: Term, words: Vocabulary, users: Callable[[str], Collection[str]]) -> list[Edge]:
    """The edges of a property: those to the same classes are one."""
    declared = tuple(value.iri for value in term.range) or (ANYTHING,)
    sources: dict[tuple[str, ...], set[str]] = {}
    by_node: dict[str, list[Asked]] = {}
    for each in term.asked:
        if any(target.kind == "class" for target in each.node.targets):
            by_node.setdefault(each.node.iri, []).append(each)
    for group in by_node.values():
        asked = [
            value.iri for each in group for sentence in each.sentences if sentence.key == "class" for value in sentence.values
        ]
        targets = tuple(dict.fromkeys(asked)) or declared
        sources.setdefault(targets, set()).update(t.iri for t in group[0].node.targets if t.kind == "class")
    if term.domain:
        return [Edge(term.iri, tuple(value.iri for value in term.domain), next(iter(sources), declared))]
    if not sources:
        found = set(users(term.iri)) or ({declared[0]} if _is_own_inverse(term) else {ANYTHING})
        return [Edge(term.iri, _general(found, words.terms), declared)]
    narrower = {t for t in sources if t != declared}
    if len(narrower) == 1 and declared in sources:  # a shape that says less about the values adds what it looks at
        only = narrower.pop()
        if _covers(sources[only], sources[declared], words.terms):
            sources = {only: sources[only] | sources[declared]}
    return [Edge(term.iri, _general(classes, words.terms), targets) for targets, classes in sources.items()]


def _is_own_inverse(term: Term) -> bool:
    return any(value.iri == term.iri for value in term.inverse)


def _covers(wide: Collection[str], narrow: Collection[str], terms: Mapping[str, Term]) -> bool:
    """Whether each of some classes is, or is below, one of others."""
    return all(iri in wide or any(value.iri in wide for value in terms[iri].above) for iri in narrow if iri in terms)


def _general(classes: Iterable[str], terms: Mapping[str, Term]) -> tuple[str, ...]:
    """Classes by the one above them, where they are several of its kinds; none beside the one that it is below."""
    found = set(classes)
    for iri in sorted(terms):
        below = {value.iri for value in terms[iri].below}
        if terms[iri].kind == "Class" and len(below & found) > 1:
            found = (found - below) | {iri}
    return tuple(sorted(iri for iri in found if iri not in terms or not any(value.iri in found for value in terms[iri].above)))
