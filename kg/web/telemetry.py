"""What an operator sees: numbers at ``/metrics`` and one line of JSON for each request.

A line has a hash of the query and the network of the client, not the query and not the address, unless the operator asks for
the former.
"""

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from kg.engine.errors import RefusalError
from kg.errors import InputError
from kg.web.admission import truncated
from kg.web.http import Reply, Request

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_PLAIN: Final = ("", "", "")
"""Namespace, subsystem and unit, which our names of metrics have in them."""
_FLUSH_S: Final = 0.2
_HASH_LENGTH: Final = 16
disable_created_metrics()  # type: ignore[no-untyped-call] # a time for each number, which nobody asks for
_ROUTES: Final = frozenset({"/sparql", "/healthz", "/healthz/live", "/healthz/ready", "/metrics"})
_PUBLISHED: Final = "/api/queries/"


@dataclass(frozen=True)
class LogOptions:
    """Where lines go, and what they hold.

    :ivar target: ``-`` for standard error, ``off``, or the path of a file that is appended to
    :ivar queries: whether the text of a query is written instead of its hash
    """

    target: str = "off"
    queries: bool = False


class AccessLog:
    """Lines of JSON, written a few times a second."""

    def __init__(self, options: LogOptions) -> None:
        """Open the log.

        :raises InputError: if it cannot be written
        """
        self._options = options
        self._lines: list[str] = []
        self._stream: IO[str] | None = sys.stderr if options.target == "-" else None
        if options.target not in {"-", "off"}:
            try:
                self._stream = Path(options.target).open("a", encoding="utf-8")  # noqa: SIM115 - open as long as the server
            except OSError as error:
                message = f"{options.target}: the access log cannot be written ({error.strerror}); choose another --access-log"
                raise InputError(message) from error

    def query_field(self, text: str) -> str:
        """What a line says of a query."""
        if self._options.queries or self._stream is None:
            return text if self._stream else ""
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]

    def write(self, request: Request, reply: Reply, seconds: float) -> None:
        """Note a request."""
        if self._stream is None:
            return
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "client": truncated(request.client),
            "method": request.method,
            "path": request.path,
            "status": reply.status,
            "bytes": len(reply.body),
            "ms": round(seconds * 1000, 2),
        }
        if reply.outcome:
            line["outcome"] = reply.outcome
        if reply.query:
            line["query"] = reply.query
        self._lines.append(json.dumps(line, ensure_ascii=False))
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(_FLUSH_S, self.flush)

    def flush(self) -> None:
        """Write what is held."""
        lines, self._lines = self._lines, []
        if lines and self._stream:
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Write what is held, and close a file."""
        self.flush()
        if self._stream is not None and self._stream is not sys.stderr:
            self._stream.close()
        self._stream = None


class Metrics:
    """Counters for Prometheus, in its text format."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._collectors = CollectorRegistry()
        self._requests = Counter("kg_requests", "Requests by route and status.", ("route", "status"), *_PLAIN, self._collectors)
        self._bytes = Counter(
            "kg_response_bytes", "Bytes of bodies that were sent, files left out.", (), *_PLAIN, self._collectors
        )
        self._queries = Counter("kg_queries", "Queries by what became of them.", ("outcome",), *_PLAIN, self._collectors)
        self._seconds = Histogram(
            "kg_query_seconds", "Seconds until a query was answered or refused.", (), *_PLAIN, self._collectors, buckets=_BUCKETS
        )
        self._children: dict[tuple[str, int], Counter] = {}
        self._outcomes: dict[str, Counter] = {}
        for error in RefusalError.__subclasses__():
            self._outcome(error.outcome)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Have a number read whenever somebody looks."""
        Gauge(name, text, (), *_PLAIN, self._collectors).set_function(value)

    def observe(self, request: Request, reply: Reply, seconds: float) -> None:
        """Note a request."""
        route = request.path if request.path in _ROUTES else "page"
        if request.path.startswith(_PUBLISHED):
            route = _PUBLISHED  # one for all of them: anybody could make names up
        key = (route, reply.status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._requests.labels(route, str(reply.status))
        child.inc()
        self._bytes.inc(len(reply.body))
        if reply.outcome and route in {"/sparql", _PUBLISHED}:
            self._outcome(reply.outcome).inc()
            self._seconds.observe(seconds)

    def text(self) -> bytes:
        """All numbers."""
        return generate_latest(self._collectors)

    def _outcome(self, outcome: str) -> Counter:
        child = self._outcomes.get(outcome)
        if child is None:
            child = self._outcomes[outcome] = self._queries.labels(outcome)
        return child
