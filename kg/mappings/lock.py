"""The anchor lock: where each passage stands, so that a build needs no text.

``mappings/anchors/<document>.tsv`` has one row per passage: id (``s042``, a further passage of it ``s042-2``), start, end,
sha256, and the anchors for which it was made. In: that file. Out: :class:`LockedPassage` rows. Next:
:mod:`kg.mappings.documents`; `kg anchor` writes it.
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from kg.errors import Finding
from kg.sources import Passage

COLUMNS = ("id", "start", "end", "sha256", "anchors")
_SHA256 = re.compile(r"[0-9a-f]{64}")


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
    """Read a lock; no file is an empty lock. A damaged row is a finding and does not count."""
    if not path.exists():
        return {}, []
    rows: dict[str, LockedPassage] = {}
    findings = []
    repair = "run `kg anchor` to write the file anew"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        return {}, [Finding(name, 1, 1, "anchor-lock", f"the first line is not {' '.join(COLUMNS)}; {repair}")]
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or not (cells[1].isdecimal() and cells[2].isdecimal() and _SHA256.fullmatch(cells[3])):
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
