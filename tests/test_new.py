"""`kg new`: pages, PDFs and texts become documents to code, and nothing is written over."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.authoring.extra import needed
from kg.authoring.extracted import Extracted, clean
from kg.authoring.languages import POSSIBLE
from kg.authoring.plain import read_plain
from kg.authoring.skeleton import plain
from kg.authoring.units import cut, normalised
from kg.authoring.webpage import read_page
from kg.cli import main
from kg.mappings.layout import Layout
from kg.mappings.tongue import guess_language
from kg.sources import find, parse_anchors
from tests.pages.programme import write_picture, write_programme
from tests.project import HERE, edit, snapshot

PAGE = HERE / "pages" / "polderbond.html"


@pytest.fixture
def texts(project: Layout, tmp_path: Path) -> Path:
    """An empty folder of sources outside the fictional project."""
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


def kg(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(arguments))


def new(texts: Path, source: str | Path, *more: str) -> Result:
    """Begin a document."""
    return kg("new", str(source), "--sources", str(texts), *more)


def loaded(path: str) -> dict[str, list[dict[str, object]]]:
    """A YAML file as strings, lists and dictionaries."""
    found: dict[str, list[dict[str, object]]] = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return found


def test_a_page_becomes_a_text_without_its_menus(texts: Path) -> None:
    """What is kept, in blocks; what is left out is said."""
    result = new(texts, PAGE, "--slug", "polderbond-2032")

    assert result.exit_code == 0
    assert (texts / "polderbond-2032.txt").read_text(encoding="utf-8") == (HERE / "expected" / "polderbond-2032.txt").read_text(
        encoding="utf-8"
    )
    assert result.stdout == (
        "polderbond-2032: 692 characters, 12 sentences, 4 headings, 1 note\n"
        "  left out as no part of the text: 21 words; --whole keeps them\n"
        "    Startpagina … (1 word)\n"
        "    Nieuws … (1 word)\n"
        "    Contact … (1 word)\n"
        "    Deze site gebruikt cookies. … (4 words)\n"
        "    Akkoord … (1 word)\n"
        "    Gepubliceerd op 4 maart … (8 words)\n"
        "    © Polderbond 2032. Alle … (5 words)\n"
        "  next: kg watch, which shows the text and what is missing\n"
    )


def test_all_that_is_left_out_is_named(texts: Path) -> None:
    """However much it is: who does not see it cannot know whether something of the text is among it."""
    names = [f"Woord{number}" for number in range(12)]
    menu = "".join(f"<li>{name}</li>" for name in names)
    Path("page.html").write_text(PAGE.read_text(encoding="utf-8").replace("<li>", f"{menu}<li>", 1), encoding="utf-8")

    lines = new(texts, "page.html").stdout.splitlines()

    assert lines[1:14] == [
        "  left out as no part of the text: 33 words; --whole keeps them",
        *(f"    {n} … (1 word)" for n in names),
    ]
    assert lines[-1] == "  next: kg watch, which shows the text and what is missing"


@pytest.mark.parametrize("name", ["polderbond-2032.yaml", "polderbond-2032.skipped.yaml", "anchors/polderbond-2032.tsv"])
def test_files_of_a_page(texts: Path, name: str) -> None:
    """The files that a coder gets."""
    new(texts, PAGE, "--slug", "polderbond-2032")

    assert Path("mappings", name).read_text(encoding="utf-8") == (HERE / "expected" / "new" / name).read_text(encoding="utf-8")


def test_entries_of_a_page(texts: Path) -> None:
    """What the page says of itself is proposed; what nobody knows is left open."""
    before = Path("mappings/documents.yaml").read_text(encoding="utf-8")
    new(texts, PAGE, "--slug", "polderbond-2032", "--coder", "ada", "--url", "https://example.org/water")

    after = Path("mappings/documents.yaml").read_text(encoding="utf-8")
    entry = loaded("mappings/documents.yaml")["entities"][-1]
    coding = loaded("mappings/entities/codings.yaml")["entities"][-1]

    assert after.startswith(before)
    assert "  author: # the source names Polderbond\n" in after
    assert entry == {
        "id": "polderbond-2032",
        "kind": "Document",
        "label": {"nl": "", "en": ""},
        "title": {"nl": "Water voor morgen"},
        "author": "",
        "date": "2032-03-04",
        "issued": "2032",
        "language": "nl",
        "url": "https://example.org/water",
        "sha256": "799d5043000e9435577aa7bc06abc0d5751e8057ed4ed101626ae7de6c7a96b8",
        "characters": "692",
        "normalisation": "policy-kg-text/1",
        "description": {"nl": "", "en": ""},
    }
    assert (coding["id"], coding["coder"], coding["codebookVersion"]) == ("polderbond-2032-1", "ada", "1.2")


def test_the_second_coder_has_a_pass_of_their_own(texts: Path) -> None:
    """In the list of passes and in the mapping file; the first coder's files stand in another copy of the project."""
    new(texts, PAGE, "--slug", "polderbond-2032", "--second")

    coding = loaded("mappings/entities/codings.yaml")["entities"][-1]

    assert coding["id"] == "polderbond-2032-2"
    assert coding["label"] == {"nl": "Tweede codering van polderbond-2032", "en": "Second coding of polderbond-2032"}
    assert "\n  coding: polderbond-2032-2\n" in Path("mappings/polderbond-2032.yaml").read_text(encoding="utf-8")


