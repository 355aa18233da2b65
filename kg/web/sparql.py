"""The SPARQL 1.1 Protocol at ``/sparql``, and the form that a browser gets there.

In comes a request in one of the three ways of section 2.1; out goes a whole result from an engine, in the format that was
asked for, or a problem (:mod:`kg.web.problems`). A browser gets a page (:mod:`kg.web.workbench`).
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final, Protocol
from urllib.parse import unquote_plus, urlencode

from kg.description.facts import ENDPOINT
from kg.engine.evaluate import PREVIEW
from kg.engine.interface import Query
from kg.engine.scan import Scan
from kg.negotiation import GRAPH_FORMATS, HTML, SOLUTION_FORMATS, Choice, Format, by_name, negotiate, parse_accept
from kg.web import service
from kg.web.http import BadEncodingError, Parameters, Reply, Request
from kg.web.language import Visit
from kg.web.problems import Problem
from kg.web.signposts import of_endpoint
from kg.web.site import Site
from kg.web.workbench import LINK_LENGTH, Workbench, base_of

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
DATASET: Final = frozenset({"default-graph-uri", "named-graph-uri"})
METHODS: Final = "GET, HEAD, POST, OPTIONS"
_ABSOLUTE_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^<>\"{}|^`\\\x00-\x20]*")
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_SECONDS: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
SHARED: Final = "public, max-age=60"
"""A release does not change, but the next one comes at the same address."""


class ProblemError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Page(Protocol):
    """A page that shows the first rows of a result.

    :cvar policy: its Content-Security-Policy
    """

    policy: ClassVar[str]

    def identity(self) -> tuple[str, ...]:
        """What the page depends on beside the result and who looks at it."""

    def result(self, preview: bytes, seconds: float) -> bytes:
        """The page with a result, in the format ``preview``."""

    def failure(self, problem: Problem) -> Reply:
        """The page with what went wrong."""


@dataclass(frozen=True)
class Asked:
    """A request for the result of a query, understood but not run.

    :ivar formats: what the form of query is offered in
    :ivar timeout_s: seconds that the client gives it; None if it leaves that to the server
    :ivar page: what shows the result as HTML; None where that is not asked for
    :ivar visit: who looks at it, where it is HTML
    :ivar links: of the header ``Link``, where the result is of an IRI of ours
    """

    query: Query
    checked: Scan
    choice: Choice
    formats: tuple[Format, ...]
    timeout_s: float | None
    page: Page | None = None
    visit: Visit = field(default_factory=Visit)
    links: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Header fields of its own: what a browser may load for a page, and where else the thing is described."""
        policy = {"Content-Security-Policy": self.page.policy} if self.page else {}
        return policy | ({"Link": self.links} if self.links else {})

    def key(self, version: str) -> str:
        """What the representation depends on, without its content coding; empty if on more than the release."""
        if self.checked.volatile:
            return ""
        parts = (version, self.choice.content_type, self.query.text, *self.query.default_graphs, "", *self.query.named_graphs)
        if self.choice.format is HTML:  # all else is the same in every language
            parts = (*parts, "", *self.visit.identity)
        if self.page is not None:
            parts = (*parts, "", *self.page.identity())
        return _digest(parts)


