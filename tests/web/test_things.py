"""Every IRI that the project mints answers, in each format, and is about the thing asked."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from werkzeug.test import Client, TestResponse

from kg.namespaces import BASE, DCTERMS, GRAPH, ID, ONTOLOGY, PREFIXES, RDF_TYPE, RDFS, SKOS
from tests.web.conftest import BufferedClient, Running

STATEMENT = f"{ID}statement/harbour-2031/s001"
WITHDRAWN = f"{ID}statement/harbour-2031/s008"
FORMATS = {
    "text/turtle": ("ttl", ox.RdfFormat.TURTLE),
    "application/n-triples": ("nt", ox.RdfFormat.N_TRIPLES),
    "application/ld+json": ("jsonld", ox.RdfFormat.JSON_LD),
    "application/rdf+xml": ("rdf", ox.RdfFormat.RDF_XML),
}
ACCEPTS = {
    "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1": "text/html",
    "*/*": "text/html",
    **{accept: accept for accept in FORMATS},
}


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client without cookies."""
    return BufferedClient(corpus, use_cookies=False)


def path_of(iri: str) -> str:
    """Path at which an IRI is looked up, as a client that follows the redirects of w3id.org does."""
    assert iri.startswith(BASE)
    return "/" + iri.removeprefix(BASE).partition("#")[0]


def triples_of(response: TestResponse) -> set[ox.Triple]:
    """Triples of a response, by its media type."""
    media_type = response.content_type.partition(";")[0]
    return {quad.triple for quad in ox.parse(response.data, format=FORMATS[media_type][1])}


def subjects_of(response: TestResponse) -> set[str]:
    """IRIs and labels of the subjects."""
    return {str(triple.subject.value) for triple in triples_of(response)}  # type: ignore[union-attr]


def minted(path: Path) -> set[str]:
    """Every IRI of ours in the dump."""
    found = set()
    for quad in ox.parse(path=str(path)):
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        found |= {term.value for term in terms if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)}
    return found


ADDRESSES = ("dumps/", "sparql", "catalog", "queries/")
"""What is no thing with data of its own by ``Accept``, or has tests of its own: files, the endpoint, the catalogue, queries."""


def test_every_iri_of_the_dump_answers_in_each_format(corpus: Running, client: Client) -> None:
    """Right status, right media type, parses, and is about the thing; a fragment is looked up without it."""
    wrong: list[tuple[str, str, object]] = []
    things: dict[str, list[str]] = {}
    for iri in sorted(minted(corpus.front.state.site.release.path / "dumps" / "policy-kg.nq") - {BASE}):
        if not iri.removeprefix(BASE).startswith(ADDRESSES):
            things.setdefault(iri.partition("#")[0], []).append(iri)
    for iri, parts in things.items():
        expected = 410 if iri == WITHDRAWN else 200
        for accept, media_type in ACCEPTS.items():
            first = client.get(path_of(iri), headers={"Accept": accept})
            led = iri.startswith(ID) and expected == 200
            response = client.get(first.headers["Location"], headers={"Accept": accept}) if led else first
            found = (first.status_code, response.status_code, response.content_type.partition(";")[0])
            if found != (303 if led else expected, expected, media_type):
                wrong.append((iri, accept, found))
            elif media_type == "text/html":
                if iri not in response.text:
                    wrong.append((iri, accept, "is not on the page"))
                anchors = {unescape(anchor) for anchor in re.findall(r' id="([^"]*)"', response.text)}
                if expected == 200:
                    wrong += [
                        (part, accept, "has no anchor") for part in {*parts} - {iri} if part.partition("#")[2] not in anchors
                    ]
            else:
                wrong += [(part, accept, "is no subject") for part in set(parts) - subjects_of(response)]

    assert wrong == []


