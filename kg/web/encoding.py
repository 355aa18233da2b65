"""Content codings: gzip and zstd, by ``Accept-Encoding`` (RFC 9110, section 12.5.3)."""

import gzip
import sys
from functools import lru_cache
from typing import Final

from kg.negotiation import parse_weights
from kg.web.http import Reply

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD: Final = "zstd"
GZIP: Final = "gzip"
_SMALLEST: Final = 860
"""Below it a coding saves no packet (a common threshold of content networks)."""
_GZIP_LEVEL: Final = 4
_ZSTD_LEVEL: Final = 3
_TEXTUAL: Final = ("text/", "application/json", "application/xml", "application/n-", "application/trig", "image/svg")


@lru_cache(maxsize=1024)
def choose(accept_encoding: str) -> str:
    """Coding that a client prefers; the empty string for none. Among equals zstd, which is the quicker and smaller one."""
    weights = parse_weights(accept_encoding)
    anything = weights.get("*", 0.0)
    best = max((ZSTD, GZIP), key=lambda coding: weights.get(coding, anything))
    weight = weights.get(best, anything)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else ""


def is_worth(reply: Reply) -> bool:
    """Whether a body is text, and long enough."""
    content_type = reply.headers.get("Content-Type", "")
    textual = content_type.startswith(_TEXTUAL) or "+json" in content_type or "+xml" in content_type
    return textual and len(reply.body) >= _SMALLEST and "Content-Encoding" not in reply.headers


def encode(body: bytes, coding: str) -> bytes:
    """A body in a coding. The same bytes give the same bytes."""
    if coding == ZSTD:
        return zstd.compress(body, _ZSTD_LEVEL)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)
