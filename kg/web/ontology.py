"""The ontology's namespace, its terms, schemes and versions, and the shapes: as pages, or as RDF by ``Accept`` or extension.

In comes a request for ``/ontology``, for one of its terms or schemes, or for ``/shapes``; out goes what the release has of them. The IRI of a
term leads to its anchor on ``/ontology``, from where there is a link to all that is known of it.
"""

import re
from typing import Final

from flask import Blueprint, Response, abort, render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from kg.namespaces import BASE, ONTOLOGY, POL, RDF_TYPE
from kg.negotiation import HTML, Format, by_name, negotiate
from kg.rdf import Term as RdfTerm
from kg.reader import Reader
from kg.resource import VERSION_IRI, of_subject, own_data, read_files, read_resource, serialise
from kg.resource import ontology as ontology_triples
from kg.web.codebook import rules
from kg.web.diagram import diagram
from kg.web.drawing import Drawing, draw
from kg.web.links import local
from kg.web.schemes import KINDS, MANY, branch, of_values, rows, schemes, statements
from kg.web.signposts import DATA_FORMATS, as_script
from kg.web.site import lasting, site, visit
from kg.web.terms import OWL, reference, vocabulary
from kg.web.things import absent, not_acceptable, point, rdf
from kg.web.usage import all_of, reused, usage
from kg.web.views import Value, view_of

blueprint: Final = Blueprint("ontology", __name__)

_PAGE_FIRST: Final = (HTML, *DATA_FORMATS)
_MOST: Final = 2_000
_SHAPE_HEAD: Final = re.compile(r"(?m)^shapes:([A-Za-z0-9_-]+)(?= a sh:)")
"""Where a shape begins in a file; the project writes each on a line of its own."""


@blueprint.get("/ontology")
@blueprint.get("/ontology.<extension>")
def ontology(extension: str = "") -> BaseResponse:
    """All terms with their definitions, a drawing of them, and the schemes."""
    form = _form(extension)
    if form is None:
        return not_acceptable(ONTOLOGY) if not extension else absent(f"{ONTOLOGY}.{extension}", None, None)
    reader = site().reader
    if form is not HTML:
        return rdf(ontology_triples(reader), form, ONTOLOGY)
    about = read_resource(reader, ONTOLOGY, _MOST, inbound=False)
    if about is None:
        return absent(ONTOLOGY, None, HTML)
    embedded = as_script(serialise(own_data(about), "jsonld"))
    edges = diagram(reader).edges
    text = render_template(
        "ontology.html",
        thing=view_of(reader, about),
        words=vocabulary(reader),
        schemes=schemes(reader),
        reused=reused(reader),
        drawing=_drawing(reader, visit().language),
        address=lambda iri: visit().link(local(iri)),
        edges=[(_shown(edge.property), [*map(_shown, edge.sources)], [*map(_shown, edge.targets)]) for edge in edges],
        embedded=embedded,
    )
    return _page(text, ONTOLOGY)


@blueprint.get("/ontology/diagram.svg")
def picture() -> BaseResponse:
    """The drawing alone, with the IRIs of the terms as links."""
    reader = site().reader
    if not vocabulary(reader).terms:
        abort(404, "This release has no ontology.")
    text = render_template("diagram.svg", drawing=_drawing(reader, visit().language), address=str, alone=True)
    return lasting(Response(text, content_type="image/svg+xml; charset=utf-8"))


@blueprint.get("/ontology/term/<name>")
def term(name: str) -> BaseResponse:
    """All that the release says of a term."""
    reader = site().reader
    found = vocabulary(reader).terms.get(f"{POL}{name}")
    if found is None:
        abort(404, f"The ontology has no term {name[:100]}. All are listed at /ontology.")
    edges = [edge for edge in diagram(reader).edges if edge.property == found.iri]
    text = render_template(
        "term.html",
        term=found,
        usage=usage(reader, found),
        all=all_of(found, visit().language),
        rules=rules(reader, found.iri),
        types=[_shown(each.value) for each in reader.objects(found.iri, RDF_TYPE) if each.value.startswith(OWL)],
        edges=[([*map(_shown, edge.sources)], [*map(_shown, edge.targets)]) for edge in edges],
        schemes=of_values(reader, found.iri) or [each for each in schemes(reader) if found.iri == each.iri],
    )
    return _page(text, "")


