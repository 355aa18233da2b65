"""Published queries as an API: routes, formats, values, errors; and their pages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from kg.engine.tokens import tokenise
from kg.namespaces import BASE, ID, POL, RDF, RDFS, SKOS, graph_iri
from kg.store import Release, current_release
from kg.web.server import Outside
from tests.serving import write_release
from tests.web.conftest import BufferedClient, Running
from tests.web.test_pages import Elements
from tests.web.test_sparql import problem

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HEADER = "#+ title: {{en: '{0}', nl: '{0}'}}\n#+ description: {{en: One row., nl: Eén rij.}}\n#+ tags: [t]\n#+ parameters:\n"
QUERIES = {
    "speakers": """\
#+   speaker: {type: agent, multiple: true, example: council}
#+   language: {type: language, default: en}
#+   text: {type: string, default: ""}
#+   least: {type: integer, min: 0, max: 10}

SELECT ?statement ?speaker
WHERE {
  VALUES ?language { "en" }
  VALUES ?text { "" }
  VALUES ?least { UNDEF }
  ?statement pol:speaker ?speaker ; pol:summary ?summary .
  FILTER(LANG(?summary) = ?language && CONTAINS(?summary, ?text))
  FILTER(!BOUND(?least) || 5 >= ?least)
}
ORDER BY ?statement ?speaker
""",
    "needed": "#+   speaker: {type: agent, required: true}\n\nSELECT ?statement { ?statement pol:speaker ?speaker } ORDER BY ?statement\n",
    "triples": "#+   speaker: {type: agent}\n\nCONSTRUCT { ?s pol:speaker ?speaker } WHERE { ?s pol:speaker ?speaker }\n",
    "yes": "#+   speaker: {type: agent}\n\nASK { ?s pol:speaker ?speaker }\n",
    "things": "#+   thing: {type: actor}\n\nSELECT ?thing { ?thing skos:prefLabel ?label }\n",
    "kinds": "#+   kind: {type: kind, multiple: true}\n\nSELECT ?s ?kind { ?s a ?kind ; pol:speaker ?speaker }\n",
    "slow": "#+   speaker: {type: agent}\n\nSELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i OPTIONAL { ?a pol:speaker ?speaker } }\n",
}
ROWS = "statement,speaker\r\n" + "".join(
    f"{ID}statement/{document}/s{number:03},{ID}agent/council\r\n"
    for document in ("alpha-2020", "beta-2021")
    for number in (1, 2)
)
LABELS = {"agent/council": "Council", "agent/assembly": "Assembly", "agent/town": "Town", "group/town": "Townspeople"}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The small release with queries that have parameters, labels, and the description of a query."""
    build = tmp_path_factory.mktemp("build")
    path = write_release(build, extra=3000)
    store = ox.Store(str(path / "store"))
    entities, about = ox.NamedNode(graph_iri("entities")), ox.NamedNode(graph_iri("description"))
    label = ox.NamedNode(f"{SKOS}prefLabel")
    for name, text in LABELS.items():
        store.add(ox.Quad(ox.NamedNode(f"{ID}{name}"), label, ox.Literal(text, language="en"), entities))
    for number in range(40):
        store.add(
            ox.Quad(ox.NamedNode(f"{ID}agent/office-{number}"), label, ox.Literal(f"Office {number}", language="en"), entities)
        )
    for kind in ("Demand", "Claim"):
        named = ox.NamedNode(f"{POL}{kind}")
        store.add(ox.Quad(named, ox.NamedNode(f"{RDFS}subClassOf"), ox.NamedNode(f"{POL}Statement"), about))
        store.add(ox.Quad(named, ox.NamedNode(f"{RDFS}label"), ox.Literal(kind.lower(), language="en"), about))
    described = ox.NamedNode(f"{BASE}queries/speakers")
    store.add(ox.Quad(described, ox.NamedNode(f"{RDF}type"), ox.NamedNode("http://www.w3.org/ns/shacl#SPARQLExecutable"), about))
    store.optimize()
    del store
    for name, rest in QUERIES.items():
        (path / "queries" / f"{name}.rq").write_text(HEADER.format(name.capitalize()) + rest, encoding="utf-8")
    return current_release(build)


@pytest.fixture(scope="module")
def running(release: Release) -> Iterator[Running]:
    """The site."""
    running = Running(release)
    yield running
    running.close()


