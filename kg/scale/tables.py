"""The tables of all statements: CSV, Parquet, and a workbook.

In: the rows of each document (:mod:`kg.scale.files`). Out: files below ``dumps/``. Next: :mod:`kg.release`.

Parquet and the workbook are written by a process that is begun with the build: their libraries take as long to import as
a few thousand rows take to write.
"""

import importlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
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

_MODULES: Final = {"parquet": "kg.tables.parquet", "xlsx": "kg.tables.workbook"}
"""What writes each kind."""
TABLES: Final = "tables"
"""What the process makes, in messages."""
SMALL: Final = 64 << 10
"""Bytes of mappings below which a process takes longer to begin than the tables take to write."""


@dataclass(frozen=True)
class Order:
    """What the tables are to hold.

    :ivar directory: for the files
    :ivar keys: of the rows, in the order of the documents
    :ivar documents: slugs
    :ivar statements: number of rows
    :ivar plain: whether CSV files that are not compressed are written, too
    """

    cache: Cache
    version: str
    directory: Path
    keys: Sequence[str]
    documents: Sequence[str]
    statements: int
    plain: bool

    @property
    def about(self) -> csvw.About:
        """What a table says of itself."""
        return csvw.About(self.version, LICENSE, DATASET, TITLES)

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

    def begin(self, order: Order) -> None:
        """Have them written."""
        self._order = order
        if self.process is not None:
            self.process.order(order)

    def wait(self) -> None:
        """Wait for them.

        :raises ReleaseError: if one cannot be written
        """
        if self.process is not None:
            self.process.wait()
        elif self._order is not None:
            _write(self._order)


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

    :param given: an :class:`Order`, pickled
    :returns: the exit status
    """
    yield_to_others(5)
    for module in _MODULES.values():
        importlib.import_module(module)
    try:
        order: Order = pickle.load(given)  # noqa: S301 - from the process that began this one
    except EOFError:
        return 0  # there is nothing to do
    try:
        _write(order)
    except OSError as error:
        tell(f"{no_room(order.directory, error)}\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0


def _write(order: Order) -> None:
    """Parquet and, unless there are too many statements, the workbook, a document at a time."""
    kinds = [kind for kind in _MODULES if kind != "xlsx" or order.statements <= exports.WORKBOOK_ROWS]
    with ExitStack() as stack:
        tables: list[Any] = []
        for kind in kinds:
            writer = importlib.import_module(_MODULES[kind]).Writer
            tables.append(stack.enter_context(writer(order.path(kind), order.about)))
        for key in order.keys:
            (rows,) = order.cache.read(key, "rows")
            for table in tables:
                table.write(rows)


def write_csv(order: Order) -> None:
    """Write the table as CSV, and what describes it and those of documents."""
    path = order.path("csv")
    write_rows(path, (order.cache.read(key, "csv")[0] for key in order.keys), plain=order.plain)
    path.with_name(f"{path.name}-metadata.json").write_bytes(csvw.metadata(path.name, order.about))
    names = [f"{slug}.csv" for slug in order.documents]
    (order.directory / GROUP_METADATA).write_bytes(csvw.group_metadata(names, order.about))


def write_rows(path: Path, bodies: Iterable[Body], *, plain: bool) -> None:
    """Write rows as CSV below a head."""
    with Dump(path, "csv", plain=plain) as dump:
        dump.write(Body.of(csvw.head()))
        for body in bodies:
            dump.write(body)
