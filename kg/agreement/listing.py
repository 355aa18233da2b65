"""A comparison of two codings as text for people and as JSON for programs.

In: a :class:`~kg.agreement.comparing.Comparison`. Out: text. Next: ``kg agreement`` prints it.
"""

import json
import textwrap
from collections.abc import Iterable, Sequence
from typing import Final

from kg.agreement.coded import Coded
from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison, Pair
from kg.agreement.pairing import LEAST_SHARED
from kg.agreement.slugs import Undeclared
from kg.mappings.ledger import Skipped

FORMATS: Final = ("text", "json")
_NOTHING: Final = "—"
_COLUMNS: Final = 100
"""Of a terminal, which lines of values are to fit in."""


def as_text(found: Comparison) -> str:
    """Tables of agreement, then the disagreements one below the other, each with its lines."""
    length, share = f"{found.a.length:,}", f"{LEAST_SHARED:.0%}"
    lines = [
        f"A  {found.a.path.as_posix()}: {len(found.a.statements)} statements",
        f"B  {found.b.path.as_posix()}: {len(found.b.statements)} statements",
        "",
        *_undeclared(found),
        f"Units, over the {length} characters of {found.a.document} (those of one coder that overlap count as one)",
        *_table(
            ("kind", "A", "B", "alpha-U"),
            [(unit.kind or "all", str(unit.a), str(unit.b), _number(unit.result.alpha)) for unit in found.units],
        ),
        "",
        f"Coding, of {len(found.pairs)} pairs of statements whose passages overlap by {share} or more, or one holds the other",
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
    for which, item in _in_order(found):
        lines += ["", *(_pair(found, item) if isinstance(item, Pair) else _alone(found, which, item))]
    lines += _reworded(found)
    lines += _skipped(found)
    return "\n".join(lines) + "\n"


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
        "reworded": [
            {
                "a": _reference(found.a, pair.a),
                "b": _reference(found.b, pair.b),
                "keys": {key: {"a": pair.a.texts[key], "b": pair.b.texts[key]} for key in pair.reworded},
            }
            for pair in found.reworded
        ],
        "undeclared": [
            {
                "file": each.coding.path.as_posix(),
                "line": each.line,
                "slug": each.slug,
                "statements": each.statements,
                "other": each.other or None,
            }
            for each in found.undeclared
        ],
        "skipped": None
        if found.skipped is None
        else [{"a": _skip(found.a, each.a), "b": _skip(found.b, each.b)} for each in found.skipped],
    }
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _undeclared(found: Comparison) -> list[str]:
    """The slugs to look at before any figure, with what may be the same thing."""
    if not found.undeclared:
        return []

    def lines(each: Undeclared) -> list[str]:
        which, other = ("A", "B") if each.coding is found.a else ("B", "A")
        there = f"; {other} has {each.other} there" if each.other else ""
        times = f"{each.statements} statement{'' if each.statements == 1 else 's'}"
        return _wrapped(f"  {which}  ", f"line {each.line} {each.slug}: {times}{there}")

    head = "Slugs that the project does not declare (one thing under two slugs counts as a difference)"
    return [head, *(line for each in found.undeclared for line in lines(each)), ""]


def _reworded(found: Comparison) -> list[str]:
    """Texts that both have in own words, to be compared by eye."""
    lines = ["", "Conditions and exceptions that both have, in words of their own"] if found.reworded else []
    for pair in found.reworded:
        lines += ["", f"  A  {_at(found.a, pair.a)}", f"  B  {_at(found.b, pair.b)}"]
        width = max(map(len, pair.reworded))
        for key in pair.reworded:
            lines += _wrapped(f"    {key.ljust(width)}  A  ", pair.a.said(key))
            lines += _wrapped(f"    {' ' * width}  B  ", pair.b.said(key))
    return lines


def _skipped(found: Comparison) -> list[str]:
    """What one skips and the other codes, or skips for another reason."""
    if found.skipped is None:
        return ["", "What is skipped is not compared: where it stands says the text; pass --sources DIR"]
    lines = ["", f"Skipped by one, and coded by the other or skipped for another reason: {len(found.skipped)}"]
    for each in found.skipped:
        lines.append("")
        for which, coding, there in (("A", found.a, each.a), ("B", found.b, each.b)):
            if isinstance(there, Skipped):
                lines.append(f"  {which}  {coding.ledger_path.as_posix()}:{there.place.line} skipped: {there.reason}")
            else:
                lines += [f"  {which}  {_at(coding, statement)}" for statement in there]
    return lines


def _skip(coding: Coding, there: Skipped | tuple[Coded, ...]) -> object:
    """An entry of a ledger, or the statements that stand in its place."""
    if isinstance(there, Skipped):
        return {"file": coding.ledger_path.as_posix(), "line": there.place.line, "reason": there.reason}
    return [_reference(coding, statement) for statement in there]


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


def _pair(found: Comparison, pair: Pair) -> list[str]:
    """Both statements with their places, then each key with what either coder wrote."""
    width = max(map(len, pair.differs))
    lines = [f"  A  {_at(found.a, pair.a)}", f"  B  {_at(found.b, pair.b)}"]
    for key, (ours, theirs) in pair.differs.items():
        lines += _listed(f"    {key.ljust(width)}  A  ", ours)
        lines += _listed(f"    {' ' * width}  B  ", theirs)
    return lines


def _listed(head: str, values: Sequence[str]) -> list[str]:
    """Values after their head: slugs one after the other, of targets and figures each in a line of its own."""
    if not any("=" in value for value in values):
        return _wrapped(head, _values(values))
    return [line for i, value in enumerate(values) for line in _wrapped(" " * len(head) if i else head, value)]


def _alone(found: Comparison, which: str, statement: Coded) -> list[str]:
    """A statement that only one coder has: its place, kind and summary, in English if it is written so."""
    places = {"a": _NOTHING, "b": _NOTHING} | {which: _at(found.a if which == "a" else found.b, statement)}
    summary = statement.said("summary") or _NOTHING
    lines = [f"  A  {places['a']}", f"  B  {places['b']}"]
    lines += _wrapped("    kind     ", _values(statement.values.get("kind", ())))
    return [*lines, *_wrapped("    summary  ", summary)]


def _wrapped(head: str, text: str) -> list[str]:
    """A text after its head, in lines for a terminal that go on below its beginning."""
    return textwrap.wrap(
        text, _COLUMNS, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False, break_on_hyphens=False
    )


def _values(values: Iterable[str]) -> str:
    return ", ".join(values) or _NOTHING


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else _NOTHING


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.2f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A name and figures under their heads: the name aligned left, the figures right."""
    listed = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    padded = (
        [cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
        for row in listed
    )
    return [f"  {'  '.join(row)}".rstrip() for row in padded]
