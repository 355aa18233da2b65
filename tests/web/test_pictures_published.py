"""The pictures of the published data: the reviewed rows, marks that lead to as many statements as they say, and what has no room."""

import csv
import re
from collections.abc import Iterator
from html import unescape

import pytest
from werkzeug.test import Client

from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.store import Release
from kg.web.pictures import composing, counting, gallery, remarks
from kg.web.pictures.catalogue import KINDS, PICTURES
from kg.web.pictures.scene import Scene
from kg.web.pictures.years import Mark
from tests.project import EXPECTED
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("name", "query", "columns"),
    [
        ("demands", "addressees", ("speaker", "addressee", "demands")),
        ("topics", "topics-by-document", ("topic", "document", "statements")),
        ("kinds", "kinds-by-document", ("document", "kind", "statements")),
        ("frames", "frames", ("speaker", "frame", "statements")),
        ("places", "places-by-kind", ("place", "kind", "statements")),
    ],
)
def test_pictures_of_the_published_data_have_the_reviewed_rows(
    own_data: Release, name: str, query: str, columns: tuple[str, str, str]
) -> None:
    """Those of the published query that a page names beside its own."""
    with (EXPECTED / "queries" / f"{query}.csv").open(encoding="utf-8", newline="") as file:
        reviewed = {tuple(row[column] for column in columns) for row in csv.DictReader(file)}
    found = counting.counts(Reader(own_data), counting.Asked(PICTURES[name]))

    assert {(*row.values, str(row.statements)) for row in found} == reviewed
    assert PICTURES[name].query == query


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("name", PICTURES)
def test_pictures_of_the_published_data_say_what_they_leave_out(own_data: Release, name: str, language: str) -> None:
    """Where there are more names than rows, the page says how many; a wide and a narrow drawing are not larger than a page may be."""
    hung = gallery.hang(Reader(own_data), counting.Asked(PICTURES[name]), language)
    said = " ".join(remarks.more(hung.scene, Reader(own_data)))
    rows_there = len(hung.scene.value(0)) if hung.scene.rows else 0
    beyond = {"demands": 10, "places": 7}.get(name, 0)

    assert (rows_there > composing.ROWS) == (name == "places")
    assert (f" {beyond} " in f" {said} ") == bool(beyond)
    assert len(hung.wide.body) + len(hung.narrow.body) < 100_000


@pytest.fixture(scope="module")
def published(own_data: Release) -> Iterator[Client]:
    """A client of the site on the published data."""
    running = Running(own_data)
    yield BufferedClient(running, use_cookies=False)
    running.close()


@pytest.mark.parametrize(
    "asked", ["demands", "demands?topic=human-rights", "topics?kind=Demand", "topics?topic=human-rights", "kinds?topic=migration"]
)
def test_marks_of_the_published_data_say_what_the_search_finds(published: Client, asked: str) -> None:
    """Though a statement has several speakers, addressees or topics."""
    page = published.get(f"/pictures/{asked}", headers={**HTML, "Accept-Language": "en"}).text
    said = re.findall(r'<a href="/search\?([^"]*)"><title>[^<]*?([\d,]+)(?: times| statements?, [^<]*)?</title>', page)
    found = {
        query: (published.get(f"/search.json?{unescape(query)}").json or {})["total"] for query in {query for query, _ in said}
    }

    assert len(found) > 8
    assert {(query, int(number.replace(",", ""))) for query, number in said} == set(found.items())


@pytest.mark.parametrize("asked", ["demands", "frames?document=groen-2024", "places", "places?by=role&topic=human-rights"])
def test_marks_of_the_published_data_say_what_is_listed(published: Client, asked: str) -> None:
    """So do those whose statements are on a page of their own."""
    page = published.get(f"/pictures/{asked}", headers={**HTML, "Accept-Language": "en"}).text
    said = re.findall(r'<a href="(/pictures/[^"#]*)"><title>[^<]* (\d+)(?: times)?</title>', page)[:40]

    assert len(said) > 4
    for address, number in said:
        text = published.get(unescape(address), headers={**HTML, "Accept-Language": "en"}).text
        assert re.search(rf'role="status">{number} statements?<', text)


def crowded(name: str, first: int, second: int) -> Scene:
    """A scene with many values of both dimensions, each pair once; of statements that are all different."""
    asked = counting.Asked(PICTURES[name])
    others = [f"{POL}{kind}" for kind in KINDS] if name == "kinds" else [f"{ID}b/{b:03}" for b in range(second)]
    pairs = [(f"{ID}a/{a:03}", other) for a in range(first) for other in others[:second]]
    sums = ({a: second for a, _ in pairs}, {b: first for _, b in pairs})
    documents = sums[asked.dimensions.index("document")] if "document" in asked.dimensions else {}
    return Scene(asked, "en", tuple(counting.Count(pair, 1) for pair in pairs), len(pairs), len(pairs), sums, documents, {})


@pytest.mark.parametrize(
    ("name", "sizes", "expected"),
    [
        ("demands", (20, 20), []),
        ("demands", (23, 21), ["room for 20 names", "“others”: 4 speakers, 2 addressees"]),
        ("demands", (3, 30), ["“others”: 11 addressees"]),
        ("topics", (40, 8), []),
        ("topics", (45, 9), ["room for 40 rows; 5 with fewer", "room for 8 documents; 1 with fewer"]),
        ("kinds", (41, 2), ["room for 40 rows; 1 with fewer"]),
        ("frames", (100, 5), ["room for 40 rows; 60 with fewer"]),
    ],
)
def test_what_has_no_room_is_told(own_data: Release, name: str, sizes: tuple[int, int], expected: list[str]) -> None:
    """And drawn as far as there is room, in no more than a page may have."""
    shown = crowded(name, *sizes)
    said = " ".join(remarks.more(shown, Reader(own_data)))
    drawn = [composing.specification(shown, narrow=narrow).specification for narrow in (False, True)]

    assert "There is room" in said if expected else "There is room" not in said
    assert all(each in said for each in expected)
    if name != "demands":
        for each in drawn:
            ys = {datum["y"] for layer in each["layer"] for datum in layer["data"]["values"] if datum.get("about", "").isdigit()}
            assert len(ys) == min(sizes[0], composing.ROWS)


def test_years_beyond_the_room_are_told(own_data: Release) -> None:
    """Sixty figures are drawn, the earliest first."""
    figures = tuple(
        Mark(
            "figure",
            "1",
            "",
            2000 + number % 70,
            f"{ID}indicator/{number}",
            "",
            "",
            "",
            f"{ID}statement/x/{number}",
            f"{ID}document/x",
        )
        for number in range(70)
    )
    shown = Scene(counting.Asked(PICTURES["years"]), "en", (), 70, 70, ({}, {}), {}, {}, figures)

    assert remarks.more(shown, Reader(own_data)) == (
        "There is room for 60 targets and 60 figures; 10 are left out of the picture. The table has them all.",
    )
    assert [row[0].year for row in composing.year_rows(shown, "figure")] == list(range(2000, 2060))
