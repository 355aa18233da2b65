"""Citations of the dataset, a document and a statement, in each style."""

import contextlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg import release
from kg.citation import apa, bibtex, csl, ris
from kg.citation.make import cite, iri_of
from kg.citation.record import Citation, Reference
from kg.citation_file import Author, read_citation_file, stated
from kg.cli import main
from kg.errors import CitationError, ReleaseError
from kg.mappings.layout import Layout
from kg.reader import Reader
from kg.store import current_release
from tests.project import ROOT, make_project

CFF = """cff-version: 1.2.0
message: Cite it.
type: dataset
title: "Harbours: what is said of them"
authors:
  - name: The harbour coders
  - family-names: de Vries
    given-names: Anna-Maria J.
    orcid: https://orcid.org/0000-0000-0000-0000
version: 1.10.0
date-released: 2031-06-07
license: CC-BY-4.0
url: https://example.org/data_1
"""
CSL_TYPES = {"dataset", "entry", "document"}
# What the schema of CSL 1.0.2 for data allows of the properties that we write: strings, names, and dates of parts.
CSL_STRINGS = {"title", "version", "genre", "container-title", "section", "note", "language", "DOI", "URL"}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The fictional corpus, with a citation file."""
    root = tmp_path_factory.mktemp("project")
    layout = make_project(root)
    layout.citation.write_text(CFF, encoding="utf-8")
    release.build(layout, root / "build")
    return Reader(current_release(root / "build"))


def version(reader: Reader) -> str:
    """As it is cited."""
    return f"1.10.0, release {reader.release.version}"


def test_dataset(reader: Reader) -> None:
    """A person and an organisation, the version that people say and the one that names the bytes, the address."""
    assert apa.text(cite(reader, "dataset")) == (
        "The harbour coders, & de Vries, A.-M. J. (2031, June 7). Harbours: what is said of them "
        f"(Version {version(reader)}) [Data set]. https://example.org/data_1"
    )


def test_document(reader: Reader) -> None:
    """The document itself, with its title translated, and the coding of it."""
    source, coding = apa.text(cite(reader, "harbour-2031")).split("\n\n")

    assert source == "Plough Party. (2031, May 1). Havens voor iedereen [Harbours for everyone]. https://example.org/harbours"
    assert coding == (
        "The harbour coders, & de Vries, A.-M. J. (2031, June 7). Havens voor iedereen [Harbours for everyone] [Coding of a document]. "
        f"In Harbours: what is said of them (Version {version(reader)}). https://w3id.org/policy-kg/dataset/harbour-2031"
    )
    assert cite(reader, "https://w3id.org/policy-kg/dataset/harbour-2031") == cite(reader, "harbour-2031")


def test_statement_in_dutch(reader: Reader) -> None:
    """The statement as an entry of the dataset, then the document, its section, the characters and a link to the words."""
    assert apa.text(cite(reader, "harbour-2031/s002", "nl")) == (
        "The harbour coders, & de Vries, A.-M. J. (2031, 7 juni). Elland hoort het Verdrag over Eerlijke Havens goed te keuren "
        f"[Uitspraak harbour-2031/s002]. In Harbours: what is said of them (Versie {version(reader)}). "
        "https://w3id.org/policy-kg/id/statement/harbour-2031/s002 Gecodeerd uit: Ploegpartij. (2031, 1 mei). Havens voor iedereen, "
        "Visie, tekens 87–178. https://example.org/harbours#:~:text=Elland%20moet%20het,winter%20van%202033%20begint."
    )


def test_statement_of_a_document_without_address_and_in_two_parts(reader: Reader) -> None:
    """No link, both ranges; the year alone is known; the title has no translation."""
    source = apa.text(cite(reader, "reply-2032/s001")).partition("Coded from: ")[2]

    assert re.fullmatch(
        r"Government of Elland\. \(2032\)\. Antwoord van de regering, Reply, characters \d+–\d+, \d+–\d+\.", source
    )


def test_withdrawn_statement_can_be_cited(reader: Reader) -> None:
    """Somebody may have cited it before; that it is withdrawn is said once."""
    assert ". Withdrawn statement harbour-2031/s008 [Statement harbour-2031/s008]. In " in apa.text(
        cite(reader, "harbour-2031/s008")
    )


def test_bibtex(reader: Reader) -> None:
    """A parser reads the entries; addresses are as they are, names of organisations in braces of their own."""
    library = parse_string(bibtex.text(cite(reader, "harbour-2031/s002")))

    assert not library.failed_blocks
    entry, source = library.entries
    fields = {field.key: field.value for field in entry.fields}
    assert (entry.entry_type, entry.key) == ("misc", "policy-kg-harbour-2031-s002")
    assert fields == {
        "author": "{The harbour coders} and de Vries, Anna-Maria J.",
        "title": "{Elland should ratify the Fair Harbours Treaty}",
        "howpublished": f"Statement harbour-2031/s002. In Harbours: what is said of them, Version {version(reader)}",
        "year": "2031",
        "month": "jun",
        "day": "7",
        "url": "https://w3id.org/policy-kg/id/statement/harbour-2031/s002",
        "langid": "english",
        "related": source.key,
        "relatedstring": "Coded from",
    }
    assert source["url"] == "https://example.org/harbours#:~:text=Elland%20moet%20het,winter%20van%202033%20begint."
    assert source["note"] == "Vision, characters 87–178"


def test_bibtex_of_the_dataset_has_its_type(reader: Reader) -> None:
    """Biblatex's @dataset."""
    entry = parse_string(bibtex.text(cite(reader, "dataset"))).entries[0]

    assert (entry.entry_type, entry["version"], entry["type"]) == ("dataset", version(reader), "Data set")


