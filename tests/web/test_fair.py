"""The tests of F-UJI (metrics 0.8) and of FAIR-Checker, by the names that they have there; those of SPARQLES are in the next file.

What is tested is what these programs look at; they were read, and are not run. What cannot be met yet, and why, is in ``docs/fair.md``.
"""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from rdflib import Graph, URIRef
from werkzeug.test import Client

from kg.namespaces import RDF_TYPE
from tests.web.test_pages import HTML, Elements

SITE = "https://kg.example.org/"
SCHEMA = "https://schema.org/"
TERMS = {"@vocab": SCHEMA, **{name: {"@type": "@id"} for name in ("license", "url", "contentUrl", "conditionsOfAccess")}}
"""As much of schema.org's context as the page needs, which says of these that their values are IRIs."""


@pytest.fixture
def page(visitor: Client) -> dict[str, Any]:
    """The JSON-LD in the head of the first page."""
    text = visitor.get("/", headers=HTML).text
    head, _, _ = text.partition("</head>")
    block = head.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    found: dict[str, Any] = json.loads(block)
    return found


@pytest.fixture
def embedded(page: dict[str, Any]) -> Graph:
    """The same as triples."""
    assert page["@context"] == SCHEMA
    return Graph().parse(data=json.dumps({**page, "@context": TERMS}), format="json-ld")


@pytest.fixture
def catalogue(visitor: Client) -> Graph:
    """What the typed links of the first page lead to."""
    return Graph().parse(data=visitor.get("/catalog", headers={"Accept": "text/turtle"}).text, format="turtle")


def asks(graph: Graph, *properties: str) -> bool:
    """Whether one of some properties is there."""
    return any(True for name in properties for _ in graph.triples((None, URIRef(name), None)))


# --- F-UJI ---


def test_fsf_f1_01md_identifier_is_unique(page: dict[str, Any]) -> None:
    """The metadata name a URL as the identifier of the data."""
    assert page["identifier"] == page["@id"] == "https://w3id.org/policy-kg/dataset"


def test_fsf_f1_02md_identifier_has_a_persistent_scheme(page: dict[str, Any]) -> None:
    """w3id.org is one; that it leads here (FsF-F1-02MD-2) is up to its register."""
    assert urlsplit(page["identifier"]).hostname == "w3id.org"


def test_fsf_f2_01m_core_metadata(page: dict[str, Any]) -> None:
    """Creator, title, identifier, date, publisher, type, summary and keywords."""
    assert page["@type"] == "Dataset"
    assert page["name"] == "policy-kg: what policy documents say"
    assert [creator["name"] for creator in page["creator"]] == ["The policy-kg contributors"]
    assert page["publisher"]["name"] == "The policy-kg contributors"
    assert page["dateCreated"] == page["dateModified"] == "2032-06-30"
    assert 50 <= len(page["description"]) <= 5000
    assert "policy documents" in page["keywords"]


def test_fsf_f3_01m_metadata_name_the_data(visitor: Client, page: dict[str, Any]) -> None:
    """Links to files, and each of them is there."""
    links = [file["contentUrl"] for file in page["distribution"]]

    assert f"{SITE}dumps/policy-kg.ttl.gz" in links
    for link in links:
        assert link.startswith(SITE)
        assert visitor.get(urlsplit(link).path).status_code == 200, link


def test_fsf_f4_01m_search_engines_can_read_it(visitor: Client, page: dict[str, Any]) -> None:
    """JSON-LD of schema.org in the page, which robots may read."""
    assert (page["@context"], page["@type"]) == (SCHEMA, "Dataset")
    assert "Disallow: /\n" not in visitor.get("/robots.txt").text


def test_fsf_a1_01m_access_level(page: dict[str, Any], catalogue: Graph) -> None:
    """Public, by the EU's code list, which F-UJI knows."""
    public = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"

    assert page["conditionsOfAccess"] == public
    assert page["isAccessibleForFree"] is True
    rights = URIRef("http://purl.org/dc/terms/accessRights")
    assert (URIRef(page["@id"]), rights, URIRef(public)) in catalogue


def test_fsf_a1_02md_metadata_and_data_are_retrievable(visitor: Client, page: dict[str, Any]) -> None:
    """By the addresses that the metadata give."""
    address = page["includedInDataCatalog"]["url"]

    assert visitor.get(urlsplit(page["url"]).path).status_code == 200
    assert visitor.get(urlsplit(address).path).status_code == 200
    for file in page["distribution"]:
        assert len(visitor.get(urlsplit(file["contentUrl"]).path).data) == int(file["contentSize"].removesuffix(" B"))


def test_fsf_a1_1_01md_and_a1_2_01md_protocol(page: dict[str, Any]) -> None:
    """HTTPS, which is standard and can authenticate; of HTTP F-UJI says the same."""
    addresses = [page["identifier"], page["url"], *(file["contentUrl"] for file in page["distribution"])]

    assert {urlsplit(address).scheme for address in addresses} == {"https"}


def test_fsf_i1_01m_formal_metadata(visitor: Client, embedded: Graph, catalogue: Graph) -> None:
    """Embedded, by typed links, and by the endpoint."""
    assert len(embedded) > 50
    assert len(catalogue) > 100
    query = urlencode({"query": "SELECT ?t { <https://w3id.org/policy-kg/dataset> dcterms:title ?t }", "format": "json"})
    assert len(visitor.get(f"/sparql?{query}").json["results"]["bindings"]) == 2  # type: ignore[index]


