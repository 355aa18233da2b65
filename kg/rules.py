"""Inference, small and explicit: the CONSTRUCT queries of ``ontology/rules/``.

In: a :class:`~kg.graph.Dataset`. Out: the same, with the graph ``inferred``. Next: :mod:`kg.validation`. A triple that some
graph asserts is not repeated there.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from kg.errors import Finding, PolicyKgError
from kg.graph import INFERRED, Dataset

_MAX_ROUNDS = 20
_HEADER = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class HeadedQuery:
    """A SPARQL query with the YAML of its ``#+`` lines."""

    path: Path
    file: str
    text: str
    header: dict[str, object]


def read_headed(path: Path, file: str) -> HeadedQuery:
    """Read a ``.rq`` file with its header.

    :raises PolicyKgError: if the ``#+`` lines are not YAML
    """
    text = path.read_text(encoding="utf-8")
    try:
        header = yaml.load("\n".join(_HEADER.findall(text)), Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        raise PolicyKgError(f"{file}: the #+ lines are not YAML ({error}); quote a text that has a colon") from None
    return HeadedQuery(path, file, text, header if isinstance(header, dict) else {})


def infer(dataset: Dataset, rules: list[HeadedQuery]) -> list[Finding]:
    """Run every rule, in the order of its file name, until nothing new follows.

    :returns: rules that cannot be run, as findings
    """
    findings: dict[Finding, None] = {}
    for _ in range(_MAX_ROUNDS):
        added = 0
        for rule in rules:
            try:
                triples = dataset.construct(rule.text)
            except (SyntaxError, TypeError) as error:
                findings.setdefault(Finding(rule.file, 1, 1, "rule-syntax", f"not a CONSTRUCT query: {error}"))
                continue
            added += dataset.add(sorted({t for t in triples if not dataset.asserted(t)}, key=str), INFERRED)
        if not added:
            break
    return list(findings)
