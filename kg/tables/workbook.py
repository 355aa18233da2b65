"""The table of statements as a workbook (Office Open XML), for who works in a spreadsheet.

In: rows. Out: an XLSX file with a sheet of the statements and one that says what it is. The same rows give the same bytes: XlsxWriter has to state a
time, which is the earliest that the entries of an archive can have.
"""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from kg.tables.columns import COLUMNS, Column, Value
from kg.tables.csvw import SEPARATOR, About
from kg.tables.rows import Row

MOST_ROWS: Final = 1_048_575
"""Rows below the head that a sheet can have (Office Open XML, as Excel reads it)."""
MOST_LINKS: Final = 65_530
"""Links that Excel takes in a sheet."""
_LONGEST: Final = 32_767
"""Characters that Excel takes in a cell."""
_EPOCH: Final = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTHS: Final = {"summary_en": 70, "summary_nl": 70, "id": 26}
_NUMBERS: Final = {"integer": int, "gYear": int, "decimal": float}


class Writer:
    """Writes a workbook; rows beyond what a sheet holds go on in another one. What it is, is said last (:meth:`say`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}")
        self._book = Workbook(str(self._draft), {"constant_memory": True, "tmpdir": str(path.parent)})
        self._bold = self._book.add_format({"bold": True})
        self._link = self._book.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._sheets = 0
        self._next_sheet()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end_sheet()
        try:
            self._book.close()
        except FileCreateError as error:  # holds what was wrong
            raise error.args[0] from None
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink()

    def say(self, about: About) -> None:
        """Say what it is, and what its columns mean, after the rows: programs read the first sheet unless they are told another."""
        self._book.set_properties({"author": "policy-kg", "title": about.title["en"], "created": _EPOCH})
        self._write_about(self._book.add_worksheet("about"), about)

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        for row in rows:
            if self._count == MOST_ROWS:
                self._end_sheet()
                self._next_sheet()
            self._count += 1
            for at, (value, column) in enumerate(zip(row, COLUMNS, strict=True)):
                if value:
                    self._cell(at, value, column)

    def _next_sheet(self) -> None:
        """Begin a sheet of statements."""
        self._sheets += 1
        self._count = 0
        self._sheet = self._book.add_worksheet("statements" if self._sheets == 1 else f"statements {self._sheets}")
        self._sheet.freeze_panes(1, 1)
        for at, column in enumerate(COLUMNS):
            self._sheet.set_column(at, at, _WIDTHS.get(column.name, 18))
            self._sheet.write_string(0, at, column.name, self._bold)

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, self._count, len(COLUMNS) - 1)

    def _cell(self, at: int, value: Value, column: Column) -> None:
        """A cell: numbers and truth values as such, lists joined, texts never as formulas."""
        if isinstance(value, tuple):
            text, plain = SEPARATOR.join(value), len(value) == 1
        else:
            text, plain = value, True
        number = _NUMBERS.get(column.datatype) if plain else None
        if column.datatype == "boolean":
            self._sheet.write_boolean(self._count, at, text in {"true", "1"})
        elif number is not None:
            self._sheet.write_number(self._count, at, number(text))
        elif at == _ADDRESS and self._count <= MOST_LINKS:
            self._sheet.write_url(self._count, at, text, self._link, text)
        else:
            self._sheet.write_string(
                self._count, at, _shown(text), self._quoted if text.startswith(("=", "+", "-", "@")) else None
            )

    def _write_about(self, sheet: Any, about: About) -> None:
        """What the workbook is, and what its columns mean."""
        sheet.set_column("A:A", 28)
        sheet.set_column("B:C", 44)
        sheet.write_string(0, 0, about.title["en"], self._bold)
        sheet.write_string(1, 0, about.title.get("nl", ""))
        said = (
            ("version", about.version),
            ("licence", about.licence),
            ("source", about.dataset),
            ("lists", f"items are separated by {SEPARATOR!r}; lists of IRIs have the order of the labels beside them"),
            ("passages", "characters are code points of the text normalised by policy-kg-text/1, counted from 0"),
        )
        for row, (name, value) in enumerate(said, start=2):
            sheet.write_string(row, 0, name)
            if value.startswith("https://"):
                sheet.write_url(row, 1, value, self._link, value)
            else:
                sheet.write_string(row, 1, value)
        head = len(said) + 3
        for at, title in enumerate(("column", "title", "titel", "datatype", "property")):
            sheet.write_string(head, at, title, self._bold)
        for row, column in enumerate(COLUMNS, start=head + 1):
            datatype = f"list of {column.datatype}" if column.many else column.datatype
            for at, text in enumerate((column.name, column.en, column.nl, datatype, column.predicate)):
                sheet.write_string(row, at, text)


_ADDRESS: Final = 1
"""Column with the IRI of the statement."""


def _shown(text: str) -> str:
    """A text as a cell can hold it; what Excel cannot hold is marked."""
    if not text.isprintable():  # a tenth of the time
        text = _ILLEGAL.sub("�", text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 40]} … (cut: see the CSV or Parquet file)"