@pytest.mark.parametrize("accept", FORMATS)
def test_data_hold_the_description_what_points_here_and_labels(client: Client, accept: str) -> None:
    """A statement has its passage, the coding that generated it, and the name of its speaker."""
    response = client.get(f"/data/statement/harbour-2031/s001.{FORMATS[accept][0]}")

    assert response.status_code == 200
    found = {(t.subject.value, t.predicate.value, t.object.value) for t in triples_of(response)}  # type: ignore[union-attr]
    assert (STATEMENT, RDF_TYPE, f"{ONTOLOGY}#Principle") in found
    assert (f"{STATEMENT}#passage", RDF_TYPE, f"{ONTOLOGY}#Passage") in found
    assert (f"{STATEMENT}#passage-selector", f"{PREFIXES['oa']}start", "36") in found
    assert (f"{ID}document/harbour-2031", f"{DCTERMS}hasPart", STATEMENT) in found
    speakers = {o for s, p, o in found if (s, p) == (STATEMENT, f"{ONTOLOGY}#speaker")}
    assert speakers == {f"{ID}agent/plough-party"}
    assert (f"{ID}agent/plough-party", f"{SKOS}prefLabel", "Ploegpartij") in found
    assert (f"{ONTOLOGY}#speaker", f"{RDFS}label", "spreker") in found
    assert {s for s, p, o in found if p == f"{PREFIXES['foaf']}primaryTopic" and o == STATEMENT} == {
        f"http://localhost/data/statement/harbour-2031/s001.{FORMATS[accept][0]}"
    }


def test_data_without_an_extension_go_by_accept(client: Client) -> None:
    """The same file at an address without extension."""
    response = client.get("/data/agent/plough-party", headers={"Accept": "application/rdf+xml"})

    assert (response.status_code, response.content_type) == (200, "application/rdf+xml")
    assert f"{ID}agent/plough-party" in subjects_of(response)


def test_page_names_its_alternatives(client: Client) -> None:
    """Links in the header and in the head, and the description as JSON-LD."""
    response = client.get("/page/agent/plough-party", headers={"Accept": "text/html"})

    link = response.headers["Link"]
    assert '</data/agent/plough-party.ttl>; rel="alternate"; type="text/turtle"' in link
    assert '</data/agent/plough-party.jsonld>; rel="describedby"; type="application/ld+json"' in link
    assert f'<{ID}agent/plough-party>; rel="cite-as"' in link
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in link
    assert '<link rel="alternate" type="application/rdf+xml" href="/data/agent/plough-party.rdf">' in response.text
    embedded = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    assert embedded
    nodes = json.loads(embedded[1])
    assert [node["@id"] for node in nodes] == [f"{ID}agent/plough-party"]


@pytest.mark.parametrize(
    ("path", "data", "node"),
    [
        ("queries/demands", "/queries/demands.ttl", "queries/demands"),
        ("catalog", "/catalog.ttl", "catalog"),
        ("shapes", "/shapes.ttl", "shapes"),
        ("sparql", "/sparql?format=ttl", "catalog#sparql"),
        ("dataset", "/dataset.ttl", "dataset"),
        ("graph/harbour-2031", "/graph/harbour-2031.ttl", "graph/harbour-2031"),
    ],
)
def test_what_is_no_thing_names_its_alternatives_too(client: Client, path: str, data: str, node: str) -> None:
    """In the header of page and data, which are there; and the description as JSON-LD in the head of the page."""
    page = client.get(f"/{path}", headers={"Accept": "text/html"})

    for response in (page, client.get(f"/{path}", headers={"Accept": "text/turtle"})):
        link = response.headers["Link"]
        assert f'<{BASE}{path}>; rel="cite-as"' in link
        assert f'<{data}>; rel="alternate"; type="text/turtle"' in link
        assert f'<{data}>; rel="describedby"; type="text/turtle"' in link
        assert 'rel="alternate"; type="text/html"' in link
    assert client.get(data).content_type == "text/turtle; charset=utf-8"
    embedded = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert embedded
    assert f"{BASE}{node}" in {each["@id"] for each in json.loads(embedded[1])}


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (ONTOLOGY, {(ONTOLOGY, f"{RDFS}label"), (f"{BASE}dataset", "http://rdfs.org/ns/void#vocabulary")}),
        (f"{BASE}shapes", {(f"{BASE}dataset", f"{DCTERMS}conformsTo")}),
        (f"{GRAPH}harbour-2031", {(f"{BASE}dataset", "http://www.w3.org/ns/sparql-service-description#namedGraph")}),
        (f"{ID}document/harbour-2031", {(STATEMENT, f"{ONTOLOGY}#summary")}),
    ],
)
def test_data_name_what_they_point_to_and_what_points_at_them(client: Client, iri: str, expected: set[tuple[str, str]]) -> None:
    """Also where the description comes from several graphs; a statement is named by its summary."""
    path = path_of(iri).replace("/id/", "/data/")
    found = {(t.subject.value, t.predicate.value) for t in triples_of(client.get(path, headers={"Accept": "text/turtle"}))}  # type: ignore[union-attr]

    assert found >= expected


