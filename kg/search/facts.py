"""What can be told of an entity beside its names: for tables that want to know more, and to tell namesakes apart.

In come a register and the store of its release; out go values for the data extension and the property values of
:mod:`kg.web.reconcile`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kg.namespaces import POL, PREFIXES, SKOS
from kg.reader import Reader
from kg.search.matching import Matcher
from kg.search.names import normalised
from kg.search.register import Entity, read_register

_LEAST_WEIGHT: Final = 0.985
"""Labels and further names of ours weigh more; what other datasets say is not ours to tell."""
WIKIDATA: Final = "http://www.wikidata.org/entity/"
EUROVOC: Final = "http://eurovoc.europa.eu/"

Value = str | int | Entity


@dataclass(frozen=True)
class Property:
    """A property of entities.

    :ivar name: in English, and in Dutch
    :ivar types: ids of the types whose entities have it; all if empty
    :ivar identifies: whether two entities never share a value
    :ivar counts: whether its value is a number that takes a query
    """

    id: str
    name: dict[str, str]
    values: Callable[["Facts", Entity], list[Value]]
    types: tuple[str, ...] = ()
    identifies: bool = False
    counts: bool = False


class Facts:
    """The register of a release with its store. Its methods may be called from several threads at a time."""

    def __init__(self, reader: Reader) -> None:
        """Read the entities."""
        self.reader = reader
        self.register = read_register(reader)
        self.matcher = Matcher(self.register)
        self.values_of = lru_cache(maxsize=50_000)(self._values_of)
        self.having = lru_cache(maxsize=len(PROPERTIES))(self._having)

    def related(self, entity: Entity, predicate: str) -> list[Value]:
        """The entities that a property of an entity has, in the order of their IRIs."""
        terms = self.reader.objects(entity.iri, predicate)
        return [found for term in terms if (found := self.register.entity(term.value)) is not None]

    def texts(self, entity: Entity, predicate: str) -> list[Value]:
        """The texts and addresses that a property of an entity has."""
        return [term.value for term in self.reader.objects(entity.iri, predicate)]

    def count(self, pattern: str) -> list[Value]:
        """Number of statements ``?s`` that fit a pattern."""
        rows = self.reader.select(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {pattern} }}")
        return [int(rows[0]["n"].value)]

    def _values_of(self, entity_id: str, property_id: str) -> tuple[Value, ...]:
        """Values of a property of an entity. As an attribute ``values_of``, which remembers."""
        return tuple(PROPERTIES[property_id].values(self, self.register.entities[entity_id]))

    def _having(self, property_id: str) -> dict[str, list[Entity]]:
        """Entities by the values of a property as :func:`comparable` has them. As an attribute ``having``, which remembers."""
        found: dict[str, list[Entity]] = defaultdict(list)
        for entity in self.register.entities.values():
            for value in comparable(PROPERTIES[property_id].values(self, entity)):
                found[value].append(entity)
        return dict(found)


def comparable(values: Iterable[Value]) -> set[str]:
    """Values as they are compared: of an entity its id, IRI and names, of an address also its last part."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, Entity):
            found |= {value.id, value.iri, *(normalised(name.text) for name in value.names)}
        else:
            text = str(value).strip()
            found |= {text, normalised(text)} if "://" not in text else {text, text.rstrip("/").rpartition("/")[2]}
    return found - {""}


def _linked(beginning: str) -> Callable[[Facts, Entity], list[Value]]:
    return lambda _, entity: [iri.removeprefix(beginning) for iri in entity.identifiers if iri.startswith(beginning)]


def _pol(name: str) -> Callable[[Facts, Entity], list[Value]]:
    return lambda facts, entity: facts.related(entity, f"{POL}{name}")


def _skos(name: str) -> Callable[[Facts, Entity], list[Value]]:
    return lambda facts, entity: facts.related(entity, f"{SKOS}{name}")


def _statements(pattern: str) -> Callable[[Facts, Entity], list[Value]]:
    return lambda facts, entity: facts.count(pattern.replace("<>", f"<{entity.iri}>"))


def _narrower(facts: Facts, entity: Entity) -> list[Value]:
    rows = facts.reader.select(f"SELECT DISTINCT ?t {{ ?t skos:broader <{entity.iri}> }} ORDER BY ?t")
    return [found for row in rows if (found := facts.register.entity(row["t"].value)) is not None]


