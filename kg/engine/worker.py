"""One query process: ``python -m kg.engine.worker STORE DESCRIPTOR MEMORY_BYTES``. The pool starts it.

In come requests on the socket with number DESCRIPTOR, out go results on the same; see :mod:`kg.engine.frames`. It opens
the store, then gives up whatever a hostile query could use (:mod:`kg.engine.confinement`), then says that it is ready. It
ends when the socket closes, which it does when the parent ends in any way.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Final, cast

import pyoxigraph as ox

from kg.engine import confinement, frames
from kg.engine.evaluate import Request, evaluate
from kg.errors import ReleaseError
from kg.store import open_store

_CHUNK: Final = 256 * 1024
_LONG_S: Final = 1.0
_LONG_PRIORITY: Final = 15
_WATCH_MS: Final = 250
_ORPHANED: Final = 3
_OUT_OF_MEMORY: Final = 4
_NO_STORE: Final = 5
_BROKEN: Final = 6


class ResultLimitError(Exception):
    """The result has more bytes than it may have."""


class Result:
    """Where Oxigraph writes: sends pieces of a quarter MiB to the pool, and raises past the limit."""

    def __init__(self, sock: socket.socket, limit: int) -> None:
        self._sock = sock
        self._left = limit
        self._pieces: list[bytes] = []
        self._held = 0

    def write(self, data: bytes, /) -> int:
        """Take a piece.

        :raises ResultLimitError: if the result is too large; Oxigraph hands it on
        """
        self._left -= len(data)
        if self._left < 0:
            raise ResultLimitError
        self._pieces.append(bytes(data))
        self._held += len(data)
        if self._held >= _CHUNK:
            self.send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are sent when they are large enough."""

    def send(self) -> None:
        """Send what is held."""
        if self._pieces:
            frames.send(self._sock, frames.DATA, b"".join(self._pieces))
        self._pieces.clear()
        self._held = 0


def warm(store: ox.Store) -> None:
    """Touch every index, so that RocksDB has all its files open before none can be opened any more.

    It opens 16 of each column family by itself.
    """
    for pattern in ("{ GRAPH ?g { ?s ?p ?o } }", "{ ?s ?p ?o }"):
        next(iter(store.query(f"SELECT (COUNT(*) AS ?n) {pattern}", use_default_graph_as_union=True)))  # type: ignore[arg-type]
    for graph in store.named_graphs():
        for quad in store.quads_for_pattern(None, None, None, graph):
            for found in (
                (quad.subject, None, None, None),
                (None, quad.predicate, None, None),
                (None, None, quad.object, None),
                (None, quad.predicate, None, graph),
                (None, None, quad.object, graph),
                (quad.subject, None, None, graph),
            ):
                next(iter(store.quads_for_pattern(*found)), None)
            break


class Clock:
    """Since when a query runs, for the main thread, and whether it was made to yield to others."""

    def __init__(self) -> None:
        self.started: float | None = None
        self.yielded = False

    def watch(self, thread: int) -> None:
        """Lower the priority of a thread whose query has run for long, so that short queries go first.

        It cannot be raised again, so the process is replaced after that query.
        """
        started = self.started
        if started is not None and not self.yielded and time.monotonic() - started > _LONG_S:
            self.yielded = True
            os.setpriority(os.PRIO_PROCESS, thread, _LONG_PRIORITY)


def serve(store: ox.Store, sock: socket.socket, memory: confinement.Memory, spare_bytes: int, clock: Clock) -> None:
    """Answer requests until the socket closes.

    :param spare_bytes: resident memory that the process may keep after a query; past it, it ends and is replaced
    """
    base = memory.sizes()[1]
    while True:
        request = cast("Request", json.loads(frames.receive(sock)[1]))
        confinement.arm(request["timeout_s"])
        clock.started = time.monotonic()
        out = Result(sock, request["result_bytes"])
        kind, reply = frames.END, {}
        try:
            evaluate(store, request, out)
            out.send()
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except Exception as error:  # noqa: BLE001 - whatever it is, the pool is told
            kind, reply = frames.ERROR, _failure(error)
        clock.started = None
        retires = clock.yielded or memory.sizes()[1] > base + spare_bytes
        frames.send_json(sock, kind, {**reply, "retires": retires})
        confinement.disarm()
        if retires:
            return


def _failure(error: Exception) -> dict[str, str]:
    """What the pool needs to know of an exception."""
    if isinstance(error, ResultLimitError) or isinstance(error.__cause__, ResultLimitError):
        return {"kind": "size", "message": ""}
    if isinstance(error, SyntaxError):
        return {"kind": "syntax", "message": str(error)}
    return {"kind": type(error).__name__, "message": str(error)}


def _serve_and_end(store: ox.Store, sock: socket.socket, memory: confinement.Memory, spare_bytes: int, clock: Clock) -> None:
    status = _BROKEN
    try:
        with contextlib.suppress(frames.PeerGoneError, BrokenPipeError):
            serve(store, sock, memory, spare_bytes, clock)
        status = 0
    except MemoryError:
        status = _OUT_OF_MEMORY
    finally:
        os._exit(status)  # no finalisers: the store is read-only and the parent waits


def main(store_path: str, descriptor: str, memory_bytes: str) -> None:
    """Open the store, confine the process, and serve until the parent is gone."""
    confinement.forbid_traces()
    confinement.own_signals()
    sock = socket.socket(fileno=int(descriptor))
    sock.settimeout(None)
    try:
        store = open_store(Path(store_path))
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_NO_STORE)
    warm(store)
    memory = confinement.Memory()
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLRDHUP)
    confinement.limit_memory(memory, int(memory_bytes))
    clock = Clock()
    thread = threading.Thread(target=_serve_and_end, args=(store, sock, memory, int(memory_bytes) // 4, clock), daemon=True)
    thread.start()
    confinement.forbid_descriptors()
    frames.send_json(sock, frames.READY, {})
    while not poll.poll(_WATCH_MS):  # until the parent's end is closed
        clock.watch(thread.native_id or 0)
    os._exit(_ORPHANED)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    main(*sys.argv[1:])
