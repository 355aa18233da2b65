"""The tables of all statements: CSV, Parquet, and a workbook.

In: the rows of each document (:mod:`kg.scale.rows`). Out: files below ``dumps/``. Next: :mod:`kg.release`.

Parquet and the workbook are written by a process that is begun with the build: their libraries take as long to import as
a few thousand rows take to write.
"""

import importlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from kg import exports
from kg.description import DATASET, LICENSE
from kg.errors import ReleaseError
from kg.exports import GROUP_METADATA, TABLE, TITLES
from kg.scale.ahead import Process, ended
from kg.scale.cache import Cache, no_room
from kg.scale.executor import yield_to_others
from kg.scale.pieces import Body, Dump
from kg.tables import csvw

_PARQUET: Final = "kg.tables.parquet"
_WORKBOOK: Final = "kg.tables.workbook"
TABLES: Final = "tables"
"""What the process makes, in messages."""
SMALL: Final = 64 << 10
"""Bytes of mappings below which a process takes longer to begin than the tables take to write."""


@dataclass(frozen=True)
class Order:
    """What the tables are to hold.

    :ivar directory: for the files
    :ivar rows: keys of the rows, by document in their order
    :ivar statements: number of rows
    """

    cache: Cache
    directory: Path
    rows: Mapping[str, str]
    statements: int

    def path(self, kind: str) -> Path:
        """File of a table."""
        return self.directory / f"{TABLE}.{kind}"


class Making:
    """Parquet and the workbook, by a process of their own; by this one, if there is little to do.

    :ivar process: None if there is little to do
    """

    def __init__(self, *, small: bool) -> None:
        self.process = None if small else Process(main, TABLES)
        self._order: Order | None = None
        self._version = ""

    def begin(self, order: Order) -> None:
        """Have them written, unless that was said before."""
        if self._order is None:
            self._order = order
            if self.process is not None:
                self.process.order(order)

    def name(self, version: str) -> None:
        """Say the version, which is known last."""
        self._version = version
        if self.process is not None:
            self.process.tell(version.encode())
            self.process.close()

    def wait(self) -> None:
        """Wait for them.

        :raises ReleaseError: if one cannot be written
        """
        if self.process is not None:
            self.process.wait()
        elif self._order is not None:
            _write(self._order, lambda: self._version)

    def end(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.end()


@contextmanager
def ahead(size: int) -> Iterator[Making]:
    """Begin the process, and stop it at the end.

    :param size: bytes of the mappings
    """
    making = Making(small=size < SMALL)
    with ended(*([making.process] if making.process else [])):
        yield making


def main(what: str, given: IO[bytes], tell: Callable[[str], object]) -> int:  # noqa: ARG001 - all such functions are called alike
    """Write the tables.

    :param given: an :class:`Order`, pickled, and the version of the release when it is known
    :returns: the exit status
    """
    yield_to_others(5)
    for module in (_WORKBOOK, _PARQUET):
        importlib.import_module(module)
    try:
        order: Order = pickle.load(given)  # noqa: S301 - from the process that began this one
    except EOFError:
        return 0  # there is nothing to do
    try:
        _write(order, lambda: given.read().decode())
    except OSError as error:
        tell(f"{no_room(order.directory, error)}\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0


def _write(order: Order, version: Callable[[], str]) -> None:
    """Unless there are too many statements, the workbook; and Parquet; a document at a time.

    :param version: waits for it
    """
    with ExitStack() as stack:
        book: Any = None
        if order.statements <= exports.WORKBOOK_ROWS:
            book = stack.enter_context(importlib.import_module(_WORKBOOK).Writer(order.path("xlsx")))
            for key in order.rows.values():
                book.write(order.cache.read(key, "rows")[0])
        about = _about(version())
        if book is not None:
            book.say(about)
        table = stack.enter_context(importlib.import_module(_PARQUET).Writer(order.path("parquet"), about))
        for key in order.rows.values():
            table.write(order.cache.read(key, "rows")[0])


def _about(version: str) -> csvw.About:
    """What a table says of itself."""
    if not version:
        raise ReleaseError("the process that makes the release ended")
    return csvw.About(version, LICENSE, DATASET, TITLES)


def write_csv(order: Order, version: str, *, plain: bool) -> None:
    """Write the table as CSV, and what describes it and those of documents.

    :param plain: whether files that are not compressed are written, too
    """
    path, about = order.path("csv"), _about(version)
    write_rows(path, (order.cache.read(key, "csv")[0] for key in order.rows.values()), plain=plain)
    path.with_name(f"{path.name}-metadata.json").write_bytes(csvw.metadata(path.name, about))
    (order.directory / GROUP_METADATA).write_bytes(csvw.group_metadata([f"{slug}.csv" for slug in order.rows], about))


def write_rows(path: Path, bodies: Iterable[Body], *, plain: bool) -> None:
    """Write rows as CSV below a head."""
    with Dump(path, "csv", plain=plain) as dump:
        dump.write(Body.of(csvw.head()))
        for body in bodies:
            dump.write(body)
