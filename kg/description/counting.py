"""How much there is of what: classes, properties, and which classes and datatypes the properties lead to.

In: quads. Out: numbers. Next: :mod:`kg.description.partitions` writes them as VoID. One pass over the quads: triples are counted
by the classes that subject and object have together, of which there are few, and then told apart by class.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from kg.namespaces import POL, RDF_TYPE, XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Classes = frozenset[str]
_NONE: Final[Classes] = frozenset()
_VERBATIM: Final = frozenset({f"{XSD}string", f"{XSD}anyURI", f"{XSD}language", f"{XSD}hexBinary"})


class Pattern(NamedTuple):
    """What triples have in common.

    :ivar kinds: classes of the subject
    :ivar object_kinds: classes of the object
    :ivar datatype: of an object that is a literal, or empty
    """

    kinds: Classes
    predicate: str
    object_kinds: Classes
    datatype: str


@dataclass
class Extent:
    """A set of triples, by what it mentions; subjects and objects by the numbers of :class:`Tally`.

    :ivar instances: number of instances by class
    """

    triples: int = 0
    subjects: set[int] = field(default_factory=set)
    objects: set[int] = field(default_factory=set)
    predicates: set[str] = field(default_factory=set)
    instances: Counter[str] = field(default_factory=Counter)


@dataclass
class PropertyCount:
    """Triples of a property whose subjects have a class.

    :ivar classes: number of these triples by class of the object
    :ivar datatypes: likewise by datatype
    :ivar shown: classes of objects that are worth a line; see :meth:`Tally.classes`
    """

    triples: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    datatypes: Counter[str] = field(default_factory=Counter)
    shown: set[str] = field(default_factory=set)


@dataclass
class ClassCount:
    """Instances of a class, and the triples that they are subjects of.

    :ivar shown: properties that are worth a line
    """

    entities: int = 0
    triples: int = 0
    properties: defaultdict[str, PropertyCount] = field(default_factory=lambda: defaultdict(PropertyCount))
    shown: set[str] = field(default_factory=set)


@lru_cache(maxsize=65536)
def as_stored(literal: ox.Literal) -> ox.Literal:
    """A literal as a query at the endpoint sees it: Oxigraph keeps the value of a number, so that 0.70 and 0.7 are one."""
    if literal.language or literal.datatype.value in _VERBATIM:
        return literal
    node, scratch = ox.NamedNode(RDF_TYPE), ox.Store()
    scratch.add(ox.Quad(node, node, literal))
    stored = next(iter(scratch)).object
    return stored if isinstance(stored, ox.Literal) else literal


class Tally:
    """Some quads, counted.

    :ivar numbers: a number for each subject and object
    :ivar types: classes of each subject, by its number
    :ivar patterns: number of triples of each pattern
    :ivar graphs: by IRI of graph
    :ivar properties: by property
    """

    def __init__(self, quads: Iterable[ox.Quad], known: "Tally | None" = None) -> None:
        """Count quads, of which no two have the same triple.

        :param known: other quads, whose classes count for objects
        """
        self.numbers: dict[Term, int] = dict(known.numbers) if known else {}
        self.known = known
        self.patterns: Counter[Pattern] = Counter()
        self.graphs: defaultdict[str, Extent] = defaultdict(Extent)
        self.properties: defaultdict[str, Extent] = defaultdict(Extent)
        numbers = self.numbers
        datatypes: dict[int, str] = {}
        names: dict[ox.NamedNode, str] = {}
        classes: defaultdict[int, set[str]] = defaultdict(set)
        rows: list[tuple[int, str, int]] = []
        for subject, predicate, value, graph in quads:
            name = names.get(predicate) or names.setdefault(predicate, predicate.value)
            start = numbers.setdefault(subject, len(numbers))
            if isinstance(value, ox.Literal):
                stored = as_stored(value)
                end = numbers.setdefault(stored, len(numbers))
                if end not in datatypes:
                    datatypes[end] = stored.datatype.value
            else:
                end = numbers.setdefault(value, len(numbers))
                if name == RDF_TYPE:
                    classes[start].add(value.value)
            rows.append((start, name, end))
            extent, whole = self.graphs[graph.value], self.properties[name]
            extent.triples += 1
            extent.subjects.add(start)
            extent.objects.add(end)
            extent.predicates.add(name)
            whole.triples += 1
            whole.subjects.add(start)
            whole.objects.add(end)
            if name == RDF_TYPE:
                extent.instances[value.value] += 1
        shared: dict[Classes, Classes] = {}
        frozen = ((node, frozenset(kinds)) for node, kinds in classes.items())
        self.types: dict[int, Classes] = {node: shared.setdefault(kinds, kinds) for node, kinds in frozen}
        types = {**known.types, **self.types} if known else self.types
        self.patterns.update(
            Pattern(types.get(start, _NONE), name, types.get(end, _NONE), datatypes.get(end, "")) for start, name, end in rows
        )

    @cached_property
    def subjects(self) -> set[int]:
        """Of all graphs."""
        return set().union(*(extent.subjects for extent in self.graphs.values()))

    @cached_property
    def objects(self) -> set[int]:
        """Of all graphs."""
        return set().union(*(extent.objects for extent in self.graphs.values()))

    def entities(self, space: str) -> int:
        """Subjects whose IRIs begin with ``space``."""
        subjects = self.subjects
        named = (term for term, number in self.numbers.items() if number in subjects and isinstance(term, ox.NamedNode))
        return sum(term.value.startswith(space) for term in named)

    @cached_property
    def classes(self) -> dict[str, ClassCount]:
        """The classes with their properties, by IRI.

        The classes of other vocabularies follow from ours by ``rdfs:subClassOf``, and all pairs of them would say the same
        three times over. So of another vocabulary's class only that is marked as worth a line which no class of ours has; the
        numbers are of all triples.
        """
        counts: defaultdict[str, ClassCount] = defaultdict(ClassCount)
        for kinds, number in Counter(self.types.values()).items():
            for kind in kinds:
                counts[kind].entities += number
        for pattern, number in self.patterns.items():
            shown, shown_objects = _shown(pattern.kinds), _shown(pattern.object_kinds)
            for kind in pattern.kinds:
                counts[kind].triples += number
                count = counts[kind].properties[pattern.predicate]
                count.triples += number
                for object_kind in pattern.object_kinds:
                    count.classes[object_kind] += number
                if pattern.datatype:
                    count.datatypes[pattern.datatype] += number
                if kind in shown:
                    counts[kind].shown.add(pattern.predicate)
                    count.shown |= shown_objects
        return dict(sorted(counts.items()))


def _shown(kinds: Classes) -> Classes:
    """Of the classes of a thing those of our ontology, or all if it has none."""
    return frozenset(kind for kind in kinds if kind.startswith(POL)) or kinds


class Counts:
    """The numbers of the data and of the description together; nothing is a subject in both."""

    def __init__(self, data: Tally, own: Tally) -> None:
        """Put two tallies together.

        :param own: of the description, made with ``data`` as what is known
        :raises ValueError: if the description says something of a thing of the data, or the data speak of the description
        """
        both = own.subjects & (data.subjects | data.objects)
        if both:
            named = sorted(str(term) for term, number in own.numbers.items() if number in both)
            message = f"the description says something of what the data speak of: {', '.join(named[:5])}"
            raise ValueError(message)
        self.data = data
        self.own = own

    @property
    def triples(self) -> int:
        """All triples."""
        return self.data.patterns.total() + self.own.patterns.total()

    def entities(self, space: str) -> int:
        """Subjects whose IRIs begin with ``space``, which no IRI of the description does."""
        return self.data.entities(space)

    @property
    def subjects(self) -> int:
        """Distinct subjects."""
        return len(self.data.subjects) + len(self.own.subjects)

    @property
    def objects(self) -> int:
        """Distinct objects."""
        return len(self.data.objects) + len(self.own.objects - self.data.objects)

    def graphs(self) -> dict[str, Extent]:
        """The graphs, by IRI."""
        return {iri: extent for tally in (self.data, self.own) for iri, extent in sorted(tally.graphs.items())}

    def properties(self) -> dict[str, tuple[int, int, int]]:
        """Number of triples, of distinct subjects and of distinct objects, by property."""
        counts = {}
        for iri in sorted(self.data.properties.keys() | self.own.properties.keys()):
            data, own = self.data.properties.get(iri, Extent()), self.own.properties.get(iri, Extent())
            objects = len(data.objects) + len(own.objects - data.objects)
            counts[iri] = (data.triples + own.triples, len(data.subjects) + len(own.subjects), objects)
        return counts

    def classes(self) -> dict[str, ClassCount]:
        """The classes with their properties, by IRI; see :meth:`Tally.classes`.

        What instances that are in the description have is not worth a line: who looks for autocompletion writes about policy.
        """
        counts = dict(self.data.classes)
        for iri, more in self.own.classes.items():
            known = counts.get(iri, ClassCount())
            count = ClassCount(known.entities + more.entities, known.triples + more.triples, shown=known.shown)
            for name in known.shown:
                before, added = known.properties[name], more.properties.get(name, PropertyCount())
                count.properties[name] = PropertyCount(
                    before.triples + added.triples,
                    before.classes + added.classes,
                    before.datatypes + added.datatypes,
                    before.shown,
                )
            counts[iri] = count
        return dict(sorted(counts.items()))