@blueprint.get("/ontology/scheme/<name>")
def scheme(name: str) -> BaseResponse:
    """The concepts of a scheme, or one branch of them."""
    reader, language = site().reader, visit().language
    found = next((each for each in schemes(reader) if each.name == name and each.count), None)
    if found is None:
        abort(404, f"There is no scheme {name[:100]}. All are listed at /ontology#schemes.")
    every = rows(reader, found, language)
    top = request.args.get("branch", "")
    if top and all(row.id != top for row in every):
        abort(404, f"The scheme {name} has no concept {top[:100]}.")
    shown = branch(every, top) if top or found.count > MANY else every
    text = render_template(
        "scheme.html",
        scheme=found,
        rows=shown,
        whole=len(shown) == len(every),
        properties=[_shown(use.property) for use in shown[0].uses] if name != KINDS else [],
        hierarchical=any(row.depth for row in every),
        statements=lambda row, use: statements(row, use, language),
        kinds=KINDS,
    )
    return _page(text, "")


@blueprint.get("/ontology/<version>")
def version(version: str) -> BaseResponse:
    """A version of the ontology; a release has one."""
    name, _, extension = version.rpartition(".")
    extension = extension if by_name(extension, DATA_FORMATS) else ""
    iri = f"{ONTOLOGY}/{name if extension else version}"
    if iri not in _versions(site().reader):
        return absent(iri, None, _form(extension) or HTML)
    return ontology(extension)


@blueprint.get("/shapes")
@blueprint.get("/shapes.<extension>")
def shapes(extension: str = "") -> BaseResponse:
    """The SHACL shapes by which the release was validated."""
    iri = f"{BASE}shapes"
    form = _form(extension)
    if form is None:
        return not_acceptable(iri)
    files = site().release.path / "shapes"
    triples = read_files(files)
    pointing = [quad.triple for quad in site().reader.pointing_at(iri)]
    if not triples:
        return absent(iri, None, form)
    if form is not HTML:
        return rdf([*triples, *pointing], form, iri)
    texts = [(path.stem, _anchored(path.read_text(encoding="utf-8"))) for path in sorted(files.glob("*.ttl"))]
    embedded = as_script(serialise(of_subject(triples, iri), "jsonld"))
    return _page(render_template("shapes.html", files=texts, embedded=embedded), iri)


def _anchored(text: str) -> Markup:
    """A file of shapes with an anchor where each begins, which is where the IRI of the shape leads."""
    return Markup(_SHAPE_HEAD.sub(r'<span id="\1">shapes:\1</span>', str(escape(text))))  # noqa: S704 - escaped before


def _drawing(reader: Reader, language: str) -> Drawing:
    """The drawing with names in a language, made once for a release."""

    def name(iri: str) -> str:
        value = reference(reader, RdfTerm("iri", iri))
        return value.names.get(language) or value.text

    return reader.once(("drawing", language), lambda: draw(diagram(reader), name))


def _shown(iri: str) -> Value:
    return reference(site().reader, RdfTerm("iri", iri))


def _page(text: str, iri: str) -> BaseResponse:
    """A page that stays as it is until the next release."""
    response = Response(text, content_type="text/html; charset=utf-8")
    point(response, iri)
    return lasting(response)


def _versions(reader: Reader) -> set[str]:
    return {term.value for term in reader.objects(ONTOLOGY, VERSION_IRI)}


def _form(extension: str) -> Format | None:
    choice = by_name(extension, DATA_FORMATS) if extension else negotiate(request.headers.get("Accept"), _PAGE_FIRST)
    return choice.format if choice else None
