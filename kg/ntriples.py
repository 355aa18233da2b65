"""Terms as N-Triples writes them: for work on many triples, where an object for each term costs more than what is done with it.

In: a line or a term as Oxigraph writes it (RDF 1.1 N-Triples, section 3: no white space but the two spaces and ``space dot``). Out: strings. Next:
:mod:`kg.description`, :mod:`kg.tables`, :mod:`kg.scale`.
"""

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_LANG_STRING: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def parts(line: str) -> tuple[str, str, str]:
    """Subject, predicate and object of a line."""
    subject, predicate, value = line.split(" ", 2)
    return subject, predicate, value[:-2]


def lexical(term: str) -> str:
    """The IRI, the lexical form of a literal, or the label of a blank node."""
    if term[0] == "<":
        return term[1:-1]
    if term[0] == "_":
        return term[2:]
    text = term[1 : term.rindex('"')]
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED[match[1]] if match[1] else chr(int(match[2] or match[3], 16))


def is_iri(term: str) -> bool:
    """Whether the term is an IRI."""
    return term[0] == "<"


def is_literal(term: str) -> bool:
    """Whether the term is a literal."""
    return term[0] == '"'


def language(term: str) -> str:
    """The tag of a language-tagged string; empty for any other term."""
    tail = term[term.rindex('"') + 1 :] if term[0] == '"' else ""
    return tail[1:] if tail.startswith("@") else ""


def datatype(literal: str) -> str:
    """IRI of the datatype of a literal."""
    tail = literal[literal.rindex('"') + 1 :]
    if tail.startswith("^^"):
        return tail[3:-1]
    return _LANG_STRING if tail else _STRING
