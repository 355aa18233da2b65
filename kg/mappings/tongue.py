"""The language of a text, by its commonest words.

In: a text. Out: a language tag, or nothing. Next: :mod:`kg.mappings.summaries` and :mod:`kg.authoring.starting`.
"""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_FUNCTION_WORDS: Final = {
    "nl": frozenset("de het een en van in is dat op te zijn voor met die niet aan er om ook als bij wij moet naar".split()),  # noqa: SIM905 - a list of words reads best so
    "en": frozenset("the of and to in a is that for it as with be on by are this not from at we must which or".split()),  # noqa: SIM905
    "fr": frozenset("le la les de des et en un une du que est pour dans qui sur pas au par avec nous ce il".split()),  # noqa: SIM905
    "de": frozenset("der die das und in zu den von mit ist nicht ein eine auf für des dem sich wir als auch es".split()),  # noqa: SIM905
}
_OF_WORD: Final = {
    word: [tag for tag, known in _FUNCTION_WORDS.items() if word in known]
    for word in frozenset().union(*_FUNCTION_WORDS.values())
}
_LEAST_SURE: Final = 1.5


def guess_language(text: str) -> str:
    """Language of a text by its commonest function words: ``nl``, ``en``, ``fr`` or ``de``; empty if none stands out."""
    hits = dict.fromkeys(_FUNCTION_WORDS, 0)
    for word in filter(_OF_WORD.__contains__, _WORD.findall(text.lower())):
        for tag in _OF_WORD[word]:
            hits[tag] += 1
    (most, tag), (next_most, _) = sorted(((number, tag) for tag, number in hits.items()), reverse=True)[:2]
    return tag if most > _LEAST_SURE * next_most else ""
