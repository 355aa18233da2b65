"""The clauses of a query that reach beyond its default data: SERVICE and FROM, and what may be done with them.

In come tokens from :mod:`kg.engine.tokens`; out go records for :mod:`kg.engine.scan` and :mod:`kg.engine.federation`. Every
SERVICE that Oxigraph would see is seen here (``SERVICEex:a{}`` and ``trueSERVICE<x>{}`` call out, too); where two readings
remain, the query is refused.
"""

import re
from dataclasses import dataclass
from typing import Final

from kg.engine.before import UNSTABLE, Before, before
from kg.engine.errors import QueryRefusedError, QuerySyntaxError
from kg.engine.prologue import Prologue
from kg.engine.tokens import DOTTED, Brackets, Token, mentions, names

_MOST_CALLS: Final = 64

_SERVICE: Final = re.compile("service", re.IGNORECASE)
_DOTTED_SERVICE: Final = re.compile(r"\.\w*service(?:silent)?$", re.IGNORECASE)
_VOLATILE: Final = re.compile("NOW|RAND|UUID|BNODE", re.IGNORECASE)


@dataclass(frozen=True)
class ServiceCall:
    """A SERVICE clause (SPARQL 1.1 Federated Query, section 2) that stands in no other.

    :ivar start: offset of the keyword in the decoded text
    :ivar end: offset after the closing brace
    :ivar line: line of the keyword, from 1
    :ivar endpoint: absolute IRI; empty for a variable or a name that cannot be resolved
    :ivar target: how the query writes the endpoint
    :ivar target_start: offset of that
    :ivar silent: whether it says SILENT
    :ivar pattern_start: offset of the opening brace
    :ivar pattern: text between the braces
    :ivar leading: names of variables that every solution of the pattern binds, as its first triple patterns have them
    :ivar variables: names that occur in the pattern, in order of first appearance
    :ivar nested: whether another SERVICE stands in the pattern
    :ivar before: None where solutions of what stands before must not narrow it
    """

    start: int
    end: int
    line: int
    endpoint: str
    target: str
    target_start: int
    silent: bool
    pattern_start: int
    pattern: str
    leading: frozenset[str]
    variables: tuple[str, ...]
    nested: bool
    before: Before | None


@dataclass(frozen=True)
class Dataset:
    """Dataset clauses (SPARQL 1.1, section 13.2).

    :ivar present: whether there is any
    :ivar default: IRIs of ``FROM``
    :ivar named: IRIs of ``FROM NAMED``
    :ivar clear: whether these are all
    """

    present: bool
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    clear: bool = True


def where_group(tokens: list[Token], at: int, brackets: Brackets) -> int:
    """Index of the brace that opens the outermost WHERE group; -1 if there is none.

    :param at: index of the form; a brace right after CONSTRUCT opens the template (production 10)
    """
    for index in range(at, len(tokens)):
        template = index > 0 and tokens[index - 1].kind == "word" and tokens[index - 1].text.endswith("CONSTRUCT")
        if tokens[index].text == "{" and brackets.parent[index] == -1 and not template:
            return index
    return -1


def is_volatile(tokens: list[Token]) -> bool:
    """Whether a function is called that gives another value each time: NOW, RAND, UUID, STRUUID, BNODE.

    Keywords need no boundary, so that any word that has one in it counts.
    """
    return mentions(tokens, _VOLATILE)


def dataset(tokens: list[Token], at: int, where: int, brackets: Brackets, prologue: Prologue) -> Dataset:
    """Dataset clauses between the form and the outermost group, ``FROMex:g`` and ``ASKFROM<x:g>`` as well."""
    last = where if where >= 0 else len(tokens)
    head = [token for token, parent in zip(tokens[at:last], brackets.parent[at:last], strict=True) if parent == -1]
    describes = bool(head) and head[0].text.upper().startswith("DESCRIBE")
    present, clear = any(token.kind == "word" and "FROM" in token.text for token in tokens), True
    graphs: dict[bool, list[str]] = {False: [], True: []}
    for index, token in enumerate(head):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if "FROM" in prefix.upper() and not (describes and prefix in prologue.declared):
                present, clear = True, False
        elif token.kind == "word" and "FROM" in token.text:
            named = index + 1 < len(head) and head[index + 1].text == "NAMED"
            graph = head[index + 2 : index + 3] if named else head[index + 1 : index + 2]
            iri = prologue.resolve(graph[0].text) if graph and graph[0].kind in {"iri", "name"} else ""
            clear = clear and token.text == "FROM" and bool(iri)
            graphs[named].append(iri)
    if not clear:
        return Dataset(present, clear=False)
    return Dataset(present, tuple(graphs[False]), tuple(graphs[True]))


