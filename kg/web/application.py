"""The site in the process that granian starts: makes it, follows new releases, ends it.

In come options from :mod:`kg.web.serving`; the other way goes the object that granian calls for each request.
"""

import asyncio
import contextlib
import ctypes
import http
import http.client
import ipaddress
import logging
import os
import resource
import signal
import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from kg.credentials import from_environment
from kg.engine.federation import Federation
from kg.engine.limits import Limits
from kg.engine.pool import LocalEngine
from kg.engine.remote import RemoteEngine
from kg.errors import PolicyKgError
from kg.store import current_release, hold
from kg.web import editor
from kg.web.app import create_app, make_site
from kg.web.editor import EditorError
from kg.web.front import Front
from kg.web.incoming import Connection, Scope
from kg.web.maker import PageMaker
from kg.web.server import Outside, Server
from kg.web.telemetry import AccessLog, LogOptions

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8642
_SWITCH_S: Final = 0.0005
"""Time after which a thread that puts a result on a page lets the endpoint go on; Python's own 5 ms are three small queries."""
_WATCH_S: Final = 1.0
_RETRY_S: Final = 30.0
"""Until a release that could not be served is tried again: what was short, such as memory, may not be any more."""
_READY_S: Final = 60.0
_STALLED_MS: Final = 30_000
_DESCRIPTORS: Final = 20_000
_FORM_OVERHEAD: Final = 4
"""A character of a query may take three bytes in a form, and the form has other fields."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServiceOptions:
    """What SERVICE may lead to.

    :ivar allow: addresses of endpoints, as :mod:`kg.engine.endpoints` takes them
    :ivar contact: address or page of the operator, which is sent to them
    """

    allow: tuple[str, ...] = ()
    contact: str = ""


@dataclass(frozen=True)
class Options:
    """What to serve, and where.

    :ivar host: address or name to listen on
    :ivar port: TCP port; 0 takes a free one
    :ivar engine: query endpoint of another store, in which the release was published; empty for processes of our own
    :ivar service: what SERVICE may lead to
    :ivar cache_mib: MiB of replies that are kept
    :ivar sources: folder of the documents' texts, ``DOCUMENT.txt``, which pages then show
    :ivar stop_s: seconds that requests have to end when the server is told to stop
    :ivar certificate: file of the chain, in PEM; with ``key`` it is TLS that is spoken
    :ivar main_process: process id of the one that was started; :func:`serve` sets it
    """

    build_dir: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    limits: Limits = field(default_factory=Limits)
    outside: Outside = field(default_factory=Outside)
    log: LogOptions = field(default_factory=LogOptions)
    engine: str = ""
    service: ServiceOptions = field(default_factory=ServiceOptions)
    cache_mib: int = 128
    sources: Path | None = None
    stop_s: int = 30
    certificate: Path | None = None
    key: Path | None = None
    main_process: int = 0


class Application:
    """The site in the process that granian starts, from the first request to the last."""

    def __init__(self, options: Options) -> None:
        """Remember what to serve; nothing is started yet."""
        self._options = options
        self._tasks: list[asyncio.Task[None]] = []
        self._server: Server | None = None
        self._failed_path: Path | None = None
        self._again = 0.0
        self._held: IO[bytes] | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start before the first connection is taken."""
        sys.setswitchinterval(_SWITCH_S)
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
        _end_with_parent()
        _raise_descriptor_limit()
        loop.run_until_complete(self._start())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop the query processes, after the last reply."""
        loop.run_until_complete(self._stop())

    async def __rsgi__(self, scope: Scope, connection: Connection) -> None:
        """Answer one request."""
        assert self._server is not None
        await self._server(scope, connection)

    async def _start(self) -> None:
        options = self._options
        release = current_release(options.build_dir)
        self._held = hold(release)
        app = create_app()
        federation = Federation(options.service.allow, contact=options.service.contact)
        engine: LocalEngine | RemoteEngine
        if options.engine:
            credentials = from_environment("KG_ENGINE")
            engine = RemoteEngine(options.engine, release, options.limits, credentials=credentials, federation=federation)
            self._tasks.append(asyncio.ensure_future(_tell(engine)))
        else:
            engine = LocalEngine(release, options.limits, federation)
        site = make_site(release, engine, app.jinja_env)
        maker = PageMaker(release, options.limits, federates=engine.federates, sources=options.sources)
        front = Front(site, maker, options.limits, AccessLog(options.log), options.cache_mib)
        front.metrics.gauge("kg_page_restarts", "Processes for pages that replaced one that ended.", lambda: maker.restarts)
        await _equip(front)
        if isinstance(engine, LocalEngine):
            _measure(front, engine)
        self._server = Server(front, options.outside, options.limits.query_kib * 1024 * _FORM_OVERHEAD)
        self._tasks.append(asyncio.ensure_future(self._follow(front)))
        threading.Thread(target=_announce, args=(options, release.version), daemon=True).start()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._server is not None:
            await self._server.front.close()

    async def _follow(self, front: Front) -> None:
        """Serve a later release when ``build/current`` moves; while it cannot be served, the old one stays."""
        while True:
            await asyncio.sleep(_WATCH_S)
            if os.getppid() != self._options.main_process:
                os.kill(os.getpid(), signal.SIGKILL)  # the query processes follow as their pipes close
            path = (self._options.build_dir / "current").resolve()
            if path == self._failed_path and time.monotonic() < self._again:
                continue
            try:
                if await follow(self._options.build_dir, front):
                    old, self._held = self._held, hold(front.state.site.release)
                    if old is not None:
                        old.close()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next release is to be followed
                expected = isinstance(error, PolicyKgError)
                _log.warning("still serving the old release: %s", error, exc_info=None if expected else error)
                self._failed_path, self._again = path, time.monotonic() + _RETRY_S
            else:
                self._failed_path = None


async def follow(build_dir: Path, front: Front) -> bool:
    """Serve the current release if it is another than before.

    :returns: whether it was another
    :raises PolicyKgError: if it cannot be served; the old one still is
    """
    old = front.state.site
    if (build_dir / "current").resolve() == old.release.path:
        return False
    release = current_release(build_dir)
    await front.serve(make_site(release, old.engine, old.templates))
    return True


async def _tell(engine: RemoteEngine) -> None:
    """Log what is wrong with the other store."""
    await engine.ready()


async def _equip(front: Front) -> None:
    """Offer an editor on the SPARQL page; where it is not to be had, the plain form stays."""
    try:
        front.equip(await asyncio.to_thread(editor.obtain))
    except EditorError as error:
        _log.warning("the SPARQL page has no editor, only the plain form: %s", error)


def _measure(front: Front, engine: LocalEngine) -> None:
    """Numbers of the engine, for ``/metrics``."""
    gauge = front.metrics.gauge
    gauge("kg_workers", "Query processes.", lambda: len(engine.crew.workers))
    gauge("kg_workers_idle", "Query processes that wait for a query.", lambda: engine.crew.idle)
    gauge("kg_long_queries", "Queries in the lane for long ones.", lambda: engine.long_queries)
    gauge("kg_workers_killed", "Query processes that were killed or died, since the start.", lambda: engine.kills)


def _end_with_parent() -> None:
    """Have the kernel end this process with the main one (prctl(2), PR_SET_PDEATHSIG); elsewhere ``_follow`` does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _drop_stalled_readers() -> None:
    """Have the kernel end connections whose clients read nothing (tcp(7), TCP_USER_TIMEOUT); the listening socket hands it on.

    The whole rest of a result waits in memory for them.
    """
    if sys.platform != "linux":
        return
    for entry in tuple(Path("/proc/self/fd").iterdir()):
        try:
            sock = socket.socket(fileno=int(entry.name))
        except OSError:
            continue  # it is something else
        with contextlib.suppress(OSError):
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_MS)
        sock.detach()


