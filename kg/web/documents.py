"""The page of a document: its outline, a strip of what stands where, and its statements in the order of the text.

In comes the address of a document with what is chosen (``kind``, ``topic``, ``addressee``, ``section``, ``page``); out goes what the
template shows. Every choice is a link, so every state has an address.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.errors import Span
from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.resource import names
from kg.web.coded import KINDS, Coded, coded, covered
from kg.web.links import local

CHOICES: Final = ("kind", "section", "topic", "addressee")
PER_PAGE: Final = 100
WIDTH: Final = 1000
"""Units of the strip for the whole text."""
_MANY: Final = 12
"""Topics and addressees that are offered."""


@dataclass(frozen=True)
class Choice:
    """A link that narrows what is shown, or takes that back.

    :ivar count: statements that have it, whatever else is chosen
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
    start: int
    section: str


@dataclass(frozen=True)
class Strip:
    """Where in the text the statements of a kind stand: a path of ticks in a box of :data:`WIDTH` by 10."""

    kind: str
    names: Mapping[str, str]
    path: str
    count: int


@dataclass(frozen=True)
class DocumentView:
    """What the page of a document shows beside its properties.

    :ivar cover: path of what statements are about, in the same box as the strips
    :ivar covered: share of the text that this is, from 0 to 1
    :ivar entries: statements of the page, in the order of the text
    :ivar total: statements that fit what is chosen
    :ivar pages: address of each page of the list
    """

    strips: tuple[Strip, ...]
    cover: str
    covered: float
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    sections: Mapping[str, Mapping[str, str]]
    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: tuple[str, ...]


def document_view(reader: Reader, iri: str, path: str, chosen: Mapping[str, str], number: int, characters: int) -> DocumentView:
    """What there is to show of a document.

    :param path: address of the page
    :param chosen: what is chosen, by name of :data:`CHOICES`; a slug, or ``Demand``
    :param number: page of the list, from 1
    :param characters: length of the text
    """
    statements, outline = coded(reader, iri)
    wanted = {name: _iri(name, value, iri) for name, value in chosen.items()}
    fitting = [each for each in statements if all(value in each.values[name] for name, value in wanted.items())]
    last = max(1, -(-len(fitting) // PER_PAGE))
    number = min(max(1, number), last)
    shown = fitting[(number - 1) * PER_PAGE : number * PER_PAGE]

    def address(changed: Mapping[str, str], page: int = 1) -> str:
        pairs = [(name, value) for name, value in {**chosen, **changed}.items() if value]
        pairs += [("page", str(page))] if page > 1 else []
        return f"{path}?{urlencode(pairs)}" if pairs else path

    counts = {name: Counter(value for each in statements for value in each.values[name]) for name in CHOICES}
    order: dict[str, list[str]] = {
        "kind": [f"{POL}{kind}" for kind in KINDS],
        "section": list(outline),
        **{name: [value for value, _ in counts[name].most_common(_MANY)] for name in ("topic", "addressee")},
    }
    for name, value in wanted.items():
        if value not in order[name]:
            order[name].append(value)
    used = {value for values in order.values() for value in values}
    used |= {value for each in shown for found in each.values.values() for value in found} | {each.iri for each in shown}
    labels = names(reader, used)
    choices = tuple(
        (
            name,
            tuple(
                Choice(
                    value,
                    labels.get(value, {}),
                    counts[name][value],
                    address({name: "" if wanted.get(name) == value else _slug(name, value)}),
                    wanted.get(name) == value,
                )
                for value in order[name]
                if counts[name][value]
            ),
        )
        for name in CHOICES
    )
    cover = covered(statements)
    return DocumentView(
        strips=_strips(fitting, characters, labels),
        cover=_cover(cover, characters),
        covered=sum(span.end - span.start for span in cover) / max(1, characters),
        choices=choices,
        sections=labels,
        entries=tuple(_entry(each, labels) for each in shown),
        total=len(fitting),
        page=number,
        pages=tuple(address({}, page) for page in range(1, last + 1)),
    )


def _strips(statements: Sequence[Coded], characters: int, labels: Mapping[str, Mapping[str, str]]) -> tuple[Strip, ...]:
    """A tick for each statement, at the place in the text where it begins."""
    strips = []
    for kind in KINDS:
        own = [each for each in statements if f"{POL}{kind}" in each.values["kind"]]
        places = sorted({each.start * WIDTH // max(1, characters) for each in own})
        if own:
            path = "".join(f"M{place} 0v10" for place in places)
            strips.append(Strip(kind, labels.get(f"{POL}{kind}", {}), path, len(own)))
    return tuple(strips)


def _cover(spans: Iterable[Span], characters: int) -> str:
    """Bars where statements are about the text; two that no pixel would part are one."""
    bars: list[list[int]] = []
    for span in spans:
        first, last = (place * WIDTH // max(1, characters) for place in (span.start, span.end))
        if bars and first <= bars[-1][1]:
            bars[-1][1] = last
        else:
            bars.append([first, last])
    return "".join(f"M{first} 0h{max(1, last - first)}v10h-{max(1, last - first)}z" for first, last in bars)


def _entry(each: Coded, labels: Mapping[str, Mapping[str, str]]) -> Entry:
    def named(name: str) -> tuple[Mapping[str, str], ...]:
        return tuple(labels.get(value, {"": value}) for value in each.values[name])

    section = next(iter(each.values["section"]), "")
    return Entry(
        local(each.iri), labels.get(each.iri, {}), named("kind")[0], named("speaker"), named("addressee"), each.start, section
    )


def _iri(name: str, value: str, document: str) -> str:
    """IRI of what is chosen by its slug."""
    if name == "kind":
        return f"{POL}{value}"
    if name == "section":
        return f"{ID}section/{document.rpartition('/')[2]}/{value}"
    return f"{ID}{value}" if "/" in value else f"{ID}{'topic' if name == 'topic' else 'agent'}/{value}"


def _slug(name: str, iri: str) -> str:
    if name == "kind":
        return iri.removeprefix(POL)
    path = iri.removeprefix(ID)
    collection, _, slug = path.partition("/")
    usual = {"section": "section", "topic": "topic", "addressee": "agent"}[name]
    return (slug.rpartition("/")[2] if name == "section" else slug) if collection == usual else path
