"""The search page, its JSON, and the reconciliation service, over the whole way through the server."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from jsonschema import Draft202012Validator
from werkzeug.test import Client

from kg.namespaces import BASE, ID, SEARCH
from kg.search.vocabulary import TERMS
from kg.store import Release
from tests.web.conftest import BufferedClient, Running

TEXT = {"type": "string", "minLength": 1}
TYPE = {"type": "object", "required": ["id", "name"], "properties": {"id": TEXT, "name": TEXT}}
SUGGEST_SERVICE = {
    "type": "object",
    "required": ["service_url", "service_path"],
    "properties": {"service_url": TEXT, "service_path": TEXT, "flyout_service_path": {"pattern": r"\$\{id\}"}},
}
MANIFEST = {  # Reconciliation Service API 0.2, sections 3.1, 5.1, 6.1 and 7.1
    "type": "object",
    "required": ["versions", "name", "identifierSpace", "schemaSpace"],
    "properties": {
        "versions": {"type": "array", "contains": {"const": "0.2"}},
        "name": TEXT,
        "identifierSpace": {"const": ID},
        "schemaSpace": TEXT,
        "documentation": TEXT,
        "defaultTypes": {"type": "array", "items": TYPE, "uniqueItems": True},
        "view": {"type": "object", "required": ["url"], "properties": {"url": {"pattern": r"\{\{id\}\}"}}},
        "feature_view": {"type": "object", "required": ["url"], "properties": {"url": {"pattern": r"\{\{id\}\}"}}},
        "batchSize": {"type": "integer", "minimum": 1},
        "preview": {
            "type": "object",
            "required": ["url", "width", "height"],
            "properties": {"url": {"pattern": r"\{\{id\}\}"}, "width": {"type": "integer"}, "height": {"type": "integer"}},
        },
        "suggest": {"type": "object", "properties": dict.fromkeys(("entity", "type", "property"), SUGGEST_SERVICE)},
        "extend": {
            "type": "object",
            "required": ["propose_properties", "property_settings"],
            "properties": {
                "property_settings": {
                    "type": "array",
                    "items": {"type": "object", "required": ["name", "label", "type", "default", "help_text"]},
                }
            },
        },
    },
}
RESULTS = {  # section 4.2
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["result"],
        "properties": {
            "result": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "name", "score", "type", "match"],
                    "properties": {
                        "id": TEXT,
                        "name": TEXT,
                        "description": {"type": "string"},
                        "score": {"type": "number"},
                        "match": {"type": "boolean"},
                        "type": {"type": "array", "items": TYPE},
                        "features": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["id", "value"],
                                "properties": {"id": TEXT, "value": {"type": ["boolean", "number"]}},
                            },
                        },
                    },
                },
            }
        },
    },
}
CELL = {  # section 7.5
    "oneOf": [
        {"type": "object", "required": [key], "properties": {key: {"type": kind}}, "additionalProperties": False}
        for key, kind in (("str", "string"), ("int", "integer"), ("float", "number"))
    ]
    + [{"type": "object", "required": ["id", "name"], "properties": {"id": TEXT, "name": TEXT}, "additionalProperties": False}]
}
EXTENSION = {
    "type": "object",
    "required": ["meta", "rows"],
    "properties": {
        "meta": {"type": "array", "items": TYPE},
        "rows": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "array", "items": CELL}},
        },
    },
}


@pytest.fixture(scope="module")
def visitor(harbours: Release) -> Iterator[Client]:
    """A client of a server on the fictional corpus."""
    running = Running(harbours)
    yield BufferedClient(running, use_cookies=False)
    running.close()


def valid(schema: dict[str, Any], document: Any) -> Any:
    """The document, after it was checked."""
    Draft202012Validator(schema).validate(document)
    return document


def reconcile(visitor: Client, queries: object, method: str = "POST") -> Any:
    text = json.dumps(queries)
    sent = {"data": {"queries": text}} if method == "POST" else {"query_string": {"queries": text}}
    response = visitor.open("/reconcile", method=method, **sent)  # type: ignore[arg-type]
    assert response.status_code == 200
    return valid(RESULTS, response.json)


def test_the_page_shows_marked_hits(visitor: Client) -> None:
    """Escaped, with links to statements and entities, in the language of the search."""
    page = visitor.get("/search?q=zeelieden&texts=nl&lang=nl", headers={"Accept": "text/html"}).text

    assert '<a href="/page/statement/harbour-2031/s005?lang=nl">' in page
    assert "twaalf verdronken <mark>zeelieden</mark>." in page
    assert '<a href="/page/group/sailors?lang=nl"><span><mark>Zeelieden</mark></span></a>' in page
    assert "2 uitspraken" in page


def test_what_is_typed_is_escaped(visitor: Client) -> None:
    """In the title, the field and the links, and where it is told that there is no such thing."""
    page = visitor.get('/search?q="><script>alert(1)</script>', headers={"Accept": "text/html"}).text
    wrong = visitor.get('/search?kind="><b>', headers={"Accept": "text/html"}).text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert '"><b>' not in wrong
    assert "&lt;b&gt;" in wrong


def test_json_has_total_hits_facets_query_and_page(visitor: Client) -> None:
    """By its address or by Accept; the same parameters."""
    by_address = visitor.get("/search.json?q=haven&limit=1").json
    by_accept = visitor.get("/search?q=haven&limit=1", headers={"Accept": "application/json"}).json

    assert by_address == by_accept
    assert by_address is not None
    assert set(by_address) == {"query", "total", "page", "limit", "hits", "entities", "facets"}
    assert (by_address["page"], by_address["limit"], len(by_address["hits"])) == (1, 1, 1)
    hit = by_address["hits"][0]
    assert "".join(text for text, _ in hit["highlighted"]["nl"]) == hit["summary"]["nl"]
    assert sum(value["count"] for value in by_address["facets"]["document"]["values"]) == by_address["total"]


def test_pages_follow_each_other(visitor: Client) -> None:
    """By rel=next, each statement once, until there is none."""
    address, seen = "/search.json?limit=4", []
    while address:
        response = visitor.get(address)
        assert response.json is not None
        seen += [hit["id"] for hit in response.json["hits"]]
        links = {
            link.split("; ")[1]: link.split("; ")[0].strip(" <>") for link in response.headers.get("Link", "").split(",") if link
        }
        address = links.get('rel="next"', "")

    assert len(seen) == len(set(seen)) == 9


def test_choosing_and_taking_back(visitor: Client) -> None:
    """A link of a facet adds its value to the address, or takes it out of it."""
    page = visitor.get("/search?kind=Demand&q=elland", headers={"Accept": "text/html"}).text

    links = [line.split('"')[1].replace("&amp;", "&") for line in page.split("<li><a ")[1:] if "/search?" in line]
    asked = [parse_qs(urlsplit(link).query).get("kind", []) for link in links]
    assert [] in asked
    assert ["Demand", "Response"] in asked or ["Demand", "Claim"] in asked


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/search.json?page=0", "page is '0'; expected a number from 1 to 1000"),
        ("/search.json?limit=101", "limit is '101'; expected a number from 1 to 100"),
        ("/search.json?texts=fr", "There is no language 'fr'"),
        ("/search.json?lang=nl", "lang=nl is the language of a page, and this is none; texts=nl or texts=en"),
        ("/search.json?q=haven&page=1000", "only the first 1000 can be"),
        (f"/search.json?q={'x' * 401}", "401 characters; at most 400"),
        ("/search.json?kind=demand", "kind is 'demand', which is not in this release; did you mean 'Demand'?"),
        ("/search?topic=%3E", "topic is '>', which is not in this release; the facets of a search list what there is"),
    ],
)
def test_what_cannot_be_searched_for(visitor: Client, address: str, message: str) -> None:
    """A problem document with what was found and what is expected."""
    response = visitor.get(address)

    assert response.status_code == 400
    assert response.json is not None
    assert message in response.json["detail"]


def test_a_release_without_an_index_searches_nothing_and_serves_the_rest(client: Client) -> None:
    """503, with the remedy; the first page is there."""
    response = client.get("/search.json?q=a")

    assert response.status_code == 503
    assert "run `kg build`" in response.text
    assert client.get("/").status_code == 200


def test_the_vocabulary_dereferences(visitor: Client) -> None:
    """/search as Turtle defines each term that a query may use."""
    response = visitor.get("/search", headers={"Accept": "text/turtle"})
    subjects = {str(quad.subject)[1:-1] for quad in ox.parse(response.data, ox.RdfFormat.TURTLE)}

    assert response.content_type == "text/turtle; charset=utf-8"
    assert subjects == {SEARCH, *(f"{SEARCH}#{name}" for name in TERMS)}
    assert SEARCH.startswith(BASE)


@pytest.mark.parametrize("media_type", ["application/n-triples", "application/rdf+xml", "application/ld+json"])
def test_the_vocabulary_is_the_same_in_each_format(visitor: Client, media_type: str) -> None:
    """Terms in any format of data."""
    turtle = ox.parse(visitor.get("/search", headers={"Accept": "text/turtle"}).data, ox.RdfFormat.TURTLE)
    response = visitor.get("/search", headers={"Accept": media_type})

    assert response.content_type == media_type
    format_ = ox.RdfFormat.from_media_type(media_type)
    assert format_
    assert {quad.triple for quad in ox.parse(response.data, format_)} == {quad.triple for quad in turtle}


def test_browsers_learn_how_to_search(visitor: Client) -> None:
    """OpenSearch description and suggestions."""
    description = visitor.get("/opensearch.xml")
    suggestions = visitor.get("/search/suggest?q=plo").json

    assert description.content_type == "application/opensearchdescription+xml"
    assert 'template="http://localhost/search?q={searchTerms}"' in description.text
    assert suggestions == ["plo", ["Plough Party"], ["Ploegpartij"], ["http://localhost/search?q=Plough+Party"]]


def test_the_manifest(visitor: Client) -> None:
    """Section 3.1; any origin may read it (section 3.3)."""
    response = visitor.get("/reconcile")
    manifest = valid(MANIFEST, response.json)

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert [item["id"] for item in manifest["defaultTypes"]] == ["Agent", "Place", "Instrument", "Topic"]
    assert manifest["preview"]["url"] == "http://localhost/reconcile/preview?id={{id}}"


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_batch(visitor: Client, method: str) -> None:
    """Each query by its key (section 4.2); a blank cell and a type that we do not have find nothing."""
    found = reconcile(
        visitor,
        {
            "a": {"query": "Ploeg, de", "limit": 1},
            "b": {"query": "elland", "type": "Place", "type_strict": "any"},
            "c": {"query": ""},
            "d": {"query": "Elland", "type": ["Q5"]},
            "e": {"properties": [{"pid": "links", "v": "https://example.org/other/E1"}]},
        },
        method,
    )

    assert {key: [(c["id"], c["match"]) for c in value["result"]][:1] for key, value in found.items()} == {
        "a": [("agent/plough-party", True)],
        "b": [("agent/elland", True)],
        "c": [],
        "d": [],
        "e": [("agent/elland", True)],
    }


@pytest.mark.parametrize(
    ("form", "status", "message"),
    [
        ({"queries": "{"}, 400, "queries is not JSON"),
        (
            {"queries": '{"\\ud800": {"query": "a"}}'},
            400,
            "queries is not JSON: 'utf-8' codec can't encode character '\\ud800' in position 2: surrogates not allowed.",
        ),
        ({"queries": "[]"}, 400, "queries is not a JSON object"),
        ({"queries": '{"q": 1}'}, 400, "query 'q' is not an object"),
        ({"queries": '{"q": {"props": []}}'}, 400, "unknown field 'props'; expected limit, properties, query"),
        ({"queries": '{"q": {"query": 1}}'}, 400, "query is not a string"),
        ({"queries": '{"q": {"limit": 1}}'}, 400, "neither query nor properties"),
        ({"queries": '{"q": {"query": "a", "limit": 0}}'}, 400, "limit is 0; expected a number from 1"),
        ({"queries": '{"q": {"query": "a", "type_strict": "x"}}'}, 400, "type_strict is 'x'; expected one of any, should, all"),
        ({"queries": '{"q": {"query": "a", "type": 1}}'}, 400, "type is neither a string nor a list"),
        ({"queries": '{"q": {"query": "a", "properties": 1}}'}, 400, "properties is not a list"),
        ({"queries": '{"q": {"query": "a", "properties": [{"pid": "links"}]}}'}, 400, "not an object with pid, a string, and v"),
        ({"queries": '{"q": {"query": "a", "properties": [{"pid": "links", "v": null}]}}'}, 400, "a value is neither"),
        ({"queries": json.dumps({"q": {"query": "a" * 501}})}, 400, "501 characters; at most 500"),
        ({"queries": json.dumps({str(n): {"query": "a"} for n in range(501)})}, 413, "501 queries; at most 500"),
        ({"queries": "{}", "extend": "{}"}, 400, "more than one of queries and extend"),
        ({"other": "1"}, 400, "neither queries nor extend"),
        ({"extend": "{}"}, 400, "ids is not a list of strings"),
        ({"extend": '{"ids": [], "properties": [1]}'}, 400, "properties is not a list of objects"),
        ({"extend": '{"ids": [], "properties": [{"id": "colour"}]}'}, 400, "no property 'colour'; expected one of label-en"),
        ({"extend": json.dumps({"ids": ["a"] * 501, "properties": []})}, 413, "at most 500 and 25"),
        ({"extend": '{"ids": [], "properties": [{"id": "iri", "settings": {"limit": "x"}}]}'}, 400, "limit of iri is 'x'"),
    ],
)
def test_what_is_wrong_with_a_request(visitor: Client, form: dict[str, str], status: int, message: str) -> None:
    """A problem document that names the query and the remedy (section 3.4 leaves its form open)."""
    response = visitor.post("/reconcile", data=form)

    assert response.status_code == status
    assert response.json is not None
    assert message in response.json["detail"]


def test_suggestions_and_flyouts(visitor: Client) -> None:
    """Section 6: by prefix, from a cursor on, and a small preview of each."""
    for kind, prefix, expected in (
        ("entity", "harbour", "agent/harbour-office"),
        ("type", "par", "Party"),
        ("property", "wiki", "wikidata"),
    ):
        result = visitor.get(f"/reconcile/suggest/{kind}?prefix={prefix}").json
        assert result is not None
        assert expected in [item["id"] for item in result["result"]]
        flyout = visitor.get(f"/reconcile/flyout/{kind}?id={expected}").json
        assert flyout is not None
        assert flyout["id"] == expected
        assert "<strong>" in flyout["html"]
    first = visitor.get("/reconcile/suggest/entity?prefix=h").json
    rest = visitor.get("/reconcile/suggest/entity?prefix=h&cursor=1").json
    assert first is not None
    assert rest is not None
    assert first["result"][1:] == rest["result"][: len(first["result"]) - 1]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reconcile/suggest/colour?prefix=a", 404),
        ("/reconcile/suggest/entity?prefix=a&cursor=x", 400),
        (f"/reconcile/suggest/entity?prefix={'a' * 501}", 400),
        ("/reconcile/flyout/entity?id=nothing", 404),
        ("/reconcile/preview?id=nothing", 404),
        ("/reconcile/properties?type=Colour", 404),
        ("/reconcile/properties?limit=x", 400),
    ],
)
def test_what_is_not_there(visitor: Client, address: str, status: int) -> None:
    """A problem, not a page of nothing."""
    assert visitor.get(address).status_code == status


def test_the_preview_can_be_framed(visitor: Client) -> None:
    """Section 5: an HTML page, which other sites may show in a frame; the id may be encoded."""
    response = visitor.get("/reconcile/preview?id=agent%2Fplough-party")

    assert response.content_type == "text/html; charset=utf-8"
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "Plough Party" in response.text
    assert "de Ploeg" in response.text


def test_extension(visitor: Client) -> None:
    """Section 7: proposed properties can be asked for; an unknown entity has no values; a limit cuts."""
    proposed = visitor.get("/reconcile/properties?type=Party").json
    assert proposed is not None
    names = [item["id"] for item in proposed["properties"]]
    assert "country" in names
    assert "iso3166" not in names
    query = {
        "ids": ["agent/plough-party", "agent/nobody"],
        "properties": [{"id": name, "settings": {"limit": 1}} for name in names],
    }

    answer = valid(EXTENSION, visitor.post("/reconcile", data={"extend": json.dumps(query)}).json)

    row = answer["rows"]["agent/plough-party"]
    assert row["country"] == [{"id": "agent/elland", "name": "Elland"}]
    assert row["label-nl"] == [{"str": "Ploegpartij"}]
    assert row["type"] == [{"str": "Party"}]
    assert row["statements-by"] == [{"int": 6}]
    assert set(answer["rows"]["agent/nobody"]) == set(names)
    assert [item["id"] for item in answer["meta"]] == names


def test_the_guide(visitor: Client) -> None:
    """How to use the service, with its own address."""
    assert "http://localhost/reconcile" in visitor.get("/reconcile/about", headers={"Accept": "text/html"}).text
