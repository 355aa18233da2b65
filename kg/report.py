"""Findings and validation results in the forms that people and tools read.

In: :class:`~kg.errors.Finding` and :class:`~kg.validation.Result` records. Out: text, JSON, SARIF 2.1.0, and a SHACL report as
JSON-LD whose messages carry file, line and column. Next: the commands print them; :mod:`kg.release` keeps them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from kg import __version__
from kg.errors import FORMATS, UNREAD, Finding, Severity
from kg.mappings.trace import Trace
from kg.mappings.words import first_of
from kg.namespaces import BASE, DCTERMS, SH
from kg.validation import Validation

__all__ = ["FORMATS", "format_findings", "shacl_report", "summary", "unchecked"]

_TOGETHER: Final = {
    "check:unused-entity": "nothing refers to {} entities: {}; use them, or remove them",
    "uncoded-document": "{} documents have no mapping file: {}; begin each with `kg new`, or write one with `statements: []` if it is to wait",
}
"""Messages of findings that are written together, by code: the number, and the first few."""
_APART: Final = 3
"""Of these in a file, that have a line each."""
_LEVELS: Final = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def format_findings(findings: Sequence[Finding], style: str) -> str:
    """The findings as ``text`` (one a line, by place; many of the kinds that come in dozens, one line a file), ``json`` or ``sarif``."""
    if style == "json":
        return json.dumps([_plain(finding) for finding in findings], ensure_ascii=False, indent=2)
    if style == "sarif":
        return json.dumps(_sarif(findings), ensure_ascii=False, indent=2)
    return "\n".join(_lines(findings))


def unchecked(findings: Sequence[Finding], trace: Trace, *, usable: bool) -> str:
    """What a run could not check because of some of its findings; empty if it checked everything.

    A file that cannot be read says nothing more; what it declares, as what has a wrong kind or an id that is taken, cannot be
    missed by those who refer to it; and that something is unused, or should be there, is not said then (:mod:`kg.validation`).

    :param trace: of the run
    :param usable: whether the mappings were read at all
    """
    if not usable:
        return "; not checked until these are mended: the mappings"
    if not trace.incomplete:
        return ""
    files = sorted({finding.file for finding in findings if finding.code in UNREAD})
    rest = [f"the rest of {first_of(files)}"] if files else []
    return f"; not checked until these are mended: {', '.join([*rest, 'references to what they leave undeclared'])}, and most warnings"


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings as text; entities that are declared ahead of the statements would hide what is wrong with these."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.code in _TOGETHER:
            together.setdefault((finding.file, finding.code), []).append(finding)
    for finding in findings:
        alike = together.get((finding.file, finding.code), [])
        if len(alike) <= _APART:
            yield str(finding)
        elif finding is alike[0]:
            which = first_of([f"{each.subject} (line {each.line})" for each in alike])
            yield str(replace(finding, subject="", message=_TOGETHER[finding.code].format(len(alike), which)))


def summary(findings: Sequence[Finding]) -> str:
    """How many findings of each severity, as in ``2 violations, 1 warning``."""
    counts = [(sum(f.severity is s for f in findings), s) for s in Severity]
    return ", ".join(f"{n} {s}{'' if n == 1 else 's'}" for n, s in counts if n) or "no findings"


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "severity": str(finding.severity),
        "code": finding.code,
        "subject": finding.subject,
        "message": finding.message,
    }


def _sarif(findings: Sequence[Finding]) -> dict[str, object]:
    """SARIF 2.1.0 (OASIS), one run; columns count code points (section 3.14.17)."""
    rules = sorted({finding.code for finding in findings})
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "policy-kg", "version": __version__, "rules": [{"id": rule} for rule in rules]}},
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": finding.code,
                        "ruleIndex": rules.index(finding.code),
                        "level": _LEVELS[finding.severity],
                        "message": {"text": f"{finding.subject} {finding.message}".strip()},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": finding.file},
                                    "region": {"startLine": finding.line, "startColumn": finding.column},
                                }
                            }
                        ],
                    }
                    for finding in findings
                ],
            }
        ],
    }


def shacl_report(validation: Validation, trace: Trace) -> dict[str, object]:
    """The validation as a SHACL report (SHACL, section 3.6) in JSON-LD, without blank nodes."""
    report = f"{BASE}report"
    nodes: list[dict[str, object]] = []
    for number, result in enumerate(validation.results, start=1):
        finding = result.finding(trace)
        node: dict[str, object] = {
            "@id": f"{report}#result-{number}",
            "@type": f"{SH}ValidationResult",
            f"{SH}focusNode": {"@id": result.focus},
            f"{SH}resultSeverity": {"@id": f"{SH}{result.severity.value.capitalize()}"},
            f"{SH}resultMessage": {"@value": str(finding), "@language": "en"},
        }
        if result.path:
            node[f"{SH}resultPath"] = {"@id": result.path}
        if "#" in result.source:
            node[f"{SH}sourceShape"] = {"@id": result.source}
        elif result.source.endswith(".rq"):  # a check is a query, and no shape
            node[f"{DCTERMS}source"] = {"@id": f"{report}#check-{Path(result.source).stem}"}
        nodes.append(node)
    nodes.append(
        {
            "@id": report,
            "@type": f"{SH}ValidationReport",
            f"{SH}conforms": validation.conforms and not any(r.severity is Severity.VIOLATION for r in validation.results),
            f"{SH}result": [{"@id": node["@id"]} for node in nodes],
        }
    )
    return {"@graph": nodes}