def _label(language: str) -> Callable[[Facts, Entity], list[Value]]:
    return lambda _, entity: [entity.labels[language]] if language in entity.labels else []


def _definition(language: str) -> Callable[[Facts, Entity], list[Value]]:
    return lambda _, entity: [entity.definitions[language]] if language in entity.definitions else []


def _other_names(_: Facts, entity: Entity) -> list[Value]:
    return [name.text for name in entity.names if name.text not in entity.labels.values() and name.weight > _LEAST_WEIGHT]


PROPERTIES: Final[dict[str, Property]] = {
    found.id: found
    for found in (
        Property("label-en", {"en": "label in English", "nl": "label in het Engels"}, _label("en")),
        Property("label-nl", {"en": "label in Dutch", "nl": "label in het Nederlands"}, _label("nl")),
        Property("other-names", {"en": "other names", "nl": "andere namen"}, _other_names),
        Property("type", {"en": "type", "nl": "type"}, lambda _, entity: list(entity.types)),
        Property("definition-en", {"en": "definition in English", "nl": "definitie in het Engels"}, _definition("en")),
        Property("definition-nl", {"en": "definition in Dutch", "nl": "definitie in het Nederlands"}, _definition("nl")),
        Property("iri", {"en": "IRI", "nl": "IRI"}, lambda _, entity: [entity.iri], identifies=True),
        Property(
            "iso3166", {"en": "ISO 3166 code", "nl": "ISO 3166-code"}, lambda _, e: list(e.iso3166), ("State",), identifies=True
        ),
        Property("wikidata", {"en": "Wikidata item", "nl": "Wikidata-item"}, _linked(WIKIDATA), identifies=True),
        Property("eurovoc", {"en": "EuroVoc concept", "nl": "EuroVoc-begrip"}, _linked(EUROVOC), identifies=True),
        Property(
            "links", {"en": "same thing elsewhere", "nl": "zelfde elders"}, lambda _, e: list(e.identifiers), identifies=True
        ),
        Property("homepage", {"en": "home page", "nl": "website"}, lambda f, e: f.texts(e, f"{PREFIXES['foaf']}homepage")),
        Property("country", {"en": "country", "nl": "land"}, _pol("country"), ("Agent", "Place", "Instrument", "Group")),
        Property("part-of", {"en": "part of", "nl": "deel van"}, _pol("partOf"), ("Agent", "Place", "Instrument")),
        Property("member-of", {"en": "member of", "nl": "lid van"}, _pol("memberOf"), ("Agent", "Group")),
        Property("party", {"en": "party to it", "nl": "verdragspartij"}, _pol("party"), ("Instrument",)),
        Property("broader", {"en": "broader topic", "nl": "breder onderwerp"}, _skos("broader"), ("Topic",)),
        Property("narrower", {"en": "narrower topic", "nl": "smaller onderwerp"}, _narrower, ("Topic",)),
        Property(
            "statements-by",
            {"en": "number of statements by it", "nl": "aantal uitspraken ervan"},
            _statements("?s pol:speaker <>"),
            ("Agent",),
            counts=True,
        ),
        Property(
            "statements-to",
            {"en": "number of statements to it", "nl": "aantal uitspraken eraan"},
            _statements("?s pol:addressee <>"),
            ("Agent",),
            counts=True,
        ),
        Property(
            "statements-about",
            {"en": "number of statements that mention it or are on it", "nl": "aantal uitspraken die het noemen of erover gaan"},
            _statements("{ ?s pol:mentions <> } UNION { ?s pol:topic <> } ?s pol:statedIn ?document"),
            counts=True,
        ),
    )
}
"""By id, in the order in which they are proposed."""


def properties_of(register_types: Iterable[str]) -> list[Property]:
    """The properties that entities of any of these types have; all if there are none."""
    types = set(register_types)
    return [found for found in PROPERTIES.values() if not types or not found.types or not types.isdisjoint(found.types)]


@lru_cache(maxsize=2)
def facts_of(reader: Reader) -> Facts:
    """The entities of a release, read on first use; those of the last two releases are kept."""
    return Facts(reader)
