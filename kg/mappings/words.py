"""Words of messages: the known word nearest to a misspelt one, and long values cut short.

In: strings as written. Out: parts of messages. Next: every module that reports findings.
"""

import difflib
from collections.abc import Collection
from typing import Final

_LONGEST: Final = 80
"""Characters of a value that a message repeats."""

_SHOWN: Final = 5
"""Words of many that a message names."""

_SHORT: Final = 6
"""Length up to which a word must be more alike: ``colour`` is not ``country``."""


def nearest(written: str, known: Collection[str]) -> list[str]:
    """Up to three known words that are spelled like ``written``, the nearest first."""
    cutoff = 0.7 if len(written) <= _SHORT else 0.65
    return difflib.get_close_matches(written[:_LONGEST], sorted(known), n=3, cutoff=cutoff)


def did_you_mean(written: str, known: Collection[str]) -> str:
    """``; did you mean …?`` with the known words nearest to ``written``, or nothing."""
    near = nearest(written, known)
    return f"; did you mean {either(near)}?" if near else ""


def which_there_are(written: str, known: Collection[str]) -> str:
    """``; did you mean …?`` or, if no known word is near, ``; there are: …`` with all of them."""
    return did_you_mean(written, known) or f"; there are: {', '.join(known) or 'none yet'}"


def either(words: Collection[str]) -> str:
    """The words in quotation marks, with ``or`` between them."""
    return " or ".join(f'"{word}"' for word in words)


def first_of(words: Collection[str], most: int = _SHOWN) -> str:
    """The first few of many words, and how many more there are."""
    more = len(words) - most
    return ", ".join(words) if more <= 0 else f"{', '.join(list(words)[:most])} and {more} more"


def shortened(value: str) -> str:
    """``value``, cut off if it is long, so that a message stays one line."""
    line = " ".join(value.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
