"""Run the site on the current release of a build directory, under granian.

In come options; out goes a server that ends, with all its processes, on SIGTERM and SIGINT. :mod:`kg.cli` calls
:func:`serve`. The process tree is: the main process, one granian worker with :mod:`kg.web.application`, the process that makes
pages (:mod:`kg.web.making`), the process that has the store open (:mod:`kg.engine.zygote`), and the query processes, which it
forks. These end when their pipes to the application close, however that ended. For a moment after a new release there are two
that fork.
"""

import multiprocessing
import os
import socket
import sys
from dataclasses import replace
from functools import partial
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from kg.engine.federation import Federation
from kg.errors import InputError
from kg.queries import read_queries
from kg.store import current_release
from kg.web.application import Application, Options, numeric_address
from kg.web.telemetry import AccessLog

_RESPAWN_S: Final = 0.2
_HEADER_MS: Final = 15_000
"""Time in which the head of a request has to come, counted from the connection or from the last reply."""
_CONNECTIONS: Final = 16_384
_BACKLOG: Final = 2048


def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; print one line when ready.

    A later build that moves ``build_dir/current`` is served within a second or two, without a restart.

    :raises ReleaseError: if there is no release
    :raises QueryFileError: if one of its published queries cannot be read
    :raises InputError: if the address cannot be used, the log cannot be written, or an endpoint for SERVICE is none
    """
    read_queries(current_release(options.build_dir).path / "queries")  # what is wrong is said before anything is started
    AccessLog(options.log).close()
    Federation(options.service.allow, contact=options.service.contact)
    options = replace(options, port=_free_port(options.host, options.port), main_process=os.getpid())
    if sys.platform == "linux" and multiprocessing.get_start_method(allow_none=True) is None:
        multiprocessing.set_start_method("fork")  # spawn would import everything a second time
    server = Server(
        "kg.web.serving",
        address=numeric_address(options.host),
        port=options.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MS),
        websockets=False,
        workers=1,
        backlog=_BACKLOG,
        backpressure=_CONNECTIONS,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_S,
        workers_kill_timeout=options.stop_s,
        ssl_cert=options.certificate,
        ssl_key=options.key,
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
        raise InputError(message) from error


def _application(options: Options) -> Any:
    """What granian calls; made in its process."""
    return Application(options)
