"""Validation: SHACL shapes (pyshacl) and check queries, with findings that point at the line of YAML.

In: a :class:`~kg.graph.Dataset` and the :class:`~kg.mappings.trace.Trace` of its mappings. Out: a :class:`Validation`: findings,
and the SHACL report as quads-to-be. Next: :mod:`kg.release`, which goes on only when no finding is a violation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import Finding, Severity
from kg.graph import Dataset, Term
from kg.mappings.nodes import Place
from kg.mappings.trace import Trace
from kg.namespaces import ID, POL, RDF_TYPE, RDFS, SH, XSD
from kg.rules import HeadedQuery

if TYPE_CHECKING:
    import rdflib

_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_NAMING = ("path", "targetSubjectsOf", "targetObjectsOf", "equals", "disjoint", "lessThan", "lessThanOrEquals")
"""Constraint parameters that name a predicate of the data (SHACL, sections 2.1.3, 2.3.1 and 4.5)."""
_SEVERITIES = {
    f"{SH}Violation": Severity.VIOLATION,
    f"{SH}Warning": Severity.WARNING,
    f"{SH}Info": Severity.INFO,
}


@dataclass(frozen=True, order=True)
class Result:
    """One result of SHACL or of a check.

    :ivar source: IRI of the shape, or file of the check
    :ivar path: property IRI, or empty
    """

    focus: str
    path: str
    value: str
    source: str
    message: str
    severity: Severity

    def finding(self, trace: Trace) -> Finding:
        """The result as a finding at the narrowest known place of the mappings."""
        located = trace.locate(self.focus, self.path, self.value) or _enclosing(trace, self.focus)
        place, name = located or (Place(self.source, 1, 1), self.focus.removeprefix(ID))
        code = f"check:{Path(self.source).stem}" if self.source.endswith(".rq") else f"shacl:{self.source.rsplit('#', 1)[-1]}"
        return Finding(place.file, place.line, place.column, code, self.message, name, self.severity)


@dataclass(frozen=True)
class Validation:
    """The results, and those of them that do not merely follow from an earlier finding."""

    results: tuple[Result, ...]
    findings: tuple[Finding, ...]

    @property
    def conforms(self) -> bool:
        """Whether there is no violation."""
        return all(finding.severity is not Severity.VIOLATION for finding in self.findings)


def validate(
    dataset: Dataset, trace: Trace, shapes: Iterable[Path], checks: Iterable[HeadedQuery], keys: Mapping[str, str]
) -> Validation:
    """Run the shapes over the union of all graphs, then the checks.

    :param trace: places and findings of the mappings; a result about a property that has a finding already is left out
    :param shapes: Turtle files of shapes
    :param checks: SELECT queries that must return no row
    :param keys: property IRI by key of a mapping, for the keys that checks name
    """
    results = [*_shacl(dataset, shapes), *(result for check in checks for result in _check(dataset, check, keys))]
    results = sorted(set(results))
    findings: dict[Finding, None] = {}
    for result in results:
        if not _follows(result, trace):
            findings.setdefault(result.finding(trace))
    return Validation(tuple(results), tuple(sorted({**trace.findings, **findings})))


def _follows(result: Result, trace: Trace) -> bool:
    """Whether the result is the consequence of a finding that stands already."""
    if (result.focus, result.path) in trace.flagged or (not result.path and (result.focus, RDF_TYPE) in trace.flagged):
        return True
    if result.severity is not Severity.VIOLATION and trace.lost:
        return True  # that something is unused cannot be said while a file cannot be read
    return not trace.lost.isdisjoint((result.focus, result.value)) or "~" in result.focus or "~" in result.value


def _enclosing(trace: Trace, node: str) -> tuple[Place, str] | None:
    """Place of the statement to which a nested node (``…#passage-selector``) belongs."""
    return trace.locate(node.rsplit("#", 1)[0]) if "#" in node and not node.startswith(POL) else None


def _shacl(dataset: Dataset, shapes: Iterable[Path]) -> list[Result]:
    """Results of pyshacl."""
    import pyshacl  # noqa: PLC0415 - 0.15 s that `kg query` and `kg serve` need not pay
    from rdflib import Graph, URIRef  # noqa: PLC0415

    shape_graph = Graph()
    for path in sorted(shapes):
        shape_graph.parse(path, format="turtle")
    data = to_rdflib(dataset, _predicates(shape_graph))
    _, report, _ = pyshacl.validate(data, shacl_graph=flatten(shape_graph), inplace=True)
    if not isinstance(report, Graph):
        raise TypeError(f"pyshacl gave no report but {report!r}")
    results = []
    for node in report.objects(None, URIRef(f"{SH}result")):
        cell = {str(p).removeprefix(SH): str(o) for p, o in report.predicate_objects(node)}
        results.append(
            Result(
                focus=cell.get("focusNode", ""),
                path=cell.get("resultPath", ""),
                value=cell.get("value", ""),
                source=cell.get("sourceShape", ""),
                message=cell.get("resultMessage", "").strip(),
                severity=_SEVERITIES.get(cell.get("resultSeverity", ""), Severity.VIOLATION),
            )
        )
    return results


def _predicates(shapes: "rdflib.Graph") -> frozenset[str] | None:
    """Predicates that the shapes look at; None, for all, if a path is more than a predicate."""
    from rdflib import BNode, URIRef  # noqa: PLC0415

    named = {value for name in _NAMING for value in shapes.objects(None, URIRef(SH + name))}
    if any(isinstance(value, BNode) for value in named):
        return None
    return frozenset({RDF_TYPE, f"{RDFS}subClassOf", *map(str, named)})


def flatten(shapes: "rdflib.Graph") -> "rdflib.Graph":
    """Give each property shape the targets of its node shape.

    The results are the same (SHACL, section 2.1.3: focus nodes come from targets), but pyshacl then validates a property
    shape once with all its focus nodes rather than once for each: 1.9 s become 0.8 s for 580 statements.

    :param shapes: changed in place; a node shape that others refer to keeps its property shapes
    """
    from rdflib import URIRef  # noqa: PLC0415

    has_property = URIRef(f"{SH}property")
    referred = {shape for name in ("node", "not", "qualifiedValueShape") for shape in shapes.objects(None, URIRef(SH + name))}
    for node_shape, property_shape in list(shapes.subject_objects(has_property)):
        targets = [(URIRef(SH + name), t) for name in _TARGETS for t in shapes.objects(node_shape, URIRef(SH + name))]
        if targets and node_shape not in referred:
            shapes.remove((node_shape, has_property, property_shape))
            for predicate, target in targets:
                shapes.add((property_shape, predicate, target))
    return shapes


def _check(dataset: Dataset, check: HeadedQuery, keys: Mapping[str, str]) -> list[Result]:
    """Rows of a check query, each a result about ``?focus``."""
    path = keys.get(str(check.header.get("key", "")), "")
    severity = Severity(str(check.header.get("severity", Severity.VIOLATION)))
    template = str(check.header.get("message", "the check finds this"))
    results = []
    for row in dataset.select(check.text):
        value = row.get("value", Term("literal", "")).value
        message = template.replace("{value}", value.removeprefix(ID))
        results.append(Result(row["focus"].value, path, value, check.file, message, severity))
    return results


def to_rdflib(dataset: Dataset, predicates: frozenset[str] | None = None) -> "rdflib.Graph":
    """The union of the graphs as an rdflib graph, for pyshacl.

    :param predicates: leave out triples with other predicates; None keeps all
    """
    from rdflib import BNode, Graph, Literal, URIRef  # noqa: PLC0415
    from rdflib.term import Node  # noqa: PLC0415

    graph = Graph()
    memo: dict[Term, Node] = {}

    def convert(term: Term) -> Node:
        node = memo.get(term)
        if node is None:
            if term.kind == "iri":
                node = URIRef(term.value)
            elif term.kind == "blank":
                node = BNode(term.value)
            elif term.language:
                node = Literal(term.value, lang=term.language)
            elif term.datatype == f"{XSD}string":
                node = Literal(term.value)  # rdflib holds "x" and "x"^^xsd:string apart; shapes have the first
            else:
                node = Literal(term.value, datatype=URIRef(term.datatype), normalize=False)
            memo[term] = node
        return node

    for subject, predicate, value in dataset.triples():
        if predicates is None or predicate.value in predicates:
            graph.add((convert(subject), convert(predicate), convert(value)))
    return graph
