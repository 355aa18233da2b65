"""A comparison of two codings as text for people and as JSON for programs.

In: a :class:`~kg.agreement.comparing.Comparison`. Out: text. Next: ``kg agreement`` prints it.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from kg.agreement.codings import Coded, Coding
from kg.agreement.comparing import LEAST_SHARED, Comparison, Pair

FORMATS: Final = ("text", "json")
_NOTHING: Final = "—"


def as_text(found: Comparison) -> str:
    """Tables of agreement, then the disagreements side by side, each with its lines."""
    length, share = f"{found.a.length:,}", f"{LEAST_SHARED:.0%}"
    lines = [
        f"A  {found.a.path.as_posix()}: {len(found.a.statements)} statements",
        f"B  {found.b.path.as_posix()}: {len(found.b.statements)} statements",
        "",
        f"Units, over the {length} characters of {found.a.document} (those of one coder that overlap count as one)",
        *_table(
            ("kind", "A", "B", "alpha-U"),
            [(unit.kind or "all", str(unit.a), str(unit.b), _number(unit.result.alpha)) for unit in found.units],
        ),
        "",
        f"Coding, of {len(found.pairs)} pairs of statements whose passages share at least {share} of their characters",
        *_table(
            ("key", "N", "same", "kappa", "N both", "alpha"),
            [
                (f.key, str(f.pairs), _share(f.same, f.pairs), _number(f.kappa), str(f.both), _number(f.alpha))
                for f in found.fields
                if f.pairs
            ],
        ),
        "",
        f"Differences: {len(found.differing)} in pairs, {len(found.only_a)} in A only, {len(found.only_b)} in B only",
    ]
    rows = []
    for place, item in _in_order(found):
        rows.append(("", "", ""))
        if isinstance(item, Pair):
            rows.append(("", _at(found.a, item.a), _at(found.b, item.b)))
            rows += [(key, _values(ours), _values(theirs)) for key, (ours, theirs) in item.differs.items()]
        else:
            rows.append(("", _at(found.a, item), _NOTHING) if place == "a" else ("", _NOTHING, _at(found.b, item)))
            rows.append(("kind", *_sided(place, _values(item.values.get("kind", ())))))
    return "\n".join((*lines, *_beside(rows))) + "\n"


def as_json(found: Comparison) -> str:
    """The same as one JSON object."""
    plain = {
        "document": found.a.document,
        "characters": found.a.length,
        "a": {"file": found.a.path.as_posix(), "statements": len(found.a.statements)},
        "b": {"file": found.b.path.as_posix(), "statements": len(found.b.statements)},
        "units": [
            {
                "kind": unit.kind or None,
                "a": unit.a,
                "b": unit.b,
                "observed": unit.result.observed,
                "expected": unit.result.expected,
                "alpha": unit.result.alpha,
            }
            for unit in found.units
        ],
        "coding": {
            "pairs": len(found.pairs),
            "fields": [
                {"key": f.key, "n": f.pairs, "same": f.same, "kappa": f.kappa, "nBoth": f.both, "alpha": f.alpha}
                for f in found.fields
            ],
        },
        "differences": [
            {
                "a": _reference(found.a, pair.a),
                "b": _reference(found.b, pair.b),
                "keys": {key: {"a": list(ours), "b": list(theirs)} for key, (ours, theirs) in pair.differs.items()},
            }
            for pair in found.differing
        ],
        "onlyA": [_reference(found.a, statement) for statement in found.only_a],
        "onlyB": [_reference(found.b, statement) for statement in found.only_b],
    }
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _in_order(found: Comparison) -> list[tuple[str, Pair | Coded]]:
    """What differs, in the order of the text."""
    differing: list[tuple[tuple[int, int], str, Pair | Coded]] = [(pair.a.place, "both", pair) for pair in found.differing]
    differing += [(statement.place, "a", statement) for statement in found.only_a]
    differing += [(statement.place, "b", statement) for statement in found.only_b]
    return [(which, item) for _, which, item in sorted(differing, key=lambda entry: entry[:2])]


def _reference(coding: Coding, statement: Coded) -> dict[str, object]:
    spans = [{"start": span.start, "end": span.end} for span in statement.spans]
    return {"id": statement.id, "file": coding.path.as_posix(), "line": statement.line, "passages": spans}


def _at(coding: Coding, statement: Coded) -> str:
    return f"{coding.path.as_posix()}:{statement.line} {statement.id}"


def _sided(which: str, value: str) -> tuple[str, str]:
    return (value, _NOTHING) if which == "a" else (_NOTHING, value)


def _values(values: Iterable[str]) -> str:
    return ", ".join(values) or _NOTHING


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else _NOTHING


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.2f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A name and figures under their heads: the name aligned left, the figures right."""
    return [f"  {'  '.join(row)}".rstrip() for row in _padded([head, *rows], right=True)]


def _beside(rows: Iterable[Sequence[str]]) -> list[str]:
    """What both coders wrote, in two columns."""
    return [f"  {'  '.join(row)}".rstrip() for row in _padded([("", "A", "B"), *rows], right=False)]


def _padded(rows: Sequence[Sequence[str]], *, right: bool) -> list[list[str]]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        [cell.rjust(width) if right and i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
        for row in rows
    ]