def test_no_sentence_of_the_text_is_in_the_project(texts: Path) -> None:
    """Only the title and anchors: no five words in a row that stand together in a sentence."""
    new(texts, PAGE, "--slug", "polderbond-2032")
    written = " ".join(path.read_text(encoding="utf-8") for path in Path().rglob("*polderbond*")).split()
    runs = {tuple(written[i : i + 5]) for i in range(len(written))}
    sentences = (texts / "polderbond-2032.txt").read_text(encoding="utf-8").split()

    assert runs.isdisjoint(tuple(sentences[i : i + 5]) for i in range(len(sentences) - 4))


def test_the_check_says_what_is_missing(texts: Path) -> None:
    """One finding for an empty statement, at its line, and one for each text that nobody has written; nothing crashes."""
    new(texts, PAGE, "--slug", "polderbond-2032", "--author", "plough-party")

    result = kg("check", "--sources", str(texts), "--format", "json")

    found = yaml.safe_load(result.stdout)
    assert result.exit_code == 1
    assert {finding["code"] for finding in found} == {"empty-value", "not-coded"}
    uncoded = [finding for finding in found if finding["code"] == "not-coded"]
    assert [(f["file"], f["line"], f["subject"]) for f in uncoded] == [("mappings/polderbond-2032.yaml", 30, "s001")]
    assert uncoded[0]["message"] == (
        "not coded yet: give kind, topics and summary; if the passage states nothing, delete the entry and put it in "
        "polderbond-2032.skipped.yaml (also in line 39, 48, 57 and 8 more places)"
    )


def test_an_empty_statement_covers_nothing(texts: Path) -> None:
    """`kg coverage` counts what is coded, not what is prepared."""
    new(texts, PAGE, "--slug", "polderbond-2032")

    result = kg("coverage", "--sources", str(texts), "polderbond-2032")

    assert result.stdout.splitlines()[:6] == [
        "polderbond-2032: 17 sentences, 105 words",
        "  stated        0 words    0.0% of the characters",
        "  skipped      12 words   13.0%",
        "    footnote     3",
        "    heading      9",
        "  left         93 words   84.1% in 12 sentences",
    ]


