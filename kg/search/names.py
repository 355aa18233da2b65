"""Bring names into forms in which two ways of writing one name are the same.

In comes a name as somebody wrote it; out go the :class:`Keys` under which :mod:`kg.search.matching` finds it. The steps: small letters
without diacritics, abbreviations without dots, punctuation as space, no article at the start, no function words, stems.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kg import textindex

_ABBREVIATION: Final = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_BRACKETS: Final = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_BETWEEN: Final = re.compile(r"\s+[-–—/|:]\s+|\s*[/|;]\s*")
_ROMAN: Final = re.compile(r"[ivxlc]+")
_ARTICLES: Final = frozenset(("de", "het", "een", "the", "a", "an"))
_FUNCTION_WORDS: Final = _ARTICLES | frozenset(
    [
        "of",
        "for",
        "and",
        "to",
        "in",
        "on",
        "by",
        "with",
        "from",
        "at",
        "as",
        "van",
        "voor",
        "en",
        "der",
        "den",
        "des",
        "op",
        "te",
        "ten",
        "ter",
        "aan",
        "inzake",
        "bij",
        "met",
        "uit",
        "d",
        "l",
        "s",
        "t",
    ]
)
_SYNONYMS: Final = tuple(
    (re.compile(rf"\b(?:{written})\b"), meant)
    for written, meant in (
        ("verenigde naties|united nations|vn|un", "un"),
        ("europese unie|european union|eu", "eu"),
        ("verenigde staten van amerika|united states of america|verenigde staten|united states|vs|usa|us", "usa"),
        ("verenigd koninkrijk|united kingdom|vk|uk", "uk"),
    )
)
"""Names that stand inside other names, in both languages, long and short."""
_STATE_WORDS: Final = re.compile(
    r"(?:(?:federal|federale|islamic|islamitische|democratic|democratische|peoples?|volks|socialist|socialistische|arab|arabische|"
    r"bolivarian|bolivariaanse|plurinational|oriental|hashemite|s|s socialist) )*"
    r"(?:republic|republiek|volksrepubliek|bondsrepubliek|kingdom|koninkrijk|state|staat|commonwealth|federation|federatie|emirate|sultanate)"
    r" (?:of the |of |van de |van het |van |der |)"
)
_NOT_BY_STATE_WORDS: Final = frozenset(
    ("china", "congo", "korea", "macedonia", "ireland", "nederlanden", "netherlands", "vietnam", "islam")
)
"""Names of which several states or bodies are told apart by just these words; their long forms are labels of their own."""


@dataclass(frozen=True)
class Keys:
    """Forms of a name, from the strictest to the loosest.

    :ivar exact: folded, punctuation as space, no article at the start
    :ivar joined: the same without spaces
    :ivar words: without function words, in alphabetical order
    :ivar known: the same with UN, EU, US and UK in one form
    :ivar stems: the stems of the words, by language
    """

    exact: str
    joined: str
    words: str
    known: str
    stems: dict[str, str]


@lru_cache(maxsize=20_000)
def keys_of(name: str) -> Keys:
    """The forms of a name."""
    exact = normalised(name)
    words = content(exact)
    known = exact
    for pattern, meant in _SYNONYMS:
        known = pattern.sub(meant, known)
    stems = {
        language: " ".join(sorted(term for word in words for term in _stem(word, language))) for language in textindex.LANGUAGES
    }
    return Keys(exact, exact.replace(" ", ""), " ".join(sorted(words)), " ".join(sorted(content(known))), stems)


@lru_cache(maxsize=20_000)
def normalised(name: str) -> str:
    """A name folded, without punctuation and without an article at its start."""
    short = _ABBREVIATION.sub(lambda match: match[0].replace(".", ""), f"{name} ")
    words = textindex.words_of(short.replace("’", "'").replace("'s ", " "))
    while len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)


def content(text: str) -> list[str]:
    """The words of a normalised name without function words; all, if it has no others."""
    words = text.split()
    return [word for word in words if word not in _FUNCTION_WORDS] or words


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> tuple[str, ...]:
    return tuple(textindex.analyzer(language).analyze(word)) or (word,)


def numbers(text: str) -> frozenset[str]:
    """The numbers in a normalised name, Roman ones too: two names with different ones are two names."""
    return frozenset(word for word in text.split() if any(map(str.isdigit, word)) or _ROMAN.fullmatch(word))


def split_brackets(name: str) -> tuple[str, tuple[str, ...]]:
    """A name without what stands in brackets, and that."""
    inside = tuple(part.strip() for part in _BRACKETS.findall(name) if part.strip())
    return _BRACKETS.sub(" ", name).strip(), inside


def alternatives(name: str) -> tuple[str, ...]:
    """The names that stand beside each other in one text, as in ``UN / VN``; none if there is one only."""
    parts = tuple(part.strip() for part in _BETWEEN.split(name) if part.strip())
    return parts if len(parts) > 1 else ()


def without_state_words(exact: str) -> str:
    """A normalised name without what says that it is a state's, such as *republic of*; empty if that would change whose it is."""
    rest = _STATE_WORDS.sub("", exact, count=1) if _STATE_WORDS.match(exact) else exact
    if rest == exact or not rest or _NOT_BY_STATE_WORDS & set(rest.split()):
        return ""
    return rest


def is_initials(short: str, name: str) -> bool:
    """Whether an abbreviation may be the initials of a name, function words counted or not."""
    letters = normalised(short).replace(" ", "")
    words = normalised(name).split()
    return len(letters) > 1 and letters in {"".join(w[0] for w in words), "".join(w[0] for w in content(" ".join(words)))}
