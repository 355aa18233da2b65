"""The numbers of a description: how many triples, subjects and objects there are of which class, property and datatype.

In: what :mod:`kg.description.counting` counted. Out: records, and what follows from them for classes. Next: :mod:`kg.description.partitions`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.namespaces import POL

Term = str
"""As N-Triples writes it."""
Classes = frozenset[str]


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

    def add(self, predicate: str, subjects: list[int], objects: list[int]) -> None:
        """Add the triples of a property."""
        self.triples += len(subjects)
        self.subjects.update(subjects)
        self.objects.update(objects)
        self.predicates.add(predicate)


@dataclass(frozen=True)
class GraphCount:
    """A graph in numbers.

    :ivar instances: number of instances by class
    """

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    predicates: frozenset[str] = frozenset()
    instances: Mapping[str, int] = field(default_factory=dict)


@dataclass
class PropertyCount:
    """Triples of a property whose subjects have a class.

    :ivar classes: number of these triples by class of the object
    :ivar datatypes: likewise by datatype
    :ivar shown: classes of objects that are worth a line; see :func:`classes_of`
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


@dataclass(frozen=True)
class Totals:
    """The data in numbers, wherever they were counted.

    :ivar entities: number of subjects below ``id/``
    :ivar properties: number of triples, of distinct subjects and of distinct objects, by property
    :ivar kinds: gives the classes of a thing
    :ivar has: whether a term is an object of a property; of any, if that is empty
    :ivar speaks_of: whether a term is a subject or an object
    """

    triples: int
    subjects: int
    objects: int
    entities: int
    graphs: Mapping[str, GraphCount]
    properties: Mapping[str, tuple[int, int, int]]
    classes: Mapping[str, ClassCount]
    kinds: Callable[[Term], Classes]
    has: Callable[[str, Term], bool]
    speaks_of: Callable[[Term], bool]


def counted(extent: Extent) -> GraphCount:
    """A graph in numbers."""
    predicates = frozenset(extent.predicates)
    return GraphCount(extent.triples, len(extent.subjects), len(extent.objects), predicates, dict(extent.instances))


def classes_of(kinds_of_subjects: Mapping[Classes, int], patterns: Mapping[Pattern, int]) -> dict[str, ClassCount]:
    """The classes with their properties, by IRI.

    The classes of other vocabularies follow from ours by ``rdfs:subClassOf``, and all pairs of them would say the same
    three times over. So of another vocabulary's class only that is marked as worth a line which no class of ours has; the
    numbers are of all triples.

    :param kinds_of_subjects: number of subjects by the classes that they have together
    """
    counts: defaultdict[str, ClassCount] = defaultdict(ClassCount)
    for kinds, number in kinds_of_subjects.items():
        for kind in kinds:
            counts[kind].entities += number
    for pattern, number in patterns.items():
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
