"""How far two codings of the same text agree: Cohen's kappa per field.

In: ``mappings/recoding/<document>.tsv``, one row for each statement of the second coder with the statements of the first that
cover the same passage and meaning, and the values of both. Out: :class:`Agreement`. Next: :mod:`kg.datasheet`.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.agreement.coefficients import kappa

FIELDS: Final = ("kind", "speaker", "addressee")
"""Fields that are compared; the second coder's value stands in the column ``<field>_2``."""


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
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    both = [row for row in rows if row["statements"]]
    fields = []
    for field in FIELDS:
        pairs = [(row[field], row[f"{field}_2"]) for row in both]
        same = sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
        fields.append(Agreement(field, len(pairs), same, kappa(pairs)))
    indispensable = [row for row in rows if row["indispensable"] == "yes"]
    found = sum(bool(row["statements"]) for row in indispensable)
    return Recoding(path.stem, len(rows), len(indispensable), found, tuple(fields))
