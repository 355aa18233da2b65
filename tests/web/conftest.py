"""One small release, one front and one client for all tests of the site."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Request as WsgiRequest

from kg.engine.limits import Limits
from kg.engine.pool import LocalEngine
from kg.store import Release, current_release
from kg.web.app import create_app, make_site
from kg.web.bridge import call
from kg.web.front import Front
from kg.web.http import Reply, Request
from kg.web.pictures.draughtsman import DRAUGHTSMAN
from kg.web.reading import SourceTexts
from kg.web.server import Outside, Server
from kg.web.site import Site
from kg.web.telemetry import AccessLog, LogOptions
from tests.descriptions import build_corpus
from tests.serving import write_release

LIMITS = Limits(timeout_s=1, memory_mib=256, result_mib=1, workers=2, long_queries=2, query_kib=16, preview_rows=5)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of a fictional corpus."""
    build = tmp_path_factory.mktemp("build")
    write_release(build, extra=3000)
    return current_release(build)


class InThreads:
    """Makes pages in this process, so that tests see into them. Implements :class:`kg.web.bridge.Maker`."""

    def __init__(self, app: Flask, site: Site) -> None:
        self.app = app
        app.extensions["kg"] = site

    async def make(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
        """Make a page in a thread."""
        return await asyncio.to_thread(call, self.app, request, headers)

    async def serve(self, release: Release) -> None:
        """Make pages of another release."""
        old = self.app.extensions["kg"]
        self.app.extensions["kg"] = make_site(release, old.engine, old.templates, old.sources)

    async def close(self) -> None:
        """Nothing runs."""


class Running:
    """A server on a loop of its own, without a network: calls of WSGI become those of RSGI."""

    def __init__(
        self, release: Release, limits: Limits = LIMITS, *, outside: Outside | None = None, sources: Path | None = None
    ) -> None:
        """Start the loop and the workers."""
        self._sources = sources
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.server = self.wait(self._make(release, limits, outside or Outside()))
        self.front: Front = self.server.front

    async def _make(self, release: Release, limits: Limits, outside: Outside) -> Server:
        self.app = create_app()
        site = make_site(release, LocalEngine(release, limits), self.app.jinja_env, SourceTexts(self._sources))
        front = Front(site, InThreads(self.app, site), limits, AccessLog(LogOptions()), cache_mib=4)
        return Server(front, outside, limits.query_kib * 4096)

    def wait(self, coroutine: Any) -> Any:
        """Result of a coroutine that runs on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def close(self) -> None:
        """Stop the workers and the loop."""
        self.wait(self.front.state.site.engine.close())
        DRAUGHTSMAN.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a WSGI call."""
        connection = Connection(WsgiRequest(environ))
        self.wait(self.server(connection, connection))
        body = connection.body
        start_response(f"{connection.status} -", connection.sent)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


class Connection:
    """Scope and protocol of RSGI, for a request of WSGI."""

    def __init__(self, request: WsgiRequest) -> None:
        self.http_version = "1.1"
        self.method = request.method
        self.path = request.path
        self.query_string = request.query_string.decode("latin-1")
        self.scheme = request.scheme
        self.client = f"{request.remote_addr or '127.0.0.1'}:1234"
        self.authority = None
        self.headers = Fields({name.lower(): value for name, value in request.headers.items()})
        self._body = request.get_data(cache=False)
        self.status = 0
        self.sent: list[tuple[str, str]] = []
        self.body = b""

    async def __aiter__(self) -> Any:
        """The body in pieces of at most 64 KiB."""
        for start in range(0, len(self._body), 65536):
            yield self._body[start : start + 65536]

    async def client_disconnect(self) -> None:
        """Never happens here."""
        await asyncio.Event().wait()

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Take a reply without a body."""
        self.response_bytes(status, headers, b"")

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Take a reply."""
        length = [] if any(name == "content-length" for name, _ in headers) else [("content-length", str(len(body)))]
        self.status, self.sent, self.body = status, [*headers, *length], body

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        """Take a reply whose body is a file."""
        self.response_bytes(status, headers, Path(file).read_bytes())

    def response_file_range(self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int) -> None:
        """Take a reply whose body is a part of a file."""
        self.response_bytes(status, headers, Path(file).read_bytes()[start:end])


class Fields(dict[str, str]):
    """Header fields, as RSGI gives them."""

    def get_all(self, name: str) -> list[str]:
        """All values of a field."""
        return [self[name]] if name in self else []


@pytest.fixture(scope="session")
def running(release: Release) -> Iterator[Running]:
    """The site, with limits that a test can reach."""
    running = Running(release)
    yield running
    running.close()


class BufferedClient(Client):
    """A client that reads each response to its end, so that files are closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return super().open(*args, **{"buffered": True} | kwargs)


@pytest.fixture
def client(running: Running) -> Client:
    """A client without cookies."""
    return BufferedClient(running, use_cookies=False)


@pytest.fixture(scope="session")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The site on a release that was built from the fictional corpus, at https://kg.example.org/."""
    corpus = build_corpus(tmp_path_factory.mktemp("corpus"))
    running = Running(corpus, Limits(timeout_s=5, workers=2), outside=Outside(public_url="https://kg.example.org"))
    yield running
    running.close()


@pytest.fixture
def visitor(described: Running) -> Client:
    """A client of that site, without cookies."""
    return BufferedClient(described, use_cookies=False)


@pytest.fixture(scope="session")
def corpus(harbours: Release) -> Iterator[Running]:
    """The site on a release of the fictional corpus."""
    running = Running(harbours)
    yield running
    running.close()
