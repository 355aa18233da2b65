"""Validation: SHACL shapes (pyshacl, or what :mod:`kg.shacl` offers) and check queries, with findings that point at the line of YAML.

In: a :class:`~kg.graph.Dataset` and the :class:`~kg.mappings.trace.Trace` of its mappings. Out: a :class:`Validation`: findings,
and the SHACL report as quads-to-be. Next: :mod:`kg.release`, which goes on only when no finding is a violation.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg import shacl
from kg.beside import beside
from kg.errors import Finding, Severity
from kg.graph import Dataset
from kg.mappings.nodes import Place
from kg.mappings.trace import MANY_PLACES, Trace, gathered
from kg.namespaces import ID, POL, PREFIXES, RDF_TYPE, RDFS, SH, XSD
from kg.rdf import Term
from kg.rules import HeadedQuery, misspelt
from kg.shapes import Shapes

if TYPE_CHECKING:
    import rdflib

_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_NAMING = ("path", "targetSubjectsOf", "targetObjectsOf", "equals", "disjoint", "lessThan", "lessThanOrEquals")
"""Constraint parameters that name a predicate of the data (SHACL, sections 2.1.3, 2.3.1 and 4.5)."""
_COMPACT: Final = re.compile(r"\b([a-z]+):([A-Za-z]+)")
_SLOT: Final = re.compile(r"\{(\w+)\}")
"""In the message of a check, the place of a variable."""
_MANY_ALIKE: Final = 10
"""Findings with one message up to which each place has its own: a mistake in one place of shapes or files makes hundreds."""

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


def applied(dataset: Dataset, shapes: Shapes) -> AbstractContextManager[Callable[[], "list[Result] | Finding"]]:
    """Apply the shapes to the union of all graphs as it is now, beside what the body does.

    Begun before the rules run: the shapes look at what was coded, and pyshacl knows of subclasses by itself.

    :param shapes: applied unless they have findings
    :returns: gives what waits for the results; instead of them, a finding if pyshacl cannot apply the shapes
    """
    return beside(lambda: [] if shapes.findings else apply_shapes(dataset, shapes.graph))


def validate(
    dataset: Dataset,
    trace: Trace,
    shacl: Callable[[], "list[Result] | Finding"],
    checks: Iterable[HeadedQuery],
    keys: Mapping[str, str],
) -> Validation:
    """Run the checks, and take in what the shapes say.

    :param trace: places and findings of the mappings; a result about a property that has a finding already is left out
    :param shacl: of :func:`applied`
    :param checks: SELECT queries that must return no row
    :param keys: property IRI by key of a mapping, for the keys that checks name
    """
    results = [result for check in checks for result in run_check(dataset, check, keys, trace)]
    found = shacl()
    if isinstance(found, Finding):
        trace.report(found)
    else:
        results += found
    return conclude(results, trace)


def conclude(found: Iterable[Result], trace: Trace) -> Validation:
    """What results say of the mappings.

    :param found: of shapes and checks
    :param trace: places and findings of all mappings that they speak of
    """
    results = sorted(set(found))
    followed = [result for result in results if not _follows(result, trace)]
    findings = [*trace.findings, *_of_one_value(followed, trace)]
    return Validation(tuple(results), tuple(_grouped(findings)))


def _of_one_value(results: list[Result], trace: Trace) -> Iterator[Finding]:
    """Findings; when many nodes refer to one thing that their shapes do not take, one, at the ``kind`` of that thing."""
    by_value: dict[str, list[Result]] = {}
    for result in results:
        by_value.setdefault(result.value if result.value in trace.subjects else "", []).append(result)
    for value, same in by_value.items():
        located = trace.locate(value, RDF_TYPE) if value and len(same) > MANY_PLACES else None
        if located is None:
            yield from (result.finding(trace) for result in same)
        else:
            (place, name), first = located, same[0].finding(trace)
            message = f"is the `kind:` of {name} right? In {len(same)} places it is not what it should be; "
            message += f"the first is {first.file}:{first.line}: {first.message}"
            yield place.finding(first.code, message, name, first.severity)


def _grouped(findings: Iterable[Finding]) -> list[Finding]:
    """By place; findings that differ in no more than their subject are one, and many that differ in their place are too."""
    by_place: dict[Finding, Finding] = {}
    for finding in sorted(findings):
        by_place.setdefault(replace(finding, subject=""), finding)
    by_message: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in by_place.values():
        place = "" if finding.severity is Severity.VIOLATION else str(finding)  # each unused entity is a case of its own
        by_message.setdefault((finding.file, finding.code, finding.message, place), []).append(finding)
    return sorted(f for same in by_message.values() for f in (gathered(same) if len(same) > _MANY_ALIKE else same))


def _follows(result: Result, trace: Trace) -> bool:
    """Whether the result is the consequence of a finding that stands already."""
    if (result.focus, result.path) in trace.flagged or (not result.path and (result.focus, RDF_TYPE) in trace.flagged):
        return True
    if result.severity is not Severity.VIOLATION and trace.incomplete:
        return True  # that something is unused cannot be said while a file cannot be read
    return not trace.lost.isdisjoint((result.focus, result.value))


def _enclosing(trace: Trace, node: str) -> tuple[Place, str] | None:
    """Place of the statement to which a nested node (``…#passage-selector``) belongs."""
    return trace.locate(node.rsplit("#", 1)[0]) if "#" in node and not node.startswith(POL) else None


def apply_shapes(dataset: Dataset, shapes: "rdflib.Graph") -> list[Result] | Finding:
    """Results of pyshacl, or of the engine that was chosen; shapes that it cannot apply are a finding."""
    if shacl.chosen() == shacl.FAST:
        return _apply_fast(dataset, shapes)
    import pyshacl  # noqa: PLC0415 - 0.15 s that `kg query` and `kg serve` need not pay
    from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError  # noqa: PLC0415
    from rdflib import Graph, URIRef  # noqa: PLC0415

    data = to_rdflib(dataset, _predicates(shapes))
    try:
        _, report, _ = pyshacl.validate(data, shacl_graph=flatten(shapes), inplace=True)
    except (ConstraintLoadError, ReportableRuntimeError, ShapeLoadError) as error:
        reason = " ".join(str(error).split())
        return Finding("ontology/shapes", 1, 1, "shapes", f"the shapes cannot be applied: {reason}")
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


def _apply_fast(dataset: Dataset, shapes: "rdflib.Graph") -> list[Result] | Finding:
    """The same of a faster engine."""
    try:
        found = shacl.apply_fast(dataset, shapes.serialize(format="nt"), _predicates(shapes))
    except shacl.ShapesError as error:
        return Finding("ontology/shapes", 1, 1, "shapes", f"the shapes cannot be applied: {error}")
    return [
        Result(one.focus, one.path, one.value, one.shape, one.message, _SEVERITIES.get(one.severity, Severity.VIOLATION))
        for one in found
    ]


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


def run_check(dataset: Dataset, check: HeadedQuery, keys: Mapping[str, str], trace: Trace) -> list[Result]:
    """Rows of a check query, each a result about ``?focus``; a check that cannot be run is a finding."""
    path = keys.get(str(check.header.get("key", "")), "").removeprefix("@id")  # about the node itself, or what ?value tells
    written = str(check.header.get("severity", Severity.VIOLATION))
    if written not in set(Severity):
        line = next((n for n, text in enumerate(check.text.split("\n"), start=1) if text.startswith("#+ severity")), 1)
        message = f'severity: "{written}" is not one of {", ".join(Severity)}'
        trace.report(Finding(check.file, line, 1, "query-header", message))
        return []
    template = str(check.header.get("message", "the check finds this"))
    try:
        rows = dataset.select(check.text)
        focus = [row["focus"].value for row in rows]
    except (SyntaxError, TypeError, KeyError) as error:
        trace.report(misspelt(check, dataset, "a SELECT query that binds ?focus", error))
        return []
    if not rows:
        return []
    results = []
    read = {PREFIXES.get(prefix, "") + local for prefix, local in _COMPACT.findall(check.text)}
    for node, row in zip(focus, rows, strict=True):
        if any((node, property_) in trace.flagged for property_ in read):
            continue  # what the check reads of the node has a finding already
        named = {name: term.value for name, term in row.items()}
        results.append(Result(node, path, named.get("value", ""), check.file, _filled(template, named), Severity(written)))
    return results


def _filled(template: str, named: Mapping[str, str]) -> str:
    """A message with what a row of the check names.

    :param named: values by variable; entities and terms of ours are shown without what all IRIs of theirs have in common
    """
    return _SLOT.sub(lambda slot: named.get(slot[1], "").removeprefix(ID).removeprefix(POL), template)


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

    add = graph.store.add  # Graph.add checks each term again, which a conversion makes right by itself
    for subject, predicate, value in dataset.triples(predicates):
        add((convert(subject), convert(predicate), convert(value)), graph)
    return graph