def test_a_coded_statement_is_no_longer_empty(texts: Path) -> None:
    """With one key filled in, the others are missing as in any statement."""
    new(texts, PAGE, "--slug", "polderbond-2032")
    path = Path("mappings/polderbond-2032.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("  kind:\n", "  kind: Claim\n", 1), encoding="utf-8")

    messages = [
        finding["message"] for finding in yaml.safe_load(kg("check", "--format", "json").stdout) if finding["subject"] == "s001"
    ]

    assert "topics: there is no value; write one or delete the key" in messages
    assert not any("not coded yet" in message for message in messages)


def test_the_whole_page(texts: Path) -> None:
    """--whole keeps every word that can be seen."""
    new(texts, PAGE, "--slug", "polderbond-2032", "--whole")

    text = (texts / "polderbond-2032.txt").read_text(encoding="utf-8")

    assert text.startswith("- Startpagina\n\n- Nieuws\n\n- Contact\n\nDeze site gebruikt cookies.")
    assert "Gepubliceerd op 4 maart 2032 door de Polderbond" in text
    assert text.endswith("© Polderbond 2032. Alle rechten voorbehouden.\n")


def test_a_pdf(texts: Path, tmp_path: Path) -> None:
    """Lines become paragraphs, broken words whole, running lines are left out, a sentence goes on over a page break."""
    write_programme(tmp_path / "programme.pdf")

    result = new(texts, tmp_path / "programme.pdf", "--slug", "lampenpartij-2033", "--date", "2033-01-02")

    assert result.exit_code == 0
    assert (texts / "lampenpartij-2033.txt").read_text(encoding="utf-8") == (
        HERE / "expected" / "lampenpartij-2033.txt"
    ).read_text(encoding="utf-8")
    assert "Lampenpartij - Programma # (3 times) … (12 words)" in result.stdout
    entry = loaded("mappings/documents.yaml")["entities"][-1]
    assert (entry["title"], entry["date"]) == ({"nl": "Zorg voor iedereen"}, "2033-01-02")


def test_a_pdf_with_its_running_lines(texts: Path, tmp_path: Path) -> None:
    """--whole keeps them."""
    write_programme(tmp_path / "programme.pdf")
    new(texts, tmp_path / "programme.pdf", "--whole")

    assert "Pagina 3" in (texts / "programme.txt").read_text(encoding="utf-8")


def test_a_text_is_kept_as_it_is(texts: Path, tmp_path: Path) -> None:
    """Its headings are guessed: short lines alone that end like no sentence."""
    raw = "Wij en het water\n\nDe zee stijgt. Wij willen dijken.\n\n## Kosten\n\nDat kost geld, en dat geld is er.\n"
    (tmp_path / "water.txt").write_bytes(raw.encode())

    result = new(texts, tmp_path / "water.txt", "--title", "Water")

    assert (texts / "water.txt").read_text(encoding="utf-8") == raw
    assert "2 sentences, 2 headings" in result.stdout
    assert [section["id"] for section in loaded("mappings/water.yaml")["sections"]] == ["part-1", "part-2"]


@pytest.fixture
def address() -> Iterator[str]:
    """A server on loopback with the made-up page."""
    handler = partial(_Quiet, directory=str(PAGE.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_an_address(texts: Path, address: str) -> None:
    """The page is fetched, its address kept, and its last part is the slug."""
    result = new(texts, f"{address}/polderbond.html")

    assert result.exit_code == 0
    assert loaded("mappings/documents.yaml")["entities"][-1]["url"] == f"{address}/polderbond.html"
    assert Path("mappings/polderbond.yaml").exists()


def test_an_address_that_answers_otherwise(texts: Path, address: str) -> None:
    """No page, or no server."""
    absent = new(texts, f"{address}/absent.html")
    closed = new(texts, "http://127.0.0.1:1/x")

    assert "/absent.html: the server answers 404 File not found; save the page from a browser and give the file" in told(absent)
    assert "http://127.0.0.1:1/x: cannot be had: " in told(closed)


def told(result: Result) -> str:
    """What is written to standard error, on one line."""
    return " ".join(result.stderr.split())


def test_nothing_is_written_over(texts: Path) -> None:
    """A second run refuses, and so does one whose slug is taken in any file."""
    new(texts, PAGE, "--slug", "polderbond-2032")
    before = snapshot(Path()), snapshot(texts)

    again = new(texts, PAGE, "--slug", "polderbond-2032")
    (texts / "polderbond-2032.txt").unlink()
    mapping = new(texts, PAGE, "--slug", "polderbond-2032")
    entry = new(texts, PAGE, "--slug", "harbour-2031")

    assert again.exit_code == mapping.exit_code == entry.exit_code == 2
    assert "polderbond-2032.txt: exists already, and nothing is written over; choose another --slug" in told(again)
    assert "mappings/polderbond-2032.yaml: exists already" in told(mapping)
    assert "mappings/harbour-2031.yaml: exists already" in told(entry)
    assert snapshot(Path()) == before[0]


def test_an_entry_of_the_catalogue_is_not_written_twice(texts: Path) -> None:
    """Where the files are gone and the entry is not."""
    new(texts, PAGE, "--slug", "polderbond-2032")
    for path in (*Path("mappings").glob("polder*"), *Path("mappings/anchors").glob("polder*"), *texts.iterdir()):
        path.unlink()

    assert "mappings/documents.yaml: has an entry polderbond-2032 already" in told(new(texts, PAGE, "--slug", "polderbond-2032"))


@pytest.mark.parametrize(
    "content, more, message",
    [
        (b"%PDF-1.4 broken", (), "x: the PDF cannot be read"),
        (b"<html><body></body></html>", (), "x: there is no text in the page; if it needs JavaScript, save it from a browser"),
        (b"\xff\xfe\x00b\xe9", (), "x: neither HTML nor PDF, and as text not UTF-8 at byte 0; convert the file"),
        (b"a\x00b", (), "x: neither HTML nor PDF nor text; save it as one of them"),
        (b" \n\n ", (), "x: there is no text in it"),
        (b"1.\n\n2.\n", ("--language", "nl"), "x: there is no sentence in it, so nothing to code"),
        (
            b"Zxc vbn qwe.\n",
            (),
            "Error: the language of the text cannot be told; say it with --language, as in --language nl",
        ),
        *(
            (
                b"Een tekst.\n",
                ("--language", code),
                f'--language "{code}" is no language that can be coded; a text is in {POSSIBLE}',
            )
            for code in ("fr", "xx", "nl-", "nlx", "French", "fr-NL")
        ),
        (
            b"Nous sommes dans la rue et le soleil est pour nous.\n",
            (),
            (
                f'x: by its commonest words, the language of the text is "fr", and only a text in {POSSIBLE} can be coded; '
                "if it is in one of them, say so with --language, as in --language nl"
            ),
        ),
        (
            b"Een tekst.\n",
            ("--slug", "Een Tekst"),
            '--slug "Een Tekst" is not made of lower-case letters, digits and single hyphens',
        ),
        (
            b"Een tekst.\n",
            ("--slug", "2032"),
            '--slug "2032" is a number, and a slug has a letter; write it as in polderbond-2032',
        ),
        (
            b"Een tekst.\n",
            ("--author", "plow-party"),
            '--author "plow-party" is not a declared agent; did you mean plough-party?',
        ),
        (b"Een tekst.\n", ("--coder", "zzzz"), '--coder "zzzz" is not a declared agent; declare it in mappings/entities/ first'),
    ],
    ids=[
        "pdf",
        "page",
        "encoding",
        "binary",
        "empty",
        "no sentence",
        "language",
        "fr",
        "xx",
        "nl-",
        "nlx",
        "French",
        "fr-NL",
        "French text",
        "slug",
        "number",
        "author",
        "coder",
    ],
)
def test_what_cannot_be_begun(texts: Path, tmp_path: Path, content: bytes, more: tuple[str, ...], message: str) -> None:
    """The remedy is named, and nothing is written."""
    (tmp_path / "x").write_bytes(content)
    before = snapshot(Path())

    result = new(texts, tmp_path / "x", *more)

    assert result.exit_code != 0
    assert message in told(result)
    assert snapshot(Path()) == before
    assert list(texts.iterdir()) == []


@pytest.mark.parametrize("written", ["nl", "nl-NL", "NL_be", "dut", "nld", "Dutch", "Nederlands", "nl-Latn-BE"])
def test_what_is_certainly_dutch_is_understood(texts: Path, written: str) -> None:
    """Codes, tags and names, of the option and of the page."""
    assert new(texts, PAGE, "--slug", "said", "--language", written).exit_code == 0
    Path("page.html").write_text(
        PAGE.read_text(encoding="utf-8").replace('<html lang="nl">', f'<html lang="{written}">'), encoding="utf-8"
    )
    assert new(texts, "page.html", "--slug", "read").exit_code == 0

    assert [entry["language"] for entry in loaded("mappings/documents.yaml")["entities"][-2:]] == ["nl", "nl"]


def test_an_english_text_has_an_english_title(texts: Path, tmp_path: Path) -> None:
    """Under its own language; the other one is for the coder."""
    (tmp_path / "water.txt").write_text("Our sea\n\nThe sea is for all of us and we want it to be clean.\n", encoding="utf-8")

    assert new(texts, tmp_path / "water.txt", "--language", "en-GB").exit_code == 0

    entry = loaded("mappings/documents.yaml")["entities"][-1]
    assert (entry["language"], entry["title"], entry["label"]) == ("en", {"en": "Our sea"}, {"en": "", "nl": ""})


def test_a_page_that_names_another_language(texts: Path) -> None:
    """It is refused before anything is written, with the remedy; a page that names none is told by its words."""
    html = PAGE.read_text(encoding="utf-8")
    Path("page.html").write_text(html.replace('<html lang="nl">', '<html lang="fr-BE">'), encoding="utf-8")
    before = snapshot(Path())

    result = new(texts, "page.html")

    assert result.exit_code == 2
    assert told(result).endswith(
        'Error: page.html: the page says that its language is "fr-BE", and only a text in Dutch (nl) or English (en) can be coded; '
        "if it is in one of them, say so with --language, as in --language nl"
    )
    assert snapshot(Path()) == before
    assert list(texts.iterdir()) == []
    assert new(texts, "page.html", "--language", "nl", "--slug", "said").exit_code == 0
    Path("page.html").write_text(html.replace('<html lang="nl">', '<html lang="und">'), encoding="utf-8")
    assert new(texts, "page.html", "--slug", "told").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"   "])
def test_a_page_that_is_none(texts: Path, tmp_path: Path, content: bytes) -> None:
    """A file that is called a page and holds nothing."""
    (tmp_path / "x.html").write_bytes(content)

    assert "no HTML could be read in it; if the page needs JavaScript, save it" in told(new(texts, tmp_path / "x.html"))


def test_a_page_that_is_too_large(texts: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody codes a document of that size, and memory has an end."""
    monkeypatch.setattr("kg.authoring.fetching._MOST_BYTES", 100)

    assert "larger than 0 MiB; download it and give the part that is the document" in told(
        new(texts, f"{address}/polderbond.html")
    )


def test_a_library_that_lacks_its_own_is_no_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the advice would be wrong."""

    def broken(module: str) -> object:
        raise ModuleNotFoundError(name="another")

    monkeypatch.setattr("kg.authoring.extra.importlib.import_module", broken)

    with pytest.raises(ModuleNotFoundError):
        needed("trafilatura", "to read a web page")


def test_a_pdf_of_pictures(texts: Path, tmp_path: Path) -> None:
    """A scan needs its text recognised."""
    write_picture(tmp_path / "scan.pdf")

    assert "there is no text in the PDF, only pictures of it; recognise the text first (OCR)" in told(
        new(texts, tmp_path / "scan.pdf")
    )


def test_sources_that_are_no_file(texts: Path, tmp_path: Path) -> None:
    """A path that is not there, another scheme, a folder, and a name that gives no slug."""
    for name in ("€.txt", "2032.txt"):
        (tmp_path / name).write_text("Een tekst is een tekst.\n", encoding="utf-8")

    assert "absent.html: no such file; an address begins with http:// or https://" in told(new(texts, "absent.html"))
    assert "ftp://example.org/x: an address begins with http:// or https://; otherwise give a file" in told(
        new(texts, "ftp://example.org/x")
    )
    assert told(new(texts, tmp_path)) == f"Error: {tmp_path}: is a folder; give one file of it"
    assert "the name gives no slug; choose one with --slug" in told(new(texts, tmp_path / "€.txt"))
    assert "the name gives no slug; choose one with --slug" in told(new(texts, tmp_path / "2032.txt"))


def test_texts_stay_out_of_the_project(project: Layout) -> None:
    """The folder of sources may not lie in it."""
    assert "texts: the folder of texts lies in the project, where no text of a document may stand" in told(
        new(Path("texts"), PAGE)
    )


def test_a_catalogue_that_goes_on_after_its_list(texts: Path) -> None:
    """Nothing can be put at its end; the entry is shown, to be added by hand."""
    edit(Layout(Path()), "mappings/documents.yaml", "collection: document\n", "")
    with Path("mappings/documents.yaml").open("a", encoding="utf-8") as file:
        file.write("collection: document\n")

    result = new(texts, PAGE)

    assert "mappings/documents.yaml: the list `entities:` is not the last thing in the file" in told(result)


def test_a_catalogue_that_cannot_be_read(texts: Path) -> None:
    """It is mended first."""
    Path("mappings/documents.yaml").write_text("collection: document\nentities: [\n", encoding="utf-8")

    assert "mend that first" in told(new(texts, PAGE))


def test_a_broken_context(texts: Path) -> None:
    """Its finding comes first."""
    Path("mappings/context.yaml").write_text("x: y\n", encoding="utf-8")

    assert '"@context"' in new(texts, PAGE).stdout


@pytest.mark.parametrize("file, library", [("polderbond.html", "trafilatura"), ("p.pdf", "pdfminer.six")])
def test_without_the_library_it_says_what_to_install(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, library: str
) -> None:
    """They belong to the extra `authoring`."""
    write_programme(tmp_path / "p.pdf")

    def missing(module: str) -> object:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("kg.authoring.extra.importlib.import_module", missing)
    result = new(texts, PAGE if file.endswith("html") else tmp_path / file, "--language", "nl")

    assert f"{library} is needed to read a" in told(result)
    assert "is not installed: run `make authoring`, or `python3 -m pip install 'policy-kg[authoring]'`" in told(result)


def test_ligatures_soft_hyphens_and_control_characters_go() -> None:
    """Nobody could type them in an anchor."""
    assert clean("e\ufb03ci\u00adent \x07 te\u200bkst\n\n x") == "efficient tekst x"


@pytest.mark.parametrize(
    "text, language",
    [("Wij willen dat de zee van iedereen is.", "nl"), ("We want the sea to be for all of us.", "en"), ("Zxc.", "")],
)
def test_language_by_function_words(text: str, language: str) -> None:
    """Enough for a proposal; the check sees the rest."""
    assert guess_language(text) == language


def test_nested_lists_tables_and_quotes_are_all_there() -> None:
    """No word of an article is lost between its blocks."""
    html = (
        "<html><body><article><h1>Titel van het stuk</h1><p>Een eerste alinea met tekst die lang genoeg is om te tellen.</p>"
        "<ul><li>Eerst dit<ul><li>en dan dat</li></ul></li><li>en <b>nog</b> iets</li></ul>"
        "<blockquote>Een citaat zonder alinea.</blockquote><table><tr><td>a1</td><td>b1</td></tr></table>"
        "<p>Een laatste alinea met tekst die lang genoeg is om te tellen.</p></article></body></html>"
    )

    found = read_page(html.encode(), None, whole=False)

    assert found.left_out == ()
    assert [block.text for block in found.blocks if block.item] == ["Eerst dit", "en dan dat", "en nog iets"]


WORDS = st.sampled_from(["De", "zee", "stijgt", "en", "wij", "Dijken", "nu", "3.", "o.a.", "niet"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=9).map(lambda w: " ".join(w) + "."), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(TEXTS)
def test_anchors_of_a_skeleton_locate_their_unit_alone(sentences: list[str]) -> None:
    """Whatever the text, the anchors that are written are allowed ones and fit in one place, which has the unit in it."""
    extracted: Extracted = read_plain("\n\n".join(sentences).encode(), "x")
    text = normalised("x", extracted)

    for unit in cut(extracted, text):
        if unit.anchors is not None and unit.passage is not None:
            places = find(parse_anchors(str(unit.anchors)), text.text)
            assert [(unit.passage.start, unit.passage.end)] == [(place.start, place.end) for place in places]
            assert unit.passage.start <= unit.span.start
            assert unit.span.end <= unit.passage.end


def test_bold_lines_are_headings_and_broken_lines_lists() -> None:
    """As pages that nobody marked up have them."""
    html = (
        "<html><body><article><h1>Titel van het stuk</h1><p><strong>Wat er mis is</strong></p>"
        "<p>Een eerste alinea met <b>vette</b> tekst die lang genoeg is om te tellen.</p>"
        "<p>De minister:<br>- negeert de wet;<br>- verspilt geld.<br>Dat is alles.</p>"
        "<p>Een laatste alinea met tekst die lang genoeg is om te tellen.</p></article></body></html>"
    )

    found = read_page(html.encode(), None, whole=False)

    assert [(block.text, block.level, block.item) for block in found.blocks] == [
        ("Titel van het stuk", 1, False),
        ("Wat er mis is", 7, False),
        ("Een eerste alinea met vette tekst die lang genoeg is om te tellen.", 0, False),
        ("De minister:", 0, False),
        ("negeert de wet;", 0, True),
        ("verspilt geld. Dat is alles.", 0, True),
        ("Een laatste alinea met tekst die lang genoeg is om te tellen.", 0, False),
    ]


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("De zee stijgt. Wij willen dijken.", [("De zee … dijken.", 0, 33)]),
        (
            "Nu. Daar? Wij willen dijken van zand en klei.",
            [("Nu. Daar? … en klei.", 0, 3), ("Daar? Wij … en klei.", 4, 9), ("Wij willen … klei.", 10, 45)],
        ),
    ],
    ids=["two make one", "one word"],
)
def test_sentences_that_are_too_short_take_in_others(raw: str, expected: list[tuple[str, int, int]]) -> None:
    """As few as it takes; two that take in each other are one."""
    extracted = read_plain(f"{raw}\n".encode(), "x")

    units = cut(extracted, normalised("x", extracted))

    assert [(str(unit.anchors), unit.span.start, unit.span.end) for unit in units] == expected


def test_anchors_are_quoted_as_yaml_needs() -> None:
    """What is written is read again as it was."""
    for text in ("een: twee … drie", '"Kom," … hij.', "'t Is … zo", "a # b … c", "- x … y", "[1] x … y", "a\" 'b … c"):
        assert yaml.load(f"passage: {plain(text)} # comment", Loader=yaml.CBaseLoader) == {"passage": text}