def _raise_descriptor_limit() -> None:
    """Connections are descriptors, and the usual soft limit of 1,024 is for programs that use select(2)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def _announce(options: Options, version: str) -> None:
    """Print where the site is as soon as it answers."""
    address = ipaddress.ip_address(numeric_address(options.host))
    loopback = "127.0.0.1" if isinstance(address, ipaddress.IPv4Address) else "::1"
    local = loopback if address.is_unspecified else str(address)
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        connection = _connection(options, local)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
        except OSError:
            time.sleep(0.005)  # not listening yet
            continue
        finally:
            connection.close()
        if status == http.HTTPStatus.OK:
            _drop_stalled_readers()  # not before: granian makes the listening socket after everything else
            shown = f"[{options.host}]" if ":" in options.host else options.host
            url = f"{'https' if options.certificate else 'http'}://{shown}:{options.port}"
            print(f"policy-kg {version} on {url}/  (SPARQL: {url}/sparql)", flush=True)
            return
        time.sleep(0.1)
    _log.error("the site did not answer within %g s of its start", _READY_S)


def _connection(options: Options, address: str) -> http.client.HTTPConnection:
    """Connection to ourselves; whether the certificate is for this address is not what is asked."""
    if options.certificate is None:
        return http.client.HTTPConnection(address, options.port, timeout=_READY_S)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(address, options.port, timeout=_READY_S, context=context)


def numeric_address(host: str) -> str:
    """Numeric address of a host, as granian wants it."""
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
