"""The pages beside the endpoint."""

import hashlib
import logging
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from kg.store import Release, current_release
from kg.web.policy import SCRIPTED, STRICT
from tests.serving import write_release
from tests.web.conftest import BufferedClient, Running

PAGES = ["/", "/queries", "/sparql?format=html", "/queries/demands", "/dumps/", "/sparql?format=html&query=ASK{}", "/none"]
HTML = {"Accept": "text/html"}
QUESTIONS = """#+ parameters: {who: {type: agent, multiple: true}}
#+ questions:
#+   - {en: Two of them?, nl: Twee ervan?, where: {who: [council, crown]}, place: 2}
#+   - {en: All <of them>?, nl: Allemaal?, place: 1}"""
ELSEWHERE = {"/ontology", "/report", "/codebook", "/cite", "/search"}
"""Pages that this small release has not: it has no ontology, report, codebook, citation file or index. Their own tests see to them."""


class Elements(HTMLParser):
    """Start tags of a page, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "input", "br", "img", "source"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that elements nest."""
        assert tag == self.open.pop()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of the elements with a name."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_safe_and_whole(client: Client, path: str) -> None:
    """No script, no style in the page, nothing from elsewhere, elements that nest, one heading, a language."""
    response = client.get(path, headers=HTML)

    page = Elements(response.text)
    assert not page.open
    assert all(script == {"type": "application/ld+json"} for script in page.all("script"))  # data, which no browser runs
    assert not any("style" in attributes or any(name.startswith("on") for name in attributes) for _, attributes in page.tags)
    assert len(page.all("h1")) == 1
    assert page.all("html") == [{"lang": "en"}]
    assert [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"] == ["/static/style.css"]
    assert [link["href"] for link in page.all("link") if link["rel"] == "icon"] == ["/static/icon.svg"]
    assert all((link["href"] or "").startswith("/") for link in page.all("link"))
    assert all(form["action"] in {"/sparql", "/search"} for form in page.all("form"))
    policy = response.headers["Content-Security-Policy"]
    assert policy == (SCRIPTED if path.startswith("/sparql") else STRICT)
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", ["/favicon.ico", "/static/icon.svg"])
def test_the_site_has_an_icon(client: Client, path: str) -> None:
    """A drawing of a few bytes, also where a browser looks that has read no page."""
    response = client.get(path)

    assert response.status_code == 200
    assert response.content_type.partition(";")[0] == "image/svg+xml"
    assert response.text.startswith("<svg xmlns=")
    assert len(response.data) < 500
    assert response.headers["Content-Security-Policy"] == STRICT


@pytest.mark.parametrize("path", PAGES)
def test_links_of_ours_lead_somewhere(client: Client, path: str) -> None:
    """No page links to one that does not exist, nor to a part that it does not have."""
    page = Elements(client.get(path, headers=HTML).text)
    for link in (attributes["href"] or "" for attributes in page.all("a")):
        if link.startswith("/") and link.partition("?")[0] not in ELSEWHERE and not link.startswith("/page/document/"):
            address, _, part = link.partition("#")
            if address.partition("?")[0] == path == "/none":
                continue  # a page that does not exist, in the other language
            target = client.get(address, headers=HTML)
            assert target.status_code == 200, link
            assert not part or part in {attributes.get("id") for _, attributes in Elements(target.text).tags}, link


def test_first_page(client: Client) -> None:
    """Counts, documents, queries and downloads, escaped, in the language of the reader."""
    response = client.get("/")
    dutch = client.get("/", headers={"Accept-Language": "nl"})

    page = Elements(response.text)
    assert "The &lt;Council&gt;" in response.text
    assert "Demands &lt;b&gt;of&lt;/b&gt; all speakers" in client.get("/queries").text
    assert ("Alpha &amp; beta" in response.text, "Alfa &amp; bèta" in response.text) == (True, False)
    assert ("Alpha &amp; beta" in dutch.text, "Alfa &amp; bèta" in dutch.text) == (False, True)
    assert "1 januari 2020" in dutch.text
    assert "javascript:" not in response.text
    assert "https://example.org/beta" in {attributes["href"] for attributes in page.all("a")}
    assert "/dumps/policy-kg.nt" in {attributes["href"] for attributes in page.all("a")}


def test_the_first_page_begins_with_questions(tmp_path: Path) -> None:
    """In their own order, whatever the queries are called, each with what is chosen in its form; in the language of the page."""
    path = write_release(tmp_path) / "queries"
    header = path.joinpath("demands.rq").read_text(encoding="utf-8").replace("#+ tags: [demands]", QUESTIONS)
    path.joinpath("demands.rq").write_text(header, encoding="utf-8")
    running = Running(current_release(tmp_path))
    client = BufferedClient(running, use_cookies=False)
    listed = [
        client.get(f"/?lang={tag}").text.partition('<ol class="questions">')[2].partition("</ol>")[0] for tag in ("en", "nl")
    ]
    running.close()

    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', listed[0]) == [
        ("/queries/demands?lang=en", "All &lt;of them&gt;?"),
        ("/queries/demands?who=council&amp;who=crown&amp;lang=en", "Two of them?"),
    ]
    assert re.findall(r">([^<]+)</a>", listed[1]) == ["Allemaal?", "Twee ervan?"]


