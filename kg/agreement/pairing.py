"""Which statements of two coders are held to say the same.

In: the statements of two :class:`~kg.agreement.codings.Coding` records, and the pairs that are settled. Out: pairs of statements, and
what is left of both. Next: :mod:`kg.agreement.comparing`.

This is for the comparison of what statements say; where units are is compared by :func:`kg.agreement.coefficients.unitising` alone.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.agreement.coded import Coded
from kg.agreement.coefficients import merged
from kg.errors import Span

LEAST_SHARED: Final = 0.5
"""Share of the characters of both passages that two statements must have in common to be held to be the same unit."""

_WORD: Final = re.compile(r"\w+")


def matched(
    a: Sequence[Coded], b: Sequence[Coded], together: Iterable[tuple[str, str]] = (), apart: Collection[tuple[str, str]] = ()
) -> tuple[list[tuple[Coded, Coded]], list[Coded], list[Coded]]:
    """Pairs of statements, and what is left of both, in the order of the text.

    The pair that shares most of its passages comes first. Where several share as much, since one passage can carry several
    statements, the words of the summaries decide; where these do not, the order of the statements. Of what is then left, those make a
    pair of which one's passage contains the other's. The values that are compared have no say: it would raise the agreement.

    :param together: ids of the statements that are settled to make a pair
    :param apart: of those that are settled to make none
    """
    by_id = {y.id: y for y in b}
    taken = {x: by_id[y] for x, y in together}
    candidates = []
    theirs = _units(b)
    for x in _units(a):
        for y in theirs:
            common = covered(x.spans, y.spans)
            share = common / (x.size + y.size - common) if common else 0.0
            if share >= LEAST_SHARED or 0 < common == min(x.size, y.size):
                candidates.append(((-share, -_likeness(x.words, y.words), x.said.place, y.said.place), x.said, y.said))
    taken_b = {y.id for y in taken.values()}
    for _, one, other in sorted(candidates, key=lambda candidate: candidate[0]):
        if one.id not in taken and other.id not in taken_b and (one.id, other.id) not in apart:
            taken_b.add(other.id)
            taken[one.id] = other
    ordered_a, ordered_b = sorted(a, key=lambda s: s.place), sorted(b, key=lambda s: s.place)
    return (
        [(x, taken[x.id]) for x in ordered_a if x.id in taken],
        [x for x in ordered_a if x.id not in taken],
        [y for y in ordered_b if y.id not in taken_b],
    )


def shared(a: Coded, b: Coded) -> float:
    """Characters that the passages of both cover, as a share of those that either's cover."""
    (x,), (y,) = _units([a]), _units([b])
    common = covered(x.spans, y.spans)
    return common / (x.size + y.size - common)


def covered(spans: Sequence[Span], by: Sequence[Span]) -> int:
    """Characters of ``spans`` that ``by`` covers; neither overlaps itself."""
    return sum(max(0, min(x.end, y.end) - max(x.start, y.start)) for x in spans for y in by)


@dataclass(frozen=True)
class _Unit:
    """A statement as it is paired.

    :ivar spans: its passages, those that overlap as one
    :ivar size: their characters
    :ivar words: of the summary, without those that all of the coder's statements on the passages have, as they do not tell these apart:
        of "shelter is a right of all" and "water is a right of all" the first word of each is left
    """

    said: Coded
    spans: Sequence[Span]
    size: int
    words: frozenset[tuple[str, str]]


def _units(statements: Sequence[Coded]) -> list[_Unit]:
    beside: dict[tuple[Span, ...], list[frozenset[tuple[str, str]]]] = {}
    for statement in statements:
        beside.setdefault(statement.spans, []).append(_words(statement))
    units = []
    for statement in statements:
        there, spans = beside[statement.spans], merged(statement.spans)
        everywhere = frozenset.intersection(*there) if len(there) > 1 else frozenset()
        units.append(_Unit(statement, spans, sum(span.end - span.start for span in spans), _words(statement) - everywhere))
    return units


def _likeness(a: frozenset[tuple[str, str]], b: frozenset[tuple[str, str]]) -> float:
    """Share of the words of both that are in both, 0 to 1."""
    return len(a & b) / len(a | b) if a | b else 0.0


def _words(statement: Coded) -> frozenset[tuple[str, str]]:
    """The words of a summary, each with its language."""
    summary = statement.texts.get("summary", {})
    return frozenset((tag, word) for tag, text in summary.items() for word in _WORD.findall(text.lower()))
