"""The pictures on the fictional corpus: their rows, pages and files, in both languages."""

import csv
import io
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import Client

from kg.web.language import texts
from kg.web.pictures import gallery
from kg.web.pictures.catalogue import PICTURES
from kg.web.pictures.draughtsman import DRAUGHTSMAN, DrawingError
from kg.web.pictures.palette import DARK
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}
TEMPLATES = Path(__file__).parents[2] / "kg" / "web" / "templates"
SVG = "{http://www.w3.org/2000/svg}"
HARBOUR, REPLY = "document/harbour-2031", "document/reply-2032"

# what tests/corpus/mappings/*.yaml say
EXPECTED: Mapping[str, set[tuple[str, str, str]]] = {
    "demands": {("agent/plough-party", "agent/elland", "3")},
    "topics": {
        ("topic/harbours", HARBOUR, "6"),
        ("topic/treaties", HARBOUR, "2"),
        ("topic/harbours", REPLY, "1"),
        ("topic/treaties", REPLY, "1"),
    },
    "topics?kind=Demand": {("topic/harbours", HARBOUR, "2"), ("topic/treaties", HARBOUR, "2")},
    "topics?topic=harbours": {("topic/fishing", HARBOUR, "2")},
    "kinds": {
        (HARBOUR, "Demand", "3"),
        (HARBOUR, "Principle", "1"),
        (HARBOUR, "Claim", "1"),
        (HARBOUR, "Assessment", "1"),
        (HARBOUR, "Commitment", "1"),
        (REPLY, "Response", "1"),
        (REPLY, "Claim", "1"),
    },
    "kinds?topic=fishing": {(HARBOUR, "Demand", "1"), (HARBOUR, "Assessment", "1")},
    "frames": {("agent/plough-party", "frame/moral", "1"), ("agent/sea-watch", "frame/evidence", "1")},
    "frames?kind=Claim": {("agent/sea-watch", "frame/evidence", "1")},
    "places": {("agent/verland", "Demand", "1"), ("agent/verland", "Assessment", "1")},
    "places?by=role": {("agent/verland", "place", "2")},
}


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client of the site on a release of the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def local(iri: str) -> str:
    return iri.rpartition("#")[2] if "#" in iri else iri.partition("/id/")[2]


def named(asked: str, form: str) -> str:
    """Address of the data of a picture."""
    name, mark, query = asked.partition("?")
    return f"/pictures/{name}.{form}{mark}{query}"


@pytest.mark.parametrize("asked", EXPECTED)
def test_the_rows_are_those_of_the_documents(client: Client, asked: str) -> None:
    """As CSV and as JSON, with names in both languages."""
    response = client.get(named(asked, "csv"))
    found = rows(response.text)
    first, second = [name for name in found[0] if "_" not in name and name != "statements"]
    document = client.get(named(asked, "json")).json
    assert document is not None

    assert response.content_type == "text/csv; charset=utf-8; header=present"
    assert {(local(row[first]), local(row[second]), row["statements"]) for row in found} == EXPECTED[asked]
    assert all(row[f"{name}_{language}"] for row in found for name in (first, second) for language in ("en", "nl"))
    assert [{**row, "statements": str(row["statements"])} for row in document["rows"]] == found


def test_targets_and_figures_stand_in_their_years(client: Client) -> None:
    """One of each in the fictional programme."""
    found = rows(client.get("/pictures/years.csv").text)

    assert [(row["type"], row["value"], row["year"], local(row["statement"]), row["indicator_en"]) for row in found] == [
        ("target", "0.7", "2035", "statement/harbour-2031/s004", "Harbour budget"),
        ("figure", "12", "2030", "statement/harbour-2031/s005", "Drowned sailors"),
    ]
    assert local(found[0]["indicator"]) == "indicator/harbour-budget"
    assert local(found[0]["denominator"]) == "indicator/national-income"
    assert local(found[1]["of"]) == "group/sailors"
    assert rows(client.get("/pictures/years.csv?document=reply-2032").text) == []


