"""The parts of the data set as a whole, such as the number of uses of each property: a line for each, where its IRI leads.

There are thousands of them, so what a line says is less than the page of a thing would. In comes the IRI of the data set; out go lines
for the template.
"""

from dataclasses import dataclass
from typing import Final

from kg.description.facts import GRAPH_NAME
from kg.description.writing import VOID_EXT
from kg.namespaces import PREFIXES, RDF_TYPE, SH, graph_iri
from kg.rdf import Term
from kg.reader import Reader
from kg.resource import links_of_parts
from kg.web.terms import reference
from kg.web.views import Value

_LEFT_OUT: Final = frozenset(
    {
        RDF_TYPE,
        f"{PREFIXES['void']}classPartition",
        f"{PREFIXES['void']}propertyPartition",
        f"{VOID_EXT}datatypePartition",
        f"{SH}declare",
    }
)
"""Properties whose values are parts that have a line of their own, and the class, which what is said shows."""


@dataclass(frozen=True)
class Part:
    """A part with what is said of it.

    :ivar fragment: of its IRI
    :ivar said: properties and values
    """

    fragment: str
    said: tuple[tuple[Value, Value], ...]


def parts_of(reader: Reader, iri: str) -> tuple[Part, ...]:
    """The parts of a data set that the release describes, by fragment; made once."""
    return reader.once(("parts", iri), lambda: _read(reader, iri))


def _read(reader: Reader, iri: str) -> tuple[Part, ...]:
    seen: dict[Term, Value] = {}

    def shown(term: Term) -> Value:
        if term not in seen:
            seen[term] = reference(reader, term)
        return seen[term]

    return tuple(
        Part(
            part.partition("#")[2],
            tuple((shown(Term("iri", link.property)), shown(link.thing)) for link in links if link.property not in _LEFT_OUT),
        )
        for part, links in sorted(links_of_parts(reader, iri, graph_iri(GRAPH_NAME)).items())
    )
