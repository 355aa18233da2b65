"""Turtle that cannot be parsed: what to mend, for coders who add a topic and know no Turtle.

In: the parser's message. Out: the same without its place, which the finding has already, and with a remedy.
"""

import re
from typing import Final

_PLACE: Final = re.compile(r"Parser error at line \d+ (?:between columns \d+ and \d+|column \d+): ")
_ENDS: Final = "end each line of an entry with a semicolon, and its last one with a full stop"
_REMEDIES: Final = (
    (
        re.compile(r"^Unexpected end"),
        "the last entry is not ended: put a full stop behind it, and close each quotation mark and bracket",
    ),
    (re.compile(r"A dot is expected"), f"what stands before this is not ended: {_ENDS}"),
    (re.compile(r"'[“”„‟‘’‚]'"), 'write straight quotation marks, as in "Water"@nl'),
    (re.compile(r"'[\u00a0\u2007\u202f]'"), "this is a no-break space, which looks like a space: write an ordinary one"),
    (re.compile(r"prefix .* has not been declared"), "correct it, or declare it with `@prefix` at the top of the file"),
    (
        re.compile(r"not a valid"),
        f'{_ENDS}; a comma goes between two texts, which stand in straight quotation marks, as in "Water"@nl, "Water"@en',
    ),
)
"""What to do, by what the parser says; the first that fits."""


def turtle_remedy(message: str) -> str:
    """What the parser says, without the place, and what to do; only the former where nothing is known to do."""
    said = _PLACE.sub("", message)
    remedy = next((remedy for pattern, remedy in _REMEDIES if pattern.search(said)), "")
    return f"{said}; {remedy}" if remedy else said
