"""Large replies that nobody reads."""

import asyncio
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from kg.engine.errors import TooManyQueriesError
from kg.engine.limits import MIB
from kg.web import outflow
from kg.web.outflow import Outflow, Peer, end, peer_of, waiting

Pair = tuple[socket.socket, socket.socket]
"""Our end of a connection, and the client's."""


class Kernel:
    """A kernel that says what it was told.

    :ivar unread: other ends of connections for which something waits; None if it does not know
    :ivar ended: those that were ended
    """

    def __init__(self) -> None:
        self.unread: frozenset[Peer] | None = frozenset()
        self.ended: list[Peer] = []

    def replies(self, per_client: int = 5 * MIB, in_all: int = 14 * MIB) -> Outflow:
        """Replies that it is asked about."""

        def cut(peers: list[Peer]) -> int:
            self.ended += peers
            return len(peers)

        return Outflow(per_client, in_all, lambda: self.unread, cut)  # type: ignore[arg-type]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time."""
    told = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: told[0])
    return told


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as theirs:
        ours, _ = listening.accept()
        with ours:
            yield ours, theirs


def test_large_replies_are_counted() -> None:
    """Small ones are not; one large one is always sent."""
    replies = Kernel().replies()
    for port in range(100):
        replies.take("a", f"192.0.2.1:{port}", MIB - 1)
    replies.take("a", "192.0.2.1:1", 8 * MIB)

    with pytest.raises(TooManyQueriesError) as of_one:
        replies.take("a", "192.0.2.1:2", MIB)
    replies.take("b", "192.0.2.2:1", 5 * MIB)
    with pytest.raises(TooManyQueriesError) as of_all:
        replies.take("c", "192.0.2.3:1", 2 * MIB)

    assert str(of_one.value) == (
        "You have not read large results of 8 MiB; more than 5 MiB are not kept for a client. Read them first, or download the data at /dumps/."
    )
    assert str(of_all.value) == "Large results of 13 MiB wait to be read by all clients. Send the query again later."


def test_what_follows_on_a_connection_says_that_the_rest_was_read() -> None:
    """Replies of a connection are sent one after the other (RFC 9112, section 9.3)."""
    replies = Kernel().replies()
    for _ in range(20):
        replies.take("a", "192.0.2.1:1", 4 * MIB)
    replies.take("a", "192.0.2.1:1", 10)

    assert replies.held == 0


def test_what_was_read_is_forgotten(now: list[float]) -> None:
    """And what was not is kept; what has just been handed over may not be in the queue yet."""
    kernel = Kernel()
    replies = kernel.replies()
    kernel.unread = frozenset({("192.0.2.1", 2)})
    for port in (1, 2):
        replies.take("a", f"192.0.2.1:{port}", 2 * MIB)

    asyncio.run(replies.look())
    assert replies.held == 4 * MIB
    now[0] += 2
    asyncio.run(replies.look())

    assert replies.held == 2 * MIB
    assert not kernel.ended


def test_who_reads_too_slowly_is_cut(now: list[float]) -> None:
    """Two megabytes may take a minute: half a minute, and the time that they take at 64 KiB a second."""
    kernel = Kernel()
    replies = kernel.replies()
    kernel.unread = frozenset({("192.0.2.1", 1)})
    replies.take("a", "192.0.2.1:1", 2 * MIB)

    now[0] += 61
    asyncio.run(replies.look())
    assert (replies.held, kernel.ended) == (2 * MIB, [])
    now[0] += 2
    asyncio.run(replies.look())

    assert (replies.held, kernel.ended, replies.cut) == (0, [("192.0.2.1", 1)], 1)


def test_where_the_kernel_does_not_tell_a_reply_counts_for_a_minute(now: list[float]) -> None:
    """Nobody is cut there."""
    kernel = Kernel()
    replies = kernel.replies()
    kernel.unread = None
    replies.take("a", "192.0.2.1:1", 2 * MIB)

    now[0] += 59
    asyncio.run(replies.look())
    assert replies.held == 2 * MIB
    now[0] += 2
    asyncio.run(replies.look())

    assert (replies.held, kernel.ended) == (0, [])


def test_watching_ends_when_there_is_nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a server that sends nothing large looks at nothing."""
    monkeypatch.setattr(outflow, "_LOOK_S", 0.01)
    replies = Kernel().replies()
    replies.take("a", "192.0.2.1:1", 2 * MIB)

    asyncio.run(asyncio.wait_for(replies.watch(), 10))

    assert replies.held == 0


@pytest.mark.skipif(waiting() is None, reason="this system has no /proc/net/tcp")
def test_the_kernel_tells_what_waits_and_ends_it(pair: Pair) -> None:
    """A connection that is full, beside one that is not."""
    ours, theirs = pair
    peer = peer_of("{}:{}".format(*theirs.getsockname()))
    assert peer not in (waiting() or ())
    ours.settimeout(0)
    with pytest.raises(BlockingIOError):
        ours.sendall(bytes(64 * MIB))

    assert peer in (waiting() or ())
    assert end([peer]) == 1
    with pytest.raises(OSError, match=r"reset|Broken pipe"):
        ours.send(b"more")


@pytest.mark.parametrize(
    "connection, peer",
    [
        ("192.0.2.1:50000", ("192.0.2.1", 50000)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
        ("::ffff:192.0.2.1:80", ("192.0.2.1", 80)),
        ("[fe80::1%eth0]:80", ("fe80::1", 80)),
    ],
)
def test_the_other_end(connection: str, peer: Peer) -> None:
    """As the server names it."""
    assert peer_of(connection) == peer


@pytest.mark.parametrize(
    "listed, peer",
    [
        ("0100007F:1F90", ("127.0.0.1", 8080)),
        ("0000000000000000FFFF00000100007F:0016", ("127.0.0.1", 22)),
        ("B80D0120000000000000000001000000:01BB", ("2001:db8::1", 443)),
    ],
)
@pytest.mark.skipif(sys.byteorder != "little", reason="these lines are of a little-endian machine")
def test_the_other_end_in_the_table(listed: str, peer: Peer) -> None:
    """As the kernel lists it."""
    assert outflow._peer_in_table(listed) == peer
