"""Where each node, property and value of the graph was written.

Filled while mappings are converted; read by :mod:`kg.validation`, so that a SHACL result points at a line of YAML.
"""

from dataclasses import dataclass, field

from kg.errors import Finding
from kg.mappings.nodes import Place


@dataclass
class Trace:
    """Places by IRI, by IRI and property, and by IRI, property and value; and the findings so far.

    :ivar subjects: place of a node, and its short name in findings
    :ivar flagged: properties (IRI of node, IRI of property) that have a finding already; what SHACL says of them follows from it
    :ivar lost: IRIs that a file declares which cannot be read; that they are missing follows from that
    """

    subjects: dict[str, tuple[Place, str]] = field(default_factory=dict)
    properties: dict[tuple[str, str], Place] = field(default_factory=dict)
    values: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    flagged: set[tuple[str, str]] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    findings: dict[Finding, None] = field(default_factory=dict)

    def report(self, finding: Finding) -> None:
        """Add a finding, once."""
        self.findings.setdefault(finding)

    def locate(self, node: str, path: str = "", value: str = "") -> tuple[Place, str] | None:
        """The narrowest known place of a node's property and value, with the node's short name."""
        subject = self.subjects.get(node)
        if subject is None:
            return None
        place = self.values.get((node, path, value)) or self.properties.get((node, path)) or subject[0]
        return place, subject[1]