HARD = Reference("k", "document", (Author(name="A {and} B, C"),), "50 % of $_{x}^2$ & #1 ~ \\end", date="2020")


def test_bibtex_escapes_what_latex_takes_for_commands() -> None:
    """Each such character once; braces in the text do not end the field."""
    entry = parse_string(bibtex.text(Citation("i", (HARD,)))).entries[0]

    assert entry["title"] == (r"{50 \% of \$\_\{x\}\textasciicircum{}2\$ \& \#1 \textasciitilde{} \textbackslash{}end}")
    assert entry["author"] == r"{A \{and\} B, C}"


@given(title=st.text(min_size=1), name=st.text(min_size=1), url=st.text())
def test_braces_of_bibtex_balance(title: str, name: str, url: str) -> None:
    """Whatever stands in the fields, one entry comes of it: outside escapes, braces open and close."""
    reference = replace(HARD, title=title, authors=(Author(name=name),), url=url)

    text = bibtex.text(Citation("i", (reference,)))

    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text.replace(r"\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert text.startswith("@misc{k,\n")


@pytest.mark.parametrize("thing", ["dataset", "harbour-2031", "harbour-2031/s004", "reply-2032/s002", "harbour-2031/s008"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_csl_json_keeps_the_rules_of_its_schema(reader: Reader, thing: str, language: str) -> None:
    """Types and properties of CSL 1.0.2; names with a literal or a family name; dates as parts."""
    items = json.loads(csl.text(cite(reader, thing, language)))

    assert len({item["id"] for item in items}) == len(items) > 0
    for item in items:
        assert item["type"] in CSL_TYPES
        assert item.keys() <= {"id", "type", "author", "issued", *CSL_STRINGS}
        assert all(isinstance(item[name], str) and item[name] for name in CSL_STRINGS & item.keys())
        for name in item["author"]:
            assert name.keys() in ({"literal"}, {"family", "given"}, {"family"})
        parts = item.get("issued", {"date-parts": [[2000]]})["date-parts"]
        assert [len(part) in {1, 2, 3} and all(isinstance(number, int) for number in part) for part in parts] == [True]


def test_csl_json_of_a_statement(reader: Reader) -> None:
    """Values by hand."""
    entry, source = csl.items(cite(reader, "harbour-2031/s002"))

    assert entry["container-title"] == "Harbours: what is said of them"
    assert entry["issued"] == {"date-parts": [[2031, 6, 7]]}
    assert entry["author"] == [{"literal": "The harbour coders"}, {"family": "de Vries", "given": "Anna-Maria J."}]
    assert source["title"] == "Havens voor iedereen [Harbours for everyone]"
    assert (source["section"], source["note"]) == ("Vision", "characters 87–178")


def test_ris(reader: Reader) -> None:
    """Each record begins with TY and ends with ER; a line break in a value would end it."""
    text = ris.text(cite(reader, "harbour-2031/s002"))

    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    assert [line for line in lines if line[:2] in {"TY", "ER"}] == ["TY  - DATA", "ER  - ", "TY  - GEN", "ER  - "]
    assert "AU  - de Vries, Anna-Maria J." in lines
    assert "DA  - 2031/06/07" in lines


def test_html_escapes_all_but_its_own_markup() -> None:
    """Titles and addresses come from files."""
    reference = replace(HARD, title="<b>x</b>", url='https://example.org/"><script>')

    text = apa.html(Citation("i", (reference,)))

    assert "<em>&lt;b&gt;x&lt;/b&gt;</em>" in text
    assert re.findall(r"<(\w+)", text) == ["em", "a"]
    assert "<a " not in apa.html(Citation("i", (replace(HARD, url="javascript:alert(1)"),)))


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (Reference("k", "document", (), "T", date=""), "T. (n.d.)."),
        (Reference("k", "document", (Author(family="A"), Author(name="B Inc.")), "T", date="2020"), "A, & B Inc. (2020). T."),
        (Reference("k", "document", (Author(name="A"),), "T", doi="10.1/x", url="u"), "A. (n.d.). T. https://doi.org/10.1/x"),
        (
            Reference("k", "document", tuple(Author(name=f"A{n}") for n in range(21)), "T", date="2020-02"),
            "A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, A18, . . . A20. (2020). T.",
        ),
    ],
)
def test_apa_at_its_edges(reference: Reference, expected: str) -> None:
    """No author, no date, a DOI, more than twenty authors."""
    assert apa.text(Citation("i", (reference,))) == expected


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("", "https://w3id.org/policy-kg/dataset"),
        ("https://w3id.org/policy-kg/", "https://w3id.org/policy-kg/dataset"),
        ("a/s1", "https://w3id.org/policy-kg/id/statement/a/s1"),
        ("statement/a/s1", "https://w3id.org/policy-kg/id/statement/a/s1"),
        ("a", "https://w3id.org/policy-kg/id/document/a"),
        ("https://example.org/", "https://example.org/"),
    ],
)
def test_names(name: str, iri: str) -> None:
    """What a user types."""
    assert iri_of(name) == iri


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("harbour-2031/s999", "has no such document or statement; write DOCUMENT, or DOCUMENT/ID, as in bij1-2021/s086"),
        ("harbour 2031", "has no such document or statement; write DOCUMENT, or DOCUMENT/ID, as in bij1-2021/s086"),
        ("https://w3id.org/policy-kg/id/agent/elland", "only the dataset, its documents and its statements can be cited"),
    ],
)
def test_what_cannot_be_cited(reader: Reader, name: str, message: str) -> None:
    """The message says what can."""
    with pytest.raises(CitationError, match=message):
        cite(reader, name)