def service_calls(text: str, tokens: list[Token], brackets: Brackets, where: int, prologue: Prologue) -> tuple[ServiceCall, ...]:
    """All SERVICE clauses that stand in no other, in the order of the text.

    :param where: index of the brace that opens the outermost group
    :raises QueryRefusedError: if one may be there, but cannot be read with certainty
    :raises QuerySyntaxError: if the brace of one is not closed
    """
    if not _SERVICE.search(text):
        return ()
    calls: list[ServiceCall] = []
    past = 0
    for index, token in enumerate(tokens):
        if index < past or not _is_service(tokens, index):
            continue
        line = text.count("\n", 0, token.start) + 1
        if len(calls) >= _MOST_CALLS:  # each costs a look at the whole query
            raise QueryRefusedError(f"The query has more than {_MOST_CALLS} SERVICE clauses. Split it.")
        silent = index + 1 < len(tokens) and tokens[index + 1].text == "SILENT"
        place = index + (2 if silent else 1)
        target = tokens[place] if place < len(tokens) else token
        readable = target.kind in {"iri", "var"} or (target.kind == "name" and not target.text.upper().startswith("SILENT"))
        if token.text != "SERVICE" or not readable or [after.text for after in tokens[place + 1 : place + 2]] != ["{"]:
            message = (
                f"SERVICE on line {line}: it cannot be read with certainty. Write it as SERVICE <https://…> {{ … }} or "
                "SERVICE SILENT <https://…> { … }, with a space on both sides of each word."
            )
            raise QueryRefusedError(message)
        close = brackets.closer.get(place + 1)
        if close is None:
            raise QuerySyntaxError(f"Line {line}: the group after SERVICE has no closing brace; expected }}", line)
        inner = tokens[place + 2 : close]
        opening, closing = tokens[place + 1].start, tokens[close].start
        calls.append(
            ServiceCall(
                start=token.start,
                end=closing + 1,
                line=line,
                endpoint=prologue.resolve(target.text) if target.kind != "var" else "",
                target=target.text,
                target_start=target.start,
                silent=silent,
                pattern_start=opening,
                pattern=text[opening + 1 : closing],
                leading=_leading(inner),
                variables=names(inner),
                nested=any(_is_service(tokens, number) for number in range(place + 2, close)),
                before=None if mentions(inner, UNSTABLE) else before(tokens, brackets, where, index, close),
            ),
        )
        past = close
    return tuple(calls)


def _is_service(tokens: list[Token], index: int) -> bool:
    token = tokens[index]
    return (token.kind == "word" and "SERVICE" in token.text) or _suspect(tokens, index)


def _suspect(tokens: list[Token], index: int) -> bool:
    """Whether Oxigraph may read a prefixed name as SERVICE: ``SERVICEex:a {``, or ``ex:a.b.SERVICE <x> {``."""
    token = tokens[index]
    if token.kind != "name":
        return False
    following = [after.text for after in tokens[index + 1 : index + 4]]
    prefix, _, local = token.text.partition(":")
    if _SERVICE.search(prefix):
        return following[:1] == ["{"] and (index == 0 or tokens[index - 1].text != "GRAPH")
    if _DOTTED_SERVICE.search(local):
        return "{" in (following[1:2] if following[:1] != ["SILENT"] else following[2:3])
    # ex:a.SERVICEex:b {  — one name here, a name and a call there
    return bool(re.search(r"\.\w*service", local, re.IGNORECASE)) and following[:1] == ["{"]


def _leading(tokens: list[Token]) -> frozenset[str]:
    """Variables of the triple patterns with which a group begins, those in lists and paths left out."""
    found: set[str] = set()
    depth = 0
    for token in tokens:
        if token.text in {"{", "{|", "<<"} or (token.kind == "word" and token.text not in {"A", "TRUE", "FALSE"}):
            break
        if token.kind == "name" and DOTTED.search(token.text):
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "var" and depth == 0:
            found.add(token.text[1:])
    return frozenset(found)
