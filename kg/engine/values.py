"""Solutions as text of a query: those of another endpoint for VALUES here, and ours for VALUES there.

In come SPARQL 1.1 Query Results JSON documents; out go rows as SPARQL writes them. Each term is checked before it becomes
part of a query: a row cannot say anything but its terms.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kg.namespaces import BASE

GENID: Final = f"{BASE}.well-known/genid/"
"""Where blank nodes of other endpoints get their names (RDF 1.1 Concepts, section 3.5)."""

_IRI: Final = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_TERM: Final = re.compile(
    rf"{_IRI}|\"(?:[^\"\\\n\r]|\\.)*\"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?|\^\^{_IRI})?",
)
_UNDEF: Final = "UNDEF"
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


class BadResultError(ValueError):
    """A document that is no result of a SELECT query. The message says what was found, as the end of a sentence."""


@dataclass(frozen=True)
class Rows:
    """Solutions as rows of VALUES.

    :ivar rows: one text per solution, in brackets
    :ivar has_blank: whether there was a blank node, whose name holds for one result only
    """

    rows: list[str]
    has_blank: bool = False


def rows_of(body: bytes, columns: Sequence[str], scope: str, most: int) -> Rows:
    """Rows of a result, for the given columns; others that the endpoint adds are left out.

    :param scope: name that makes the blank nodes of this result differ from all others
    :param most: more rows are not read
    :raises BadResultError: if it is no result, or a term in it is none
    """
    bindings = _bindings(body)
    maker = _Terms(scope)
    rows = []
    for solution in bindings[:most]:
        if not isinstance(solution, dict):
            message = f"a solution that is {_kind(solution)}"
            raise BadResultError(message)
        texts = [maker.text(solution[name]) if name in solution else _UNDEF for name in columns]
        rows.append(f"({' '.join(texts)})")
    return Rows(rows, has_blank=maker.has_blank)


def columns_of(body: bytes) -> list[str]:
    """Names of the columns of a result."""
    return list(_document(body)["head"].get("vars", []))


def narrowing(body: bytes, candidates: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Variables and distinct rows that may narrow what another endpoint is asked for; no variables if there are too many.

    A variable counts that is an IRI or a plain string in every solution. One that is unbound in some would be compatible
    with anything there (SPARQL 1.1, section 18.3); a blank node means nothing elsewhere; other literals may have another form
    in another store.
    """
    bindings = _bindings(body)
    if len(bindings) > most:  # those that a limit cut off may be unlike these
        return [], []
    fit = [name for name in candidates if all(_travels(solution.get(name)) for solution in bindings)]
    maker = _Terms("")
    rows = [f"({' '.join(maker.text(solution[name]) for name in fit)})" for solution in bindings] if fit else []
    return fit, list(dict.fromkeys(rows))


def _travels(term: Any) -> bool:
    if not isinstance(term, dict):
        return False
    if term["type"] == "uri":
        return True
    return term["type"] == "literal" and "xml:lang" not in term and term.get("datatype", _STRING) == _STRING


class _Terms:
    """Writes terms of one result."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._labels: dict[str, str] = {}

    @property
    def has_blank(self) -> bool:
        return bool(self._labels)

    def text(self, term: Any) -> str:
        """Term as SPARQL writes it (SPARQL 1.1 Query Results JSON, section 3.2.2)."""
        try:
            kind, value = term["type"], term["value"]
            if kind == "bnode" and isinstance(value, str):
                return f"<{self._labels.setdefault(value, f'{GENID}{self._scope}/{len(self._labels) + 1}')}>"
            text = str(self._term(kind, value, term))
        except (KeyError, TypeError, ValueError) as error:
            message = f"a term that is none: {json.dumps(term, ensure_ascii=True)[:200]}"
            raise BadResultError(message) from error
        if not _TERM.fullmatch(text):
            message = f"a term that cannot stand in a query: {text[:200]!r}"
            raise BadResultError(message)
        return text

    @staticmethod
    def _term(kind: str, value: str, term: dict[str, str]) -> ox.NamedNode | ox.Literal:
        if kind == "uri":
            return ox.NamedNode(value)
        if kind not in {"literal", "typed-literal"}:  # the latter in SPARQL 1.0
            raise ValueError(kind)
        if "xml:lang" in term:
            return ox.Literal(value, language=term["xml:lang"])
        return ox.Literal(value, datatype=ox.NamedNode(term.get("datatype", _STRING)))


def _bindings(body: bytes) -> list[Any]:
    bindings = _document(body)["results"]["bindings"]
    if not isinstance(bindings, list):
        message = f"bindings that are {_kind(bindings)}"
        raise BadResultError(message)
    return bindings


def _document(body: bytes) -> dict[str, Any]:
    """The document, of which head and results are sure to be objects."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        message = "something that is not JSON"
        raise BadResultError(message) from error
    if not isinstance(document, dict):
        message = f"JSON that is {_kind(document)}"
        raise BadResultError(message)
    if not isinstance(document.get("head"), dict) or not isinstance(document.get("results"), dict):
        message = "JSON without the head and results of a SELECT"
        raise BadResultError(message)
    if "bindings" not in document["results"]:
        message = "results without bindings"
        raise BadResultError(message)
    return document


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a string", type(None): "null", bool: "a truth value"}.get(
        type(value), "a number"
    )