def test_fsf_i2_01m_registered_vocabularies(catalogue: Graph) -> None:
    """Namespaces that Linked Open Vocabularies lists."""
    namespaces = {str(predicate).rpartition("#")[0] or str(predicate).rpartition("/")[0] for predicate in catalogue.predicates()}

    assert {
        "http://www.w3.org/ns/dcat",
        "http://purl.org/dc/terms",
        "http://www.w3.org/ns/prov",
        "http://rdfs.org/ns/void",
    } <= namespaces


def test_fsf_i3_01m_qualified_references(page: dict[str, Any]) -> None:
    """To what the data were made from, and to the catalogue that they are in, by links."""
    sources = {source["@id"] for source in page["isBasedOn"]}

    assert sources == {f"https://w3id.org/policy-kg/id/document/{slug}" for slug in ("harbour-2031", "reply-2032")}
    assert page["includedInDataCatalog"]["@id"] == "https://w3id.org/policy-kg/catalog"


def test_fsf_r1_01m_content_of_the_data(page: dict[str, Any]) -> None:
    """Type of the resource, type and size of each file, and what is observed."""
    assert page["@type"] == "Dataset"
    assert all(file["encodingFormat"] and file["contentSize"] for file in page["distribution"])
    assert page["variableMeasured"] == ["Assessment", "Claim", "Commitment", "Demand", "Principle", "Response"]


def test_fsf_r1_1_01m_licence(page: dict[str, Any]) -> None:
    """By the address that SPDX gives for CC BY 4.0."""
    assert page["license"].rstrip("/") == "https://creativecommons.org/licenses/by/4.0"


def test_fsf_r1_2_01m_provenance(catalogue: Graph) -> None:
    """In PROV: generated by what, derived from what, attributed to whom."""
    prov = "http://www.w3.org/ns/prov#"

    for name in ("wasGeneratedBy", "wasDerivedFrom", "wasAttributedTo"):
        assert asks(catalogue, f"{prov}{name}"), name


def test_fsf_r1_3_01m_community_standard(catalogue: Graph) -> None:
    """DCAT, in the catalogue of metadata standards of the Research Data Alliance."""
    assert asks(catalogue, "http://www.w3.org/ns/dcat#dataset")


def test_fsf_r1_3_02d_file_format(page: dict[str, Any]) -> None:
    """Open formats in text."""
    assert {"text/turtle", "application/n-triples", "application/ld+json"} <= {
        file["encodingFormat"] for file in page["distribution"]
    }


# --- FAIR-Checker ---


def test_fair_checker_f1a_unique_ids(visitor: Client, embedded: Graph) -> None:
    """The page is reachable, and no node of its metadata is blank."""
    assert visitor.get("/", headers=HTML).status_code == 200
    assert embedded.query("ASK { ?s ?p ?o FILTER(ISBLANK(?s) || ISBLANK(?o)) }").askAnswer is False


def test_fair_checker_f1b_persistent_ids(embedded: Graph, catalogue: Graph) -> None:
    """An identifier, by schema.org and by Dublin Core."""
    assert asks(embedded, f"{SCHEMA}identifier")
    assert asks(catalogue, "http://purl.org/dc/terms/identifier")


def test_fair_checker_f2a_and_i1_structured_metadata(catalogue: Graph) -> None:
    """Title, description, and where the data are."""
    for name in ("http://purl.org/dc/terms/title", "http://purl.org/dc/terms/description"):
        assert asks(catalogue, name)
    for name in ("accessURL", "downloadURL", "endpointURL", "endpointDescription"):
        assert asks(catalogue, f"http://www.w3.org/ns/dcat#{name}")


def test_fair_checker_f2b_i2_and_r1_3_shared_vocabularies(embedded: Graph) -> None:
    """Nothing but schema.org in the page."""
    terms = {str(term) for term in embedded.predicates()} | {str(kind) for kind in embedded.objects(None, URIRef(RDF_TYPE))}

    assert {term for term in terms if not term.startswith(SCHEMA)} == {RDF_TYPE}


def test_fair_checker_i3_external_links(embedded: Graph) -> None:
    """IRIs of more than three authorities."""
    hosts = {urlsplit(str(term)).netloc for triple in embedded for term in (triple[0], triple[2]) if isinstance(term, URIRef)}

    assert {"w3id.org", "schema.org", "creativecommons.org", "kg.example.org", "publications.europa.eu"} <= hosts


def test_fair_checker_a1_1_open_protocol(visitor: Client) -> None:
    """HTTP."""
    assert visitor.get("/").status_code == 200


def test_fair_checker_a1_2_access_rights(embedded: Graph, catalogue: Graph) -> None:
    """Licence and access rights."""
    assert asks(embedded, f"{SCHEMA}license")
    assert asks(catalogue, "http://purl.org/dc/terms/accessRights")


def test_fair_checker_r1_1_licence(embedded: Graph, catalogue: Graph) -> None:
    """By schema.org and by Dublin Core."""
    assert asks(embedded, f"{SCHEMA}license")
    assert asks(catalogue, "http://purl.org/dc/terms/license")


def test_fair_checker_r1_2_provenance(embedded: Graph, catalogue: Graph) -> None:
    """Creator, publisher, and what the data come from."""
    assert asks(embedded, f"{SCHEMA}creator")
    assert asks(catalogue, "http://www.w3.org/ns/prov#wasGeneratedBy")


def test_the_head_of_the_downloads_says_the_same(visitor: Client) -> None:
    """Both pages are about the data set; a text in it cannot end the block."""
    first, downloads = (visitor.get(path, headers=HTML).text for path in ("/", "/dumps/"))
    block = '<script type="application/ld+json">'

    assert first.partition(block)[2].partition("</script>")[0] == downloads.partition(block)[2].partition("</script>")[0]
    assert Elements(first).all("script") == [{"type": "application/ld+json"}]
