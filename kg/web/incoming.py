"""What comes in from granian: the head of a request, which has to be one of HTTP, and its body, which has to be whole.

The interface is RSGI (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md). granian passes on heads that
HTTP/1.1 says to refuse, and says of no body that it was cut short; both are found here, as far as they can be.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Final, Protocol

from kg.web.http import Headers
from kg.web.problems import Problem

_BODY_S: Final = 15.0
"""Seconds in which a body has to come."""
_FIELD_LENGTH: Final = 8192
"""Characters that a header field may have which is read, and which caches are looked up by."""
_READ: Final = ("accept", "accept-encoding", "accept-language", "if-none-match", "x-forwarded-for")


class Scope(Protocol):
    """Request line and connection, as RSGI gives them."""

    http_version: str
    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    authority: str | None

    @property
    def headers(self) -> "ScopeHeaders": ...


class ScopeHeaders(Headers, Protocol):
    """Header fields, as RSGI gives them."""

    def items(self) -> list[tuple[str, str]]: ...

    def get_all(self, name: str) -> list[str]: ...


class Connection(Protocol):
    """The protocol object of RSGI."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def client_disconnect(self) -> Awaitable[None]: ...

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None: ...

    def response_file_range(self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int) -> None: ...


class BodyError(Exception):
    """A body that is not to be had."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def wrong_head(scope: Scope) -> Problem | None:
    """What is wrong with the head of a request; None if it may be answered."""
    headers = scope.headers
    if any(len(headers.get(name) or "") > _FIELD_LENGTH for name in _READ):
        detail = f"A header field is longer than {_FIELD_LENGTH:,} characters. Send shorter ones."
        return Problem(431, "Request header fields too large", detail)
    hosts = len(headers.get_all("host"))
    if hosts > 1 or (not hosts and scope.http_version == "1.1"):  # RFC 9112, section 3.2
        return _malformed(f"The request has {hosts or 'no'} fields Host in its head; expected one (RFC 9112, section 3.2).")
    if not scope.path.startswith("/"):  # * and a bare host, which HTTP has for proxies and for OPTIONS
        detail = f"The request is for {scope.path[:80]!r}, which is no path of this site. Send one that begins with /."
        return _malformed(detail)
    if scope.method != scope.method.upper():
        detail = f"There is no method {scope.method[:80]!r}; methods are written in capitals. Send {scope.method[:80].upper()}."
        return Problem(501, "Not implemented", detail, outcome="request")
    return None


def all_values(headers: ScopeHeaders, name: str) -> str:
    """Value of a field that may be repeated, as some proxies do with X-Forwarded-For (RFC 9110, section 5.3)."""
    return ",".join(headers.get_all(name))


async def whole_body(connection: Connection, headers: ScopeHeaders, limit: int) -> bytes:
    """Body of a request.

    :param limit: bytes that it may have
    :raises BodyError: if it is too long, does not come in time, is cut short, or is coded
    """
    announced = headers.get("content-length") or ""
    length = int(announced) if announced.isascii() and announced.isdigit() else None
    if headers.get("content-encoding"):
        raise BodyError(Problem(415, "Unsupported media type", "The body has a content coding. Send it without one."))
    if all_values(headers, "transfer-encoding").strip().lower() not in {"", "chunked"}:  # RFC 9112, section 6.1
        raise BodyError(
            Problem(501, "Not implemented", "The body has a transfer coding other than chunked. Send it without one.")
        )
    if length is not None and length > limit:
        raise _too_long(limit)
    try:
        async with asyncio.timeout(_BODY_S):
            body = await _read(connection, limit)
    except TimeoutError as error:
        detail = f"The body of the request did not come within {_BODY_S:g} s. Send the request again."
        raise BodyError(Problem(408, "Request timeout", detail)) from error
    if length is not None and len(body) < length:
        detail = f"The body ended after {len(body):,} of {length:,} bytes. Send the request again."
        raise BodyError(_malformed(detail))
    return body


async def _read(connection: Connection, limit: int) -> bytes:
    """The body, as long as it comes.

    granian 2.8.7 hands on an empty piece for what hyper says is an error, and goes on to the end, which is an empty piece, too:
    one that is not the last therefore tells a body in chunks that was broken off from a whole one. It does the same for trailers.
    """
    body = bytearray()
    broken = ended = False
    async for piece in connection:
        broken |= ended
        ended = not piece
        body += piece
        if len(body) > limit:
            raise _too_long(limit)
    if broken:
        detail = (
            "The body ended before its last chunk, has a malformed one, or has trailer fields. "
            "Send the request again, with Content-Length instead of chunks."
        )
        raise BodyError(_malformed(detail))
    return bytes(body)


def _malformed(detail: str) -> Problem:
    return Problem(400, "Malformed request", detail, outcome="request")


def _too_long(limit: int) -> BodyError:
    return BodyError(Problem(413, "Content too large", f"The body of a request may have {limit:,} bytes. Shorten the query."))
