"""What to write instead: remedies that need more than the word that is wrong.

In: what a coder wrote, and the vocabulary. Out: parts of messages. Next: :mod:`kg.mappings.convert`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from kg.mappings.context import Context
from kg.mappings.literals import is_language
from kg.mappings.nodes import Node, Scalar
from kg.mappings.words import did_you_mean, either, nearest, shortened
from kg.namespaces import ID, POL, PREFIXES
from kg.vocabulary import Vocabulary

_LANGUAGES: Final = {"nl": ("nld", "dut"), "en": ("eng",)}
"""The languages of what documents say, with the longer codes of ISO 639-2 that nothing here reads."""
_ARTICLE: Final = re.compile(r"^(?:de|het|een|'t|the|an?) +", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_SIGNS: Final = {"%": "PERCENT", "€": "CCY_EUR", "$": "CCY_USD"}
UNITS: Final = ("PERCENT", "NUM", "CCY_EUR", "CCY_USD", "YR")
"""The units of the codebook, section 9, which the shapes allow."""
_WORDS: Final = {
    **dict.fromkeys(("EUR", "EURO", "EUROS"), "CCY_EUR"),
    **dict.fromkeys(("USD", "DOLLAR", "DOLLARS"), "CCY_USD"),
    "NUMBER": "NUM",
    **dict.fromkeys(("YEAR", "YEARS"), "YR"),
}
"""What is written for a unit that is called otherwise."""


def wrong_language(tag: str, text: Node, *, of_document: bool) -> str | None:
    """What is wrong with the language of a text.

    :param text: what is written under it; nothing, where a comma has ended a text in braces
    :param of_document: whether it is a document's: statements and sections are in Dutch and English, other names of entities in any language
    """
    if " " in tag and isinstance(text, Scalar) and not text.value:
        return f'"{shortened(tag)}" is taken for a language, as a comma ends a text in braces; put the whole text in quotes'
    if not is_language(tag):
        return f'"{shortened(tag)}" is not a language tag; write nl or en'
    longer = next((short for short, codes in _LANGUAGES.items() if tag in codes), "")
    if longer:
        return f'"{tag}" is not a language here, only nl and en are; write {longer}'
    if of_document and tag not in _LANGUAGES:
        return f'"{tag}" is not a language here, only nl and en are; write one of them, or delete the text'
    return None


def doubtful(number: str) -> str | None:
    """What a decimal is read as and what else it can mean, if its point can be the one that Dutch writes in thousands."""
    if not _THOUSANDS.fullmatch(number):
        return None
    whole = number.replace(".", "")
    short = number.rstrip("0").rstrip(".")
    exact = short if short != number else f"{number}0"
    return f'"{number}" is read as {short}, the point being a decimal one; write "{exact}" if that is meant, and "{whole}" if it is {whole}'


def other_statement(written: str, documents: Collection[str]) -> str:
    """What to write instead of a statement that there is not, as in ``party/s012``.

    :param documents: slugs of all; if that of ``written`` is none of them, one that is spelled like it or goes on behind it is proposed
    """
    document, _, ident = written.rpartition("/")
    if not document or document in documents:
        return "write its id, as in s012, or groen-2024/s042 for one of another document"
    near = [slug for slug in sorted(documents) if slug.startswith(f"{document}-")] or nearest(document, documents)
    meant = f"did you mean {either([f'{slug}/{ident}' for slug in near])}?" if near else "correct it"
    return f'there is no document "{shortened(document)}"; {meant}'


def same_statement(written: str, base: str, document: str, own: Collection[str]) -> str:
    """What to write instead of a statement that is written in another form, as in ``S3`` or as its address; empty if there is none.

    :param own: ids of the document at hand
    """
    path = written.removeprefix(base).replace("#", "/").lower()
    ident = path.removeprefix(f"{document}/")
    found = [each for each in sorted(own) if _plain_id(each) == _plain_id(ident)]
    if found:
        return f"did you mean {either(found)}?"
    return f'write "{path}"' if written.startswith(base) else ""


def _plain_id(ident: str) -> str:
    """``s003`` as ``s3``: who writes an id from memory forgets the noughts."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", ident)


def visible(word: str) -> str:
    """``word`` without what cannot be seen in it: spaces that do not break, and characters of no width."""
    return "".join(
        " " if unicodedata.category(sign) == "Zs" else sign for sign in word if unicodedata.category(sign) != "Cf"
    ).strip()


def without_article(label: str) -> str:
    """``label`` without a Dutch or English article before it."""
    return _ARTICLE.sub("", label)


def kinds(iri: str, context: Context, vocabulary: Vocabulary) -> list[str]:
    """Classes that a node of our id space can have, by its collection; empty if that cannot be told, and for a scheme of concepts.

    They are those below the range of a key that refers to the collection, or below the class that is called as it.
    """
    collection = iri.removeprefix(ID).partition("/")[0]
    if f"{ID}{collection}" in vocabulary.concepts:
        return []
    base, named = f"{ID}{collection}/", POL + "".join(part.capitalize() for part in collection.split("-"))
    tops = {vocabulary.ranges.get(term.iri, "") for term in context.terms.values() if term.base == base} | {named}
    below = {kind for kind in vocabulary.classes for top in tops if top.startswith(POL) and vocabulary.is_a(kind, top)}
    return sorted(kind.removeprefix(POL) for kind in below - {f"{POL}Statement"})


def declared_as(others: Collection[str], wanted: str) -> str:
    """What to do with a slug that is declared in other collections than the one that a key takes.

    :param others: collections in which it is, in words
    :param wanted: the collection of the key
    """
    found = f"it is declared as {' and '.join(others)}, which this key does not take"
    if wanted == "agent" and "group" in others:  # codebook, sections 6 and 13
        found += "; a group that is to act is declared in a file of agents, with `kind: [Agent, Group]` and a slug of its own"
    return found


def other_kind(written: str, allowed: Iterable[str]) -> str:
    """The kind that is spelled like the one written, or else all that there are."""
    listed = list(allowed)
    return did_you_mean(written, listed) or (f"; write {one_of(listed)}" if listed else "")


def one_of(words: list[str]) -> str:
    """The words with commas, and ``or`` before the last."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def foreign(base: str, written: str) -> str:
    """What a reference out of our id space should have been.

    :param base: namespace below which a local name is taken, empty where an address is needed
    """
    if base != PREFIXES["unit"]:
        return f"a name below {base}" if base else "an address that begins with http:// or https://"
    sign = _SIGNS.get(written.strip())
    return f"the name of a unit; write {sign}" if sign else f"the name of a unit below {base}; write {one_of([*UNITS])}"


def other_unit(written: str) -> str:
    """``; did you mean …?`` with the unit that is meant by a sign, a word, or a name in other letters; or nothing."""
    upper = "".join(written.upper().split())
    meant = _SIGNS.get(upper) or _WORDS.get(upper)
    return f'; did you mean "{meant}"?' if meant else did_you_mean(upper, UNITS)
