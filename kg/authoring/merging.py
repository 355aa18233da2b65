"""Two coders' files and their decisions become one mapping file, which says of each statement whose it is.

In: a :class:`~kg.agreement.comparing.Comparison` and a decisions file. Out: the text of the mapping file, its ledger and
``entities/codings.yaml``. Next: ``kg merge`` writes them.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from kg.agreement.coded import Coded
from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison
from kg.authoring.blocks import scalar
from kg.authoring.decisions import Decision, read_decisions
from kg.authoring.mergedledger import merged_ledger
from kg.authoring.mergedpass import merged_pass
from kg.authoring.taking import Taken, Writer
from kg.errors import AnchorError, InputError, Span
from kg.mappings.corpus import Corpus
from kg.mappings.nodes import Mapping, Scalar, items
from kg.namespaces import ID
from kg.sources import NormalisedText, parse_anchors, resolve

_NUMBERED: Final = re.compile(r"([a-z]*)(\d+)")


@dataclass(frozen=True)
class Merged:
    """What is to be written.

    :ivar mapping: the mapping file
    :ivar ledger: its ledger; empty if there is none
    :ivar codings: ``entities/codings.yaml`` with the merged pass; empty if it has that already
    :ivar notes: what the coders should know, one line each
    """

    mapping: str
    ledger: str
    codings: str
    notes: tuple[str, ...]


def merge(found: Comparison, decisions: Path, corpus: Corpus, day: date) -> Merged:
    """Merge two codings.

    :param corpus: of the project to which the document belongs
    :param day: of the merged coding pass
    :raises FindingsError: if the decisions are incomplete or wrong
    :raises InputError: if a file cannot be merged as it is written
    """
    layout = corpus.layout
    decided = read_decisions(decisions, layout.name(decisions), found, corpus.keys)
    passes = {"a": _coding_pass(found.a), "b": _coding_pass(found.b)}
    path = layout.mappings / "entities" / "codings.yaml"
    taken, names_a, names_b, dropped = _taken(found, decided)
    relations = tuple(key for key, term in corpus.context.terms.items() if term.base == f"{ID}statement/" and key != "replacedBy")
    kept = {which: sum(t.by == which for t in taken) for which in ("a", "b", "both")}
    both = merged_pass(found, (passes["a"], passes["b"]), kept, path, layout.name(path), day)
    passes["both"] = both.slug
    writer = Writer(found, passes, names_a, names_b, decisions, relations)
    mapping, notes = writer.file(taken)
    notes = [f"{kept['both']} statements of both coders, {kept['a']} of the first, {kept['b']} of the second", *notes]
    if dropped:
        notes.append(f"left out of A: {', '.join(dropped)}; if a release has them, list them under `withdrawn:`")
    ledger, of_ledger = merged_ledger(found, [span for statement in taken for span in statement.spans], (names_a, names_b))
    return Merged(mapping, ledger, both.codings, (*notes, *of_ledger, *both.notes))


def _taken(
    found: Comparison, decided: dict[tuple[str, str], Decision]
) -> tuple[list[Taken], dict[str, str], dict[str, str], list[str]]:
    """The statements of the result in the order of the text; by old id of each file the new one; ids of A that are left out."""
    fresh = _fresh_ids(found.a)
    taken: list[tuple[int, Taken]] = []
    names_b: dict[str, str] = {}
    dropped = []
    added: list[tuple[Coded, str, Decision | None]] = []

    def take(line: int, name: str, source: Coded, by: str, edit: Decision | None = None, *, of_a: bool = True) -> None:
        taken.append((line, Taken(name, source, of_a, by, _spans(source, edit, found.a.text), edit)))

    for pair in found.pairs:
        decision = decided.get((pair.a.id, pair.b.id))
        choice = decision.take if decision else "agreed"
        names_b[pair.b.id] = pair.a.id
        if choice == "b":
            take(pair.a.line, pair.a.id, pair.b, "b", of_a=False)
            continue
        by = "a" if choice in ("a", "both") else "both"
        take(pair.a.line, pair.a.id, pair.a, by, decision if choice == "edit" else None)
        if choice == "both":
            added.append((pair.b, "b", None))
    for statement in found.only_a:
        decision = decided[statement.id, ""]
        edit = decision if decision.take == "edit" else None
        if decision.take == "b":
            dropped.append(statement.id)
        else:
            take(statement.line, statement.id, statement, "both" if edit else "a", edit)
    for statement in found.only_b:
        decision = decided["", statement.id]
        edit = decision if decision.take == "edit" else None
        if decision.take != "a":
            added.append((statement, "both" if edit else "b", edit))
    for statement, by, edit in sorted(added, key=lambda entry: entry[0].place):
        names_b[statement.id] = next(fresh)
        take(statement.line, names_b[statement.id], statement, by, edit, of_a=False)
    names_a = {statement.id: statement.id for statement in found.a.statements if statement.id not in dropped}
    ordered = sorted(taken, key=lambda entry: (min(span.start for span in entry[1].spans), entry[0], entry[1].id))
    return [statement for _, statement in ordered], names_a, names_b, dropped


def _spans(source: Coded, edit: Decision | None, text: NormalisedText | None) -> tuple[Span, ...]:
    """Where a statement of the result stands: as its coder says, or as it was decided, if the text is at hand to find that."""
    written = items(edit.edit.get("passage")) if edit and edit.edit else ()
    try:
        found = [resolve(parse_anchors(item.value), text) for item in written if isinstance(item, Scalar) and text]
    except AnchorError:
        found = []  # `kg anchor` says what is wrong with it
    return tuple(Span(passage.start, passage.end) for passage in found) or source.spans


def _fresh_ids(coding: Coding) -> Any:
    """Ids that no statement of the file has or had: they go on from the highest, withdrawn ones included."""
    ids = [s.id for s in coding.statements]
    ids += [scalar(node, "id") for node in items(coding.tree.get("withdrawn")) if isinstance(node, Mapping)]
    numbered = [match for match in map(_NUMBERED.fullmatch, ids) if match]
    letters, digits = (numbered[-1][1], len(numbered[-1][2])) if numbered else ("s", 3)
    number = max((int(match[2]) for match in numbered), default=0)
    while True:
        number += 1
        yield f"{letters}{number:0{digits}}"


def _coding_pass(coding: Coding) -> str:
    """The coding pass that the file's defaults name."""
    defaults = coding.tree.get("defaults")
    name = scalar(defaults, "coding") if isinstance(defaults, Mapping) else ""
    if not name:
        raise InputError(
            f"{coding.path}: `defaults:` names no `coding:`, so it cannot be said whose statements these are; add it"
        )
    return name
