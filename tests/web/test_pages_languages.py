"""Each kind of page in Dutch and in English: one language, its own, with links that keep the choice, and a cache that knows it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jinja2
import pytest
from werkzeug.test import Client, TestResponse

from kg.store import Release, current_release
from kg.web.language import LANGUAGES, texts
from tests.serving import write_release
from tests.web.conftest import BufferedClient, Running

TEMPLATES = Path(__file__).parents[2] / "kg" / "web" / "templates"
DEMANDS = "SELECT%20%3Fs%20%3Fsummary%20%7B%20%3Fs%20a%20pol%3ADemand%20%3B%20pol%3Asummary%20%3Fsummary%20%7D"
PAGES = {
    "home": "/",
    "queries": "/queries",
    "query": "/queries/{query}",
    "endpoint": "/sparql",
    "result": f"/sparql?query={DEMANDS}&format=html",
    "no rows": "/sparql?query=SELECT%20*%20%7B%3Cx%3Ay%3E%20%3Fp%20%3Fo%7D&format=html",
    "answer": "/sparql?query=ASK%7B%7D&format=html",
    "problem": "/sparql?query=SELECT&format=html",
    "404": "/none",
    "404 of a release": "/dumps/9.9/",
    "downloads": "/dumps/",
    "catalogue": "/catalog",
    "reconciliation": "/reconcile/about",
    "preview": "/reconcile/preview?id=agent/elland",
    "ontology": "/ontology",
    "shapes": "/shapes",
    "class": "/ontology/term/Demand",
    "property": "/ontology/term/action",
    "unused term": "/ontology/term/Court",
    "scheme": "/ontology/scheme/topic",
    "branch": "/ontology/scheme/topic?branch=harbours",
    "kinds": "/ontology/scheme/kind",
    "report": "/report",
    "codebook": "/codebook",
    "search": "/search?q=haven",
    "search in vain": "/search?q=qqqqqq",
    "absent": "/page/agent/nobody",
    "withdrawn": "/page/statement/harbour-2031/s008",
    "thing": "/page/agent/plough-party",
    "statement": "/page/statement/harbour-2031/s001",
    "document": "/page/document/harbour-2031",
    "role": "/page/agent/plough-party?role=says",
    "graph": "/graph/harbour-2031",
    "citation": "/cite",
    "pictures": "/pictures",
    "picture of demands": "/pictures/demands",
    "picture of topics": "/pictures/topics?kind=Demand",
    "picture of kinds": "/pictures/kinds",
    "picture of frames": "/pictures/frames",
    "picture of years": "/pictures/years",
    "picture of places": "/pictures/places?by=role",
    "interactive picture": "/pictures/kinds?interactive=yes",
    "statements of a picture": "/pictures/frames/statements?speaker=agent/sea-watch",
}
HTML = {"Accept": "text/html"}
YES = re.compile(r"<span>(yes|no|ja|nee)</span>")
DATA = re.compile(r"style=|format=(?!html)")
SPEECH = """#+ title: {en: What is said, nl: Wat gezegd wordt}
#+ description: {en: One row., nl: Eén rij.}
#+ parameters: {language: {type: language, default: en}}

SELECT ?said {
  VALUES ?language { "en" }
  VALUES ?said { "aye"@en "jawel"@nl }
  FILTER(LANG(?said) = ?language)
}
"""
OTHER = {"en": "nl", "nl": "en"}
VOID = {"meta", "link", "input", "br", "img", "source"}
LANGUAGE_FREE = re.compile(
    r"^/(static/|opensearch\.xml|openapi\.json|api/|data/|dumps/[^/]+\.|\.well-known/|reconcile$|search\.json|catalog\.|ontology\."
    r"|shapes\.|report\.|codebook\.|dataset\.|queries/[^?]*\.|graph/[^?]*\.|pictures/[^?]*\.)"
)
"""Addresses of files and data, which are the same in every language."""


class Words(HTMLParser):
    """Texts of a page that its language is to hold for, and the attributes of its elements.

    :ivar texts: text nodes and attributes that are read, without what is code or is marked as being in another language
    """

    READ = ("aria-label", "placeholder", "title", "alt")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and whether it is passed over."""
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        aside = (bool(self._open) and self._open[-1][1]) or tag in {"code", "pre", "script", "textarea", "small"}
        aside = aside or (tag != "html" and "lang" in found)
        if tag not in VOID:
            self._open.append((tag, aside))
        if not aside:
            self.texts += [found[name] for name in self.READ if found.get(name) and found.get("rel") != "search"]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if data.strip() and not self._open[-1][1]:
            self.texts.append(" ".join(data.split()))

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of the elements with a name."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def running(harbours: Release) -> Iterator[Running]:
    """A server on the fictional corpus."""
    running = Running(harbours)
    yield running
    running.close()


