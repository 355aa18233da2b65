"""The ontology's namespace, its versions, and the shapes: as a page, or as RDF by ``Accept`` or extension.

In comes a request for ``/ontology`` or ``/shapes``; out goes what the release has of them.
"""

from typing import Final

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kg.namespaces import BASE, ONTOLOGY, POL
from kg.negotiation import HTML, Format, by_name, negotiate
from kg.reader import Reader
from kg.resource import VERSION_IRI, own_data, read_files, read_resource, serialise
from kg.resource import ontology as ontology_triples
from kg.web.site import lasting, site
from kg.web.things import DATA_FORMATS, absent, not_acceptable, point, rdf
from kg.web.views import Thing, view_of

blueprint: Final = Blueprint("ontology", __name__)

_PAGE_FIRST: Final = (HTML, *DATA_FORMATS)
_MOST: Final = 2_000
_TERMS: Final = """
SELECT DISTINCT ?term ?class WHERE {
  VALUES ?class { owl:Class owl:ObjectProperty owl:DatatypeProperty }
  GRAPH graph:vocabulary { ?term a ?class }
}
ORDER BY ?class ?term
"""


@blueprint.get("/ontology")
@blueprint.get("/ontology.<extension>")
def ontology(extension: str = "") -> BaseResponse:
    """All terms with their definitions."""
    form = _form(extension)
    if form is None:
        return not_acceptable(ONTOLOGY) if not extension else absent(f"{ONTOLOGY}.{extension}", None, None)
    reader = site().reader
    if form is not HTML:
        return rdf(ontology_triples(reader), form, ONTOLOGY)
    about = read_resource(reader, ONTOLOGY, _MOST, inbound=False)
    if about is None:
        return absent(ONTOLOGY, None, HTML)
    groups: dict[str, list[Thing]] = {}
    for row in reader.select(_TERMS):
        iri = row["term"].value
        found = read_resource(reader, iri, _MOST, inbound=False) if iri.startswith(POL) else None
        if found is not None:
            groups.setdefault(row["class"].value.rpartition("#")[2], []).append(view_of(reader, found))
    embedded = serialise(own_data(about), "jsonld").decode().replace("<", "\\u003c")
    text = render_template("ontology.html", thing=view_of(reader, about), groups=groups, embedded=embedded)
    response = Response(text, content_type="text/html; charset=utf-8")
    point(response, ONTOLOGY)
    return lasting(response)


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
    if not triples:
        return absent(iri, None, form)
    if form is not HTML:
        return rdf(triples, form, iri)
    texts = [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(files.glob("*.ttl"))]
    response = Response(render_template("shapes.html", files=texts), content_type="text/html; charset=utf-8")
    point(response, iri)
    return lasting(response)


def _versions(reader: Reader) -> set[str]:
    return {term.value for term in reader.objects(ONTOLOGY, VERSION_IRI)}


def _form(extension: str) -> Format | None:
    choice = by_name(extension, DATA_FORMATS) if extension else negotiate(request.headers.get("Accept"), _PAGE_FIRST)
    return choice.format if choice else None
