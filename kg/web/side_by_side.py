"""What documents or speakers say on one topic, side by side.

In come a topic and what is compared; out go the statements of each, with narrower topics included, as :mod:`kg.web.compare` shows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.resource import names
from kg.web.coded import KINDS
from kg.web.links import local

_FEW: Final = 15
"""Statements of each that are shown; the rest is listed by the search."""

_STATEMENTS: Final = """
SELECT DISTINCT ?statement ?kind WHERE {{
  VALUES ?kind {{ {kinds} }}
  {{ SELECT ?own WHERE {{ ?own skos:broader* <{topic}> }} }}
  ?statement pol:topic ?own ; pol:{property} <{column}> ; a ?kind ; pol:passage ?passage .
}}
ORDER BY ?statement
"""


@dataclass(frozen=True)
class Said:
    """A statement: address, names, and names of its kind."""

    address: str
    names: Mapping[str, str]
    kind: Mapping[str, str]


@dataclass(frozen=True)
class Side:
    """What one of them says.

    :ivar names: of the document or speaker
    :ivar said: the first statements, demands before claims and so on
    :ivar total: number of all of them
    :ivar address: where all are listed
    """

    names: Mapping[str, str]
    said: tuple[Said, ...]
    total: int
    address: str


@dataclass(frozen=True)
class OnTopic:
    """A topic with what each says on it."""

    address: str
    names: Mapping[str, str]
    sides: tuple[Side, ...]


def on_topic(
    reader: Reader, topic: str, by: str, stated: str, columns: Sequence[tuple[str, Mapping[str, str]]]
) -> OnTopic | None:
    """What each says on a topic; none if there is no such topic.

    :param topic: its slug
    :param by: ``document`` or ``speaker``, as the search calls it
    :param stated: the property of a statement that leads to one of them
    :param columns: IRI and names of each
    """
    iri = f"{ID}topic/{topic}"
    own = names(reader, [iri]).get(iri) if topic.replace("-", "").isalnum() and topic.isascii() else None
    if own is None:
        return None
    return OnTopic(local(iri), own, tuple(_side(reader, iri, by, stated, column, label) for column, label in columns))


def _side(reader: Reader, topic: str, by: str, stated: str, column: str, label: Mapping[str, str]) -> Side:
    kinds = [f"{POL}{kind}" for kind in KINDS]
    query = _STATEMENTS.format(kinds=" ".join(f"<{kind}>" for kind in kinds), topic=topic, property=stated, column=column)
    rows = sorted(reader.select(query), key=lambda row: (kinds.index(row["kind"].value), row["statement"].value))
    found = [(row["statement"].value, row["kind"].value) for row in rows[:_FEW]]
    labels = names(reader, {iri for pair in found for iri in pair})
    said = tuple(Said(local(iri), labels.get(iri, {}), labels.get(kind, {})) for iri, kind in found)
    pairs = {"topic": topic.rpartition("/")[2], by: column.rpartition("/")[2]}
    return Side(label, said, len(rows), f"/search?{urlencode(pairs)}")
