"""Published queries with parameters: a result at ``/api/queries/<name>.csv?speaker=…``, and the page at ``/queries/<name>``.

In comes a request; out goes the query with its values bound, for :mod:`kg.web.front` to answer as it answers ``/sparql``, with the same
cache and limits. A wrong name or value is a problem that lists the right ones. The other representations of a query, such as
its text, are :mod:`kg.web.queries`; what there is, :mod:`kg.web.api` lists.
"""

import difflib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.choices import ParameterError
from kg.engine.binding import bind
from kg.engine.interface import Query
from kg.negotiation import GRAPH_FORMATS, HTML, SOLUTION_FORMATS, Choice, Format, by_name, negotiate
from kg.parameters import RESERVED
from kg.queries import PublishedQuery
from kg.rdf import Term
from kg.web.http import BadEncodingError, Parameters, Reply, Request
from kg.web.language import Visit
from kg.web.problems import Problem
from kg.web.query_page import QueryPage
from kg.web.site import Site
from kg.web.sparql import Asked, ProblemError, malformed, not_acceptable, preflight, read_timeout

API: Final = "/api/queries/"
PAGES: Final = "/queries/"
PATHS: Final = (API, PAGES)
TEXT: Final = Format("rq", "application/sparql-query", "SPARQL", text=True)
NOTEBOOK: Final = Format("ipynb", "application/x-ipynb+json", "Jupyter notebook")
DESCRIBED: Final = tuple(form for form in GRAPH_FORMATS if form is not HTML)
"""What the description of a query is offered in."""
METHODS: Final = "GET, HEAD, OPTIONS"
_VALUES_SHOWN: Final = 50
"""Values that a problem lists."""


@dataclass(frozen=True)
class Bound:
    """A published query with values for its parameters.

    :ivar pairs: names and values as they were given
    :ivar text: the query with them
    """

    query: PublishedQuery
    pairs: tuple[tuple[str, str], ...]
    terms: dict[str, tuple[Term, ...]]
    text: str


def understand(request: Request, site: Site) -> Asked | Reply | None:
    """What a request for a published query asks for; None if it is not for its result.

    :raises ProblemError: if there is no such query, parameter, value or format
    :raises RefusalError: if the query may not be run
    """
    if request.path.startswith(API):
        return _api(request, site)
    name = request.path.removeprefix(PAGES)
    if not name or "/" in name or "." in name or request.method not in {"GET", "HEAD"}:
        return None
    choice = negotiate(request.headers.get("accept"), (HTML, TEXT, *DESCRIBED))
    if choice is None or choice.format is not HTML:
        return None
    return _page(find(name, site), request, site)


