"""The pages beside the endpoint: the first page and the published queries.

In comes what a release says of itself; out go pages that work without JavaScript.
"""

from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kg.negotiation import HTML, Format, negotiate
from kg.web.downloads import of_whole_graph
from kg.web.site import site

blueprint: Final = Blueprint("pages", __name__)

_QUERY_TEXT: Final = Format("rq", "application/sparql-query", "SPARQL", media_aliases=("text/plain",), text=True)


@blueprint.get("/")
def home() -> str:
    """What this is, what is in it, and the ways to ask."""
    here = site()
    return render_template(
        "home.html", release=here.release.description, queries=here.queries, dumps=of_whole_graph(here.release)
    )


@blueprint.get("/queries/<name>")
def published_query(name: str) -> Response:
    """A published query, as a page or as the text itself."""
    query = next((query for query in site().queries if query.name == name.removesuffix(".rq")), None)
    if query is None:
        abort(404)
    choice = negotiate(request.headers.get("Accept"), (HTML, _QUERY_TEXT))
    if name.endswith(".rq") or (choice and choice.format is _QUERY_TEXT):
        return Response(query.text, content_type="text/plain; charset=utf-8" if not choice else _text_type(name))
    response = Response(render_template("query.html", query=query), content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/queries/")
def published_queries() -> BaseResponse:
    """Lead to the list on the first page."""
    return redirect("/#queries", 303)


def _text_type(name: str) -> str:
    return "text/plain; charset=utf-8" if name.endswith(".rq") else "application/sparql-query; charset=utf-8"
