"""What a page shows of a thing: names instead of IRIs, and links that stay on this site.

In comes a :class:`~kg.resource.Resource`; out goes a :class:`Thing` for the templates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from kg.fragment import passage_link
from kg.namespaces import BASE, ID, PREFIXES, RDF_TYPE
from kg.rdf import Term
from kg.reader import Reader
from kg.resource import LABELS, Link, Resource, names
from kg.web.figures import literal
from kg.web.language import texts
from kg.web.links import is_web, local, outside_name

_ROWS: Final = 100
"""Values of a property that a page lists."""
_NAMES: Final = frozenset({"skos:altLabel", "skos:hiddenLabel"})
_ORDER: Final = [
    "skos:definition",
    "dcterms:description",
    "skos:scopeNote",
    "skos:altLabel",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "rdfs:domain",
    "rdfs:range",
    "pol:speaker",
    "pol:reportedBy",
    "pol:addressee",
    "pol:addresseeExplicit",
    "pol:action",
    "pol:object",
    "pol:stance",
    "pol:polarity",
    "pol:responseValue",
    "pol:respondsTo",
    "pol:indicator",
    "pol:comparator",
    "pol:value",
    "pol:unit",
    "pol:denominator",
    "pol:baseline",
    "pol:baselineYear",
    "pol:deadline",
    "pol:deadlineExplicit",
    "pol:year",
    "pol:of",
    "pol:target",
    "pol:figure",
    "pol:condition",
    "pol:exception",
    "pol:beneficiary",
    "pol:affected",
    "pol:place",
    "pol:topic",
    "pol:frame",
    "pol:cites",
    "pol:mentions",
    "pol:supports",
    "pol:narrows",
    "pol:repeats",
    "pol:agreesWith",
    "pol:contrastsWith",
    "dcterms:title",
    "dcterms:creator",
    "dcterms:date",
    "dcterms:issued",
    "foaf:page",
    "foaf:homepage",
]
"""Properties in the order of a page; the others follow by name."""


@dataclass(frozen=True)
class Value:
    """A value as a page shows it.

    :ivar names: by language; empty for a literal or an IRI without a name
    :ivar text: of a literal; of an IRI, the short form
    :ivar href: where it leads; empty if nowhere
    :ivar part: fragment of a part of the thing, which has its properties with it
    """

    names: dict[str, str]
    text: str
    language: str = ""
    href: str = ""
    external: bool = False
    part: str = ""
    properties: tuple["Property", ...] = ()
    iri: str = ""


@dataclass(frozen=True)
class Property:
    """A property with its values.

    :ivar total: number of values, of which :attr:`values` has the first
    """

    iri: str
    names: dict[str, str]
    text: str
    href: str
    inferred: bool
    values: tuple[Value, ...]
    total: int

    def in_language(self, language: str) -> tuple[Value, ...]:
        """Its values without the translations of what there is in a language; names are no translations of each other."""
        if self.text in _NAMES or all(value.language != language for value in self.values):
            return self.values
        return tuple(value for value in self.values if value.language in {"", language})


@dataclass(frozen=True)
class Thing:
    """A thing as a page shows it.

    :ivar properties: of the thing itself; a value that is a part of the thing has its properties with it
    :ivar backlinks: the things that point at it, by property
    """

    iri: str
    names: dict[str, str]
    types: tuple[Value, ...]
    properties: tuple[Property, ...]
    backlinks: tuple[Property, ...]
    cut: bool

    @property
    def own_types(self) -> tuple[Value, ...]:
        """Its classes in the ontology, without those of other vocabularies, which follow from them."""
        return tuple(each for each in self.types if each.text.startswith("pol:"))

    @property
    def title(self) -> str:
        """Its name in English, or in whatever language it has one, or the end of its IRI."""
        return self.names.get("en") or next(iter(self.names.values()), "") or self.iri.removeprefix(BASE)

    def of(self, *properties: str) -> tuple[Property, ...]:
        """Its asserted properties with these short names, in this order."""
        found = {each.text: each for each in self.properties if not each.inferred}
        return tuple(found[each] for each in properties if each in found)

    def first(self, short_name: str) -> Value | None:
        """First value of a property."""
        return next((each.values[0] for each in self.of(short_name)), None)

    def others(self, *properties: str) -> tuple[Property, ...]:
        """Its asserted properties but these."""
        return tuple(each for each in self.properties if not each.inferred and each.text not in properties)


@dataclass(frozen=True)
class Passage:
    """Where a statement stands in its document.

    :ivar first: character of the normalised text with which it begins, from 0, as selectors and citations count
    :ivar last: character behind its last one
    :ivar link: to the words in the page; empty where it cannot be linked
    """

    part: str
    document: Value
    start: str
    end: str
    first: int
    last: int
    link: str


def passages_of(reader: Reader, view: Thing) -> tuple[Passage, ...]:
    """The passages of a statement."""
    found = []
    for value in (each for group in view.of("pol:passage") for each in group.values):
        own = {each.text: each.values[0] for each in value.properties}
        place = {each.text: each.values[0].text for each in own["oa:hasSelector"].properties}
        document = own["oa:hasSource"]
        start, end = own["pol:startAnchor"].text, own["pol:endAnchor"].text
        page = next((term.value for term in reader.objects(document.iri, f"{PREFIXES['foaf']}page")), "")
        link = passage_link(page, start, end)
        found.append(Passage(value.part, document, start, end, int(place["oa:start"]), int(place["oa:end"]), link))
    return tuple(found)


def view_of(reader: Reader, resource: Resource) -> Thing:
    """What there is to show of a thing."""
    own = {part: resource.links(part) for part in resource.parts}
    back = resource.backlinks()
    shown = [link for links in own.values() for link in _first(links)] + list(_first(back))
    iris = {link.thing.value for link in shown if link.thing.kind == "iri"}
    iris |= {link.property for link in (*back, *(link for links in own.values() for link in links))}
    view = _View(resource.iri, own, names(reader, {*iris, *resource.types, resource.iri}))
    return Thing(
        iri=resource.iri,
        names=view.labels.get(resource.iri, {}),
        types=tuple(view.value(Term("iri", iri)) for iri in resource.types),
        properties=view.properties(resource.iri),
        backlinks=view.grouped(back),
        cut=resource.cut,
    )


def short(iri: str) -> str:
    """An IRI with its prefix, where it has one that fits, and the rest is one name; of a part of a thing the name of the part."""
    if iri.startswith(ID) and "#" in iri:
        return iri.rpartition("#")[2]
    best = max((item for item in PREFIXES.items() if iri.startswith(item[1])), key=lambda item: len(item[1]), default=None)
    rest = iri.removeprefix(best[1]) if best else ""
    return f"{best[0]}:{rest}" if best and rest and "/" not in rest and "#" not in rest else iri


@dataclass(frozen=True)
class _View:
    """What the values of a thing are shown with.

    :ivar own: the links of the thing and of its parts
    :ivar labels: names by IRI and language
    """

    iri: str
    own: dict[str, tuple[Link, ...]]
    labels: dict[str, dict[str, str]]

    def properties(self, subject: str) -> tuple[Property, ...]:
        """Properties of the thing or of one of its parts."""
        return self.grouped(self.own.get(subject, ()))

    def grouped(self, links: Iterable[Link]) -> tuple[Property, ...]:
        """Properties with their values; names stand above the table, classes beside them."""
        groups: dict[tuple[str, bool], list[Link]] = {}
        for link in links:
            if link.property != RDF_TYPE and link.property not in LABELS[:2]:
                groups.setdefault((link.property, link.inferred), []).append(link)
        found = [self._property(iri, group, inferred=inferred) for (iri, inferred), group in groups.items()]
        return tuple(sorted(found, key=lambda each: (each.inferred, _place(each.text), each.text)))

    def value(self, term: Term) -> Value:
        """A value."""
        if term.kind != "iri":
            return Value(literal(term), term.value, term.language)
        iri = term.value
        part = iri.rpartition("#")[2] if iri in self.own and iri != self.iri else ""
        return Value(
            names=self.labels.get(iri) or dict(texts().get(f"class.{short(iri)}", {})),
            text=outside_name(iri) or short(iri),
            href=local(iri) if is_web(iri) else "",
            external=local(iri) == iri,
            iri=iri,
            part=part,
            properties=tuple(each for each in self.properties(iri) if not each.inferred) if part else (),
        )

    def _property(self, iri: str, group: list[Link], *, inferred: bool) -> Property:
        text = short(iri)
        return Property(
            iri=iri,
            names=self.labels.get(iri) or dict(texts().get(f"property.{text}", {})),
            text=text,
            href=local(iri) if is_web(iri) else "",
            inferred=inferred,
            values=tuple(
                _spoken(self.value(link.thing)) if text == "dcterms:language" else self.value(link.thing)
                for link in group[:_ROWS]
            ),
            total=len(group),
        )


def _spoken(value: Value) -> Value:
    """A language with its name, where it is one of those of the pages."""
    return replace(value, names=dict(texts().get(f"value.{value.text}", {})))


def _place(text: str) -> int:
    return _ORDER.index(text) if text in _ORDER else len(_ORDER)


def _first(links: Iterable[Link]) -> Iterable[Link]:
    """The links that a page lists: the first ones of each property."""
    count: dict[str, int] = {}
    for link in links:
        count[link.property] = count.get(link.property, 0) + 1
        if count[link.property] <= _ROWS:
            yield link
