"""What a coder writes in words of their own: whether it is in the language that it says, on one line, and a summary one sentence.

In: the texts of a converted statement. Out: warnings, as each is a guess. Next: :mod:`kg.mappings.documents`.
"""

import re
from collections.abc import Mapping
from typing import Final

from kg.errors import Severity
from kg.mappings.context import Context
from kg.mappings.convert import JsonNode
from kg.mappings.tongue import guess_language
from kg.mappings.trace import Trace
from kg.sources import split_sentences

_LANGUAGES: Final = {"nl": "Dutch", "en": "English"}
_MARKUP: Final = re.compile(r"</?[a-z][a-z0-9]*(?: [^<>]*)?/?>|&(?:[a-z]{2,8}|#\d{1,6});", re.IGNORECASE)
_STOP: Final = re.compile(r"[.!?]")
_CHECKED: Final = ("summary", "condition", "exception")


def check_texts(node: JsonNode, name: str, context: Context, trace: Trace) -> None:
    """Report what looks wrong in the texts of a statement.

    :param name: short name in findings, as in ``s042``
    """
    for key in _CHECKED:
        by_language, term = node.get(key), context.terms.get(key)
        if term is None or not isinstance(by_language, Mapping):
            continue
        texts = {tag: str(found[0]) for tag, found in by_language.items() if found}
        doubts = _languages(texts)
        for tag, text in texts.items():
            doubt = doubts.get(tag) or _form(key, text)
            place = trace.values.get((str(node["id"]), term.iri, text))
            if doubt and place:
                trace.report(place.finding("doubtful-text", f"{key}: {doubt}", name, Severity.WARNING))


def _languages(texts: Mapping[str, str]) -> dict[str, str]:
    """What is doubtful of the language of texts, by their tag; two that stand in each other's place are one matter."""
    looks = {tag: guess_language(text) for tag, text in texts.items()}
    wrong = {tag: look for tag, look in looks.items() if look in _LANGUAGES and look != tag}
    if len(wrong) > 1:
        first = next(iter(wrong))
        return {first: "the Dutch text looks English, and the English one Dutch: swap them"}
    return {
        tag: f"the text under `{tag}:` looks {_LANGUAGES[look]}: write it in {_LANGUAGES[tag]}" for tag, look in wrong.items()
    }


def _form(key: str, text: str) -> str:
    """What is doubtful of the form of a text; empty if nothing is."""
    if "\n" in text:
        return "there is a line break in the text: begin it with `>-` instead of `>` or `|`, without an empty line"
    markup = _MARKUP.search(text)
    if markup:
        return f'"{markup[0]}" is markup of a page, and is shown as it stands: write plain text'
    if key == "summary" and _STOP.search(text, 0, len(text) - 1) and len(split_sentences(text)) > 1:
        return "it is more than one sentence: make it one, or split the statement"
    return ""
