"""The search in the release as a SERVICE of our own, ``SERVICE search: { … }`` or ``SERVICE <https://w3id.org/policy-kg/search>``.

In comes a clause; out go its solutions as rows of VALUES, for :mod:`kg.engine.federation`. No connection is opened, and the answer
depends on the release alone. The pattern is triples with one variable as their subject::

    SERVICE <https://w3id.org/policy-kg/search> {
      ?statement search:query "strafhof" ; search:language "nl" ; search:limit 50 ; search:score ?score
    }

:data:`kg.search.vocabulary.TERMS` says what each property means.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from kg.engine.clauses import ServiceCall
from kg.engine.errors import QuerySyntaxError, ServiceFailedError
from kg.engine.scan import Scan
from kg.engine.tokens import tokenise
from kg.namespaces import PREFIXES, XSD
from kg.search.errors import SearchError, SearchInputError
from kg.search.finder import Wanted, search
from kg.search.index import open_index
from kg.search.vocabulary import DEFAULT_LIMIT, FILTERS, INPUTS, MOST_HITS, OUTPUTS, SCOPES
from kg.store import Release

_NAMESPACE: Final = PREFIXES["search"]
_VARIABLE: Final = "x-variable:"
_EXAMPLE: Final = '?statement search:query "words" ; search:score ?score .'


@dataclass(frozen=True)
class Asked:
    """What a clause asks for.

    :ivar line: line of the clause
    :ivar subject: name of the variable for what is found
    :ivar outputs: names of variables by property
    """

    line: int
    subject: str
    wanted: Wanted
    limit: int
    outputs: dict[str, str] = field(default_factory=dict)


def read(checked: Scan, call: ServiceCall) -> Asked:
    """Understand the pattern of a clause.

    :raises QuerySyntaxError: if it is more or less than triples of the search vocabulary with one subject
    """
    reading = _Reading(call.line)
    for triple in _triples(checked, call):
        reading.take(triple)
    return reading.done()


def rows(release: Release | None, asked: Asked, columns: Sequence[str]) -> list[str]:
    """Solutions, best first.

    :param columns: names of the variables, in the order of the rows
    :raises QuerySyntaxError: if the words cannot be searched for
    :raises ServiceFailedError: if the release has no index
    """
    if release is None:
        raise ServiceFailedError(f"SERVICE on line {asked.line}: there is no release to search in.")
    try:
        found = search(open_index(release), asked.wanted, asked.limit)
    except SearchInputError as error:
        raise QuerySyntaxError(f"SERVICE on line {asked.line}: {error}", asked.line) from error
    except SearchError as error:
        raise ServiceFailedError(f"SERVICE on line {asked.line}: {error}") from error
    names = {name: key for key, name in asked.outputs.items()}
    made = []
    for rank, hit in enumerate(found.hits, 1):
        terms = {"score": f'"{hit.score:.4f}"^^<{XSD}decimal>', "rank": f'"{rank}"^^<{XSD}integer>'}
        texts = [f"<{hit.iri}>" if name == asked.subject else terms[names[name]] for name in columns]
        made.append(f"({' '.join(texts)})")
    return made


def _triples(checked: Scan, call: ServiceCall) -> list[ox.Triple]:
    """The pattern as triples: it is Turtle where each variable is an IRI."""
    _, tokens, _ = tokenise(call.pattern)
    parts, position = [], 0
    for token in tokens:
        if token.kind == "var":
            parts += [call.pattern[position : token.start], f"<{_VARIABLE}{token.text[1:]}>"]
            position = token.start + len(token.text)
    closing = "" if tokens and tokens[-1].text == "." else "\n."
    turtle = "".join([*parts, call.pattern[position:], closing]) if tokens else ""
    try:
        return checked.prologue.triples(turtle)
    except (SyntaxError, UnicodeEncodeError) as error:
        raise _wrong(
            call.line, "the pattern of a search is triples and nothing else, with constants for what is searched"
        ) from error


class _Reading:
    """The triples of one pattern, one after another."""

    def __init__(self, line: int) -> None:
        self._line = line
        self._subject = ""
        self._given: dict[str, str] = {}
        self._outputs: dict[str, str] = {}
        self._chosen: dict[str, list[str]] = {}

    def take(self, triple: ox.Triple) -> None:
        subject = _variable(triple.subject)
        if not subject or self._subject not in {"", subject}:
            raise self._wrong("all its triples have the same variable as their subject, which stands for what is found")
        self._subject = subject
        iri = triple.predicate.value
        name = iri.removeprefix(_NAMESPACE) if iri.startswith(_NAMESPACE) else ""
        if name in OUTPUTS:
            self._output(name, _variable(triple.object))
        elif name in FILTERS:
            self._filter(name, triple.object)
        elif name in INPUTS:
            self._input(name, triple.object)
        else:
            known = ", ".join(f"search:{term}" for term in (*INPUTS, *FILTERS, *OUTPUTS))
            raise self._wrong(f"<{iri}> is no property of a search; expected one of {known}")

    def done(self) -> Asked:
        if not self._given.get("query", "").strip():
            raise self._wrong("search:query is missing, or its text is empty")
        scope = self._given.get("scope", SCOPES[0])
        if scope not in SCOPES:
            raise self._wrong(f"search:scope is {scope!r}; expected one of {', '.join(SCOPES)}")
        written = self._given.get("limit", str(DEFAULT_LIMIT))
        limit = int(written) if written.isascii() and written.isdigit() and len(written) < len(str(MOST_HITS)) + 1 else 0
        if not 0 < limit <= MOST_HITS:
            raise self._wrong(f"search:limit is {written!r}; expected a number from 1 to {MOST_HITS}")
        language = self._given.get("language", "")
        if language not in {"", "nl", "en"}:
            raise self._wrong(f"search:language is {language!r}; expected nl or en")
        chosen = {name: tuple(values) for name, values in self._chosen.items()}
        wanted = Wanted(self._given["query"], language, chosen, scope)
        return Asked(self._line, self._subject, wanted, limit, self._outputs)

    def _output(self, name: str, variable: str) -> None:
        if not variable or variable in {self._subject, *self._outputs.values()} or name in self._outputs:
            raise self._wrong(f"search:{name} is given once, with a variable of its own")
        self._outputs[name] = variable

    def _filter(self, name: str, value: object) -> None:
        if not isinstance(value, ox.NamedNode) or _variable(value):
            raise self._wrong(f"search:{name} is given as an IRI")
        self._chosen.setdefault(name, []).append(value.value)

    def _input(self, name: str, value: object) -> None:
        if not isinstance(value, ox.Literal):
            raise self._wrong(
                f"search:{name} is given as a constant; a variable has no value yet when the search runs, whatever VALUES or BIND "
                "say. Write the value itself"
            )
        if name in self._given:
            raise self._wrong(f"search:{name} is given more than once")
        self._given[name] = value.value
        if name == "query" and value.language:
            self._given.setdefault("language", value.language.partition("-")[0].lower())

    def _wrong(self, reason: str) -> QuerySyntaxError:
        return _wrong(self._line, reason)


def _variable(term: object) -> str:
    """Name of a variable; empty for another term."""
    if isinstance(term, ox.NamedNode) and term.value.startswith(_VARIABLE):
        return term.value.removeprefix(_VARIABLE)
    return ""


def _wrong(line: int, reason: str) -> QuerySyntaxError:
    return QuerySyntaxError(f"SERVICE on line {line}: {reason}; for example {_EXAMPLE}", line)
