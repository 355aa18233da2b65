"""The files of a release: the same graph in each format, documents that can be read alone, and the table of statements."""

import csv
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import dumps, exports, release
from kg.errors import ReleaseError
from kg.fragment import passage_link
from kg.mappings.layout import Layout
from kg.namespaces import ID, POL, graph_iri
from kg.store import current_release, read_quads
from kg.tables import csvw, parquet, workbook
from kg.tables.columns import COLUMNS
from tests.project import edit, make_project

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
ABOUT = csvw.About("1", "https://example.org/licence", "https://example.org/dataset", {"en": "Statements"})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dumps of the fictional corpus, whose harbour-2031 has texts that a spreadsheet would take for formulas."""
    root = tmp_path_factory.mktemp("project")
    layout = make_project(root)
    edit(layout, "mappings/harbour-2031.yaml", "en: as long as Farland turns ships away", 'en: "=1+1"')
    edit(layout, "mappings/harbour-2031.yaml", "en: not for boats that save lives", "en: \"'s lands' boats\"")
    return release.build(layout, root / "build") / "dumps"


def parse(path: Path) -> list[ox.Quad]:
    """Quads of a file."""
    return list(ox.parse(path.read_bytes(), format=FORMATS[path.name.rpartition(".")[2]]))


def table(path: Path) -> dict[str, dict[str, str]]:
    """Rows of a CSV file by the short name of the statement."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_holds_the_whole_graph(made: Path, extension: str) -> None:
    """Formats with graphs give the quads of the N-Quads, the others their triples, 0.70 as 0.70."""
    quads = set(parse(made / "policy-kg.nq"))

    found = parse(made / f"policy-kg.{extension}")

    assert ox.Literal("0.70", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")) in {q.object for q in found}
    if extension in dumps.WITH_GRAPHS:
        assert set(found) == quads
    else:
        assert {quad.triple for quad in found} == {quad.triple for quad in quads}
    assert len(found) == len(quads)
    # what is written piece by piece is what `kg export` prints
    assert (made / f"policy-kg.{extension}").read_bytes() == dumps.serialise(quads, extension)


def test_the_dump_is_what_the_store_holds(made: Path) -> None:
    """Loaded into a store, which writes numbers its own way."""
    store = ox.Store()
    store.extend(parse(made / "policy-kg.nq"))

    assert set(store) == set(read_quads(current_release(made.parents[2])))


def test_the_file_of_a_document_can_be_read_alone(made: Path) -> None:
    """Its graph, what is inferred of it, and the names of what it refers to, each triple in its own graph."""
    whole = set(parse(made / "policy-kg.nq"))
    part = parse(made / "reply-2032.nq")

    assert set(part) <= whole
    graph = ox.NamedNode(graph_iri("reply-2032"))
    assert {quad for quad in whole if quad.graph_name == graph} <= set(part)
    store = ox.Store()
    store.extend(part)
    say = "PREFIX pol: <https://w3id.org/policy-kg/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
    prefix = f"{say} PREFIX r: <{ID}statement/reply-2032/> "
    asks = [
        "ASK { r:s001 pol:mentions ?fishers . ?fishers skos:prefLabel 'Fishers'@en }",
        "ASK { r:s001 a pol:Statement }",  # inferred
        "ASK { r:s001 pol:respondsTo ?s . ?s pol:summary ?summary }",  # of another document: its summary ...
        "ASK { r:s001 pol:coding ?pass . ?pass pol:coder ?who . ?who skos:prefLabel [] }",
        "ASK { <https://w3id.org/policy-kg/dataset/reply-2032> a <http://www.w3.org/ns/dcat#Dataset> }",
    ]
    assert [q for q in asks if not store.query(prefix + q, use_default_graph_as_union=True)] == []
    other = "ASK { ?s pol:summary ?x FILTER(CONTAINS(STR(?s), 'harbour-2031/')) ?s pol:passage [] }"  # ... and no more
    assert not store.query(prefix + other, use_default_graph_as_union=True)


def test_the_formats_of_a_document_agree(made: Path) -> None:
    """Six files, one content."""
    triples = [{quad.triple for quad in parse(made / f"harbour-2031.{extension}")} for extension in FORMATS]

    assert all(found == triples[0] for found in triples)
    assert set(parse(made / "harbour-2031.nq")) == set(parse(made / "harbour-2031.trig"))


def test_a_row_of_the_table(made: Path) -> None:
    """A demand with a target: labels to read, IRIs to join by, where it stands."""
    row = table(made / "statements.csv")["harbour-2031/s004"]

    assert {name: value for name, value in row.items() if value} == {
        "id": "harbour-2031/s004",
        "statement": f"{ID}statement/harbour-2031/s004",
        "document": "harbour-2031",
        "document_title": "Harbour programme 2031",
        "document_iri": f"{ID}document/harbour-2031",
        "document_date": "2031-05-01",
        "section": "Measures",
        "section_iri": f"{ID}section/harbour-2031/measures",
        "kind": "Demand",
        "kind_iri": f"{POL}Demand",
        "summary_en": "Elland should let the harbour fund grow to 0.70 per cent of national income.",
        "summary_nl": "Elland moet het havenfonds laten groeien tot 0,70 procent van het nationaal inkomen.",
        "speakers": "Plough Party",
        "speaker_iris": f"{ID}agent/plough-party",
        "addressees": "Elland",
        "addressee_iris": f"{ID}agent/elland",
        "addressee_explicit": "true",
        "action": "increase",
        "action_iri": f"{ID}action/increase",
        "objects": "Harbour Fund",
        "object_iris": f"{ID}instrument/harbour-fund",
        "topics": "Harbours",
        "topic_iris": f"{ID}topic/harbours",
        "beneficiaries": "Sailors",
        "beneficiary_iris": f"{ID}group/sailors",
        "mentions": "Elland | Sailors | Harbour budget | National income | Harbour Fund",
        "mention_iris": " | ".join(
            f"{ID}{path}"
            for path in (
                "agent/elland",
                "group/sailors",
                "indicator/harbour-budget",
                "indicator/national-income",
                "instrument/harbour-fund",
            )
        ),
        "target_indicators": "Harbour budget",
        "target_comparators": "equal to",
        "target_values": "0.70",
        "target_units": "PERCENT",
        "target_denominators": "National income",
        "target_deadlines": "2035",
        "contrasts_with": "reply-2032/s002",
        "contrasts_with_iris": f"{ID}statement/reply-2032/s002",
        "passage_starts": row["passage_starts"],
        "passage_ends": row["passage_ends"],
        "passage_first_words": "Elland verhoogt",
        "passage_last_words": "in 2035.",
        "passage_sha256": row["passage_sha256"],
        "passage_links": "https://example.org/harbours#:~:text=Elland%20verhoogt,in%202035.",
        "confidence": "high",
        "confidence_iri": f"{ID}confidence/high",
        "coding": row["coding"],
        "coding_iri": f"{ID}coding/first-pass",
        "coders": row["coders"],
        "coded_on": row["coded_on"],
        "codebook": row["codebook"],
    }
    assert int(row["passage_starts"]) < int(row["passage_ends"])
    assert re.fullmatch("[0-9a-f]{64}", row["passage_sha256"])
    assert row["coders"]


def test_rows_are_in_the_order_of_the_text_and_none_is_withdrawn(made: Path) -> None:
    """s008 was withdrawn; a passage in two parts is a list."""
    rows = table(made / "statements.csv")

    names = [f"harbour-2031/s00{n}" for n in range(1, 8)] + ["reply-2032/s001", "reply-2032/s002"]
    assert list(rows) == names
    assert table(made / "harbour-2031.csv") == {name: row for name, row in rows.items() if name < "r"}
    assert rows["reply-2032/s001"]["responds_to"] == "harbour-2031/s002"
    assert len(rows["reply-2032/s001"]["passage_starts"].split(" | ")) == 2
    assert rows["harbour-2031/s005"]["reported_by"] == "Plough Party"


@pytest.mark.parametrize("name", ["statements.csv-metadata.json", "csv-metadata.json"])
def test_the_csv_is_as_its_metadata_say(made: Path, name: str) -> None:
    """Columns by name and order, required cells, datatypes, separators, the key; every value in its lexical space."""
    described = json.loads((made / name).read_text(encoding="utf-8"))
    lexical = {
        "string": ".*",
        "anyURI": r"https?://\S+",
        "boolean": "true|false|1|0",
        "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
        "integer": r"[+-]?\d+",
        "gYear": r"-?\d{4,}",
        "date": r"\d{4}-\d\d-\d\d",
    }
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    columns = described["tableSchema"]["columns"]
    tables = [entry["url"] for entry in described.get("tables", [described])]
    assert tables == (["statements.csv"] if name.startswith("statements") else ["harbour-2031.csv", "reply-2032.csv"])
    for url in tables:
        with (made / url).open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        assert head == [column["name"] for column in columns]
        assert all(column["name"] in column["titles"]["und"] for column in columns)
        assert all(column["titles"]["en"] and column["titles"]["nl"] for column in columns)
        key = head.index(described["tableSchema"]["primaryKey"])
        assert len({row[key] for row in rows}) == len(rows) > 0
        for row in rows:
            for value, column in zip(row, columns, strict=True):
                assert value or not column.get("required"), column["name"]
                items = value.split(column["separator"]) if "separator" in column and value else [value]
                for item in items:
                    fits = re.fullmatch(lexical[column["datatype"]], item, re.DOTALL)
                    assert fits or not item, (column["name"], item)


def test_property_urls_are_what_the_graph_says(made: Path) -> None:
    """A cell under a propertyUrl is the value of that property of the statement."""
    described = json.loads((made / "statements.csv-metadata.json").read_text(encoding="utf-8"))
    said = {
        (str(quad.subject.value), quad.predicate.value, quad.object.value)
        for quad in parse(made / "policy-kg.nq")
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal)
    }
    seen = set()
    for row in table(made / "statements.csv").values():
        for column in described["tableSchema"]["columns"]:
            value = csvw.unguarded(row[column["name"]]) if column["datatype"] == "string" else row[column["name"]]
            if "propertyUrl" in column and value:
                seen.add(column["name"])
                for item in value.split(column["separator"]) if "separator" in column else [value]:
                    assert (row["statement"], column["propertyUrl"], item) in said, (column["name"], item)
    assert {"kind_iri", "summary_en", "speaker_iris", "topic_iris", "condition_nl", "addressee_explicit"} <= seen