def test_catalogue_has_the_title_of_the_data(client: Client) -> None:
    """So that who looks its IRI up sees what the data call it."""
    assert "<h1>Catalogue of policy-kg</h1>" in client.get("/catalog", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    ("lang", "accept_language", "expected"),
    [
        ("", "", '<a href="/page/agent/plough-party">Plough Party</a>'),
        ("", "nl-BE,nl;q=0.8,en;q=0.5", '<a href="/page/agent/plough-party">Ploegpartij</a>'),
        ("?lang=nl", "en", '<a href="/page/agent/plough-party?lang=nl">Ploegpartij</a>'),
        ("?lang=en", "nl", '<a href="/page/agent/plough-party?lang=en">Plough Party</a>'),
    ],
)
def test_page_is_in_the_language_of_its_reader(client: Client, lang: str, accept_language: str, expected: str) -> None:
    """By the address, and else by what the browser prefers; what the address says stays."""
    headers = {"Accept": "text/html", "Accept-Language": accept_language}

    text = client.get(f"/page/statement/harbour-2031/s001{lang}", headers=headers).text

    assert expected in text
    assert f'<html lang="{"nl" if "Ploeg" in expected else "en"}">' in text
    assert f'href="{BASE}' not in text


def test_client_that_wants_data_is_led_from_page_to_data(client: Client) -> None:
    """The address of a page in rdflib's hands."""
    response = client.get("/page/agent/plough-party", headers={"Accept": "text/turtle"})

    assert (response.status_code, response.headers["Location"]) == (303, "/data/agent/plough-party.ttl")


@pytest.mark.parametrize(
    "path", ["/id/agent/nobody", "/page/agent/nobody", "/data/agent/nobody", "/dataset/nothing", "/graph/none"]
)
@pytest.mark.parametrize("accept", FORMATS)
def test_unknown_is_404_in_the_asked_format(client: Client, path: str, accept: str) -> None:
    """A client that reads only RDF can read why."""
    response = client.get(path, headers={"Accept": accept})

    if response.status_code == 303:
        response = client.get(response.headers["Location"], headers={"Accept": accept})
    assert (response.status_code, response.content_type.partition(";")[0]) == (404, accept)
    assert {t.object.value for t in triples_of(response) if t.predicate.value.endswith("#statusCodeValue")} == {"404"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "path", ["/queries/nothing", "/ontology.nothing", "/id/", "/nothing", "/dumps/nothing", "/catalog.nothing"]
)
@pytest.mark.parametrize("accept", FORMATS)
def test_no_such_address_is_404_in_the_asked_format(client: Client, path: str, accept: str) -> None:
    """A client that reads only RDF can read why, whatever it asks for; one that reads anything gets problem JSON."""
    response = client.get(path, headers={"Accept": f"{accept}, */*;q=0.1"})

    assert (response.status_code, response.content_type.partition(";")[0]) == (404, accept)
    assert {t.object.value for t in triples_of(response) if t.predicate.value.endswith("#statusCodeValue")} == {"404"}  # type: ignore[union-attr]
    assert client.get(path, headers={"Accept": "*/*"}).content_type == "application/problem+json"


