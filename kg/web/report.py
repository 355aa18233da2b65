"""What the release was checked against, and what was found: the SHACL report as a page, or as RDF.

In comes a request for ``/report``; out goes what the release holds of its validation. How many things a shape looked at is counted in the
store, as SHACL counts focus nodes (section 2.1.3): before anything was inferred. Next: :mod:`kg.web.app`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kg.conformance import REPORT, SEVERITIES, Report, Result, read_checks, read_report
from kg.constraints import Shape, Target
from kg.namespaces import ID
from kg.negotiation import HTML, by_name, negotiate
from kg.rdf import Term
from kg.reader import Reader
from kg.resource import names, read_files
from kg.web.links import local
from kg.web.signposts import DATA_FORMATS
from kg.web.site import lasting, site
from kg.web.terms import Asked, ancestors, reference, vocabulary
from kg.web.things import absent, not_acceptable, point, rdf
from kg.web.views import Value

blueprint: Final = Blueprint("report", __name__)

_PER_PAGE: Final = 50
"""Findings of a page, which with all shapes and checks then has 130 kB."""
_MOST: Final = 50
"""Documents that are listed."""
_DIGITS: Final = 7
_CODED: Final = "FILTER(?graph NOT IN (graph:inferred, graph:description))"
"""The shapes looked at what was coded, before the rules ran and before the release was described."""
_TYPES: Final = f"SELECT DISTINCT ?thing ?class WHERE {{ GRAPH ?graph {{ ?thing a ?class }} {_CODED} }}"
_SUBJECTS: Final = "SELECT DISTINCT ?thing WHERE {{ GRAPH ?graph {{ ?thing <{iri}> ?value }} {coded} }}"
_OBJECTS: Final = "SELECT DISTINCT ?thing WHERE {{ GRAPH ?graph {{ ?subject <{iri}> ?thing }} {coded} }}"
_ABOVE: Final = "SELECT ?class ?above WHERE { GRAPH graph:vocabulary { ?class rdfs:subClassOf ?above } }"


@dataclass(frozen=True)
class Examined:
    """A shape with what it looked at.

    :ivar things: number of focus nodes
    :ivar asked: what it asks
    :ivar results: number of results of it and of its property shapes
    """

    shape: Shape
    targets: tuple[tuple[str, Value], ...]
    things: int
    asked: tuple[Asked, ...]
    results: int


@dataclass(frozen=True)
class Finding:
    """A result as a page shows it.

    :ivar source: name of the shape or check; empty if the report does not say
    :ivar href: where that is shown
    """

    result: Result
    thing: Value
    names: dict[str, str]
    source: str
    href: str


@blueprint.get("/report")
@blueprint.get("/report.<extension>")
def report(extension: str = "") -> BaseResponse:
    """The validation of the release."""
    formats = (HTML, *DATA_FORMATS)
    choice = by_name(extension, DATA_FORMATS) if extension else negotiate(request.headers.get("Accept"), formats)
    if choice is None:
        return not_acceptable(REPORT) if not extension else absent(f"{REPORT}.{extension}", None, None)
    here = site()
    folder = here.release.path / "report"
    found = here.reader.once("report", lambda: read_report(folder))
    if found is None:
        return absent(REPORT, None, choice.format)
    if choice.format is not HTML:
        return rdf(read_files(folder), choice.format, REPORT)
    checks = here.reader.once("checks", lambda: read_checks(here.release.path / "checks"))
    shapes = here.reader.once("examined", lambda: _examined(here.reader, found))
    chosen = {name: value for name in _CHOICES if (value := request.args.get(name, ""))}
    fitting = [result for result in found.results if all(_CHOICES[name](result) == value for name, value in chosen.items())]
    number = request.args.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < _DIGITS else 1
    shown = [_finding(here.reader, result) for result in fitting[(page - 1) * _PER_PAGE : page * _PER_PAGE]] if page else []
    by_document = _counted(_slug(result) for result in found.results)
    text = render_template(
        "report.html",
        report=found,
        severities=[(severity, found.count(severity)) for severity in SEVERITIES],
        findings=shown,
        fitting=len(fitting),
        chosen=chosen,
        page=page,
        pages=[_address(chosen, each) for each in range(1, -(-len(fitting) // _PER_PAGE) + 1)],
        address=lambda name, value: _address({name: value}),
        by_document=by_document[:_MOST],
        other_documents=max(len(by_document) - _MOST, 0),
        by_source=_counted(_source(result) for result in found.results),
        titles={slug: _title(here.reader, slug) for slug, _ in by_document[:_MOST]},
        shapes=shapes,
        checks=[(check, _found_by(check.iri, found)) for check in checks],
    )
    response = Response(text, content_type="text/html; charset=utf-8")
    point(response, REPORT)
    return lasting(response)


@blueprint.get("/report.txt")
def text() -> BaseResponse:
    """The findings, one a line, as ``kg check`` prints them."""
    path = site().release.path / "report" / "report.txt"
    if not path.is_file():
        abort(404, "This release holds no report.")
    return lasting(Response(path.read_bytes(), content_type="text/plain; charset=utf-8"))


def _examined(reader: Reader, found: Report) -> tuple[Examined, ...]:
    words = vocabulary(reader)
    focus = _focus_nodes(reader, {target for shape in words.shapes.values() for target in shape.targets})
    asked: dict[str, list[Asked]] = {}
    for each in words.asked:
        asked.setdefault(each.node.iri, []).append(each)
    return tuple(
        Examined(
            shape,
            tuple((target.kind, reference(reader, Term("iri", target.iri))) for target in shape.targets),
            len(set().union(*(focus[target] for target in shape.targets))),
            tuple(asked.get(shape.iri, ())),
            sum(_found_by(iri, found) for iri in {shape.iri, *(each.iri for each in shape.properties)}),
        )
        for shape in words.shapes.values()
        if shape.targets
    )


def _focus_nodes(reader: Reader, targets: Iterable[Target]) -> dict[Target, frozenset[str]]:
    """The things that each target names (SHACL, section 2.1.3); of a class also those of the classes below it."""
    above: dict[str, list[str]] = {}
    for row in reader.select(_ABOVE):
        above.setdefault(row["class"].value, []).append(row["above"].value)
    of_class: dict[str, set[str]] = {}
    for row in reader.select(_TYPES):
        class_ = row["class"].value
        for each in ancestors(class_, above) | {class_}:
            of_class.setdefault(each, set()).add(row["thing"].value)
    found = {}
    for target in targets:
        if target.kind == "class":
            found[target] = frozenset(of_class.get(target.iri, ()))
        elif target.kind == "node":
            found[target] = frozenset({target.iri})
        else:
            query = _SUBJECTS if target.kind == "subjects" else _OBJECTS
            found[target] = frozenset(row["thing"].value for row in reader.select(query.format(iri=target.iri, coded=_CODED)))
    return found


def _finding(reader: Reader, result: Result) -> Finding:
    whole = result.focus.partition("#")[0]
    label = Value({}, result.focus.removeprefix(ID), href=local(result.focus), external=local(result.focus) == result.focus)
    source = _source(result)
    return Finding(result, label, names(reader, [whole]).get(whole, {}), source, local(result.source) if source else "")


def _title(reader: Reader, slug: str) -> dict[str, str]:
    iri = f"{ID}document/{slug}"
    return names(reader, [iri]).get(iri, {})


def _slug(result: Result) -> str:
    """Slug of the document that a result is about; empty for what belongs to none."""
    return result.document.removeprefix(f"{ID}document/")


def _source(result: Result) -> str:
    """Name of the shape or check that a result comes from; empty if the report does not say."""
    return result.source.rpartition("#")[2]


_CHOICES: Final[Mapping[str, Callable[[Result], str]]] = {
    "severity": lambda result: result.severity,
    "document": _slug,
    "source": _source,
}
"""What findings can be chosen by."""


def _address(chosen: Mapping[str, str], page: int = 1) -> str:
    """Address of the findings that fit what is chosen; what is empty is taken back."""
    pairs = {name: value for name, value in chosen.items() if value} | ({"page": str(page)} if page > 1 else {})
    return f"/report?{urlencode(pairs)}" if pairs else "/report"


def _counted(keys: Iterable[str]) -> list[tuple[str, int]]:
    """Keys with how often they occur, the most frequent first."""
    return sorted(Counter(keys).items(), key=lambda each: (-each[1], each[0]))


def _found_by(source: str, found: Report) -> int:
    return sum(result.source == source for result in found.results)
