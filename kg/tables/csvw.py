"""CSV, and the metadata that say what its columns mean (W3C Metadata Vocabulary for Tabular Data, 2015).

In: rows. Out: a CSV file (RFC 4180, UTF-8), and a description of one table or of several with the same columns.

A spreadsheet takes a cell that begins with = + - or @ for a formula. Such a cell of text, and one that begins with an apostrophe, gets an
apostrophe before it; whoever reads the file without a spreadsheet takes the first apostrophe of a cell away (:func:`unguarded`). In the
data few texts begin so, and IRIs, numbers and truth values never get one.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import ReleaseError
from kg.tables.columns import COLUMNS, Column, Value
from kg.tables.rows import Row

SEPARATOR: Final = " | "
"""Between the items of a list."""
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_GUARD_NL: Final = (
    "Een cel met tekst die met een apostrof of met = + - @ begint heeft een apostrof voor zich, die er niet bij hoort: "
    "anders nam een rekenblad haar voor een formule."
)
_GUARD_EN: Final = (
    "A cell of text that begins with an apostrophe or with = + - @ has an apostrophe before it that is not part of it: "
    "a spreadsheet would take it for a formula."
)


@dataclass(frozen=True)
class About:
    """What a table says of itself.

    :ivar version: of the release
    :ivar licence: its IRI
    :ivar dataset: IRI of what the table is taken from
    :ivar title: by language
    """

    version: str
    licence: str
    dataset: str
    title: dict[str, str]


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(text: str) -> str:
    """The text before it was guarded."""
    return text.removeprefix("'")


def cell(value: Value, column: Column) -> str:
    """A cell as it is written, before quotes.

    :raises ReleaseError: if an item of a list has the separator in it
    """
    if isinstance(value, str):
        return guarded(value) if column.is_text else value
    for item in value:
        if SEPARATOR in item:
            raise ReleaseError(
                f"the table of statements separates the items of {column.name} by {SEPARATOR!r}, which stands inside {item!r}; "
                "word it otherwise"
            )
    text = SEPARATOR.join(value)
    return guarded(text) if column.is_text else text


def head() -> bytes:
    """The line of column names with which a file begins."""
    return _lines([[column.name for column in COLUMNS]])


def encoded(rows: Iterable[Row]) -> bytes:
    """Rows as they stand in a file.

    :raises ReleaseError: if an item of a list has the separator in it
    """
    return _lines([cell(value, column) if value else "" for value, column in zip(row, COLUMNS, strict=True)] for row in rows)


def _lines(cells: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(cells)  # RFC 4180: CRLF, quotes where needed
    return text.getvalue().encode()


def metadata(table: str, about: About) -> bytes:
    """Description of one table.

    :param table: file name of the CSV, beside which the description stands
    """
    return _json({"@context": _CONTEXT, "url": table, **_described(about), "dialect": _DIALECT, "tableSchema": _schema()})


def group_metadata(tables: Iterable[str], about: About) -> bytes:
    """Description of several tables with the same columns."""
    listed = [{"url": table} for table in tables]
    return _json({"@context": _CONTEXT, **_described(about), "dialect": _DIALECT, "tableSchema": _schema(), "tables": listed})


_CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
_DIALECT: Final = {"header": True, "encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "doubleQuote": True}


def _described(about: About) -> dict[str, Any]:
    return {
        "dc:title": [{"@value": text, "@language": language} for language, text in about.title.items()],
        "dc:license": {"@id": about.licence},
        "dc:source": {"@id": about.dataset},
        "schema:version": about.version,
        "rdfs:comment": [{"@value": _GUARD_NL, "@language": "nl"}, {"@value": _GUARD_EN, "@language": "en"}],
    }


def _schema() -> dict[str, Any]:
    """Columns and keys (section 5.5)."""
    return {
        "aboutUrl": "{+statement}",
        "primaryKey": "statement",
        "rowTitles": ["summary_en", "summary_nl"],
        "columns": [_column(column) for column in COLUMNS],
    }


def _column(column: Column) -> dict[str, Any]:
    """Description of a column (section 5.6)."""
    described: dict[str, Any] = {
        "name": column.name,
        # A reader compares the head of the CSV with the titles (Tabular Data Model, section 8): the name is one of them.
        "titles": {"und": [column.name], "en": [column.en], "nl": [column.nl]},
        "datatype": column.datatype,
    }
    if column.required:
        described["required"] = True
    if column.many:
        described["separator"] = SEPARATOR
    if column.language:
        described["lang"] = column.language
    if not column.predicate:
        described["suppressOutput"] = True
        return described
    described["propertyUrl"] = column.predicate
    # A template gives one URL for a whole cell, so IRIs of a list stay values of datatype anyURI (Metadata Vocabulary, 5.1.2).
    if column.datatype == "anyURI" and not column.many:
        described["valueUrl"] = f"{{+{column.name}}}"
    return described


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
