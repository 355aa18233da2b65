"""Concept schemes as tables: each concept with its definition, how often it is used, and where to see the statements.

In comes the name of a scheme; out go rows in the order of the hierarchy. The six kinds of statement are classes of the ontology and stand
among the schemes, since a coder chooses among them in the same way. Next: :mod:`kg.web.ontology`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.namespaces import ID, POL, SKOS
from kg.reader import Reader
from kg.resource import names
from kg.web.links import local
from kg.web.lists import alphabetical
from kg.web.terms import ancestors, references, vocabulary
from kg.web.usage import query_page
from kg.web.views import Value, short

KINDS: Final = "kind"
"""The name by which the kinds of statement stand among the schemes."""
MANY: Final = 400
"""Concepts of a scheme from which on its page shows one branch at a time; all 316 topics make 110 kB."""
_FACET: Final = f"{POL}topic"
"""The property by whose values, with what is narrower, statements can be searched."""
_SCHEMES: Final = """
SELECT ?scheme (COUNT(DISTINCT ?concept) AS ?count) WHERE {
  GRAPH graph:vocabulary { ?concept skos:inScheme ?scheme }
}
GROUP BY ?scheme ORDER BY ?scheme
"""
_CONCEPTS: Final = """
SELECT ?concept ?broader WHERE {{
  GRAPH graph:vocabulary {{ ?concept skos:inScheme <{scheme}> OPTIONAL {{ ?concept skos:broader ?broader }} }}
}}
ORDER BY ?concept ?broader
"""
_USES: Final = """
SELECT ?concept ?property ?thing WHERE {{
  GRAPH graph:vocabulary {{ ?concept skos:inScheme <{scheme}> }}
  GRAPH ?graph {{ ?thing ?property ?concept }}
  FILTER(STRSTARTS(STR(?property), STR(pol:)) && ?property != pol:mentions && ?graph != graph:inferred)
}}
"""
_OF_VALUES: Final = """
SELECT DISTINCT ?scheme ?property WHERE {
  GRAPH graph:vocabulary { ?concept skos:inScheme ?scheme }
  GRAPH ?graph { ?thing ?property ?concept }
  FILTER(STRSTARTS(STR(?property), STR(pol:)) && ?property != pol:mentions && ?graph != graph:inferred)
}
"""
_ALL: Final = """SELECT ?thing ?name WHERE {{
  ?thing {property} {concept} .
  OPTIONAL {{ ?thing pol:summary|skos:prefLabel ?name FILTER(LANG(?name) = "{language}") }}
}}
ORDER BY ?thing"""


@dataclass(frozen=True)
class Scheme:
    """A scheme.

    :ivar name: the end of its IRI
    :ivar definitions: its own, or else those of the property whose values it has
    :ivar href: of its page as a thing, or as a term
    :ivar properties: those whose values it has in this release, without what is only mentioned
    """

    name: str
    iri: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    count: int
    href: str
    properties: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Use:
    """How often a concept is a value of a property.

    :ivar within: things that have it or a narrower concept; -1 where that is not asked
    :ivar facet: whether the things can be searched
    """

    property: str
    things: int
    within: int = -1
    facet: bool = False


@dataclass(frozen=True)
class Row:
    """A concept.

    :ivar depth: number of concepts above it
    """

    iri: str
    id: str
    href: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    notes: Mapping[str, str]
    depth: int
    narrower: int
    uses: tuple[Use, ...]


def schemes(reader: Reader) -> tuple[Scheme, ...]:
    """All schemes, the kinds first, then by how many concepts they have."""
    return reader.once("schemes", lambda: (_kinds(reader), *sorted(_schemes(reader), key=lambda each: (-each.count, each.name))))


def of_values(reader: Reader, property_: str) -> tuple[Scheme, ...]:
    """The schemes that the values of a property come from in this release."""
    return tuple(scheme for scheme in schemes(reader) if any(value.iri == property_ for value in scheme.properties))


def rows(reader: Reader, scheme: Scheme, language: str) -> tuple[Row, ...]:
    """The concepts of a scheme, each below the one that is broader, otherwise by name.

    :param language: of the names by which they are sorted
    """

    def make() -> tuple[Row, ...]:
        return tuple(_kind_rows(reader) if scheme.name == KINDS else _rows(reader, scheme, language))

    return reader.once(("scheme", scheme.name, language), make)


def branch(found: tuple[Row, ...], top: str) -> tuple[Row, ...]:
    """A concept with what is narrower; the top concepts alone if there is none with this name."""
    start = next((place for place, row in enumerate(found) if row.id == top), -1)
    if start < 0:
        return tuple(row for row in found if not row.depth)
    end = next((place for place in range(start + 1, len(found)) if found[place].depth <= found[start].depth), len(found))
    return found[start:end]


def statements(row: Row, use: Use, language: str) -> str:
    """Address of the things that a number counts."""
    if use.property == KINDS:
        return f"/search?{urlencode({'kind': row.id})}"
    if use.facet:
        return f"/search?{urlencode({'topic': row.id})}"
    return query_page(_ALL.format(property=short(use.property), concept=f"<{row.iri}>", language=language))


def _schemes(reader: Reader) -> Iterator[Scheme]:
    users: dict[str, set[str]] = {}
    for row in reader.select(_OF_VALUES):
        users.setdefault(row["scheme"].value, set()).add(row["property"].value)
    for row in reader.select(_SCHEMES):
        iri = row["scheme"].value
        properties = references(reader, users.get(iri, ()))
        definitions = _texts(reader, iri, f"{SKOS}definition")
        for value in properties[:1] if not definitions else ():
            definitions = _texts(reader, value.iri, f"{SKOS}definition")
        yield Scheme(iri.removeprefix(ID), iri, _names(reader, iri), definitions, int(row["count"].value), local(iri), properties)


def _kinds(reader: Reader) -> Scheme:
    statement = vocabulary(reader).terms.get(f"{POL}Statement")
    if statement is None:
        return Scheme(KINDS, f"{POL}Statement", {}, {}, 0, local(f"{POL}Statement"))
    return Scheme(KINDS, statement.iri, {}, statement.definitions, len(statement.below), local(statement.iri))


def _kind_rows(reader: Reader) -> Iterator[Row]:
    words = vocabulary(reader)
    for value in words.terms[f"{POL}Statement"].below:
        term = words.terms[value.iri]
        uses = (Use(KINDS, term.uses),)
        yield Row(term.iri, term.id, term.page, term.names, term.definitions, {}, 0, 0, uses)


def _rows(reader: Reader, scheme: Scheme, language: str) -> Iterator[Row]:
    above: dict[str, list[str]] = {}
    for row in reader.select(_CONCEPTS.format(scheme=scheme.iri)):
        above.setdefault(row["concept"].value, []).extend([row["broader"].value] if "broader" in row else [])
    things: dict[tuple[str, str], set[str]] = {}
    for row in reader.select(_USES.format(scheme=scheme.iri)):
        things.setdefault((row["concept"].value, row["property"].value), set()).add(row["thing"].value)
    properties = sorted({property_ for _, property_ in things}, key=lambda each: (each != _FACET, each))
    within: dict[str, set[str]] = {}
    for concept in above:
        for place in ancestors(concept, above) | {concept}:
            within.setdefault(place, set()).update(things.get((concept, _FACET), ()))
    labels = {concept: _names(reader, concept) for concept in above}
    below: dict[str, list[str]] = {}
    for concept, broader in above.items():
        below.setdefault(next((each for each in broader if each in above), ""), []).append(concept)

    def by_name(concept: str) -> tuple[str, str]:
        return alphabetical(labels[concept].get(language, "")), concept

    waiting = [(concept, 0) for concept in sorted(below.get("", ()), key=by_name, reverse=True)]
    while waiting:
        concept, depth = waiting.pop()
        uses = []
        for property_ in properties:
            number = len(things.get((concept, property_), ()))
            if property_ == _FACET:
                uses.append(Use(property_, number, len(within[concept]), facet=True))
            else:
                uses.append(Use(property_, number))
        yield Row(
            iri=concept,
            id=concept.rpartition("/")[2],
            href=local(concept),
            names=labels[concept],
            definitions=_texts(reader, concept, f"{SKOS}definition"),
            notes=_texts(reader, concept, f"{SKOS}scopeNote"),
            depth=depth,
            narrower=len(below.get(concept, ())),
            uses=tuple(uses),
        )
        waiting += [(narrower, depth + 1) for narrower in sorted(below.get(concept, ()), key=by_name, reverse=True)]


def _names(reader: Reader, iri: str) -> dict[str, str]:
    return names(reader, [iri]).get(iri, {})


def _texts(reader: Reader, iri: str, property_: str) -> dict[str, str]:
    return {term.language: term.value for term in reader.objects(iri, property_)}