@pytest.fixture(scope="module")
def project_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a small release with a query that has a parameter for the language of its rows."""
    build = tmp_path_factory.mktemp("speech")
    path = write_release(build)
    (path / "queries" / "speech.rq").write_text(SPEECH, encoding="utf-8")
    running = Running(current_release(build))
    yield BufferedClient(running, use_cookies=False)
    running.close()


@pytest.fixture
def visitor(running: Running) -> Client:
    """A client of that server."""
    return BufferedClient(running, use_cookies=False)


def address(visitor: Client, kind: str) -> str:
    """Address of a kind of page; of a query, of the first that there is."""
    listed = visitor.get("/api/queries").json
    assert listed is not None
    return PAGES[kind].replace("{query}", listed["queries"][0]["name"])


def fetched(visitor: Client, path: str, language: str, **headers: str) -> TestResponse:
    return visitor.get(path, headers={**HTML, "Accept-Language": language, **headers})


def pieces(language: str) -> set[str]:
    """What the texts of a language say, between values and elements."""
    found = set()
    for by_language in texts().values():
        found |= {piece.strip() for piece in re.split(r"{\w+}|<[^>]*>", by_language[language])}
    return {piece for piece in found if re.search(r"[^\W\d_]{2}", piece)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_in_one_language(visitor: Client, kind: str, language: str) -> None:
    """It says which; nothing that we say in the other language is on it; one heading, and a title in its language."""
    response = fetched(visitor, address(visitor, kind), language)
    page = Words(response.text)
    foreign = pieces(OTHER[language]) - pieces(language)
    long = [piece for piece in foreign if piece.count(" ") > 1]

    assert response.content_type == "text/html; charset=utf-8"
    assert "Accept-Language" in response.headers["Vary"]
    assert page.all("html") == [{"lang": language}]
    assert len(page.all("h1")) == 1
    assert [text for text in page.texts if text.strip(" .:,;()·–") in foreign or any(piece in text for piece in long)] == []


@pytest.mark.parametrize("kind", PAGES)
def test_the_words_of_a_page_are_others_in_the_other_language(visitor: Client, kind: str) -> None:
    """The title and the heading are translated, but for what the server says in English and names that are alike."""
    found = {language: fetched(visitor, address(visitor, kind), language).text for language in LANGUAGES}
    titles = {language: re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1] for language, text in found.items()}  # type: ignore[index]

    assert found["en"] != found["nl"]
    if kind not in {"preview", "downloads", "shapes", "graph"}:  # named alike: Elland, Downloads, Shapes, an IRI
        assert titles["en"] != titles["nl"]


@pytest.mark.parametrize("kind", [kind for kind in PAGES if kind != "preview"])
def test_links_and_forms_keep_the_choice(visitor: Client, kind: str) -> None:
    """Against what the browser prefers; only the link to the other language has another one."""
    path = address(visitor, kind)
    chosen = f"{path}{'&' if '?' in path else '?'}lang=nl"
    page = Words(fetched(visitor, chosen, "en").text)
    lost = []
    for link in page.all("a"):
        target = urlsplit(link["href"])
        if link["href"].startswith("/") and not LANGUAGE_FREE.match(target.path) and not DATA.search(target.query):
            language = parse_qs(target.query).get("lang", [])
            lost += [link["href"]] if language != (["en"] if link.get("hreflang") == "en" else ["nl"]) else []
    forms = [form for form in page.all("form") if form["method"] == "get"]
    fields = [field for field in page.all("input") if field.get("name") == "lang"]

    assert page.all("html") == [{"lang": "nl"}]
    assert lost == []
    assert [field["value"] for field in fields] == ["nl"] * len(forms)


@pytest.mark.parametrize("kind", [kind for kind in PAGES if kind != "preview"])
def test_without_a_choice_addresses_stay_as_they_are(visitor: Client, kind: str) -> None:
    """The browser says it each time."""
    page = Words(fetched(visitor, address(visitor, kind), "nl").text)

    assert {
        urlsplit(link["href"]).query for link in page.all("a") if "lang=nl" in link["href"] and "style=" not in link["href"]
    } == set()
    assert [field for field in page.all("input") if field.get("name") == "lang"] == []


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("order", [LANGUAGES, LANGUAGES[::-1]])
def test_a_kept_page_is_for_readers_of_its_language(visitor: Client, kind: str, order: tuple[str, ...]) -> None:
    """Twice each, so that the second may come from the cache; an entity tag of one language is not that of the other."""
    path = address(visitor, kind)
    for language in (*order, *order):
        response = fetched(visitor, path, language)
        tag = response.headers.get("ETag", "")
        assert f'<html lang="{language}">' in response.text
        if tag:
            assert fetched(visitor, path, language, **{"If-None-Match": tag}).status_code == 304
            assert fetched(visitor, path, OTHER[language], **{"If-None-Match": tag}).status_code == 200
            again = fetched(visitor, path, language, **{"If-None-Match": tag})
            assert again.headers["Vary"] == response.headers["Vary"]


def test_an_explicit_choice_is_another_page(visitor: Client) -> None:
    """In the same language, links differ: by the address, then by the browser."""
    path = f"/sparql?query={DEMANDS}&format=html"
    chosen = fetched(visitor, f"{path}&lang=nl", "nl").text
    plain = fetched(visitor, path, "nl").text

    assert 'href="/ontology?lang=nl"' in chosen
    assert 'href="/ontology"' in plain


@pytest.mark.parametrize("accept", ["text/csv", "application/sparql-results+json"])
def test_data_have_no_language(visitor: Client, running: Running, accept: str) -> None:
    """One kept reply for everybody, whatever they prefer or chose, and it varies by no language."""
    path = f"/sparql?query={DEMANDS}"
    first = visitor.get(path, headers={"Accept": accept, "Accept-Language": "en"})
    held = len(running.front.cache)
    others = [
        visitor.get(path, headers={"Accept": accept, "Accept-Language": "nl"}),
        visitor.get(f"{path}&lang=nl", headers={"Accept": accept}),
    ]

    assert first.headers["Vary"] == "Accept, Accept-Encoding"
    assert {other.headers["ETag"] for other in others} == {first.headers["ETag"]}
    assert {other.data for other in others} == {first.data}
    assert len(running.front.cache) == held


def test_a_posted_query_in_a_chosen_language(visitor: Client) -> None:
    """The form may say it; the link to the other language has the query in its address."""
    form = {"query": "ASK {}", "format": "html", "lang": "nl"}
    response = visitor.post("/sparql", data=form, headers={"Accept-Language": "en"})
    switch = next(link["href"] for link in Words(response.text).all("a") if link.get("hreflang") == "en")

    assert '<html lang="nl">' in response.text
    assert "Ja" in response.text
    assert "<strong>Yes</strong>" in visitor.get(switch).text


def test_the_language_of_texts_is_not_that_of_the_page(visitor: Client) -> None:
    """A reader of Dutch may search English texts, and keeps the Dutch page."""
    page = fetched(visitor, "/search?q=harbour&texts=en&lang=nl", "en").text

    assert '<html lang="nl">' in page
    assert '<option value="en" selected>Engels</option>' in page
    assert fetched(visitor, "/search?q=harbour&lang=nl", "en").text.count("<li>") >= page.count("<li>") > 0


def test_yes_and_no_and_dates_on_pages_of_things(visitor: Client) -> None:
    """Values are written in the language of the page, too."""
    english = fetched(visitor, "/page/statement/harbour-2031/s003", "en").text
    dutch = fetched(visitor, "/page/statement/harbour-2031/s003", "nl").text

    assert YES.findall(english) == ["no"]
    assert YES.findall(dutch) == ["nee"]


def test_definitions_are_shown_in_the_language_of_the_page(visitor: Client) -> None:
    """The translation is on the other page; another name is a name in any language, and marked."""
    for language, own, other in (
        ("en", "Something that can speak", "Iets dat kan spreken"),
        ("nl", "Iets dat", "Something that can"),
    ):
        page = fetched(visitor, "/ontology", language).text
        assert (own in page, other in page) == (True, False)
    assert '<span lang="nl">de Ploeg</span> <small>nl</small>' in fetched(visitor, "/page/agent/plough-party", "en").text
    assert '<span lang="nl">de Ploeg</span></li>' in re.sub(r"\s+<", "<", fetched(visitor, "/page/agent/plough-party", "nl").text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_of_a_published_query_are_in_the_language_of_the_page(project_pages: Client, language: str) -> None:
    """Where the query has a parameter for it, on its page and by the button in the list of queries; what is said explicitly wins."""
    page = fetched(project_pages, "/queries/speech", language).text
    button = next(
        field["value"]
        for field in Words(fetched(project_pages, "/queries", language).text).all("input")
        if "?language" in (field.get("value") or "")
    )
    english = fetched(project_pages, "/queries/speech?language=en", language).text

    assert f'VALUES ?language {{ "{language}" }}' in button
    assert (f'<span lang="{language}">' in page, f'<span lang="{OTHER[language]}">' in page) == (True, False)
    assert '<span lang="en">' in english


def test_redirects_keep_the_choice(visitor: Client) -> None:
    """From the IRI of a thing to its page, from the API to the page of a query, and to the list of queries."""
    name = address(visitor, "query").rpartition("/")[2]

    assert visitor.get("/id/agent/elland?lang=nl", headers=HTML).headers["Location"] == "/page/agent/elland?lang=nl"
    assert (
        visitor.get("/id/agent/elland?lang=nl", headers={"Accept": "text/turtle"}).headers["Location"] == "/data/agent/elland.ttl"
    )
    assert visitor.get(f"/api/queries/{name}?lang=nl", headers=HTML).headers["Location"] == f"/queries/{name}?lang=nl"
    assert visitor.get("/queries/?lang=nl").headers["Location"] == "/queries?lang=nl"


@pytest.mark.parametrize(("language", "expected"), [("en", "(state, agent, place)"), ("nl", "(staat, actor, plaats)")])
def test_flyouts_are_in_the_language_of_their_reader(visitor: Client, language: str, expected: str) -> None:
    """The small previews of the reconciliation service."""
    response = visitor.get("/reconcile/flyout/entity?id=agent/elland", headers={"Accept-Language": language})

    assert response.json is not None
    assert expected in response.json["html"]
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_templates_say_nothing_themselves(template: str) -> None:
    """Their words stand in texts.yaml. What is left are names and code that are alike in every language."""
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    tokens = list(jinja2.Environment().lex(source))  # noqa: S701 - nothing is rendered
    page = Words.__new__(Words)
    HTMLParser.__init__(page)
    static = "".join(value if kind == "data" else " " if "\n" in value else "" for _, kind, value in tokens)
    said = re.sub(r"<(code|script|pre)\b[^>]*>.*?</\1>", "", static, flags=re.DOTALL)
    attributes = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', said)
    said = re.sub(r"<[^>]*>", "\n", said)
    words = {word for word in [*said.split("\n"), *attributes] if re.search(r"[^\W\d_]", word)}
    strings = {
        value[1:-1]
        for _, kind, value in tokens
        if kind == "string" and re.search(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}|^[A-Z][a-z]+$", value[1:-1])
    }

    assert {word.strip(" –·,./:;()") for word in words} <= NAMES
    assert strings <= CODE


NAMES = {"policy-kg", "IRI", "SHA-256", "API", "Turtle", "N-Triples", "JSON-LD", "RDF/XML", ""}
CODE = {
    "Class",
    "ObjectProperty",
    "DatatypeProperty",
    "Violation",
    "Nederlands",  # each language by its own name
    "English",
    "license noreferrer",
    "sha256sum --check --ignore-missing checksums.txt",
    "SELECT ?thing { ?thing <",
    "> } ORDER BY ?thing",
}
