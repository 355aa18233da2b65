"""What two coders decide together, one entry for each difference between their files.

In: a :class:`~kg.agreement.comparing.Comparison`. Out: the template of a decisions file; and, of one that is filled in, a
:class:`Decision` by difference. Next: :mod:`kg.authoring.merging`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison
from kg.authoring.blocks import scalar
from kg.errors import Finding, FindingsError
from kg.mappings.keys import STATEMENT, Keys
from kg.mappings.nodes import Mapping, Scalar, items
from kg.mappings.reader import read_yaml
from kg.mappings.words import did_you_mean, shortened

TAKE: Final = ("a", "b", "both", "edit")
_KEYS: Final = ("a", "b", "differs", "kind", "take", "edit")
_TOP: Final = ("document", "same", "together", "apart", "decisions")

_HEAD: Final = """\
# Decisions about {document}, for `kg merge`.
#   a: {a}
#   b: {b}
# Fill in each `take:`
#   a     the statement of the first file; where only the second has one, it is left out
#   b     the statement of the second file; where only the first has one, it is left out
#   both  both statements, where each says something of its own
#   edit  the statement of the first file (or the only one), changed as you write below `edit:`, as in
#           take: edit
#           edit: {{kind: Demand, action: ratify}}
#         a key without a value is taken away
# Statements on which both files agree are not listed: they are taken from the first file, with its wording.
# What `same:`, `together:` and `apart:` settle, `kg agreement --decisions` compares by, too; make the template anew after a change of them.
document: {document}
"""


@dataclass(frozen=True)
class Decision:
    """What is to be taken of one difference.

    :ivar a: id of the statement of the first file; empty if only the second has one
    :ivar edit: keys with what to write instead; None takes the key away
    :ivar index: position in the file, from 0
    """

    a: str
    b: str
    take: str
    edit: Mapping | None = None
    index: int = 0


def template(found: Comparison) -> str:
    """A decisions file to be filled in, in the order of the text."""
    lines = [_HEAD.format(document=found.a.document, a=found.a.path.as_posix(), b=found.b.path.as_posix()), *_settled(found)]
    entries: list[tuple[tuple[int, int], str]] = []
    for pair in found.differing:
        differs = "\n".join(
            f"    {key}: {{a: {_flow(ours)}, b: {_flow(theirs)}}}" for key, (ours, theirs) in pair.differs.items()
        )
        both = f"- a: {pair.a.id} # line {pair.a.line}\n  b: {pair.b.id} # line {pair.b.line}\n"
        entries.append((pair.a.place, f"{both}  differs:\n{differs}\n  take:\n"))
    for which, statements in (("a", found.only_a), ("b", found.only_b)):
        for statement in statements:
            kind = _flow(statement.values.get("kind", ()))
            entries.append(
                (
                    statement.place,
                    f"- {which}: {statement.id} # line {statement.line}, only in this file\n  kind: {kind}\n  take:\n",
                )
            )
    lines.append("decisions:\n" if entries else "decisions: []\n")
    return "".join((*lines, *(text for _, text in sorted(entries))))


def _settled(found: Comparison) -> Iterator[str]:
    """What was settled before, so that one file says all."""
    if found.settled.same:
        yield "same: # slugs of the second file, each with that of the first for the same thing\n"
        yield from (f"  {_flow([slug.value])}: {_flow([other.value])}\n" for slug, other in found.settled.same.items())
    for key, what, pairs in (("together", "a", found.settled.together), ("apart", "no", found.settled.apart)):
        if pairs:
            yield f"{key}: # statements that make {what} pair\n"
            yield from (f"- {{a: {a.value}, b: {b.value}}}\n" for a, b in pairs)


def _flow(values: Iterable[str]) -> str:
    """Values as YAML, on one line; quoted, as some have commas."""
    quoted = [json.dumps(value, ensure_ascii=False) if set(value) & set(' ,:{}[]"#&*!|>%@`') else value for value in values]
    return f"[{', '.join(quoted)}]" if len(quoted) != 1 else quoted[0]


def read_decisions(path: Path, name: str, found: Comparison, keys: Keys) -> dict[tuple[str, str], Decision]:
    """Read a decisions file.

    :param name: the file as findings call it
    :param keys: which of them a statement has
    :returns: by the ids in both files (empty where one has none), what was decided
    :raises FindingsError: if something is undecided, or decided about what does not differ
    """
    tree, findings = read_yaml(path, name)
    if tree is None or findings:
        raise FindingsError(tuple(findings))
    document = tree.scalar("document")
    if document is None or document.value != found.a.document:
        place = document.place if document else tree.place
        findings.append(place.finding("wrong-document", f"document: expected {found.a.document}, of which both files are"))
    findings += [
        entry.key.place.finding("unknown-key", f'unknown key "{shortened(key)}"{did_you_mean(key, _TOP)}')
        for key, entry in tree.entries.items()
        if key not in _TOP
    ]
    expected = {(pair.a.id, pair.b.id) for pair in found.differing}
    expected |= {(s.id, "") for s in found.only_a} | {("", s.id) for s in found.only_b}
    allowed = expected | {(pair.a.id, pair.b.id) for pair in found.pairs if pair.reworded or pair.a.spans != pair.b.spans}
    decided: dict[tuple[str, str], Decision] = {}
    for index, node in enumerate(items(tree.get("decisions"))):
        if isinstance(node, Mapping):
            decision = _decision(node, index, findings)
            if decision is not None:
                findings += _wrong_edits(decision, keys)
                _take(node, decision, allowed, decided, findings)
        elif isinstance(node, Scalar) and not node.value:
            continue
        else:
            findings.append(node.place.finding("wrong-form", "expected the keys a, b and take"))
    if not findings:  # what could not be read is not also undecided
        for a, b in sorted(expected - decided.keys()):
            where = _where(found.a, a) if a else _where(found.b, b)
            message = f"nothing is decided about {' and '.join(filter(None, (a and f'{a} of a', b and f'{b} of b')))} ({where})"
            findings.append(tree.place.finding("undecided", f"{message}: write the entry, or make the template anew"))
    if findings:
        raise FindingsError(tuple(_of_merged(sorted(findings), found.a)))
    return decided


def _of_merged(findings: list[Finding], first: Coding) -> Iterator[Finding]:
    """The findings; of those that come from merging into what is merged already, one that says so."""
    stale = [finding for finding in findings if finding.code == "no-difference"] if is_merged(first) else []
    if stale:
        more = f" (nor in {len(stale) - 1} more)" if len(stale) > 1 else ""
        message = (
            f"the two files do not differ here{more}, for {first.path.as_posix()} has been merged already: put the first coder's file and "
            f"ledger back (`kg merge` kept what it replaced, as {kept(first.path).name}), or make the template anew"
        )
        yield replace(stale[0], message=message, subject="")
    yield from (finding for finding in findings if finding not in stale)


def is_merged(coding: Coding) -> bool:
    """Whether a file is what `kg merge` wrote: its defaults name a merged pass."""
    defaults = coding.tree.get("defaults")
    return isinstance(defaults, Mapping) and scalar(defaults, "coding").startswith(merged_slug(coding.document))


def merged_slug(document: str) -> str:
    """The id of the coding pass of a merge; a second one has a number after it."""
    return f"{document}-merged"


def kept(path: Path) -> Path:
    """Where a coder's file is kept when the merged one takes its place; the project reads no such name."""
    return path.with_name(f"{path.name}.before")


