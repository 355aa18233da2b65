"""Read what a person types into a search field.

In comes text; out go :class:`Clause` records for :mod:`kg.search.finder`. There is no syntax error: what is not one of the three
marks (``"a phrase"``, ``-word``, ``begin*``) is a word or nothing.
"""

import re
from dataclasses import dataclass
from typing import Final

from kg import textindex
from kg.search.errors import SearchInputError

MOST_CHARACTERS: Final = 400
MOST_WORDS: Final = 24
_CLAUSE: Final = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))')
_WORD: Final = re.compile(r"[^\W_]+")
_LEAST_BEGINNING: Final = 2


@dataclass(frozen=True)
class Clause:
    """A part of a query.

    :ivar words: as written, without marks; several in a phrase, and in what has a hyphen
    :ivar phrase: whether they have to stand together in this order
    :ivar excluded: whether what has them is not wanted
    :ivar beginning: whether the word may go on
    """

    words: tuple[str, ...]
    phrase: bool = False
    excluded: bool = False
    beginning: bool = False


def clauses_of(text: str) -> tuple[Clause, ...]:
    """The parts of a query, in their order, each once.

    :raises SearchInputError: if the text is too long, or has too many words
    """
    if len(text) > MOST_CHARACTERS:
        message = (
            f"The query has {len(text):,} characters; at most {MOST_CHARACTERS} can be searched for. Write the words that matter."
        )
        raise SearchInputError(message)
    found: dict[Clause, None] = {}
    for match in _CLAUSE.finditer(text):
        quoted = match["phrase"] is not None
        written = match["phrase"] if quoted else match["word"]
        words = tuple(_WORD.findall(written))
        if not words:
            continue
        beginning = not quoted and len(words) == 1 and written.endswith("*") and len(words[0]) >= _LEAST_BEGINNING
        # words with a hyphen or a dot between them stand together, too
        found[Clause(words, quoted or len(words) > 1, bool(match["minus"]), beginning)] = None
    count = sum(len(clause.words) for clause in found)
    if count > MOST_WORDS:
        message = f"The query has {count} words; at most {MOST_WORDS} can be searched for. Write the words that matter."
        raise SearchInputError(message)
    return tuple(found)


def is_stop_word(word: str, language: str) -> bool:
    """Whether a word says too little to be searched for."""
    return not textindex.analyzer(language).analyze(word)
