"""What a release was checked against beside its shapes, and what was found.

In: the folders ``report/`` and ``checks/`` of a release. Out: :class:`Report` and :class:`Check` records. Next: :mod:`kg.web.report` and
:mod:`kg.web.terms`. The numbers are those of the release: nothing is validated here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import yaml

from kg.namespaces import BASE, DCTERMS, ID, RDF_TYPE, SH

REPORT: Final = f"{BASE}report"
"""IRI of the report of the release that serves."""
SEVERITIES: Final = ("Violation", "Warning", "Info")
"""As SHACL names them (section 2.1.4), the gravest first."""
_PLACE: Final = re.compile(r"(?P<file>[^:\s]+):(?P<line>\d+):(?P<column>\d+): (?:(?:warning|info): )?(?P<said>.*)", re.DOTALL)
_HEADER: Final = "#+ "
_SLOT: Final = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Result:
    """One result of the validation.

    :ivar focus: IRI of the thing that it is about
    :ivar path: IRI of the property that it is about; may be empty
    :ivar source: IRI of the shape or of the check that found it; may be empty
    :ivar file: mapping file that caused it, as coders call it; empty where the report names none
    :ivar line: from 1; 0 where the report names none
    :ivar said: what was found, what was expected, and the remedy; in English
    """

    name: str
    focus: str
    path: str
    source: str
    severity: str
    file: str
    line: int
    column: int
    said: str

    @property
    def document(self) -> str:
        """IRI of the document whose statement or part it is about; empty for what belongs to none."""
        collection, _, rest = self.focus.removeprefix(ID).partition("/")
        slug = rest.partition("#")[0].split("/")[0]
        return f"{ID}document/{slug}" if collection in {"statement", "section", "document"} and slug else ""


@dataclass(frozen=True)
class Report:
    """The report of a release.

    :ivar summary: last line of the report for people, as in ``3 warnings``
    """

    conforms: bool
    results: tuple[Result, ...]
    summary: str

    def count(self, severity: str) -> int:
        """Number of results of a severity."""
        return sum(result.severity == severity for result in self.results)


@dataclass(frozen=True)
class Check:
    """A query of the release that must return no row.

    :ivar message: what a row means, in English
    :ivar severity: as in :data:`SEVERITIES`
    """

    name: str
    message: str
    severity: str
    text: str

    @property
    def iri(self) -> str:
        """What a result of it names as its source."""
        return f"{REPORT}#check-{self.name}"

    @property
    def general(self) -> str:
        """The message with an ellipsis for what each row names."""
        return _SLOT.sub("…", self.message)


def read_report(folder: Path) -> Report | None:
    """The report in a folder; None if there is none."""
    file, text = folder / "shacl.ttl", folder / "report.txt"
    if not file.is_file():
        return None
    nodes: dict[str, dict[str, str]] = {}
    for quad in ox.parse(path=str(file)):
        nodes.setdefault(_value(quad.subject), {})[quad.predicate.value] = _value(quad.object)
    results = [_result(iri, node) for iri, node in nodes.items() if node.get(RDF_TYPE) == f"{SH}ValidationResult"]
    lines = text.read_text(encoding="utf-8").splitlines() if text.is_file() else []
    return Report(
        conforms=nodes.get(REPORT, {}).get(f"{SH}conforms") == "true",
        results=tuple(sorted(results, key=_order)),
        summary=lines[-1] if lines else "",
    )


def read_checks(folder: Path) -> tuple[Check, ...]:
    """The checks in a folder, by name."""
    found = []
    for path in sorted(folder.glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        header = yaml.safe_load("\n".join(line.removeprefix(_HEADER) for line in lines if line.startswith(_HEADER))) or {}
        severity = str(header.get("severity", "violation")).capitalize()
        found.append(Check(path.stem, str(header.get("message", "")), severity, text))
    return tuple(found)


def _result(iri: str, node: Mapping[str, str]) -> Result:
    message = node.get(f"{SH}resultMessage", "")
    place = _PLACE.fullmatch(message)
    return Result(
        name=iri.rpartition("#")[2],
        focus=node.get(f"{SH}focusNode", ""),
        path=node.get(f"{SH}resultPath", ""),
        source=node.get(f"{SH}sourceShape", "") or node.get(f"{DCTERMS}source", ""),
        severity=node.get(f"{SH}resultSeverity", "").removeprefix(SH),
        file=place["file"] if place else "",
        line=int(place["line"]) if place else 0,
        column=int(place["column"]) if place else 0,
        said=place["said"] if place else message,
    )


def _order(result: Result) -> tuple[object, ...]:
    grade = SEVERITIES.index(result.severity) if result.severity in SEVERITIES else len(SEVERITIES)
    return grade, result.file, result.line, result.column, result.said, result.name


def _value(term: object) -> str:
    return str(getattr(term, "value", term))
