"""The queries behind the pictures, and their rows.

In come a picture and what is chosen; out go counts, by the values of two dimensions, and the statements behind one of them. The text of a query is what
the page offers to be changed at ``/sparql``: there is no other one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.web.pictures.catalogue import NARROWER_TOPICS, Picture

_FILTERS: Final = {
    "document": "  ?statement pol:statedIn <{value}> .\n",
    "kind": "  ?statement a <{value}> .\n",
    "topic": "  {{ SELECT ?below WHERE {{ ?below skos:broader* <{value}> }} }}\n  ?statement pol:topic ?below .\n",
}


@dataclass(frozen=True)
class Asked:
    """A picture with what is chosen of it.

    :ivar chosen: IRIs by name of a filter
    :ivar mode: value of ``by``; empty for the usual one
    """

    picture: Picture
    chosen: Mapping[str, str] = field(default_factory=dict)
    mode: str = ""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from others."""
        return (self.picture.name, self.mode, *(part for pair in sorted(self.chosen.items()) for part in pair))

    @property
    def dimensions(self) -> tuple[str, str]:
        """What it is counted by."""
        return self.picture.by(self.mode)[1]

    def parameters(self) -> dict[str, str]:
        """What is chosen, as an address says it."""
        found = {name: slug(name, value) for name, value in self.chosen.items()}
        return found | ({"by": self.mode} if self.mode else {})


@dataclass(frozen=True)
class Count:
    """Number of statements with two values."""

    values: tuple[str, str]
    statements: int


def slug(name: str, iri: str) -> str:
    """A value as an address has it: ``Demand``, ``groen-2024``, ``agent/groen``.

    :param name: of a filter or a dimension
    """
    if iri.startswith(POL):
        return iri.removeprefix(POL)
    start = f"{ID}{name}/"
    return iri.removeprefix(start) if name in _FILTERS and iri.startswith(start) else iri.removeprefix(ID)


def iri_of(name: str, value: str) -> str:
    """The IRI that an address means; the other way round from :func:`slug`."""
    if name in {"kind", "role"}:
        return f"{POL}{value}"
    return f"{ID}{value}" if "/" in value or name not in _FILTERS else f"{ID}{name}/{value}"


def query(asked: Asked) -> str:
    """The query whose rows are counted."""
    pattern, (first, second) = _pattern(asked), asked.dimensions
    return (
        f"SELECT ?{first} ?{second} (COUNT(DISTINCT ?statement) AS ?statements)\nWHERE {{\n  {pattern}\n{narrowed(asked)}}}\n"
        f"GROUP BY ?{first} ?{second}\nORDER BY DESC(?statements) ?{first} ?{second}\n"
    )


def counts(reader: Reader, asked: Asked) -> tuple[Count, ...]:
    """The rows of that query."""
    first, second = asked.dimensions
    rows = reader.select(query(asked))
    return tuple(Count((row[first].value, row[second].value), int(row["statements"].value)) for row in rows)


def total(reader: Reader, asked: Asked) -> int:
    """Number of statements that are behind the counts, each once though it may be counted at several places."""
    rows = reader.select(f"SELECT (COUNT(DISTINCT ?statement) AS ?n)\nWHERE {{\n  {_pattern(asked)}\n{narrowed(asked)}}}\n")
    return int(rows[0]["n"].value)


def totals(reader: Reader, asked: Asked, dimension: int) -> dict[str, int]:
    """Number of statements of each value of a dimension, each once though it may be counted at several values of the other."""
    name = asked.dimensions[dimension]
    rows = reader.select(
        f"SELECT ?{name} (COUNT(DISTINCT ?statement) AS ?n)\nWHERE {{\n  {_pattern(asked)}\n{narrowed(asked)}}}\nGROUP BY ?{name}"
    )
    return {row[name].value: int(row["n"].value) for row in rows}


def by_document(reader: Reader, asked: Asked) -> dict[str, int]:
    """Number of statements of each document that fit what is chosen beside a topic, whatever their topic or kind."""
    pattern = "?statement pol:statedIn ?document ;\n    pol:passage ?passage ."
    kept = Asked(asked.picture, {name: value for name, value in asked.chosen.items() if name == "kind"})
    rows = reader.select(
        f"SELECT ?document (COUNT(DISTINCT ?statement) AS ?n)\nWHERE {{\n  {pattern}\n{narrowed(kept)}}}\nGROUP BY ?document"
    )
    return {row["document"].value: int(row["n"].value) for row in rows}


def everything(reader: Reader, asked: Asked, topic: str = "") -> int:
    """Number of statements that fit what is chosen, counted in the picture or not.

    :param topic: IRI of a topic that they are about, too
    """
    pattern = "?statement pol:passage ?passage ."
    more = _FILTERS["topic"].format(value=topic) if topic else ""
    rows = reader.select(f"SELECT (COUNT(DISTINCT ?statement) AS ?n)\nWHERE {{\n  {pattern}\n{narrowed(asked)}{more}}}\n")
    return int(rows[0]["n"].value)


def behind(reader: Reader, asked: Asked, values: Mapping[str, str]) -> tuple[str, ...]:
    """The statements that have the values of dimensions, in the order of their IRIs.

    :param values: IRIs by dimension, at least one
    """
    bound = "".join(f"  VALUES ?{name} {{ <{value}> }}\n" for name, value in values.items())
    rows = reader.select(
        f"SELECT DISTINCT ?statement\nWHERE {{\n{bound}  {_pattern(asked)}\n{narrowed(asked)}}}\nORDER BY ?statement\n"
    )
    return tuple(row["statement"].value for row in rows)


def _pattern(asked: Asked) -> str:
    if asked.picture.name == "topics" and "topic" in asked.chosen:
        return NARROWER_TOPICS.format(topic=asked.chosen["topic"])
    return asked.picture.by(asked.mode)[0]


def narrowed(asked: Asked) -> str:
    """What is chosen, as lines of a graph pattern; a topic with all that is below it."""
    own = {"topic"} if asked.picture.name == "topics" else set()
    return "".join(_FILTERS[name].format(value=value) for name, value in asked.chosen.items() if name not in own)
