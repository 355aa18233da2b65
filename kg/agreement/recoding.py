"""How far two codings of the same text agree: Cohen's kappa per field.

In: ``mappings/recoding/<document>.tsv``, one row for each statement of the second coder with the statements of the first that
cover the same passage and meaning, and the values of both; and ``mappings/recoding/stance.tsv``, one row for each statement whose
stance alone was coded again. Out: :class:`Agreement`. Next: :mod:`kg.datasheet`.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.agreement.coefficients import kappa

FIELDS: Final = ("kind", "speaker", "addressee")
"""Fields that are compared; the second coder's value stands in the column ``<field>_2``."""
STANCES: Final = "stance.tsv"


@dataclass(frozen=True)
class Agreement:
    """Agreement on one field.

    :ivar pairs: number of statements that both coders have
    :ivar observed: share of pairs with the same value
    :ivar kappa: Cohen's kappa; None where chance alone would give full agreement
    """

    field: str
    pairs: int
    observed: float
    kappa: float | None


@dataclass(frozen=True)
class Recoding:
    """The comparison for one document.

    :ivar indispensable: statements that the second coder held to be indispensable
    :ivar found: those of them that the first coder has
    """

    document: str
    statements: int
    indispensable: int
    found: int
    fields: tuple[Agreement, ...]


def read_recoding(path: Path) -> Recoding:
    """Read one comparison."""
    rows = _rows(path)
    both = [row for row in rows if row["statements"]]
    indispensable = [row for row in rows if row["indispensable"] == "yes"]
    found = sum(bool(row["statements"]) for row in indispensable)
    return Recoding(path.stem, len(rows), len(indispensable), found, tuple(_agreement(both, field) for field in FIELDS))


def read_stances(path: Path) -> dict[str, Agreement]:
    """Read the comparison of stances: of all, under ``all``, and by the way in which the statements were drawn."""
    rows = _rows(path)
    drawn = {way: [row for row in rows if row["drawn"] == way] for way in sorted({row["drawn"] for row in rows})}
    return {way: _agreement(some, "stance") for way, some in {**drawn, "all": rows}.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _agreement(rows: list[dict[str, str]], field: str) -> Agreement:
    pairs = [(row[field], row[f"{field}_2"]) for row in rows]
    same = sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
    return Agreement(field, len(pairs), same, kappa(pairs))
