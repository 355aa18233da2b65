"""The bytes of a page or file that a coder names, and what kind they are.

In: an address or a path. Out: a :class:`Fetched`. Next: :mod:`kg.authoring.starting`.
"""

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from kg import __version__
from kg.errors import SourceError

_MOST_BYTES: Final = 64 * 1024 * 1024
_TIMEOUT_S: Final = 30.0
_HTML: Final = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml.*?\?>\s*)*<(?:!doctype\s+html|html|head|body)\b", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True)
class Fetched:
    """What was fetched.

    :ivar kind: ``html``, ``pdf`` or ``text``
    :ivar charset: as the server said, if it did
    :ivar name: last part of the address or path, without its ending
    :ivar url: address, if it is one
    """

    content: bytes
    kind: str
    charset: str | None
    name: str
    url: str


def fetch(source: str) -> Fetched:
    """Get a page or read a file.

    :param source: an address that begins with http:// or https://, or a path
    :raises SourceError: if it cannot be had; the message says why
    """
    if re.match(r"https?://", source):
        return _from_web(source)
    if re.match(r"[a-z][a-z0-9+.-]+://", source):
        raise SourceError(f"{source}: an address begins with http:// or https://; otherwise give a file")
    path = Path(source)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{source}: no such file; an address begins with http:// or https://") from None
    except IsADirectoryError:
        raise SourceError(f"{source}: is a folder; give one file of it") from None
    except OSError as error:
        raise SourceError(f"{source}: cannot be read: {error.strerror}") from None
    return Fetched(content, _kind(content, "", path.suffix), None, path.stem, "")


def _from_web(address: str) -> Fetched:
    headers = {"User-Agent": f"policy-kg/{__version__} (kg new)", "Accept": "text/html, */*"}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http and https only, see fetch
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - likewise
            content = response.read(_MOST_BYTES + 1)
            media_type, charset, final = response.headers.get_content_type(), response.headers.get_content_charset(), response.url
    except urllib.error.HTTPError as error:
        error.close()
        raise SourceError(
            f"{address}: the server answers {error.code} {error.reason}; save the page from a browser and give the file"
        ) from None
    except (OSError, ValueError) as error:  # URLError, timeouts and broken connections are OSErrors
        raise SourceError(f"{address}: cannot be had: {getattr(error, 'reason', error)}") from None
    if len(content) > _MOST_BYTES:
        raise SourceError(
            f"{address}: larger than {_MOST_BYTES // 1024 // 1024} MiB; download it and give the part that is the document"
        )
    name = Path(unquote(urlsplit(final).path)).stem or (urlsplit(final).hostname or "")
    return Fetched(content, _kind(content, media_type, ""), charset, name, address)


def _kind(content: bytes, media_type: str, suffix: str) -> str:
    """What the bytes are: by their beginning, then by what the server or the name says."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if (
        _HTML.match(content)
        or media_type in ("text/html", "application/xhtml+xml")
        or suffix.lower() in (".html", ".htm", ".xhtml")
    ):
        return "html"
    return "text"
