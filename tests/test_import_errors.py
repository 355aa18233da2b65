"""What can be wrong with an import: each message, at its place; and the parts by themselves."""

import csv
import io
import re
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import release
from kg.errors import FindingsError
from kg.imports import commands
from kg.imports.cells import CellError, Numbers, lexical
from kg.imports.table import Unreadable, records_of
from kg.mappings.remedies import UNITS
from tests.imports import MAPPING, TABLE, write
from tests.project import ROOT, make_project


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the fictional project."""
    target = tmp_path_factory.mktemp("built")
    release.build(make_project(target / "project"), target / "build")
    return target / "build"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)


def findings(build_dir: Path, mapping: str = MAPPING, table: str | bytes = TABLE) -> list[str]:
    """Findings of a mapping and its table."""
    file = write(Path(), mapping, table)
    with pytest.raises(FindingsError) as error:
        commands.add(file, build_dir, only_check=True)
    return [str(finding) for finding in error.value.findings]


def test_the_mapping_and_table_of_these_tests_are_right(build_dir: Path) -> None:
    """Without a change there is no finding, and nothing is written."""
    assert commands.add(write(Path()), build_dir, only_check=True).release is None


MAPPINGS = {
    "name": (
        "import: catch",
        "import: Catch of the day",
        '1:9: `import`: "Catch of the day" is not a short name in small letters',
    ),
    "no-name": ("import: catch\n", "", "1:1: `import:` is missing"),
    "no-table": ("table: catch.csv\n", "", "1:1: `table:` is missing"),
    "gone": ("catch.csv", "cath.csv", "2:8: cath.csv: no such file; `table` is a path from the folder of the mapping"),
    "sheet": ("table: catch.csv", "table: catch.yaml.xlsx", "2:8: catch.yaml.xlsx: no such file"),
    "key": (
        "import: catch",
        "import: catch\nlicense: x",
        '2:1: "license" is not a key here; did you mean "licence"?; there are: import, table,',
    ),
    "title": ("title: {nl: Vangst, en: Catch}", "title: {nl: Vangst}", "3:8: `title` needs a text in Dutch and in English"),
    "title-todo": ("en: Catch}", "en: TODO}", "3:8: `title` needs a text in Dutch and in English"),
    "source": ("import: catch", "import: catch\nsource: a book", '2:9: `source`: "a book" is no address'),
    "list": ("table: catch.csv", "table: [catch.csv]", "2:8: `table` takes one value"),
    "namespace": (
        "import: catch",
        "import: catch\nnamespace: https://example.org/catch",
        '2:12: "https://example.org/catch" does not end with / or #',
    ),
    "reserved": (
        "import: catch",
        "import: catch\nnamespace: https://w3id.org/policy-kg/id/",
        "2:12: IRIs below https://w3id.org/policy-kg/ are those of the published graph; take https://w3id.org/policy-kg/import/…",
    ),
    "same-mark": ('thousands: "."', 'thousands: ","', "7:3: `decimal` and `thousands` are the same character"),
    "decimal": ('decimal: ","', 'decimal: ":"', '6:12: `decimal`: ":" is not one of ".", ","'),
    "delimiter": ('delimiter: ";"', 'delimiter: ";;"', '5:14: ";;" is not one character'),
    "encoding": (
        'delimiter: ";"',
        'delimiter: ";"\n  encoding: utf-7bis',
        '6:13: "utf-7bis" is no encoding, as in utf-8 or windows-1252',
    ),
    "unmatched": ("import: catch", "import: catch\nunmatched: ignore", '2:12: `unmatched`: "ignore" is not one of error, skip'),
    "meaning": ("{datatype: year, label: {nl: Jaar, en: Year}}", "Year", '11:9: what column "year" means is missing'),
    "no-kind": ("datatype: year, ", "", '11:9: column "year" needs exactly one of datatype, language and entity; it has none'),
    "two-kinds": (
        "datatype: year",
        "datatype: year, language: nl",
        '11:9: column "year" needs exactly one of datatype, language and entity; it has language, datatype',
    ),
    "datatype": (
        "datatype: year",
        "datatype: yaer",
        '11:20: `datatype`: "yaer" is not one of decimal, integer, year, date, boolean, text; did you mean "year"?',
    ),
    "scheme": ("entity: label", "entity: name", '10:19: `entity`: "name" is not one of iso3166-alpha-2'),
    "collection": ("entity: label", "entity: label, collection: agents", '10:38: `collection`: "agents" is not one of agent,'),
    "stray-collection": (
        "datatype: year",
        "datatype: year, collection: agent",
        "11:38: `collection` belongs to a column with `entity`",
    ),
    "language": ("language: nl", "language: Dutch", '15:22: "Dutch" is not a language tag, as in nl'),
    "dimension-text": ("datatype: year", "language: nl", "11:20: a dimension tells observations apart; write `datatype: text`"),
    "minimum": ('minimum: "0"', "minimum: none", '13:51: "none" is not a decimal number with a point'),
    "stray-minimum": (
        "datatype: year",
        "datatype: year, minimum: 2000",
        "11:35: `minimum` belongs to a column with `datatype: decimal` or `integer`",
    ),
    "required": ("language: nl", "language: nl, required: yes", '15:36: `required`: "yes" is not one of true, false'),
    "no-dimension": ("dimensions:", "attributes2:", '9:1: "attributes2" is not a key here'),
    "local": (
        "  tonnes: {",
        '  "tonnes (live)": {',
        '13:20: "tonnes (live)" cannot be the name of a property; give it one with `as:`',
    ),
    "as": ("datatype: year", "datatype: year, as: 1x", '11:30: `as`: "1x" is not a name of letters and digits'),
    "as-reserved": (
        "datatype: year",
        "datatype: year, as: observation",
        '11:9: "observation" is a name that the import itself uses',
    ),
    "as-and-property": (
        "datatype: year",
        "datatype: year, as: y, property: https://example.org/y",
        "11:30: `as` and `property` both name the property",
    ),
    "same-property": ("datatype: year", "datatype: year, as: state", "is also in line 10; a property can have one meaning"),
    "ignored": (
        "import: catch",
        "import: catch\nignore: year",
        '2:9: column "year" is mapped above; it cannot be ignored as well',
    ),
    "published": (
        "datatype: year",
        "datatype: year, property: http://purl.org/dc/terms/title",
        "11:9: <http://purl.org/dc/terms/title> is a property of the published graph, so that published queries could meet it",
    ),
    "ours": (
        "datatype: year",
        "datatype: year, property: https://w3id.org/policy-kg/ontology#made-up",
        "11:9: <https://w3id.org/policy-kg/ontology#made-up> is a property of the published graph",
    ),
    "no-column": ("  tonnes: {", "  tons: {", 'catch.yaml:13:9: catch.csv has no column "tons"; did you mean "tonnes"?'),
    "ignored-gone": (
        "import: catch",
        "import: catch\nignore: lenght",
        '3:8: catch.csv has no column "lenght", which `ignore` names',
    ),
    "shapes-gone": (
        "import: catch",
        "import: catch\nshapes: mine.ttl",
        "catch.yaml:2:9: mine.ttl: no such file; `shapes` has paths from the folder of the mapping",
    ),
    "yaml": ("import: catch", "import: [catch", "YAML syntax"),
    "empty": (MAPPING, "", "1:1: the file is empty; bring its content back, or delete it"),
}


@pytest.mark.parametrize(
    ("unit", "hint"),
    [
        ("per cent", '; did you mean "PERCENT"?'),
        ("PERSENT", '; did you mean "PERCENT"?'),
        ("percent", '; did you mean "PERCENT"?'),
        ('"%"', '; did you mean "PERCENT"?'),
        ("EUR", '; did you mean "CCY_EUR"?'),
        ("dollars", '; did you mean "CCY_USD"?'),
        ("years", '; did you mean "YR"?'),
        ("furlongs", ""),
    ],
)
def test_a_unit_that_is_not_known(build_dir: Path, unit: str, hint: str) -> None:
    """A misspelt name does not become an IRI of QUDT; the units that are near are named, and how to write another."""
    shown = unit.strip('"')
    remedy = "write another one of QUDT as its address, http://qudt.org/vocab/unit/…"

    assert findings(build_dir, MAPPING.replace("unit: NUM", f"unit: {unit}")) == [
        f'catch.yaml:13:37: `unit`: "{shown}" is not one of PERCENT, NUM, CCY_EUR, CCY_USD, YR{hint}; {remedy}'
    ]


def test_a_unit_that_is_written_as_an_address(build_dir: Path) -> None:
    """Whoever writes it has looked it up."""
    mapping = MAPPING.replace("unit: NUM", "unit: https://example.org/unit/barrel")

    assert commands.add(write(Path(), mapping), build_dir, only_check=True).release is None


def test_the_units_are_those_of_the_shapes() -> None:
    """One that the shapes allow is known here."""
    (listed,) = set(re.findall(r"sh:in \( (unit:[^)]*) \)", (ROOT / "ontology/shapes/quantity.ttl").read_text(encoding="utf-8")))

    assert tuple(unit.removeprefix("unit:") for unit in listed.split()) == UNITS


@pytest.mark.parametrize("case", MAPPINGS)
def test_mapping(build_dir: Path, case: str) -> None:
    """One change to the mapping, and the finding that it makes."""
    old, new, expected = MAPPINGS[case]
    assert MAPPING.count(old) == 1

    found = findings(build_dir, MAPPING.replace(old, new))

    assert [line for line in found if expected in line], found
    assert all(line.startswith(("catch.yaml:", "catch.csv:")) for line in found)


def test_a_spreadsheet_is_refused(build_dir: Path) -> None:
    """With what to do."""
    Path("catch.xlsx").write_bytes(b"PK")

    assert findings(build_dir, MAPPING.replace("catch.csv", "catch.xlsx")) == [
        "catch.yaml:2:8: catch.xlsx is a spreadsheet; save the sheet as CSV or Parquet"
    ]


TABLES = {
    "empty": (TABLE, "", "1:1: the table is empty; its first line names the columns"),
    "delimiter": (
        TABLE,
        "state,year,tonnes,remark\nElland,2030,1,x\n",
        '1:1: one column only; is the delimiter ","? Say so: `delimiter: ","` under `read`',
    ),
    "tab": (TABLE, "state\tyear\ttonnes\tremark\nElland\t2030\t1\tx\n", '1:1: one column only; is the delimiter "tab"?'),
    "twice": ("tonnes;remark", "tonnes;remark;remark", '1:26: column "remark" stands here twice; rename one'),
    "unmapped": (
        "tonnes;remark",
        "tonnes;remark;size",
        '1:26: column "size" is not in the mapping; map it, or name it under `ignore`',
    ),
    "ragged": ("1.200,50;", "1.200,50", "2:1: 3 cells where the header has 4; check the delimiters"),
    "open-quote": (
        '"wel; maar later"',
        '"wel; maar later',
        "4:17: text stands after the quote that closes the cell begun in line 3; is a quote missing there?",
    ),
    "never-closed": ('"zegt ""ja"""', '"zegt ""ja""', "4:16: a quote is opened here and never closed"),
    "after-quote": ('"wel; maar later"', '"wel"; maar; later', "cells where the header has 4"),
    "entity": ("Verland", "Verlnd", '4:1: state "Verlnd" is not the label of any agent in the graph; did you mean "verland"'),
    "no-entity": ("Elland", "", "2:1: state is empty; a dimension has a value in each row"),
    "number": (
        "1.200,50",
        "1,200.50",
        '2:13: tonnes "1,200.50" is not a decimal number with a point, as in 0.7; if the table writes numbers so, say `decimal: "."` and `thousands: ","`',
    ),
    "groups": ("1.200,50", "1.20,50", '2:13: tonnes "1.20,50" is not a decimal number'),
    "percent": (
        "1.200,50",
        "12%",
        '2:13: tonnes "12%" is not a decimal number with a point, as in 0.7; write the number without the sign, and `unit: PERCENT`',
    ),
    "no-value": (
        "n.a.",
        "NaN",
        '3:14: tonnes "NaN" is not a decimal number with a point, as in 0.7; if it stands for no value, put it into `missing`',
    ),
    "year": ("2030", "2030/31", '2:8: year "2030/31" is not a year of four digits, as in 2030'),
    "minimum": ("1.200,50", "-5", "2:13: elland 2030 tonnes: less than 0, the minimum that the mapping gives"),
    "duplicate": (
        "Farland;2031;n.a.",
        "Elland;2030;7",
        '3:1: elland 2030 "state" and "year" are those of line 2; delete one of the rows',
    ),
    "all-left-out": (
        TABLE,
        "state;year;tonnes;remark\nElland;2030;n.a.;\n",
        "catch.yaml:2:8: no row became an observation: all are left out",
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_table(build_dir: Path, case: str) -> None:
    """One change to the table, and the finding that it makes."""
    old, new, expected = TABLES[case]
    assert TABLE.count(old) == 1

    found = findings(build_dir, table=TABLE.replace(old, new))

    assert len(found) == 1
    assert expected in found[0]


def test_all_findings_at_once(build_dir: Path) -> None:
    """Of three rows, each with a defect, in the order of their places."""
    table = TABLE.replace("2030", "MMXXX").replace("Farland", "Nowhere").replace(";3;", ";three;")

    assert [line.split(" ")[0] for line in findings(build_dir, table=table)] == [
        "catch.csv:2:8:",
        "catch.csv:3:1:",
        "catch.csv:4:14:",
    ]


def test_encoding(build_dir: Path) -> None:
    """Bytes that are not UTF-8: where, and what to say; then the table is read."""
    table = TABLE.replace("wel; maar", "één; maar").encode("windows-1252")

    assert findings(build_dir, table=table) == [
        "catch.csv:3:1: not utf-8 at byte 66; say which encoding it has: `encoding: windows-1252` under `read`, or save it as UTF-8"
    ]
    mapping = MAPPING.replace('delimiter: ";"', 'delimiter: ";"\n  encoding: windows-1252')
    assert commands.add(write(Path(), mapping, table), build_dir, only_check=True).manifest["observations"] == 2
    wrong = MAPPING.replace('delimiter: ";"', 'delimiter: ";"\n  encoding: ascii')
    assert findings(build_dir, wrong, table) == ["catch.csv:3:1: not ascii at byte 66; is `encoding` right?"]


def test_required_and_own_shapes(build_dir: Path) -> None:
    """What SHACL finds stands at the cell; shapes of one's own see the kinds of entities; mistakes in them are findings."""
    table = TABLE.replace("Verland;2032;3;", "Havenbureau;2032;3;")
    mapping = MAPPING.replace("{language: nl,", "{language: nl, required: true,")
    assert findings(build_dir, mapping, table) == [
        "catch.csv:2:22: elland 2030 remark: the cell is empty, and the mapping says `required: true`"
    ]

    shape = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix pol: <https://w3id.org/policy-kg/ontology#> .
@prefix my: <https://w3id.org/policy-kg/import/catch/> .
<https://example.org/shapes#state> a sh:PropertyShape ;
  sh:targetSubjectsOf my:state ; sh:path my:state ; sh:class pol:State ; sh:message "only states fish"@en .
"""
    Path("mine.ttl").write_text(shape, encoding="utf-8")
    mapping = f"shapes: mine.ttl\n{MAPPING}"
    assert findings(build_dir, mapping, table) == ["catch.csv:4:1: harbour-office 2032 only states fish"]
    Path("mine.ttl").write_text(shape.replace("sh:class", "sh:clas"), encoding="utf-8")
    assert findings(build_dir, mapping, table) == ["mine.ttl:6:1: state sh:clas is no term of SHACL Core, and would say nothing"]


def test_rows_of_others_are_left_out_if_the_mapping_says_so(build_dir: Path) -> None:
    """They are listed with their lines; what cannot be read otherwise is still a finding."""
    mapping = f"unmatched: skip\n{MAPPING}"
    table = TABLE.replace("Farland;2031;n.a.", "Atlantis;2031;1") + "Atlantis;2033;2;\n"

    assert commands.add(write(Path(), mapping, table), build_dir, only_check=True).report.splitlines()[1:] == [
        "left out, 2 rows that name no entity of the graph (`unmatched: skip`), with their lines:",
        "  Atlantis: 3, 5",
    ]
    assert findings(build_dir, mapping, table.replace("2030", "x")) == [
        'catch.csv:2:8: year "x" is not a year of four digits, as in 2030; if it stands for no value, put it into `missing` under `read`'
    ]


def test_what_is_alike_in_many_rows_is_one_finding(build_dir: Path) -> None:
    """The first place and the lines of the next; rows that are left out are listed as ranges."""
    rows = [f"Atlantis;{year};{tonnes};" for year, tonnes in ((2030, 1), (2031, -1), (2032, -2), (2033, -3), (2034, -4))]
    table = "\n".join(["state;year;tonnes;remark", *rows, "Elland;2030;1;", "Atlantis;2035;5;", ""])

    assert findings(build_dir, table=table) == [
        (
            'catch.csv:2:1: state "Atlantis" is not the label of any agent in the graph. To leave such rows out, say '
            "`unmatched: skip` (also in line 3, 4, 5 and 2 more places)"
        )
    ]
    assert findings(build_dir, table=table.replace("Atlantis", "Verland")) == [
        ("catch.csv:3:14: verland 2031 tonnes: less than 0, the minimum that the mapping gives (also in line 4, 5, 6)")
    ]
    report = commands.add(write(Path(), f"unmatched: skip\n{MAPPING}", table), build_dir, only_check=True).report
    assert report.splitlines()[2] == "  Atlantis: 2-6, 8"


def test_ignored_columns(build_dir: Path) -> None:
    """By name, or all that are not mapped."""
    table = "\n".join(f"{line};x" if line else "" for line in TABLE.replace("remark", "remark;size", 1).split("\n")).replace(
        "size;x", "size"
    )

    for ignore in ("size", "[size]", "others"):
        file = write(Path(), f"ignore: {ignore}\n{MAPPING}", table)
        assert commands.add(file, build_dir, only_check=True).manifest["observations"] == 2


def test_parquet_errors(build_dir: Path) -> None:
    """No Parquet; a key that is for CSV; a column that holds lists; a value that is no year."""
    import pyarrow as pa
    from pyarrow import parquet

    mapping = MAPPING.replace("catch.csv", "catch.parquet")
    plain = mapping.replace('  delimiter: ";"\n  decimal: ","\n  thousands: "."\n', "")
    Path("catch.parquet").write_bytes(b"state;year")
    assert findings(build_dir, plain)[0].startswith("catch.parquet:1:1: not a Parquet file: ")
    columns = {"state": ["Elland"], "year": [[2030]], "tonnes": [float("inf")], "remark": ["x"]}
    parquet.write_table(pa.table(columns), "catch.parquet")
    assert findings(build_dir, mapping) == [
        f"catch.yaml:{line}:3: `{key}` is for CSV; a Parquet file says itself"
        for line, key in enumerate(("delimiter", "decimal", "thousands"), 5)
    ]
    assert findings(build_dir, plain) == [
        'catch.parquet:1:2: column "year" holds list<element: int64>, of which a cell cannot be made'
    ]
    parquet.write_table(pa.table({**columns, "year": ["2030"]}), "catch.parquet")
    assert findings(build_dir, plain) == ['catch.parquet:1:3: tonnes "inf" is not a decimal number with a point, as in 0.7']


NUMBERS = [
    ("7.10", Numbers(), "7.10"),
    ("7,1", Numbers(","), "7.1"),
    ("-1.234.567,8", Numbers(",", "."), "-1234567.8"),
    ("1 234,5", Numbers(",", " "), "1234.5"),
    ("1\u202f234", Numbers(".", " "), "1234"),
    ("1'234.5", Numbers(".", "'"), "1234.5"),
    ("1234.5", Numbers(".", ","), "1234.5"),
    ("1.5e-03", Numbers(), "0.0015"),
    ("+.5", Numbers(), "+.5"),
]


@pytest.mark.parametrize(("text", "numbers", "expected"), NUMBERS)
def test_decimal(text: str, numbers: Numbers, expected: str) -> None:
    """As tables of several countries write them."""
    assert lexical(text, "decimal", numbers) == expected


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,2", Numbers()),
        ("1.2", Numbers(",")),
        ("1,23,456", Numbers(".", ",")),
        ("12,34", Numbers(".", ",")),
        ("1e999", Numbers()),
        ("0x1f", Numbers()),
    ],
)
def test_what_is_no_number(text: str, numbers: Numbers) -> None:
    """A separator in the wrong place is not taken away."""
    with pytest.raises(CellError, match="is not a decimal number"):
        lexical(text, "decimal", numbers)


@pytest.mark.parametrize(
    ("text", "datatype", "expected"),
    [
        ("TRUE", "boolean", "true"),
        ("0", "boolean", "false"),
        ("2024-02-29", "date", "2024-02-29"),
        ("12", "integer", "12"),
        ("NA", "text", "NA"),
    ],
)
def test_other_datatypes(text: str, datatype: str, expected: str) -> None:
    """In the forms of XML Schema."""
    assert lexical(text, datatype, Numbers()) == expected


@pytest.mark.parametrize(
    ("text", "datatype", "message"),
    [
        ("yes", "boolean", '"yes" is not true or false, or 1 or 0'),
        ("2023-02-29", "date", '"2023-02-29" is not a day that exists in the calendar'),
        ("1.5", "integer", '"1.5" is not a whole number, as in 12'),
        ("٣", "integer", '"٣" is not written with the digits 0 to 9'),
    ],
)
def test_what_is_of_no_other_datatype(text: str, datatype: str, message: str) -> None:
    """The message says what was expected."""
    with pytest.raises(CellError) as error:
        lexical(text, datatype, Numbers())

    assert str(error.value) == message


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_numbers_come_back(number: object) -> None:
    """Python's own formatting, in three ways of writing, gives the same decimal."""
    plain = f"{number:f}"
    english = f"{number:,f}"
    european = english.translate(str.maketrans(",.", ".,"))
    assert lexical(plain, "decimal", Numbers()) == plain
    assert lexical(english, "decimal", Numbers(".", ",")) == plain
    assert lexical(european, "decimal", Numbers(",", ".")) == plain


@given(
    st.lists(st.lists(st.text(alphabet=st.sampled_from("ab\";,\t\n 'é")), min_size=2, max_size=2), min_size=1),
    st.sampled_from(";,\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
)
def test_what_python_writes_is_read(rows: list[list[str]], delimiter: str, end: str, quoting: Literal[0, 1]) -> None:
    """Whatever stands in the cells, the module csv and we agree, but for the white space around a text; places are where it stands."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    text = file.getvalue()

    found = list(records_of(text, delimiter, "x.csv"))

    assert [[cell.text for cell in record] for record in found] == [[cell.strip() for cell in row] for row in rows]
    lines = text.replace("\r\n", "\n").split("\n")
    for record in found:
        for cell in record:
            rest = lines[cell.place.line - 1][cell.place.column - 1 :]
            assert rest.startswith('"') or rest.strip().startswith(cell.text)


@given(st.text(alphabet=st.sampled_from('ab";\n\r')))
def test_no_text_breaks_the_reader(text: str) -> None:
    """It is read, or refused with a place in it; nothing that is not a quote, delimiter or line end is lost."""
    refused: Unreadable | None = None
    records = []
    try:
        records = list(records_of(text, ";", "x.csv"))
    except Unreadable as error:
        refused = error
    if refused:
        assert 1 <= refused.finding.line <= text.count("\n") + text.count("\r") + 1
    else:
        read = "".join(cell.text for record in records for cell in record)
        assert [c for c in read if c in "ab"] == [c for c in text if c in "ab"]