@pytest.fixture
def client(running: Running) -> Client:
    """A client without cookies."""
    return BufferedClient(running, use_cookies=False)


def listing(client: Client, path: str) -> Any:
    """The JSON at an address."""
    return json.loads(client.get(path).text)


@pytest.mark.parametrize(
    "address",
    [
        "speakers.csv",
        "speakers.csv?speaker=council",
        "speakers.csv?speaker=agent:council",
        f"speakers.csv?speaker={quote(ID + 'agent/council')}",
        "speakers.csv?speaker=council&speaker=assembly&speaker=council",
        "speakers.csv?language=en&text=Number&least=5&timeout=1",
        "speakers?format=csv",
    ],
)
def test_rows(client: Client, address: str) -> None:
    """A value by slug, prefixed name or IRI; several of them; all parameters at a time."""
    response = client.get(f"/api/queries/{address}")

    assert (response.status_code, response.content_type) == (200, "text/csv; charset=utf-8")
    assert response.text == ROWS


@pytest.mark.parametrize("given", ["speaker=assembly", "language=nl", "text=number", "least=6"])
def test_valid_values_without_rows(client: Client, given: str) -> None:
    """200 and an empty result."""
    response = client.get(f"/api/queries/speakers.csv?{given}")

    assert (response.status_code, response.text) == (200, "statement,speaker\r\n")


@pytest.mark.parametrize(
    "name, suffix, content_type",
    [
        ("speakers", "json", "application/sparql-results+json"),
        ("speakers", "srj", "application/sparql-results+json"),
        ("speakers", "xml", "application/sparql-results+xml"),
        ("speakers", "tsv", "text/tab-separated-values; charset=utf-8"),
        ("yes", "json", "application/sparql-results+json"),
        ("triples", "ttl", "text/turtle; charset=utf-8"),
        ("triples", "nt", "application/n-triples"),
        ("triples", "rdf", "application/rdf+xml"),
        ("triples", "jsonld", "application/ld+json"),
        ("triples", "trig", "application/trig; charset=utf-8"),
    ],
)
def test_formats_by_suffix(client: Client, name: str, suffix: str, content_type: str) -> None:
    """The suffix says the format, and Accept need not."""
    response = client.get(f"/api/queries/{name}.{suffix}?speaker=council", headers=HTML)

    assert (response.status_code, response.content_type) == (200, content_type)
    assert b"council" in response.data or name == "yes"


def test_formats_by_accept(client: Client) -> None:
    """The address without a suffix is negotiated; a browser is led to the page with the same values."""
    table = client.get("/api/queries/speakers?speaker=council", headers={"Accept": "text/csv"})
    graph = client.get("/api/queries/triples", headers={"Accept": "application/n-triples"})
    plain = client.get("/api/queries/speakers")
    browser = client.get("/api/queries/speakers?speaker=council&text=a%26b", headers=HTML)

    assert table.text == ROWS
    assert table.headers["Vary"] == "Accept, Accept-Encoding"
    assert graph.text.count("council> .") == 4
    assert plain.content_type == "application/sparql-results+json"
    assert (browser.status_code, browser.headers["Location"]) == (303, "/queries/speakers?speaker=council&text=a%26b")
    assert "CSV" in problem(client.get("/api/queries/speakers", headers={"Accept": "image/png"}), 406)["detail"].upper()


