"""Text that one coder skips and the other codes, or skips for another reason.

In: the ledgers and statements of two :class:`~kg.agreement.codings.Coding` records. Out: :class:`Unlike` stretches. Next:
:mod:`kg.agreement.listing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg.agreement.coded import Coded
from kg.agreement.codings import Coding
from kg.agreement.coefficients import merged
from kg.agreement.pairing import covered
from kg.errors import Span
from kg.mappings.ledger import Skipped

LEAST_COVERED: Final = 0.5
"""Share of a skipped stretch that must be covered for it to be held to be coded, or skipped, by the other coder, too."""


@dataclass(frozen=True)
class Unlike:
    """A stretch of text on which the coders do not agree whether or why it is skipped.

    :ivar a: what the first coder has there: an entry of the ledger, or statements
    """

    a: Skipped | tuple[Coded, ...]
    b: Skipped | tuple[Coded, ...]


def unlike(a: Coding, b: Coding) -> tuple[Unlike, ...] | None:
    """What both ledgers say, in the order of the text; None if the text is not at hand, so that its places are not known."""
    if a.ledger is None or b.ledger is None:
        return None
    found: list[tuple[int, Unlike]] = []
    for ours in a.ledger:
        if ours.span and (there := _on(ours.span, b.statements)):
            found.append((ours.span.start, Unlike(ours, there)))
        elif ours.span:
            others = [theirs for theirs in b.ledger if theirs.span and is_covered(ours.span, [theirs.span])]
            if others and all(theirs.reason != ours.reason for theirs in others):
                found.append((ours.span.start, Unlike(ours, others[0])))
    found += [
        (theirs.span.start, Unlike(here, theirs))
        for theirs in b.ledger
        if theirs.span and (here := _on(theirs.span, a.statements))
    ]
    return tuple(each for _, each in sorted(found, key=lambda entry: entry[0]))


def is_covered(span: Span, by: Sequence[Span]) -> bool:
    """Whether enough of a stretch is covered."""
    return covered([span], merged(by)) >= LEAST_COVERED * (span.end - span.start)


def _on(span: Span, statements: Sequence[Coded]) -> tuple[Coded, ...]:
    """The statements that stand on a stretch."""
    return tuple(statement for statement in statements if is_covered(span, statement.spans))
