"""The site's description of itself for programs: ``/.well-known/void`` and ``/catalog``.

In comes the release's own description; out it goes with the addresses under which the site was asked, in the format that the client
accepts. https://www.w3.org/TR/void/#well-known, https://www.w3.org/TR/vocab-dcat-3/
"""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request

from kg import located
from kg.description.facts import CATALOG, DATASET, GRAPH_NAME, LICENSE
from kg.namespaces import graph_iri
from kg.negotiation import GRAPH_FORMATS, HTML, Choice, Format, by_name, negotiate
from kg.reader import Reader
from kg.resource import names, serialise
from kg.web.signposts import DATA_FORMATS, embedded, signposts
from kg.web.site import base_url, lasting, site

blueprint: Final = Blueprint("description", __name__)

RDF_FORMATS: Final = GRAPH_FORMATS[:-1]
_CATALOG_FORMATS: Final = (*RDF_FORMATS, HTML)
_LANDING: Final = frozenset({"pages.home", "downloads.dumps"})


@blueprint.get("/.well-known/void")
def void() -> Response:
    """VoID: the whole description of the release."""
    choice = _accepted(RDF_FORMATS)
    return _reply(written(site().reader, located.void, base_url() + "/", choice.format.name), choice)


@blueprint.get("/catalog")
@blueprint.get("/catalog.<extension>")
def catalogue(extension: str = "") -> Response:
    """DCAT: data sets, endpoint and files; a page for people."""
    here = site()
    choice = _named(extension) if extension else _accepted(_CATALOG_FORMATS)
    if choice.format is HTML:
        files = located.distributions(here.release.description)
        page = render_template(
            "catalog.html",
            release=here.release.description,
            files=files,
            dataset=DATASET,
            formats=RDF_FORMATS,
            title=names(here.reader, [CATALOG]).get(CATALOG, {}),
            embedded=embedded(here.reader, CATALOG, parts=False),
        )
        body = page.encode()
    else:
        body = written(here.reader, located.catalogue, base_url() + "/", choice.format.name)
    response = _reply(body, choice)
    response.headers["Link"] = signposts(CATALOG, here.release)
    return response


def written(reader: Reader, say: Callable[..., Any], base: str, form: str) -> bytes:
    """What ``say`` makes of the description of a release, in a format."""
    return serialise(say(reader.graph(graph_iri(GRAPH_NAME)), reader.release.description, base), form)


@blueprint.after_app_request
def point_to_it(response: Response) -> Response:
    """Links of the pages about the whole data set to what describes it (Signposting, https://signposting.org/FAIR/)."""
    if request.endpoint in _LANDING and response.status_code == 200:  # noqa: PLR2004 - OK
        base = base_url() + "/"
        links = [
            f'<{DATASET}>; rel="cite-as"',
            '<https://schema.org/Dataset>; rel="type"',
            f'<{LICENSE}>; rel="license"',
            f'<{base}.well-known/void>; rel="describedby"; type="text/turtle"',
            *(f'<{base}catalog.{form.name}>; rel="describedby"; type="{form.media_type}"' for form in RDF_FORMATS),
            f'<{CATALOG}>; rel="collection"',
        ]
        if request.endpoint == "pages.home":
            links += [f'<{base}dataset.{form.name}>; rel="alternate"; type="{form.media_type}"' for form in DATA_FORMATS]
        for file in located.distributions(site().release.description):
            if file.dataset == DATASET and file.media_type:
                kind = "application/gzip" if file.compressed else file.media_type
                links.append(f'<{file.address(base)}>; rel="item"; type="{kind}"')
        response.headers["Link"] = ", ".join(links)
    return response


def _accepted(formats: tuple[Format, ...]) -> Choice:
    """The format that the client accepts best, or 406."""
    choice = negotiate(request.headers.get("Accept"), formats)
    if choice is None:
        offered = ", ".join(form.media_type for form in formats)
        abort(406, description=f"Accept allows none of the formats of this address: {offered}.")
    return choice


def _named(extension: str) -> Choice:
    choice = by_name(extension, _CATALOG_FORMATS)
    if choice is None or choice.format.name != extension:
        abort(404)
    return choice


def _reply(body: bytes, choice: Choice) -> Response:
    response = Response(body, content_type=choice.content_type)
    response.headers["Vary"] = "Accept"
    return lasting(response)