@pytest.mark.parametrize(
    "address, status, title, detail",
    [
        ("speekers.csv", 404, "Not found", "Did you mean speakers?"),
        ("none", 404, "Not found", "All are listed at /api/queries."),
        ("speakers.ttl", 404, "Not found", "no format .ttl; expected one of .json, .xml, .csv, .tsv."),
        ("triples.csv", 404, "Not found", "expected one of .ttl, .trig, .nt, .rdf, .jsonld."),
        ("speakers.", 404, "Not found", "no format .; expected"),
        ("speakers.csv/x", 404, "Not found", "expected one of"),
        ("speakers.csv?format=json", 400, "Malformed request", "given twice, as .csv and as format=json"),
        ("speakers?format=csv&format=json", 400, "Malformed request", "format is given more than once"),
        ("speakers?format=png", 400, "Unknown format", "'png'"),
        ("speakers.csv?timeout=0", 400, "Malformed request", "not a number of seconds"),
        ("speakers.csv?timeout=1&timeout=2", 400, "Malformed request", "timeout is given more than once"),
        ("speakers.csv?speker=council", 400, "Unknown parameter", 'no parameter "speker". Did you mean speaker?'),
        ("speakers.csv?query=ASK{}", 400, "Unknown parameter", "This query has speaker, language, text, least."),
        ("demands.csv?speaker=x", 400, "Unknown parameter", "This query has none."),
        ("speakers.csv?language=en&language=nl", 400, "Wrong value", "language is given more than once; expected one value"),
        ("speakers.csv?speaker=counsel", 400, "Wrong value", "no such agent. Did you mean council?"),
        ("speakers.csv?speaker=", 400, "Wrong value", 'speaker is "", and there is no such agent'),
        ("speakers.csv?speaker=group:town", 400, "Wrong value", 'speaker is "group:town"'),
        ("speakers.csv?speaker=Council", 400, "Wrong value", "Did you mean council?"),
        ("things.csv?thing=town", 400, "Wrong value", "which is several things; expected agent:town or group:town"),
        ("speakers.csv?language=de", 400, "Wrong value", 'language is "de": expected en or nl'),
        ("speakers.csv?least=11", 400, "Wrong value", "expected a number from 0 to 10"),
        ("speakers.csv?least=x", 400, "Wrong value", "expected a whole number"),
        ("speakers.csv?text=" + "a" * 201, 400, "Wrong value", "it has 201 characters"),
        ("speakers.csv?text=%FF", 400, "Malformed request", "not UTF-8"),
        ("needed.csv", 400, "Missing parameter", "The parameter speaker is missing: this query needs it."),
    ],
)
def test_errors(client: Client, address: str, status: int, title: str, detail: str) -> None:
    """Each says what was found and what would do."""
    found = problem(client.get(f"/api/queries/{address}"), status)

    assert found["title"] == title
    assert detail in found["detail"]


def test_a_wrong_value_gets_the_valid_ones(client: Client) -> None:
    """The likeliest first, up to fifty, with the way to them all."""
    agent = problem(client.get("/api/queries/speakers.csv?speaker=asembly"), 400)
    language = problem(client.get("/api/queries/speakers.csv?language=de"), 400)
    unknown = problem(client.get("/api/queries/speakers.csv?tekst=a"), 400)

    assert (agent["parameter"], agent["total"], agent["all"]) == ("speaker", 43, "/api/values/agent")
    assert agent["valid"][:3] == ["assembly", "council", "office-0"]
    assert len(agent["valid"]) == 43
    assert language["valid"] == ["en", "nl"]
    assert unknown["valid"] == ["text", "least", "speaker", "language", "format", "lang", "timeout"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods(client: Client, method: str) -> None:
    """405 with the methods that there are."""
    response = client.open("/api/queries/speakers.csv", method=method)

    assert problem(response, 405)["title"] == "Method not allowed"
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_head_and_preflight(client: Client) -> None:
    """HEAD has the header fields of GET; any origin may ask."""
    head, full = (client.open("/api/queries/speakers.csv", method=method) for method in ("HEAD", "GET"))
    preflight = client.open("/api/queries/speakers.csv", method="OPTIONS")

    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", full.headers["ETag"])
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert full.headers["Access-Control-Allow-Origin"] == "*"


def test_cached_and_compressed_as_at_the_endpoint(client: Client, running: Running) -> None:
    """One entity tag for the same result, however its values are written; 304 for who has it."""
    first = client.get("/api/queries/speakers.csv?speaker=council")
    again = client.get(f"/api/queries/speakers?speaker={quote(ID + 'agent/council')}", headers={"Accept": "text/csv"})
    other = client.get("/api/queries/speakers.csv?speaker=assembly")
    same = client.get("/api/queries/speakers.csv?speaker=council", headers={"If-None-Match": first.headers["ETag"]})
    small = client.get("/api/queries/things.csv", headers={"Accept-Encoding": "gzip"})

    assert first.headers["ETag"] == again.headers["ETag"] != other.headers["ETag"]
    assert (same.status_code, same.data) == (304, b"")
    assert small.headers["Content-Encoding"] == "gzip"
    assert first.headers["Cache-Control"] == "public, max-age=60"
    # words that are known at the endpoint are another address's here
    assert client.get("/sparql?speaker=council", headers={"Accept": "text/csv"}).status_code == 406
    assert "kg_queries_total" in client.get("/metrics").text
    assert 'route="/api/queries/"' in client.get("/metrics").text


def test_a_query_that_takes_too_long(client: Client) -> None:
    """The limits of the endpoint; the page has the form all the same."""
    data = client.get("/api/queries/slow.csv?timeout=0.2")
    page = client.get("/queries/slow?timeout=0.2", headers=HTML)

    assert problem(data, 503)["title"] == "Query timed out"
    assert (page.status_code, "Query timed out" in page.text) == (503, True)
    assert {"name": "speaker"}.items() <= Elements(page.text).all("input")[0].items()


STRANGE = st.text(max_size=40) | st.lists(
    st.sampled_from(['"', "\\", "\\u0022", "}", "{ ", "> }", "#", "\n", "council", "agent:", ID, "?x"])
).map("".join)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(["speaker", "text", "least", "language"]), value=STRANGE)
@example(name="least", value="0")
def test_no_value_changes_the_query(running: Running, name: str, value: str) -> None:
    """Whatever is sent, the answer is 400, or the text of a query that differs in the terms of one VALUES clause."""
    client = BufferedClient(running, use_cookies=False)
    plain = [token[:2] for token in tokenise(client.get("/queries/speakers.rq").text)[1]]

    response = client.get("/queries/speakers.rq?" + urlencode({name: value}, errors="surrogatepass"))

    if response.status_code == 400:
        return
    assert response.status_code == 200
    found = [token[:2] for token in tokenise(response.text)[1]]
    extra = len(found) - len(plain)
    assert extra in (0, 2, 5, 7)  # VALUES ?x { term }, where a term may be a literal with ^^ and its datatype
    start = next((index for index, token in enumerate(found) if token != plain[index]), 0)
    if extra > 2:
        assert found[:start] + found[start + extra :] == plain
    else:  # the term of a default: a number, where the new one has its datatype
        assert found[:start] + found[start + 1 + extra :] == plain[:start] + plain[start + 1 :]


