"""The anchor lock: where each passage stands, so that a build needs no text.

``mappings/anchors/<document>.tsv`` has one row per passage: id (``s042``, a further passage of it ``s042-2``), start, end,
sha256, and the anchors for which it was made. In: that file. Out: :class:`LockedPassage` rows. Next:
:mod:`kg.mappings.documents`; `kg anchor` writes it.
"""

import csv
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import Finding
from kg.mappings.reader import read_utf8
from kg.sources import Passage

COLUMNS = ("id", "start", "end", "sha256", "anchors")
_ROW = re.compile(r"[^\t]+\t[0-9]{1,9}\t[0-9]{1,9}\t[0-9a-f]{64}\t[^\t\x00-\x1f]+")


@dataclass(frozen=True)
class LockedPassage:
    """One row: the passage, its anchors as written then, and the line of the file."""

    passage: Passage
    anchors: str
    line: int


def lock_id(statement: str, index: int) -> str:
    """Row id of the ``index``-th passage (from 1) of a statement."""
    return statement if index == 1 else f"{statement}-{index}"


def read_lock(path: Path, name: str) -> tuple[dict[str, LockedPassage], list[Finding]]:
    """Read a lock; no file is an empty lock.

    A damaged row is a finding and does not count; a lock that is damaged as a whole has no rows and one finding.
    """
    if not path.exists():
        return {}, []
    rows: dict[str, LockedPassage] = {}
    repair = "run `kg anchor` to write the file anew"
    text, findings = read_utf8(path, name)
    if text is None:
        return {}, [replace(finding, code="anchor-lock", message=f"{finding.message}, or {repair}") for finding in findings]
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if tuple(lines[0].split("\t")) != COLUMNS:
        return {}, [Finding(name, 1, 1, "anchor-lock", f"the first line is not {' '.join(COLUMNS)}; {repair}")]
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if not _ROW.fullmatch(line):
            findings.append(Finding(name, number, 1, "anchor-lock", f"not a row of id, offsets, hash and anchors; {repair}"))
        elif cells[0] in rows:
            findings.append(Finding(name, number, 1, "anchor-lock", f'"{cells[0]}" has a row already; {repair}', cells[0]))
        else:
            passage = Passage(int(cells[1]), int(cells[2]), cells[3])
            rows[cells[0]] = LockedPassage(passage, cells[4], number)
    return rows, findings


def format_lock(passages: dict[str, tuple[Passage, str]]) -> str:
    """The lock file for ``passages`` (by row id, with their anchors), in the order given."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(COLUMNS)
    for key, (passage, anchors) in passages.items():
        writer.writerow((key, passage.start, passage.end, passage.sha256, anchors))
    return out.getvalue()
