"""Shapes as records, and what is read of a report and of checks."""

from pathlib import Path

import pytest

from kg.conformance import REPORT, Check, read_checks, read_report
from kg.constraints import Constraint, Target, read_shapes
from kg.namespaces import ID, POL, SHAPES, XSD
from kg.rdf import Term
from tests.project import ROOT

HEAD = """@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""


def test_a_node_shape_has_its_targets_and_property_shapes() -> None:
    """As ontology/shapes/kind.ttl writes them, in their order."""
    shape = read_shapes(ROOT / "ontology" / "shapes")[f"{SHAPES}Demand"]
    action, addressee = shape.properties

    assert (shape.name, shape.file, shape.targets) == ("Demand", "kind", (Target("class", f"{POL}Demand"),))
    assert (action.path, action.severity) == (f"{POL}action", "Violation")
    assert action.constraints == (Constraint("minCount", (Term("literal", "1", "", f"{XSD}integer"),)),)
    assert (addressee.name, addressee.severity) == ("Demand-addressee", "Warning")
    assert addressee.messages == {"en": "a demand should say who is to act: add `addressee:` with the slug of an agent"}


def test_lists_paths_and_targets_of_each_kind(tmp_path: Path) -> None:
    """A list has its members; an empty one has none; a path that is no property is shown as a constraint, not passed over."""
    (tmp_path / "x.ttl").write_text(
        HEAD
        + """ex:S a sh:NodeShape ; sh:targetNode ex:n ; sh:targetObjectsOf ex:p ; sh:targetSubjectsOf ex:q ; sh:property ex:P, ex:Q .
ex:P a sh:PropertyShape ; sh:path ex:p ; sh:in ( "b" "a" ) ; sh:languageIn () ; sh:order 1 .
ex:Q a sh:PropertyShape ; sh:path [ sh:inversePath ex:p ] ; sh:maxCount 0 .
[] a sh:NodeShape ; sh:targetNode ex:m .
""",
        encoding="utf-8",
    )
    found = read_shapes(tmp_path)
    first, second = found["https://example.org/S"].properties

    assert set(found) == {f"https://example.org/{name}" for name in "SPQ"}
    assert [target.kind for target in found["https://example.org/S"].targets] == ["node", "objects", "subjects"]
    assert [(each.component, [value.value for value in each.values]) for each in first.constraints] == [
        ("in", ["b", "a"]),
        ("languageIn", []),
    ]
    assert (second.path, [each.component for each in second.constraints]) == ("", ["maxCount", "path"])


REPORT_TEXT = f"""@prefix sh: <http://www.w3.org/ns/shacl#> .
<{REPORT}> a sh:ValidationReport ; sh:conforms true ; sh:result <{REPORT}#result-1>, <{REPORT}#result-2>, <{REPORT}#result-3> .
<{REPORT}#result-1> a sh:ValidationResult ; sh:focusNode <{ID}agent/x> ; sh:resultSeverity sh:Info ; sh:resultMessage "of no place"@en .
<{REPORT}#result-2> a sh:ValidationResult ; sh:focusNode <{ID}statement/d/s1> ; sh:resultSeverity sh:Warning ;
  sh:resultPath <{POL}action> ; sh:sourceShape <{SHAPES}Demand-action> ; sh:resultMessage "mappings/d.yaml:12:3: warning: s1 has: none"@en .
<{REPORT}#result-3> a sh:ValidationResult ; sh:focusNode <{ID}agent/y> ; sh:resultSeverity sh:Warning ;
  <http://purl.org/dc/terms/source> <{REPORT}#check-unused> ; sh:resultMessage "mappings/a.yaml:2:1: warning: y is unused"@en .
"""


def test_a_report_is_read_as_it_is(tmp_path: Path) -> None:
    """Results by severity and place, with what the message says of file, line and column."""
    (tmp_path / "shacl.ttl").write_text(REPORT_TEXT, encoding="utf-8")
    (tmp_path / "report.txt").write_text("…\n2 warnings, 1 info\n", encoding="utf-8")
    report = read_report(tmp_path)

    assert report is not None
    assert (report.conforms, report.summary) == (True, "2 warnings, 1 info")
    assert [report.count(each) for each in ("Violation", "Warning", "Info")] == [0, 2, 1]
    assert [(r.name, r.file, r.line, r.column, r.said) for r in report.results] == [
        ("result-3", "mappings/a.yaml", 2, 1, "y is unused"),
        ("result-2", "mappings/d.yaml", 12, 3, "s1 has: none"),
        ("result-1", "", 0, 0, "of no place"),
    ]
    assert [r.source for r in report.results] == [f"{REPORT}#check-unused", f"{SHAPES}Demand-action", ""]
    assert [r.document for r in report.results] == ["", f"{ID}document/d", ""]
    assert read_report(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("name", "severity", "message"),
    [
        ("unused-entity", "Warning", "nothing refers to this entity: use it, or remove it"),
        ("blank-node", "Violation", "a nested node has no IRI: give it one"),
    ],
)
def test_checks_say_what_a_row_means(name: str, severity: str, message: str) -> None:
    """Their headers, with the severity that holds where none is written."""
    found = {check.name: check for check in read_checks(ROOT / "ontology" / "checks")}

    assert found[name] == Check(
        name, message, severity, (ROOT / "ontology" / "checks" / f"{name}.rq").read_text(encoding="utf-8")
    )
    assert found[name].iri == f"{REPORT}#check-{name}"