def _decision(node: Mapping, index: int, findings: list[Finding]) -> Decision | None:
    """One entry; None, with a finding, if it decides nothing."""
    for key, entry in node.entries.items():
        if key not in _KEYS:
            message = f'unknown key "{shortened(key)}"{did_you_mean(key, _KEYS)}'
            findings.append(entry.key.place.finding("unknown-key", message))
    a, b, take = node.scalar("a"), node.scalar("b"), node.scalar("take")
    subject = next((side.value for side in (a, b) if side), "")
    if take is None:
        place = node.entries["take"].key.place if "take" in node.entries else node.place
        findings.append(place.finding("undecided", f"take: write {', '.join(TAKE[:-1])} or {TAKE[-1]}", subject))
        return None
    if take.value not in TAKE:
        message = f'take: "{shortened(take.value)}" is not one of {", ".join(TAKE)}'
        findings.append(take.place.finding("undecided", message, subject))
        return None
    edit = node.get("edit")
    if take.value == "edit" and (not isinstance(edit, Mapping) or not edit.entries):
        findings.append(take.place.finding("undecided", "take: edit needs `edit:` with the keys to write", subject))
        return None
    if take.value != "edit" and "edit" in node.entries:
        message = f"`edit:` is written, but `take: {take.value}`: write `take: edit`, or delete it"
        findings.append(node.entries["edit"].key.place.finding("undecided", message, subject))
        return None
    if take.value == "both" and not (a and b):
        findings.append(take.place.finding("undecided", "take: only one file has this statement; write a or b", subject))
        return None
    return Decision(a.value if a else "", b.value if b else "", take.value, edit if isinstance(edit, Mapping) else None, index)


def _wrong_edits(decision: Decision, keys: Keys) -> Iterator[Finding]:
    """The keys of an edit that no statement has, or that are not the coders' to write."""
    subject = decision.a or decision.b
    for key, entry in decision.edit.entries.items() if decision.edit else ():
        if key == "id":
            message = (
                "edit: `id` is not decided here: a statement of A keeps its id, and `kg merge` gives one of B the next; delete it"
            )
            yield entry.key.place.finding("misplaced-key", message, subject)
        elif key in keys.refused(STATEMENT):
            yield entry.key.place.finding("misplaced-key", f"edit: {key}: {keys.refused(STATEMENT)[key]}", subject)
        elif key not in keys.terms:
            hint = did_you_mean(key, keys.of(STATEMENT)) or "; the keys are listed in mappings/README.md"
            message = f'edit: "{shortened(key)}" is no key of a statement{hint}'
            yield entry.key.place.finding("unknown-key", message, subject)


def _take(
    node: Mapping,
    decision: Decision,
    allowed: set[tuple[str, str]],
    decided: dict[tuple[str, str], Decision],
    findings: list[Finding],
) -> None:
    """Keep a decision, if it is about a difference and the first about it."""
    key = (decision.a, decision.b)
    if key in decided:
        findings.append(node.place.finding("undecided", "decided already above; delete one of the two", decision.a or decision.b))
    elif key not in allowed:
        message = "the two files do not differ here (or no longer): delete the entry, or make the template anew"
        findings.append(node.place.finding("no-difference", message, decision.a or decision.b))
    else:
        decided[key] = decision


def _where(coding: Coding, statement: str) -> str:
    return f"{coding.path.as_posix()}:{coding.by_id[statement].line}"
