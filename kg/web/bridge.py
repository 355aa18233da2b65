"""Pages between the front and Flask: who has to wait, and the WSGI call with the body already read.

:mod:`kg.web.maker` has the call made in another process. Files are not read there: Flask names them in ``X-Sendfile``, and the
server sends them by itself.
"""

import asyncio
import io
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.wrappers import Response

from kg.engine.errors import EngineBusyError
from kg.engine.lanes import Lane
from kg.store import Release
from kg.web.http import Reply, Request
from kg.web.site import LASTING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


PAGES: Final = 2
"""Pages that are made at a time: threads of Python take turns, so more would only be slower."""
_RETRY_S: Final = 2


class Maker(Protocol):
    """Makes pages of a release. All methods belong to one event loop."""

    async def make(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
        """Reply of the application.

        :param headers: all header fields of the request
        :raises RefusalError: if it cannot be had
        """

    async def serve(self, release: Release) -> None:
        """Make pages of another release from now on.

        :raises ReleaseError: if it cannot be opened; pages are those of the one before
        """

    async def close(self) -> None:
        """End what was started."""


class Pages:
    """Has pages made, one at a time for each client. Belongs to one event loop."""

    def __init__(self, maker: Maker, queue_s: float) -> None:
        """Have ``maker`` make them.

        :param queue_s: seconds that a request may wait for its turn
        """
        self._maker = maker
        self._queue_s = queue_s
        self._lane = Lane(PAGES, 1)

    async def call(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
        """Reply of the application.

        :param headers: all header fields of the request
        :raises EngineBusyError: if its turn does not come in time
        """
        try:
            await self._lane.enter(request.client, self._queue_s)
        except TimeoutError:
            message = f"No page could be made for you within {self._queue_s:g} s. Send the request again later."
            raise EngineBusyError(message, retry_after_s=_RETRY_S) from None
        work = asyncio.ensure_future(self._maker.make(request, headers))
        # a page that is being made is not stopped: the place is given back when it ends, though its client may have hung up
        work.add_done_callback(lambda _: self._lane.leave(request.client))
        return await asyncio.shield(work)


def call(app: Flask, request: Request, headers: list[tuple[str, str]]) -> Reply:
    """Reply of the application.

    :param headers: all header fields of the request
    """
    response = Response.from_app(app, _environment(request, headers), buffered=True)
    fields = dict(response.headers.items())
    file = fields.pop("X-Sendfile", "")
    if not file:  # the front may send the body in a content coding, and the server counts what it sends
        fields.pop("Content-Length", None)
    # a mark of ours, which the front replaces by what it knows of the request
    key = fields.pop(LASTING, "") if response.status_code == HTTPStatus.OK else ""
    return Reply(response.status_code, fields, response.get_data(), file, key)


def _environment(request: Request, headers: list[tuple[str, str]]) -> "WSGIEnvironment":
    """Environment of a request (PEP 3333)."""
    url = urlsplit(request.url)
    environment: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # PEP 3333: a text whose characters are the bytes
        "PATH_INFO": request.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "SERVER_NAME": url.hostname or "localhost",
        "SERVER_PORT": str(url.port or {"http": 80, "https": 443}.get(url.scheme, 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme or "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environment[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    environment["CONTENT_LENGTH"] = str(len(request.body))
    environment["HTTP_HOST"] = url.netloc  # as the clients see it, which behind a proxy the field Host need not be
    return environment
