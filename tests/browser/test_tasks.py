"""Ten things that somebody comes for, done as a newcomer would: from the first page, by clicks alone, with words typed only to search.

Each is done in at most five clicks on the project's own data, and the answer is seen: as a person read it in the documents, and as a
query counts it. The texts of the documents are shown where ``KG_SOURCES`` says where they are.
"""

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from playwright.sync_api import Locator, Page

from kg.namespaces import PREFIXES
from kg.store import Release
from tests.browser.conftest import Look
from tests.w3c.server import running

MOST: Final = 5
"""Clicks that a task may take."""
TEXTS: Final = os.environ.get("KG_SOURCES", "")


@dataclass
class Visitor:
    """Somebody at the first page, whose clicks are counted.

    :ivar page: what they see
    """

    page: Page
    clicks: int = 0

    def click(self, target: Locator | str) -> None:
        """Follow a link or press a button, found by what it says, or as it was found."""
        found = self.named(target) if isinstance(target, str) else target
        found.first.click()
        self.page.wait_for_load_state()
        self.clicks += 1

    def named(self, text: str) -> Locator:
        """A link or button by what it says, in the content first."""
        exact = self.page.get_by_role("link", name=text, exact=True).or_(self.page.get_by_role("button", name=text, exact=True))
        inside = self.page.locator("main").get_by_role("link", name=text, exact=True)
        return inside if inside.count() else exact

    def tick(self, label: str) -> None:
        """Tick a box, or take its tick away."""
        self.page.get_by_role("checkbox", name=label).first.click()
        self.clicks += 1

    def rows(self, text: str = "") -> Locator:
        """Rows of a result, or those with a text."""
        return self.page.locator("table.result tbody tr", has_text=re.compile(text, re.IGNORECASE))

    def statement(self, row: Locator) -> Locator:
        """The link of a row that leads to its statement."""
        return row.first.locator('a[href^="/page/statement/"]')

    def save(self, link: str) -> Path:
        """Download what a link leads to."""
        with self.page.expect_download() as started:
            self.named(link).first.click()
        self.clicks += 1
        return Path(started.value.path())

    def seen(self) -> str:
        """The words of the page."""
        return " ".join(self.page.locator("main").inner_text().split())


@pytest.fixture(scope="module")
def base(own_data: Release) -> Iterator[str]:
    """Address of ``kg serve`` on a release of the project's own data."""
    with running(own_data.path.parents[1], *(["--sources", TEXTS] if TEXTS else [])) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visitor(look: Look) -> Iterator[Visitor]:
    """A visitor who reads English; what they came for took no more than five clicks."""
    watched = look("/", accept_downloads=True)
    here = Visitor(watched.page)
    yield here
    # a picture that is still on its way when somebody goes on, or a page that becomes a download, is no trouble
    watched.troubles[:] = [trouble for trouble in watched.troubles if "ERR_ABORTED" not in trouble]
    assert 0 < here.clicks <= MOST


@pytest.fixture(scope="module")
def store(own_data: Release) -> ox.Store:
    """What the visitor should find."""
    return ox.Store.read_only(str(own_data.path / "store"))


