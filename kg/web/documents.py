"""The page of a document: its outline, a strip of what stands where, and its statements in the order of the text.

In comes the address of a document with what is chosen (``kind``, ``topic``, ``addressee``, ``section``, ``page``); out goes what the
template shows. Every choice is a link, so every state has an address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.errors import Span
from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.resource import names
from kg.web.coded import KINDS, Coded, coded, covered
from kg.web.narrowing import Narrowed, Narrowing, all_kinds

CHOICES: Final = ("kind", "section", "topic", "addressee")
WIDTH: Final = 1000
"""Units of the strip for the whole text."""


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
    :ivar listed: statements, in the order of the text
    """

    strips: tuple[Strip, ...]
    cover: str
    covered: float
    listed: Narrowed


def document_view(reader: Reader, iri: str, path: str, chosen: Mapping[str, str], number: int, characters: int) -> DocumentView:
    """What there is to show of a document.

    :param path: address of the page
    :param chosen: what is chosen, by name of :data:`CHOICES`; a slug, or ``Demand``
    :param number: page of the list, from 1
    :param characters: length of the text
    """
    statements, outline = coded(reader, iri)
    orders: dict[str, tuple[str, ...]] = {"kind": all_kinds(), "section": outline, "topic": (), "addressee": ()}
    narrowing = Narrowing(path, chosen, orders, {}, sections=f"{ID}section/{iri.rpartition('/')[2]}/")
    cover = covered(statements)
    return DocumentView(
        strips=_strips(narrowing.fitting(statements), characters, names(reader, all_kinds())),
        cover=_cover(cover, characters),
        covered=sum(span.end - span.start for span in cover) / max(1, characters),
        listed=narrowing.page(reader, statements, number),
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
