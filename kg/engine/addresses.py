"""Which network addresses a query may lead to: public unicast ones only.

:mod:`kg.engine.outbound` asks at three places: for a host that is an address, for each answer of DNS, and for each socket.
"""

import ipaddress
import socket
from typing import Final

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

# IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), listed here since `is_global` differs between versions of
# Python; multicast and reserved space (RFC 1112, RFC 5771); relays that embed IPv4 addresses (RFC 7526).
_SPECIAL_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# All else of IPv6 is no global unicast (RFC 4291, section 2.4): loopback, IPv4-mapped, NAT64, unique local, link-local, multicast.
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_SPECIAL_V6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarking, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


class ForbiddenAddressError(Exception):
    """A host has an address that no query may lead to. No OSError, so that no library takes it for a failure to connect.

    The message names the host, not the address: what DNS says inside a network is nobody else's business.
    """


def is_public(address: str) -> bool:
    """Whether an address, as text, is a public unicast one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _SPECIAL_V4)
    return parsed.scope_id is None and parsed in _GLOBAL_V6 and not any(parsed in network for network in _SPECIAL_V6)


class PublicResolver(AbstractResolver):
    """DNS for public hosts: a name with any other address has none, since the next answer could be that one."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> list[ResolveResult]:
        """Addresses of a host, to which the connection is then made: there is no second look-up.

        :raises ForbiddenAddressError: if one of them is not public
        :raises OSError: if there is none
        """
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(result["host"]) for result in found):
            raise ForbiddenAddressError(host)
        return found

    async def close(self) -> None:
        """Close the resolver that was given."""
        await self._inner.close()


def public_socket(info: tuple[int, int, int, str, tuple[str | int, ...]]) -> socket.socket:
    """Socket for a connection, made only if its address is public: the last place to look, whatever gave the address.

    :param info: as ``socket.getaddrinfo`` gives it
    :raises ForbiddenAddressError: if it is not
    """
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise ForbiddenAddressError(str(address[0]))
    return socket.socket(family, kind, protocol)
