"""What all documents share, as triples, and the part of it that a document needs beside it.

In: ontology, entities and links, and what follows from them. Out: the same by subject and by class. Next: :mod:`kg.scale.judging`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import pyoxigraph as ox

from kg.graph import ENTITIES, INFERRED, LINKS, VOCABULARY
from kg.namespaces import ID, PREFIXES, RDF_TYPE, RDFS, graph_iri
from kg.ntriples import parts

_AXIOMS: Final = frozenset(
    {
        RDF_TYPE,
        *(f"{RDFS}{name}" for name in ("subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy")),
        *(f"{PREFIXES['owl']}{name}" for name in ("inverseOf", "equivalentClass", "equivalentProperty")),
    }
)
"""Properties of a term that rules and checks follow."""


class About(NamedTuple):
    """What is shared and said of one subject: for a store as quads, to compare with as lines.

    :ivar objects: what it leads to, as N-Triples writes it
    """

    said: tuple[ox.Quad, ...] = ()
    inferred: tuple[ox.Quad, ...] = ()
    lines: tuple[str, ...] = ()
    inferred_lines: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    @classmethod
    def of(cls, said: Iterable[ox.Quad], inferred: Iterable[ox.Quad]) -> "About":
        """What quads with one subject say."""
        said, inferred = tuple(said), tuple(inferred)
        return cls(said, inferred, _lines(said), _lines(inferred), tuple(dict.fromkeys(str(quad.object) for quad in said)))


@dataclass(frozen=True)
class Known:
    """What is shared, as triples.

    :ivar said: asserted, by graph
    :ivar inferred: what follows from it alone
    """

    said: Mapping[str, tuple[ox.Triple, ...]]
    inferred: tuple[ox.Triple, ...] = ()

    def prepare(self) -> None:
        """Look up everything now, so that processes that are begun afterwards share it."""
        _ = self.about, self.terms, self.above, self.kinds

    @cached_property
    def vocabulary(self) -> list[ox.Quad]:
        """The vocabulary."""
        name = ox.NamedNode(graph_iri(VOCABULARY))
        return [ox.Quad(t.subject, t.predicate, t.object, name) for t in self.said[VOCABULARY]]

    @cached_property
    def terms(self) -> dict[str, About]:
        """Of the terms of the ontology what rules and checks follow, without their names and definitions."""
        found: defaultdict[str, list[ox.Quad]] = defaultdict(list)
        for quad in self.vocabulary:
            if quad.predicate.value in _AXIOMS and not _name(quad.subject).startswith(ID):
                found[str(quad.subject)].append(quad)
        return {
            term: About.of(said, (quad for quad in self.about[term].inferred if quad.predicate.value in _AXIOMS))
            for term, said in found.items()
        }

    @cached_property
    def about(self) -> dict[str, About]:
        """Everything, by subject."""
        said: defaultdict[object, list[ox.Quad]] = defaultdict(list)
        for quad in self.vocabulary:
            said[quad.subject].append(quad)
        for graph in (ENTITIES, LINKS):
            name = ox.NamedNode(graph_iri(graph))
            for t in self.said[graph]:
                said[t.subject].append(ox.Quad(t.subject, t.predicate, t.object, name))
        return {str(node): About.of(said.get(node, ()), self.followed.get(node, ())) for node in {**said, **self.followed}}

    @cached_property
    def followed(self) -> dict[object, list[ox.Quad]]:
        """What is inferred, by subject."""
        found: defaultdict[object, list[ox.Quad]] = defaultdict(list)
        name = ox.NamedNode(graph_iri(INFERRED))
        for t in self.inferred:
            found[t.subject].append(ox.Quad(t.subject, t.predicate, t.object, name))
        return dict(found)

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """Classes with all classes above them, by what the asserted triples say."""
        parents: defaultdict[str, set[str]] = defaultdict(set)
        for triples in self.said.values():
            for t in triples:
                if t.predicate.value == f"{RDFS}subClassOf" and isinstance(t.object, ox.NamedNode):
                    parents[_name(t.subject)].add(t.object.value)
        return {kind: frozenset(_closure([kind], parents)) for kind in list(parents)}

    def kinds_of(self, said: Iterable[str]) -> frozenset[str]:
        """Classes and all above them."""
        found: set[str] = set()
        for kind in said:
            found |= self.above.get(kind, frozenset({kind}))
        return frozenset(found)

    @cached_property
    def kinds(self) -> dict[str, frozenset[str]]:
        """Classes of what is shared."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for triples in self.said.values():
            for t in triples:
                if t.predicate.value == RDF_TYPE and isinstance(t.object, ox.NamedNode):
                    found[_name(t.subject)].append(t.object.value)
        return {iri: self.kinds_of(kinds) for iri, kinds in found.items()}

    def near(self, lines: Iterable[str]) -> list[About]:
        """What is shared and named, by whatever number of steps, and the axioms of the ontology.

        :param lines: in which it is named
        """
        todo = {term for line in lines for term in parts(line)[1:]}
        seen: set[str] = set()
        near: list[About] = []
        while todo:
            node = todo.pop()
            seen.add(node)
            found = self.about.get(node)
            if found is not None:
                near.append(found)
                todo.update(one for one in found.objects if one not in seen)
        return [*near, *(axioms for term, axioms in self.terms.items() if term not in seen)]


def _closure(todo: list[str], parents: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += parents.get(one, ())
    return seen


def _lines(quads: Iterable[ox.Quad]) -> tuple[str, ...]:
    return tuple(f"{quad.triple} ." for quad in quads)


def _name(term: object) -> str:
    return str(getattr(term, "value", term))
