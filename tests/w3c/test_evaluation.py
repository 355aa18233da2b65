"""The query-evaluation tests of SPARQL 1.0 and 1.1 through the endpoint: what Oxigraph passes, the endpoint has to pass.

One server for all: each file of the suites is a named graph of its release, and each request says with ``default-graph-uri``
and ``named-graph-uri`` which of them are the test's dataset. :mod:`tests.w3c.test_union` has the same tests on the default graph
that a request without these gets.
"""

import http.client
from collections.abc import Iterator

import pytest

from tests.w3c import known, runs
from tests.w3c.outcome import Outcome, read, same
from tests.w3c.server import running, write_release
from tests.w3c.suite import EVALUATION, Case, cases, is_pinned, parameters, suite

LOCAL = [case for case in cases(EVALUATION) if not case.name.startswith(known.SERVICE)]
REMOTE = [case for case in cases(EVALUATION) if case.name.startswith(known.SERVICE)]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[http.client.HTTPConnection]:
    """Connection to ``kg serve`` on all data of the suites."""
    build_dir = tmp_path_factory.mktemp("w3c")
    write_release(build_dir, runs.quads(suite(), LOCAL))
    with running(build_dir) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        yield connection
        connection.close()


def own_result(case: Case) -> Outcome | None:
    """Result of pyoxigraph alone; None if it does not take the query."""
    try:
        return runs.alone(suite(), case)
    except SyntaxError:
        return None


@pytest.mark.parametrize("case", parameters(LOCAL))
def test_evaluation(endpoint: http.client.HTTPConnection, case: Case) -> None:
    """The result is the suite's, in the suite's format; where Oxigraph alone has another, it is Oxigraph's."""
    own = own_result(case)
    reply = runs.through(endpoint, suite(), case)
    if own is None:
        assert case.name in known.OXIGRAPH or not is_pinned()
        assert (reply.status, reply.media_type) == (400, "application/problem+json")
        return
    assert reply.status == 200, reply.body
    assert reply.media_type in runs.headers(case)["Accept"]
    found = read(reply.body, reply.media_type, case.query)
    if runs.agrees(suite(), case, own):
        assert case.name not in known.OXIGRAPH or not is_pinned(), "Oxigraph passes this now: take it out of the table"
        assert runs.agrees(suite(), case, found), (runs.expected(suite(), case), found)
    else:
        assert case.name in known.OXIGRAPH or case.name.startswith(tuple(known.OXIGRAPH_FOLDERS)) or not is_pinned()
        assert same(own, found), (own, found)


@pytest.mark.parametrize("case", parameters([case for case in LOCAL if case.result.endswith(("csv", "tsv"))]))
def test_columns_are_in_the_order_of_the_query(endpoint: http.client.HTTPConnection, case: Case) -> None:
    """``SELECT *`` has its columns as the expected file has, in the order in which the query names them."""
    reply = runs.through(endpoint, suite(), case)

    assert runs.expected(suite(), case).variables == read(reply.body, reply.media_type, case.query).variables


@pytest.mark.parametrize("case", parameters(REMOTE))
def test_service_is_refused(endpoint: http.client.HTTPConnection, case: Case) -> None:
    """A query that calls another endpoint gets 403 and is not run, SILENT or not."""
    reply = runs.through(endpoint, suite(), case)

    assert (reply.status, reply.media_type) == (403, "application/problem+json")
    assert b"SERVICE on line" in reply.body
