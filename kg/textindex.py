"""The form of the full-text index of a release: its fields, and how words are cut, folded and stemmed.

Nothing comes in; :mod:`kg.indexing` fills an index of this form at the build, :mod:`kg.search` reads it when it is served. Both
cut texts with the same analyzers, so that a word of a query meets the same word of a text.
"""

import re
import unicodedata
from collections.abc import Container
from functools import cache, lru_cache
from typing import Final

from tantivy import Filter, Index, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

FOLDER: Final = "search"
"""Folder of the index in a release directory."""
FORMAT: Final = "1"
"""Changes when the fields or the analyzers do; an index of another format is built anew."""
FORMAT_FILE: Final = "format.txt"

LANGUAGES: Final = ("nl", "en")
FACETS: Final = ("document", "kind", "speaker", "addressee", "topic")
"""Fields of a statement by which a result can be narrowed."""
STATEMENT: Final = "statement"
ENTITY: Final = "entity"
CLASS: Final = "class"
"""Scopes: statements; entities and topics; the kinds of statements, which are there for their labels only."""

_STEMMERS: Final = {"nl": "dutch", "en": "english"}
_WORD: Final = re.compile(r"[^\W_]+")
_ASCII: Final = "".join(character.lower() if character.isalnum() else " " for character in map(chr, range(128)))
"""What becomes of an ASCII character where a text is cut into words, which is twice as fast as to search them."""
_DOUBLED: Final = re.compile(r"([^\W\d_])\1")
_LEAST_PART: Final = 4
_LEAST_ROOT: Final = 4
_LINKS: Final = ("", "s", "en", "e")
"""What Dutch puts between the parts of a compound."""
_ENDINGS: Final = {
    "nl": [
        "iseringen",
        "isering",
        "iseren",
        "iseert",
        "iseerde",
        "iseerd",
        "iseer",
        "isatie",
        "aties",
        "atie",
        "eringen",
        "ering",
        "eerders",
        "eerder",
        "eerde",
        "eerden",
        "eerd",
        "eert",
        "eren",
        "eer",
        "elijke",
        "elijk",
        "ische",
        "isch",
        "ingen",
        "ings",
        "ing",
        "eurs",
        "eur",
        "ers",
        "er",
        "en",
        "de",
        "te",
        "e",
        "s",
        "t",
        "d",
    ],
    "en": [
        "isations",
        "isation",
        "izations",
        "ization",
        "ising",
        "izing",
        "ised",
        "ized",
        "ises",
        "izes",
        "ise",
        "ize",
        "ifications",
        "ification",
        "ifying",
        "ified",
        "ifies",
        "ify",
        "ications",
        "ication",
        "ations",
        "ation",
        "ators",
        "ator",
        "ating",
        "ated",
        "ates",
        "ate",
        "ions",
        "ion",
        "ments",
        "ment",
        "ically",
        "ical",
        "ing",
        "ers",
        "er",
        "ed",
        "es",
        "ies",
        "ive",
        "y",
        "e",
        "s",
    ],
}
_LONGEST_WORD: Final = 60


def schema() -> Schema:
    """The fields of a document of the index: a statement, an entity or topic, or a kind of statements.

    ``nl`` and ``en`` hold the summary or the label; ``nl_more`` and ``en_more`` what else is said, such as conditions, other
    labels, and the labels of speaker and topics; ``nl_related`` and ``en_related`` parts of compounds and word roots. ``words``
    has all words as they are written, to find those that a misspelt one is near to.
    """
    builder = SchemaBuilder()
    for name in ("iri", "scope", "collection", *FACETS):
        builder.add_text_field(name, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", stored=True, fast=True)
    for language in LANGUAGES:
        builder.add_text_field(language, stored=True, tokenizer_name=f"text_{language}")
        builder.add_text_field(f"{language}_more", tokenizer_name=f"text_{language}")
        builder.add_text_field(f"{language}_related", tokenizer_name="plain", index_option="freq")
    builder.add_text_field("words", tokenizer_name="plain", index_option="basic")
    return builder.build()


@cache
def analyzer(language: str) -> TextAnalyzer:
    """How texts of a language become terms: words in small letters, without diacritics and stop words, stemmed.

    Stop words go before the diacritics do, as the lists are written with them.
    """
    name = _STEMMERS[language]
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_WORD)).filter(Filter.lowercase())
    builder = builder.filter(Filter.stopword(name)).filter(Filter.stemmer(name)).filter(Filter.ascii_fold())
    return builder.build()


@cache
def plain_analyzer() -> TextAnalyzer:
    """Words in small letters, without diacritics, and nothing else."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_WORD)).filter(Filter.lowercase())
    return builder.filter(Filter.ascii_fold()).build()


def register(index: Index) -> None:
    """Tell an index its analyzers; they are not stored with it."""
    for language in LANGUAGES:
        index.register_tokenizer(f"text_{language}", analyzer(language))
    index.register_tokenizer("plain", plain_analyzer())


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """A text in small letters without diacritics."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return text.translate(_ASCII).split() if text.isascii() else _WORD.findall(folded(text))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand, end-exclusive."""
    return [match.span() for match in _WORD.finditer(text)]


@lru_cache(maxsize=200_000)
def root(word: str, language: str) -> str:
    """What is left of a folded word without its longest ending: *ratific* of *ratificeren*, *ratificatie* and *ratificatie's*.

    Coarser than a stemmer, which keeps verbs and nouns apart; the same word if less than four letters would be left. A Dutch
    participle loses its *ge*, and doubled letters are one: *onmisbaar*, *onmisbare*.
    """
    if language == "nl" and word.startswith("ge") and word.endswith(("d", "t")) and len(word) > _LEAST_ROOT + 2:
        word = word[2:]
    for ending in _ENDINGS[language]:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_ROOT:
            word = word[: -len(ending)]
            break
    return _DOUBLED.sub(r"\1", word)


def parts_of(word: str, known: Container[str]) -> tuple[str, ...]:
    """The known words of which a Dutch compound is put together, at most three; none if it is no compound of known words.

    *mensenrechtenverdrag* gives *mensenrechten* and *verdrag*; a link such as the *s* in *ontwikkelingssamenwerking* is left out.

    :param word: folded
    :param known: folded words that may be parts
    """
    for split in range(len(word) - _LEAST_PART, _LEAST_PART - 1, -1):
        if word[split:] not in known:
            continue
        head = word[:split]
        for link in _LINKS:
            stem = head.removesuffix(link)
            if len(stem) < _LEAST_PART or (link and stem == head):
                continue
            if stem in known:
                return (*(parts_of(stem, known) or (stem,)), word[split:])
    return ()
