"""Frames on the socket between the pool and a worker: five bytes of header, then a payload.

A header is the kind (one byte) and the payload's length (four bytes, network order). The pool sends ``REQUEST``; the
worker sends ``READY`` when it can take one, and for each request any number of ``DATA`` and then ``END`` or ``ERROR``. The
payload of all but ``DATA`` is a JSON object; that of an ``END`` after which nothing is to be said is empty.
"""

import json
import struct
from typing import Any, Final

REQUEST: Final = b"Q"
READY: Final = b"R"
DATA: Final = b"D"
END: Final = b"E"
ERROR: Final = b"X"

_HEADER: Final = struct.Struct("!cI")


class PeerGoneError(Exception):
    """The other side closed the socket, in or before a frame."""


def pack(kind: bytes, payload: bytes) -> bytes:
    """One frame."""
    return _HEADER.pack(kind, len(payload)) + payload


def pack_json(kind: bytes, payload: dict[str, Any]) -> bytes:
    """One frame that holds a JSON object."""
    return pack(kind, json.dumps(payload).encode())


class Reader:
    """Frames out of bytes that come in pieces of any length."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take bytes; kind and payload of each frame that they complete."""
        self._buffer += data
        start = 0
        found = []
        while len(self._buffer) - start >= _HEADER.size:
            kind, size = _HEADER.unpack_from(self._buffer, start)
            end = start + _HEADER.size + size
            if len(self._buffer) < end:
                break
            found.append((kind, bytes(self._buffer[start + _HEADER.size : end])))
            start = end
        del self._buffer[:start]
        return found
