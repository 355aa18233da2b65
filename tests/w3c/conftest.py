"""What the tests of the protocol share: a real server on the graphs that the W3C's manifest assumes, and a client."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from kg.namespaces import RDF_TYPE
from tests.w3c.server import Reply, running, send, write_release

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
"""Names of the graphs in the manifest. 1, 2 and 3 exist, each saying of itself that it has a type; 0 does not exist."""

Parameters: TypeAlias = list[tuple[str, str]]
Request: TypeAlias = Callable[..., Reply]


def graph(number: int) -> str:
    """IRI of a graph of the manifest."""
    return DATA.format(number)


def typed(*numbers: int, within: str = "{}") -> str:
    """Pattern: each of these graphs says that it has a type.

    :param within: what is put around each triple pattern, such as ``GRAPH ?g {{ {} }}``
    """
    return " . ".join(within.format(f"<{graph(number)}> a ?type{number}") for number in numbers)


@pytest.fixture(scope="session")
def protocol_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of ``kg serve`` on the three graphs."""
    build_dir = tmp_path_factory.mktemp("protocol")
    document = ox.NamedNode("https://example.org/Document")
    names = [ox.NamedNode(graph(number)) for number in (1, 2, 3)]
    write_release(build_dir, [ox.Quad(name, ox.NamedNode(RDF_TYPE), document, name) for name in names])
    with running(build_dir) as port:
        yield port


@pytest.fixture(params=["/sparql", "/sparql/"])
def request_(request: pytest.FixtureRequest, protocol_port: int) -> Iterator[Request]:
    """Send a request on a connection of its own: method, parameters of the URL, body, content type.

    The requests of the manifest go to ``/sparql/``; a runner may or may not replace that by the address it is given.
    """
    connections = []

    def one(method: str, parameters: Parameters, body: bytes | None = None, media_type: str | None = None) -> Reply:
        connections.append(http.client.HTTPConnection("127.0.0.1", protocol_port, timeout=10))
        target = request.param + (f"?{urlencode(parameters)}" if parameters else "")
        return send(connections[-1], method, target, body, {"Content-Type": media_type} if media_type else {})

    yield one
    for connection in connections:
        connection.close()


def boolean(reply: Reply) -> bool:
    """Result of an ASK that was answered as it should be."""
    assert (reply.status, reply.media_type) == (200, "application/sparql-results+json"), reply.body
    answer: Any = json.loads(reply.body)["boolean"]
    return bool(answer)


def assert_problem(reply: Reply, status: int) -> None:
    """An error as it should be: its status, and a problem document that repeats it (RFC 9457)."""
    assert (reply.status, reply.media_type) == (status, "application/problem+json"), reply.body
    assert json.loads(reply.body)["status"] == status
