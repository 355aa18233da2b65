"""The SPARQL 1.1 Protocol at ``/sparql``."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client, TestResponse

from kg.namespaces import graph_iri

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"


def get(client: Client, query: str, accept: str | None = None, **parameters: str) -> TestResponse:
    """Ask by GET."""
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", query_string={"query": query, **parameters}, headers=headers)


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """Problem document of a response (RFC 9457), whose status is as expected."""
    assert status == response.status_code
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = json.loads(response.text)
    assert {"type", "title", "status", "detail"} <= document.keys()
    assert status == document["status"]
    return document


@pytest.mark.parametrize(
    "send",
    [
        lambda client, query: client.get("/sparql", query_string={"query": query}),
        lambda client, query: client.post("/sparql", data={"query": query}),
        lambda client, query: client.post("/sparql", data=urlencode({"query": query}), content_type=FORM + "; charset=UTF-8"),
        lambda client, query: client.post("/sparql", data=query, content_type=QUERY),
        lambda client, query: client.post("/sparql", data=query.encode(), content_type=QUERY + "; charset=utf-8"),
    ],
    ids=["get", "form", "form with charset", "direct", "direct with charset"],
)
def test_three_ways_to_ask(client: Client, send: Any) -> None:
    """Section 2.1: the answer is the same."""
    response = send(client, "SELECT ('é' AS ?x) {}")

    assert response.status_code == 200
    assert response.content_type == "application/sparql-results+json"
    assert response.json["results"]["bindings"] == [{"x": {"type": "literal", "value": "é"}}]


@pytest.mark.parametrize(
    "accept, content_type, start",
    [
        ("application/sparql-results+xml", "application/sparql-results+xml", "<?xml"),
        ("application/json", "application/json", '{"head"'),
        ("text/csv", "text/csv; charset=utf-8", "x\r\n1\r\n"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", "?x\n1\n"),
        ("text/html", "text/html; charset=utf-8", "<!doctype html>"),
    ],
)
def test_solution_formats(client: Client, accept: str, content_type: str, start: str) -> None:
    """Each format by Accept, and it varies by it; a page by the language, too."""
    response = get(client, "SELECT (1 AS ?x) {}", accept)
    vary = "Accept, Accept-Encoding" + (", Accept-Language" if accept == "text/html" else "")

    assert (200, content_type, vary) == (
        response.status_code,
        response.content_type,
        response.headers["Vary"],
    )
    assert response.text.startswith(start)


@pytest.mark.parametrize(
    "name, content_type, part",
    [
        ("ttl", "text/turtle; charset=utf-8", "<https://example.org/a> <https://example.org/b> 1 ."),
        ("nt", "application/n-triples", '"1"^^<http://www.w3.org/2001/XMLSchema#integer> .'),
        ("rdf", "application/rdf+xml", "<rdf:RDF"),
        ("jsonld", "application/ld+json", '"@id":"https://example.org/a"'),
        ("html", "text/html; charset=utf-8", "https://example.org/a"),
    ],
)
def test_graph_formats(client: Client, name: str, content_type: str, part: str) -> None:
    """Each format by name, which goes before Accept."""
    query = "CONSTRUCT { <https://example.org/a> <https://example.org/b> 1 } {}"

    response = get(client, query, "image/png", format=name)

    assert (200, content_type) == (response.status_code, response.content_type)
    assert part in response.text


def test_dataset_of_the_request(client: Client) -> None:
    """``default-graph-uri`` and ``named-graph-uri`` may be repeated (section 2.1.4)."""
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }"
    graphs = [graph_iri("alpha-2020"), graph_iri("beta-2021")]

    by_get = client.get("/sparql", query_string={"query": query, "default-graph-uri": graphs, "format": "csv"})
    by_post = client.post("/sparql", data={"query": query, "default-graph-uri": graphs, "format": "csv"})

    assert "n\r\n12\r\n" == by_get.text == by_post.text


def test_errors_of_the_request(client: Client) -> None:
    """No query, two queries, no IRI, no UTF-8, no such format."""
    assert "no query" in problem(client.get("/sparql?timeout=1"), 400)["detail"]
    assert "no query" in problem(client.post("/sparql", data={"nothing": ""}), 400)["detail"]
    assert "2 queries" in problem(client.get("/sparql?query=ASK{}&query=ASK{}"), 400)["detail"]
    assert "2 queries" in problem(client.post("/sparql?query=ASK{}", data="ASK{}", content_type=QUERY), 400)["detail"]
    assert "absolute IRI" in problem(get(client, "ASK {}", **{"default-graph-uri": "no iri"}), 400)["detail"]
    assert "not UTF-8" in problem(client.post("/sparql", data=b"ASK { \xff }", content_type=QUERY), 400)["detail"]
    assert "'ttl'" in problem(get(client, "ASK {}", format="ttl"), 400)["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/json", None])
def test_other_content_types(client: Client, content_type: str | None) -> None:
    """415 says what is taken."""
    response = client.post("/sparql", data=b"query=ASK{}", content_type=content_type)

    assert QUERY in problem(response, 415)["detail"]
    assert QUERY in response.headers["Accept-Post"]


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.post("/sparql", data={"update": "CLEAR ALL"}),
        lambda client: client.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update"),
        lambda client: client.get("/sparql?update=CLEAR+ALL"),
        lambda client: get(client, "CLEAR ALL"),
        lambda client: get(client, "PREFIX a: <x:> INSERT DATA { a:b a:c 1 }"),
    ],
)
def test_updates_are_refused(client: Client, send: Any) -> None:
    """However it is sent, an update is told that the endpoint is read-only."""
    assert "read-only" in problem(send(client), 403)["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(client: Client, method: str) -> None:
    """405 with Allow (RFC 9110, section 15.5.6)."""
    response = client.open("/sparql", method=method)

    problem(response, 405)
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(response.headers["Allow"].split(", "))


def test_not_acceptable(client: Client) -> None:
    """406 lists what there is; the list differs by form."""
    assert "csv (text/csv)" in problem(get(client, "ASK {}", "image/png"), 406)["detail"]
    assert "ttl (text/turtle)" in problem(get(client, "DESCRIBE <x:y>", "text/csv"), 406)["detail"]


def test_any_origin_may_ask(client: Client) -> None:
    """Preflight and answers, errors too, have the header; there are no cookies."""
    preflight = client.options("/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"})

    assert preflight.status_code == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    for response in (preflight, get(client, "ASK {}"), get(client, "nonsense")):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in response.headers


def test_head(client: Client) -> None:
    """The headers of GET and no body."""
    response = client.head("/sparql", query_string={"query": "ASK {}"})

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == "26"


def test_syntax_error_as_problem(client: Client) -> None:
    """Line and column are members of their own."""
    document = problem(get(client, "SELECT ?a {\n  ?a ?b FOO }"), 400)

    assert document["title"] == "Malformed query"
    assert (document["line"], document["column"]) == (2, 12)


def test_errors_by_accept(client: Client) -> None:
    """Text, a page with the query to mend, or JSON where nothing fits."""
    text = get(client, "nonsense <i>", "text/plain")
    page = get(client, "nonsense <i>", BROWSER["Accept"])

    assert text.text.startswith("Malformed query\n\nLine 1")
    assert (page.status_code, page.content_type) == (400, "text/html; charset=utf-8")
    assert "nonsense &lt;i&gt;</textarea>" in page.text
    problem(get(client, "nonsense", "image/png"), 400)


def test_limits_are_problems(client: Client) -> None:
    """Time, size, length in the URL, length in a body, depth, SERVICE: each with its status."""
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000"

    assert "1 s" in problem(get(client, ENDLESS), 503)["detail"]
    assert "1 MiB" in problem(get(client, product), 403)["detail"]
    assert "1 MiB" in problem(get(client, product, format="csv"), 403)["detail"]
    long = "ASK {} #" + "x" * 20_000
    assert "16,384" in problem(get(client, long), 414)["detail"]
    assert "16,384" in problem(client.post("/sparql", data={"query": long}), 413)["detail"]
    problem(client.post("/sparql", data={"query": "x" * 200_000}), 413)
    problem(client.post("/sparql", data="x" * 200_000, content_type=QUERY), 413)
    assert "300 deep" in problem(get(client, "ASK " + "{" * 300 + "}" * 300), 400)["detail"]
    assert "no connections" in problem(get(client, "ASK { SERVICE <x:y> {} }"), 403)["detail"]


def test_form_for_a_browser(client: Client) -> None:
    """Without a query a browser gets a form."""
    response = client.get("/sparql", headers=BROWSER)

    assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
    assert '<textarea id="query" name="query"' in response.text


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json;q=0.5, image/png"])
def test_service_description(client: Client, accept: str) -> None:
    """Without a query, who asks for RDF gets the description of the endpoint (SPARQL 1.1 Service Description)."""
    response = client.get("/sparql", headers={"Accept": accept})

    assert response.status_code == 200
    assert accept.partition(";")[0] in response.content_type
    assert "UnionDefaultGraph" in response.text
    assert graph_iri("alpha-2020") in response.text or "graph:alpha-2020" in response.text


def test_service_description_is_what_there_is_without_a_query(client: Client) -> None:
    """Who takes anything gets it in Turtle (SPARQL 1.1 Service Description, section 2)."""
    for headers in ({}, {"Accept": "*/*"}):
        response = client.get("/sparql", headers=headers)

        assert (response.status_code, response.content_type) == (200, "text/turtle; charset=utf-8")
        assert "UnionDefaultGraph" in response.text
        assert "<http://localhost/sparql> owl:sameAs <https://w3id.org/policy-kg/sparql>" in response.text


@pytest.mark.parametrize(
    "iri",
    [
        "https://example.org/a",
        "https://w3id.org/policy-kg//example.org/",
        "https://w3id.org/other",
        "http://w3id.org/policy-kg/id/a",
    ],
)
def test_links_of_a_table_to_elsewhere_are_the_iris(client: Client, iri: str) -> None:
    """Only what is below our own address is on this site."""
    page = get(client, f"SELECT (<{iri}> AS ?x) {{}}", BROWSER["Accept"])

    assert f'<a href="{iri}" title="{iri}" rel="noreferrer">{iri}</a>' in page.text


def test_table_of_results(client: Client) -> None:
    """A browser sees the first rows, escaped, with links to all of them in each format, and the query again."""
    query = "SELECT ?s ?o ?none { ?s pol:summary ?o } ORDER BY ?s"

    response = get(client, query, BROWSER["Accept"])

    assert "<script" not in response.text
    assert "Number 1 &lt;script&gt;alert(1)&lt;/script&gt;" in response.text
    assert '<span lang="en">' in response.text
    link = 'href="/page/statement/alpha-2020/s001" title="https://w3id.org/policy-kg/id/statement/alpha-2020/s001"'
    assert f"<a {link}>alpha-2020/s001</a>" in response.text
    assert "/sparql?" + urlencode({"query": query, "format": "csv"}).replace("&", "&amp;") in response.text
    assert "4 rows." in response.text
    assert query in response.text


def test_table_leads_to_pages_of_ours_and_to_others(client: Client) -> None:
    """In short form where there is no name; see test_things.py for names."""
    query = "SELECT * { VALUES (?ours ?other) { (agent:council <https://example.org/x>) } }"

    text = get(client, query, BROWSER["Accept"]).text

    assert '<a href="/page/agent/council" title="https://w3id.org/policy-kg/id/agent/council">agent:council</a>' in text
    assert '<a href="https://example.org/x" title="https://example.org/x" rel="noreferrer">https://example.org/x</a>' in text


def test_table_is_cut_and_says_so(client: Client) -> None:
    """A page has no more rows than fit."""
    response = get(client, "SELECT * { ?s ?p ?o }", BROWSER["Accept"])

    assert "The first 5 rows" in response.text
    assert response.text.count("<tr><td>") == 5


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:text/html,x"])
def test_no_link_runs_anything(client: Client, iri: str) -> None:
    """Only web addresses become links."""
    response = get(client, f"SELECT (<{iri}> AS ?x) {{}}", BROWSER["Accept"])

    assert iri in response.text
    assert f'href="{iri}' not in response.text


def test_truth_in_words(client: Client) -> None:
    """ASK says yes or no."""
    assert "Yes" in get(client, "ASK { ?a ?b ?c }", BROWSER["Accept"]).text
    assert "No</strong>" in get(client, "ASK { ?a ?b <x:none> }", BROWSER["Accept"]).text


def test_long_query_is_downloaded_by_post(client: Client) -> None:
    """A query that does not fit in a link is sent again as a form."""
    query = "ASK {} #" + "x" * 7000

    response = get(client, query, BROWSER["Accept"])

    assert 'method="post"' in response.text
    assert "&amp;format=csv" not in response.text


@pytest.mark.parametrize(
    "url, data, status, detail",
    [
        (
            "?query=ASK{}",
            {"query": "ASK{}"},
            400,
            "The request has 2 queries; expected exactly one (SPARQL 1.1 Protocol, section 2.1).",
        ),
        (
            "?query=ASK{}",
            {"format": "json"},
            400,
            "The request has no query; expected exactly one (SPARQL 1.1 Protocol, section 2.1).",
        ),
        ("?timeout=1&timeout=2", {"query": "ASK{}"}, 400, "The parameter timeout is given more than once; expected one value."),
        ("?format=json&format=xml", {"query": "ASK{}"}, 400, "The parameter format is given more than once; expected one value."),
    ],
)
def test_what_is_given_twice_is_not_passed_over(client: Client, url: str, data: dict[str, str], status: int, detail: str) -> None:
    """In the URL and the form, or twice in either."""
    assert problem(client.post(f"/sparql{url}", data=data), status)["detail"] == detail


@pytest.mark.parametrize("body", [{"data": {"query": "ASK{}"}}, {"data": b"ASK{}", "content_type": "application/sparql-query"}])
def test_an_update_in_the_url_of_a_post_is_refused(client: Client, body: dict[str, Any]) -> None:
    """As it is in its body."""
    assert "read-only" in problem(client.post("/sparql?update=DROP+ALL", **body), 403)["detail"]
