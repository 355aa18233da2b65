"""The texts that a query with SERVICE is taken apart into, and the one that it becomes.

In come a :class:`Scan` and what stands for a clause; out go texts for :mod:`kg.engine.federation`, which sends them.

``VALUES (…) {…} FILTER(true)`` stands for a clause: it may stand where SERVICE may, and nowhere else. In braces, or without
the FILTER, it would also be valid after OPTIONAL or UNION, or at the end of a subquery, where SERVICE is a syntax error.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kg.engine.before import Before
from kg.engine.clauses import ServiceCall
from kg.engine.scan import Scan

_NOT_A_LINE_END: Final = re.compile(r"[^\n\r]")
_SUBSELECT: Final = re.compile(r"(?:[\s\ufeff]|#[^\n\r]*)*select", re.IGNORECASE)

Edit = tuple[int, int, str]
"""Start, end, and what is to stand there instead."""


def values(columns: Sequence[str], rows: Iterable[str]) -> str:
    """A clause that gives these solutions."""
    names = " ".join(f"?{name}" for name in columns)
    return f"VALUES ({names}) {{ {' '.join(rows)} }} FILTER(true)"


def spliced(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """A stretch of a text with the edits that lie in it."""
    parts, position = [], start
    for first, last, new in sorted(edit for edit in edits if start <= edit[0] and edit[1] <= end):
        parts += [text[position:first], new]
        position = last
    return "".join([*parts, text[position:end]])


def pattern_alone(checked: Scan, call: ServiceCall) -> str:
    """Query for the pattern of a clause on no data, each character of it at its place."""
    text = checked.text
    between = _blank(text[call.start + len("SERVICE") : call.pattern_start])
    place = call.target_start - call.start - len("SERVICE")
    opened = f"{between[:place]}{{{between[place + 1 :]}"
    start = f"{text[: checked.form_start]}{_blank(text[checked.form_start : call.start])}SELECT*{opened}"
    return f"{start}{text[call.pattern_start : call.end]} FILTER(false)}}"


def without_services(checked: Scan, columns: Sequence[Sequence[str]]) -> str:
    """The query with no solution for each clause, other text at its place where there is room."""
    edits = []
    for call, names in zip(checked.services, columns, strict=True):
        clause = checked.text[call.start : call.end]
        stub = values(names, ())
        room = _blank(clause)[len(stub) :]
        ends = re.sub(r"[^\n\r]", "", clause[: len(stub)])
        edits.append((call.start, call.end, stub + (ends or "") + room))
    return spliced(checked.text, 0, len(checked.text), edits)


def on_no_data(checked: Scan, skeleton: Scan) -> str:
    """The query on no data, as a SELECT or ASK, so that Oxigraph says what is wrong with it before anybody is asked."""
    text, where = skeleton.text, skeleton.where
    if where is None:
        return text
    head = text[skeleton.form_start : where[0]]
    if checked.form not in {"SELECT", "ASK"}:
        head = f"SELECT*{_blank(head)[len('SELECT*') :]}"
    group = text[where[0] + 1 : where[1]]
    if _SUBSELECT.match(group):
        group = f"{{{group}}}"
    return f"{text[: skeleton.form_start]}{head}{{{group} FILTER(false)}}{text[where[1] + 1 :]}"


def solutions_before(checked: Scan, before: Before, names: Sequence[str], edits: Sequence[Edit], most: int) -> str:
    """Query for the distinct solutions of what stands before a clause.

    :param edits: clauses that are resolved already
    """
    guarded = [*edits, *((offset, offset, text) for offset, text in before.insertions)]
    parts = [spliced(checked.text, start, end, guarded) for start, end in before.spans]
    group = "".join(f"{{ {part}\n" for part in parts) + "}" * len(parts)
    graphs = [f"FROM <{iri}>" for iri in checked.from_graphs] + [f"FROM NAMED <{iri}>" for iri in checked.from_named]
    columns = " ".join(f"?{name}" for name in names)
    return f"{checked.text[: checked.form_start]}SELECT DISTINCT {columns} {' '.join(graphs)} WHERE {group} LIMIT {most}"


def remote_query(
    checked: Scan,
    call: ServiceCall,
    columns: Sequence[str],
    most: int,
    narrowed: tuple[Sequence[str], Sequence[str]] | None = None,
) -> str:
    """Query for the other endpoint.

    Bindings stand first in the group where the pattern's first triple patterns bind all their variables, as most
    stores use them best there; elsewhere they are joined with the whole pattern, which is what the query means.

    :param narrowed: variables and rows that the solutions are joined with
    """
    group = f"{{ {call.pattern}\n}}"
    if narrowed is not None:
        names, rows = narrowed
        data = f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(rows)} }}"
        group = f"{{ {data} {group[1:]}" if set(names) <= call.leading else f"{{ {{ {data} }} {group} }}"
    projection = "*" if columns else "(1 AS ?row)"
    return f"{checked.prologue.needed_by(call.pattern)}\nSELECT {projection} WHERE {group} LIMIT {most}"


def _blank(text: str) -> str:
    return _NOT_A_LINE_END.sub(" ", text)
