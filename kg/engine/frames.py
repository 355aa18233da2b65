"""Frames on the socket between the pool and a worker: five bytes of header, then a payload.

A header is the kind (one byte) and the payload's length (four bytes, network order). The pool sends ``REQUEST``; the
worker sends ``READY`` once, and for each request any number of ``DATA`` and then ``END`` or ``ERROR``. The payload of all
but ``DATA`` is a JSON object.
"""

import json
import socket
import struct
import time
from typing import Any, Final

REQUEST: Final = b"Q"
READY: Final = b"R"
DATA: Final = b"D"
END: Final = b"E"
ERROR: Final = b"X"

_HEADER: Final = struct.Struct("!cI")


class PeerGoneError(Exception):
    """The other side closed the socket, in or before a frame."""


def send(sock: socket.socket, kind: bytes, payload: bytes) -> None:
    """Send one frame."""
    sock.sendall(_HEADER.pack(kind, len(payload)) + payload)


def send_json(sock: socket.socket, kind: bytes, payload: dict[str, Any]) -> None:
    """Send one frame that holds a JSON object."""
    send(sock, kind, json.dumps(payload).encode())


def receive(sock: socket.socket, deadline: float | None = None) -> tuple[bytes, bytes]:
    """Receive one frame.

    :param deadline: on the clock of :func:`time.monotonic`; none waits for ever
    :returns: kind and payload
    :raises TimeoutError: if the deadline passes first
    :raises PeerGoneError: if the other side is gone
    """
    kind, size = _HEADER.unpack(_exactly(sock, _HEADER.size, deadline))
    return kind, bytes(_exactly(sock, size, deadline))


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        try:
            count = sock.recv_into(view)
        except ConnectionError as error:
            raise PeerGoneError from error
        if not count:
            raise PeerGoneError
        view = view[count:]
    return buffer