@given(st.text())
def test_whatever_a_visitor_writes(reader: Reader, text: str) -> None:
    """It is cited or refused with a message, and never a defect."""
    for name in (text, f"statement/{text}", f"harbour-2031/{text}"):
        with contextlib.suppress(CitationError):
            assert cite(reader, name).references


def test_unknown_language(reader: Reader) -> None:
    """The message lists those that there are."""
    with pytest.raises(CitationError, match='in en and nl, not in "fr"'):
        cite(reader, "dataset", "fr")


def test_a_release_without_a_citation_file(project: Layout) -> None:
    """Who made it is not guessed."""
    release.build(project, Path("build"))

    with pytest.raises(CitationError, match=r"built without a CITATION\.cff; build it again with one"):
        cite(Reader(current_release(Path("build"))), "dataset")


def test_the_citation_file_belongs_to_the_release(project: Layout) -> None:
    """Another version or author is another release."""
    first = release.build(project, Path("build"))
    project.citation.write_text(CFF, encoding="utf-8")

    second = release.build(project, Path("build"))

    assert second != first
    assert json.loads((second / "release.json").read_text(encoding="utf-8"))["citation"]["version"] == "1.10.0"


def test_command(project: Layout) -> None:
    """`kg cite`."""
    project.citation.write_text(CFF, encoding="utf-8")
    release.build(project, Path("build"))

    result = CliRunner().invoke(main, ["cite", "harbour-2031/s002", "--style", "ris", "--language", "nl"])

    assert result.exit_code == 0
    assert "TI  - Elland hoort het Verdrag over Eerlijke Havens goed te keuren" in result.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title: [", r"CITATION\.cff:\d+: cannot be read as YAML"),
        ("title: x", 'expected "title" and a list "authors"'),
        ("title: x\nauthors: [{alias: y}]", 'expected "name" of an organisation or "family-names" of a person'),
        ("title: x\nauthors: [{name: y}]\ndate-released: today", '"today" is no date; write YYYY-MM-DD'),
        (None, "cannot be read as YAML: .*No such file"),
    ],
)
def test_a_wrong_citation_file(tmp_path: Path, content: str | None, message: str) -> None:
    """Each defect says what was expected."""
    path = tmp_path / "CITATION.cff"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(ReleaseError, match=message):
        read_citation_file(path)


def test_ours_can_be_read() -> None:
    """The file in the root."""
    assert read_citation_file(ROOT / "CITATION.cff").authors


def test_version_and_date_are_stated_in_place() -> None:
    """All other lines stay; stating them twice is stating them once."""
    text = stated(CFF, "2.0.0", "2032-01-02")

    assert text == CFF.replace("1.10.0", "2.0.0").replace("2031-06-07", "2032-01-02")
    assert stated(text, "2.0.0", "2032-01-02") == text
    with pytest.raises(ReleaseError, match="expected one line that begins with version:, found 0"):
        stated("title: x\n", "1", "2032-01-02")
