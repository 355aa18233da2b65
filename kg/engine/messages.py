"""Oxigraph's syntax errors, in a form that a person can use: place, the line itself, and what could stand there."""

import re
from typing import Final

from kg.engine.errors import QuerySyntaxError

_PLACE: Final = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
_CHARACTERS: Final = re.compile(r"\[(?:[^\[\]']|'(?:\\u\{[0-9A-Fa-f]+\}|\\?.)')*\]", re.DOTALL)
_SENTENCE: Final = re.compile(r"^(IRI |The |Prefix |No scheme|Invalid|Only |Relative )")
_KEYWORD: Final = re.compile("[A-Z][A-Z0-9_]+")
_SHOWN: Final = 60
_LISTED: Final = 10


def syntax_error(message: str, text: str) -> QuerySyntaxError:
    """Error for a message such as ``error at 1:20: expected one of "{", [_]``.

    Oxigraph names character classes, which help nobody and are left out.

    :param message: of pyoxigraph's ``SyntaxError``
    :param text: the query
    """
    match = _PLACE.match(message)
    if not match:
        return QuerySyntaxError(f"The query is not valid SPARQL 1.1: {message}")
    line, column = int(match[1]), int(match[2])
    parts = [part.strip(' "\n') for part in re.split(r", ", _CHARACTERS.sub("", match[3]))]
    parts = list(dict.fromkeys(part for part in parts if part))
    reasons = [part for part in parts if _SENTENCE.match(part)]
    expected = tuple(part for part in parts if part not in reasons)
    vague = bool(expected) and all(_KEYWORD.fullmatch(word) for word in expected)
    if vague:
        # The parser takes as many characters as a keyword has before it compares, and names the keywords that took it
        # furthest. So the mistake stands after the place where it took them, and the keywords say nothing.
        column = max(1, column - max(len(word) for word in expected))
        expected = ()
    lines = text.splitlines()
    source = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    found = repr(source[:_SHOWN]) if source else "the end of the line"
    said = f"Line {line}, {'at or after ' if vague else ''}column {column}: found {found}"
    if 0 < len(expected) <= _LISTED and not reasons:
        said += f"; expected {' or '.join(expected)}"
    told = " ".join(f"{reason.rstrip('.')}." for reason in reasons)
    return QuerySyntaxError(f"{said}. {told}".strip(), line, column, expected)
