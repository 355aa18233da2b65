"""Statements that stand in the text among those of another section than theirs.

In: a mapping file, and where its passages are. Out: warnings. Next: :mod:`kg.mappings.corpus`. What is in a section stands together in the text,
so that of a section that comes in several stretches the longest is taken for it; only what has parts may go on after them.
"""

from itertools import groupby

from kg.errors import Finding, Severity
from kg.mappings.nodes import Mapping, Scalar, items
from kg.mappings.passages import Passages


def astray(tree: Mapping, passages: Passages) -> list[Finding]:
    """A warning for each stretch of statements that a longer one of the same section stands apart from.

    Statements of which a passage has not been found are left out: its own finding says so.

    :param tree: the file
    """
    there = []
    for number, statement in enumerate(node for node in items(tree.get("statements")) if isinstance(node, Mapping)):
        name, section = statement.scalar("id"), statement.scalar("section")
        located = passages.found.get(name.value) if name else None
        if name and section and located:
            there.append((located[0].start, number, name, section))
    ordered = [(name, section) for *_, name, section in sorted(there, key=lambda one: one[:2])]
    stretches = [list(stretch) for _, stretch in groupby(ordered, key=lambda one: one[1].value)]
    longest: dict[str, int] = {}
    for stretch in stretches:
        slug = stretch[0][1].value
        longest[slug] = max(longest.get(slug, 0), len(stretch))
    whole = _wholes(tree)
    findings = []
    for number, stretch in enumerate(stretches):
        if len(stretch) < longest[stretch[0][1].value]:
            beside = stretches[number - 1 if number else 1][0][1].value
            if whole.get(beside) != stretch[0][1].value:
                findings.append(_finding(stretch, beside))
    return findings


def _wholes(tree: Mapping) -> dict[str, str]:
    """By section, the one that it is a part of."""
    sections = [node for node in items(tree.get("sections")) if isinstance(node, Mapping)]
    pairs = [(node.scalar("id"), node.scalar("partOf")) for node in sections]
    return {part.value: whole.value for part, whole in pairs if part and whole}


def _finding(stretch: list[tuple[Scalar, Scalar]], beside: str) -> Finding:
    (name, section), (last, _) = stretch[0], stretch[-1]
    which = "it stands" if name is last else f"it and what follows, to {last.value}, stand"
    message = f"section: {which} in the text beside statements of {beside}, apart from most of {section.value}: correct `section` or the passage"
    return section.place.finding("section-astray", message, name.value, Severity.WARNING)
