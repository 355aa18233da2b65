"""Why a query was not answered: one exception for each reason, with the HTTP status that says so.

:mod:`kg.engine.scan` and :mod:`kg.engine.pool` raise them; :mod:`kg.web.sparql` turns them into problem documents
(RFC 9457). No message names a path or a process of the server.
"""

from typing import ClassVar

from kg.errors import QueryError


class RefusalError(QueryError):
    """A query without an answer.

    :cvar status: HTTP status code
    :cvar title: short summary that is the same for every occurrence (RFC 9457, section 3.1.3)
    :cvar outcome: short name for logs and metrics
    :ivar retry_after_s: seconds after which the same query may succeed, where waiting helps
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "The query could not be answered"
    outcome: ClassVar[str] = "failure"

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class QuerySyntaxError(RefusalError):
    """The text is not a SPARQL 1.1 query.

    :ivar line: line, from 1; 0 if the parser gave none
    :ivar column: column, from 1; 0 if the parser gave none
    :ivar expected: what could have stood there
    """

    status = 400
    title = "Malformed query"
    outcome = "syntax"

    def __init__(self, message: str, line: int = 0, column: int = 0, expected: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.expected = expected


class QueryUnsupportedError(RefusalError):
    """The query is SPARQL, and asks for what the engine does not have, such as a function (RFC 9110, section 15.5.21)."""

    status = 422
    title = "Query not supported"
    outcome = "unsupported"


class QueryTooDeepError(RefusalError):
    """Brackets are nested deeper than the limit, or the parser's stack ran out."""

    status = 400
    title = "Query nested too deeply"
    outcome = "depth"


class QueryTooLongError(RefusalError):
    """The text of the query is longer than the limit (RFC 9110, section 15.5.14; 414 where it came in the URL)."""

    status = 413
    title = "Query too long"
    outcome = "length"


class QueryRefusedError(RefusalError):
    """The endpoint does not do this: SERVICE, or an update."""

    status = 403
    title = "Not allowed on this endpoint"
    outcome = "refused"


class ResultTooLargeError(RefusalError):
    """The result is larger than the limit.

    403, since the server understood the query and will not answer it however often it is repeated (RFC 9110, section
    15.5.4); 413 speaks of the request, and a 5xx would invite the client to try again.
    """

    status = 403
    title = "Result too large"
    outcome = "size"


class QueryTimeoutError(RefusalError):
    """The query ran past the deadline and its process was killed."""

    status = 503
    title = "Query timed out"
    outcome = "timeout"


class QueryMemoryExceededError(RefusalError):
    """The query needed more memory than the limit and its process ended."""

    status = 503
    title = "Query out of memory"
    outcome = "memory"


class EngineBusyError(RefusalError):
    """No worker came free in time."""

    status = 503
    title = "All query workers are busy"
    outcome = "busy"


class TooManyQueriesError(RefusalError):
    """The client has as many queries under way as it may have (RFC 6585, section 4)."""

    status = 429
    title = "Too many queries at a time"
    outcome = "limit"


class EngineFailureError(RefusalError):
    """A worker ended, or cannot start, for a reason that is not the query's."""

    status = 500
    title = "The query engine failed"
    outcome = "failure"


class ServiceRefusedError(QueryRefusedError):
    """A SERVICE clause that this endpoint does not follow, SILENT or not."""


class ServiceFailedError(RefusalError):
    """The endpoint of a SERVICE clause gave an error, or something that is no result (RFC 9110, section 15.6.3)."""

    status = 502
    title = "The other endpoint failed"
    outcome = "service"


class ServiceTimeoutError(ServiceFailedError):
    """The endpoint of a SERVICE clause gave no result in time (RFC 9110, section 15.6.5)."""

    status = 504
    title = "The other endpoint took too long"
    outcome = "service"
