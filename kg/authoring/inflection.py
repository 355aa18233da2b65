"""Whether two words are forms of one word: *havens* and *haven*, but not *recht* and *rechters*.

In: folded words. Out: yes or no. Next: :mod:`kg.authoring.naming`. The stems of a search (:mod:`kg.textindex`) bring together what a reader may
look for; a coder who is shown a name wants that word. So behind what two words share, each may have an ending of inflection only.
"""

import re
from functools import lru_cache
from itertools import takewhile
from typing import Final

_ENDINGS: Final = {
    "nl": frozenset(("", "e", "n", "en", "s", "es", "t", "d", "de", "te", "den", "ten", "se")),
    "en": frozenset(("", "e", "s", "es", "d", "ed", "ing", "y", "ies", "ied")),
}
"""Endings of nouns, verbs and adjectives by language. None makes a word of another kind: no *-er*, *-ing* or *-atie* in Dutch."""
_SPELLED: Final = {"nl": str.maketrans("vz", "fs"), "en": {}}
"""Consonants that Dutch writes otherwise at the end of a word: *brief*, *brieven*."""
_PREFIXES: Final = ("aan", "af", "bij", "door", "in", "mee", "na", "om", "onder", "op", "over", "toe", "terug", "uit", "voor")
"""Of verbs that are written in one word with their stem only as a noun, or seldom otherwise."""
_DOUBLED: Final = re.compile(r"([^\W\d_])\1")
_MARK: Final = re.compile(r"([^\W\d_]{4,})(?:\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_PARTICIPLE: Final = re.compile(r"ge(.{4,}[dt]e?)")


def without_mark(word: str) -> str:
    """A word without the mark of a note that an extraction has left at it: *Kampala1*."""
    marked = _MARK.fullmatch(word)
    return marked[1] if marked else word


def same_words(one: tuple[str, ...], other: tuple[str, ...], language: str) -> bool:
    """Whether each of the words is a form of the one in its place.

    :param one: folded, as many as ``other``
    """
    return all(a == b or _same(a, b, language) for a, b in zip(one, other, strict=True))


def is_noun(word: str, verb: str) -> bool:
    """Whether a folded word is a noun made of a Dutch verb with a prefix: *uitvoer*, which is export, of *uitvoeren*, to carry out."""
    return verb == f"{word}en" and word.startswith(_PREFIXES)


@lru_cache(maxsize=100_000)
def _same(one: str, other: str, language: str) -> bool:
    forms = [_forms(word, language) for word in (one, other)]
    return any(_inflected(a, b, language) for a in forms[0] for b in forms[1])


def _forms(word: str, language: str) -> list[str]:
    """A word as it is compared: doubled letters as one; a Dutch participle without its *ge*, too."""
    participle = _PARTICIPLE.fullmatch(word) if language == "nl" else None
    return [_DOUBLED.sub(r"\1", form.translate(_SPELLED[language])) for form in (word, participle[1] if participle else word)]


def _inflected(one: str, other: str, language: str) -> bool:
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return {one[shared:], other[shared:]} <= _ENDINGS[language]
