"""The text of a document where the operator has it: in the context of a statement, beside all of them, and never another text."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from kg.cli import main
from kg.errors import Span
from kg.sources import NormalisedText, split_paragraphs, split_sentences
from kg.store import Release
from kg.web.coded import Coded, covered
from kg.web.reading import Text, context
from kg.web.reading import _blocks as blocks
from kg.web.reading import _pages as pages
from tests.project import TEXTS, make_project
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}
TAGS = re.compile(r"<[^>]*>")
LEAD = "Elland moet het Verdrag over Eerlijke Havens ratificeren voordat de winter van 2033 begint."


@pytest.fixture(scope="module")
def reader(harbours: Release) -> Iterator[Client]:
    """A client of a site that has the texts."""
    running = Running(harbours, sources=TEXTS)
    yield BufferedClient(running, use_cookies=False)
    running.close()


def words(page: str) -> str:
    """What a reader sees of a part of a page."""
    return " ".join(TAGS.sub("", page).split())


def test_a_statement_shows_its_passage_between_the_sentences_around_it(reader: Client) -> None:
    """In the language of the document, with the passage marked and a link to where it is read."""
    text = reader.get("/page/statement/harbour-2031/s002", headers=HTML).text
    quoted = text.partition('<blockquote class="context" lang="nl">')[2].partition("</blockquote>")[0]

    assert f"<mark>{LEAD}</mark>" in quoted
    assert words(quoted).startswith(
        f"Naar de inhoud Havens voor iedereen De Ploegpartij vindt dat havens van iedereen zijn. {LEAD} Zolang"
    )
    assert words(quoted).endswith("meldt de Zeewacht in haar jaarboek. …")
    assert 'href="/page/document/harbour-2031?view=text&amp;at=s002#at-s002"' in text


def test_without_texts_there_is_no_passage_to_read(corpus: Running) -> None:
    """Neither on the pages nor at the address; the statement says where its passage is all the same."""
    client = BufferedClient(corpus, use_cookies=False)
    statement = client.get("/page/statement/harbour-2031/s002", headers=HTML).text
    missing = client.get("/page/document/harbour-2031?view=text", headers=HTML)

    assert "<blockquote" not in statement
    assert "view=text" not in statement
    assert "winter van 2033 begint" in statement
    assert "view=text" not in client.get("/page/document/harbour-2031", headers=HTML).text
    assert missing.status_code == 404
    assert "The text of this document is not at hand on this server" in missing.text


def test_another_version_of_a_text_is_not_shown(harbours: Release, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The offsets are those of the coded one; the operator is told what is wrong."""
    shutil.copytree(TEXTS, tmp_path / "texts")
    with (tmp_path / "texts" / "harbour-2031.txt").open("a", encoding="utf-8") as file:
        file.write("En nog iets.\n")
    running = Running(harbours, sources=tmp_path / "texts")
    client = BufferedClient(running, use_cookies=False)

    assert "<blockquote" not in client.get("/page/statement/harbour-2031/s002", headers=HTML).text
    assert "<blockquote" in client.get("/page/statement/reply-2032/s001", headers=HTML).text
    assert "the text of harbour-2031 is not shown" in caplog.text
    assert "this is another version of the document" in caplog.text
    running.close()


