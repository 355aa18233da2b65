"""Where each node, property and value of the graph was written.

Filled while mappings are converted; read by :mod:`kg.validation`, so that a SHACL result points at a line of YAML.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kg.errors import Finding
from kg.mappings.nodes import Place

MANY_PLACES: Final = 3
"""Places up to which each has a finding of its own, when one word is wrong in all of them."""

_SHOWN: Final = 3


@dataclass
class Trace:
    """Places by IRI, by IRI and property, and by IRI, property and value; and the findings so far.

    :ivar subjects: place of a node, and its short name in findings
    :ivar flagged: properties (IRI of node, IRI of property) that have a finding already; what SHACL says of them follows from it
    :ivar lost: IRIs that are meant to be declared, by what has a finding already; that they are missing follows from that
    :ivar lost_below: namespaces of which something is lost, unknown what; that a slug is not declared there cannot be said
    :ivar unknown: findings about slugs and keys that nothing declares, by what was written
    """

    subjects: dict[str, tuple[Place, str]] = field(default_factory=dict)
    properties: dict[tuple[str, str], Place] = field(default_factory=dict)
    values: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    flagged: set[tuple[str, str]] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    lost_below: set[str] = field(default_factory=set)
    unknown: dict[str, list[Finding]] = field(default_factory=dict)
    findings: dict[Finding, None] = field(default_factory=dict)

    def report(self, finding: Finding) -> None:
        """Add a finding, once."""
        self.findings.setdefault(finding)

    def report_unknown(self, written: str, finding: Finding) -> None:
        """Add a finding about a slug or key that nothing declares; many about the same word become one (:meth:`settle`)."""
        self.unknown.setdefault(written, []).append(finding)

    def settle(self) -> None:
        """Report what is unknown: one place for a word that stands in many, as the mistake is then in its declaration."""
        for findings in self.unknown.values():
            distinct = list(dict.fromkeys(findings))
            for finding in gathered(distinct) if len(distinct) > MANY_PLACES else distinct:
                self.report(finding)
        self.unknown.clear()

    def is_lost_in(self, namespace: str) -> bool:
        """Whether something that may belong in ``namespace`` is lost."""
        return any(namespace.startswith(lost) or lost.startswith(namespace) for lost in self.lost_below)

    @property
    def incomplete(self) -> bool:
        """Whether anything is lost, so that nothing can be said to be unused."""
        return bool(self.lost or self.lost_below)

    def locate(self, node: str, path: str = "", value: str = "") -> tuple[Place, str] | None:
        """The narrowest known place of a node's property and value, with the node's short name.

        :param value: the value; with no ``path`` a property, or the value of any property
        """
        subject = self.subjects.get(node)
        if subject is None:
            return None
        place = self.values.get((node, path, value)) or self.properties.get((node, path))
        if place is None and not path and value:
            values = (place for (n, _, v), place in self.values.items() if (n, v) == (node, value))
            place = self.properties.get((node, value)) or next(values, None)
        return place or subject[0], subject[1]


def gathered(findings: Sequence[Finding]) -> list[Finding]:
    """The first of ``findings``, by place, with the number of the others and the lines of the next few."""
    first, *others = sorted(findings)
    lines = dict.fromkeys(f"{'' if f.file == first.file else f'{f.file}:'}{f.line}" for f in others)
    lines.pop(str(first.line), None)
    if not lines:
        return [first]
    shown, rest = list(lines)[:_SHOWN], len(lines) - _SHOWN
    more = f" and {rest} more place{'s' if rest > 1 else ''}" if rest > 0 else ""
    return [replace(first, message=f"{first.message} (also in line {', '.join(shown)}{more})")]