def test_no_cell_is_a_formula(made: Path) -> None:
    """In CSV an apostrophe stands before it; Parquet and XLSX have the text itself, and XLSX says that it is text."""
    row = table(made / "statements.csv")["harbour-2031/s003"]
    parquet_row = next(r for r in pq.read_table(made / "statements.parquet").to_pylist() if r["id"] == "harbour-2031/s003")
    sheet = openpyxl.load_workbook(made / "statements.xlsx")["statements"]
    head = [cell.value for cell in sheet[1]]
    cell = sheet.cell(4, head.index("condition_en") + 1)

    assert (row["condition_en"], row["exception_en"]) == ("'=1+1", "''s lands' boats")
    assert csvw.unguarded(row["exception_en"]) == "'s lands' boats"
    assert (parquet_row["condition_en"], parquet_row["exception_en"]) == ("=1+1", "'s lands' boats")
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


@given(st.text())
def test_the_guard_can_be_undone(text: str) -> None:
    """Whatever the text is; and what comes out begins like no formula."""
    assert csvw.unguarded(csvw.guarded(text)) == text
    assert not csvw.guarded(text).startswith(("=", "+", "-", "@"))


def test_parquet_has_types(made: Path) -> None:
    """Lists, exact decimals, years and truth values; pandas reads it."""
    rows = {row["id"]: row for row in pq.read_table(made / "statements.parquet").to_pylist()}
    frame = pd.read_parquet(made / "statements.parquet")

    row = rows["harbour-2031/s004"]
    assert row["target_values"] == [Decimal("0.70")]
    assert row["target_deadlines"] == [2035]
    assert row["addressee_explicit"] is True
    assert row["mentions"][0] == "Elland"
    assert rows["harbour-2031/s001"]["addressee_explicit"] is None
    assert list(frame.columns) == [column.name for column in COLUMNS]
    assert len(frame) == 9
    metadata = pq.read_schema(made / "statements.parquet").metadata
    assert metadata[b"license"] == b"https://creativecommons.org/licenses/by/4.0/"
    assert metadata[b"version"].decode() == made.parent.name


