"""The languages of the texts that can be coded: sentences, names and titles are known in these.

In: a language as somebody wrote it. Out: its code, ``nl`` or ``en``. Next: :mod:`kg.authoring.starting`.
"""

import re
from typing import Final

_NAMES: Final = {
    "nl": ("nl", "nld", "dut", "dutch", "nederlands"),
    "en": ("en", "eng", "english", "engels"),
}
"""What is certainly this language: codes of ISO 639-1 and 639-2, and its name in both languages."""
_TAG: Final = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})+")
"""A tag of BCP 47 with more than the language: a region, a script or a variant, as in ``nl-BE``."""
_NONE: Final = frozenset(("", "und", "mul", "zxx"))
"""Codes that name no language (ISO 639-2)."""
POSSIBLE: Final = "Dutch (nl) or English (en)"


def language_of(written: str) -> str:
    """The code of a language that was written as a code, a tag or a name; empty if it is another one."""
    word = written.strip().lower()
    tag = _TAG.fullmatch(word)
    return next((code for code, names in _NAMES.items() if (tag[1] if tag else word) in names), "")


def names_none(written: str) -> bool:
    """Whether a tag says nothing of the language, so that it has to be told from the text."""
    return written.strip().lower() in _NONE
