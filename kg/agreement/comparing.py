"""Two coders' files of one document side by side: what they agree on, and where they differ.

In: two :class:`~kg.agreement.codings.Coding` records. Out: a :class:`Comparison`. Next: :mod:`kg.agreement.listing` writes it,
:mod:`kg.authoring.decisions` makes the questions of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.agreement.coded import OWN_WORDS, Coded
from kg.agreement.codings import Coding
from kg.agreement.coefficients import Unitising, kappa, merged, nominal_alpha, unitising
from kg.agreement.pairing import LEAST_SHARED, matched, shared
from kg.agreement.settled import Settled, wrong_pairs
from kg.agreement.skipping import Unlike, unlike
from kg.agreement.slugs import Undeclared, undeclared
from kg.errors import FindingsError, InputError


@dataclass(frozen=True)
class Pair:
    """Two statements that are held to say the same.

    :ivar differs: by key, the values of both, where they are not the same
    """

    a: Coded
    b: Coded
    differs: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]

    @property
    def reworded(self) -> tuple[str, ...]:
        """The keys of which both have a text in own words, and not the same; this is no difference, but may hide one."""
        return tuple(key for key in OWN_WORDS if self.a.said(key) and self.b.said(key) and self.a.texts[key] != self.b.texts[key])


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
    """What was found.

    :ivar settled: what the coders settled before
    :ivar undeclared: slugs that the project does not declare, and only one file has
    :ivar skipped: on which text they do not agree whether or why it is skipped; None if the text is not at hand
    """

    a: Coding
    b: Coding
    units: tuple[UnitAgreement, ...]
    fields: tuple[FieldAgreement, ...]
    pairs: tuple[Pair, ...]
    only_a: tuple[Coded, ...]
    only_b: tuple[Coded, ...]
    settled: Settled
    undeclared: tuple[Undeclared, ...]
    skipped: tuple[Unlike, ...] | None

    @property
    def differing(self) -> tuple[Pair, ...]:
        """The pairs that do not agree on everything."""
        return tuple(pair for pair in self.pairs if pair.differs)

    @property
    def reworded(self) -> tuple[Pair, ...]:
        """The pairs in which both have a text in own words."""
        return tuple(pair for pair in self.pairs if pair.reworded)


def compare(a: Coding, b: Coding, settled: Settled) -> Comparison:
    """Compare two codings.

    :raises FindingsError: if statements are settled to make a pair that are not there
    :raises InputError: if the length of the text is not known
    """
    if not a.length:
        message = (
            f"{a.document}: the length of its text is not known; pass --sources DIR, or describe it in mappings/documents.yaml"
        )
        raise InputError(message)
    wrong = tuple(wrong_pairs(settled, frozenset(a.by_id), frozenset(b.by_id)))
    if wrong:
        raise FindingsError(wrong)
    together, apart = ([(x.value, y.value) for x, y in pairs] for pairs in (settled.together, settled.apart))
    matches, only_a, only_b = matched(a.statements, b.statements, together, apart)
    pairs = [Pair(x, y, _differences(x, y)) for x, y in matches]
    keys = list(dict.fromkeys(key for statement in (*a.statements, *b.statements) for key in statement.values))
    keys.sort(key=lambda key: key != "kind")
    return Comparison(
        a=a,
        b=b,
        units=tuple(_units(a, b)),
        fields=tuple(_field(key, pairs) for key in keys),
        pairs=tuple(pairs),
        only_a=tuple(only_a),
        only_b=tuple(only_b),
        settled=settled,
        undeclared=tuple(undeclared(a, b, matches)),
        skipped=unlike(a, b),
    )


def _differences(a: Coded, b: Coded) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By key, what both have where it is not the same; the passages, too, where they share little."""
    keys = dict.fromkeys((*a.values, *b.values))
    found = {key: (a.shown(key), b.shown(key)) for key in keys if a.values.get(key) != b.values.get(key)}
    return ({"passage": (a.anchors, b.anchors)} if shared(a, b) < LEAST_SHARED else {}) | found


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
