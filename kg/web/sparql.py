"""The SPARQL 1.1 Protocol at ``/sparql``, and the form that a browser gets there.

In comes a request in one of the three ways of section 2.1; out goes a whole result from :mod:`kg.engine.pool`, in the format
that was asked for, or a problem (:mod:`kg.web.problems`). A browser gets a table with links to the other formats.
"""

import json
import re
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from kg.engine.evaluate import PREVIEW
from kg.engine.pool import Query
from kg.negotiation import GRAPH_FORMATS, HTML, SOLUTION_FORMATS, Format, by_name, negotiate, parse_accept
from kg.web import service
from kg.web.problems import Problem, problem_response
from kg.web.site import site

blueprint: Final = Blueprint("sparql", __name__)

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
METHODS: Final = "GET, HEAD, POST, OPTIONS"
_ABSOLUTE_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^<>\"{}|^`\\\x00-\x20]*")
_LINK_LENGTH: Final = 6000
"""Longest query that is put in a link; some proxies refuse URLs of 8,000 bytes."""


@blueprint.route("/sparql", methods=["GET", "POST", "OPTIONS"], provide_automatic_options=False)
def endpoint() -> Response:
    """Answer a query, or say what the endpoint is."""
    if request.method == "OPTIONS":
        return _options()
    if request.method == "POST":
        return _post()
    if "update" in request.args:
        return _read_only()
    if "query" not in request.args:
        return _no_query()
    return _answer(request.args, request.args.getlist("query"))


def _post() -> Response:
    media_type = request.mimetype
    if media_type == UPDATE:
        return _read_only()
    if media_type == FORM:
        if "update" in request.form:
            return _read_only()
        # the dataset may stand in the form only (section 2.1.2); format is ours and may stand in either
        parameters = MultiDict(request.form)
        if "format" not in parameters and "format" in request.args:
            parameters["format"] = request.args["format"]
        return _answer(parameters, request.form.getlist("query"))
    if media_type == QUERY:
        try:
            text = request.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            detail = f"The query is not UTF-8: {error.reason} at byte {error.start}. Send it as UTF-8."
            return problem_response(Problem(400, "Malformed request", detail))
        return _answer(request.args, [text, *request.args.getlist("query")])
    detail = f"The request has the content type {media_type or '(none)'}; expected {QUERY} or {FORM}."
    return problem_response(Problem(415, "Unsupported media type", detail, headers={"Accept-Post": f"{QUERY}, {FORM}"}))


def _answer(parameters: MultiDict[str, str], queries: list[str]) -> Response:
    """Run the one query of a request."""
    if len(queries) != 1:
        found = "no query" if not queries else f"{len(queries)} queries"
        detail = f"The request has {found}; expected exactly one (SPARQL 1.1 Protocol, section 2.1)."
        return problem_response(Problem(400, "Malformed request", detail))
    query = Query(
        queries[0],
        tuple(parameters.getlist("default-graph-uri")),
        tuple(parameters.getlist("named-graph-uri")),
    )
    for iri in (*query.default_graphs, *query.named_graphs):
        if not _is_absolute(iri):
            detail = f"The graph {iri!r} is not an absolute IRI."
            return problem_response(Problem(400, "Malformed request", detail))
    engine = site().engine
    form = engine.scan(query.text).form
    formats = GRAPH_FORMATS if form in {"CONSTRUCT", "DESCRIBE"} else SOLUTION_FORMATS
    name = parameters.get("format", "")
    choice = by_name(name, formats) if name else negotiate(request.headers.get("Accept"), formats)
    if choice is None:
        if not form:
            engine.answer(query, "json")  # what is wrong with the query is of more use than what is wrong with Accept
        return _not_acceptable(name, formats)
    if choice.format is HTML:
        return _table(query, formats)
    answer = engine.answer(query, choice.format.name)
    response = Response(answer.body, content_type=choice.content_type)
    response.headers["Vary"] = "Accept"
    return response


def _table(query: Query, formats: tuple[Format, ...]) -> Response:
    """Page with the first rows of a result."""
    answer = site().engine.answer(query, PREVIEW)
    dataset = [
        *(("default-graph-uri", iri) for iri in query.default_graphs),
        *(("named-graph-uri", iri) for iri in query.named_graphs),
    ]
    base = [("query", query.text), *dataset]
    linkable = len(urlencode(base)) <= _LINK_LENGTH
    html = render_template(
        "result.html",
        query=query.text,
        result=json.loads(answer.body),
        seconds=answer.seconds,
        dataset=dataset,
        formats=[form for form in formats if form is not HTML],
        links={form.name: "/sparql?" + urlencode([*base, ("format", form.name)]) for form in formats} if linkable else {},
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept"
    return response


def _no_query() -> Response:
    """The form for a browser, the service description for a client that names a type of RDF, 400 otherwise."""
    name = request.args.get("format", "")
    accept = request.headers.get("Accept", "")
    formats = (*GRAPH_FORMATS[:-1], HTML)
    if not name and not any(element.type != "*" for element in parse_accept(accept)):
        detail = "The request has no query. Send one as ?query=…, or open this address in a browser for a form."
        return problem_response(Problem(400, "Malformed request", detail))
    choice = by_name(name, formats) if name else negotiate(accept, formats)
    if choice is None:
        return _not_acceptable(name, formats)
    if choice.format is HTML:
        body: bytes | str = render_template("sparql.html", query="")
    else:
        description = service.description(site().release, request.base_url)
        body = site().engine.answer(Query(description), choice.format.name).body
    response = Response(body, content_type=choice.content_type)
    response.headers["Vary"] = "Accept"
    return response


def _not_acceptable(name: str, formats: tuple[Format, ...]) -> Response:
    offered = ", ".join(f"{form.name} ({form.media_type})" for form in formats)
    if name:
        detail = f"There is no format {name!r} for this form of query; expected one of {offered}."
        return problem_response(Problem(400, "Unknown format", detail))
    detail = f"Accept allows none of the formats of this form of query: {offered}."
    return problem_response(Problem(406, "Not acceptable", detail))


def _read_only() -> Response:
    detail = (
        "This endpoint is read-only: it takes no SPARQL updates, and the graph changes only by a new release. "
        "Load a file of /dumps/ into a store of your own to change it."
    )
    return problem_response(Problem(403, "Not allowed on this endpoint", detail))


def _options() -> Response:
    """Preflight (Fetch, section 3.2.2): any origin may query, as nothing here depends on who asks."""
    headers = {
        "Allow": METHODS,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Accept, Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status=204, headers=headers)


def _is_absolute(iri: str) -> bool:
    """Whether a text can stand between angle brackets and has a scheme (RFC 3987, section 2.2)."""
    return bool(_ABSOLUTE_IRI.fullmatch(iri))
