"""``/.well-known/void``, ``/catalog``, ``/robots.txt`` and the sitemaps."""

import gzip
import hashlib
import urllib.robotparser
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from werkzeug.test import Client

from kg import located
from kg.description.facts import CATALOG, DATASET
from kg.engine.federation import Federation
from kg.engine.remote import RemoteEngine
from kg.namespaces import ID
from kg.web import crawling, service
from tests.web.conftest import BufferedClient, Running

SITE = "https://kg.example.org/"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
RDF = {
    "ttl": ("text/turtle; charset=utf-8", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
    "jsonld": ("application/ld+json", "json-ld"),
    "trig": ("application/trig; charset=utf-8", "trig"),
}
"""Content type and rdflib's name of a format."""


def graph(text: str, form: str = "turtle") -> Graph:
    """What a reply says."""
    return Graph().parse(data=text, format=form)


def values(found: Graph, subject: str, predicate: str) -> set[str]:
    """Values of a property, given by a short name."""
    query = f"SELECT ?value {{ <{subject}> {predicate} ?value }}"
    return {str(row[0]) for row in found.query(query)}  # type: ignore[index]


@pytest.mark.parametrize("path", ["/.well-known/void", "/catalog"])
@pytest.mark.parametrize("name", list(RDF))
def test_formats_say_the_same(visitor: Client, path: str, name: str) -> None:
    """Each format by Accept, and for the catalogue by suffix too."""
    content_type, form = RDF[name]
    reply = visitor.get(path, headers={"Accept": content_type.partition(";")[0]})
    turtle = graph(visitor.get(path, headers={"Accept": "text/turtle"}).text)

    assert (reply.status_code, reply.content_type) == (200, content_type)
    assert "Accept" in reply.headers["Vary"]
    if form != "trig":
        assert isomorphic(graph(reply.text, form), turtle)
    if path == "/catalog":
        named = visitor.get(f"/catalog.{name}", headers={"Accept": "text/html"})
        assert (named.content_type, named.data) == (content_type, reply.data)


def test_void_is_turtle_unless_asked_otherwise(visitor: Client) -> None:
    """Also for a browser."""
    for accept in ("*/*", "text/html, */*;q=0.1"):
        assert visitor.get("/.well-known/void", headers={"Accept": accept}).content_type == "text/turtle; charset=utf-8"


def test_what_is_not_offered(visitor: Client) -> None:
    """406 with what is, 404 for a suffix that no format has."""
    refused = visitor.get("/.well-known/void", headers={"Accept": "text/html"})

    assert refused.status_code == 406
    assert "text/turtle" in refused.text
    assert visitor.get("/catalog", headers={"Accept": "image/png"}).status_code == 406
    for suffix in ("xml", "turtle", "json-ld", "exe", ""):
        assert visitor.get(f"/catalog.{suffix}").status_code == 404, suffix


def test_void_names_the_addresses_of_the_server(visitor: Client) -> None:
    """Endpoint and dumps are here; the data set and its parts keep their IRIs."""
    void = graph(visitor.get("/.well-known/void").text)

    assert values(void, DATASET, "void:sparqlEndpoint") == {f"{SITE}sparql"}
    dumps = values(void, DATASET, "void:dataDump")
    assert dumps == {
        f"{SITE}dumps/policy-kg.{form}{gz}" for form in ("ttl", "trig", "nt", "nq", "jsonld", "rdf") for gz in ("", ".gz")
    }
    for dump in dumps:
        assert visitor.get(urlsplit(dump).path).status_code == 200
    assert values(void, f"{SITE}.well-known/void", "<http://xmlns.com/foaf/0.1/primaryTopic>") == {DATASET}
    assert "https://w3id.org/policy-kg/sparql" not in {str(value) for value in void.objects() if isinstance(value, URIRef)}


def test_the_number_of_triples_is_that_of_the_dump(visitor: Client) -> None:
    """VoID's ``void:triples`` counts the lines of the N-Triples that it names."""
    void = graph(visitor.get("/.well-known/void").text)

    lines = gzip.decompress(visitor.get("/dumps/policy-kg.nt.gz").data).decode().splitlines()
    assert values(void, DATASET, "void:triples") == {str(len(lines))}


def test_void_without_a_public_address(described: Running) -> None:
    """Then it is the one that the client used."""
    server = described.server
    outside, server._outside = server._outside, type(server._outside)()
    try:
        void = graph(BufferedClient(described).get("/.well-known/void", headers={"Host": "graph.example.net:8080"}).text)
    finally:
        server._outside = outside

    assert values(void, DATASET, "void:sparqlEndpoint") == {"http://graph.example.net:8080/sparql"}


def test_the_catalogue_lists_every_file(visitor: Client, described: Running) -> None:
    """With its address, type, size and checksum as it is downloaded."""
    catalogue = graph(visitor.get("/catalog.ttl").text)
    files = [
        file["path"] for file in described.front.state.site.release.description["files"] if file["path"].startswith("dumps/")
    ]

    rows = catalogue.query(
        """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX spdx: <http://spdx.org/rdf/terms#>
        SELECT ?url ?size ?sum ?type ?zip { ?set dcat:distribution ?file . ?file dcat:downloadURL ?url ; dcat:byteSize ?size ;
        dcat:mediaType ?type ; spdx:checksum [ spdx:checksumValue ?sum ] OPTIONAL { ?file dcat:compressFormat ?zip } }"""
    )
    found = {str(row[0]): tuple(row)[1:] for row in rows}  # type: ignore[index,arg-type]
    assert found.keys() == {f"{SITE}{path}" for path in files}
    for url, (size, digest, media_type, zipped) in ((url, map(str, row)) for url, row in found.items()):
        response = visitor.get(urlsplit(url).path)
        body = response.data
        sent = zipped if url.endswith(".gz") else media_type
        assert sent == f"https://www.iana.org/assignments/media-types/{response.mimetype}"
        assert int(size) == len(body)
        assert digest.lower() == hashlib.sha256(body).hexdigest()
        assert zipped.endswith("application/gzip") == url.endswith(".gz")


def test_data_sets_of_the_catalogue(visitor: Client) -> None:
    """The whole and one for each document; the endpoint serves all of them."""
    catalogue = graph(visitor.get("/catalog.ttl").text)

    expected = {DATASET, f"{DATASET}/harbour-2031", f"{DATASET}/reply-2032"}
    assert values(catalogue, CATALOG, "dcat:dataset") == expected
    assert values(catalogue, f"{CATALOG}#sparql", "dcat:servesDataset") == expected
    assert values(catalogue, f"{CATALOG}#sparql", "dcat:endpointURL") == {f"{SITE}sparql"}
    assert values(catalogue, DATASET, "<http://purl.org/dc/terms/modified>") == {"2032-06-30"}
    assert values(catalogue, f"{DATASET}/harbour-2031", "<http://purl.org/dc/terms/title>") == {
        "What “Harbours for everyone” says",
        "Wat “Havens voor iedereen” zegt",
    }
    assert not values(catalogue, DATASET, "void:classPartition")


def test_catalogue_for_people(visitor: Client) -> None:
    """A page with the files, their checksums, and links to the formats for programs."""
    page = visitor.get("/catalog", headers={"Accept": "text/html"})

    assert page.content_type == "text/html; charset=utf-8"
    assert "/dumps/policy-kg.ttl.gz" in page.text
    assert 'href="/catalog.jsonld"' in page.text
    assert "Havens" in page.text or "Harbours for everyone" in page.text


def test_a_file_belongs_to_the_document_that_it_is_named_after() -> None:
    """Every other file is of the whole; what is not below ``dumps/`` is none."""
    description = {
        "documents": [{"id": "alpha-2020"}],
        "files": [
            {"path": f"dumps/{name}", "bytes": 3, "sha256": "00"}
            for name in (
                "alpha-2020.ttl.gz",
                "alpha-2020.csv",
                "statements.parquet",
                "links.sssom.tsv",
                "tables/all.xlsx",
                "README",
            )
        ]
        + [{"path": "report/shacl.ttl", "bytes": 3, "sha256": "00"}],
    }

    found = {file.name: (file.dataset, file.media_type, file.compressed, file.rdf) for file in located.distributions(description)}

    part = f"{DATASET}/alpha-2020"
    assert found == {
        "alpha-2020.ttl.gz": (part, "text/turtle", True, True),
        "alpha-2020.csv": (part, "text/csv", False, False),
        "statements.parquet": (DATASET, "application/vnd.apache.parquet", False, False),
        "links.sssom.tsv": (DATASET, "text/tab-separated-values", False, False),
        "tables/all.xlsx": (DATASET, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False, False),
        "README": (DATASET, "", False, False),
    }


def test_links_of_the_landing_page(visitor: Client) -> None:
    """Signposting: what cites, describes and holds the data set, each of them there."""
    for path in ("/", "/dumps/"):
        link = visitor.get(path).headers["Link"]

        assert f'<{DATASET}>; rel="cite-as"' in link
        assert f'<{SITE}.well-known/void>; rel="describedby"; type="text/turtle"' in link
        assert f'<{SITE}catalog.jsonld>; rel="describedby"; type="application/ld+json"' in link
        for part in link.split(", "):
            target = part.partition(">")[0][1:]
            if target.startswith(SITE):
                assert visitor.get(urlsplit(target).path).status_code == 200, target
    assert f'<{SITE}dataset.ttl>; rel="alternate"; type="text/turtle"' in visitor.get("/").headers["Link"]
    assert "Link" not in visitor.get("/documents").headers
    assert "Link" not in visitor.get("/none").headers


def test_robots(visitor: Client) -> None:
    """Everything may be read but what is computed for each question."""
    reply = visitor.get("/robots.txt")

    assert reply.content_type == "text/plain; charset=utf-8"
    parser = urllib.robotparser.RobotFileParser()
    parser.parse(reply.text.splitlines())
    for path in (
        "/",
        "/sparql",
        "/.well-known/void",
        "/catalog",
        "/dumps/policy-kg.ttl.gz",
        "/queries/demands",
        "/page/agent/elland",
    ):
        assert parser.can_fetch("anybody", path), path
    for path in ("/sparql?query=ASK%7B%7D", "/search?q=x", "/reconcile", "/api/queries/demands.csv"):
        assert not parser.can_fetch("anybody", path), path
    assert parser.site_maps() == [f"{SITE}sitemap/site.xml", f"{SITE}sitemap.xml"]


def test_sitemap_of_the_site(visitor: Client) -> None:
    """Every page is there, published queries among them; nothing says when one changed."""
    tree = ET.fromstring(visitor.get("/sitemap/site.xml").data)  # noqa: S314 - our own reply

    pages = [element.text or "" for element in tree.iter(LOC)]
    assert f"{SITE}queries/demands" in pages
    for page in pages:
        assert page.startswith(SITE)
        assert visitor.get(urlsplit(page).path, headers={"Accept": "text/html"}).status_code == 200, page
    assert b"lastmod" not in visitor.get("/sitemap/site.xml").data
    endpoint = tree.find(".//{http://sw.deri.org/2007/07/sitemapextension/scschema.xsd}sparqlEndpointLocation")
    assert endpoint is not None
    assert endpoint.text == f"{SITE}sparql"


def test_pages_of_things(visitor: Client, described: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """One address for each thing of ours, in parts of a length; an index names the parts."""
    reader = described.front.state.site.reader
    paths = crawling.paths_of_things(reader)

    assert len(paths) == len(set(paths)) > 40
    assert "/page/agent/elland" in paths
    assert "/page/statement/harbour-2031/s001" in paths
    assert "/page/statement/harbour-2031/s008" not in paths, "it was withdrawn, and its page answers 410"
    assert all(reader.is_known(ID + path.removeprefix("/page/")) for path in paths)
    monkeypatch.setattr(crawling, "_things", lambda: paths)
    monkeypatch.setattr(crawling, "PART", 30)
    tree = ET.fromstring(visitor.get("/sitemap.xml").data)  # noqa: S314 - our own reply
    parts = [element.text or "" for element in tree.iter(LOC)]
    assert parts[0] == f"{SITE}sitemap/site.xml"
    listed: list[str] = []
    for part in parts[1:]:
        page = ET.fromstring(visitor.get(urlsplit(part).path).data)  # noqa: S314 - our own reply
        found = [element.text or "" for element in page.iter(LOC)]
        assert 0 < len(found) <= 30
        listed += found
    assert listed == [f"{SITE}{path[1:]}" for path in paths]
    assert visitor.get(f"/sitemap/things-{len(parts)}.xml").status_code == 404
    assert visitor.get("/sitemap/things-0.xml").status_code == 404


def test_pages_that_the_site_does_not_have_are_not_listed(visitor: Client, described: Running) -> None:
    """Things are listed if the application shows them."""
    shown = any(rule.rule.startswith("/page/") for rule in described.app.url_map.iter_rules())

    tree = ET.fromstring(visitor.get("/sitemap.xml").data)  # noqa: S314 - our own reply
    assert len(list(tree.iter(LOC))) == (2 if shown else 1)


@pytest.mark.parametrize(("allowed", "named"), [((), False), (("https://query.example.org/sparql",), True)])
def test_federation_is_named_where_it_is_allowed(described: Running, allowed: tuple[str, ...], named: bool) -> None:
    """The service description claims SERVICE only where an endpoint is on the list."""
    release = described.front.state.site.release
    engine = RemoteEngine("http://127.0.0.1:9/sparql", release, federation=Federation(allowed))

    text = service.description(release, f"{SITE}sparql", federates=engine.federates)

    assert ("sd:BasicFederatedQuery" in text) == named
    assert described.front.state.site.engine.federates is False


def test_the_service_description_counts_the_default_graph(visitor: Client, described: Running) -> None:
    """Which is the union, as VoID has it."""
    found = graph(visitor.get("/sparql", headers={"Accept": "text/turtle"}).text)

    triples = described.front.state.site.release.description["triples"]
    assert values(found, f"{SITE}sparql#default", "void:triples") == {str(triples)}
    assert values(found, DATASET, "void:sparqlEndpoint") == {f"{SITE}sparql"}
    seen = values(found, f"{SITE}sparql#service", "<http://www.w3.org/2000/01/rdf-schema#seeAlso>")
    assert seen == {f"{SITE}.well-known/void", f"{SITE}catalog"}
