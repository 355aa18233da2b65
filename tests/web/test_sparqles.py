"""The tests of SPARQLES: whether an endpoint is there, can be found, and answers what SPARQL has.

What is tested is what this program looks at; it was read, and is not run. What cannot be met, and why, is in ``docs/fair.md``.
"""

from typing import Final
from urllib.parse import urlencode, urlsplit

import pytest
from rdflib import Graph, URIRef
from werkzeug.test import Client

SITE: Final = "https://kg.example.org/"
# SPARQLES' header of a client that looks for descriptions
LOOKING = (
    "application/rdf+xml, application/x-turtle, application/rdf+n3, application/xml, text/turtle, text/rdf, text/plain;q=0.1"
)


def test_sparqles_availability(visitor: Client) -> None:
    """The two queries by which an endpoint is known to be up."""
    for query in ("ASK WHERE { ?s ?p ?o }", "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"):
        assert visitor.get("/sparql?" + urlencode({"query": query})).status_code == 200


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_sparqles_discoverability_by_http_get(visitor: Client, path: str) -> None:
    """RDF with terms of VoID and of the service description, at the endpoint and at the well-known place."""
    reply = visitor.get(path, headers={"Accept": LOOKING})
    form = {"text/turtle": "turtle", "application/rdf+xml": "xml"}[reply.content_type.partition(";")[0]]
    predicates = {str(predicate) for predicate in Graph().parse(data=reply.text, format=form).predicates()}

    assert "http://rdfs.org/ns/void#sparqlEndpoint" in predicates
    assert "http://www.w3.org/ns/sparql-service-description#endpoint" in predicates


def test_sparqles_discoverability_names_the_endpoint(visitor: Client) -> None:
    """The description that is served names the very address; see docs/fair.md for the one in the store."""
    for path in ("/sparql", "/.well-known/void"):
        found = Graph().parse(data=visitor.get(path, headers={"Accept": "text/turtle"}).text, format="turtle")
        assert f"{SITE}sparql" in {str(value) for value in found.objects(None, URIRef("http://rdfs.org/ns/void#sparqlEndpoint"))}


def test_sparqles_discoverability_query_self(visitor: Client) -> None:
    """VoID in the store, under the address that a release has everywhere."""
    query = "SELECT DISTINCT ?ds { ?ds a void:Dataset ; void:sparqlEndpoint <https://w3id.org/policy-kg/sparql> }"
    rows = visitor.get("/sparql?" + urlencode({"query": query, "format": "csv"})).text.split()

    assert "https://w3id.org/policy-kg/dataset" in rows


def test_sparqles_discoverability_robots_and_sitemap(visitor: Client) -> None:
    """The first sitemap that robots.txt names says where the endpoint is."""
    line = next(line for line in visitor.get("/robots.txt").text.splitlines() if line.startswith("Sitemap"))
    sitemap = visitor.get(urlsplit(line.partition(":")[2].strip()).path).text

    assert f"<sc:sparqlEndpointLocation>{SITE}sparql</sc:sparqlEndpointLocation>" in sitemap
    assert "<sc:datasetURI>https://w3id.org/policy-kg/dataset</sc:datasetURI>" in sitemap


