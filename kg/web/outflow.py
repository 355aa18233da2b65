"""Large replies that are being sent: how much memory they hold, and who reads them too slowly.

In: a reply that is to be sent, and its connection. Out: room for it, or 429. Next: :mod:`kg.web.server`. The server that sends them takes a reply as a
whole and does not tell when it has been read; the kernel does, as the last of it waits in the queue of the socket (``/proc/net/tcp``, see proc(5)). Where there
is no such file, a reply counts for a minute.
"""

import asyncio
import contextlib
import ipaddress
import os
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.engine.errors import TooManyQueriesError
from kg.engine.limits import MIB
from kg.web.admission import parse_address

LARGE: Final = MIB
"""Bytes of a reply from which on it is counted."""
_LEAST_BYTES_S: Final = 64 * 1024
"""Bytes in a second that a client has to read, or its connection is cut; half a megabit."""
_GRACE_S: Final = 30.0
"""Seconds that it has beside."""
_LOOK_S: Final = 1.0
"""Seconds between two looks at the queues, and until the first one."""
_UNKNOWN_S: Final = 60.0
"""Seconds for which a reply counts where the queues are not known."""
_RETRY_S: Final = 30
_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of a connection that ends at once."""

Peer = tuple[str, int]
"""Address and port of the other end of a connection."""


@dataclass(frozen=True)
class _Reply:
    client: str
    size: int
    begun: float


class Outflow:
    """Large replies that have not been read.

    :ivar cut: number of connections that were cut
    """

    def __init__(
        self,
        per_client: int = 256 * MIB,
        in_all: int = 2048 * MIB,
        unread: "Callable[[], frozenset[Peer] | None] | None" = None,
        cut: "Callable[[Iterable[Peer]], int] | None" = None,
    ) -> None:
        """Count replies.

        :param unread: gives the connections that have something to be read; None where this is not known
        :param cut: ends connections, and says how many
        """
        self._per_client, self._in_all = per_client, in_all
        self._unread, self._cut = unread or waiting, cut or end
        self._replies: dict[Peer, _Reply] = {}
        self._by_client: Counter[str] = Counter()
        self._watching: asyncio.Task[None] | None = None
        self.cut = 0

    @property
    def held(self) -> int:
        """Bytes of all."""
        return self._by_client.total()

    def take(self, client: str, connection: str, size: int) -> None:
        """Note a reply that is to be sent; what was sent on its connection before has been read.

        :param connection: address and port of its other end
        :raises TooManyQueriesError: if the client, or all together, have not read as much as is kept for them
        """
        if size < LARGE and not self._replies:
            return
        peer = peer_of(connection)
        self._drop(peer)
        if size < LARGE:
            return
        held = self._by_client[client]
        if held and held + size > self._per_client:
            message = (
                f"You have not read large results of {held // MIB} MiB; more than {self._per_client // MIB} MiB are not kept for a client. "
                "Read them first, or download the data at /dumps/."
            )
            raise TooManyQueriesError(message, retry_after_s=_RETRY_S)
        if self.held + size > self._in_all:
            message = f"Large results of {self.held // MIB} MiB wait to be read by all clients. Send the query again later."
            raise TooManyQueriesError(message, retry_after_s=_RETRY_S)
        self._replies[peer] = _Reply(client, size, time.monotonic())
        self._by_client[client] += size

    async def watch(self) -> None:
        """Look after the replies from time to time, for as long as there are any."""
        while self._replies:
            await asyncio.sleep(_LOOK_S)
            await self.look()

    def begin(self) -> None:
        """Watch, unless that is being done."""
        if self._replies and (self._watching is None or self._watching.done()):
            self._watching = asyncio.ensure_future(self.watch())

    async def look(self) -> None:
        """Forget what has been read, and end the connections of those who read too slowly."""
        before = time.monotonic()
        unread = await asyncio.to_thread(self._unread)
        slow = []
        for peer, reply in list(self._replies.items()):
            age = before - reply.begun
            if unread is None:
                if age > _UNKNOWN_S:
                    self._drop(peer)
            elif age > _LOOK_S and peer not in unread:
                self._drop(peer)
            elif age > _GRACE_S + reply.size / _LEAST_BYTES_S:
                slow.append(peer)
                self._drop(peer)
        if slow:
            self.cut += await asyncio.to_thread(self._cut, slow)

    def _drop(self, peer: Peer) -> None:
        reply = self._replies.pop(peer, None)
        if reply is not None:
            self._by_client[reply.client] -= reply.size
            if not self._by_client[reply.client]:
                del self._by_client[reply.client]


def peer_of(connection: str) -> Peer:
    """Address and port: ``192.0.2.1:50000`` or ``[2001:db8::1]:50000``."""
    host, _, port = connection.rpartition(":")
    return _plain(host), int(port) if port.isdigit() else 0


def _plain(host: str) -> str:
    """An address in one way of writing."""
    return str(parse_address(host) or host)


def waiting() -> frozenset[Peer] | None:
    """The other ends of connections for which something waits to be sent; None where this cannot be known."""
    found = set()
    try:
        for table in _TABLES:
            if Path(table).exists():
                with Path(table).open(encoding="ascii") as lines:
                    next(lines)
                    for line in lines:
                        remote, _, queues = line.split(maxsplit=5)[2:5]
                        if not queues.startswith("00000000:"):
                            found.add(_peer_in_table(remote))
    except (OSError, ValueError, StopIteration):
        return None
    return frozenset(found) if Path(_TABLES[0]).exists() else None


def _peer_in_table(text: str) -> Peer:
    """Address and port as the kernel lists them: words of 32 bits in the order of the machine."""
    host, _, port = text.partition(":")
    words = struct.pack(f"={len(host) // 8}I", *(int(host[at : at + 8], 16) for at in range(0, len(host), 8)))
    return _plain(str(ipaddress.ip_address(words))), int(port, 16)


def end(peers: Iterable[Peer]) -> int:
    """End connections of this process at once.

    :returns: how many there were
    """
    wanted, ended = set(peers), 0
    for entry in tuple(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError), _copy(int(entry.name)) as connection:
            if connection.family in {socket.AF_INET, socket.AF_INET6}:
                host, port = connection.getpeername()[:2]
                if (_plain(host), port) in wanted:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    connection.shutdown(socket.SHUT_RDWR)
                    ended += 1
    return ended


def _copy(descriptor: int) -> socket.socket:
    """A socket of this process, under a number of its own, so that it is the same one as long as it is looked at.

    :raises OSError: if it is no socket, or gone
    """
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
