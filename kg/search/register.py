"""The entities and topics of a release with all their names, types and identifiers, in memory.

In comes a release, read with :mod:`kg.reader`; out goes a :class:`Register` for :mod:`kg.search.matching`. Beside its own labels, an
entity has the labels that it has in the datasets to which it is linked as the same (``links.sssom.tsv`` of the release).
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kg.namespaces import ID, POL, PREFIXES
from kg.reader import Reader
from kg.search.names import split_brackets

COLLECTIONS: Final = ("agent", "place", "instrument", "topic", "document", "group", "event", "publication", "indicator")
"""What can be reconciled; of two with one name, that of the earlier collection comes first."""
_TOPIC: Final = "Topic"
_TOPIC_LABELS: Final = {"en": "topic", "nl": "onderwerp"}
_PROPOSED: Final = frozenset({"proposed", "voorstel"})
_UNCERTAIN: Final = 0.76
"""Weight of a name without the bracket that tells it from another one: found first, but no match."""
_EXACT: Final = "skos:exactMatch"
_LABELS: Final = (
    "SELECT ?s ?p ?o { VALUES ?p { skos:prefLabel skos:altLabel skos:definition pol:iso3166 skos:exactMatch } ?s ?p ?o }"
)
_TITLES: Final = "SELECT ?s ?o { ?s a pol:Document ; dcterms:title ?o }"
_TYPES: Final = "SELECT DISTINCT ?s ?c { ?s skos:prefLabel ?label ; a ?c }"
_CLASSES: Final = (
    "SELECT DISTINCT ?c ?label ?broader { ?c a owl:Class ; rdfs:label ?label OPTIONAL { ?c rdfs:subClassOf ?broader } }"
)


@dataclass(frozen=True)
class Name:
    """One name of an entity.

    :ivar weight: 1 for its label, less for others
    """

    text: str
    weight: float


@dataclass(frozen=True)
class Entity:
    """An entity or a topic.

    :ivar id: its IRI without ``https://w3id.org/policy-kg/id/``
    :ivar labels: by language
    :ivar types: ids of its types, narrowest first
    :ivar identifiers: IRIs of the same thing elsewhere, and its ISO code
    """

    id: str
    labels: dict[str, str]
    names: tuple[Name, ...]
    definitions: dict[str, str]
    types: tuple[str, ...]
    identifiers: tuple[str, ...]
    iso3166: tuple[str, ...]

    @property
    def iri(self) -> str:
        """Its IRI."""
        return f"{ID}{self.id}"

    @property
    def collection(self) -> str:
        """The first part of its id."""
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        """Its label in English."""
        return self.labels.get("en") or next(iter(self.labels.values()))

    @property
    def description(self) -> str:
        """What it is, for who has to choose: the label in Dutch, and the definition."""
        dutch = self.labels.get("nl", "")
        parts = [dutch if dutch != self.name else "", self.definitions.get("en") or self.definitions.get("nl", "")]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True)
class Type:
    """A type of entities."""

    id: str
    labels: dict[str, str]
    broader: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """All entities and types.

    :ivar entities: by id, in the order of :data:`COLLECTIONS` and of their ids
    :ivar types: by id
    """

    entities: dict[str, Entity]
    types: dict[str, Type] = field(default_factory=dict)

    def type_of(self, written: str) -> str:
        """Id of a type, however its case, or as an IRI; empty if there is none."""
        small = written.strip().removeprefix(POL).lower()
        return next((name for name in self.types if name.lower() == small), "")

    def entity(self, written: str) -> Entity | None:
        """Entity with an id, or an IRI."""
        return self.entities.get(written.strip().removeprefix(ID))


def read_register(reader: Reader) -> Register:
    """Read the entities of a release."""
    classes = _classes(reader)
    types: dict[str, list[str]] = defaultdict(list)
    for row in reader.select(_TYPES):
        name = row["c"].value.removeprefix(POL)
        if row["c"].value.startswith(POL) and name in classes:
            types[row["s"].value].append(name)
    values: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in reader.select(_LABELS):
        values[row["s"].value][row["p"].value.rpartition("/")[2].rpartition("#")[2]].append((row["o"].language, row["o"].value))
    for row in reader.select(_TITLES):
        values[row["s"].value]["title"].append((row["o"].language, row["o"].value))
    elsewhere = _names_elsewhere(reader)
    entities = {}
    for collection in COLLECTIONS:
        for iri in sorted(iri for iri in values if iri.startswith(f"{ID}{collection}/") and values[iri]["prefLabel"]):
            kinds = [_TOPIC] if collection == "topic" else _narrowest_first(types[iri], classes)
            entities[iri.removeprefix(ID)] = _entity(iri, values[iri], kinds, elsewhere.get(iri, []))
    used = {name for entity in entities.values() for name in entity.types}
    return Register(entities, {name: found for name, found in classes.items() if name in used})


def _entity(iri: str, values: dict[str, list[tuple[str, str]]], types: list[str], elsewhere: list[str]) -> Entity:
    labels = dict(sorted(values["prefLabel"]))
    names: dict[str, Name] = {}
    for weight, texts in (
        (1.0, [text for _, text in sorted(values["prefLabel"])]),
        (0.99, [text for _, text in sorted([*values["altLabel"], *values["title"]])]),
        (0.98, sorted(elsewhere)),
    ):
        for text in texts:
            names.setdefault(text, Name(text, weight))
    for text in list(names):
        rest, inside = split_brackets(text)
        if rest and inside:
            proposed = all(part in _PROPOSED for part in inside)
            names.setdefault(rest, Name(rest, 0.98 if proposed else _UNCERTAIN))
    definitions = dict(sorted(values["definition"]))
    links = tuple(sorted(value for _, value in values["exactMatch"]))
    iso = tuple(sorted(value for _, value in values["iso3166"]))
    return Entity(iri.removeprefix(ID), labels, tuple(names.values()), definitions, tuple(types), links, iso)


def _classes(reader: Reader) -> dict[str, Type]:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    broader: dict[str, set[str]] = defaultdict(set)
    for row in reader.select(_CLASSES):
        name = row["c"].value.removeprefix(POL)
        if row["c"].value.startswith(POL):
            labels[name][row["label"].language] = row["label"].value
            if "broader" in row and row["broader"].value.startswith(POL):
                broader[name].add(row["broader"].value.removeprefix(POL))
    found = {name: Type(name, labels[name], tuple(sorted(broader[name]))) for name in sorted(labels)}
    return found | {_TOPIC: Type(_TOPIC, _TOPIC_LABELS)}


def _narrowest_first(types: list[str], classes: dict[str, Type]) -> list[str]:
    return sorted(set(types), key=lambda name: (-len(classes[name].broader), name))


def _names_elsewhere(reader: Reader) -> dict[str, list[str]]:
    """Labels of the things to which entities are linked as the same, by the entity's IRI."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in _links(reader):
        prefix, _, name = row["subject_id"].partition(":")
        if row["predicate_id"] == _EXACT and prefix in PREFIXES and row["object_label"]:
            found[f"{PREFIXES[prefix]}{name}"].append(row["object_label"])
    return found


def _links(reader: Reader) -> Iterator[dict[str, str]]:
    path = reader.release.path / "dumps" / "links.sssom.tsv"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            lines = (line for line in file if not line.startswith("#"))
            yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