def find(name: str, site: Site) -> PublishedQuery:
    """The published query with a name.

    :raises ProblemError: if there is none
    """
    query = site.published(name)
    if query is None:
        names = [query.name for query in site.queries]
        near = difflib.get_close_matches(name, names, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        detail = f"There is no published query with this name.{hint} All are listed at /api/queries."
        raise ProblemError(Problem(404, "Not found", detail, {"nearest": near, "all": "/api/queries"}, outcome="request"))
    return query


def given(query_string: str) -> tuple[tuple[str, str], ...]:
    """Names and values of a query string.

    :raises ProblemError: if it cannot be read
    """
    try:
        return Parameters.parse(query_string).pairs
    except BadEncodingError as error:
        raise malformed(f"In the request {error}. Send UTF-8.") from error


def bound(query: PublishedQuery, pairs: tuple[tuple[str, str], ...], site: Site) -> Bound:
    """A query with values.

    :param pairs: what was given; :data:`kg.parameters.RESERVED` counts for nothing here
    :raises ProblemError: if one of them cannot be taken
    """
    own = tuple((name, value) for name, value in pairs if name not in RESERVED)
    try:
        terms = site.choices.terms(query, own)
    except ParameterError as error:
        raise ProblemError(problem_of(error, query, site)) from error
    return Bound(query, own, terms, bind(query.text, query.parameters.values(), terms))


def problem_of(error: ParameterError, query: PublishedQuery, site: Site) -> Problem:
    """400 with the values or the names that would do, the likeliest first, up to a number of them."""
    extensions: dict[str, object] = {"parameter": error.parameter}
    if error.type is None:
        always = sorted(RESERVED)
        detail = f"{error} Every query has {' and '.join(always)}."
        return Problem(400, "Unknown parameter", detail, {**extensions, "valid": [*error.nearest, *always]}, outcome="request")
    kind = error.type
    values = list(error.nearest)
    if kind.is_entity:
        choices = site.choices.of(kind)
        values += [choice.value for choice in choices if choice.value not in values]
        extensions |= {"total": len(choices), "all": f"/api/values/{kind.name}"}
    if kind.pattern:
        extensions["pattern"] = kind.pattern
    if values:
        extensions["valid"] = values[:_VALUES_SHOWN]
    title = "Missing parameter" if query.parameters[error.parameter].required and not error.value else "Wrong value"
    return Problem(400, title, str(error), extensions, outcome="request")


def formats_of(query: PublishedQuery, site: Site) -> tuple[Format, ...]:
    """What the result of a query is offered in, a page left out."""
    graph = site.engine.scan(query.text).form in {"CONSTRUCT", "DESCRIBE"}
    return tuple(form for form in (GRAPH_FORMATS if graph else SOLUTION_FORMATS) if form is not HTML)


def _api(request: Request, site: Site) -> Asked | Reply | None:
    rest = request.path.removeprefix(API)
    if not rest:
        return None
    name, dot, suffix = rest.partition(".")
    query = find(name, site)
    if request.method == "OPTIONS":
        return preflight(METHODS)
    if request.method not in {"GET", "HEAD"}:
        detail = f"The method {request.method} is not for this address; expected one of {METHODS}."
        raise ProblemError(Problem(405, "Method not allowed", detail, headers={"Allow": METHODS}))
    pairs = given(request.query_string)
    formats = (*formats_of(query, site), HTML)
    choice = _choice(request, pairs, formats, suffix if dot else None)
    asked = bound(query, pairs, site)
    if choice.format is HTML:
        query_string = urlencode(asked.pairs)
        location = Visit.by(request).link(f"{PAGES}{query.name}{'?' if query_string else ''}{query_string}")
        return Reply(303, {"Location": location, "Vary": "Accept", "Cache-Control": "no-cache"})
    return Asked(Query(asked.text), site.engine.scan(asked.text), choice, formats, _seconds(pairs, site))


def _choice(request: Request, pairs: tuple[tuple[str, str], ...], formats: tuple[Format, ...], suffix: str | None) -> Choice:
    """The format, by suffix, by the parameter ``format``, or by Accept.

    :raises ProblemError: if there is none, or two were asked for
    """
    names = [value for name, value in pairs if name == "format"]
    if suffix is not None:
        offered = ", ".join(f".{form.name}" for form in formats if form is not HTML)
        choice = by_name(suffix, formats) if "/" not in suffix else None
        if choice is None:
            detail = f"The result of this query has no format .{suffix}; expected one of {offered}."
            raise ProblemError(Problem(404, "Not found", detail, {"valid": offered.split(", ")}, outcome="request"))
        if names:
            raise malformed(f"The format is given twice, as .{suffix} and as format={names[0]}; leave one out.")
        return choice
    if len(names) > 1:
        raise malformed("The parameter format is given more than once; expected one value.")
    choice = by_name(names[0], formats) if names else negotiate(request.headers.get("accept"), formats)
    if choice is None:
        raise not_acceptable(names[0] if names else "", formats)
    return choice


def _seconds(pairs: tuple[tuple[str, str], ...], site: Site) -> float | None:
    texts = [value for name, value in pairs if name == "timeout"]
    if len(texts) > 1:
        raise malformed("The parameter timeout is given more than once; expected one value.")
    return read_timeout(texts[0], site.engine.limits.timeout_s) if texts else None


def _page(query: PublishedQuery, request: Request, site: Site) -> Asked | Reply:
    """The page of a query, for its result; the page alone where there is nothing to run."""
    base = request.url.removesuffix(request.path) or request.url
    # a form sends a field that is left empty; no value is empty but that of a text that is one by default
    pairs = tuple((name, value) for name, value in given(request.query_string) if value)
    formats = formats_of(query, site)
    own = tuple(pair for pair in pairs if pair[0] not in RESERVED)
    visit = Visit.by(request)
    if not own and any(parameter.required for parameter in query.parameters.values()):
        return QueryPage(query, site, base, own, formats, visit).alone()
    own = in_language(query, own, visit.language)
    page = QueryPage(query, site, base, own, formats, visit)
    try:
        asked = bound(query, own, site)
        timeout_s = _seconds(pairs, site)
    except ProblemError as error:
        return page.failure(error.problem)
    checked = site.engine.scan(asked.text)
    return Asked(
        Query(asked.text),
        checked,
        Choice(HTML, HTML.media_type),
        (*formats, HTML),
        timeout_s,
        page.of(asked.text),
        visit,
        page.links,
    )


def in_language(query: PublishedQuery, pairs: tuple[tuple[str, str], ...], language: str) -> tuple[tuple[str, str], ...]:
    """What was given, and the language of the page for a query that asks for one, if none was given."""
    given_names = {name for name, _ in pairs}
    asking = (parameter for parameter in query.parameters.values() if parameter.type.name == "language" and parameter.default)
    more = ((each.name, language) for each in asking if each.name not in given_names and language not in each.default)
    return (*pairs, *more)
