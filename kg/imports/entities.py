"""Which entity of ours a cell names.

In: the release. Out: the IRI of an entity, or why there is none. Next: :mod:`kg.imports.cube`. The schemes are those by which tables of
others name countries, parties and organisations; the links come from ``graph/links``.
"""

from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Final

from kg.mappings.words import did_you_mean, shortened
from kg.namespaces import ID
from kg.reader import Reader

COLLECTIONS: Final = ("agent", "event", "group", "indicator", "instrument", "place", "publication", "topic")
"""Collections of entities: the first part of an IRI below ``id/``."""

SCHEMES: Final = ("iso3166-alpha-2", "iso3166-alpha-3", "m49", "wikidata", "label", "slug", "link")
"""How a cell can name an entity: codes of ISO 3166-1, the UN's M49 code, Wikidata item, label in nl or en, our slug, or the IRI of an
exact match."""

_WIKIDATA: Final = "http://www.wikidata.org/entity/"
_M49: Final = "http://metadata.un.org/sdg/codes/geoArea/"

_QUERY: Final = """
SELECT DISTINCT ?entity ?key ?kind WHERE {{
  ?entity skos:prefLabel ?any .
  FILTER(STRSTARTS(STR(?entity), "{base}"))
  {{ ?entity skos:prefLabel|skos:altLabel ?key BIND("label" AS ?kind) }}
  UNION {{ ?entity skos:exactMatch ?key BIND("link" AS ?kind) }}
  UNION {{ ?entity pol:iso3166 ?key BIND("iso3166-alpha-2" AS ?kind) }}
}}"""


class UnmatchedError(ValueError):
    """A cell that names no entity of the graph; the message says so, with the nearest names."""


class AmbiguousError(ValueError):
    """A cell that names several."""


@cache
def alpha_3() -> dict[str, str]:
    """Alpha-2 codes of ISO 3166-1 by their alpha-3 codes."""
    lines = (files("kg.imports") / "iso3166.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    return {three: two for two, three in rows}


class Entities:
    """The entities of a collection, by what names them."""

    def __init__(self, reader: Reader, collection: str) -> None:
        """Read their labels, links and codes from the release."""
        self.base = f"{ID}{collection}/"
        self.collection = collection
        self._by_key: dict[str, dict[str, set[str]]] = {scheme: defaultdict(set) for scheme in SCHEMES}
        for row in reader.select(_QUERY.format(base=self.base)):
            iri, key = row["entity"].value, row["key"].value
            self._by_key["slug"][iri.removeprefix(self.base)].add(iri)
            self._by_key[row["kind"].value][_normal(key, row["kind"].value)].add(iri)
            if key.startswith(_WIKIDATA):
                self._by_key["wikidata"][key.removeprefix(_WIKIDATA)].add(iri)
            if key.startswith(_M49):
                self._by_key["m49"][key.removeprefix(_M49)].add(iri)
        for three, two in alpha_3().items():
            if two in self._by_key["iso3166-alpha-2"]:
                self._by_key["iso3166-alpha-3"][three] = self._by_key["iso3166-alpha-2"][two]

    def find(self, text: str, scheme: str) -> str:
        """IRI of the entity that ``text`` names.

        :param scheme: one of :data:`SCHEMES`
        :raises UnmatchedError: if there is none
        :raises AmbiguousError: if there are several
        """
        known = self._by_key[scheme]
        found = known.get(_normal(text, scheme), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            slugs = ", ".join(sorted(iri.removeprefix(self.base) for iri in found))
            raise AmbiguousError(f'"{shortened(text)}" names several entities: {slugs}; name them by `entity: slug`')
        if scheme == "iso3166-alpha-3" and _normal(text, scheme) in alpha_3():
            raise UnmatchedError(f'"{shortened(text)}" is a country of which the graph does not speak')
        wrong = (
            "no code of ISO 3166-1" if scheme == "iso3166-alpha-3" else f"not the {scheme} of any {self.collection} in the graph"
        )
        raise UnmatchedError(f'"{shortened(text)}" is {wrong}{did_you_mean(_normal(text, scheme), known)}')


def _normal(text: str, scheme: str) -> str:
    """A key in the form in which it is looked up."""
    if scheme == "label":
        return " ".join(text.casefold().split())
    if scheme.startswith("iso3166"):
        return text.upper()
    if scheme == "m49":
        return text.zfill(3)
    return text.removeprefix(_WIKIDATA) if scheme == "wikidata" else text
