"""One query process: forked by :mod:`kg.engine.zygote`, or ``python -m kg.engine.worker STORE SOCKET LIFELINE MEMORY_BYTES``.

In come requests on the socket with the descriptor SOCKET, out go results on the same; see :mod:`kg.engine.frames`. With the
store open, it gives up whatever a hostile query could use (:mod:`kg.engine.confinement`), then says that it is ready. It
ends when LIFELINE, the read end of a pipe, closes, which it does when the serving process ends in any way.

Queries run in a thread, for its stack and for its priority: the pool may lower the priority of a thread whose query takes
long, nobody may raise it again, and so that thread ends after the query and the next one starts with the usual priority.
"""

import gc
import itertools
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, cast

import pyoxigraph as ox

from kg.engine import confinement, frames
from kg.engine.evaluate import Request, evaluate
from kg.engine.warming import warm
from kg.errors import ReleaseError
from kg.store import open_store

_CHUNK: Final = 256 * 1024
_PIECE: Final = 8 * 1024
"""Most queries are shorter; memory for more would be allocated for each of them."""
_ORPHANED: Final = 3
_OUT_OF_MEMORY: Final = 4
_NO_STORE: Final = 5
BROKEN: Final = 6
_DONE: Final = frames.pack(frames.END, b"")
_THREAD_TRIES: Final = 200


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

    def send(self, last: bytes = b"") -> None:
        """Send what is held, and the frame ``last`` with it, as each send wakes the pool."""
        data = frames.pack(frames.DATA, b"".join(self._pieces)) if self._pieces else b""
        self._pieces.clear()
        self._held = 0
        self._sock.sendall(data + last)

    def drop(self) -> None:
        """Forget what is held, of a result that failed."""
        self._pieces.clear()
        self._held = 0


class Server:
    """What the threads that run queries share."""

    def __init__(self, store: ox.Store, sock: socket.socket, memory: confinement.Memory, spare_bytes: int) -> None:
        """Remember how large the process is now.

        :param spare_bytes: resident memory that it may keep after a query; past it, it ends and is replaced
        """
        self._store = store
        self._sock = sock
        self._memory = memory
        self._reader = frames.Reader()
        self._largest = memory.sizes()[1] + spare_bytes

    def run(self) -> None:
        """Answer requests until this thread's priority is lowered; end the process when it has grown or the pool is gone."""
        status = BROKEN
        try:
            if self._serve():
                return
            status = 0
        except (frames.PeerGoneError, ConnectionError):
            status = 0
        except MemoryError:
            status = _OUT_OF_MEMORY
        except Exception:  # noqa: BLE001 - the end of its process: the pool reads standard error
            traceback.print_exc()
        os._exit(status)  # no finalisers: the store is read-only and the parent waits

    def _serve(self) -> bool:
        """Answer requests; whether another thread is to go on."""
        priority = _priority()
        self._sock.sendall(frames.pack_json(frames.READY, {"thread": threading.get_native_id()}))
        while True:
            request = self._receive()
            confinement.arm(request["alarm_s"])
            out = Result(self._sock, request["result_bytes"])
            kind, reply = self._answer(request, out)
            retires = self._memory.sizes()[1] > self._largest
            renews = not retires and _priority() != priority
            plain = kind == frames.END and not retires and not renews
            out.send(_DONE if plain else frames.pack_json(kind, {**reply, "retires": retires, "renews": renews}))
            confinement.disarm()
            if retires or renews:
                return renews

    def _receive(self) -> Request:
        """Wait for a request.

        :raises PeerGoneError: if the pool is gone
        """
        while True:
            data = self._sock.recv(_PIECE)
            if not data:
                raise frames.PeerGoneError
            for _, payload in self._reader.feed(data):  # the pool sends the next one after the end of this
                return cast("Request", json.loads(payload))

    def _answer(self, request: Request, out: Result) -> tuple[bytes, dict[str, str]]:
        """Run a query, and say how it ended."""
        try:
            evaluate(self._store, request, out)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the pool is told
            out.drop()
            return frames.ERROR, _failure(error)
        return frames.END, {}


def _priority() -> int:
    """Nice value of this thread (of the process where threads have none)."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def _failure(error: Exception) -> dict[str, str]:
    """What the pool needs to know of an exception."""
    if isinstance(error, ResultLimitError) or isinstance(error.__cause__, ResultLimitError):
        return {"kind": "size", "message": ""}
    if isinstance(error, SyntaxError):
        return {"kind": "syntax", "message": str(error)}
    return {"kind": type(error).__name__, "message": str(error)}


def _end_with(lifeline: int) -> None:
    """End the process when the pipe closes."""
    os.read(lifeline, 1)
    os._exit(_ORPHANED)


def _start(target: Callable[..., None], *arguments: object) -> threading.Thread:
    """Start a thread; the stack of the one before may take a moment to be given back."""
    for attempt in itertools.count():
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if attempt == _THREAD_TRIES:
                raise
            time.sleep(0.005)
        else:
            return thread
    raise AssertionError


def opened(path: Path) -> ox.Store:
    """Open the store for a worker; where that fails, say why and end the process."""
    confinement.forbid_traces()
    confinement.own_signals()
    try:
        store = open_store(path)
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_NO_STORE)
    warm(store, path)
    return store


def serve(store: ox.Store, descriptor: int, lifeline: int, memory_bytes: int) -> NoReturn:
    """Confine the process, and serve until the parent is gone."""
    sock = socket.socket(fileno=descriptor)
    sock.settimeout(None)
    memory = confinement.Memory()
    _start(_end_with, lifeline)
    confinement.limit_memory(memory, memory_bytes)
    threading.stack_size(confinement.STACK_BYTES)
    confinement.forbid_descriptors()
    gc.freeze()
    gc.set_threshold(50_000)
    server = Server(store, sock, memory, memory_bytes // 4)
    while True:
        _start(server.run).join()


def main(store_path: str, descriptor: str, lifeline: str, memory_bytes: str) -> None:
    """Be a worker in an interpreter of its own."""
    serve(opened(Path(store_path)), int(descriptor), int(lifeline), int(memory_bytes))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    main(*sys.argv[1:])
