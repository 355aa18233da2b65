"""Errors as a client wants them: problem JSON (RFC 9457), plain text, or a page.

In comes a :class:`Problem`; out goes a response. A client that accepts none of the three gets JSON, as an error is better
read than refused (RFC 9110, section 12.5.1).
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Response, render_template, request

from kg.engine.errors import QuerySyntaxError, QueryTooLongError, RefusalError
from kg.negotiation import ERROR_FORMATS, Choice, negotiate

_URI_TOO_LONG: Final = 414


@dataclass(frozen=True)
class Problem:
    """A problem document.

    :ivar status: HTTP status code
    :ivar title: what kind of problem it is
    :ivar detail: what is wrong here, and the remedy
    :ivar extensions: further members, such as line and column
    :ivar headers: further headers of the response
    """

    status: int
    title: str
    detail: str
    extensions: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

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
        return cls(status, error.title, str(error), extensions, headers)


def problem_response(problem: Problem, *, html: str | None = None, with_query: bool = True) -> Response:
    """Response for a problem.

    :param html: page to show instead of the usual one
    :param with_query: whether a page repeats the query; not where the body was not read
    """
    choice = negotiate(request.headers.get("Accept"), ERROR_FORMATS) or Choice(ERROR_FORMATS[0], "application/problem+json")
    if choice.format.name == "html":
        query = (request.values.get("query") or "") if with_query and problem.status not in {413, 414} else ""
        body = html or render_template("problem.html", problem=problem, query=query)
    elif choice.format.name == "text":
        body = f"{problem.title}\n\n{problem.detail}\n"
    else:
        document = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.detail}
        body = json.dumps(document | problem.extensions, ensure_ascii=False) + "\n"
    response = Response(body, problem.status, content_type=choice.content_type)
    response.headers.update(problem.headers)
    response.headers["Vary"] = "Accept"
    return response
