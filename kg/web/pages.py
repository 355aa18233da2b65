"""The first page, and the list of published queries.

In comes what a release says of itself; out go pages that work without JavaScript. A client that wants data is led to what describes
the data set, of which the page is the landing page.
"""

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kg.description.facts import DATASET
from kg.namespaces import DCTERMS
from kg.negotiation import HTML, negotiate
from kg.queries import PublishedQuery
from kg.resource import names
from kg.web.coded import KINDS
from kg.web.downloads import of_whole_graph
from kg.web.links import data_path
from kg.web.published import bound, in_language
from kg.web.signposts import DATA_FORMATS
from kg.web.site import Site, lasting, site, visit

blueprint: Final = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> BaseResponse:
    """What this is, what is in it, and the ways to ask."""
    choice = negotiate(request.headers.get("Accept"), (HTML, *DATA_FORMATS))
    if choice is not None and choice.format is not HTML:
        response = redirect(data_path(DATASET, choice.format.name), 303)
        response.headers["Vary"] = "Accept"
        return response
    here = site()
    page = render_template(
        "home.html",
        release=here.release.description,
        queries=here.queries,
        dumps=of_whole_graph(here.release),
        questions=_questions(here),
        kinds=KINDS,
        authors={document["id"]: _authors(here, document) for document in here.release.description.get("documents", [])},
    )
    return Response(page, content_type="text/html; charset=utf-8", headers={"Vary": "Accept, Accept-Language"})


@blueprint.get("/queries")
def queries() -> Response:
    """The published queries."""
    here = site()
    texts = {query.name: _text(query, here, visit().language) for query in here.queries}
    page = render_template("queries.html", queries=here.queries, texts=texts)
    return lasting(Response(page, content_type="text/html; charset=utf-8"))


def _questions(here: Site) -> list[tuple[dict[str, str], str]]:
    """The questions of the published queries, in their order, with the address of the answer."""
    found = sorted(((each, query.name) for query in here.queries for each in query.questions), key=lambda pair: pair[0].place)
    return [
        (each.text, f"/queries/{name}" + (f"?{urlencode(each.where, doseq=True)}" if each.where else "")) for each, name in found
    ]


def _text(query: PublishedQuery, here: Site, language: str) -> str:
    """The text of a query, for rows in the language of the page if it can be asked for one."""
    pairs = in_language(query, (), language)
    return bound(query, pairs, here).text if pairs else query.text


def _authors(here: Site, document: dict[str, Any]) -> list[dict[str, str]]:
    """Names of the authors of a document, by language."""
    creators = [term.value for term in here.reader.objects(str(document["iri"]), f"{DCTERMS}creator")]
    found = names(here.reader, creators)
    return [found[creator] for creator in creators if creator in found] or [{"": str(document.get("author") or "")}]
