"""Run the site on the current release of a build directory, under granian.

In come a build directory and an address; out goes a server that ends, with all its processes, on SIGTERM and SIGINT.
:mod:`kg.cli` calls :func:`serve`. The process tree is: the main process, one granian worker with the application, and the
query processes, which end when the application's sockets close, however it ended.
"""

import http
import http.client
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from kg.engine.limits import Limits
from kg.engine.pool import Engine
from kg.errors import PolicyKgError, UsageError
from kg.queries import read_queries
from kg.store import current_release
from kg.web.app import create_app
from kg.web.site import Site

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8642
_THREADS: Final = 16
"""Threads that run the application. A request that waits for a query holds one, so there are more than query workers."""
_WATCH_S: Final = 1.0
_STOP_S: Final = 2
_READY_S: Final = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What to serve, and where."""

    build_dir: Path
    host: str
    port: int
    limits: Limits


def serve(
    build_dir: Path,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    limits: Limits | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; print one line when ready.

    A later build that moves ``build_dir/current`` is served within a second or two, without a restart.

    :param host: address or name to listen on
    :param port: TCP port; 0 takes a free one, which the printed line names
    :raises ReleaseError: if there is no release
    :raises QueryFileError: if one of its published queries cannot be read
    :raises UsageError: if the address cannot be used
    """
    read_queries(current_release(build_dir).path / "queries")  # what is wrong is said before anything is started
    options = Options(build_dir, host, _free_port(host, port), limits or Limits())
    if sys.platform == "linux" and multiprocessing.get_start_method(allow_none=True) is None:
        multiprocessing.set_start_method("fork")  # spawn would import everything a second time
    server = Server(
        "kg.web.serving",
        address=_address(host),
        port=options.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=_THREADS + options.limits.workers,
        workers_kill_timeout=_STOP_S,
        log_level=LogLevels.critical,
    )
    server.serve(target_loader=partial(_application, options), wrap_loader=False)


def _free_port(host: str, port: int) -> int:
    """Port to listen on, after a try: granian shares a port that is in use (SO_REUSEPORT) and says nothing."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
            return int(probe.getsockname()[1])
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{host}:{port}: cannot listen here ({reason}); choose another port with --port or KG_PORT"
        raise UsageError(message) from error


def _address(host: str) -> str:
    """Numeric address of a host, as granian wants it."""
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])


def _application(options: Options) -> Flask:
    """Application of the granian worker; called in that process."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    release = current_release(options.build_dir)
    engine = Engine(release.store, options.limits)
    app = create_app(release, engine)
    for task in (partial(_announce, options, release.version), partial(_watch, options, app, os.getppid())):
        threading.Thread(target=task, daemon=True).start()
    return app


def _announce(options: Options, version: str) -> None:
    """Print where the site is as soon as it answers."""
    address = ipaddress.ip_address(_address(options.host))
    loopback = "127.0.0.1" if isinstance(address, ipaddress.IPv4Address) else "::1"
    local = loopback if address.is_unspecified else str(address)
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(local, options.port, timeout=_READY_S)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
        except OSError:
            time.sleep(0.005)  # not listening yet
            continue
        finally:
            connection.close()
        if status == http.HTTPStatus.OK:
            shown = f"[{options.host}]" if ":" in options.host else options.host
            url = f"http://{shown}:{options.port}"
            print(f"policy-kg {version} on {url}/  (SPARQL: {url}/sparql)", flush=True)
            return
        time.sleep(0.1)
    _log.error("the site did not answer within %g s of its start", _READY_S)


def _watch(options: Options, app: Flask, parent: int) -> None:
    """Follow ``build/current``, and end when the main process is gone."""
    while True:
        time.sleep(_WATCH_S)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)  # the query processes follow as their sockets close
        try:
            follow(options.build_dir, app)
        except PolicyKgError as error:
            _log.warning("still serving the old release: %s", error)


def follow(build_dir: Path, app: Flask) -> bool:
    """Serve the current release if it is another than before.

    :returns: whether it was another
    :raises PolicyKgError: if it cannot be served; the old one still is
    """
    old: Site = app.extensions["kg"]
    if (build_dir / "current").resolve() == old.release.path:
        return False
    release = current_release(build_dir)
    new = Site(release, old.engine, read_queries(release.path / "queries"))
    old.engine.reopen(release.store)
    app.extensions["kg"] = new
    return True
