"""Store and full-text index of a release, made by a process of their own.

In: what the store is made of, in the order of the dump (:func:`kg.scale.files.recipe`). Out: two folders. Next: :mod:`kg.release`.

The process is a new one and no copy of this one: the threads of a store that was opened here would be missing in a copy, which would wait for them.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg import indexing, textindex
from kg.errors import ReleaseError
from kg.graph import read_store, write_store
from kg.scale.cache import Cache, no_room
from kg.scale.pieces import Body

STORE = "store"
"""Folder of the store in a release directory."""
_MAIN = "import sys; from kg.scale.databases import main; sys.exit(main(sys.stdin.buffer.read, sys.stderr.write))"
Recipe = Sequence[Body | tuple[str, str]]
"""Bodies of N-Quads, or where they are: a key of the cache and the name of one."""


@dataclass(frozen=True)
class Order:
    """What is to be made.

    :ivar documents: slugs, sorted
    """

    cache: Path
    recipe: Recipe
    documents: Sequence[str]
    target: Path


def make(order: Order) -> None:
    """Make store and index in the folder ``target``."""
    write_store(_pieces(order), order.target / STORE)
    indexing.write_index(read_store(order.target / STORE), order.documents, order.target / textindex.FOLDER)


def _pieces(order: Order) -> Iterator[bytes]:
    cache = Cache(order.cache)
    for part in order.recipe:
        body = part if isinstance(part, Body) else cache.read(part[0], "nq")[0][part[1]]
        if body.size:
            yield body.plain


@contextmanager
def beside(order: Order) -> Iterator[Callable[[], None]]:
    """Make store and index while the body runs.

    :yields: what waits for them
    :raises ReleaseError: if they cannot be made, where they are waited for
    """
    process = subprocess.Popen([sys.executable, "-c", _MAIN], stdin=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - our own module
    given = pickle.dumps(order)

    def wait() -> None:
        _, said = process.communicate()
        if process.returncode:
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            raise ReleaseError(last or f"{order.target}: the process that made the store ended with status {process.returncode}")

    try:
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()
        process.stdin = None
        yield wait
    finally:
        if process.poll() is None:
            process.kill()
        if process.stderr is not None:
            process.stderr.close()
        process.wait()


def main(read: Callable[[], bytes], tell: Callable[[str], object]) -> int:
    """Make what is asked for on standard input.

    :returns: the exit status
    """
    order: Order = pickle.loads(read())  # noqa: S301 - from the process that began this one
    try:
        make(order)
    except OSError as error:
        tell(str(no_room(order.target.parent, error)) + "\n")
        return 1
    except ReleaseError as error:
        tell(f"{error}\n")
        return 1
    return 0
