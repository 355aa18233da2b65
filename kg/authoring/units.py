"""A text is cut into headings and sentences, each with anchors that locate it and nothing else.

In: an :class:`~kg.authoring.extracted.Extracted`. Out: :class:`Unit` records in the order of the text. Next:
:mod:`kg.authoring.skeleton`. The rules for anchors are those of ``docs/text.md``.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.authoring.extracted import CELLS, Extracted
from kg.errors import AnchorError, Span
from kg.sources import ELLIPSIS, MAX_ANCHOR_WORDS, Anchors, NormalisedText, Passage, normalise, resolve, split_sentences, words

_TELLING: Final = 4
"""Words of anchors, both sides together, that are preferred to fewer where they fit: a reader recognises the passage."""
_MOST_NEIGHBOURS: Final = 3
HEADING: Final = "heading"
NOTE: Final = "footnote"
"""Reasons of the ledger (codebook, section 7)."""
_TOKEN: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Unit:
    """A heading, a note, a sentence or a table of figures.

    :ivar span: where it stands in the normalised text
    :ivar reason: with which it is proposed for the ledger, ``heading`` or ``footnote``; empty of what is to be coded
    :ivar anchors: None if no anchors of the allowed length fit here alone
    :ivar passage: what the anchors locate: the unit, or, where it is too short, the unit with a neighbour
    :ivar table: whether it is a table
    """

    span: Span
    reason: str
    anchors: Anchors | None
    passage: Passage | None
    table: bool = False


def normalised(slug: str, extracted: Extracted) -> NormalisedText:
    """The text as offsets count it."""
    return NormalisedText(slug, normalise(extracted.text), split_sentences(extracted.text))


def cut(extracted: Extracted, text: NormalisedText) -> tuple[Unit, ...]:
    """Every heading, every note and every sentence of a text."""
    apart = list(_apart(extracted, text.text))
    spans = sorted([*apart, *((span, "") for span in _sentences(text, [span for span, _ in apart]))])
    headed = {index + 1 for index, (_, reason) in enumerate(spans) if reason == HEADING}
    found: list[Unit] = []
    for index, (span, reason) in enumerate(spans):
        heading = reason == HEADING
        candidates = _beside_heading(text.text, span) if heading else _windows(text.text, spans, index, headed)
        anchors, passage = _anchored(text, candidates, is_heading=heading)
        last = found[-1] if found else None
        if last and passage and not heading and last.reason == reason and last.passage == passage:
            found[-1] = Unit(Span(last.span.start, span.end), reason, anchors, passage)  # two that are too short make one passage
        else:
            found.append(Unit(span, reason, anchors, passage, not reason and CELLS in text.text[span.start : span.end]))
    return tuple(found)


def anchors_for(text: NormalisedText, index: int) -> Anchors | None:
    """Anchors of the sentence at a position, if there are any that fit it (or it with a neighbour) alone."""
    return _anchored(text, _windows(text.text, [(span, "") for span in text.sentences], index), is_heading=False)[0]


def _apart(extracted: Extracted, text: str) -> Iterator[tuple[Span, str]]:
    """Where the headings and the notes stand, each with its reason: each block after the one before it."""
    at = 0
    for block in extracted.blocks:
        written = normalise(block.text)
        start = text.find(written, at)
        if start < 0:
            continue  # cannot be: the text is made of the blocks, or they of it
        at = start + len(written)
        if (block.level or block.note) and words(written):
            yield Span(start, at), HEADING if block.level else NOTE


def _sentences(text: NormalisedText, apart: Sequence[Span]) -> Iterator[Span]:
    """The sentences, cut at headings and notes: a heading before a small letter would otherwise be part of a sentence."""
    for sentence in text.sentences:
        at = sentence.start
        for span in apart:
            if span.start >= sentence.end or span.end <= at:
                continue
            yield from _stripped(text.text, at, span.start)
            at = max(at, span.end)
        yield from _stripped(text.text, at, sentence.end)


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    if words(piece):
        yield Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _beside_heading(text: str, span: Span) -> Iterator[Span]:
    """Stretches that can stand for a heading: itself, or with the word after or before it."""
    yield span
    following = _TOKEN.search(text, span.end)
    if following:
        yield Span(span.start, following.end())
    if span.start:
        yield Span(text[: span.start].rstrip().rfind(" ") + 1, span.end)


def _windows(text: str, spans: Sequence[tuple[Span, str]], index: int, headed: Collection[int] = ()) -> Iterator[Span]:
    """Stretches that can stand for a sentence: itself, or with as few neighbours as it takes.

    The codebook takes the sentence before it; a heading is none, and after a colon the sentence goes on. A note is neighbour of notes only.

    :param spans: each with its reason for the ledger
    :param headed: positions of the sentences below a heading
    """
    own = spans[index][1]
    forward = index in headed or text[spans[index][0].end - 1] == ":"
    for size in range(1, _MOST_NEIGHBOURS + 2):
        backward = range(size)  # by how many the window begins before the sentence
        for before in backward if forward else reversed(backward):
            first, last = index - before, index - before + size - 1
            if first >= 0 and last < len(spans) and (own != NOTE or all(reason == NOTE for _, reason in spans[first : last + 1])):
                yield Span(spans[first][0].start, spans[last][0].end)


def _anchored(
    text: NormalisedText, candidates: Iterator[Span], *, is_heading: bool
) -> tuple[Anchors, Passage] | tuple[None, None]:
    """The fewest words that locate the first candidate that can be located."""
    for span in candidates:
        tokens = text.text[span.start : span.end].split(" ")
        for first, last in _lengths(len(tokens), is_heading=is_heading):
            anchors = Anchors(" ".join(tokens[:first]), " ".join(tokens[-last:]))
            if ELLIPSIS in f" {anchors.start} " or ELLIPSIS in f" {anchors.end} ":
                continue
            try:
                passage = resolve(anchors, text, limit_share=not is_heading)
            except AnchorError:
                continue
            if (passage.start, passage.end) == (span.start, span.end):
                return anchors, passage
    return None, None


def _lengths(tokens: int, *, is_heading: bool) -> Iterator[tuple[int, int]]:
    """Numbers of first and last words, in the order in which they are tried: those that tell enough, then more, the beginning longer."""
    most = min(2 * MAX_ANCHOR_WORDS, tokens if is_heading else tokens // 2)
    order = sorted(
        (
            (first, last)
            for first in range(1, MAX_ANCHOR_WORDS + 1)
            for last in range(1, MAX_ANCHOR_WORDS + 1)
            if first + last <= most
        ),
        key=lambda pair: (max(sum(pair), _TELLING), sum(pair) < _TELLING, abs(pair[0] - pair[1] - 1)),
    )
    yield from order
