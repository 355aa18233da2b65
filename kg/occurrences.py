"""Where the words of anchors stand in a text, and why anchors fit nowhere.

In: words as a coder writes them, and a normalised text. Out: places, or a part of a message. Next: :mod:`kg.sources`.
"""

import re
from typing import Final

from kg.errors import Span

_SHOWN_PLACES: Final = 5


def occurrences(needle: str, text: str) -> list[Span]:
    """Occurrences of ``needle`` that begin and end at the edge of a word."""
    found = []
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        cuts_start = at > 0 and text[at - 1].isalnum() and needle[0].isalnum()
        cuts_end = end < len(text) and text[end].isalnum() and needle[-1].isalnum()
        if not cuts_start and not cuts_end:
            found.append(Span(at, end))
        at = text.find(needle, at + 1)
    return found


def why_nowhere(first: str, last: str, text: str) -> str:
    """Which side is missing, in words of the text's own position."""
    starts, ends = occurrences(first, text), occurrences(last, text)
    if starts and ends:
        return f"the first words are at {_places(starts)}, but the last words do not follow them (they are at {_places(ends)})"
    missing = {"first": first} if ends else {"last": last} if starts else {"first": first, "last": last}
    capitals = {which: stands for which, words in missing.items() if (stands := _capitals(words, text))}
    if len(capitals) == len(missing):
        return f"only capitals differ: the text has {' and '.join(capitals.values())}; write them as they stand there"
    if not starts and not ends:
        hint = "".join(f"; with other capitals the {which} words are: {stands}" for which, stands in capitals.items())
        return f"neither side is in the text{hint}"
    if not starts:
        return f'the first words "{first}" are not in the text (the last words are, at {_places(ends)})'
    return f'the last words "{last}" are not in the text (the first words are, at {_places(starts)})'


def _capitals(words: str, text: str) -> str:
    """How the text has the words, with other capitals, and where; empty if it does not. They are at most as many as anchors may have."""
    edges = r"\b" if words[0].isalnum() else "", r"\b" if words[-1].isalnum() else ""
    found = re.search(edges[0] + re.escape(words) + edges[1], text, re.IGNORECASE)
    return f'"{found[0]}" (at {found.start()})' if found else ""


def _places(found: list[Span]) -> str:
    """Offsets of ``found``, as text."""
    return ", ".join(str(place.start) for place in found[:_SHOWN_PLACES]) + (" …" if len(found) > _SHOWN_PLACES else "")
