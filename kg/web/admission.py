"""How many queries a client may have under way, and who a client is.

In comes the address of a connection, and the header of a proxy that is trusted; out goes a place, or 429. Queries that run and
queries that wait count alike; :mod:`kg.engine.pool` decides which of them run.
"""

import contextlib
import ipaddress
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from kg.engine.errors import TooManyQueriesError
from kg.errors import UsageError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOUSEHOLD: Final = 64
"""Bits of an IPv6 address that name a household or a host (RFC 6177); it can choose the others as it likes."""
_RETRY_S: Final = 2


class Admission:
    """Counts queries by client.

    :ivar held: queries under way
    """

    def __init__(self, per_client: int, in_all: int, what: str = "queries") -> None:
        self._per_client = per_client
        self._in_all = in_all
        self._what = what
        self._held: Counter[str] = Counter()
        self.held = 0

    @contextlib.contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place.

        :raises TooManyQueriesError: if the client, or all together, have as many as they may (RFC 6585, section 4)
        """
        if self._held[client] >= self._per_client:
            message = f"You have {self._per_client} {self._what} under way, as many as one client may have. Wait for one to end."
            raise TooManyQueriesError(message, retry_after_s=_RETRY_S)
        # a client that has none finds room behind the others' limit: a few clients cannot keep it out
        if self.held >= self._in_all * (2 if not self._held[client] else 1):
            message = f"{self._in_all} {self._what} are under way, as many as this server takes. Send yours again later."
            raise TooManyQueriesError(message, retry_after_s=_RETRY_S)
        self._held[client] += 1
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1
            self._held[client] -= 1
            if not self._held[client]:
                del self._held[client]


def parse_networks(text: str) -> tuple[Network, ...]:
    """Networks of proxies that are trusted: addresses or CIDR blocks with commas between them.

    :raises UsageError: if one is neither
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            message = f"--trusted-proxies {part}: {error}; expected addresses or blocks such as 10.0.0.0/8, with commas between"
            raise UsageError(message) from error
    return tuple(found)


@lru_cache(maxsize=4096)
def client_address(peer: str, forwarded_for: str, trusted: tuple[Network, ...]) -> str:
    """Who asks: the address of the connection, or the last one in ``X-Forwarded-For`` that is not of a trusted proxy.

    What stands left of it in the header is the client's own word and counts for nothing.

    :param peer: numeric address of the connection
    :param forwarded_for: value of the header, read only if the connection is a trusted proxy's
    :returns: an IPv4 address, or the /64 of an IPv6 address
    """
    address = parse_address(peer)
    if address is None:
        return peer
    for hop in reversed(forwarded_for.split(",")):
        if not any(address in network for network in trusted):
            break
        before = parse_address(hop.strip())
        if before is None:
            break
        address = before
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _HOUSEHOLD), strict=False))
    return str(address)


def truncated(client: str) -> str:
    """A client without the part that names a person: /24 of IPv4, /48 of IPv6."""
    try:
        network = ipaddress.ip_network(client, strict=False)
    except ValueError:
        return ""
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))  # noqa: PLR2004 - the version


def parse_address(text: str) -> Address | None:
    """An address, with or without brackets and zone; one of IPv4 that is mapped to IPv6 as itself. None for anything else."""
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
