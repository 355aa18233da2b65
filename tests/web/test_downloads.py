"""The files of a release over HTTP: ranges, checksums, addresses that follow releases and addresses that stay."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from kg import release
from kg.store import Release, current_release
from tests.project import edit, make_project
from tests.web.conftest import BufferedClient, Running
from tests.web.test_pages import HTML, Elements

NAME = "policy-kg.ttl"
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Two releases of the fictional corpus, of which the second is current."""
    root = tmp_path_factory.mktemp("project")
    layout = make_project(root)
    layout.citation.write_text('title: "T"\nauthors: [{name: The coders}]\nversion: 1.0.0\n', encoding="utf-8")
    release.build(layout, root / "build")
    old = current_release(root / "build")
    edit(layout, "mappings/harbour-2031.yaml", "Harbours belong to nobody", "Harbours are owned by nobody")
    release.build(layout, root / "build")
    return old, current_release(root / "build")


@pytest.fixture(scope="module")
def site(built: tuple[Release, Release]) -> Iterator[Running]:
    """A server of the second."""
    running = Running(built[1])
    yield running
    running.close()


@pytest.fixture
def web(site: Running) -> Client:
    """A client of it."""
    return BufferedClient(site, use_cookies=False)


def content(of: Release, name: str = NAME) -> bytes:
    """What the file holds."""
    return (of.path / "dumps" / name).read_bytes()


@pytest.fixture
def data(built: tuple[Release, Release]) -> bytes:
    """Content of the file in the current release."""
    return content(built[1])


def test_whole_file(web: Client, data: bytes) -> None:
    """Its bytes; a strong tag, a checksum by which it can be proved, its name."""
    response = web.get(f"/dumps/{NAME}")

    digest = hashlib.sha256(data)
    assert response.data == data
    assert response.headers["ETag"] == f'"{digest.hexdigest()}"'
    assert response.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Content-Disposition"] == f"attachment; filename={NAME}"
    assert response.headers["Content-Length"] == str(len(data))
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Repr-Digest" in response.headers["Access-Control-Expose-Headers"]


def test_head(web: Client, data: bytes) -> None:
    """All of it but the bytes."""
    response = web.head(f"/dumps/{NAME}")

    assert (response.status_code, response.data, response.headers["Content-Length"]) == (200, b"", str(len(data)))
    assert response.headers["Repr-Digest"]


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-20", -20, None), ("bytes=5-999999999", 5, None)],
)
def test_ranges(web: Client, data: bytes, header: str, start: int, end: int | None) -> None:
    """A part, the rest, the last bytes, more than there is; the digest is of the whole (RFC 9530, section 3)."""
    response = web.get(f"/dumps/{NAME}", headers={"Range": header})

    first = start % len(data)
    last = (len(data) if end is None else end) - 1
    assert (response.status_code, response.data) == (206, data[start:end])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Repr-Digest"] == web.get(f"/dumps/{NAME}").headers["Repr-Digest"]


@pytest.mark.parametrize("header", ["bytes=0-1,5-9", "bytes=9-5", "lines=1-2", "bytes=a-b", "bytes", "bytes=-999999999"])
def test_ranges_that_are_passed_over(web: Client, data: bytes, header: str) -> None:
    """Several parts, an invalid one, another unit, a longer end than there is: the whole (RFC 9110, sections 14.1.2 and 14.2)."""
    response = web.get(f"/dumps/{NAME}", headers={"Range": header})

    assert (response.status_code, response.data) == (200, data)
    assert "Content-Range" not in response.headers


def test_a_range_past_the_end(web: Client, data: bytes) -> None:
    """416 with the length (RFC 9110, section 15.5.17)."""
    response = web.get(f"/dumps/{NAME}", headers={"Range": "bytes=999999999-"})

    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(data)}"


def test_a_part_of_the_same_bytes_only(web: Client, built: tuple[Release, Release]) -> None:
    """If-Range with the tag of another release, or a weak one, gives the whole (RFC 9110, section 13.1.5)."""
    tag = web.head(f"/dumps/{NAME}").headers["ETag"]
    other = web.head(f"/dumps/{built[0].version}/{NAME}").headers["ETag"]

    assert tag != other
    for given, status in ((tag, 206), (other, 200), (f"W/{tag}", 200)):
        assert web.get(f"/dumps/{NAME}", headers={"Range": "bytes=0-9", "If-Range": given}).status_code == status, given


