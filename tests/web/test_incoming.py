"""Heads and bodies that are not as HTTP has them, sent to the real server."""

import re
import socket
from collections.abc import Iterator

import pytest

from tests.serving import write_release
from tests.web.test_serving import server

ASK = "/sparql?query=ASK%7B%7D"
POST = "POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/plain, */*;q=0.5\r\nContent-Type: application/sparql-query\r\n"
WHOLE = b"6\r\nASK {}\r\n"
BROKEN = (
    "Malformed request\n\nThe body ended before its last chunk, has a malformed one, or has trailer fields. "
    "Send the request again, with Content-Length instead of chunks.\n"
)
CODED = "Not implemented\n\nThe body has a transfer coding other than chunked. Send it without one.\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server on the small release."""
    directory = tmp_path_factory.mktemp("incoming")
    write_release(directory)
    with server(directory) as (_, number):
        yield number


def send(port: int, sent: bytes, *, ends: bool = False) -> tuple[int, str]:
    """Status and body of the one reply to some bytes.

    :param ends: whether the client says that it sends no more
    """
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(sent)
        if ends:
            client.shutdown(socket.SHUT_WR)
        received = b""
        while part := client.recv(1 << 16):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    match = re.match(rb"HTTP/1\.[01] (\d+) ", head)
    assert match, received
    assert received.count(b"HTTP/1.") == 1, received
    return int(match[1]), body.decode()


def chunked(port: int, body: bytes, coding: str = "chunked", *, ends: bool = False) -> tuple[int, str]:
    """Status and body of the reply to a query in chunks."""
    return send(port, f"{POST}Connection: close\r\nTransfer-Encoding: {coding}\r\n\r\n".encode() + body, ends=ends)


def test_a_whole_body_in_chunks(port: int) -> None:
    """In one, in many, with an extension."""
    for body in (WHOLE, b"".join(b"1;a=b\r\n%c\r\n" % character for character in b"ASK {}")):
        assert chunked(port, body + b"0\r\n\r\n") == (200, '{"head":{},"boolean":true}')


@pytest.mark.parametrize(
    "body, ends",
    [
        (WHOLE, True),
        (b"8\r\nASK {}", True),
        (WHOLE + b"0\r\n", True),
        (WHOLE + b"zz\r\n", False),
        (b"6\r\nASK {}0\r\n\r\n", False),
        (b"zz\r\n", False),
        (WHOLE + b"0\r\nA: b\r\n\r\n", False),
    ],
)
def test_a_body_in_chunks_that_is_broken_off(port: int, body: bytes, ends: bool) -> None:
    """It is not answered as if it were whole; nor is one with trailers, which look the same to us."""
    assert chunked(port, body, ends=ends) == (400, BROKEN)


@pytest.mark.parametrize("coding", ["gzip, chunked", "chunked, chunked", "chunked\r\nTransfer-Encoding: chunked"])
def test_transfer_codings_that_are_not_undone(port: int, coding: str) -> None:
    """One that hyper passes over."""
    assert chunked(port, WHOLE + b"0\r\n\r\n", coding) == (501, CODED)


@pytest.mark.parametrize(
    "head, status, detail",
    [
        (f"GET {ASK} HTTP/1.1\r\n", 400, "The request has no fields Host in its head; expected one (RFC 9112, section 3.2)."),
        (
            f"GET {ASK} HTTP/1.1\r\nHost: x\r\nHost: y\r\n",
            400,
            "The request has 2 fields Host in its head; expected one (RFC 9112, section 3.2).",
        ),
        (
            "GET * HTTP/1.1\r\nHost: x\r\n",
            400,
            "The request is for '*', which is no path of this site. Send one that begins with /.",
        ),
        (
            "GET x:80 HTTP/1.1\r\nHost: x\r\n",
            400,
            "The request is for '', which is no path of this site. Send one that begins with /.",
        ),
        ("get / HTTP/1.1\r\nHost: x\r\n", 501, "There is no method 'get'; methods are written in capitals. Send GET."),
    ],
)
def test_heads_that_are_none(port: int, head: str, status: int, detail: str) -> None:
    """Each with what is wrong, and the connection ends."""
    found, body = send(port, f"{head}\r\n".encode())

    assert (found, f'"detail": "{detail}"' in body) == (status, True), body


def test_http_1_0_has_no_host(port: int) -> None:
    """As it came before the field."""
    assert send(port, f"GET {ASK} HTTP/1.0\r\n\r\n".encode()) == (200, '{"head":{},"boolean":true}')