@lru_cache(maxsize=128)
def _digest(parts: tuple[str, ...]) -> str:
    """A short name for a representation; that of a query is asked for before and after it runs."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def understand(request: Request, site: Site) -> Asked | Reply:
    """What a request asks for; a reply where it asks for no query to be run.

    :raises ProblemError: if the request is not as the protocol says
    :raises RefusalError: if the query may not be run
    """
    if request.method == "OPTIONS":
        return preflight(METHODS)
    if request.method not in {"GET", "HEAD", "POST"}:
        detail = f"The method {request.method} is not for this address; expected one of {METHODS}."
        raise ProblemError(Problem(405, "Method not allowed", detail, headers={"Allow": METHODS}))
    try:
        parameters, queries = _posted(request) if request.method == "POST" else _in_url(request)
    except BadEncodingError as error:
        raise malformed(f"In the request {error}. Send UTF-8.") from error
    if len(queries) != 1:
        found = "no query" if not queries else f"{len(queries)} queries"
        raise malformed(f"The request has {found}; expected exactly one (SPARQL 1.1 Protocol, section 2.1).")
    return _asked(parameters, queries[0], request, site)


def query_text(request: Request) -> str:
    """The first query of a request, for a page that repeats it and for the log; empty if there is none.

    :raises ProblemError: if the request cannot be read
    :raises BadEncodingError: if it is not UTF-8
    """
    _, queries = _posted(request) if request.method == "POST" else _in_url(request)
    return queries[0] if queries else ""


def is_description(request: Request) -> bool:
    """Whether a request has no query, and asks what the endpoint is."""
    if request.method not in {"GET", "HEAD"}:
        return False
    names = {unquote_plus(pair.partition("=")[0]) for pair in request.query_string.split("&")}
    return not names & {"query", "update"}


async def describe(request: Request, site: Site) -> Reply:
    """The form for a browser; else the service description, in Turtle for a client that takes anything.

    Who asks with no parameter gets the description (SPARQL 1.1 Service Description, section 2); who sends others than a query, and
    names no type of RDF, forgot it.
    """
    name = Parameters.parse(request.query_string).get("format")
    accept = request.header("accept")
    formats = (*GRAPH_FORMATS[:-1], HTML)
    if request.query_string and not name and not any(element.type != "*" for element in parse_accept(accept)):
        raise malformed("The request has no query. Send one as ?query=…, or open this address in a browser for a form.")
    choice = by_name(name, formats) if name else negotiate(accept, formats)
    if choice is None:
        raise not_acceptable(name, formats)
    links = of_endpoint(ENDPOINT, site.release)
    headers = {"Content-Type": choice.content_type, "Vary": "Accept", "Cache-Control": "no-cache", "Link": links}
    if choice.format is HTML:
        return Workbench.of(request, site).alone()
    description = service.description(site.release, request.url, federates=site.engine.federates)
    answer = await site.engine.answer(Query(description), choice.format.name, client=request.client)
    return Reply(200, headers, answer.body)


async def run(asked: Asked, site: Site, client: str) -> Reply:
    """Run a query and serialise its result."""
    html = asked.choice.format is HTML
    form = PREVIEW if html else asked.choice.format.name
    answer = await site.engine.answer(asked.query, form, timeout_s=asked.timeout_s, client=client)
    key = asked.key(answer.version)
    body = answer.body
    if html:
        # putting a large table together takes a while, in which others are served
        assert asked.page is not None
        body = await asyncio.to_thread(asked.page.result, answer.body, answer.seconds)
    headers = {
        "Content-Type": asked.choice.content_type,
        "Vary": "Accept",
        "Cache-Control": SHARED if key else "no-store",
        **asked.headers,
    }
    return Reply(200, headers, body, key=key, outcome="ok")


def _in_url(request: Request) -> tuple[Parameters, tuple[str, ...]]:
    parameters = Parameters.parse(request.query_string)
    if "update" in parameters:
        raise _read_only()
    return parameters, parameters.all("query")


def _posted(request: Request) -> tuple[Parameters, tuple[str, ...]]:
    media_type = request.header("content-type").partition(";")[0].strip().lower()
    if media_type == UPDATE:
        raise _read_only()
    charset = _CHARSET.search(request.header("content-type"))
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        detail = f"The request says that it is in {charset[1]}; a query is in UTF-8 (SPARQL 1.1 Protocol, section 2.1.3)."
        raise ProblemError(Problem(415, "Unsupported media type", detail, outcome="request"))
    in_url = Parameters.parse(request.query_string)
    if media_type == FORM:
        form = Parameters.parse(_decoded(request.body))
        if "update" in form or "update" in in_url:
            raise _read_only()
        # a dataset belongs into the form (section 2.1.2), but the W3C's test query_post_form has it in the URL: one that
        # is nowhere else is meant. format and timeout are ours and may stand in either
        elsewhere = {"format", "timeout"} | (set() if DATASET & {key for key, _ in form.pairs} else DATASET)
        more = tuple((key, value) for key, value in in_url.pairs if key in elsewhere and key not in form)
        queries = form.all("query")
        return Parameters((*form.pairs, *more)), (*queries, *in_url.all("query")) if queries else ()
    if media_type == QUERY:
        if "update" in in_url:
            raise _read_only()
        return in_url, (_decoded(request.body), *in_url.all("query"))
    detail = f"The request has the content type {media_type or '(none)'}; expected {QUERY} or {FORM}."
    raise ProblemError(Problem(415, "Unsupported media type", detail, headers={"Accept-Post": f"{QUERY}, {FORM}"}))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"the query is not UTF-8: {error.reason} at byte {error.start}"
        raise BadEncodingError(message) from error


def _asked(parameters: Parameters, text: str, request: Request, site: Site) -> Asked:
    query = Query(text, parameters.all("default-graph-uri"), parameters.all("named-graph-uri"))
    for iri in (*query.default_graphs, *query.named_graphs):
        if not _is_absolute(iri):
            raise malformed(f"The graph {iri!r} is not an absolute IRI.")
    for name in ("format", "timeout"):
        if len(parameters.all(name)) > 1:
            raise malformed(f"The parameter {name} is given more than once; expected one value.")
    timeout_s = read_timeout(parameters.get("timeout"), site.engine.limits.timeout_s)
    checked = site.engine.scan(text)
    formats = GRAPH_FORMATS if checked.form in {"CONSTRUCT", "DESCRIBE"} else SOLUTION_FORMATS
    name = parameters.get("format")
    choice = by_name(name, formats) if name else negotiate(request.headers.get("accept"), formats)
    if choice is None:
        if checked.form:
            raise not_acceptable(name, formats)
        choice = Choice(formats[0], formats[0].media_type)  # what is wrong with the query is of more use
    if choice.format is not HTML:
        return Asked(query, checked, choice, formats, timeout_s)
    visit = _visit(parameters, request)
    page = Workbench(site, base_of(request), visit, query, checked.form, tuple(form for form in formats if form is not HTML))
    return Asked(query, checked, choice, formats, timeout_s, page, visit)


def _visit(parameters: Parameters, request: Request) -> Visit:
    """Who asks. What was posted is in the address of the page in the other language, if it is not too long for one."""
    query_string = urlencode(parameters.pairs, errors="replace")
    if request.method == "POST" and len(query_string) <= LINK_LENGTH:
        return Visit.of(request.path, query_string, request.header("accept-language"))
    return Visit.by(request)


def read_timeout(text: str, limit_s: float) -> float | None:
    """Seconds of the parameter ``timeout``; None if it is empty.

    :raises ProblemError: if it is no number of seconds
    """
    if not text:
        return None
    seconds = float(text) if _SECONDS.fullmatch(text) else 0.0
    if seconds <= 0:
        raise malformed(f"The timeout {text!r} is not a number of seconds greater than 0; this endpoint gives {limit_s:g}.")
    return seconds


def malformed(detail: str) -> ProblemError:
    """The error for a request that is not as it should be."""
    return ProblemError(Problem(400, "Malformed request", detail, outcome="request"))


def not_acceptable(name: str, formats: tuple[Format, ...]) -> ProblemError:
    """The error for a format that there is not: one with a name, or none that Accept allows."""
    offered = ", ".join(f"{form.name} ({form.media_type})" for form in formats)
    if name:
        detail = f"There is no format {name!r} for this form of query; expected one of {offered}."
        return ProblemError(Problem(400, "Unknown format", detail, outcome="request"))
    detail = f"Accept allows none of the formats of this form of query: {offered}."
    return ProblemError(Problem(406, "Not acceptable", detail, outcome="request"))


def _read_only() -> ProblemError:
    detail = (
        "This endpoint is read-only: it takes no SPARQL updates, and the graph changes only by a new release. "
        "Load a file of /dumps/ into a store of your own to change it."
    )
    return ProblemError(Problem(403, "Not allowed on this endpoint", detail, outcome="refused"))


def preflight(methods: str) -> Reply:
    """Preflight (Fetch, section 3.2.2): any origin may query, as nothing here depends on who asks."""
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
        "Access-Control-Expose-Headers": "ETag, Retry-After",
        "Access-Control-Max-Age": "86400",
    }
    return Reply(204, headers)


def _is_absolute(iri: str) -> bool:
    """Whether a text can stand between angle brackets and has a scheme (RFC 3987, section 2.2)."""
    return bool(_ABSOLUTE_IRI.fullmatch(iri))