NOWHERE = "<http://nowhere.example/1>"
FEATURES = {
    "ASK[FIL(!IN)]": "ASK { FILTER(2 NOT IN ()) }",
    "ASK[.]": f"ASK {{ {NOWHERE} a ?o }}",
    "CON-[.]": f"CONSTRUCT WHERE {{ {NOWHERE} ?p ?o }} LIMIT 10",
    "CON[.]": f"CONSTRUCT {{ ?o a ?o }} WHERE {{ {NOWHERE} a ?o }} LIMIT 10",
    "CON[JOIN]": f"CONSTRUCT {{ ?x a ?o }} WHERE {{ {NOWHERE} a ?o . ?o a ?x }} LIMIT 10",
    "CON[OPT]": f"CONSTRUCT {{ ?x a ?o }} WHERE {{ {NOWHERE} a ?o OPTIONAL {{ ?o a ?x }} }} LIMIT 10",
    "SEL-DISTINCT[.]": f"SELECT DISTINCT * {{ {NOWHERE} a ?o }} LIMIT 10",
    "SEL-REDUCED[.]": f"SELECT REDUCED * {{ {NOWHERE} a ?o }} LIMIT 10",
    "SEL[.]": f"SELECT * {{ {NOWHERE} a ?o }} LIMIT 10",
    "SEL[AVG]": f"SELECT (AVG(?o) AS ?a) {{ {NOWHERE} ?p ?o }} LIMIT 10",
    "SEL[BIND]": f"SELECT ?z {{ {NOWHERE} ?p ?o BIND(?o + 10 AS ?z) }} LIMIT 10",
    "SEL[BNODE]": "SELECT DISTINCT * { ?c <http://nowhere.example/p> _:b } LIMIT 10",
    "SEL[EMPTY]": f"SELECT * {{ ?s a {NOWHERE} }} LIMIT 10",
    "SEL[FIL(!BOUND)]": f"SELECT * {{ {NOWHERE} a ?c OPTIONAL {{ ?c a ?e }} FILTER(!BOUND(?e)) }} LIMIT 10",
    "SEL[FIL(!EXISTS)]": f"SELECT * {{ ?s a {NOWHERE} FILTER NOT EXISTS {{ ?s a ?t }} }} LIMIT 10",
    "SEL[FIL(ABS)]": f"SELECT * {{ {NOWHERE} a ?n FILTER(ABS(?n) >= 2) }} LIMIT 10",
    "SEL[FIL(BLANK)]": f"SELECT * {{ {NOWHERE} a ?v FILTER(ISBLANK(?v)) }} LIMIT 10",
    "SEL[FIL(BOOL)]": "SELECT * { ?s ?p false } LIMIT 10",
    "SEL[FIL(CONTAINS)]": f'SELECT * {{ {NOWHERE} a ?v FILTER(CONTAINS(?v, "a")) }} LIMIT 10',
    "SEL[FIL(EXISTS)]": f"SELECT * {{ ?s a {NOWHERE} FILTER EXISTS {{ ?s a ?t }} }} LIMIT 10",
    "SEL[FIL(IRI)]": f"SELECT * {{ {NOWHERE} a ?v FILTER(ISIRI(?v)) }} LIMIT 10",
    "SEL[FIL(NUM)]": "SELECT * { ?s ?p 12 } LIMIT 10",
    "SEL[FIL(REGEX)]": f'SELECT * {{ {NOWHERE} a ?v FILTER(REGEX(?v, "thi")) }} LIMIT 10',
    "SEL[FIL(REGEX-i)]": f'SELECT * {{ {NOWHERE} a ?v FILTER(REGEX(?v, "thi", "i")) }} LIMIT 10',
    "SEL[FIL(START)]": f'SELECT * {{ {NOWHERE} a ?v FILTER(STRSTARTS(STR(?v), "h")) }}',
    "SEL[FIL(STR)]": f"SELECT * {{ {NOWHERE} a ?v FILTER(DATATYPE(xsd:string(?v)) = xsd:string) }} LIMIT 10",
    "SEL[FROM]": f"SELECT * FROM <http://a.example/1> FROM NAMED <http://a.example/2> {{ {NOWHERE} a ?o }} LIMIT 10",
    "SEL[GRAPH;JOIN]": f"SELECT * {{ {NOWHERE} a ?o GRAPH ?g {{ ?o a ?q }} }} LIMIT 10",
    "SEL[GRAPH;UNION]": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 10",
    "SEL[GRAPH]": f"SELECT * {{ GRAPH ?g {{ {NOWHERE} a ?o }} }} LIMIT 10",
    "SEL[JOIN]": f"SELECT * {{ {NOWHERE} a ?o . ?o ?p {NOWHERE} }} LIMIT 10",
    "SEL[MAX]": f"SELECT (MAX(?o) AS ?m) {{ {NOWHERE} ?p ?o }} LIMIT 10",
    "SEL[MIN]": f"SELECT (MIN(?o) AS ?m) {{ {NOWHERE} ?p ?o }} LIMIT 10",
    "SEL[MINUS]": f"SELECT * {{ {NOWHERE} a ?t MINUS {{ ?t a ?u }} }} LIMIT 10",
    "SEL[OPT]": f"SELECT * {{ {NOWHERE} a ?o OPTIONAL {{ ?o ?p ?x }} }} LIMIT 10",
    "SEL[PATHS]": f"SELECT * {{ {NOWHERE} a* ?z }} LIMIT 10",
    "SEL[SUBQ;GRAPH]": f"SELECT ?y {{ GRAPH ?g {{ {{ SELECT * {{ {NOWHERE} a ?y }} }} }} }} LIMIT 10",
    "SEL[SUBQ]": f"SELECT ?y {{ {{ SELECT * {{ {NOWHERE} a ?y }} }} }} LIMIT 10",
    "SEL[SUM]": f"SELECT (SUM(?o) AS ?m) {{ {NOWHERE} ?p ?o }} LIMIT 10",
    "SEL[UNION]": f"SELECT * {{ {{ ?s a {NOWHERE} }} UNION {{ ?s a {NOWHERE} }} }} LIMIT 10",
    "SEL[VALUES]": f"SELECT ?o {{ {NOWHERE} ?p ?o }} VALUES ?o {{ {NOWHERE} }}",
}
"""A query of ours for each feature, by SPARQLES' name for it; SERVICE is left out, which needs an endpoint that is allowed."""


@pytest.mark.parametrize("name", list(FEATURES))
def test_sparqles_interoperability(visitor: Client, name: str) -> None:
    """An answer of the right kind to each feature of SPARQL 1.0 and 1.1."""
    graph = name.startswith("CON")
    reply = visitor.get("/sparql?" + urlencode({"query": FEATURES[name], "format": "nt" if graph else "json"}))

    assert reply.status_code == 200, reply.text
    if graph:
        assert reply.text == ""
    elif name.startswith("ASK"):
        assert reply.json["boolean"] is (name == "ASK[FIL(!IN)]")  # type: ignore[index]
    else:
        assert "bindings" in reply.json["results"]  # type: ignore[index]


def test_sparqles_performance_limits(visitor: Client) -> None:
    """All rows that are asked for come: SPARQLES counts whether an endpoint cuts a result short."""
    reply = visitor.get("/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 3125", "format": "tsv"}))

    assert len(reply.text.splitlines()) == 3126
