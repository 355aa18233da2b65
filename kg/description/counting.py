"""How much there is of what: classes, properties, and which classes and datatypes the properties lead to.

In: triples, as lines of N-Triples. Out: the records of :mod:`kg.description.numbers`. Next: :mod:`kg.description.partitions` writes them as VoID. One pass
over the lines: triples are counted by the classes that subject and object have together, of which there are few, and then told apart by class.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import count as counter
from typing import Final

import pyoxigraph as ox

from kg.description.numbers import (
    ClassCount,
    Classes,
    Extent,
    GraphCount,
    Pattern,
    PropertyCount,
    Term,
    Totals,
    classes_of,
    counted,
)
from kg.namespaces import ID, RDF_TYPE, XSD
from kg.ntriples import datatype, is_literal, language

_NONE: Final[Classes] = frozenset()
_TYPE: Final = f"<{RDF_TYPE}>"
_VERBATIM: Final = frozenset({f"{XSD}string", f"{XSD}anyURI", f"{XSD}language", f"{XSD}hexBinary"})
_WHOLE: Final = re.compile(rf'"(?:0|-?[1-9]\d{{0,17}})"\^\^<{re.escape(XSD)}integer>', re.ASCII)
"""An integer as a store gives it back; most literals that are no text are places in texts."""


@lru_cache(maxsize=65536)
def as_stored(literal: Term) -> Term:
    """A literal as a query at the endpoint sees it: Oxigraph keeps the value of a number, so that 0.70 and 0.7 are one."""
    if literal.endswith('"') or _WHOLE.fullmatch(literal) or language(literal) or datatype(literal) in _VERBATIM:
        return literal
    scratch = ox.Store()
    scratch.load(f"<urn:x> <urn:x> {literal} .".encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return str(next(iter(scratch)).object)


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
        numbers: defaultdict[Term, int] = defaultdict(counter().__next__)
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
                    last, start = subject, numbers[subject]
                if value[-1] == ">" and value[0] == '"':  # a text in a language ends otherwise, and is stored as it is
                    value = as_stored(value)
                starts, ends = said[predicate]
                starts.append(start)
                ends.append(numbers[value])
                if predicate == _TYPE:
                    classes[start].add(value[1:-1])
                    self.graphs[graph].instances[value[1:-1]] += 1
            for predicate, (starts, ends) in said.items():
                for extent in (self.graphs[graph], self.properties[predicate[1:-1]]):
                    extent.add(predicate[1:-1], starts, ends)
                pairs[predicate[1:-1]][0].extend(starts)
                pairs[predicate[1:-1]][1].extend(ends)
        self.terms: list[Term] = list(numbers)
        self._numbers: Mapping[Term, int] = numbers  # asked by get, which adds nothing
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
