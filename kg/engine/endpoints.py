"""The endpoints that SERVICE may lead to.

In come the entries of ``KG_SERVICE_ALLOW``; :mod:`kg.engine.federation` asks whether an IRI is among them, and
:mod:`kg.engine.outbound` sends to the address as the list has it, never as a query writes it.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from kg.engine.addresses import is_public
from kg.errors import UsageError

PRIVATE: Final = "private:"
"""Mark of an entry whose host may have any address."""

_PORTS: Final = {"http": 80, "https": 443}
_EXAMPLE: Final = "https://query.wikidata.org/sparql"
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_NUMERIC: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")
_URL_CHARACTERS: Final = re.compile(r"[!$%&'()*+,;=:@/?#\[\]A-Za-z0-9._~-]+")


@dataclass(frozen=True)
class Endpoint:
    """An endpoint on the list.

    :ivar url: its address, normalised
    :ivar private: whether the operator said that its host may have a private address
    """

    url: str
    private: bool = False


@dataclass(frozen=True)
class AllowList:
    """Endpoints by their normalised address."""

    endpoints: tuple[Endpoint, ...]

    @classmethod
    def of(cls, entries: tuple[str, ...]) -> "AllowList":
        """Read the entries of a configuration.

        :raises UsageError: if one is no address of an endpoint
        """
        return cls(tuple(_endpoint(entry.strip()) for entry in entries))

    def find(self, iri: str) -> Endpoint | None:
        """Endpoint with this address; None if there is none on the list."""
        address = normalise(iri)
        return next((endpoint for endpoint in self.endpoints if endpoint.url == address), None)


def entries_of(text: str) -> tuple[str, ...]:
    """Entries of a list with commas; none for an empty text."""
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())


def normalise(iri: str) -> str | None:
    """Address to compare: scheme and host in small letters, no default port, ``/`` for no path (RFC 3986, section 6.2).

    Path and query are compared character by character. None for what is no http address, and for one with a user,
    a password or a fragment.
    """
    try:
        parts = urlsplit(iri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or "#" in iri or not _URL_CHARACTERS.fullmatch(iri):
        return None
    place = f"[{host}]" if ":" in host else host
    if port not in {None, _PORTS[parts.scheme]}:
        place = f"{place}:{port}"
    return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))


def _endpoint(entry: str) -> Endpoint:
    private = entry.startswith(PRIVATE)
    written = entry.removeprefix(PRIVATE)
    if "@" in written.partition("://")[2].partition("/")[0]:
        message = (
            "SERVICE endpoint with a user or password: they would be sent for anybody's query. List the address without them."
        )
        raise UsageError(message)
    url = normalise(written)
    if url is None:
        message = f"SERVICE endpoint {entry!r}: expected an http(s) address without a fragment, such as {_EXAMPLE}."
        raise UsageError(message)
    host = urlsplit(url).hostname or ""
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        address = ""
    if not address and (not _HOST.fullmatch(host) or _NUMERIC.fullmatch(host)):
        message = (
            f"SERVICE endpoint {entry!r}: {host!r} is no plain host name. Write a name in ASCII (xn--… for others) or an "
            "address in its usual form."
        )
        raise UsageError(message)
    if address and not private and not is_public(address):
        message = (
            f"SERVICE endpoint {entry!r}: {host} is not a public address. If every user may query what runs there, write "
            f"{PRIVATE}{written}"
        )
        raise UsageError(message)
    return Endpoint(url, private)
