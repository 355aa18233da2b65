"""A list of statements that links narrow down: by kind, section, topic, document and so on. Every state has an address.

In come statements and what is chosen; out go the statements of a page and the links. :mod:`kg.web.documents` lists those of a
document so, and :mod:`kg.web.roles` those about a thing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode

from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.resource import names
from kg.web.coded import KINDS
from kg.web.links import local

PER_PAGE: Final = 100
_MANY: Final = 40
"""Values that are offered where there is no list of all; how many more there are is told."""
_BASES: Final = {
    "kind": POL,
    "topic": f"{ID}topic/",
    "addressee": f"{ID}agent/",
    "speaker": f"{ID}agent/",
    "document": f"{ID}document/",
}
"""What the IRIs of the usual values begin with; the rest is their slug."""
_SHOWN: Final = ("kind", "speaker", "addressee", "document", "section")


class Statement(Protocol):
    """A statement of a list."""

    @property
    def iri(self) -> str:
        """Its IRI."""

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """IRIs of its values, by the names under which a choice can be made."""


StatementT = TypeVar("StatementT", bound=Statement)


@dataclass(frozen=True)
class Choice:
    """A link that narrows what is shown, or takes that back.

    :ivar count: statements that have it and what else is chosen: those that its link lists, or that are listed
    """

    iri: str
    names: Mapping[str, str]
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True)
class Entry:
    """A statement in the list."""

    address: str
    names: Mapping[str, str]
    kind: Mapping[str, str]
    speakers: tuple[Mapping[str, str], ...]
    addressees: tuple[Mapping[str, str], ...]
    document: Mapping[str, str]
    section: str


@dataclass(frozen=True)
class Narrowed:
    """A list as a page shows it.

    :ivar choices: by name
    :ivar others: number of values by name that are not offered, as few statements have them
    :ivar entries: statements of the page
    :ivar total: statements that fit what is chosen
    :ivar pages: address of each page of the list
    :ivar labels: names by IRI of what is in the choices and entries
    """

    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    others: Mapping[str, int]
    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Narrowing:
    """How a list can be narrowed, and how it is.

    :ivar path: address of the page
    :ivar chosen: slug by name, such as ``Demand``
    :ivar orders: names under which a choice can be made, with all values in their order; none for the most frequent ones
    :ivar fixed: parameters that all addresses of the list have
    :ivar sections: what the IRIs of sections begin with
    """

    path: str
    chosen: Mapping[str, str]
    orders: Mapping[str, Sequence[str]]
    fixed: Mapping[str, str]
    sections: str = ""

    def fitting(self, statements: Iterable[StatementT], but: str = "") -> list[StatementT]:
        """Those that have all that is chosen.

        :param but: name of a choice that does not matter
        """
        wanted = {name: self._iri(name, value) for name, value in self.chosen.items() if name != but}
        return [each for each in statements if all(value in each.values.get(name, ()) for name, value in wanted.items())]

    def address(self, changed: Mapping[str, str], page: int = 1) -> str:
        """Address of the list with another choice.

        :param changed: slug by name; an empty one takes a choice back
        """
        pairs = [(name, value) for name, value in {**self.fixed, **self.chosen, **changed}.items() if value]
        pairs += [("page", str(page))] if page > 1 else []
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def page(self, reader: Reader, statements: Sequence[Statement], number: int, per_page: int = PER_PAGE) -> Narrowed:
        """A page of the list.

        :param number: page, from 1; the last one if there are not so many
        :param per_page: statements of a page
        """
        fitting = self.fitting(statements)
        last = max(1, -(-len(fitting) // per_page))
        number = min(max(1, number), last)
        shown = fitting[(number - 1) * per_page : number * per_page]
        counts = {
            name: Counter(value for each in self.fitting(statements, but=name) for value in each.values.get(name, ()))
            for name in self.orders
        }
        offered = {name: self._offered(name, counts[name], statements) for name in self.orders}
        labels = names(reader, {value for values in offered.values() for value in values} | _used(shown))
        return Narrowed(
            choices=tuple(
                (name, tuple(self._choice(name, iri, counts[name][iri], labels) for iri in offered[name])) for name in offered
            ),
            others={name: sum(1 for value in counts[name] if value not in offered[name]) for name in offered},
            entries=tuple(entry(each, labels) for each in shown),
            total=len(fitting),
            page=number,
            pages=tuple(self.address({}, page) for page in range(1, last + 1)),
            labels=labels,
        )

    def _offered(self, name: str, counts: Counter[str], statements: Iterable[Statement]) -> list[str]:
        """Values that a list has with what else is chosen, and the chosen one, to be taken back, if any statement has it."""
        values = [iri for iri in self.orders[name] or [iri for iri, _ in counts.most_common(_MANY)] if counts[iri]]
        own = self._iri(name, self.chosen[name]) if name in self.chosen else ""
        missing = own and own not in values and any(own in each.values.get(name, ()) for each in statements)
        return values + [own] * bool(missing)

    def _choice(self, name: str, iri: str, count: int, labels: Mapping[str, Mapping[str, str]]) -> Choice:
        slug = iri.removeprefix(self._base(name)) if iri.startswith(self._base(name)) else iri.removeprefix(ID)
        chosen = self.chosen.get(name) == slug
        return Choice(iri, labels.get(iri, {}), count, self.address({name: "" if chosen else slug}), chosen)

    def _iri(self, name: str, value: str) -> str:
        """IRI of what is chosen by its slug."""
        return f"{ID}{value}" if "/" in value else f"{self._base(name)}{value}"

    def _base(self, name: str) -> str:
        return self.sections if name == "section" else _BASES[name]


def all_kinds() -> tuple[str, ...]:
    """IRIs of the kinds of statements, in their order."""
    return tuple(f"{POL}{kind}" for kind in KINDS)


def entry(each: Statement, labels: Mapping[str, Mapping[str, str]]) -> Entry:
    """A statement as a list shows it."""

    def named(name: str) -> tuple[Mapping[str, str], ...]:
        return tuple(labels.get(value, {"": value}) for value in each.values.get(name, ()))

    return Entry(
        address=local(each.iri),
        names=labels.get(each.iri, {}),
        kind=next(iter(named("kind")), {}),
        speakers=named("speaker"),
        addressees=named("addressee"),
        document=next(iter(named("document")), {}),
        section=next(iter(each.values.get("section", ())), ""),
    )


def _used(statements: Iterable[Statement]) -> set[str]:
    """IRIs of statements, and of what is shown of them."""
    return {iri for each in statements for name in _SHOWN for iri in (each.iri, *each.values.get(name, ()))}
