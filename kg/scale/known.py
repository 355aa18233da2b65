"""What all documents share, as triples, and the part of it that a document needs beside it.

In: ontology, entities and links, and what follows from them. Out: the same by subject and by class. Next: :mod:`kg.scale.judging`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kg.graph import ENTITIES, INFERRED, LINKS, VOCABULARY, Dataset
from kg.namespaces import ID, PREFIXES, RDF_TYPE, RDFS, graph_iri

_AXIOMS: Final = frozenset(
    {
        RDF_TYPE,
        *(f"{RDFS}{name}" for name in ("subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy")),
        *(f"{PREFIXES['owl']}{name}" for name in ("inverseOf", "equivalentClass", "equivalentProperty")),
    }
)
"""Properties of a term that rules and checks follow."""


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
        _ = self.axioms, self.terms, self.by_subject, self.followed, self.above, self.kinds

    @cached_property
    def vocabulary(self) -> list[ox.Quad]:
        """The vocabulary."""
        name = ox.NamedNode(graph_iri(VOCABULARY))
        return [ox.Quad(t.subject, t.predicate, t.object, name) for t in self.said[VOCABULARY]]

    @cached_property
    def axioms(self) -> list[ox.Quad]:
        """Of the terms of the ontology what rules and checks follow, without their names and definitions."""
        return [quad for quad in self.vocabulary if quad.predicate.value in _AXIOMS and not _name(quad.subject).startswith(ID)]

    @cached_property
    def terms(self) -> frozenset[object]:
        """The terms that have axioms."""
        return frozenset(quad.subject for quad in self.axioms)

    @cached_property
    def by_subject(self) -> dict[object, list[ox.Quad]]:
        """What is asserted, by subject."""
        found: defaultdict[object, list[ox.Quad]] = defaultdict(list)
        for quad in self.vocabulary:
            found[quad.subject].append(quad)
        for graph in (ENTITIES, LINKS):
            name = ox.NamedNode(graph_iri(graph))
            for t in self.said[graph]:
                found[t.subject].append(ox.Quad(t.subject, t.predicate, t.object, name))
        return dict(found)

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

    def kinds_of(self, said: Iterable[object]) -> frozenset[str]:
        """Classes and all above them."""
        found: set[str] = set()
        for kind in said:
            if isinstance(kind, ox.NamedNode):
                found |= self.above.get(kind.value, frozenset({kind.value}))
        return frozenset(found)

    @cached_property
    def kinds(self) -> dict[str, frozenset[str]]:
        """Classes of what is shared."""
        found: defaultdict[str, list[object]] = defaultdict(list)
        for triples in self.said.values():
            for t in triples:
                if t.predicate.value == RDF_TYPE:
                    found[_name(t.subject)].append(t.object)
        return {iri: self.kinds_of(kinds) for iri, kinds in found.items()}


def _closure(todo: list[str], parents: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += parents.get(one, ())
    return seen


def surround(dataset: Dataset, known: Known) -> None:
    """Add what is shared and named, by whatever number of steps, and the axioms of the ontology."""
    todo: list[object] = [term for quad in dataset.quads for term in (quad.object, quad.predicate)]
    seen: set[object] = set()
    near: list[ox.Quad] = []
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            quads = known.by_subject.get(node, ())
            near += quads
            todo += [quad.object for quad in quads]
    near += [quad for quad in known.axioms if quad.subject not in seen]
    follows = [quad for node in seen for quad in known.followed.get(node, ())]
    follows += [quad for term in known.terms - seen for quad in known.followed.get(term, ()) if quad.predicate.value in _AXIOMS]
    dataset.quads += near
    dataset.store.bulk_extend(near)
    dataset.store.bulk_extend(follows)


def _name(term: object) -> str:
    return str(getattr(term, "value", term))
