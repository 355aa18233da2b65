"""The tables of all statements: CSV, Parquet, and a workbook.

In: the rows of each document (:mod:`kg.scale.files`). Out: files below ``dumps/``. Next: :mod:`kg.release`.

Parquet and the workbook are written by processes of their own that are begun with the build: their libraries take as long to import as
a few thousand rows take to write.
"""

import importlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
SMALL: Final = 64 << 10
"""Bytes of mappings below which a process takes longer to begin than the tables take to write."""


@dataclass(frozen=True)
class Order:
    """What the tables are to hold.

    :ivar directory: for the files
    :ivar keys: of the rows, in the order of the documents
    :ivar documents: slugs
    :ivar plain: whether CSV files that are not compressed are written, too
    """

    cache: Cache
    version: str
    directory: Path
    keys: Sequence[str]
    documents: Sequence[str]
    plain: bool

    @property
    def about(self) -> csvw.About:
        """What a table says of itself."""
        return csvw.About(self.version, LICENSE, DATASET, TITLES)

    def path(self, kind: str) -> Path:
        """File of a table."""
        return self.directory / f"{TABLE}.{kind}"


class Making:
    """Parquet and the workbook, each by a process of its own; by this one, if there is little to do.

    :ivar processes: by kind
    """

    def __init__(self, *, small: bool) -> None:
        self.processes = {} if small else {kind: Process(main, kind) for kind in _MODULES}
        self._kinds: list[str] = []
        self._order: Order | None = None

    def begin(self, order: Order, statements: int) -> None:
        """Have Parquet and, unless there are too many statements, the workbook written."""
        self._kinds = [kind for kind in _MODULES if kind != "xlsx" or statements <= exports.WORKBOOK_ROWS]
        self._order = order
        for kind in self._kinds:
            if kind in self.processes:
                self.processes[kind].order(order)

    def wait(self) -> None:
        """Wait for them.

        :raises ReleaseError: if one cannot be written
        """
        for kind in self._kinds:
            if kind in self.processes:
                self.processes[kind].wait()
            elif self._order is not None:
                _write(kind, self._order)


@contextmanager
def ahead(size: int) -> Iterator[Making]:
    """Begin the processes, and stop them at the end.

    :param size: bytes of the mappings
    """
    making = Making(small=size < SMALL)
    with ended(*making.processes.values()):
        yield making


def main(kind: str, given: IO[bytes], tell: Callable[[str], object]) -> int:
    """Write a table.

    :param given: an :class:`Order`, pickled
    :returns: the exit status
    """
    yield_to_others(5)
    importlib.import_module(_MODULES[kind])
    try:
        order: Order = pickle.load(given)  # noqa: S301 - from the process that began this one
    except EOFError:
        return 0  # there is nothing to do
    try:
        _write(kind, order)
    except OSError as error:
        tell(f"{no_room(order.directory, error)}\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0


def _write(kind: str, order: Order) -> None:
    writer: Any = importlib.import_module(_MODULES[kind]).Writer
    with writer(order.path(kind), order.about) as table:
        for key in order.keys:
            table.write(order.cache.read(key, "rows")[0])


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
