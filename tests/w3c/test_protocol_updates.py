"""The tests of updates in the W3C's manifest of the SPARQL 1.1 Protocol, by their names there, as requests over the wire.

The endpoint is read-only, which the protocol allows (section 2.2: a service may refuse). So the updates that the manifest expects
to succeed are refused with 403 and a reason, and leave every graph as it was; those that it expects to fail do.
"""

from collections.abc import Iterator

import pytest

from tests.w3c.conftest import Request, assert_problem, graph

FORM = "application/x-www-form-urlencoded"
UPDATE = "application/sparql-update"
TARGET = "http://example.org/protocol-update/"
INSERT = f"INSERT {{ GRAPH <{TARGET}> {{ ?s a <https://example.org/Found> }} }} WHERE {{ ?s a ?type }}"
CLEAR_AND_INSERT = f"CLEAR ALL ; INSERT DATA {{ GRAPH <{graph(1)}> {{ <{graph(1)}> a <https://example.org/New> }} }} ; {INSERT}"


def everything(request_: Request) -> bytes:
    """All quads that the endpoint has, in a fixed order."""
    query = "SELECT * { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?s ?p ?o"
    reply = request_("GET", [("query", query), ("format", "csv")])
    assert reply.status == 200
    return reply.body


@pytest.fixture(autouse=True)
def _nothing_changes(request_: Request) -> Iterator[None]:
    """Every test here leaves the store as it was: three graphs with one triple each."""
    before = everything(request_)
    yield
    assert everything(request_) == before
    assert before.count(b"\r\n") == 4


def test_update_dataset_default_graph(request_: Request) -> None:
    """Update with a protocol-specified default graph: refused."""
    assert_problem(request_("POST", [("using-graph-uri", graph(1))], CLEAR_AND_INSERT.encode(), UPDATE), 403)


def test_update_dataset_default_graphs(request_: Request) -> None:
    """Update with protocol-specified default graphs: refused."""
    dataset = [("using-graph-uri", graph(1)), ("using-graph-uri", graph(2))]

    assert_problem(request_("POST", dataset, CLEAR_AND_INSERT.encode(), UPDATE), 403)


def test_update_dataset_named_graphs(request_: Request) -> None:
    """Update with protocol-specified named graphs: refused."""
    dataset = [("using-named-graph-uri", graph(1)), ("using-named-graph-uri", graph(2))]

    assert_problem(request_("POST", dataset, CLEAR_AND_INSERT.encode(), UPDATE), 403)


def test_update_dataset_full(request_: Request) -> None:
    """Update with a protocol-specified dataset, both named and default graphs: refused."""
    dataset = [("using-graph-uri", graph(1)), ("using-named-graph-uri", graph(2))]

    assert_problem(request_("POST", dataset, CLEAR_AND_INSERT.encode(), UPDATE), 403)


def test_update_post_form(request_: Request) -> None:
    """Update via URL-encoded POST: refused, and the reason says what to do instead."""
    reply = request_("POST", [], b"update=CLEAR+ALL", FORM)

    assert_problem(reply, 403)
    assert b"This endpoint is read-only" in reply.body


def test_update_post_direct(request_: Request) -> None:
    """Update via POST directly: refused, and the reason says what to do instead."""
    reply = request_("POST", [], b"CLEAR ALL", UPDATE)

    assert_problem(reply, 403)
    assert b"This endpoint is read-only" in reply.body


def test_update_base_uri(request_: Request) -> None:
    """Update with a relative IRI, for the base that the service defines: refused."""
    update = f"CLEAR SILENT GRAPH <{TARGET}> ; INSERT DATA {{ GRAPH <{TARGET}> {{ <{TARGET}s> <{TARGET}p> <relative> }} }}"

    assert_problem(request_("POST", [], update.encode(), UPDATE), 403)


def test_bad_update_get(request_: Request) -> None:
    """Update with GET: refused."""
    assert_problem(request_("GET", [("update", "CLEAR ALL")]), 403)


def test_bad_multiple_updates(request_: Request) -> None:
    """More than one update string: refused as one is."""
    assert_problem(request_("POST", [], b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM), 403)


def test_bad_update_wrong_media_type(request_: Request) -> None:
    """POST with a media type that is neither URL-encoded nor application/sparql-update: 415."""
    assert_problem(request_("POST", [], b"CLEAR NAMED", "text/plain"), 415)


def test_bad_update_missing_form_type(request_: Request) -> None:
    """URL-encoded body without a media type: 415."""
    assert_problem(request_("POST", [], b"update=CLEAR%20NAMED"), 415)


def test_bad_update_non_utf8(request_: Request) -> None:
    """Direct POST in UTF-16: refused."""
    assert_problem(request_("POST", [], "CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16"), 403)


def test_bad_update_syntax(request_: Request) -> None:
    """Invalid update syntax: refused as a valid one is."""
    assert_problem(request_("POST", [], b"update=CLEAR%20XYZ", FORM), 403)


def test_bad_update_dataset_conflict(request_: Request) -> None:
    """Dataset both in parameters and in WITH: refused."""
    update = f"WITH <{graph(1)}> DELETE {{ ?s ?p ?o }} INSERT {{ ?o ?p ?s }} WHERE {{ ?s ?p ?o }}"

    assert_problem(request_("POST", [("using-named-graph-uri", graph(2))], update.encode(), UPDATE), 403)
