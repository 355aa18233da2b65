"""The process that makes pages: ``python -m kg.web.making SOCKET``. :mod:`kg.web.maker` starts it.

In come releases and requests on the socket with that descriptor, out go replies; see :mod:`kg.web.wire`. So a page, a search or a
picture takes no time of the process that answers queries, in which threads take turns. It ends when the socket closes, which it
does when the serving process ends in any way.
"""

import contextlib
import logging
import os
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from kg.engine import frames
from kg.engine.interface import Answer, Query
from kg.engine.limits import Limits
from kg.engine.scan import Scan, scan
from kg.errors import PolicyKgError
from kg.store import Release, open_release
from kg.web import wire
from kg.web.app import create_app, make_site
from kg.web.bridge import PAGES, call
from kg.web.http import Request
from kg.web.links import local
from kg.web.pictures import gallery
from kg.web.reading import SourceTexts
from kg.web.site import Site

_PIECE: Final = 64 * 1024
_NICE: Final = 5
"""Pages let queries go first where there are not processors enough for both."""

_PREPARE_AFTER_S: Final = 3.0
"""After the start, or a new release, until pages are made ahead: the first requests have the processors to themselves."""
_PREPARING_NICE: Final = 15
_FIRST: Final = ("/", "/ontology", "/ontology/scheme/topic", "/report", "/codebook", "/compare", "/agents", "/topics", "/search")
"""Pages of which some part takes long, and is kept until the next release."""
_DOCUMENTS: Final = 20

_log = logging.getLogger(__name__)


@dataclass
class Elsewhere:
    """The engine as pages see it: it reads queries and runs none, as visitors' queries are the serving process's."""

    limits: Limits
    federates: bool

    def scan(self, text: str) -> Scan:
        """Check a query without running it."""
        return scan(text, self.limits, federated=True)

    async def answer(self, query: Query, form: str, *, timeout_s: float | None = None, client: str = "") -> Answer:
        """Never called: a page asks the store by :class:`kg.reader.Reader`."""
        raise NotImplementedError

    async def reopen(self, release: Release) -> None:
        """Never called."""
        raise NotImplementedError

    async def close(self) -> None:
        """Never called."""
        raise NotImplementedError


class Making:
    """Makes pages until the socket closes."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._app = create_app()
        self._sources: dict[str, SourceTexts] = {}
        self._threads = ThreadPoolExecutor(PAGES, "page")
        self._sending = threading.Lock()

    def run(self) -> None:
        """Take messages in their order; pages are made in threads, so that replies come in another one."""
        reader = frames.Reader()
        while data := self._socket.recv(_PIECE):
            for kind, payload in reader.feed(data):
                head, body = wire.unpack(payload)
                if kind == wire.SERVE:
                    self._serve(head)
                else:
                    self._threads.submit(self._make, head, body)

    def _serve(self, head: dict[str, Any]) -> None:
        """Make pages of a release from now on; if it cannot be opened, of the one before."""
        folder = str(head["sources"])
        sources = self._sources.setdefault(folder, SourceTexts(Path(folder) if folder else None))
        engine = Elsewhere(Limits(**head["limits"]), head["federates"])
        try:
            site = make_site(open_release(Path(head["release"])), engine, self._app.jinja_env, sources)
            site.reader.is_known("")  # opens the store
        except PolicyKgError as error:
            self._send(wire.FAILED, {"message": str(error)})
        else:
            self._app.extensions["kg"] = site
            self._send(wire.READY, {})
            threading.Thread(target=self._prepare, args=(site,), name="prepare", daemon=True).start()

    def _prepare(self, site: Site) -> None:
        """Have made what takes long the first time, so that nobody waits for it."""
        time.sleep(_PREPARE_AFTER_S)
        if sys.platform == "linux":  # where a thread has a priority of its own: nobody waits for this one
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _PREPARING_NICE)
        documents = (local(str(document["iri"])) for document in site.release.description.get("documents", [])[:_DOCUMENTS])
        for path in (*_FIRST, *documents):
            if self._app.extensions["kg"] is not site:
                return  # there is a later release
            with contextlib.suppress(Exception):  # whoever asks for the page is told
                call(self._app, Request("GET", path, "", {}, url=f"http://localhost{path}"), [("accept", "text/html")])
        gallery.prepare(site.reader)

    def _make(self, head: dict[str, Any], body: bytes) -> None:
        fields = [(str(name), str(value)) for name, value in head["headers"]]
        request = Request(
            head["method"], head["path"], head["query_string"], dict(fields), body, url=head["url"], client=head["client"]
        )
        try:
            reply = call(self._app, request, fields)
        except Exception as error:  # noqa: BLE001 - Flask answers defects of pages; this is one of ours, and the client is to be told
            _log.error("%s %s", request.method, request.path, exc_info=error)
            self._send(wire.REPLY, {"number": head["number"], "failed": True})
        else:
            answer = {"number": head["number"], "status": reply.status, "headers": dict(reply.headers), "file": reply.file}
            self._send(wire.REPLY, {**answer, "key": reply.key}, reply.body)

    def _send(self, kind: bytes, head: dict[str, Any], body: bytes = b"") -> None:
        with self._sending, contextlib.suppress(ConnectionError):  # the serving process is gone, which the next read tells
            self._socket.sendall(wire.pack(kind, head, body))


def main(descriptor: str) -> NoReturn:
    """Make pages until the serving process is gone."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.nice(_NICE)
    sock = socket.socket(fileno=int(descriptor))
    sock.settimeout(None)
    with contextlib.suppress(ConnectionError):
        Making(sock).run()
    os._exit(0)  # a page that is still being made is nobody's


if __name__ == "__main__":
    main(*sys.argv[1:])
