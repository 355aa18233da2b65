"""What a picture shows: rows with names in a language, and the address of the statements behind each.

In come a reader, what is asked, and a language; out goes a :class:`Scene`, of which the drawings, the table beside them and the downloads are made.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from kg.reader import Reader
from kg.resource import names
from kg.search.finder import short
from kg.web import figures
from kg.web.language import texts
from kg.web.pictures import years
from kg.web.pictures.catalogue import KINDS, ROLES
from kg.web.pictures.counting import Asked, Count, by_document, counts, everything, slug, total, totals

_KINDS: Final = {"kind": KINDS, "role": ROLES}


@dataclass(frozen=True)
class Scene:
    """What a picture shows, in a language.

    :ivar rows: the counts, the largest first
    :ivar marks: what the picture of years shows instead of counts
    :ivar statements: number of statements behind the counts, each once
    :ivar of: number of statements that fit what is chosen, counted here or not
    :ivar totals: number of statements of each value of either dimension
    :ivar documents: number of statements of each document, for shares
    :ivar labels: names by language and IRI
    """

    asked: Asked
    language: str
    rows: tuple[Count, ...]
    statements: int
    of: int
    totals: tuple[Mapping[str, int], Mapping[str, int]]
    documents: Mapping[str, int]
    labels: Mapping[str, Mapping[str, str]]
    marks: tuple["years.Mark", ...] = field(default=())

    def label(self, iri: str) -> str:
        """The name of a thing, in the language or else in another one."""
        own = self.labels.get(iri, {})
        return own.get(self.language) or own.get("") or next(iter(own.values()), "") or iri.rpartition("/")[2]

    def brief(self, iri: str, others: Iterable[str]) -> str:
        """The first part of a name, up to a comma, where that is enough to tell it from others."""
        first = self.label(iri).partition(",")[0]
        return self.label(iri) if any(self.label(other).partition(",")[0] == first for other in others if other != iri) else first

    def words(self, key: str, **values: Any) -> str:
        """A text about this picture."""
        return say(f"{self.asked.picture.name}_{key}", self.language, **values)

    def number(self, value: int) -> str:
        """A whole number as the language writes it."""
        return figures.count(value, self.language)

    def address(self, values: Mapping[str, str]) -> str:
        """Where the statements with values of dimensions are listed."""
        return address(self.asked, values)

    def value(self, dimension: int) -> tuple[str, ...]:
        """The values of a dimension, those with most statements first; kinds and roles in their usual order."""
        name = self.asked.dimensions[dimension]
        found = self.totals[dimension]
        if name in _KINDS:
            order = _KINDS[name]
            return tuple(sorted(found, key=lambda iri: order.index(iri.rpartition("#")[2])))
        return tuple(sorted(found, key=lambda iri: (-found[iri], iri)))

    def count(self, first: str, second: str) -> int:
        """Number of statements with two values."""
        return self._counts.get((first, second), 0)

    def sum(self, dimension: int, iri: str) -> int:
        """Sum of the counts of a value, in which a statement may be more than once."""
        return self._sums[dimension][iri]

    @cached_property
    def _counts(self) -> dict[tuple[str, str], int]:
        return {row.values: row.statements for row in self.rows}

    @cached_property
    def _sums(self) -> tuple[Counter[str], Counter[str]]:
        found: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for row in self.rows:
            for dimension, value in enumerate(row.values):
                found[dimension][value] += row.statements
        return found

    def share(self, row: Count) -> float:
        """Which part a count is of the document's statements that fit what is chosen."""
        document = row.values[self.asked.dimensions.index("document")]
        return row.statements / (self.totals[0] if self.asked.picture.name == "kinds" else self.documents)[document]


def address(asked: Asked, values: Mapping[str, str]) -> str:
    """Where the statements are listed that fit what is asked and have values of dimensions."""
    if asked.picture.found == "search" and len(values) == len(asked.dimensions):  # the search finds demands of nobody, too
        found = {"kind": "Demand"} if asked.picture.name == "demands" else {}
        found |= {name: short(name, iri) for name, iri in {**asked.chosen, **values}.items()}
        return f"/search?{urlencode(found)}"
    parameters = {**asked.parameters(), **{name: slug(name, iri) for name, iri in values.items()}}
    return f"/pictures/{asked.picture.name}/statements?{urlencode(parameters, safe='/')}"


def say(key: str, language: str, **values: Any) -> str:
    """A text of the group ``picture``, without mark-up; whole numbers as the language writes them."""
    written = {name: figures.count(value, language) if type(value) is int else value for name, value in values.items()}
    return texts()[f"picture.{key}"][language].format(**written)


def make(reader: Reader, asked: Asked, language: str) -> Scene:
    """The scene of what is asked.

    :raises ReleaseError: if the store cannot be opened
    """
    if asked.picture.name == "years":
        marks = years.marks(reader, asked)
        used = {iri for mark in marks for iri in mark.things} | set(asked.chosen.values())
        found = len({mark.statement for mark in marks})
        return Scene(asked, language, (), found, everything(reader, asked), ({}, {}), {}, names(reader, used), marks)
    rows = counts(reader, asked)
    documents = by_document(reader, asked) if "document" in asked.dimensions else {}
    used = {value for row in rows for value in row.values} | set(asked.chosen.values()) | set(documents)
    return Scene(
        asked,
        language,
        rows,
        total(reader, asked) if rows else 0,
        everything(reader, asked),
        (totals(reader, asked, 0), totals(reader, asked, 1)),
        documents,
        names(reader, used),
    )
