"""The tests of queries in the W3C's manifest of the SPARQL 1.1 Protocol, by their names there, as requests over the wire.

The requests are as the manifest describes them: these headers and no others, so without Accept. Where its question would be
answered with true whatever the dataset, a second one tells the right dataset from a wrong one.
:mod:`tests.w3c.test_protocol_updates` has the tests of updates.
"""

import json

import pyoxigraph as ox

from tests.w3c.conftest import Request, assert_problem, boolean, graph, typed

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
NOWHERE = [("default-graph-uri", graph(0))]


def named(*numbers: int) -> str:
    """Pattern: each of these graphs says of itself, in some named graph, that it has a type."""
    return " ".join(f"GRAPH ?g{number} {{ {typed(number)} }}" for number in numbers)


def test_query_post_form(request_: Request) -> None:
    """Query via URL-encoded POST."""
    reply = request_("POST", NOWHERE, b"query=ASK%20%7B%7D", FORM)

    assert boolean(reply)
    assert not boolean(request_("POST", NOWHERE, b"query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D", FORM))
    assert boolean(request_("POST", [], b"query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D", FORM))


def test_query_dataset_default_graphs_get(request_: Request) -> None:
    """GET query with protocol-specified default graphs: their merge, and nothing else."""
    dataset = [("default-graph-uri", graph(1)), ("default-graph-uri", graph(2))]

    assert boolean(request_("GET", [("query", f"ASK {{ {typed(1, 2)} }}"), *dataset]))
    assert not boolean(request_("GET", [("query", f"ASK {{ {typed(3)} }}"), *dataset]))


def test_query_dataset_default_graphs_post(request_: Request) -> None:
    """POST query with protocol-specified default graphs: their merge, and nothing else."""
    dataset = [("default-graph-uri", graph(1)), ("default-graph-uri", graph(2))]

    assert boolean(request_("POST", dataset, f"ASK {{ {typed(1, 2)} }}".encode(), QUERY))
    assert not boolean(request_("POST", dataset, f"ASK {{ {typed(3)} }}".encode(), QUERY))


def test_query_dataset_named_graphs_post(request_: Request) -> None:
    """POST query with protocol-specified named graphs: these alone, and an empty default graph."""
    dataset = [("named-graph-uri", graph(1)), ("named-graph-uri", graph(2))]

    assert boolean(request_("POST", dataset, f"ASK {{ {named(1, 2)} }}".encode(), QUERY))
    assert not boolean(request_("POST", dataset, f"ASK {{ {named(3)} }}".encode(), QUERY))
    assert not boolean(request_("POST", dataset, f"ASK {{ {typed(1)} }}".encode(), QUERY))


def test_query_dataset_named_graphs_get(request_: Request) -> None:
    """GET query with protocol-specified named graphs: these alone, and an empty default graph."""
    dataset = [("named-graph-uri", graph(1)), ("named-graph-uri", graph(2))]

    assert boolean(request_("GET", [("query", f"ASK {{ {named(1, 2)} }}"), *dataset]))
    assert not boolean(request_("GET", [("query", f"ASK {{ {named(3)} }}"), *dataset]))
    assert not boolean(request_("GET", [("query", f"ASK {{ {typed(1)} }}"), *dataset]))


def test_query_dataset_full(request_: Request) -> None:
    """Query with protocol-specified dataset, both named and default graphs, which stay apart."""
    dataset = [("default-graph-uri", graph(3)), ("named-graph-uri", graph(1)), ("named-graph-uri", graph(2))]

    assert boolean(request_("POST", dataset, f"ASK {{ {typed(3)} {named(1, 2)} }}".encode(), QUERY))
    assert not boolean(request_("POST", dataset, f"ASK {{ {named(3)} }}".encode(), QUERY))
    assert not boolean(request_("POST", dataset, f"ASK {{ {typed(1)} }}".encode(), QUERY))


def test_query_multiple_dataset(request_: Request) -> None:
    """Dataset in both query and protocol: that of the protocol is used, and FROM is not (section 2.1.4)."""
    dataset = [("named-graph-uri", graph(1)), ("named-graph-uri", graph(2))]

    assert boolean(request_("POST", dataset, f"ASK FROM <{graph(3)}> {{ {named(1, 2)} }}".encode(), QUERY))
    assert not boolean(request_("POST", dataset, f"ASK FROM <{graph(3)}> {{ {typed(3)} }}".encode(), QUERY))