def test_texts_that_are_not_there_are_told_once(harbours: Release, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Who has the texts of their own documents only has no use for a line about each of the others."""
    running = Running(harbours, sources=tmp_path)
    client = BufferedClient(running, use_cookies=False)

    for page in ("statement/harbour-2031/s002", "statement/reply-2032/s001", "document/harbour-2031"):
        assert "<blockquote" not in client.get(f"/page/{page}", headers=HTML).text
    running.close()

    told = [record.getMessage() for record in caplog.records if str(tmp_path) in record.getMessage()]
    assert told == [f"{tmp_path} has no text of harbour-2031, reply-2032, so none is shown"]


def test_the_text_stands_beside_what_it_says(reader: Client) -> None:
    """Each passage is marked, and its statement stands beside the paragraph in which it begins; what no statement says is plain."""
    text = reader.get("/page/document/harbour-2031?view=text", headers=HTML).text
    found = [part.partition("</div>")[0] for part in text.split('<div class="reading">')[1:]]
    read = [words(re.sub(r'<a class="at".*?</a>', "", part.partition("</p>")[0])) for part in found]
    notes = [re.findall(r'<li id="(\w+)">', part) for part in found]

    assert read[:2] == ["Naar de inhoud", "Havens voor iedereen"]
    assert read[2].startswith(f"De Ploegpartij vindt dat havens van iedereen zijn. {LEAD}")
    assert "<mark" not in found[0] + found[1]
    assert notes[:4] == [[], [], ["s001", "s002", "s003"], ["s004"]]
    assert f'<a class="at" id="at-s002" href="#s002">s002</a><mark>{LEAD}</mark>' in found[2]
    assert '<a href="/page/statement/harbour-2031/s002">' in found[2]


def test_a_document_tells_how_much_of_it_is_in_a_statement(reader: Client) -> None:
    """All but the skipped lines at its start, list marks, and spaces between passages; drawn as bars on a line of 1,000 units."""
    page = reader.get("/page/document/harbour-2031", headers=HTML).text
    length = len(" ".join((TEXTS / "harbour-2031.txt").read_text(encoding="utf-8").split()))
    outside = len("Naar de inhoud Havens voor iedereen ") + 4 * len(" 1. ") + len("  ")
    bars = re.findall(r"M(\d+) 0h(\d+)v10", page)

    assert f"In a statement <small>{100 - 100 * outside / length:.1f}%</small>" in page
    assert int(bars[0][0]) == 1000 * len("Naar de inhoud Havens voor iedereen ") // length
    assert sum(map(int, bars[-1])) == 1000


def test_a_coder_and_a_reader_are_told_the_same_share(reader: Client, tmp_path: Path) -> None:
    """`kg coverage` counts what the page of the document counts: characters."""
    make_project(tmp_path)
    told = CliRunner().invoke(main, ["--root", str(tmp_path), "coverage", "--sources", str(TEXTS), "harbour-2031"]).stdout
    shown = re.search(r"In a statement <small>([0-9.]+%)</small>", reader.get("/page/document/harbour-2031", headers=HTML).text)

    assert shown is not None
    assert re.findall(r"stated +\d+ words +([0-9.]+%) of the characters", told) == [shown[1]]
    assert re.findall(r"(?:skipped|left) +\d+ words +([0-9.]+%)", told) == ["5.6%", "0.0%"]


def test_what_is_covered_counts_once() -> None:
    """Passages that overlap or touch are one."""
    statements = [Coded(str(place), (place,), {}) for place in [(0, 10), (5, 20), (20, 30), (40, 50)]]

    assert covered(statements) == [Span(0, 30), Span(40, 50)]


def made(raw: str) -> NormalisedText:
    """A text."""
    return NormalisedText("made", " ".join(raw.split()), split_sentences(raw), split_paragraphs(raw))


def test_a_context_begins_and_ends_with_a_sentence() -> None:
    """As many as are within 350 characters; at the edges of the text there is nothing more."""
    text = made(" ".join(f"Sentence number {number:03} is here." for number in range(100)))
    sentence = text.sentences[50]
    found = context(Text(text, "en"), sentence.start, sentence.end)
    first = context(Text(text, "en"), 0, text.sentences[0].end)

    assert found.passage == "Sentence number 050 is here."
    assert found.before.startswith("Sentence number 038 is here. Sentence")
    assert found.after.endswith("Sentence number 062 is here.")
    assert first.before == ""


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    """So that statements stand beside what they are about; nothing is lost, and a long sentence stays whole."""
    text = made(
        " ".join(f"Sentence number {number:03} is here." for number in range(100)) + "\n\nShort. " + "word " * 400 + "end."
    )
    found = list(blocks(text))

    assert " ".join(text.text[span.start : span.end] for span in found) == text.text
    assert all(text.text[span.end - 1] == "." for span in found)
    assert max(span.end - span.start for span in found[:-1]) < 900


def test_pages_hold_whole_blocks() -> None:
    """As many as fit by characters and by statements, and at least one."""
    spans = [Span(0, 9000), Span(9001, 12000), Span(12001, 12010), Span(12011, 40000), Span(40001, 40010)]
    many = [Coded(str(number), ((9001 + number, 9002 + number),), {}) for number in range(111)]

    assert pages(spans, []) == [spans[:2], spans[2:3], spans[3:4], spans[4:]]
    assert pages(spans[:3], many) == [spans[:1], spans[1:2], spans[2:3]]
