"""Messages between the serving process and the one that makes pages: a JSON object, and bytes behind it.

They go in the frames of :mod:`kg.engine.frames`. The serving process sends ``SERVE`` (release, folder of texts, limits), which
``READY`` or ``FAILED`` answers, and ``REQUEST``, which ``REPLY`` answers by its number, in any order. JSON, as the process that
makes pages handles what visitors write, and is not to make objects in the other one.
"""

import json
import struct
from typing import Any, Final

from kg.engine import frames

SERVE: Final = b"S"
READY: Final = b"R"
FAILED: Final = b"X"
REQUEST: Final = b"Q"
REPLY: Final = b"A"

_LENGTH: Final = struct.Struct("!I")


def pack(kind: bytes, head: dict[str, Any], body: bytes = b"") -> bytes:
    """A message."""
    text = json.dumps(head).encode()
    return frames.pack(kind, _LENGTH.pack(len(text)) + text + body)


def unpack(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """The object and the bytes of a message, from the payload of its frame."""
    (length,) = _LENGTH.unpack_from(payload)
    start = _LENGTH.size
    return json.loads(payload[start : start + length]), payload[start + length :]
