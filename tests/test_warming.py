"""The files of a store are open before a process may open none any more: by look-ups, and by reading everything only where these may miss one."""

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.engine import warming

GRAPHS = 40


class Warmed:
    """A store, of which files seem to be closed, and what was done to open them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.path = folder / "store"
        store = ox.Store(str(self.path))
        store.bulk_extend(
            ox.Quad(ox.NamedNode(f"a:{n}"), ox.NamedNode("a:p"), ox.Literal(str(n)), ox.NamedNode(f"g:{n % GRAPHS}"))
            for n in range(10 * GRAPHS)
        )
        store.flush()
        del store
        self.store = ox.Store.read_only(str(self.path))
        self.looked_up = 0
        self.read = False
        monkeypatch.setattr(warming, "_look_ups", self._counting(warming._look_ups))
        monkeypatch.setattr(warming, "_read", self._reading)

    def _counting(self, look_ups: Callable[[ox.Store, int], Iterator[None]]) -> Callable[[ox.Store, int], Iterator[None]]:
        def counted(store: ox.Store, wanted: int) -> Iterator[None]:
            for _ in look_ups(store, wanted):
                self.looked_up += 1
                yield

        return counted

    def _reading(self, _: ox.Store) -> None:
        self.read = True

    def closed(self, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
        """Let there be a file of a size that nothing opens."""
        file = self.path / "999999.sst"
        file.touch()
        os.truncate(file, size)
        monkeypatch.setattr(warming, "_closed", lambda _: [file])
        warming.warm(self.store, self.path)


def test_it_ends_when_all_files_are_open(warmed: Warmed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before it would be sure by itself."""
    file = warmed.path / "999999.sst"
    file.touch()
    os.truncate(file, 30 * warming._SMALL)
    monkeypatch.setattr(warming, "_closed", lambda _: [] if warmed.looked_up >= 2 * warming._OFTEN else [file])

    warming.warm(warmed.store, warmed.path)

    assert warmed.looked_up == 2 * warming._OFTEN
    assert not warmed.read


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Warmed:
    """A small store."""
    return Warmed(monkeypatch, tmp_path)


def test_a_small_store_is_open_as_it_is(warmed: Warmed) -> None:
    """RocksDB opened its files."""
    warming.warm(warmed.store, warmed.path)

    assert (warmed.looked_up, warmed.read) == (0, False)


def test_a_large_file_that_stays_closed_is_no_part_of_an_index(warmed: Warmed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was looked for as often as it takes."""
    size = 2 * warming._SMALL
    warmed.closed(monkeypatch, size)

    assert warmed.looked_up >= math.ceil(warming._SURE * size / warming._SMALL / 6)
    assert not warmed.read


def test_a_small_file_that_stays_closed_may_have_been_missed(warmed: Warmed, monkeypatch: pytest.MonkeyPatch) -> None:
    """So everything is read."""
    warmed.closed(monkeypatch, warming._SMALL - 1)

    assert warmed.looked_up
    assert warmed.read


def test_too_few_look_ups_are_not_relied_upon(warmed: Warmed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with less in its graphs than it takes."""
    warmed.closed(monkeypatch, 1000 * warming._SMALL)

    assert warmed.looked_up < 1000
    assert warmed.read


def test_everything_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each index, of a store with several graphs and of one with none."""
    read = warming._read
    warmed = Warmed(monkeypatch, tmp_path)

    read(warmed.store)
    read(ox.Store())
