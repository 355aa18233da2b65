"""How much there is of what: classes, properties, and which classes and datatypes the properties lead to.

In: triples, as lines of N-Triples. Out: numbers. Next: :mod:`kg.description.partitions` writes them as VoID. One pass over the lines: triples are counted
by the classes that subject and object have together, of which there are few, and then told apart by class.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from kg.namespaces import ID, POL, RDF_TYPE, XSD
from kg.ntriples import datatype, is_literal, language

Term = str
"""As N-Triples writes it."""
Classes = frozenset[str]
_NONE: Final[Classes] = frozenset()
_TYPE: Final = f"<{RDF_TYPE}>"
_VERBATIM: Final = frozenset({f"{XSD}string", f"{XSD}anyURI", f"{XSD}language", f"{XSD}hexBinary"})
_WHOLE: Final = re.compile(rf'"(?:0|-?[1-9]\d{{0,17}})"\^\^<{re.escape(XSD)}integer>', re.ASCII)
"""An integer as a store gives it back; most literals that are no text are places in texts."""


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


@lru_cache(maxsize=65536)
def as_stored(literal: Term) -> Term:
    """A literal as a query at the endpoint sees it: Oxigraph keeps the value of a number, so that 0.70 and 0.7 are one."""
    if literal.endswith('"') or _WHOLE.fullmatch(literal) or language(literal) or datatype(literal) in _VERBATIM:
        return literal
    scratch = ox.Store()
    scratch.load(f"<urn:x> <urn:x> {literal} .".encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return str(next(iter(scratch)).object)


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
    classes: Mapping[str, "ClassCount"]
    kinds: Callable[[Term], Classes]
    has: Callable[[str, Term], bool]
    speaks_of: Callable[[Term], bool]


class Tally:
    """Some triples, counted.

    :ivar terms: subjects and objects; each has the number of its place
    :ivar types: classes of each subject, by its number
    :ivar patterns: number of triples of each pattern
    :ivar graphs: by IRI of graph
    :ivar properties: by property
    """

    def __init__(self, graphs: Iterable[tuple[str, Iterable[str]]], kinds: Callable[[Term], Classes] = lambda _: _NONE) -> None:
        """Count triples, of which no two are the same.

        :param graphs: IRI of each graph, and its lines
        :param kinds: classes of what is not described here, for objects
        """
        numbers: dict[Term, int] = {}
        classes: defaultdict[int, set[str]] = defaultdict(set)
        self.graphs: defaultdict[str, Extent] = defaultdict(Extent)
        self.properties: defaultdict[str, Extent] = defaultdict(Extent)
        pairs: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for graph, lines in graphs:
            said: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
            last, start = "", 0
            for line in lines:
                subject, predicate, value = line[:-2].split(" ", 2)
                if subject != last:  # lines about one subject stand together
                    last, start = subject, numbers.setdefault(subject, len(numbers))
                if value[0] == '"' and value[-1] != '"':
                    value = as_stored(value)
                end = numbers.setdefault(value, len(numbers))
                starts, ends = said[predicate]
                starts.append(start)
                ends.append(end)
                if predicate == _TYPE:
                    classes[start].add(value[1:-1])
                    self.graphs[graph].instances[value[1:-1]] += 1
            for predicate, (starts, ends) in said.items():
                for extent in (self.graphs[graph], self.properties[predicate[1:-1]]):
                    extent.add(predicate[1:-1], starts, ends)
                pairs[predicate[1:-1]][0].extend(starts)
                pairs[predicate[1:-1]][1].extend(ends)
        self.terms: list[Term] = list(numbers)
        self._numbers = numbers
        shared: dict[Classes, Classes] = {}
        frozen = ((node, frozenset(of)) for node, of in classes.items())
        self.types: dict[int, Classes] = {node: shared.setdefault(of, of) for node, of in frozen}
        self.patterns = self._patterns(pairs, kinds)

    def _patterns(self, pairs: Mapping[str, tuple[list[int], list[int]]], kinds: Callable[[Term], Classes]) -> Counter[Pattern]:
        """Triples by what they have in common; counted by numbers first, which takes a fifth of the time.

        :param pairs: subjects and objects, by property
        """
        found: dict[tuple[Classes, str], int] = {}
        subjects = [self.types.get(number, _NONE) for number in range(len(self.terms))]
        of_subject = [found.setdefault((classes, ""), len(found)) for classes in subjects]
        of_object: list[int] = []
        objects = {end for _, ends in pairs.values() for end in ends}
        for number, term in enumerate(self.terms):
            if is_literal(term):
                kind = (_NONE, datatype(term))
            else:
                kind = (self.types[number] if number in self.types else kinds(term) if number in objects else _NONE, "")
            of_object.append(found.setdefault(kind, len(found)))
        every = list(found)
        patterns: Counter[Pattern] = Counter()
        for name, (starts, ends) in pairs.items():
            counts = Counter(zip(map(of_subject.__getitem__, starts), map(of_object.__getitem__, ends), strict=True))
            for (start, end), count in counts.items():
                patterns[Pattern(every[start][0], name, *every[end])] += count
        return patterns

    @cached_property
    def subjects(self) -> set[int]:
        """Of all graphs."""
        return set().union(*(extent.subjects for extent in self.graphs.values()))

    @cached_property
    def objects(self) -> set[int]:
        """Of all graphs."""
        return set().union(*(extent.objects for extent in self.graphs.values()))

    @cached_property
    def classes(self) -> dict[str, ClassCount]:
        """The classes with their properties, by IRI; see :func:`classes_of`."""
        return classes_of(Counter(self.types.values()), self.patterns)

    def kinds(self, term: Term) -> Classes:
        """Classes of a thing."""
        return self.types.get(self._numbers.get(term, -1), _NONE)

    def below(self, space: str) -> int:
        """Number of subjects whose IRIs begin with ``space``."""
        named = (self.terms[number] for number in self.subjects)
        return sum(term.startswith(f"<{space}") for term in named)

    def totals(self) -> Totals:
        """The numbers alone."""
        spoken = self.subjects | self.objects

        def has(name: str, term: Term) -> bool:
            objects = self.properties[name].objects if name in self.properties else set() if name else self.objects
            return self._numbers.get(term, -1) in objects

        return Totals(
            self.patterns.total(),
            len(self.subjects),
            len(self.objects),
            self.below(ID),
            {iri: counted(extent) for iri, extent in self.graphs.items()},
            {n: (e.triples, len(e.subjects), len(e.objects)) for n, e in self.properties.items()},
            self.classes,
            self.kinds,
            has,
            lambda term: self._numbers.get(term, -1) in spoken,
        )


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


class Counts:
    """The numbers of the data and of the description together; nothing is a subject in both."""

    def __init__(self, data: Totals, own: Tally) -> None:
        """Put two counts together.

        :param own: of the description
        :raises ValueError: if the description says something of a thing of the data, or the data speak of the description
        """
        both = sorted(own.terms[number] for number in own.subjects if data.speaks_of(own.terms[number]))
        if both:
            message = f"the description says something of what the data speak of: {', '.join(both[:5])}"
            raise ValueError(message)
        self.data = data
        self.own = own

    @property
    def triples(self) -> int:
        """All triples."""
        return self.data.triples + self.own.patterns.total()

    @property
    def entities(self) -> int:
        """Subjects below ``id/``, where no IRI of the description is."""
        return self.data.entities

    @property
    def subjects(self) -> int:
        """Distinct subjects."""
        return self.data.subjects + len(self.own.subjects)

    @property
    def objects(self) -> int:
        """Distinct objects."""
        return self.data.objects + self._new("", self.own.objects)

    def _new(self, name: str, objects: Iterable[int]) -> int:
        """How many objects of the description the data do not have."""
        return sum(not self.data.has(name, self.own.terms[number]) for number in objects)

    def graphs(self) -> dict[str, GraphCount]:
        """The graphs, by IRI."""
        own = {iri: counted(extent) for iri, extent in self.own.graphs.items()}
        return {**dict(sorted(self.data.graphs.items())), **own}

    def properties(self) -> dict[str, tuple[int, int, int]]:
        """Number of triples, of distinct subjects and of distinct objects, by property."""
        counts = {}
        for iri in sorted(self.data.properties.keys() | self.own.properties.keys()):
            triples, subjects, objects = self.data.properties.get(iri, (0, 0, 0))
            own = self.own.properties.get(iri, Extent())
            counts[iri] = (triples + own.triples, subjects + len(own.subjects), objects + self._new(iri, own.objects))
        return counts

    def classes(self) -> dict[str, ClassCount]:
        """The classes with their properties, by IRI; see :func:`classes_of`.

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
