"""How a release uses a term of its ontology: examples, what has it, and a query that lists all.

In comes the IRI of a class or a property; out go things with their names and links. What is shown is chosen by order alone, so a
release shows the same each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeVar
from urllib.parse import urlencode

from kg.namespaces import POL
from kg.rdf import Term as RdfTerm
from kg.reader import Reader
from kg.web.terms import Asked, Term, reference, vocabulary
from kg.web.views import Value

T = TypeVar("T")

_SHOWN: Final = 3
_VALUES: Final = 5
"""Values of an example that are shown; the page of the thing has all."""
_THINGS: Final = """
SELECT DISTINCT ?thing WHERE {{ GRAPH ?graph {{ ?thing a <{iri}> }} FILTER(?graph != graph:description) }}
ORDER BY ?thing
"""
_PAIRS: Final = """
SELECT DISTINCT ?thing ?value WHERE {{ GRAPH ?graph {{ ?thing <{iri}> ?value }} FILTER(?graph {test} graph:inferred) }}
ORDER BY ?thing ?value
"""
_SUBJECTS: Final = """
SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) WHERE {{
  {{ SELECT DISTINCT ?thing WHERE {{ ?thing <{iri}> ?value }} }}
  GRAPH ?graph {{ ?thing a ?class }} FILTER(?graph != graph:inferred && STRSTARTS(STR(?class), STR(pol:)))
}}
GROUP BY ?class
"""
_OBJECTS: Final = """
SELECT ?class (COUNT(DISTINCT ?value) AS ?count) WHERE {{
  {{ SELECT DISTINCT ?value WHERE {{ ?thing <{iri}> ?value FILTER(ISIRI(?value)) }} }}
  GRAPH ?graph {{ ?value a ?class }} FILTER(?graph != graph:inferred)
}}
GROUP BY ?class
"""
_REUSED: Final = """
SELECT ?property (COUNT(*) AS ?count) WHERE {
  GRAPH ?graph { ?thing ?property ?value } FILTER(?graph NOT IN (graph:inferred, graph:description))
}
GROUP BY ?property
"""
_ALL_REUSED: Final = """SELECT ?thing ?value WHERE {{
  GRAPH ?graph {{ ?thing <{iri}> ?value }} FILTER(?graph NOT IN (graph:inferred, graph:description))
}}
ORDER BY ?thing ?value"""
_ALL_THINGS: Final = """SELECT ?thing ?name WHERE {{
  ?thing a pol:{id} .
  OPTIONAL {{ ?thing pol:summary|skos:prefLabel|dcterms:title ?name FILTER(LANG(?name) = "{language}") }}
}}
ORDER BY ?thing"""
_ALL_PAIRS: Final = """SELECT ?thing ?value WHERE {{
  ?thing pol:{id} ?value .
}}
ORDER BY ?thing ?value"""


@dataclass(frozen=True)
class Example:
    """A thing of a class, or a thing that has a property with its values.

    :ivar more: number of values that are not shown
    """

    thing: Value
    values: tuple[Value, ...]
    more: int = 0

    def in_language(self, language: str) -> tuple[Value, ...]:
        """The values without the translations of what there is in a language."""
        own = tuple(value for value in self.values if value.language in {"", language})
        return own or self.values


@dataclass(frozen=True)
class Usage:
    """How a term is used.

    :ivar examples: a few, from the beginning, the middle and the end of all
    :ivar subjects: number of things that have a property, by their classes
    :ivar objects: number of things that are values of a property, by their classes
    """

    examples: tuple[Example, ...]
    subjects: tuple[tuple[Value, int], ...]
    objects: tuple[tuple[Value, int], ...]


@dataclass(frozen=True)
class Reused:
    """A property of another vocabulary that the data use.

    :ivar uses: assertions with it, without what is inferred
    :ivar asked: what the shapes ask of its values
    :ivar all: address of a query that lists every use
    """

    property: Value
    uses: int
    asked: tuple[Asked, ...]
    all: str


def reused(reader: Reader) -> tuple[Reused, ...]:
    """The properties of other vocabularies that a release uses or its shapes ask for, by short name; made once for it."""

    def make() -> tuple[Reused, ...]:
        uses = {row["property"].value: int(row["count"].value) for row in reader.select(_REUSED)}
        asked: dict[str, list[Asked]] = {}
        for each in vocabulary(reader).asked:
            asked.setdefault(each.shape.path, []).append(each)
        found = (iri for iri in {*uses, *asked} if iri and not iri.startswith(POL))
        rows = [(reference(reader, RdfTerm("iri", iri)), iri) for iri in found]
        return tuple(
            Reused(value, uses.get(iri, 0), tuple(asked.get(iri, ())), query_page(_ALL_REUSED.format(iri=iri)))
            for value, iri in sorted(rows, key=lambda row: row[0].text)
        )

    return reader.once("reused", make)


def usage(reader: Reader, term: Term) -> Usage:
    """How a release uses a term, made once for it."""
    return reader.once(("usage", term.iri), lambda: _usage(reader, term))


def all_of(term: Term, language: str) -> str:
    """Address of a query that lists every use of a term."""
    query = (_ALL_THINGS if term.kind == "Class" else _ALL_PAIRS).format(id=term.id, language=language)
    return query_page(query)


def query_page(query: str) -> str:
    """Address of the rows of a query, as a page."""
    return f"/sparql?{urlencode({'query': query, 'format': 'html'})}"


def spread(found: Sequence[T], most: int = _SHOWN) -> list[T]:
    """At most a number of elements: the first, and others at even distances."""
    return [found[len(found) * place // most] for place in range(most)] if len(found) > most else [*found]


def _usage(reader: Reader, term: Term) -> Usage:
    if term.kind == "Class":
        things = [row["thing"] for row in reader.select(_THINGS.format(iri=term.iri))]
        return Usage(tuple(Example(reference(reader, thing), ()) for thing in spread(things)), (), ())
    rows = reader.select(_PAIRS.format(iri=term.iri, test="!=")) or reader.select(_PAIRS.format(iri=term.iri, test="="))
    pairs = {thing: [row["value"] for row in same] for thing, same in groupby(rows, lambda row: row["thing"])}  # they are sorted
    examples = [
        Example(
            reference(reader, thing),
            tuple(reference(reader, value) for value in pairs[thing][:_VALUES]),
            max(len(pairs[thing]) - _VALUES, 0),
        )
        for thing in spread([*pairs])
    ]
    return Usage(tuple(examples), _counted(reader, _SUBJECTS, term.iri), _counted(reader, _OBJECTS, term.iri))


def _counted(reader: Reader, query: str, iri: str) -> tuple[tuple[Value, int], ...]:
    """Classes with a number, the greatest first; those of ours where there are any."""
    found = [(row["class"], int(row["count"].value)) for row in reader.select(query.format(iri=iri))]
    ours = [each for each in found if each[0].value.startswith(POL)] or found
    return tuple((reference(reader, term), count) for term, count in sorted(ours, key=lambda each: (-each[1], each[0].value)))
