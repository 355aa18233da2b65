"""Errors as a client wants them: problem JSON (RFC 9457), plain text, or a page.

In comes a :class:`Problem`; out goes a reply. A client that accepts none of the three gets JSON, as an error is better
read than refused (RFC 9110, section 12.5.1).
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import Environment

from kg.engine.errors import QuerySyntaxError, QueryTooLongError, RefusalError
from kg.negotiation import ERROR_FORMATS, GRAPH_FORMATS, HTML, Choice, negotiate
from kg.resource import problem as described
from kg.resource import serialise
from kg.web.http import Reply
from kg.web.language import Visit

_URI_TOO_LONG: Final = 414
_NOT_FOUND: Final = 404
_WITH_RDF: Final = (*ERROR_FORMATS, *(form for form in GRAPH_FORMATS if form is not HTML))
"""Of an error at an address that may have been taken for that of a thing: a client of Linked Data may read nothing but RDF."""


@dataclass(frozen=True)
class Problem:
    """A problem document.

    :ivar status: HTTP status code
    :ivar title: what kind of problem it is
    :ivar detail: what is wrong here, and the remedy
    :ivar extensions: further members, such as line and column
    :ivar headers: further headers of the response
    :ivar outcome: short name for the log and the metrics
    """

    status: int
    title: str
    detail: str
    extensions: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    outcome: str = ""

    @classmethod
    def of(cls, error: RefusalError, *, in_url: bool) -> "Problem":
        """Problem of an engine's error.

        :param in_url: whether the query came in the URL, where it is the URL that is too long
        """
        status = _URI_TOO_LONG if in_url and isinstance(error, QueryTooLongError) else error.status
        extensions: dict[str, Any] = {}
        if isinstance(error, QuerySyntaxError) and error.line:
            extensions = {"line": error.line, "column": error.column, "expected": list(error.expected)}
        headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
        return cls(status, error.title, str(error), extensions, headers, error.outcome)


def problem_reply(problem: Problem, accept: str | None, templates: Environment, visit: Visit, *, html: str = "") -> Reply:
    """Reply for a problem.

    :param accept: value of the header ``Accept``
    :param visit: whose language the page has; title and detail are in English
    :param html: page to show instead of the usual one
    """
    formats = _WITH_RDF if problem.status == _NOT_FOUND else ERROR_FORMATS
    choice = negotiate(accept, formats) or Choice(ERROR_FORMATS[0], "application/problem+json")
    if choice.format.name == "html":
        body = html or templates.get_template("problem.html").render(problem=problem, visit=visit)
    elif choice.format.name == "text":
        body = f"{problem.title}\n\n{problem.detail}\n"
    elif choice.format not in ERROR_FORMATS:
        body = serialise(described(problem.status, problem.detail), choice.format.name).decode()
    else:
        document = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.detail}
        body = json.dumps(document | problem.extensions, ensure_ascii=False) + "\n"
    headers = {"Content-Type": choice.content_type, "Cache-Control": "no-store", "Vary": "Accept", **problem.headers}
    return Reply(problem.status, headers, body.encode("utf-8", "replace"), outcome=problem.outcome or "error")
