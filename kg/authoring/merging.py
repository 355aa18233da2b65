"""Two coders' files and their decisions become one mapping file, which says of each statement whose it is.

In: a :class:`~kg.agreement.comparing.Comparison` and a decisions file. Out: the text of the mapping file and of
``entities/codings.yaml``. Next: ``kg merge`` writes both.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from kg.agreement.codings import Coded, Coding
from kg.agreement.comparing import Comparison
from kg.authoring.blocks import scalar
from kg.authoring.decisions import Decision, read_decisions
from kg.authoring.mergedpass import merged_pass
from kg.authoring.taking import Taken, Writer
from kg.errors import InputError
from kg.mappings.corpus import Corpus
from kg.mappings.nodes import Mapping, items
from kg.namespaces import ID

_NUMBERED: Final = re.compile(r"([a-z]*)(\d+)")


@dataclass(frozen=True)
class Merged:
    """What is to be written.

    :ivar mapping: the mapping file
    :ivar codings: ``entities/codings.yaml`` with the merged pass; empty if it has that already
    :ivar notes: what the coders should know, one line each
    """

    mapping: str
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
    return Merged(mapping, both.codings, (*notes, *both.notes))


def _taken(
    found: Comparison, decided: dict[tuple[str, str], Decision]
) -> tuple[list[Taken], dict[str, str], dict[str, str], list[str]]:
    """The statements of the result in the order of the text; by old id of each file the new one; ids of A that are left out."""
    fresh = _fresh_ids(found.a)
    taken: list[tuple[tuple[int, int], Taken]] = []
    names_b: dict[str, str] = {}
    dropped = []
    added: list[tuple[Coded, str, Decision | None]] = []
    for pair in found.pairs:
        decision = decided.get((pair.a.id, pair.b.id))
        take = decision.take if decision else "agreed"
        names_b[pair.b.id] = pair.a.id
        if take == "b":
            taken.append((pair.a.place, Taken(pair.a.id, pair.b, of_a=False, by="b")))
            continue
        by = "a" if take in ("a", "both") else "both"
        edit = decision if take == "edit" else None
        taken.append((pair.a.place, Taken(pair.a.id, pair.a, of_a=True, by=by, edit=edit)))
        if take == "both":
            added.append((pair.b, "b", None))
    for statement in found.only_a:
        decision = decided[statement.id, ""]
        if decision.take == "b":
            dropped.append(statement.id)
        else:
            edit = decision if decision.take == "edit" else None
            taken.append((statement.place, Taken(statement.id, statement, of_a=True, by="both" if edit else "a", edit=edit)))
    for statement in found.only_b:
        decision = decided["", statement.id]
        if decision.take != "a":
            edit = decision if decision.take == "edit" else None
            added.append((statement, "both" if edit else "b", edit))
    for statement, by, edit in sorted(added, key=lambda entry: entry[0].place):
        names_b[statement.id] = next(fresh)
        taken.append((statement.place, Taken(names_b[statement.id], statement, of_a=False, by=by, edit=edit)))
    names_a = {statement.id: statement.id for statement in found.a.statements if statement.id not in dropped}
    return [t for _, t in sorted(taken, key=lambda entry: (entry[0][0], entry[1].id))], names_a, names_b, dropped


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
