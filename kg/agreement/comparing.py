"""Two coders' files of one document side by side: what they agree on, and where they differ.

In: two :class:`~kg.agreement.codings.Coding` records. Out: a :class:`Comparison`. Next: :mod:`kg.agreement.listing` writes it,
:mod:`kg.authoring.decisions` makes the questions of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from kg.agreement.codings import Coded, Coding
from kg.agreement.coefficients import Unitising, kappa, merged, nominal_alpha, unitising
from kg.errors import InputError, Span

LEAST_SHARED: Final = 0.5
"""Share of the characters of both passages that two statements must have in common to be held to be the same unit."""


@dataclass(frozen=True)
class Pair:
    """Two statements that are held to say the same.

    :ivar differs: by key, the values of both, where they are not the same
    """

    a: Coded
    b: Coded
    differs: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True)
class FieldAgreement:
    """Agreement on one key.

    :ivar pairs: pairs of statements of which at least one has the key
    :ivar same: those with the same values
    :ivar kappa: Cohen's, over all pairs of statements; that a key is absent counts as a value
    :ivar both: pairs in which both have the key
    :ivar alpha: Krippendorff's, nominal, over these
    """

    key: str
    pairs: int
    same: int
    kappa: float | None
    both: int
    alpha: float | None


@dataclass(frozen=True)
class UnitAgreement:
    """Agreement on units: of all kinds together, or of one.

    :ivar kind: empty for all together
    :ivar a: number of units of the first coder, those that overlap counted as one
    """

    kind: str
    a: int
    b: int
    result: Unitising


@dataclass(frozen=True)
class Comparison:
    """What was found."""

    a: Coding
    b: Coding
    units: tuple[UnitAgreement, ...]
    fields: tuple[FieldAgreement, ...]
    pairs: tuple[Pair, ...]
    only_a: tuple[Coded, ...]
    only_b: tuple[Coded, ...]

    @property
    def differing(self) -> tuple[Pair, ...]:
        """The pairs that do not agree on everything."""
        return tuple(pair for pair in self.pairs if pair.differs)


def compare(a: Coding, b: Coding) -> Comparison:
    """Compare two codings.

    :raises InputError: if they are of two documents, or the length of the text is not known
    """
    if a.document != b.document:
        raise InputError(f"{a.path} is about {a.document} and {b.path} about {b.document}; only codings of one document compare")
    if not a.length:
        message = (
            f"{a.document}: the length of its text is not known; pass --sources DIR, or describe it in mappings/documents.yaml"
        )
        raise InputError(message)
    pairs, only_a, only_b = _matched(a.statements, b.statements)
    keys = list(dict.fromkeys(key for statement in (*a.statements, *b.statements) for key in statement.values))
    keys.sort(key=lambda key: key != "kind")
    return Comparison(
        a, b, tuple(_units(a, b)), tuple(_field(key, pairs) for key in keys), tuple(pairs), tuple(only_a), tuple(only_b)
    )


def _matched(a: Sequence[Coded], b: Sequence[Coded]) -> tuple[list[Pair], list[Coded], list[Coded]]:
    """Pairs of statements, and what is left of both.

    The pair that shares most of its passages comes first; where several share as much, since one passage can carry several
    statements, the likeness of the summaries decides. The values that are compared have no say: it would raise the agreement.
    """
    candidates = []
    for x in a:
        for y in b:
            shared = _shared(x.spans, y.spans)
            if shared >= LEAST_SHARED:
                candidates.append((-shared, -_likeness(x, y), x.place, y.place, x, y))
    taken_a: dict[str, Pair] = {}
    taken_b: set[str] = set()
    for *_, x, y in sorted(candidates, key=lambda candidate: candidate[:4]):
        if x.id not in taken_a and y.id not in taken_b:
            taken_b.add(y.id)
            taken_a[x.id] = Pair(x, y, _differences(x, y))
    pairs = [taken_a[x.id] for x in sorted(a, key=lambda s: s.place) if x.id in taken_a]
    return (
        pairs,
        [x for x in sorted(a, key=lambda s: s.place) if x.id not in taken_a],
        [y for y in sorted(b, key=lambda s: s.place) if y.id not in taken_b],
    )


def _shared(a: Sequence[Span], b: Sequence[Span]) -> float:
    """Characters that both cover, as a share of those that either covers."""
    ours, theirs = merged(a), merged(b)
    common = sum(max(0, min(x.end, y.end) - max(x.start, y.start)) for x in ours for y in theirs)
    whole = sum(span.end - span.start for span in (*ours, *theirs)) - common
    return common / whole if whole else 0.0


def _likeness(a: Coded, b: Coded) -> float:
    """How alike the summaries are, 0 to 100: the mean of the languages in which both are written."""
    tags = [tag for tag in a.texts if tag in b.texts]
    return sum(fuzz.token_sort_ratio(a.texts[tag], b.texts[tag]) for tag in tags) / len(tags) if tags else 0.0


def _differences(a: Coded, b: Coded) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    keys = dict.fromkeys((*a.values, *b.values))
    found = {key: (a.values.get(key, ()), b.values.get(key, ())) for key in keys}
    return {key: values for key, values in found.items() if values[0] != values[1]}


def _field(key: str, pairs: Sequence[Pair]) -> FieldAgreement:
    values = [tuple(" + ".join(statement.values.get(key, ())) for statement in (pair.a, pair.b)) for pair in pairs]
    written = [(x, y) for x, y in values if x or y]
    both = [(x, y) for x, y in values if x and y]
    return FieldAgreement(
        key=key,
        pairs=len(written),
        same=sum(x == y for x, y in written),
        kappa=kappa([(x, y) for x, y in values]),
        both=len(both),
        alpha=nominal_alpha(both),
    )


def _units(a: Coding, b: Coding) -> list[UnitAgreement]:
    """Agreement on units of all kinds, and of each kind that occurs."""
    kinds = sorted({kind for s in (*a.statements, *b.statements) for kind in s.values.get("kind", ())})
    found = []
    for wanted in ("", *kinds):
        ours, theirs = (
            merged(span for s in coding.statements if not wanted or wanted in s.values.get("kind", ()) for span in s.spans)
            for coding in (a, b)
        )
        found.append(UnitAgreement(wanted, len(ours), len(theirs), unitising(ours, theirs, a.length)))
    return found