def counted(store: ox.Store, pattern: str) -> int:
    """Number of statements that fit a pattern."""
    prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items() if name in {"pol", "skos"})
    prefixes += "".join(f"PREFIX {each}: <https://w3id.org/policy-kg/id/{each}/> " for each in ("agent", "document", "topic"))
    query = f"{prefixes} SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s pol:passage ?passage . {pattern} }}"
    rows = store.query(query, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return int(next(iter(rows))["n"].value)


def test_who_wants_what_of_belgium_on_the_criminal_court(visitor: Visitor) -> None:
    """A ready question; its rows lead to the statement with its passage."""
    visitor.click("What should Belgium do about the International Criminal Court, and who says so?")
    rows = visitor.rows()
    words = visitor.seen()

    assert rows.count() >= 3
    assert re.search(r"Groen.*International Criminal Court", words)
    visitor.click(visitor.statement(rows))
    assert visitor.page.locator("main h2", has_text="Passage").is_visible()
    assert "International Criminal Court" in visitor.seen()


def test_what_groen_says_of_trade_on_a_condition(visitor: Visitor) -> None:
    """The condition in our words, and the passage in its context, or where it stands."""
    visitor.click("Which demands hold only under a condition?")
    visitor.click(visitor.statement(visitor.rows("Groen.*trade")))
    words = visitor.seen()

    assert visitor.page.locator("tr", has=visitor.page.get_by_role("link", name="condition", exact=True)).is_visible()
    assert "speaker Groen" in words
    assert re.search(r"from “.+” to “.+”: characters [\d,]+–[\d,]+", words)
    if TEXTS:
        assert visitor.page.locator("blockquote.context mark").inner_text()
        visitor.click("Read it in context, beside the other statements")
        assert visitor.page.locator(":target").is_visible()


def test_on_which_reports_the_claims_of_the_letter_rest(visitor: Visitor, store: ox.Store) -> None:
    """Evaluations, advice and an index, as many as the data have."""
    visitor.click("On which reports and indices do claims rest?")
    visitor.tick("Letter to parliament 32 735, no. 403")
    visitor.click("Run")
    cited = {row.locator('a[href^="/page/publication/"]').first.inner_text() for row in visitor.rows().all()}

    assert visitor.rows().count() == counted(
        store, "?s a pol:Claim ; pol:statedIn document:kamerbrief-32735-403 ; pol:cites ?work"
    )
    assert visitor.page.get_by_role("columnheader", name="speaker", exact=True).is_visible()
    assert cited == {"Between paper and practice", "Freedom in the World 2024", "The Netherlands in a fragmenting world order"}
    assert "document=kamerbrief-32735-403" in visitor.page.url


def test_bij1_and_groen_on_migration(visitor: Visitor, store: ox.Store) -> None:
    """Side by side, as many as there are of each."""
    visitor.click("Compare documents or speakers")
    visitor.click("Speakers")
    visitor.tick("Dutch cabinet")
    visitor.click("Show")
    visitor.click(visitor.page.locator("section[aria-labelledby=topics]").get_by_role("link", name="Migration", exact=True))
    said = visitor.page.locator("section[aria-labelledby=said]")
    heads = [head.inner_text() for head in said.locator("h3").all()]
    own = "pol:topic/skos:broader* topic:migration"

    assert heads == [f"{name} {counted(store, f'?s pol:speaker agent:{name.lower()} ; {own}')}" for name in ("Groen", "BIJ1")]
    assert "controlling migration" in said.inner_text()


def test_the_targets_of_0_7_percent_and_by_when(visitor: Visitor) -> None:
    """A ready question has the value, the whole of which it is a part, and the year."""
    visitor.click("How much should go to development aid, and by when?")
    words = visitor.page.locator("table.result").inner_text()

    assert re.search(r"0\.7\d?\b", words)
    assert "2030" in words
    assert "Groen" in words
    assert "gross national income" in words.lower()


def test_for_what_israel_is_criticised_and_by_whom(visitor: Visitor, store: ox.Store) -> None:
    """As many as the data have, each with who says so."""
    visitor.click("For what is Israel criticised, and by whom?")
    number = counted(
        store, "?s a pol:Assessment ; pol:object agent:israel ; pol:polarity <https://w3id.org/policy-kg/id/polarity/negative>"
    )

    assert len({visitor.statement(row).get_attribute("href") for row in visitor.rows().all()}) == number > 0
    assert "Groen" in visitor.page.locator("table.result").inner_text()


def test_what_a_demand_is(visitor: Visitor) -> None:
    """Definition, use and constraints on one page."""
    visitor.click("Ontology")
    visitor.click(visitor.page.locator(".term h3").get_by_role("link", name="demand", exact=True))
    words = visitor.seen()

    assert words.startswith("The ontology demand pol:Demand")
    assert "asks for" in words
    assert "What the shapes ask" in words
    assert visitor.page.locator("table.asked tbody tr").count() > 0
    assert "595" in words or re.search(r"Things in this release: \d", words)


def test_all_statements_of_a_document_as_a_table(visitor: Visitor, store: ox.Store) -> None:
    """One row for each."""
    visitor.click(
        visitor.page.locator("section[aria-labelledby=documents] table").get_by_role("link", name="Basic programme 2024")
    )
    visitor.click("The statements as a table")
    with visitor.save("groen-2024.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == counted(store, "?s pol:statedIn document:groen-2024")


def test_cite_a_statement_in_bibtex(visitor: Visitor) -> None:
    """Found by its words; the entry has its address."""
    visitor.page.get_by_role("searchbox").fill("migration control armed poverty reduction")
    visitor.click("Search")
    visitor.click(visitor.page.locator("ol.hits").get_by_role("link"))
    path = urlsplit(visitor.page.url).path.removeprefix("/page/")
    visitor.click(visitor.page.locator("section.cite summary", has_text="BibTeX"))
    entry = visitor.page.locator("section.cite pre:visible").inner_text()

    assert entry.startswith("@")
    assert f"https://w3id.org/policy-kg/id/{path}" in entry


def test_take_a_picture_along_with_its_data(visitor: Visitor, store: ox.Store) -> None:
    """A PNG, and the numbers that it shows."""
    visitor.click("All pictures")
    visitor.click("What kinds of statement each document makes")
    picture = visitor.save("PNG")
    data = visitor.save("CSV").read_text(encoding="utf-8")
    numbers = [int(row["statements"]) for row in csv.DictReader(data.splitlines())]

    assert picture.read_bytes().startswith(b"\x89PNG")
    assert sum(numbers) == counted(store, "")


def test_another_language_stays(look: Look) -> None:
    """From any page on, wherever a link leads."""
    for start in (
        "/",
        "/page/agent/belgium?role=asked&kind=Demand",
        "/search?q=trade&page=2",
        "/pictures/demands",
        "/compare?by=speaker",
    ):
        watched = look(start)
        here = Visitor(watched.page)
        here.click("Nederlands")
        asked = dict(pair.split("=") for pair in urlsplit(start).query.split("&") if pair)
        kept = dict(pair.split("=") for pair in urlsplit(here.page.url).query.split("&"))
        assert kept == {**asked, "lang": "nl"}
        for link in ("Bladeren", "Actoren"):
            here.click(link)
            assert here.page.locator("html").get_attribute("lang") == "nl"
        here.click(here.page.locator("tbody").get_by_role("link"))
        assert here.page.locator("html").get_attribute("lang") == "nl"
        assert json.loads(here.page.locator("script[type='application/ld+json']").inner_text())
        watched.troubles[:] = [trouble for trouble in watched.troubles if "ERR_ABORTED" not in trouble]
        assert here.clicks <= MOST


def test_fields_and_columns_are_called_as_the_ontology_has_it(look: Look) -> None:
    """In the language of the page; as programs write a parameter stands beside it."""
    page = look("/queries/demands-by-action?lang=nl").page

    assert page.locator("label[for=p-speaker]").inner_text() == "spreker"
    assert page.locator("#d-speaker").inner_text() == "actor · speaker"
    assert page.locator("#d-language").inner_text() == "language"
    assert [head.inner_text() for head in page.locator("table.result th").all()][:2] == ["handeling", "object"]