def test_workbook(made: Path) -> None:
    """The rows of the CSV on the sheet that programs read first, with a frozen head, a filter and links; what it is on the second."""
    book = openpyxl.load_workbook(made / "statements.xlsx")
    sheet, about = (book[name] for name in book.sheetnames)
    values: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True))

    assert [(about.cell(n, 1).value, about.cell(n, 2).value) for n in (3, 4)] == [
        ("version", made.parent.name),
        ("licence", "https://creativecommons.org/licenses/by/4.0/"),
    ]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert values[0] == tuple(column.name for column in COLUMNS)
    assert [row[0] for row in values[1:]] == list(table(made / "statements.csv"))
    assert sheet["B2"].hyperlink.target == sheet["B2"].value == f"{ID}statement/harbour-2031/s001"
    by_name = dict(zip(values[0], values[4], strict=True))
    assert (by_name["target_values"], by_name["target_deadlines"], by_name["addressee_explicit"]) == (0.7, 2035, True)


def test_workbook_states_no_time_of_its_making(made: Path) -> None:
    """The same rows give the same bytes; where a time has to stand, it is the earliest that an archive can state."""
    with zipfile.ZipFile(made / "statements.xlsx") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        said = archive.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[^<]*", said) == ["1980-01-01T00:00:00Z"] * 2