def test_page(client: Client) -> None:
    """A form with what was given, rows, downloads with the same values, snippets, the bound text; safe and without JavaScript."""
    response = client.get("/queries/speakers?speaker=council&text=Number&least=", headers=HTML)
    page = Elements(response.text)

    assert response.status_code == 200
    assert not page.open
    assert page.all("script") == [{"type": "application/ld+json"}]
    fields = {field["name"]: field.get("value") for field in reversed(page.all("input")) if "list" in field or field.get("id")}
    assert fields == {"speaker": "council", "text": "Number", "least": ""}
    assert [field["name"] for field in page.all("select")] == ["language"]
    assert [option["value"] for option in page.all("option") if "selected" in option] == ["en"]
    assert [form["action"] for form in page.all("form")] == ["/queries/speakers", "/sparql"]
    links = [link["href"] for link in page.all("a")]
    assert "/api/queries/speakers.csv?speaker=council&text=Number" in links
    assert "/queries/speakers.ipynb?speaker=council&text=Number" in links
    assert "<p>4 rows.</p>" in response.text
    assert f"VALUES ?speaker {{ &lt;{ID}agent/council&gt; }}" in response.text
    assert "http://localhost/api/queries/speakers.csv?speaker=council&amp;text=Number" in response.text
    for link in links:
        if link and link.startswith(("/api", "/queries")):
            assert client.get(link.partition("#")[0]).status_code == 200, link


def test_boxes_for_a_short_list(client: Client) -> None:
    """Where several of few may be chosen: a box for each, ticked as given, however the value was written."""
    response = client.get(f"/queries/kinds?kind=pol:Claim&kind={quote(POL + 'Demand')}", headers=HTML)
    boxes = [field for field in Elements(response.text).all("input") if field.get("type") == "checkbox"]
    none = client.get("/queries/kinds", headers=HTML)

    assert [(box["name"], box["value"], "checked" in box) for box in boxes] == [("kind", "Claim", True), ("kind", "Demand", True)]
    assert "checked" not in none.text
    assert "<p>4 rows.</p>" in response.text


