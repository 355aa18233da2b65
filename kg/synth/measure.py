"""What a made-up project copies of the real one.

In: a :class:`~kg.mappings.corpus.Corpus`. Out: a :class:`Profile`.

The real project is taken as one *world*: its documents, their statements without their words, and the entities that they name. A larger project
is many worlds. Entities are shared between worlds as the real documents share them: the number of different ones grows as a power of the number
of statements (Heaps' law), and the power is measured. Only what demands act on is each world's own (a topic becomes a group), because otherwise every demand of a world would
be made in every other world, and the pairs of equal demands, which a rule infers, would grow as the square.
"""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.mappings.convert import JsonNode
from kg.mappings.corpus import ENTITIES, Corpus
from kg.mappings.links import Link
from kg.namespaces import ID, POL, SKOS

_PARTS: Final = tuple(f"{ID}{part}/" for part in ("statement", "section", "document", "coding"))
_FROM: Final = 0.25
"""Share of the statements from which on the growth of entities is measured: the first ones name many new ones anywhere."""


@dataclass(frozen=True)
class Profile:
    """The shape of a project.

    :ivar documents: slug of each document with its sections and statements, in the order of the text
    :ivar entities: nodes of entities that statements lead to, by IRI
    :ivar own: IRIs of those of which each world has its own
    :ivar links: to open data, of these entities and of topics
    :ivar growth: power of the number of statements with which the number of entities grows
    """

    documents: dict[str, list[JsonNode]]
    catalogue: dict[str, JsonNode]
    codings: dict[str, JsonNode]
    entities: dict[str, JsonNode]
    own: frozenset[str]
    links: tuple[Link, ...]
    growth: float

    @property
    def statements(self) -> int:
        """Number of statements of a world."""
        return sum(is_statement(node) for nodes in self.documents.values() for node in nodes)


def is_statement(node: JsonNode) -> bool:
    """Whether a node is a statement that is not withdrawn."""
    return str(node["id"]).startswith(f"{ID}statement/") and "withdrawn" not in node


def references(value: Any) -> Iterator[str]:
    """IRIs below ``id/`` in a node."""
    if isinstance(value, str):
        if value.startswith(ID):
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def measure(corpus: Corpus, seed: int) -> Profile:
    """Measure a project without findings."""
    nodes = {str(node["id"]): node for node in corpus.graphs[ENTITIES]}
    narrow = _narrow_topics(corpus)
    documents = {
        slug: [_acting_on_a_group(n, narrow) for n in corpus.graphs[slug] if "withdrawn" not in n] for slug in corpus.documents
    }
    nodes |= {
        group: {"id": group, "kind": [f"{POL}Group"], "label": {"nl": ["een groep"], "en": ["a group"]}}
        for group in narrow.values()
    }
    statements = [node for found in documents.values() for node in found if is_statement(node)]
    catalogue = {slug: nodes[f"{ID}document/{slug}"] for slug in documents}
    codings = {iri: node for iri, node in nodes.items() if iri.startswith(f"{ID}coding/")}
    wanted = [*references(statements), *references(list(catalogue.values())), *references(list(codings.values()))]
    entities: dict[str, JsonNode] = {}
    while wanted:
        iri = wanted.pop()
        if iri in nodes and iri not in entities and not iri.startswith(_PARTS):
            entities[iri] = nodes[iri]
            wanted += references(nodes[iri])
    demands = [node for node in statements if node.get("kind") == [f"{POL}Demand"]]
    own = frozenset(iri for node in demands for iri in references(node.get("object")) if iri in entities)
    links = tuple(link for link in corpus.links if link.subject in entities or link.subject in corpus.vocabulary.concepts)
    return Profile(documents, catalogue, codings, entities, own, links, _growth(statements, entities.keys() - own, seed))


def _narrow_topics(corpus: Corpus) -> dict[str, str]:
    """For each topic that is not at the top of its scheme a group that stands for it where a demand acts on it.

    There are as many topics in a large project as in a small one, so that demands on them would be equal everywhere.
    """
    tops = {str(t.subject)[1:-1] for t in corpus.vocabulary.triples if t.predicate.value == f"{SKOS}topConceptOf"}
    return {iri: f"{ID}group/on-{iri.rsplit('/', 1)[-1]}" for iri in corpus.vocabulary.concepts - tops}


def _acting_on_a_group(node: JsonNode, narrow: Mapping[str, str]) -> JsonNode:
    objects = node.get("object")
    if node.get("kind") != [f"{POL}Demand"] or not isinstance(objects, list):
        return node
    return {**node, "object": [narrow.get(iri, iri) for iri in objects]}


def _growth(statements: list[JsonNode], entities: Any, seed: int) -> float:
    """The power with which the number of different entities grows, over the later part of the statements in a random order."""
    order = list(statements)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    seen: set[str] = set()
    start, known = max(1, int(len(order) * _FROM)), 0
    for number, node in enumerate(order, start=1):
        seen |= set(references(node)) & entities
        if number == start:
            known = len(seen)
    return math.log(len(seen) / known) / math.log(len(order) / start) if known and len(order) > start else 1.0