def test_rows_that_no_sheet_holds_go_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five rows in sheets of two; links as far as Excel takes them; a text that is too long for a cell says so."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    monkeypatch.setattr(workbook, "MOST_LINKS", 1)
    empty = tuple(() if column.many else "" for column in COLUMNS)
    rows = [(f"d/s{n}", f"https://example.org/{n}", "d", "x" * 40_000 if n == 4 else "t\x01", *empty[4:]) for n in range(5)]

    with workbook.Writer(tmp_path / "a.xlsx") as writer:
        writer.write(rows)
        writer.say(ABOUT)

    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["statements", "statements 2", "statements 3", "about"]
    assert [[row[0] for row in book[name].iter_rows(min_row=2, values_only=True)] for name in book.sheetnames[:-1]] == [
        ["d/s0", "d/s1"],
        ["d/s2", "d/s3"],
        ["d/s4"],
    ]
    assert book["statements"]["B2"].hyperlink
    assert not book["statements"]["B3"].hyperlink
    assert book["statements"]["D2"].value == "t�"
    assert book["statements 3"]["D2"].value.endswith("x … (cut: see the CSV or Parquet file)")
    assert len(book["statements 3"]["D2"].value) <= 32_767


def test_a_list_whose_item_has_the_separator_is_refused(project: Layout) -> None:
    """Two items could not be told from one."""
    edit(project, "mappings/entities/agents.yaml", "en: Plough Party", 'en: "Plough | Party"')

    with pytest.raises(ReleaseError, match=r"items of speakers by ' \| ', which stands inside 'Plough \| Party'; word it"):
        release.build(project, Path("build"))


def test_a_number_that_parquet_cannot_hold_is_refused(tmp_path: Path) -> None:
    """The message names the column."""
    other = {"gYear": "2031", "boolean": "true"}
    row = tuple(
        ("1." + "1" * 40,) if column.name == "figure_values" else () if column.many else other.get(column.datatype, "x")
        for column in COLUMNS
    )

    with (
        pytest.raises(ReleaseError, match="column figure_values of the table of statements cannot hold a value"),
        parquet.Writer(tmp_path / "a.parquet", ABOUT) as writer,
    ):
        writer.write([row])


@pytest.mark.parametrize("slug", ["statements", "policy-kg"])
def test_a_document_with_the_name_of_a_file_of_the_whole_is_refused(slug: str) -> None:
    """One would overwrite the other."""
    with pytest.raises(ReleaseError, match=f'a document cannot be called "{slug}"'):
        exports.require_names([slug])


def test_a_large_release_has_gzipped_files_only(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what is compressed in itself."""
    monkeypatch.setattr(exports, "PLAIN_QUADS", 10)

    made = release.build(project, Path("build"))

    names = {path.name for path in (made / "dumps").iterdir()}
    assert {name for name in names if not name.endswith(".gz")} == {
        "csv-metadata.json",
        "links.sssom.tsv",
        "statements.csv-metadata.json",
        "statements.parquet",
        "statements.xlsx",
    }
    assert {"policy-kg.nq.gz", "statements.csv.gz", "reply-2032.csv.gz", "reply-2032.rdf.gz"} <= names


@pytest.mark.parametrize(
    ("url", "start", "end", "link"),
    [
        ("https://example.org/a", "Zo is", "het, dan.", "https://example.org/a#:~:text=Zo%20is,het%2C%20dan."),
        ("https://example.org/a#b", "x", "", "https://example.org/a#b:~:text=x"),
        ("https://example.org/?q=1", "anti-x & y", "é", "https://example.org/?q=1#:~:text=anti%2Dx%20%26%20y,%C3%A9"),
        ("https://example.org/a", "Zo is", "het dan.[1][12]", "https://example.org/a#:~:text=Zo%20is,het%20dan."),
        ("https://example.org/a", "[3] Zo", "[3]", "https://example.org/a#:~:text=%5B3%5D%20Zo,%5B3%5D"),
        ("https://example.org/a.PDF", "x", "y", ""),
        ("javascript:alert(1)", "x", "y", ""),
        ("https://example.org/a", "", "y", ""),
    ],
)
def test_links_into_a_page(url: str, start: str, end: str, link: str) -> None:
    """What separates the parts of a text directive is encoded inside them, and the mark of a note left out; a PDF has no such link."""
    assert passage_link(url, start, end) == link
