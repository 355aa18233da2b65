"""What a published query is besides its result: the text, a notebook, and its description in RDF.

In comes a request that :mod:`kg.web.published` left; the page itself is made there.
"""

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from kg.namespaces import BASE
from kg.negotiation import HTML, Format, by_name, negotiate
from kg.web.problems import problem_reply
from kg.web.published import DESCRIBED, NOTEBOOK, TEXT, bound, find, given
from kg.web.site import base_url, site, visit
from kg.web.snippets import as_json, notebook
from kg.web.sparql import ProblemError, not_acceptable
from kg.web.things import described

blueprint: Final = Blueprint("queries", __name__)


@blueprint.errorhandler(ProblemError)
def problem(error: ProblemError) -> Response:
    """A problem as the front would say it."""
    reply = problem_reply(error.problem, request.headers.get("Accept"), site().templates, visit())
    return Response(reply.body, reply.status, dict(reply.headers))


@blueprint.get("/queries/")
def published_queries() -> BaseResponse:
    """Lead to the list."""
    return redirect(visit().link("/queries"), 308)


@blueprint.get("/queries/<name>")
def published_query(name: str) -> BaseResponse:
    """The text of a query with its parameters bound, a notebook, or the description, by suffix or by Accept."""
    stem, dot, suffix = name.partition(".")
    query = find(stem, site())
    iri = f"{BASE}queries/{stem}"
    offered: tuple[Format, ...] = (TEXT, NOTEBOOK, *(DESCRIBED if site().reader.is_known(iri) else ()))
    if dot:
        choice = by_name(suffix, offered)
        if choice is None:
            abort(404, f"The query has no format .{suffix}; expected one of {', '.join(f'.{form.name}' for form in offered)}.")
    else:
        offered = (HTML, TEXT, *offered[2:])
        choice = negotiate(request.headers.get("Accept"), offered)
        if choice is None:
            raise not_acceptable("", offered)
    asked = bound(query, given(request.query_string.decode("latin-1")), site())
    if choice.format is TEXT:
        # a browser shows text/plain and downloads anything else
        return _response(asked.text, "text/plain; charset=utf-8" if dot else choice.content_type)
    if choice.format is NOTEBOOK:
        kind = site().engine.scan(query.text).form
        document = notebook(query, base_url(), urlencode(asked.pairs), kind)
        return _response(as_json(document), choice.content_type)
    return described(iri, choice.format)


def _response(body: str | bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Vary"] = "Accept"
    return response