@pytest.mark.parametrize("accept", ["text/html", "image/png"])
def test_what_is_not_there_is_in_no_format(client: Client, accept: str) -> None:
    """That it is not known, or withdrawn, comes before that the data have no such format."""
    for prefix in ("id", "data"):
        missing = client.get(f"/{prefix}/agent/nobody", headers={"Accept": accept})
        gone = client.get(WITHDRAWN.replace(ID, f"/{prefix}/"), headers={"Accept": accept})

        assert (missing.status_code, gone.status_code) == (404, 410)
        assert missing.mimetype == gone.mimetype == ("text/html" if accept == "text/html" else "application/problem+json")


@pytest.mark.parametrize("name", ["a%00b", "a b", "<b>", "a%22b", "a%5Cb", "%7Bb%7D", "b%FF", "b%F0%9F%90%BB", "%E2%80%AE"])
@pytest.mark.parametrize(
    "path", ["/id/agent/{}", "/page/agent/{}", "/data/agent/{}.ttl", "/dataset/{}", "/graph/{}", "/release/{}"]
)
def test_what_cannot_be_an_iri_is_not_known(client: Client, path: str, name: str) -> None:
    """An address that somebody made up is none of ours, and no defect."""
    for accept in ("text/html", "text/turtle"):
        response = client.get(path.format(name), headers={"Accept": accept})

        assert response.status_code == 404
        assert response.content_type.startswith("text/")


def test_unknown_is_404_as_a_page(client: Client) -> None:
    """And for people."""
    response = client.get("/id/agent/nobody", headers={"Accept": "text/html"})

    assert (response.status_code, response.content_type) == (404, "text/html; charset=utf-8")
    assert f"This release has nothing about <code>{ID}agent/nobody</code>." in response.text


@pytest.mark.parametrize("prefix", ["id", "page", "data"])
def test_withdrawn_is_410_and_names_its_replacement(client: Client, prefix: str) -> None:
    """As a page with a link, as RDF with dcterms:isReplacedBy, and in the header."""
    path = f"/{prefix}/statement/harbour-2031/s008"
    new = f"{ID}statement/harbour-2031/s006"
    response = client.get(path + (".ttl" if prefix == "data" else ""), headers={"Accept": "text/html"})
    triples = client.get(f"/data/statement/harbour-2031/s008.{FORMATS['text/turtle'][0]}")

    assert response.status_code == 410
    assert response.headers["Link"] == '</page/statement/harbour-2031/s006>; rel="successor-version"'
    if prefix != "data":
        assert f"<code>{WITHDRAWN}</code> was withdrawn. It is replaced by:" in response.text
        assert '<a href="/page/statement/harbour-2031/s006">' in response.text
    assert triples.status_code == 410
    assert ox.Triple(ox.NamedNode(WITHDRAWN), ox.NamedNode(f"{DCTERMS}isReplacedBy"), ox.NamedNode(new)) in triples_of(triples)


@pytest.mark.parametrize("path", ["/id/agent/plough-party", "/data/agent/plough-party", "/ontology", "/shapes", "/graph/links"])
def test_no_acceptable_format_is_406(client: Client, path: str) -> None:
    """And says which there are."""
    response = client.get(path, headers={"Accept": "image/png"})

    assert response.status_code == 406
    assert "text/turtle, application/n-triples, application/rdf+xml, application/ld+json" in response.json["detail"]  # type: ignore[index]


def test_graph_is_its_triples(corpus: Running, client: Client) -> None:
    """The address of a named graph gives what the dump has of it, and what is said of it."""
    store = ox.Store()  # which writes a decimal its own way: 0.70 is 0.7
    store.load(path=str(corpus.front.state.site.release.path / "dumps" / "policy-kg.nq"))
    expected = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(f"{GRAPH}harbour-2031"))}

    found = triples_of(client.get("/graph/harbour-2031", headers={"Accept": "application/n-triples"}))

    assert expected
    assert expected <= found


def test_page_is_kept_and_known_again(client: Client) -> None:
    """The second time the entity tag is enough; another address has another one."""
    first = client.get("/page/agent/plough-party", headers={"Accept": "text/html"})
    again = client.get("/page/agent/plough-party", headers={"Accept": "text/html", "If-None-Match": first.headers["ETag"]})
    other = client.get("/page/agent/elland", headers={"Accept": "text/html"})

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert "X-Lasting" not in first.headers
    assert again.status_code == 304
    assert first.headers["ETag"] != other.headers["ETag"]


