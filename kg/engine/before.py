"""What stands before a SERVICE clause, so that its solutions can narrow what is asked for without changing the answer.

In come tokens and the place of a clause; out goes a :class:`Before` for :mod:`kg.engine.federation`, or None where in doubt.
"""

import re
from dataclasses import dataclass
from typing import Final

from kg.engine.tokens import DOTTED, Brackets, Token, mentions, names

UNSTABLE: Final = re.compile("NOW|RAND|UUID|BNODE|LIMIT|OFFSET|SAMPLE|GROUP_CONCAT|REDUCED", re.IGNORECASE)
"""What may give other solutions when it is evaluated once more."""


@dataclass(frozen=True)
class Before:
    """What stands before a SERVICE clause and is joined with it, so that its solutions can narrow what is asked for.

    :ivar spans: stretches of the text: of the outermost group, then of the OPTIONAL in it that holds the clause
    :ivar insertions: text to insert at offsets, which makes each FILTER pass where it cannot be judged yet
    :ivar variables: names that occur there
    """

    spans: tuple[tuple[int, int], ...]
    insertions: tuple[tuple[int, str], ...]
    variables: frozenset[str]


def before(tokens: list[Token], brackets: Brackets, where: int, index: int, close: int) -> Before | None:
    """What a clause is joined with, if it stands in the outermost group, or in an OPTIONAL right in it.

    Join(G, S) has the same solutions as Join(G, Join(S, V)) where V has the distinct values that G gives to variables that it
    always binds (SPARQL 1.1, section 18.5). For an OPTIONAL, LeftJoin(A, Join(B, S)), they are those of Join(A, B), and
    nothing may come after S that looks at its solutions one by one before they are joined with A.
    """
    group = brackets.parent[index]
    end = brackets.closer.get(where, len(tokens))
    if group < 0 or group not in brackets.closer:
        return None
    if group == where:
        parts = [(where, index, tokens[index:end])]
    elif brackets.parent[group] == where and tokens[group - 1].text == "OPTIONAL":
        after = tokens[close + 1 : brackets.closer[group]]
        if any(token.text == "{" or (token.kind in {"word", "name"} and "BIND" in token.text.upper()) for token in after):
            return None
        outer = tokens[where + 1 : group - 1]
        parts = [(where, group - 1, tokens[group:end]), (group, index, [*outer, *tokens[index : brackets.closer[group]]])]
    else:
        return None
    spans: list[tuple[int, int]] = []
    insertions: list[tuple[int, str]] = []
    known: set[str] = set()
    for opening, stop, others in parts:
        within = tokens[opening + 1 : stop]
        guards = _guards(tokens, brackets, range(opening + 1, stop), frozenset(names(others)))
        if guards is None or mentions(within, UNSTABLE):
            return None
        spans.append((tokens[opening].start + 1, tokens[stop].start))
        insertions += guards
        known.update(names(within))
    return Before(tuple(spans), tuple(insertions), frozenset(known))


def _guards(tokens: list[Token], brackets: Brackets, within: range, later: frozenset[str]) -> list[tuple[int, str]] | None:
    """Insertions that let each FILTER right in a group pass where a variable may be bound later; None if one is not plain.

    A FILTER holds for the whole group wherever it stands (SPARQL 1.1, section 5.2.2).
    """
    found: list[tuple[int, str]] = []
    for index in within:
        token = tokens[index]
        if brackets.parent[index] != within.start - 1 or token.kind not in {"word", "name"}:
            continue
        if token.kind == "name" and DOTTED.search(token.text):
            return None  # ex:a.b.FILTER is a name and a keyword to Oxigraph
        if "FILTER" not in token.text.partition(":")[0].upper():
            continue
        close = _constraint(tokens, brackets, index + 1) if token.text == "FILTER" else None
        if close is None or close not in within:
            return None
        unbound = [f"!BOUND(?{name}) || " for name in names(tokens[index + 1 : close + 1]) if name in later]
        if unbound:
            found += [(tokens[index + 1].start, f"({''.join(unbound)}("), (tokens[close].start + 1, "))")]
    return found


def _constraint(tokens: list[Token], brackets: Brackets, index: int) -> int | None:
    """Index of the bracket that ends a constraint (production 69): ``(…)``, a call, or ``[NOT] EXISTS {…}``."""
    words = [token.text for token in tokens[index : index + 3]]
    skipped = 0
    if words[:1] in (["EXISTS"], ["NOTEXISTS"]) and words[1:2] == ["{"]:
        skipped = 1
    elif words == ["NOT", "EXISTS", "{"]:
        skipped = 2
    elif words[:1] != ["("] and words[1:2] == ["("]:
        skipped = 1
    elif words[:1] != ["("]:
        return None
    return brackets.closer.get(index + skipped)