def test_not_modified(web: Client) -> None:
    """A client that has it is told so."""
    tag = web.head(f"/dumps/{NAME}").headers["ETag"]

    response = web.get(f"/dumps/{NAME}", headers={"If-None-Match": tag})

    assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", tag)


def test_conditions_come_before_ranges(web: Client) -> None:
    """RFC 9110, section 13.2.2; where one fails, no file is sent."""
    tag = web.get(f"/dumps/{NAME}").headers["ETag"]

    known = web.get(f"/dumps/{NAME}", headers={"If-None-Match": tag, "Range": "bytes=0-9"})
    other = web.get(f"/dumps/{NAME}", headers={"If-Match": '"other"', "Accept": "application/problem+json"})
    same = web.get(f"/dumps/{NAME}", headers={"If-Match": tag, "Range": "bytes=0-9"})

    assert (known.status_code, known.data) == (304, b"")
    assert other.status_code == 412
    assert tag in other.json["detail"]  # type: ignore[index]
    assert (same.status_code, len(same.data)) == (206, 10)


def test_gzip_files_are_sent_as_such(web: Client, data: bytes) -> None:
    """No content coding: what is saved is the file that the checksum is of."""
    response = web.get(f"/dumps/{NAME}.gz", headers={"Accept-Encoding": "gzip"})

    assert response.content_type == "application/gzip"
    assert "Content-Encoding" not in response.headers
    assert gzip.decompress(response.data) == data


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("policy-kg.trig", "application/trig"),
        ("reply-2032.rdf", "application/rdf+xml"),
        ("statements.csv", "text/csv; charset=utf-8; header=present"),
        ("statements.csv-metadata.json", "application/csvm+json"),
        ("csv-metadata.json", "application/csvm+json"),
        ("statements.parquet", "application/vnd.apache.parquet"),
        ("statements.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("links.sssom.tsv", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_media_types(web: Client, name: str, media_type: str) -> None:
    """By the end of the name."""
    assert web.head(f"/dumps/{name}").content_type == media_type


def test_a_table_leads_to_its_metadata(web: Client) -> None:
    """By the header Link (Tabular Data Model, section 5.2), whose target is there and names the table."""
    for table, metadata in (("statements.csv", "statements.csv-metadata.json"), ("reply-2032.csv", "csv-metadata.json")):
        link = web.head(f"/dumps/{table}").headers["Link"]

        assert link.split(", ") == [
            f'<{metadata}>; rel="describedby"; type="application/csvm+json"',
            '</catalog.ttl>; rel="describedby"; type="text/turtle"',
            '</catalog.nt>; rel="describedby"; type="application/n-triples"',
            '</catalog.rdf>; rel="describedby"; type="application/rdf+xml"',
            '</catalog.jsonld>; rel="describedby"; type="application/ld+json"',
            '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
            '</dumps/>; rel="collection"',
        ]
        assert f'"url": "{table}"' in web.get(f"/dumps/{metadata}").text


def test_addresses_that_stay(web: Client, built: tuple[Release, Release]) -> None:
    """A release that was replaced is still there, under its version; caches may keep it for good."""
    old, new = built
    for each in (old, new):
        response = web.get(f"/dumps/{each.version}/{NAME}")

        assert response.data == content(each)
        assert response.headers["Cache-Control"] == YEAR
    assert content(old) != content(new)


@pytest.mark.parametrize(
    "path", ["/dumps/0.0/policy-kg.ttl", "/dumps/../policy-kg.ttl", "/dumps/%2e%2e/release.json", "/dumps/.lock/x", "/dumps/0.0/"]
)
def test_no_other_folder_is_a_release(web: Client, path: str) -> None:
    """404, with where to look."""
    response = web.get(path)

    assert response.status_code == 404


def test_a_file_that_is_there_compressed_only(web: Client, built: tuple[Release, Release]) -> None:
    """The error names it."""
    assert "There is policy-kg.hdt.gz" not in web.get("/dumps/policy-kg.hdt").text
    plain = built[1].path / "dumps" / "reply-2032.nt"
    kept = plain.rename(plain.with_name("away"))
    try:
        assert "There is reply-2032.nt.gz, though." in web.get("/dumps/reply-2032.nt").text
    finally:
        kept.rename(plain)


def test_checksums(web: Client, built: tuple[Release, Release], tmp_path: Path) -> None:
    """As sha256sum reads them in the folder of the downloads."""
    lines = web.get("/dumps/checksums.txt").text.splitlines()

    found = {line[66:]: line[:64] for line in lines}
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (built[1].path / "dumps").iterdir()}
    assert found == files
    assert web.get(f"/dumps/{built[0].version}/checksums.txt").headers["Cache-Control"] == YEAR


