"""A table in which every cell knows its place.

In: a CSV file (RFC 4180, any delimiter) or a Parquet file. Out: a :class:`Table` of texts, or what is wrong with the file. Next:
:mod:`kg.imports.cube`. The place of a cell of a Parquet file is the number of its row and of its column, from 1.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg.errors import Finding
from kg.imports.cells import Numbers
from kg.imports.model import ImportMapping
from kg.mappings.nodes import Place
from kg.mappings.words import did_you_mean, shortened

_ELSEWHERE: Final = (";", "\t", ",", "|")
"""Delimiters that a file with one column may have instead."""

_SHEETS: Final = (".xlsx", ".xls", ".ods")


class Cell(NamedTuple):
    """A cell: its text without the white space around it, empty where the table has no value, and its place."""

    text: str
    place: Place


@dataclass(frozen=True)
class Table:
    """The mapped columns of a table.

    :ivar rows: cells by name of their column
    :ivar numbers: how its texts write numbers
    """

    rows: tuple[dict[str, Cell], ...]
    numbers: Numbers


class Unreadable(Exception):  # noqa: N818 - it carries a finding and is no error of its own
    """What is wrong with a file as a whole."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_table(mapping: ImportMapping, name: str) -> tuple[Table | None, list[Finding]]:
    """Read the table of a mapping.

    :param name: the table as findings call it
    """
    if not mapping.table.is_file():
        return None, [
            mapping.table_place.finding("import-table", f"{name}: no such file; `table` is a path from the folder of the mapping")
        ]
    if mapping.table.suffix.lower() in _SHEETS:
        return None, [mapping.table_place.finding("import-table", f"{name} is a spreadsheet; save the sheet as CSV or Parquet")]
    try:
        if mapping.table.suffix.lower() == ".parquet":
            return _parquet(mapping, name)
        return _csv(mapping, name)
    except Unreadable as error:
        return None, [error.finding]


def _csv(mapping: ImportMapping, name: str) -> tuple[Table | None, list[Finding]]:
    records = records_of(_decoded(mapping, name), mapping.delimiter, name)
    header = next(records, None)
    if header is None:
        raise Unreadable(Finding(name, 1, 1, "import-table", "the table is empty; its first line names the columns"))
    findings = _header(mapping, header, name)
    if findings:
        return None, findings
    rows = []
    for record in records:
        if len(record) != len(header):
            message = f"{len(record)} cells where the header has {len(header)}; check the delimiters, and the quotes around a cell that has one"
            findings.append(record[0].place.finding("import-table", message))
            continue
        rows.append(_row(mapping, [cell.text for cell in header], record))
    return Table(tuple(rows), mapping.numbers), findings


def _row(mapping: ImportMapping, names: list[str], record: list[Cell]) -> dict[str, Cell]:
    mapped = {column.name for column in mapping.columns}
    return {
        name: Cell("" if cell.text in mapping.missing else cell.text, cell.place)
        for name, cell in zip(names, record, strict=True)
        if name in mapped
    }


def _decoded(mapping: ImportMapping, name: str) -> str:
    data = mapping.table.read_bytes()
    utf8 = mapping.encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    try:
        return data.decode("utf-8-sig" if utf8 else mapping.encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        remedy = (
            "say which encoding it has: `encoding: windows-1252` under `read`, or save it as UTF-8"
            if utf8
            else "is `encoding` right?"
        )
        raise Unreadable(
            Finding(name, line, 1, "import-table", f"not {mapping.encoding} at byte {error.start}; {remedy}")
        ) from None


def records_of(text: str, delimiter: str, name: str) -> Iterator[list[Cell]]:
    """The records of a CSV text (RFC 4180, section 2), without empty lines; any line end will do.

    :raises Unreadable: if a quote is not closed, or something stands after one that is
    """
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]
    # In quotes anything but a quote, which is doubled; else up to the next delimiter or line end.
    pattern = re.compile(rf'"((?:[^"]|"")*+)"|([^{re.escape(delimiter)}\r\n]*)')

    def place(offset: int) -> Place:
        line = bisect_right(starts, offset)
        return Place(name, line, offset - starts[line - 1] + 1)

    at, record = 0, list[Cell]()
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            raise AssertionError("the second alternative matches anything")
        if match[1] is None and match[2].startswith('"'):
            raise Unreadable(
                place(at).finding(
                    "import-table", "a quote is opened here and never closed; close it, or double a quote that is meant as text"
                )
            )
        quoted = match[1] is not None
        record.append(Cell((match[1].replace('""', '"') if quoted else match[2]).strip(), place(at)))
        end = match.end()
        if text[end : end + 1] == delimiter:
            at = end + 1
            if at == len(text):
                record.append(Cell("", place(at)))
                yield record
                return
            continue
        line_end = 2 if text.startswith("\r\n", end) else 1
        if end < len(text) and text[end] not in "\r\n":
            opened = record[-1].place.line
            message = f"text stands after the quote that closes the cell begun in line {opened}; is a quote missing there? Double one that is meant as text"
            raise Unreadable(place(end).finding("import-table", message))
        if len(record) > 1 or quoted or record[0].text:
            yield record
        at, record = end + line_end, []