@pytest.mark.parametrize("asked", [*EXPECTED, "years", "years?document=harbour-2031"])
def test_the_query_gives_the_rows(client: Client, asked: str) -> None:
    """What the page offers at /sparql is what was counted."""
    document = client.get(named(asked, "json")).json
    assert document is not None
    page = client.get(f"/pictures/{asked}", headers=HTML).text
    answer = rows(client.get("/sparql", query_string={"query": document["query"]}, headers={"Accept": "text/csv"}).text)

    assert f'name="query" value="{document["query"].replace("<", "&lt;").replace(">", "&gt;").replace(chr(34), "&#34;")}"' in page
    assert len(answer) == len(document["rows"]) > 0
    if "statements" in answer[0]:
        assert [int(row["statements"]) for row in answer] == [row["statements"] for row in document["rows"]]


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("asked", [*EXPECTED, "years"])
def test_a_page_has_the_picture_twice_and_the_table(client: Client, asked: str, language: str) -> None:
    """For wide and for narrow pages; well-formed, with a title and a description, and without style attributes, which the policy forbids."""
    response = client.get(f"/pictures/{asked}", headers={**HTML, "Accept-Language": language})
    drawings = re.findall(r"<svg.*?</svg>", response.text, re.DOTALL)
    title = re.search("<h1>(.*?)</h1>", response.text)

    assert response.status_code == 200
    assert len(response.data) < 150_000
    assert "style=" not in response.text
    assert "<script" not in response.text
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert len(drawings) == 2
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
        assert title
        assert [root[0].tag, root[0].text] == [f"{SVG}title", unescape(title[1])]
        assert root[1].tag == f"{SVG}desc"
        assert root.attrib["aria-labelledby"] == root[0].attrib["id"]
        assert root.attrib["aria-describedby"] == root[1].attrib["id"]
        assert len(root[1].text or "") > 40
        links = list(root.iter(f"{SVG}a"))
        assert links
        assert all(link.attrib["href"].startswith("/") and link[0].tag == f"{SVG}title" and link[0].text for link in links)
    assert '<h2 id="table">' in response.text


