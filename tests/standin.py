"""Endpoints on loopback that stand in for those of others: one that answers, and one that does what a test says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox

JSON = "application/sparql-results+json"


@dataclass
class Reply:
    """What is answered: ``pieces`` are sent one by one, with ``pause`` seconds between them."""

    body: bytes = b'{"head":{"vars":[]},"results":{"bindings":[{}]}}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    pieces: int = 1
    pause: float = 0.0
    length: int | None = None


@dataclass
class StandIn:
    """A server: the address of its endpoint, and the requests that it got, as headers and query."""

    url: str
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def queries(self) -> list[str]:
        """Queries that were asked."""
        return [query for _, query in self.requests]


@contextmanager
def stand_in(answer: Callable[[str], Reply]) -> Iterator[StandIn]:
    """Serve answers to queries on loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            query = parse_qs(raw)["query"][0] if form else raw
            site.requests.append((dict(self.headers), query))
            reply = answer(query)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            size = -(-len(reply.body) // reply.pieces) or 1
            try:
                for start in range(0, len(reply.body), size):
                    self.wfile.write(reply.body[start : start + size])
                    time.sleep(reply.pause)
            except ConnectionError:
                return

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = StandIn(f"http://127.0.0.1:{server.server_port}/sparql")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def answers_from(store: ox.Store) -> Callable[[str], Reply]:
    """Answers of a store, with no help from our own prefixes."""

    def answer(query: str) -> Reply:
        try:
            return Reply(select(store, query))
        except SyntaxError as error:
            return Reply(str(error).encode(), status=400, content_type="text/plain")

    return answer


def select(store: ox.Store, query: str, **options: Any) -> bytes:
    """JSON result of a SELECT or ASK."""
    results = store.query(query, **options)
    assert not isinstance(results, ox.QueryTriples)
    body = results.serialize(format=ox.QueryResultsFormat.JSON)
    assert body is not None
    return body
