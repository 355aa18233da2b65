"""Targets by the year in which they are to be met, and figures by the year that they are about: the rows of the picture of years.

In comes what is chosen; out go marks, one for each target and figure. :mod:`.timeline` draws them.
"""

from dataclasses import dataclass
from typing import Final

from kg.namespaces import PREFIXES
from kg.reader import Reader
from kg.web.language import texts
from kg.web.pictures.counting import Asked, narrowed

_QUERY: Final = """SELECT ?type ?value ?unit ?year ?indicator ?denominator ?comparator ?of ?statement ?document
WHERE {{
  {{ ?statement pol:target ?what . BIND("target" AS ?type) OPTIONAL {{ ?what pol:deadline ?year }} }}
  UNION
  {{ ?statement pol:figure ?what . BIND("figure" AS ?type) OPTIONAL {{ ?what pol:year ?year }} }}
  ?statement pol:statedIn ?document .
  ?what pol:indicator ?indicator ;
    pol:value ?value ;
    pol:unit ?unit .
  OPTIONAL {{ ?what pol:denominator ?denominator }}
  OPTIONAL {{ ?what pol:comparator ?comparator }}
  OPTIONAL {{ ?what pol:of ?of }}
{narrowed}}}
ORDER BY DESC(?type) ?year ?indicator ?statement ?value
"""
_UNITS: Final = {"PERCENT": {"en": "%", "nl": "%"}, "NUM": {}, "YR": texts()["picture.unit_year"]}


@dataclass(frozen=True)
class Mark:
    """A target or a figure.

    :ivar type: ``target`` or ``figure``
    :ivar value: as it is written in the data
    :ivar year: None where none is given
    :ivar denominator: IRI of what it is a part of; empty if there is none
    :ivar of: IRI of the place or group that it is about
    """

    type: str
    value: str
    unit: str
    year: int | None
    indicator: str
    denominator: str
    comparator: str
    of: str
    statement: str
    document: str

    @property
    def things(self) -> tuple[str, ...]:
        """The IRIs that have names."""
        return tuple(iri for iri in (self.indicator, self.denominator, self.comparator, self.of, self.document) if iri)

    def written(self, language: str) -> str:
        """Value and unit."""
        number = (self.value.replace(".", ",") if language == "nl" else self.value).replace("-", "\u2212")
        unit = self.unit.removeprefix(PREFIXES["unit"])
        return f"{number}\u00a0{_UNITS.get(unit, {language: unit}).get(language, '')}".strip()


def query(asked: Asked) -> str:
    """The query of the rows."""
    return _QUERY.format(narrowed=narrowed(asked))


def marks(reader: Reader, asked: Asked) -> tuple[Mark, ...]:
    """The rows: targets, then figures, each by year, those without one first."""
    found = []
    for row in reader.select(query(asked)):
        one = {name: row[name].value if name in row else "" for name in _NAMES}
        year = int(row["year"].value) if "year" in row else None
        found.append(Mark(year=year, **one))
    return tuple(found)


_NAMES: Final = ("type", "value", "unit", "indicator", "denominator", "comparator", "of", "statement", "document")