def test_the_button_of_a_query_runs_it(client: Client) -> None:
    """What the form sends without JavaScript gives the table."""
    page = Elements(client.get("/queries").text)
    query = next(field["value"] for field in page.all("input") if field["name"] == "query")

    response = client.get("/sparql?" + urlencode({"query": query, "format": "html"}))

    assert "4 rows." in response.text


def test_published_query(client: Client) -> None:
    """A page for people, the text for programs."""
    page = client.get("/queries/demands", headers=HTML)
    text = client.get("/queries/demands", headers={"Accept": "application/sparql-query"})
    file = client.get("/queries/demands.rq")

    assert "One row per demand." in page.text
    assert text.content_type == "application/sparql-query; charset=utf-8"
    assert text.text == file.text
    assert file.text.startswith("SELECT ?statement")
    assert client.get("/queries/none").status_code == 404
    assert client.get("/queries/").headers["Location"] == "/queries"


def test_dumps(client: Client, release: Release) -> None:
    """Listed files with their types and checksums, and no other file of the machine."""
    listing = client.get("/dumps/")
    dump = client.get("/dumps/policy-kg.nt")

    assert hashlib.sha256(dump.data).hexdigest() in listing.text
    assert (release.path / "dumps" / "policy-kg.nt").read_bytes() == dump.data
    assert dump.content_type == "application/n-triples"
    assert client.get("/dumps/checksums.txt").text.endswith("  policy-kg.nt\n")
    for path in ("unlisted.nt", "../release.json", "%2e%2e/release.json", "..%2frelease.json", "policy-kg.nt/", "", "CURRENT"):
        assert path == "" or client.get(f"/dumps/{path}").status_code == 404
    assert client.get("/dumps/policy-kg.nt", headers={"Range": "bytes=0-9"}).status_code == 206


def test_health(client: Client) -> None:
    """The version that is served, if a query can be answered."""
    response = client.get("/healthz")

    assert response.json == {"status": "ok", "version": "1"}


def test_not_found(client: Client) -> None:
    """A page for people, with the path escaped; JSON for programs."""
    page = client.get("/<i>", headers=HTML)
    problem = client.get("/none")

    assert (page.status_code, "&lt;i&gt;" in page.text) == (404, True)
    assert (problem.status_code, problem.content_type) == (404, "application/problem+json")


def test_a_defect_shows_no_traceback(running: Running, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The log has it, the client does not."""
    app = running.app
    broken = app.extensions["kg"]
    app.extensions["kg"] = None
    try:
        with caplog.at_level(logging.ERROR):
            response = client.get("/")
    finally:
        app.extensions["kg"] = broken

    assert response.status_code == 500
    assert "Traceback" not in response.text
    assert "AttributeError" not in response.text
    assert any(record.exc_info for record in caplog.records)
