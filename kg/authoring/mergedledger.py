"""The ledger of a merged mapping file: what neither coder's statements in it stand on, each stretch with its reason.

In: both coders' ledgers, and the passages of the result. Out: the text of the ledger. Next: :mod:`kg.authoring.merging`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison
from kg.agreement.skipping import is_covered
from kg.authoring.blocks import edited, listed, reindented
from kg.errors import Span
from kg.mappings.ledger import Skipped
from kg.mappings.nodes import Mapping as Node
from kg.mappings.nodes import items
from kg.mappings.reader import read_yaml

_LIST: Final = re.compile(r"^skipped:.*$", re.MULTILINE)


def merged_ledger(
    found: Comparison, spans: Sequence[Span], names: tuple[Mapping[str, str], Mapping[str, str]]
) -> tuple[str, list[str]]:
    """The ledger, and what the coders should know, one line each.

    An entry of the first file stays unless a statement that is not the first coder's stands on it; one of the second file comes along
    where neither a statement of the result nor an entry of the first stands.

    :param spans: passages of the statements of the result
    :param names: by old id of each file the new one; what is left out is not in it
    :returns: no text where there is no ledger, or the text of the document is not at hand
    """
    a, b = found.a, found.b
    if a.ledger is None or b.ledger is None:
        return "", ["the ledgers are not merged: where their entries stand says the text; pass --sources DIR"]
    if not a.ledger and not b.ledger:
        return "", []
    own = [span for statement in a.statements for span in statement.spans]
    ours = [e for e in a.ledger if e.span and (is_covered(e.span, own) or not is_covered(e.span, spans))]
    there = [*spans, *(e.span for e in ours if e.span)]
    theirs = [e for e in b.ledger if e.span and not is_covered(e.span, there)]
    head, pieces_a, tail, indent = _pieces(a)
    _, pieces_b, _, indent_b = _pieces(b)
    notes = [
        f"ledger: line {e.place.line} of A is left out, as a statement of the result stands there"
        for e in a.ledger
        if e not in ours
    ]
    notes += [f"ledger: line {e.place.line} of B comes along" for e in theirs]
    entries = [(e, _renamed(pieces_a[e.place.line], names[0], a, notes)) for e in ours]
    entries += [(e, reindented(_renamed(pieces_b[e.place.line], names[1], b, notes), indent_b, indent)) for e in theirs]
    body = "".join(piece if piece.endswith("\n") else f"{piece}\n" for _, piece in sorted(entries, key=_start))
    head = head or f"document: {a.document}\nskipped:\n"
    return _LIST.sub("skipped:" if body else "skipped: []", head) + body + tail, notes


def _start(entry: tuple[Skipped, str]) -> int:
    return entry[0].span.start if entry[0].span else 0


def _pieces(coding: Coding) -> tuple[str, dict[int, str], str, int]:
    """What stands above the entries, each entry by the line of its passage, what follows, and their indentation."""
    path = coding.ledger_path
    tree, _ = read_yaml(path, path.as_posix()) if path.exists() else (None, [])
    if tree is None:
        return "", {}, "", 0
    head, pieces, tail, indent = listed(path.read_text(encoding="utf-8"), tree, "skipped", path.as_posix())
    return head, dict(zip(_lines(tree), pieces, strict=False)), tail, indent


def _lines(tree: Node) -> Iterator[int]:
    """By entry, the line of its passage."""
    for node in items(tree.get("skipped")):
        passage = node.scalar("passage") if isinstance(node, Node) else None
        yield (passage or node).place.line


def _renamed(piece: str, names: Mapping[str, str], coding: Coding, notes: list[str]) -> str:
    """An entry with the new id of the statement that it repeats."""
    repeated = re.search(r"\brepeats: *['\"]?([\w/-]+)", piece)
    own = repeated[1].removeprefix(f"{coding.document}/") if repeated else ""
    if own in coding.by_id and own not in names:
        notes.append(f"ledger: an entry repeats {own} of {coding.path.as_posix()}, which is left out; say what it repeats now")
    if names.get(own, own) == own:
        return piece

    def change(written: Any) -> None:
        written["repeats"] = names[own]

    return edited(piece, change)