def test_page_of_a_wrong_value(client: Client) -> None:
    """400, what is wrong, and the value in its field, escaped."""
    response = client.get("/queries/speakers?speaker=%22%3E%3Cscript%3E", headers=HTML)

    assert response.status_code == 400
    assert "there is no such agent" in response.text
    assert not Elements(response.text).all("script")
    assert 'value="&#34;&gt;&lt;script&gt;"' in response.text


def test_page_without_what_is_required(client: Client) -> None:
    """The form alone; with a value, the rows."""
    assert "Fill in what is required" in client.get("/queries/needed", headers=HTML).text
    assert "<p>4 rows.</p>" in client.get("/queries/needed?speaker=council", headers=HTML).text
    assert "No rows" in client.get("/queries/needed?speaker=town", headers=HTML).text


@pytest.mark.parametrize(
    "name, shown", [("yes", "<strong>Yes</strong>"), ("triples", "<p>4 rows.</p>"), ("demands", "<p>4 rows.</p>")]
)
def test_pages_of_other_forms(client: Client, name: str, shown: str) -> None:
    """ASK, CONSTRUCT, and a query without parameters."""
    response = client.get(f"/queries/{name}", headers=HTML)

    assert response.status_code == 200
    assert shown in response.text


def test_text_notebook_and_description(client: Client) -> None:
    """By suffix or by Accept; 404 or 406 where there is none."""
    text = client.get("/queries/speakers.rq?speaker=town")
    negotiated = client.get("/queries/speakers?speaker=town", headers={"Accept": "application/sparql-query"})
    turtle = client.get("/queries/speakers", headers={"Accept": "text/turtle"})

    assert text.text == negotiated.text
    assert f"VALUES ?speaker {{ <{ID}agent/town> }}" in text.text
    assert f"<{BASE}queries/speakers> a" in turtle.text
    assert (turtle.content_type, turtle.headers["Vary"]) == ("text/turtle; charset=utf-8", "Accept, Accept-Encoding")
    assert client.get("/queries/speakers.nt").text.endswith("#SPARQLExecutable> .\n")
    assert client.get("/queries/speakers.ipynb").content_type == "application/x-ipynb+json"
    assert client.get("/queries/speakers", headers={"Accept": "text/plain, */*;q=0.1"}).content_type == "application/n-triples"
    page = client.get("/queries/speakers", headers=HTML).text
    assert f"<code>{BASE}queries/speakers</code>" in page
    assert 'type="text/turtle" href="/queries/speakers.ttl"' in page
    assert "needed.ttl" not in client.get("/queries/needed", headers=HTML).text
    assert client.get("/queries/needed.ttl").status_code == 404
    assert ".rq, .ipynb" in problem(client.get("/queries/needed.ttl"), 404)["detail"]
    assert (
        "rq (application/sparql-query)"
        in problem(client.get("/queries/needed", headers={"Accept": "text/turtle"}), 406)["detail"]
    )
    assert "Did you mean needed or" in problem(client.get("/queries/neded.rq"), 404)["detail"]
    assert "Did you mean needed or" in client.get("/queries/neded", headers=HTML).text
    assert problem(client.get("/queries/speakers.rq?speaker=nobody"), 400)["parameter"] == "speaker"


def test_lists(client: Client) -> None:
    """Everything that may be asked can be found from one address, and each address answers."""
    start = listing(client, "/api/")
    queries = listing(client, "/api/queries")["queries"]
    values = listing(client, "/api/values/agent")
    types = listing(client, "/api/values")["types"]

    assert start["queries"] == "http://localhost/api/queries"
    assert [query["name"] for query in queries] == sorted([*QUERIES, "demands"])
    speakers = next(query for query in queries if query["name"] == "speakers")
    assert speakers["parameters"][0] == {
        "name": "speaker",
        "type": "agent",
        "required": False,
        "multiple": True,
        "example": "council",
    }
    assert set(speakers["formats"]) == {"json", "xml", "csv", "tsv"}
    for query in queries:
        given = "?speaker=council" if query["name"] in {"needed", "slow"} else ""
        for href in (*query["formats"].values(), query["text"], query["notebook"]):
            if query["name"] != "slow" or "/api/" not in href:
                assert client.get(href.removeprefix("http://localhost") + given).status_code == 200, href
    assert values["values"][1] == {
        "value": "council",
        "prefixed": "agent:council",
        "iri": f"{ID}agent/council",
        "label": {"en": "Council"},
    }
    assert [value["value"] for value in listing(client, "/api/values/actor")["values"]][-2:] == ["agent:town", "group:town"]
    assert [value["value"] for value in listing(client, "/api/values/kind")["values"]] == ["Claim", "Demand"]
    assert listing(client, "/api/values/language")["values"] == [{"value": "en"}, {"value": "nl"}]
    assert {"name": "year", "label": {"en": "year", "nl": "jaar"}, "pattern": "^[0-9]{4}$"} in types
    assert "agent" in problem(client.get("/api/values/none"), 404)["valid"]