def test_the_page_lists_each_file_once(web: Client, built: tuple[Release, Release]) -> None:
    """The whole, the tables, the documents, the rest; and the other release, whose page says that there is a later one."""
    response = web.get("/dumps/", headers=HTML)

    page = Elements(response.text)
    links = [str(link["href"]) for link in page.all("a")]
    files = sorted(p.name for p in (built[1].path / "dumps").iterdir())
    assert sorted(link.removeprefix("/dumps/") for link in links if link.removeprefix("/dumps/") in files) == files
    assert {"graph", "table", "documents", "other"} <= {section.get("aria-labelledby") for section in page.all("section")}
    assert f"/dumps/{built[0].version}/" in links
    old = web.get(f"/dumps/{built[0].version}/", headers=HTML)
    assert "later release" in old.text
    assert f"/dumps/{built[0].version}/{NAME}" in old.text
    for link in links:
        if link.startswith("/dumps/"):
            assert web.head(link).status_code == 200, link


def test_first_page_names_a_compressed_file_where_there_is_no_plain_one(web: Client, built: tuple[Release, Release]) -> None:
    """As in a large release."""
    assert '"/dumps/policy-kg.rdf.gz"' not in web.get("/").text
    plain = built[1].path / "dumps" / "policy-kg.rdf"
    kept = plain.rename(plain.with_name("away"))
    try:
        assert '"/dumps/policy-kg.rdf.gz"' in web.get("/").text
    finally:
        kept.rename(plain)


STATEMENT = "https://w3id.org/policy-kg/id/statement/harbour-2031/s002"


def test_citation_page(web: Client) -> None:
    """APA at sight, the other styles below, each to be had alone; the other language."""
    response = web.get("/cite", query_string={"iri": STATEMENT}, headers=HTML)

    page = Elements(response.text)
    assert "<em>Havens voor iedereen</em>" in response.text
    assert len(page.all("pre")) == 4
    assert len(page.all("h1")) == 1
    for link in (str(attributes["href"]) for attributes in page.all("a")):
        if link.startswith("/cite"):
            assert web.get(link).status_code == 200
    assert 'lang="nl"' in response.text


@pytest.mark.parametrize(
    ("query", "accept", "media_type", "begins"),
    [
        ("&style=bibtex", "text/html", "application/x-bibtex", "@misc{policy-kg-harbour-2031-s002,"),
        ("&style=bib", "", "application/x-bibtex", "@misc{"),
        ("&style=apa&lang=nl", "", "text/plain", "The coders. (z.d.)."),
        ("", "text/x-bibliography", "text/x-bibliography", "The coders. (n.d.)."),
        ("", "application/vnd.citationstyles.csl+json", "application/vnd.citationstyles.csl+json", "["),
        ("&style=ris", "", "application/x-research-info-systems", "TY  - DATA"),
    ],
)
def test_citation_in_a_style(web: Client, query: str, accept: str, media_type: str, begins: str) -> None:
    """By the parameter, else by the header."""
    response = web.get(f"/cite?iri={STATEMENT}{query}", headers={"Accept": accept} if accept else {})

    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.text.startswith(begins)
    again = web.get(f"/cite?iri={STATEMENT}{query}", headers={"Accept": accept, "If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("style=mla", 400, 'There is no style "mla". There are: html, apa, bibtex, csl, ris.'),
        ("style=apa&lang=fr", 400, "say lang=en or lang=nl"),
        ("style=apa&iri=https://example.org/", 404, "only the dataset, its documents and its statements can be cited"),
        ("style=apa&iri=a%20b", 404, "no such document or statement"),
    ],
)
def test_citation_errors(web: Client, query: str, status: int, detail: str) -> None:
    """Problem documents that say what there is."""
    response = web.get(f"/cite?{query}")

    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert detail in json.loads(response.text)["detail"]


def test_no_acceptable_style(web: Client) -> None:
    """406 with what there is."""
    response = web.get("/cite", headers={"Accept": "image/png"})

    assert response.status_code == 406
    assert "application/x-bibtex" in response.text
