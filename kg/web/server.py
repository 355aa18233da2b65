"""Between granian and the front: reads a request, watches whether its client is still there, sends the reply.

The interface is RSGI (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md), which tells when a client
hangs up and sends files by itself.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from kg.engine.errors import TooManyQueriesError
from kg.web.admission import Admission, Network, client_address
from kg.web.front import Front
from kg.web.http import Reply, Request
from kg.web.incoming import BodyError, Connection, Scope, all_values, whole_body, wrong_head
from kg.web.language import Visit
from kg.web.outflow import LARGE, Outflow
from kg.web.problems import Problem, problem_reply

_UNNOTICED_S: Final = 0.05
"""A query that takes less need not be watched."""
_GONE: Final = 499
"""What nginx logs where the client closed the connection."""
_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/\d+")
_HOST: Final = re.compile(r"[A-Za-z0-9.\-_~\[\]:]{1,255}")
_SAME: Final = {"/sparql/": "/sparql"}
"""Other names of an address; the tests of the W3C's protocol manifest go to ``/sparql/``, and a POST follows no redirect."""
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True)
class Outside:
    """What the server knows of the way to its clients.

    :ivar trusted: proxies whose ``X-Forwarded-For`` is believed
    :ivar public_url: scheme and host of the site as its clients see it; empty to take the header ``Host``
    """

    trusted: tuple[Network, ...] = ()
    public_url: str = ""


class _Watch:
    """Cancels the present task when its client hangs up.

    :ivar gone: whether it did
    """

    def __init__(self, connection: Connection) -> None:
        self.gone = False
        self._connection = connection
        self._task = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_UNNOTICED_S, self._start)

    def end(self) -> None:
        """Watch no more."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _start(self) -> None:
        self._watching = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        await self._connection.client_disconnect()
        self.gone = True
        if self._task is not None:
            self._task.cancel()


class Server:
    """Sends what a front replies."""

    def __init__(self, front: Front, outside: Outside, body_bytes: int) -> None:
        """Serve ``front``.

        :param body_bytes: longest body that is read
        """
        self.front = front
        self._outside = outside
        self._body_bytes = body_bytes
        limits = front.state.site.engine.limits
        self._bodies = Admission(limits.client_queries, 2 * limits.queries)
        self._outflow = Outflow()
        front.metrics.gauge("kg_unread_bytes", "Bytes of large results that wait to be read.", lambda: self._outflow.held)
        front.metrics.gauge(
            "kg_slow_readers_cut",
            "Connections that were cut as results were read too slowly, since the start.",
            lambda: self._outflow.cut,
        )

    async def __call__(self, scope: Scope, connection: Connection) -> None:
        """Answer one request."""
        started = time.perf_counter()
        headers = scope.headers
        path = _SAME.get(scope.path, scope.path)
        problem = wrong_head(scope)
        if problem is not None:
            self._refuse(problem, scope, connection, started)
            return
        if path == "/sparql" and scope.method == "GET":
            known = self.front.known(Request("GET", path, scope.query_string, headers))
            if known is not None and len(known.body) < LARGE:
                _send(connection, known, "GET")
                self._note(Request("GET", "/sparql", "", headers, client=self._client(scope)), known, started)
                return
        request = Request(scope.method, path, scope.query_string, headers, url=self._url(scope, path), client=self._client(scope))
        try:
            if scope.method not in {"GET", "HEAD", "OPTIONS"}:
                with self._bodies.place(request.client):
                    body = await whole_body(connection, headers, self._body_bytes)
                request = Request(request.method, request.path, request.query_string, headers, body, request.url, request.client)
            reply = await self._reply(request, headers.items(), connection)
        except BodyError as error:
            # the rest of the body is not read, so the connection cannot go on
            reply = problem_reply(error.problem, headers.get("accept"), self.front.state.site.templates, Visit.by(request))
            reply = self.front.finished(reply, {"Connection": "close"})
        except TooManyQueriesError as error:
            reply = self._too_many(error, request, {"Connection": "close"})
        try:
            self._outflow.take(request.client, scope.client, len(reply.body))
            self._outflow.begin()
        except TooManyQueriesError as error:
            reply = self._too_many(error, request, {})
        if reply.status == _GONE:
            connection.response_empty(_GONE, [])
        else:
            _send(connection, reply, request.method)
        self._note(request, reply, started)

    async def _reply(self, request: Request, headers: list[tuple[str, str]], connection: Connection) -> Reply:
        """Reply of the front; if the client hangs up, what runs for it is cancelled."""
        watch = _Watch(connection)
        try:
            return await self.front.handle(request, headers)
        except asyncio.CancelledError:
            if not watch.gone:
                raise
            return Reply(_GONE, {}, outcome="gone")
        finally:
            watch.end()

    def _refuse(self, problem: Problem, scope: Scope, connection: Connection, started: float) -> None:
        """Reply to a request whose head is wrong, of which nothing else is looked at."""
        reply = problem_reply(problem, "", self.front.state.site.templates, Visit())
        reply = self.front.finished(reply, {"Connection": "close"})
        _send(connection, reply, scope.method)
        client = scope.client.rpartition(":")[0]
        self._note(Request(scope.method, scope.path, "", scope.headers, client=client), reply, started)

    def _too_many(self, error: TooManyQueriesError, request: Request, more: dict[str, str]) -> Reply:
        problem = Problem.of(error, in_url=False)
        reply = problem_reply(problem, request.headers.get("accept"), self.front.state.site.templates, Visit.by(request))
        return self.front.finished(reply, more)

    def _note(self, request: Request, reply: Reply, started: float) -> None:
        seconds = time.perf_counter() - started
        self.front.metrics.observe(request, reply, seconds)
        self.front.log.write(request, reply, seconds)

    def _client(self, scope: Scope) -> str:
        peer = scope.client.rpartition(":")[0]
        forwarded_for = all_values(scope.headers, "x-forwarded-for") if self._outside.trusted else ""
        return client_address(peer, forwarded_for, self._outside.trusted)

    def _url(self, scope: Scope, path: str) -> str:
        path = quote(path)
        if self._outside.public_url:
            return self._outside.public_url + path
        host = scope.headers.get("host") or scope.authority or ""
        return f"{scope.scheme}://{host if _is_host(host) else 'localhost'}{path}"


@lru_cache(maxsize=64)
def _is_host(text: str) -> bool:
    """Whether a text is a host, with or without a port (RFC 9110, section 7.2)."""
    try:
        url = urlsplit(f"//{text}")
        _ = url.port  # fails if it is none
        return bool(_HOST.fullmatch(text) and url.hostname)
    except ValueError:
        return False


def _send(connection: Connection, reply: Reply, method: str) -> None:
    """Hand a reply to the server, which sends it."""
    headers = [(name.lower(), value) for name, value in reply.headers.items()]
    part = _RANGE.fullmatch(reply.headers.get("Content-Range", "")) if reply.status == 206 else None  # noqa: PLR2004
    if reply.status in _NO_BODY or (reply.file and method == "HEAD"):
        connection.response_empty(reply.status, headers)
    elif reply.file and part:
        connection.response_file_range(reply.status, headers, reply.file, int(part[1]), int(part[2]) + 1)
    elif reply.file:
        connection.response_file(reply.status, headers, reply.file)
    else:
        connection.response_bytes(reply.status, headers, reply.body)