def test_query_get(request_: Request) -> None:
    """Query via GET."""
    assert boolean(request_("GET", [("query", "ASK {}"), *NOWHERE]))
    assert not boolean(request_("GET", [("query", "ASK { ?s ?p ?o }"), *NOWHERE]))


def test_query_content_type_select(request_: Request) -> None:
    """Appropriate content type of SELECT, one of XML, JSON, CSV, TSV: JSON, and the body is."""
    reply = request_("POST", NOWHERE, b"SELECT (1 AS ?value) {}", QUERY)

    assert (reply.status, reply.media_type) == (200, "application/sparql-results+json")
    assert json.loads(reply.body)["results"]["bindings"][0]["value"]["value"] == "1"


def test_query_content_type_ask(request_: Request) -> None:
    """Appropriate content type of ASK, one of XML, JSON: JSON, and the body is."""
    reply = request_("POST", NOWHERE, b"ASK {}", QUERY)

    assert (reply.status, reply.media_type) == (200, "application/sparql-results+json")
    assert json.loads(reply.body) == {"head": {}, "boolean": True}


def test_query_content_type_describe(request_: Request) -> None:
    """Appropriate content type of DESCRIBE, one of RDF/XML, Turtle, N-Triples, RDFa: Turtle, and the body is."""
    unknown = request_("POST", NOWHERE, b"DESCRIBE <http://example.org/>", QUERY)
    known = request_("POST", [], f"DESCRIBE <{graph(1)}>".encode(), QUERY)

    assert (unknown.status, unknown.media_type) == (200, "text/turtle")
    assert list(ox.parse(unknown.body, ox.RdfFormat.TURTLE)) == []
    assert (known.status, known.media_type) == (200, "text/turtle")
    assert [ox.NamedNode(graph(1))] == [quad.subject for quad in ox.parse(known.body, ox.RdfFormat.TURTLE)]


def test_query_content_type_construct(request_: Request) -> None:
    """Appropriate content type of CONSTRUCT, one of RDF/XML, Turtle, N-Triples, RDFa: Turtle with absolute IRIs."""
    reply = request_("POST", NOWHERE, b"CONSTRUCT { <s> <p> 1 } WHERE {}", QUERY)

    assert (reply.status, reply.media_type) == (200, "text/turtle")
    (quad,) = ox.parse(reply.body, ox.RdfFormat.TURTLE)
    assert str(quad.subject) == "<https://w3id.org/policy-kg/s>"


def test_query_post_direct(request_: Request) -> None:
    """Query via POST directly."""
    assert boolean(request_("POST", [], b"ASK {}", QUERY))
    assert not boolean(request_("POST", [], b"ASK { FILTER(false) }", QUERY))


def test_bad_query_method(request_: Request) -> None:
    """Query with a method other than GET or POST: 405."""
    assert_problem(request_("PUT", [("query", "ASK {}"), *NOWHERE], None, FORM), 405)


def test_bad_multiple_queries(request_: Request) -> None:
    """More than one query string: 400."""
    assert_problem(request_("GET", [("query", "ASK {}"), ("query", "SELECT * {}")]), 400)


def test_bad_query_wrong_media_type(request_: Request) -> None:
    """POST with a media type that is neither URL-encoded nor application/sparql-query: 415."""
    assert_problem(request_("POST", [], b"ASK {}", "text/plain"), 415)


def test_bad_query_missing_form_type(request_: Request) -> None:
    """URL-encoded body without a media type: 415."""
    assert_problem(request_("POST", [], b"query=ASK%20%7B%7D"), 415)


def test_bad_query_missing_direct_type(request_: Request) -> None:
    """SPARQL body without a media type: 415."""
    assert_problem(request_("POST", [], b"ASK {}"), 415)


def test_bad_query_non_utf8(request_: Request) -> None:
    """Direct POST that says UTF-16: 415, even where the bytes are not; and 400 where it is UTF-16 and does not say so."""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-8"):
        assert_problem(request_("POST", [], "ASK {}".encode(encoding), f"{QUERY}; charset=UTF-16"), 415)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        assert_problem(request_("POST", [], "ASK {}".encode(encoding), QUERY), 400)
    assert boolean(request_("POST", [], b"ASK {}", f'{QUERY}; charset="utf-8"'))


def test_bad_query_syntax(request_: Request) -> None:
    """Invalid query syntax: 400."""
    assert_problem(request_("GET", [("query", "ASK {")]), 400)