def _header(mapping: ImportMapping, header: list[Cell], name: str) -> list[Finding]:
    """What is wrong with the names of the columns."""
    names = [cell.text for cell in header]
    mapped = {column.name for column in mapping.columns}
    if len(names) == 1 and names[0] not in mapped:
        other = next((mark for mark in _ELSEWHERE if mark != mapping.delimiter and mark in names[0]), None)
        if other:
            message = f'one column only; is the delimiter "{"tab" if other == chr(9) else other}"? Say so: `delimiter: "{"tab" if other == chr(9) else other}"` under `read`'
            return [header[0].place.finding("import-table", message)]
    findings = [
        cell.place.finding("import-table", f'column "{shortened(cell.text)}" stands here twice; rename one')
        for number, cell in enumerate(header)
        if cell.text in names[:number] and (cell.text in mapped or mapping.ignored is not None)
    ]
    unknown = [
        cell for cell in header if cell.text not in mapped and mapping.ignored is not None and cell.text not in mapping.ignored
    ]
    for column in mapping.columns:
        if column.name not in names:
            hint = did_you_mean(column.name, [cell.text for cell in unknown] or names)
            findings.append(column.place.finding("import-table", f'{name} has no column "{shortened(column.name)}"{hint}'))
    findings += [
        cell.place.finding(
            "import-table", f'column "{shortened(cell.text)}" is not in the mapping; map it, or name it under `ignore`'
        )
        for cell in unknown
    ]
    if mapping.ignored is not None:
        place = mapping.table_place
        findings += [
            place.finding(
                "import-table", f'{name} has no column "{shortened(gone)}", which `ignore` names{did_you_mean(gone, names)}'
            )
            for gone in sorted(mapping.ignored - set(names))
        ]
    return findings


def _parquet(mapping: ImportMapping, name: str) -> tuple[Table | None, list[Finding]]:
    import pyarrow as pa  # noqa: PLC0415 - 0.1 s that a CSV file need not pay
    import pyarrow.compute as pc  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    wrong = [place.finding("import-table", f"`{key}` is for CSV; a Parquet file says itself") for key, place in mapping.csv_keys]
    try:
        schema = parquet.read_schema(mapping.table)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(Finding(name, 1, 1, "import-table", f"not a Parquet file: {shortened(str(error))}")) from None
    header = [Cell(column, Place(name, 1, number)) for number, column in enumerate(schema.names, 1)]
    findings = wrong + _header(mapping, header, name)
    if findings:
        return None, findings
    read = parquet.read_table(mapping.table, columns=[column.name for column in mapping.columns])
    texts: dict[str, list[str | None]] = {}
    for column in mapping.columns:
        try:
            texts[column.name] = pc.cast(read.column(column.name), pa.string()).to_pylist()
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
            message = (
                f'column "{shortened(column.name)}" holds {read.schema.field(column.name).type}, of which a cell cannot be made'
            )
            findings.append(Finding(name, 1, schema.names.index(column.name) + 1, "import-table", message))
    if findings:
        return None, findings
    columns = {column.name: schema.names.index(column.name) + 1 for column in mapping.columns}
    floating = {field.name for field in read.schema if pa.types.is_floating(field.type)}

    def cell(column: str, row: int) -> Cell:
        text = (texts[column][row] or "").strip()
        if text in mapping.missing or (text == "nan" and column in floating):  # pandas writes NaN where it has no number
            text = ""
        return Cell(text, Place(name, row + 1, columns[column]))

    rows = tuple({column: cell(column, row) for column in columns} for row in range(read.num_rows))
    return Table(rows, Numbers()), []
