"""The live page of ``kg watch``: a document with what is covered, by what, and what is not. On this machine only.

In: the states of a :class:`~kg.authoring.watching.Watcher`. Out: HTML, renewed by server-sent events (HTML standard, section 9.2) or, without
JavaScript, by a refresh. The texts that it shows are their authors': it listens on loopback and answers no other host name.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import jinja2
import yaml

from kg.authoring.unread import is_about
from kg.authoring.watching import State, Watcher
from kg.errors import InputError

LANGUAGES: Final = ("nl", "en")
_STATIC: Final = {"/watch.css": "text/css; charset=utf-8", "/watch.js": "text/javascript; charset=utf-8"}
_POLICY: Final = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?")
_KEEP_ALIVE_S: Final = 15.0
_OPEN_BELOW: Final = 10
"""Findings up to which their list is open at first: the text stands below it."""


@contextmanager
def serving(watcher: Watcher, port: int) -> Iterator[str]:
    """Serve the page while the body runs; gives its address.

    :param port: 0 takes a free one
    :raises InputError: if the port is taken
    """
    try:
        server = _Server(("127.0.0.1", port), watcher)
    except OSError as error:
        raise InputError(
            f"port {port} cannot be listened on ({error.strerror}); take another with --port, or 0 for any"
        ) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        watcher.end()
        server.shutdown()
        thread.join()
        server.server_close()


def page(state: State, slug: str, language: str) -> str:
    """The page of a document. Before the first check it says that there is nothing yet; of one that cannot be read now, why.

    :param slug: empty for the first one
    """
    slug = slug or next(iter(state.slugs), "")
    shown = next((document for document in state.documents if document.slug == slug), None)
    in_rows = (
        {finding for row in shown.rows for statement in row.statements for finding in statement.findings} if shown else set()
    )
    rest = [finding for finding in state.findings if finding not in in_rows and finding.code != "not-coded"]
    here = [finding for finding in rest if slug and is_about(finding, slug)]
    return (
        _environment()
        .get_template("watch.html")
        .render(
            state=state,
            slug=slug,
            shown=shown,
            lists=(("findings", here), ("elsewhere", [finding for finding in rest if finding not in here])),
            open_below=_OPEN_BELOW,
            language=language,
            other=next(tag for tag in LANGUAGES if tag != language),
            t=_texts()[language],
        )
    )


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.PackageLoader("kg.authoring", "page")
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _texts() -> dict[str, dict[str, Any]]:
    written = yaml.safe_load((files("kg.authoring") / "page" / "texts.yaml").read_text(encoding="utf-8"))
    return {tag: {key: text[tag] for key, text in written.items()} for tag in LANGUAGES}


class _Server(ThreadingHTTPServer):
    """Keeps the watcher for its handlers."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], watcher: Watcher) -> None:
        self.watcher = watcher
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the page of a document, its style, its script, or the events."""
        if not _HOST.fullmatch(self.headers.get("Host", "")):
            # A page of another site could have a name of its own lead here (DNS rebinding) and read the text.
            self._send(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"only for this machine, as 127.0.0.1 or localhost\n")
            return
        parts = urlsplit(self.path)
        if parts.path in _STATIC:
            content = (files("kg.authoring") / "page" / parts.path[1:]).read_bytes()
            self._send(HTTPStatus.OK, _STATIC[parts.path], content)
        elif parts.path == "/events":
            self._events()
        else:
            language = parse_qs(parts.query).get("lang", [self._accepted()])[0]
            state, slug = self.server.watcher.state, parts.path.strip("/")
            known = not slug or not state.number or slug in state.slugs
            html = page(state, slug, language if language in LANGUAGES else "en")
            self._send(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", html.encode())

    def _accepted(self) -> str:
        """The first language of the browser that the page has."""
        tags = re.findall(r"\b([a-z]{2})\b", self.headers.get("Accept-Language", "").lower())
        return next((tag for tag in tags if tag in LANGUAGES), "en")

    def _events(self) -> None:
        """One event for each check, until the browser goes or the watching ends."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        watcher, told = self.server.watcher, -1
        try:
            while not watcher.stop.is_set():
                with watcher.changed:
                    if watcher.state.number == told:
                        watcher.changed.wait(_KEEP_ALIVE_S)
                number = watcher.state.number
                self.wfile.write(b": still here\n\n" if number == told else f"data: {number}\n\n".encode())
                told = number
        except (BrokenPipeError, ConnectionResetError):
            pass  # the browser has closed the page
        self.close_connection = True

    def _send(self, status: HTTPStatus, media_type: str, content: bytes) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(len(content)),
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """No log: the terminal is for findings."""
