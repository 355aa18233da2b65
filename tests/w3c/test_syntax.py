"""The syntax tests of SPARQL 1.0 and 1.1 through the endpoint: what is a query is answered, what is none gets 400.

Updates of the suites are sent too, both as updates and as queries: the endpoint takes neither.
"""

import http.client
from collections.abc import Iterator

import pytest

from tests.w3c import known
from tests.w3c.server import Reply, running, send, write_release
from tests.w3c.suite import NEGATIVE, POSITIVE, Case, cases, is_pinned, missing, parameters, suite

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
PROBLEM = "application/problem+json"


def queries(kinds: frozenset[str]) -> list[Case]:
    """Syntax tests of queries; some classes have updates among them, in files with another extension."""
    return [case for case in cases(kinds) if case.query.endswith(".rq")]


UPDATES = [case for case in ([] if missing() else suite().cases) if case.query.endswith(".ru")]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[http.client.HTTPConnection]:
    """Connection to ``kg serve`` on an empty release."""
    build_dir = tmp_path_factory.mktemp("w3c")
    write_release(build_dir, [])
    with running(build_dir) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        yield connection
        connection.close()


def post(endpoint: http.client.HTTPConnection, case: Case, media_type: str) -> Reply:
    """Send the text of a test as it is."""
    return send(endpoint, "POST", "/sparql", suite().files[case.query], {"Content-Type": media_type})


@pytest.mark.parametrize("case", parameters(queries(POSITIVE)))
def test_positive(endpoint: http.client.HTTPConnection, case: Case) -> None:
    """A query is answered, unless a table says why not."""
    reply = post(endpoint, case, QUERY)

    if case.name.startswith(known.SERVICE):
        assert (reply.status, reply.media_type) == (403, PROBLEM)
    elif case.name in known.NO_SUCH_FUNCTION:
        assert (reply.status, reply.media_type) == (422, PROBLEM)
        assert b"The custom function <" in reply.body
    elif case.name in known.OXIGRAPH_SYNTAX and is_pinned():
        assert (reply.status, reply.media_type) == (400, PROBLEM)
    else:
        assert reply.status == 200, reply.body


@pytest.mark.parametrize("case", parameters(queries(NEGATIVE)))
def test_negative(endpoint: http.client.HTTPConnection, case: Case) -> None:
    """What is no query gets 400; none is made one by the prefixes and the base that the endpoint adds."""
    reply = post(endpoint, case, QUERY)

    if case.name in known.OXIGRAPH_SYNTAX:
        assert reply.status == 200
    else:
        assert (reply.status, reply.media_type) == (400, PROBLEM)


@pytest.mark.parametrize("case", parameters(UPDATES))
def test_update(endpoint: http.client.HTTPConnection, case: Case) -> None:
    """An update is refused, and is no query either: 400 where nothing is left of it but comments and prefixes."""
    refused = post(endpoint, case, UPDATE)
    posed = post(endpoint, case, QUERY)

    assert (refused.status, refused.media_type) == (403, PROBLEM)
    assert posed.media_type == PROBLEM
    assert posed.status == (400 if case.name in known.EMPTY_UPDATES else 403) or not is_pinned()