def test_addresses_are_those_that_clients_see(release: Release) -> None:
    """Behind a proxy, the operator says what they are; a strange Host is not repeated."""
    running = Running(release, outside=Outside(public_url="https://kg.example.org"))
    client = BufferedClient(running)
    try:
        assert listing(client, "/api/")["sparql"] == "https://kg.example.org/sparql"
        assert (
            "curl &#39;https://kg.example.org/api/queries/speakers.csv&#39;" in client.get("/queries/speakers", headers=HTML).text
        )
        assert "https://kg.example.org/queries/speakers.rq" in client.get("/queries/speakers.ipynb").text
    finally:
        running.close()


def test_a_strange_host_is_not_repeated(client: Client) -> None:
    """What is no host ends in no snippet."""
    for path in ("/queries/speakers", "/queries/speakers.ipynb", "/api/", "/openapi.json"):
        assert "evil" not in client.get(path, headers={"Host": "evil'\"`$(x)"}).text


def test_openapi(client: Client) -> None:
    """The document is valid, and what it says of a query is so."""
    from openapi_spec_validator import OpenAPIV31SpecValidator

    response = client.get("/openapi.json")
    document = json.loads(response.text)
    OpenAPIV31SpecValidator(document).validate()

    assert document["servers"] == [{"url": "http://localhost"}]
    operation = document["paths"]["/api/queries/speakers.{format}"]["get"]
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"] if "name" in parameter}
    assert parameters["format"]["schema"]["enum"] == ["json", "xml", "csv", "tsv"]
    assert parameters["speaker"]["schema"] == {"type": "array", "items": {"$ref": "#/components/schemas/agent"}}
    assert parameters["language"]["schema"] == {"type": "string", "enum": ["en", "nl"], "default": "en"}
    assert parameters["least"]["schema"] == {"type": "integer", "minimum": 0, "maximum": 10}
    assert parameters["text"]["schema"] == {"type": "string", "maxLength": 200, "default": ""}
    assert set(operation["responses"]) == {"200", "400", "403", "404", "405", "429", "500", "503"}
    assert "council" in document["components"]["schemas"]["agent"]["anyOf"][0]["enum"]
    needed = document["paths"]["/api/queries/needed"]["get"]
    assert [parameter["name"] for parameter in needed["parameters"] if parameter.get("required")] == ["speaker"]
    for name in document["paths"]["/api/values/{type}"]["get"]["parameters"][0]["schema"]["enum"]:
        assert client.get(f"/api/values/{name}").status_code == 200, name


def test_values_of_the_schema_are_those_of_the_api(client: Client) -> None:
    """What the schema of a type takes, the API takes."""
    from jsonschema import Draft202012Validator

    schema = listing(client, "/openapi.json")["components"]["schemas"]["agent"]
    validator = Draft202012Validator(schema)
    for value in ("council", "agent:council", f"{ID}agent/council", "nobody", "group:town", "Council", ""):
        taken = client.get("/api/queries/speakers.csv?" + urlencode({"speaker": value})).status_code == 200
        assert validator.is_valid(value) == taken, value


def test_a_file_of_the_release_with_a_wrong_header_is_not_served(tmp_path: Path) -> None:
    """What is wrong is said when the server starts, by file and line."""
    from kg.queries import QueryFileError
    from kg.web.application import Options
    from kg.web.serving import serve

    path = write_release(tmp_path)
    (path / "queries" / "q.rq").write_text(HEADER.format("Q") + "#+   x: {type: person}\n\nASK {}\n", encoding="utf-8")

    with pytest.raises(QueryFileError, match=r"q\.rq:5: parameter x: unknown type 'person'"):
        serve(Options(tmp_path))