@pytest.mark.parametrize("asked", [*EXPECTED, "years"])
def test_marks_lead_to_as_many_statements_as_they_say(client: Client, asked: str) -> None:
    """Every link of a drawing answers, and every number of the table leads to that many statements."""
    page = client.get(f"/pictures/{asked}&lang=en" if "?" in asked else f"/pictures/{asked}?lang=en", headers=HTML).text
    drawn = {
        unescape(link) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL) for link in re.findall(r'href="([^"]*)"', svg)
    }
    table = page.partition('id="table"')[2]
    counted = re.findall(r'<td class="number"><a href="([^"]*)">(\d+)</a>', table)

    assert all("lang=en" in link for link in drawn)
    assert {link: client.get(link, headers=HTML).status_code for link in drawn} == dict.fromkeys(drawn, 200)
    if asked == "years":  # a value leads to the statement that says it
        assert {urlsplit(link).path for link in drawn} == {f"/page/statement/harbour-2031/{each}" for each in ("s004", "s005")}
        return
    assert len(counted) == len(EXPECTED[asked])
    for link, number in counted:
        text = client.get(unescape(link), headers=HTML).text
        said = re.search(r'role="status">([^<]*?)(\d+|One) statements?', text)
        assert said, link
        assert said[2] == number or (said[2], number) == ("One", "1")


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_may_be_taken_along(client: Client, name: str, language: str) -> None:
    """As SVG that refers to nothing but this site, in light and dark; as PNG; and as a specification with its data."""
    svg = client.get(f"/pictures/{name}.{language}.svg")
    dark = client.get(f"/pictures/{name}.{language}.svg?theme=dark")
    png = client.get(f"/pictures/{name}.{language}.png")
    specification = client.get(f"/pictures/{name}.{language}.vl.json").json
    assert specification is not None
    root = ET.fromstring(svg.text)  # noqa: S314 - our own drawing
    used = set(re.findall("#[0-9a-f]{6}", svg.text))

    assert svg.content_type in {"image/svg+xml; charset=utf-8", "image/svg+xml"}
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    assert "CC BY 4.0" in svg.text
    assert all(link.attrib["href"].startswith("http://localhost/") for link in root.iter(f"{SVG}a"))
    assert not re.search(r"<(image|use|style|script|foreignObject)|url\(|xlink", svg.text)
    assert used <= set(DARK)
    assert set(re.findall("#[0-9a-f]{6}", dark.text)) == {DARK[colour] for colour in used}
    assert png.content_type == "image/png"
    assert png.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png.data[16:20], "big") == 2 * int(root.attrib["width"])
    assert specification["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert all("url" not in layer["data"] for layer in specification["layer"])


def test_a_file_has_its_own_language(client: Client) -> None:
    """Whatever the browser prefers: a file is passed on without a page around it."""
    for preferred in ("en", "nl"):
        assert "Wie wat van wie vraagt" in client.get("/pictures/demands.nl.svg", headers={"Accept-Language": preferred}).text
        assert "Who asks what of whom" in client.get("/pictures/demands.en.svg", headers={"Accept-Language": preferred}).text


@pytest.mark.parametrize(
    ("address", "status", "expected"),
    [
        ("demands?document=nobody", 400, 'There is no document "nobody" with statements. There are: harbour-2031, reply-2032.'),
        (
            "topics?kind=Song",
            400,
            'There is no kind "Song" with statements. There are: Demand, Commitment, Principle, Claim, Assessment, Response.',
        ),
        (
            "kinds?topic=knitting",
            400,
            'There is no topic "knitting" with statements. There are: harbours, treaties. All topics are listed at /topics.',
        ),
        ("places?by=mood", 400, 'The picture "places" is not counted by "mood". There are: kind, role.'),
        ("kinds?by=kind", 400, 'The picture "kinds" is not counted by "kind". It has one way of counting only; leave by= out.'),
        ("kinds.en.svg?theme=pink", 400, 'There is no theme "pink". There are: light, dark.'),
        ("kinds.en.vl.json?width=huge", 400, 'There is no width "huge". There are: wide, narrow.'),
        ("moods", 404, 'There is no picture "moods". There are: demands, topics, kinds, frames, years, places.'),
        ("kinds.fr.svg", 404, 'There is no picture "kinds.fr.svg". There are: demands, topics, kinds, frames, years, places.'),
        ("kinds/colours", 404, 'The picture "kinds" has no page "colours".'),
        (
            "frames/statements",
            400,
            "Say which statements of the picture are meant, by speaker= or frame=; the picture /pictures/frames leads to them.",
        ),
        (
            "years/statements?year=2030",
            400,
            "Say which statements of the picture are meant, by its marks; the picture /pictures/years leads to them.",
        ),
        (
            "frames/statements?speaker=agent/nobody",
            404,
            "No statement is behind this count. The picture /pictures/frames leads to those that there are.",
        ),
        ("frames/statements?speaker=agent/sea-watch&page=2", 400, "page is '2'; expected a number from 1 to 1."),
        (
            "script/0.js",
            404,
            "There is no such version of the script of the pictures; load the page of the picture again.",
        ),
    ],
)
def test_what_there_is_not_is_refused(client: Client, address: str, status: int, expected: str) -> None:
    """With what there is."""
    response = client.get(f"/pictures/{address}", headers={"Accept": "application/json"})

    assert response.status_code == status
    assert response.json["detail"] == expected  # type: ignore[index]


@pytest.mark.parametrize("value", ["x>", "agent/a> ?b", '"', "harbour-2031> . ?s ?p <x"])
def test_no_value_gets_into_a_query_that_is_not_known(client: Client, value: str) -> None:
    """It is refused before."""
    for name in ("document", "topic"):
        assert client.get("/pictures/demands", query_string={name: value}).status_code == 400
    assert client.get("/pictures/frames/statements", query_string={"speaker": value}).status_code == 404


def test_nothing_to_show_is_said(client: Client) -> None:
    """The reply demands nothing."""
    response = client.get("/pictures/demands?document=reply-2032", headers={**HTML, "Accept-Language": "en"})

    assert response.status_code == 200
    assert "There is nothing to show for what is chosen." in response.text
    assert "<svg" not in response.text


def test_topics_within_a_topic_say_what_they_leave_out(client: Client) -> None:
    """Six statements are about harbours in the programme and one in the reply, two of them about fishing."""
    page = client.get("/pictures/topics?topic=harbours", headers={**HTML, "Accept-Language": "en"}).text

    assert "5 statements are about Harbours and about none of these." in page
    assert "Only: Topic – Harbours." in page


def test_a_picture_that_cannot_be_drawn_leaves_its_table(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is there, and is asked for again the next time; a file is refused."""

    def fail(*_: object) -> None:
        raise DrawingError("no pencil")

    monkeypatch.setattr(DRAUGHTSMAN, "svg", fail)
    page = client.get("/pictures/frames?document=harbour-2031&kind=Claim", headers={**HTML, "Accept-Language": "en"})
    file = client.get("/pictures/frames.en.svg?document=harbour-2031&kind=Claim", headers={"Accept": "application/json"})

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "The picture cannot be drawn at the moment." in page.text
    assert '<h2 id="table">' in page.text
    assert file.status_code == 503
    assert file.headers["Retry-After"] == "5"
    assert file.json["detail"] == "no pencil"  # type: ignore[index]


def test_all_pictures_are_on_one_page(client: Client) -> None:
    """With a link to each, and its drawing in the colours that the reader prefers."""
    page = client.get("/pictures", headers={**HTML, "Accept-Language": "nl"}).text

    for name in PICTURES:
        assert f'<a href="/pictures/{name}">' in page
        assert f'srcset="/pictures/{name}.nl.svg?theme=dark" media="(prefers-color-scheme: dark)"' in page


def test_crawlers_hear_of_the_pictures_and_not_of_their_filters(client: Client) -> None:
    """There are as many filters as questions."""
    assert "/pictures/demands</loc>" in client.get("/sitemap/site.xml").text
    assert "Disallow: /pictures/*?*" in client.get("/robots.txt").text


def test_texts_of_pictures_are_used() -> None:
    """Each by its key, or by what follows the name of a picture."""
    sources = [*Path(gallery.__file__).parent.glob("*.py"), *TEMPLATES.glob("picture*.html")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    keys = [key.removeprefix("picture.") for key in texts() if key.startswith("picture.")]
    endings = [next((key.removeprefix(f"{name}_") for name in PICTURES if key.startswith(f"{name}_")), key) for key in keys]
    named = set(re.findall(r"[\w]+", said))

    assert [key for key, ending in zip(keys, endings, strict=True) if ending not in named and not BUILT.fullmatch(ending)] == []


BUILT = re.compile(r"(type|by|of|merged)_\w+")
"""Keys that are put together from a word of the code and one of the data."""
