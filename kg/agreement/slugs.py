"""Slugs that the project does not declare: as two coders declare on their own, one thing often has two.

In: the pairs of two :class:`~kg.agreement.codings.Coding` records. Out: :class:`Undeclared` slugs with what the other coder has in their
place. Next: :mod:`kg.agreement.listing`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.agreement.coded import Coded
from kg.agreement.codings import Coding


@dataclass(frozen=True)
class Undeclared:
    """A slug that one file has, and neither the other file nor the project.

    :ivar coding: that has it
    :ivar line: where it stands first
    :ivar statements: number of those that have it
    :ivar other: the slug that the other coder has most often where this one has it, of those that this one has nowhere; or empty
    """

    coding: Coding
    slug: str
    line: int
    statements: int
    other: str


def undeclared(a: Coding, b: Coding, pairs: Sequence[tuple[Coded, Coded]]) -> Iterator[Undeclared]:
    """The slugs of both files that are not declared, in the order of each file."""
    for coding, other, partners in (
        (a, b, {x.id: y for x, y in pairs}),
        (b, a, {y.id: x for x, y in pairs}),
    ):
        ours, theirs = ({slug.written for s in file.statements for slug in s.slugs} for file in (coding, other))
        lines: dict[str, int] = {}
        times: Counter[str] = Counter()
        instead: dict[str, Counter[str]] = {}
        for statement in coding.statements:
            unknown = [slug for slug in statement.slugs if not slug.known and slug.written not in theirs]
            times.update({slug.written for slug in unknown})
            for slug in unknown:
                lines[slug.written] = min(lines.get(slug.written, slug.line), slug.line)
                partner = partners.get(statement.id)
                instead.setdefault(slug.written, Counter()).update(
                    there.written
                    for there in (partner.slugs if partner else ())
                    if there.key == slug.key and there.written not in ours
                )
        for slug_, line in sorted(lines.items(), key=lambda entry: entry[1]):
            likely = instead[slug_].most_common(1)
            yield Undeclared(coding, slug_, line, times[slug_], likely[0][0] if likely else "")
