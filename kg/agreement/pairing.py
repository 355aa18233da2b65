"""Which statements of two coders are held to say the same.

In: the statements of two :class:`~kg.agreement.codings.Coding` records, and the pairs that are settled. Out: pairs of statements, and
what is left of both. Next: :mod:`kg.agreement.comparing`.

This is for the comparison of what statements say; where units are is compared by :func:`kg.agreement.coefficients.unitising` alone.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kg.agreement.coded import Coded
from kg.agreement.coefficients import merged
from kg.errors import Span

LEAST_SHARED: Final = 0.5
"""Share of the characters of both passages that two statements must have in common to be held to be the same unit."""

_WORD: Final = re.compile(r"\w+")


def matched(
    a: Sequence[Coded], b: Sequence[Coded], together: Iterable[tuple[str, str]] = ()
) -> tuple[list[tuple[Coded, Coded]], list[Coded], list[Coded]]:
    """Pairs of statements, and what is left of both, in the order of the text.

    The pair that shares most of its passages comes first. Where several share as much, since one passage can carry several
    statements, the words of the summaries decide; where these do not, the order of the statements. Of what is then left, those make a
    pair of which one's passage contains the other's. The values that are compared have no say: it would raise the agreement.

    :param together: ids of the statements that are settled to make a pair
    """
    by_id = {x.id: x for x in a}, {y.id: y for y in b}
    taken = {x: by_id[1][y] for x, y in together}
    candidates = []
    for x in a:
        for y in b:
            shared = _shared(x.spans, y.spans)
            if shared >= LEAST_SHARED or _contains(x.spans, y.spans) or _contains(y.spans, x.spans):
                likeness = _likeness(x, [s for s in a if s.spans == x.spans], y, [s for s in b if s.spans == y.spans])
                candidates.append((-shared, -likeness, x.place, y.place, x, y))
    taken_b = {y.id for y in taken.values()}
    for *_, x, y in sorted(candidates, key=lambda candidate: candidate[:4]):
        if x.id not in taken and y.id not in taken_b:
            taken_b.add(y.id)
            taken[x.id] = y
    ordered_a, ordered_b = sorted(a, key=lambda s: s.place), sorted(b, key=lambda s: s.place)
    return (
        [(x, taken[x.id]) for x in ordered_a if x.id in taken],
        [x for x in ordered_a if x.id not in taken],
        [y for y in ordered_b if y.id not in taken_b],
    )


def _shared(a: Sequence[Span], b: Sequence[Span]) -> float:
    """Characters that both cover, as a share of those that either covers."""
    ours, theirs = merged(a), merged(b)
    common = covered(ours, theirs)
    whole = sum(span.end - span.start for span in (*ours, *theirs)) - common
    return common / whole if whole else 0.0


def covered(spans: Sequence[Span], by: Sequence[Span]) -> int:
    """Characters of ``spans`` that ``by`` covers; neither overlaps itself."""
    return sum(max(0, min(x.end, y.end) - max(x.start, y.start)) for x in spans for y in by)


def _contains(a: Sequence[Span], b: Sequence[Span]) -> bool:
    """Whether all that ``b`` covers lies in ``a``."""
    theirs = merged(b)
    return 0 < sum(span.end - span.start for span in theirs) == covered(theirs, merged(a))


def _likeness(a: Coded, beside_a: Sequence[Coded], b: Coded, beside_b: Sequence[Coded]) -> float:
    """Share of the words of both summaries that are in both, 0 to 1, in all languages together.

    Words that all statements of a coder on the passage have are left out, as they do not tell these apart: of "shelter is a right of
    all" and "water is a right of all" the first word of each is left.
    """
    ours, theirs = _telling(a, beside_a), _telling(b, beside_b)
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0


def _telling(statement: Coded, beside: Sequence[Coded]) -> set[tuple[str, str]]:
    others = [_words(other) for other in beside if other.id != statement.id]
    own = _words(statement)
    return own - own.intersection(*others) if others else own


def _words(statement: Coded) -> set[tuple[str, str]]:
    """The words of a summary, each with its language."""
    return {(tag, word) for tag, text in statement.texts.get("summary", {}).items() for word in _WORD.findall(text.lower())}