def test_head_has_the_fields_of_get(client: Client) -> None:
    """And no body."""
    head = client.head("/data/agent/plough-party.ttl")
    got = client.get("/data/agent/plough-party.ttl")

    assert head.data == b""
    assert {k: v for k, v in head.headers.items() if k != "Date"} == {k: v for k, v in got.headers.items() if k != "Date"}


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("path", ["/", "/ontology.ttl", "/page/agent/plough-party", "/.well-known/void", "/nothing"])
def test_length_is_that_of_what_is_sent(client: Client, path: str, coding: str) -> None:
    """A client waits for as many bytes as the header says, in vain where a content coding made the body shorter."""
    for _ in range(2):  # the second one is kept
        response = client.get(path, headers={"Accept-Encoding": coding})

        assert int(response.headers["Content-Length"]) == len(response.data)


@pytest.mark.parametrize("accept", FORMATS)
def test_first_page_leads_to_the_data_set_for_who_wants_data(client: Client, accept: str) -> None:
    """It is the landing page of the data set, whose description names it."""
    response = client.get("/", headers={"Accept": accept})

    extension, _ = FORMATS[accept]
    assert (response.status_code, response.headers["Location"]) == (303, f"/dataset.{extension}")
    assert response.headers["Vary"].startswith("Accept")
    landing = {t.subject.value for t in triples_of(client.get("/dataset.nt")) if getattr(t.object, "value", "") == BASE}  # type: ignore[union-attr]
    assert f"{BASE}dataset" in landing


def test_page_of_a_release_a_graph_or_a_document_s_data_has_its_parts(client: Client) -> None:
    """So that their IRIs lead to a place on the page."""
    text = client.get("/dataset.nt").text
    version = re.search(rf"{BASE}release/([^>#]+)", text)
    assert version
    release_page = client.get(f"/release/{version[1]}", headers={"Accept": "text/html"}).text
    graph_page = client.get("/graph/harbour-2031", headers={"Accept": "text/html"}).text

    assert 'id="build"' in release_page
    assert 'id="software"' in release_page
    assert 'id="graph"' in graph_page
    assert 'id="class-Demand"' in client.get("/dataset/harbour-2031", headers={"Accept": "text/html"}).text


def test_page_of_the_data_set_has_a_line_for_each_of_its_parts(client: Client) -> None:
    """At the anchor to which the IRI of the part leads: what it is, and its numbers, in the language of the reader."""
    page = client.get("/dataset?lang=en", headers={"Accept": "text/html"}).text

    line = re.search(r'<tr id="class-Document"><th scope="row"><code>#class-Document</code></th><td>(.*?)</td>', page)
    assert line
    assert line[1] == "class document, number of entities 2, number of triples 45"
    assert "De vereniging van alle" not in page
    assert "The union of all named graphs." in page


