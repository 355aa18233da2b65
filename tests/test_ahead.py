"""Processes that are begun before it is known what they are to do."""

import io
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from kg import release
from kg.errors import ReleaseError
from kg.mappings.layout import Layout
from kg.scale import ahead, tables
from kg.scale.ahead import Process, ended
from kg.scale.cache import Cache
from tests.project import snapshot


def shout(what: str, given: IO[bytes], tell: Callable[[str], object]) -> int:
    """Fail with what was said, or as it was asked to."""
    order = pickle.load(given)  # noqa: S301 - our own
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    tell(f"a line before\n{what} {order} {given.read().decode()}\n")
    return 1


@pytest.fixture(params=[True, False], ids=["copy", "new"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of this process, or a new one."""
    monkeypatch.setattr(ahead, "has_one_thread", lambda: request.param)


@pytest.mark.usefixtures("either")
def test_the_last_line_of_a_process_says_what_is_wrong() -> None:
    """Of a process that was told twice."""
    process = Process(shout, "a table")
    with ended(process):
        process.order("ordered")
        process.tell(b"and more")
        process.close()

        with pytest.raises(ReleaseError, match=r"^a table ordered and more$"):
            process.wait()


@pytest.mark.usefixtures("either")
def test_what_nobody_thought_of_is_told() -> None:
    """Its last line."""
    process = Process(shout, "a table")
    with ended(process):
        process.tell(b"no pickle")
        process.close()

        with pytest.raises(ReleaseError, match=r"^_pickle\.UnpicklingError: "):
            process.wait()


@pytest.mark.usefixtures("either")
def test_a_process_that_is_at_work_can_be_ended() -> None:
    """It waits for what is never said."""
    process = Process(shout, "a table")

    process.order("ordered")
    process.end()
    process.end()

    assert process._process.returncode == -signal.SIGKILL


def test_a_process_with_threads_is_not_copied() -> None:
    """What they hold would never be let go of in a copy."""
    alone = "import sys; from kg.beside import has_one_thread; sys.exit(not has_one_thread())"
    crowded = f"import threading; e = threading.Event(); threading.Thread(target=e.wait, daemon=True).start(); {alone}"

    statuses = [subprocess.run([sys.executable, "-c", program], check=False).returncode for program in (alone, crowded)]

    assert statuses == [0, 1]


def count_files(what: str, given: IO[bytes], tell: Callable[[str], object]) -> int:
    """Say which files are open, but for the one that lists them."""
    names = sorted(os.listdir("/proc/self/fd"), key=int)  # noqa: PTH208 - numbers
    tell(f"{' '.join(names[:-1])}\n")
    return 1


def test_a_copy_keeps_no_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a lock would be held for as long as it runs, and who waits for the end of a pipe would wait for it."""
    monkeypatch.setattr(ahead, "has_one_thread", lambda: True)
    with (tmp_path / "lock").open("w"):
        process = Process(count_files, "a table")
        with ended(process), pytest.raises(ReleaseError, match=r"^0 1 2$"):
            process.wait()


@pytest.mark.usefixtures("either")
def test_a_process_that_is_killed_is_told() -> None:
    """It says nothing itself."""
    process = Process(shout, "a table")
    with ended(process):
        process.order("die")

        with pytest.raises(ReleaseError, match="the process that made a table ended with status -9"):
            process.wait()


def test_a_process_that_is_told_nothing_ends() -> None:
    """And makes nothing."""
    assert tables.main("tables", io.BytesIO(), print) == 0


def test_a_table_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there, and rows that are not."""
    said: list[str] = []

    def made(keys: list[str], directory: Path) -> int:
        order = tables.Order(Cache(tmp_path), directory, {key: key for key in keys}, 0)
        return tables.main("tables", io.BytesIO(pickle.dumps(order) + b"1"), said.append)

    assert made([], tmp_path / "gone") == 1
    assert made(["0" * 64], tmp_path) == 1
    assert said[0].startswith(f"{tmp_path / 'gone'}: cannot be written (")
    assert "cannot be read" in said[1]


def test_tables_are_the_same_whoever_writes_them(project: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, or by processes of their own."""
    here = snapshot(release.build(project, tmp_path / "here") / "dumps")
    monkeypatch.setattr(tables, "SMALL", 0)

    assert snapshot(release.build(project, tmp_path / "there") / "dumps") == here
