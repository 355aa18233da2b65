"""The table of statements as Apache Parquet: lists as lists, numbers as numbers, texts as they are.

In: rows. Out: a file whose schema says what each column means. The same rows give the same bytes: Parquet holds no time.
"""

import contextlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from kg.errors import ReleaseError
from kg.tables.columns import COLUMNS, Column, Value
from kg.tables.csvw import About
from kg.tables.rows import Row

_GROUP: Final = 50_000
"""Rows that are held at a time, and that one row group has."""
_DECIMAL: Final = pa.decimal128(38, 12)
_TYPES: Final = {
    "string": pa.string(),
    "anyURI": pa.string(),
    "date": pa.string(),
    "boolean": pa.bool_(),
    "decimal": _DECIMAL,
    "integer": pa.int64(),
    "gYear": pa.int32(),
}

pa.array([""])  # the first time it looks for pandas, which takes as long as writing


class Writer:
    """Writes a Parquet file."""

    def __init__(self, path: Path, about: About) -> None:
        self._schema = _schema(about)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, rows: Iterable[Row]) -> None:
        """Add rows.

        :raises ReleaseError: if a number has more digits than the column holds
        """
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == _GROUP:
                self._flush()

    def _flush(self) -> None:
        if self._rows:
            arrays = [_array(self._rows, index, column) for index, column in enumerate(COLUMNS)]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
            self._rows = []


def _array(group: list[Row], index: int, column: Column) -> Any:
    values: list[Any]
    if pa.types.is_string(_TYPES[column.datatype]):
        values = [row[index] if column.many else row[index] or None for row in group]
    else:
        values = [_typed(row[index], column.datatype) for row in group]
    with _named(column):
        return pa.array(values, _type(column))


@contextlib.contextmanager
def _named(column: Column) -> Iterator[None]:
    """Say which column has a value that its type does not hold."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise ReleaseError(f"the column {column.name} of the table of statements cannot hold a value: {error}") from None


def _schema(about: About) -> Any:
    """Columns with their titles and properties; licence and version of the whole."""
    fields = [
        pa.field(
            column.name,
            _type(column),
            nullable=not column.required,
            metadata={"title_en": column.en, "title_nl": column.nl}
            | ({"property": column.predicate} if column.predicate else {}),
        )
        for column in COLUMNS
    ]
    described = {"title": about.title["en"], "version": about.version, "license": about.licence, "source": about.dataset}
    return pa.schema(fields, metadata=described)


def _type(column: Column) -> Any:
    kind = _TYPES[column.datatype]
    return pa.list_(kind) if column.many else kind


def _typed(value: Value, datatype: str) -> Any:
    """A cell that is no text as Python has it; None for none."""
    if isinstance(value, tuple):
        return [_typed(item, datatype) for item in value]
    if not value:
        return None
    match datatype:
        case "boolean":
            return value in {"true", "1"}
        case "decimal":
            return Decimal(value)
    return int(value)