def test_much_that_points_at_a_thing_is_cut_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file names the address that has all."""
    monkeypatch.setattr("kg.web.things._MOST", 3)

    response = client.get("/data/agent/plough-party.nt?cut")

    found = {(t.predicate.value, t.object.value) for t in triples_of(response) if t.subject.value.startswith("http://localhost")}  # type: ignore[union-attr]
    more = {o for p, o in found if p == f"{RDFS}seeAlso"}
    assert [urlsplit(address).path for address in more] == ["/sparql"]
    assert any("holds a part" in o for p, o in found if p == f"{RDFS}comment")


def test_ontology_page_has_an_anchor_for_each_term(client: Client) -> None:
    """So that the IRI of a term, looked up in a browser, leads to its definition."""
    text = client.get("/ontology", headers={"Accept": "text/html"}).text

    triples = triples_of(client.get("/ontology.ttl"))
    terms = {t.subject.value for t in triples if t.subject.value.startswith(f"{ONTOLOGY}#")}  # type: ignore[union-attr]
    assert len(terms) > 60
    assert {term for term in terms if f'id="{term.rpartition("#")[2]}"' not in text} == set()
    assert "A statement in which the speaker binds itself to act, or says that it is already acting." in text


@pytest.mark.parametrize(
    "path",
    ["/ontology", "/page/statement/harbour-2031/s001", "/page/agent/plough-party", "/dataset", "/shapes", "/report", "/codebook"],
)
def test_links_of_ours_lead_somewhere(client: Client, path: str) -> None:
    """No page links to one that does not exist, nor to a part that it does not have."""
    links = {
        link.replace("&amp;", "&")
        for link in re.findall(r'href="(/[^"]*)"', client.get(path, headers={"Accept": "text/html"}).text)
    }

    assert "/ontology" in links
    for link in sorted(links - {"/cite"}):  # the corpus has no citation file
        address, _, part = link.partition("#")
        target = client.get(address, headers={"Accept": "text/html"})
        assert target.status_code == 200, link
        assert not part or f'id="{part}"' in target.text, link


def test_document_page_has_its_statements_in_the_order_of_the_text(client: Client) -> None:
    """By section, with kind, speaker and addressee; nothing that was withdrawn."""
    text = client.get("/page/document/harbour-2031", headers={"Accept": "text/html"}).text

    listed = re.findall(r'<a href="/page/statement/harbour-2031/(s\d+)">', text)
    assert listed == ["s001", "s002", "s003", "s004", "s005", "s006", "s007"]
    assert "7 statements, in the order of the text" in text
    assert "demand · Plough Party → Elland" in text
    assert text.count("<svg") == 6


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("kind=Demand", ["s002", "s003", "s004"]),
        ("kind=Demand&section=vision", ["s002", "s003"]),
        ("addressee=elland&topic=harbours", ["s004"]),
        ("kind=Nothing", []),
    ],
)
def test_document_page_narrows_down(client: Client, chosen: str, expected: list[str]) -> None:
    """Each choice is a link; a chosen one leads back."""
    text = client.get(f"/page/document/harbour-2031?{chosen}", headers={"Accept": "text/html"}).text

    assert re.findall(r'<a href="/page/statement/harbour-2031/(s\d+)">', text) == expected
    if chosen == "kind=Demand":
        assert '<a href="/page/document/harbour-2031" aria-current="true">demand</a>' in text
        assert 'href="/page/document/harbour-2031?kind=Demand&amp;section=vision"' in text


@pytest.mark.parametrize(("lang", "expected"), [("en", "Plough Party"), ("nl", "Ploegpartij")])
def test_result_table_names_things(client: Client, lang: str, expected: str) -> None:
    """An IRI in a result has the name of its thing in the language of the page; a statement has its id."""
    query = (
        "SELECT * { VALUES (?who ?what) { (agent:plough-party <https://w3id.org/policy-kg/id/statement/harbour-2031/s001>) } }"
    )

    text = client.get("/sparql", query_string={"query": query, "lang": lang}, headers={"Accept": "text/html"}).text

    assert f">{expected}</a>" in text
    assert ">harbour-2031/s001</a>" in text


@pytest.mark.parametrize("path", ["/ontology", "/shapes", "/dataset", "/catalog", "/topics"])
def test_slash_at_the_end_leads_to_the_address_without(client: Client, path: str) -> None:
    """And one that leads nowhere is still nowhere."""
    assert (client.get(f"{path}/").status_code, client.get(f"{path}/").headers["Location"]) == (308, path)
    assert client.get(f"{path}x/").status_code == 404


def test_a_document_names_its_language_and_offers_its_table(client: Client) -> None:
    """The language by name, the title as it is, the statements as a file for a spreadsheet."""
    text = client.get("/page/document/harbour-2031?lang=nl", headers={"Accept": "text/html"}).text

    assert "<span>Nederlands</span>" in text
    assert '<a href="/dumps/harbour-2031.csv">harbour-2031.csv</a>' in text
    assert client.get("/dumps/harbour-2031.csv").text.count("harbour-2031/s001") > 0
