"""Coefficients of agreement between two coders: Cohen's kappa, and Krippendorff's alpha for values and for units.

In: values or stretches of text. Out: a number from 1 (full agreement) over 0 (chance) to below 0; None where nothing can be said.
Next: :mod:`kg.agreement.comparing` and :mod:`kg.agreement.recoding`.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.errors import Span

_CODERS = 2


@dataclass(frozen=True)
class Unitising:
    """Agreement on units, as disagreement observed and expected.

    :ivar observed: D_o, as a share of the squared length of the text
    :ivar expected: D_e, likewise
    """

    observed: float
    expected: float

    @property
    def alpha(self) -> float | None:
        """1 - D_o / D_e; None where chance alone cannot disagree, as where nobody has a unit."""
        return None if self.expected == 0 else 1 - self.observed / self.expected


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two nominal codings: (p_o - p_e) / (1 - p_e).

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960), 37-46.

    :param pairs: values of the first and the second coder
    :returns: None for no pairs, or where both use one and the same value throughout
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[value] * second[value] for value in first) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def nominal_alpha(pairs: Iterable[tuple[str | None, str | None]]) -> float | None:
    """Krippendorff's alpha of two nominal codings, in which values may be missing.

    Source: K. Krippendorff, Content Analysis, 2nd edition (2004), section 11.3: alpha = 1 - (n - 1) o / e, where of the n values
    that can be paired o disagree with their partner and e is n squared less the squared frequencies of the values, over n.

    :param pairs: values of the first and the second coder; a pair of which one is None says nothing
    :returns: None for no pairs, or where both use one and the same value throughout
    """
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    counts = Counter(value for pair in both for value in pair)
    total = counts.total()
    expected = total * total - sum(count * count for count in counts.values())
    if not expected:
        return None
    return 1 - (total - 1) * 2 * sum(a != b for a, b in both) / expected


def unitising(first: Iterable[Span], second: Iterable[Span], length: int, begin: int = 0) -> Unitising:
    """Krippendorff's alpha for unitising, of two coders and one category of units.

    Source: K. Krippendorff, "On the reliability of unitizing continuous data", Sociological Methodology 25 (1995), 47-76, with the
    formulas as corrected in his Content Analysis, 2nd edition (2004), section 11.6. Units that overlap in the coding of one coder,
    which the coefficient does not provide for, are taken as one unit.

    :param first: the units of the first coder, end-exclusive
    :param second: the units of the second coder
    :param length: characters of the text
    :param begin: where the text begins
    """
    coders = [_sections(merged(spans), begin, begin + length) for spans in (first, second)]
    apart = sum(_distance(*pair) for pair in _meeting(*coders))
    units = [section.length for sections in coders for section in sections if section.unit]
    gaps = sorted(section.length for sections in coders for section in sections if not section.unit)
    beyond = [0]  # sums of the longest gaps, so that those that a unit fits into need not be counted one by one
    for gap in reversed(gaps):
        beyond.append(beyond[-1] + gap)
    chance = 0.0
    for unit in units:
        fitting = len(gaps) - bisect_left(gaps, unit)
        among_units = (len(units) - 1) * (2 * unit**3 - 3 * unit**2 + unit) / 3
        chance += among_units + unit**2 * (beyond[fitting] - fitting * (unit - 1))
    places = _CODERS * length * (_CODERS * length - 1) - sum(unit * (unit - 1) for unit in units)
    # each of the two orders of the coders counts once, over m (m - 1) L squared: with two coders the twos cancel out
    return Unitising(apart / length**2 if length else 0.0, 2 / length * chance / places if units else 0.0)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The stretches that ``spans`` cover, in order: those that overlap as one, those that only touch apart."""
    found: list[Span] = []
    for span in sorted(set(spans)):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


@dataclass(frozen=True)
class _Section:
    """A unit, or the gap between two; a coder's sections cover the text."""

    start: int
    end: int
    unit: bool

    @property
    def length(self) -> int:
        return self.end - self.start


def _sections(units: list[Span], begin: int, end: int) -> list[_Section]:
    sections = []
    at = begin
    for unit in units:
        if at < unit.start:
            sections.append(_Section(at, unit.start, unit=False))
        sections.append(_Section(unit.start, unit.end, unit=True))
        at = unit.end
    if at < end:
        sections.append(_Section(at, end, unit=False))
    return sections


def _meeting(first: list[_Section], second: list[_Section]) -> Iterable[tuple[_Section, _Section]]:
    """Each section of one coder with each of the other that shares a character with it."""
    i = j = 0
    while i < len(first) and j < len(second):
        yield first[i], second[j]
        last_i, last_j = first[i].end, second[j].end
        i += last_i <= last_j
        j += last_j <= last_i


def _distance(a: _Section, b: _Section) -> int:
    """Squared difference of two sections that meet (Krippendorff 2004, section 11.6.2)."""
    if a.unit and b.unit:
        return (a.start - b.start) ** 2 + (a.end - b.end) ** 2
    if a.unit and b.start <= a.start and a.end <= b.end:
        return a.length**2
    if b.unit and a.start <= b.start and b.end <= a.end:
        return b.length**2
    return 0
