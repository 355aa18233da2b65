"""What a page shows of a thing: names instead of IRIs, and links that stay on this site.

In comes a :class:`~kg.resource.Resource`; out goes a :class:`Thing` for the templates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kg.namespaces import BASE, ID, PREFIXES, RDF_TYPE
from kg.rdf import Term
from kg.reader import Reader
from kg.resource import LABELS, Link, Resource, names
from kg.web.links import is_web, local

_ROWS: Final = 100
"""Values of a property that a page lists."""


@dataclass(frozen=True)
class Value:
    """A value as a page shows it.

    :ivar names: by language; empty for a literal or an IRI without a name
    :ivar text: of a literal; of an IRI, the short form
    :ivar href: where it leads; empty if nowhere
    """

    names: dict[str, str]
    text: str
    language: str = ""
    href: str = ""
    external: bool = False


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


@dataclass(frozen=True)
class Thing:
    """A thing as a page shows it.

    :ivar properties: of the thing itself
    :ivar parts: of its parts, such as the passage of a statement, by fragment
    :ivar backlinks: the things that point at it, by property
    """

    iri: str
    names: dict[str, str]
    types: tuple[Value, ...]
    properties: tuple[Property, ...]
    parts: tuple[tuple[str, tuple[Property, ...]], ...]
    backlinks: tuple[Property, ...]
    cut: bool

    @property
    def title(self) -> str:
        """Its name in English, or in whatever language it has one, or the end of its IRI."""
        return self.names.get("en") or next(iter(self.names.values()), "") or self.iri.removeprefix(BASE)

    @classmethod
    def of(cls, reader: Reader, resource: Resource) -> "Thing":
        """What there is to show of a thing."""
        own = {part: resource.links(part) for part in resource.parts}
        back = resource.backlinks()
        shown = [link for links in own.values() for link in _first(links)] + list(_first(back))
        iris = {link.thing.value for link in shown if link.thing.kind == "iri"}
        iris |= {link.property for link in (*back, *(link for links in own.values() for link in links))}
        labels = names(reader, {*iris, *resource.types, resource.iri})
        parts = {part: _grouped(links, labels) for part, links in own.items()}
        return cls(
            iri=resource.iri,
            names=labels.get(resource.iri, {}),
            types=tuple(_value(Term("iri", iri), labels) for iri in resource.types),
            properties=parts.pop(resource.iri, ()),
            parts=tuple((part.removeprefix(resource.iri).lstrip("#"), properties) for part, properties in parts.items()),
            backlinks=_grouped(back, labels),
            cut=resource.cut,
        )


def short(iri: str) -> str:
    """An IRI with its prefix, where it has one that fits, and the rest is one name; of a part of a thing the name of the part."""
    if iri.startswith(ID) and "#" in iri:
        return iri.rpartition("#")[2]
    best = max((item for item in PREFIXES.items() if iri.startswith(item[1])), key=lambda item: len(item[1]), default=None)
    rest = iri.removeprefix(best[1]) if best else ""
    return f"{best[0]}:{rest}" if best and rest and "/" not in rest and "#" not in rest else iri


def _first(links: Iterable[Link]) -> Iterable[Link]:
    """The links that a page lists: the first ones of each property."""
    count: dict[str, int] = {}
    for link in links:
        count[link.property] = count.get(link.property, 0) + 1
        if count[link.property] <= _ROWS:
            yield link


def _grouped(links: Iterable[Link], labels: dict[str, dict[str, str]]) -> tuple[Property, ...]:
    """Properties in the order of their links, asserted ones first; names stand above the table, classes beside them."""
    groups: dict[tuple[str, bool], list[Link]] = {}
    for link in links:
        if link.property != RDF_TYPE and link.property not in LABELS[:2]:
            groups.setdefault((link.property, link.inferred), []).append(link)
    return tuple(
        Property(
            iri=iri,
            names=labels.get(iri, {}),
            text=short(iri),
            href=local(iri) if is_web(iri) else "",
            inferred=inferred,
            values=tuple(_value(link.thing, labels) for link in group[:_ROWS]),
            total=len(group),
        )
        for (iri, inferred), group in groups.items()
    )


def _value(term: Term, labels: dict[str, dict[str, str]]) -> Value:
    if term.kind != "iri":
        return Value({}, term.value, term.language)
    iri = term.value
    return Value(labels.get(iri, {}), short(iri), href=local(iri) if is_web(iri) else "", external=not iri.startswith(BASE))
