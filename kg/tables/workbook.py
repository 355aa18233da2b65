"""The table of statements as a workbook (Office Open XML), for who works in a spreadsheet.

In: rows. Out: an XLSX file with a sheet that says what it is and one with the statements. The same rows give the same bytes: the
times that openpyxl writes are taken out.
"""

import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from kg.tables.columns import COLUMNS, Column, Value
from kg.tables.csvw import SEPARATOR, About
from kg.tables.rows import Row

MOST_ROWS: Final = 1_048_575
"""Rows below the head that a sheet can have (Office Open XML, as Excel reads it)."""
MOST_LINKS: Final = 65_530
"""Links that Excel takes in a sheet."""
_LONGEST: Final = 32_767
"""Characters that Excel takes in a cell."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_TIMES: Final = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")
_CORE: Final = "docProps/core.xml"
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTHS: Final = {"summary_en": 70, "summary_nl": 70, "id": 26}


class Writer:
    """Writes a workbook; rows beyond what a sheet holds go on in another one."""

    def __init__(self, path: Path, about: About) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._book.properties.creator = "policy-kg"
        self._book.properties.title = about.title["en"]
        _write_about(self._book.create_sheet("about"), about)
        self._sheets = 0
        self._next_sheet()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end_sheet()
        draft = self._path.with_name(f".{self._path.name}")
        self._book.save(draft)
        if kind is None:
            _without_times(draft, self._path)
        draft.unlink()

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        for row in rows:
            if self._count == MOST_ROWS:
                self._end_sheet()
                self._next_sheet()
            self._count += 1
            self._sheet.append(_cells(self._sheet, row, linked=self._count <= MOST_LINKS))

    def _next_sheet(self) -> None:
        """Begin a sheet of statements."""
        self._sheets += 1
        self._count = 0
        sheet = self._book.create_sheet("statements" if self._sheets == 1 else f"statements {self._sheets}")
        sheet.freeze_panes = "B2"
        for index, column in enumerate(COLUMNS, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(column.name, 18)
        sheet.append([_text(sheet, column.name, bold=True) for column in COLUMNS])
        self._sheet: Any = sheet

    def _end_sheet(self) -> None:
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{self._count + 1}"


def _write_about(sheet: Any, about: About) -> None:
    """What the workbook is, and what its columns mean."""
    sheet.column_dimensions["A"].width = 28
    sheet.column_dimensions["B"].width = sheet.column_dimensions["C"].width = 44
    sheet.append([_text(sheet, about.title["en"], bold=True)])
    sheet.append([_text(sheet, about.title.get("nl", ""))])
    for name, value in (("version", about.version), ("licence", about.licence), ("source", about.dataset)):
        sheet.append([name, _linked(sheet, value) if value.startswith("https://") else value])
    sheet.append(["lists", f"items are separated by {SEPARATOR!r}; lists of IRIs have the order of the labels beside them"])
    sheet.append(["passages", "characters are code points of the text normalised by policy-kg-text/1, counted from 0"])
    sheet.append([])
    sheet.append([_text(sheet, title, bold=True) for title in ("column", "title", "titel", "datatype", "property")])
    for column in COLUMNS:
        datatype = f"list of {column.datatype}" if column.many else column.datatype
        sheet.append([column.name, column.en, column.nl, datatype, column.predicate])


def _cells(sheet: Any, row: Row, *, linked: bool) -> list[Any]:
    cells = [_typed(sheet, value, column) for value, column in zip(row, COLUMNS, strict=True)]
    if linked:
        cells[1] = _linked(sheet, str(row[1]))
    return cells


def _typed(sheet: Any, value: Value, column: Column) -> Any:
    """A cell: numbers and truth values as such, lists joined, texts never as formulas."""
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else SEPARATOR.join(value)
        plain = SEPARATOR not in value
    else:
        plain = True
    if not value:
        return None
    if column.datatype == "boolean":
        return value in {"true", "1"}
    if plain and column.datatype in {"integer", "gYear"}:
        return int(value)
    if plain and column.datatype == "decimal":
        return float(value)
    return _text(sheet, value) if value.startswith("=") or _needs_care(value) else value


def _needs_care(value: str) -> bool:
    return len(value) > _LONGEST or value[0] in "+-@" or _ILLEGAL.search(value) is not None


def _text(sheet: Any, value: str, *, bold: bool = False) -> Any:
    """A cell that is text whatever it begins with; what Excel cannot hold is marked."""
    value = _ILLEGAL.sub("�", value)
    if len(value) > _LONGEST:
        value = f"{value[: _LONGEST - 40]} … (cut: see the CSV or Parquet file)"
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    if value[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def _linked(sheet: Any, address: str) -> Any:
    cell = WriteOnlyCell(sheet, value=address)
    cell.hyperlink = address
    cell.font = Font(color="0563C1", underline="single")
    cell.alignment = Alignment(vertical="top")
    return cell


def _without_times(draft: Path, path: Path) -> None:
    """Copy a zip archive without the times of its entries and those that its properties state."""
    with zipfile.ZipFile(draft) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            if entry.filename == _CORE:
                new.writestr(info, _TIMES.sub(b"", old.read(entry)))
            else:
                info.file_size = entry.file_size  # so that a large part gets the fields of Zip64
                with old.open(entry) as source, new.open(info, "w") as target:
                    shutil.copyfileobj(source, target)
