"""Other SPARQL stores for tests: real servers on free loopback ports, started by a test session and stopped with it."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

LIFE_S = 600
"""Seconds after which a server is ended even if its test session is gone: ``timeout`` of coreutils is its parent."""
ROW_LIMIT = 20_000

_INI = """
[Database]
DatabaseFile = v.db
ErrorLogFile = v.log
LockFile = v.lck
TransactionFile = v.trx
xa_persistent_file = v.pxa
[TempDatabase]
DatabaseFile = t.db
TransactionFile = t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
ServerThreads = 20
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {rows}
"""


@dataclass(frozen=True)
class Store:
    """A store: where it takes graphs and updates, where it answers, and as whom one writes.

    :ivar sql: host and port of its SQL server, if it has one
    """

    name: str
    graphs: str
    updates: str
    queries: str
    environment: dict[str, str]
    sql: str = ""

    def to(self, protocol: str) -> str:
        """Where to write by a protocol."""
        return self.graphs if protocol == "gsp" else self.updates


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """A server while the body runs."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(["timeout", "-k", "5", str(LIFE_S), *command], cwd=folder, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"{command[0]} did not start: {(folder / 'server.log').read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()  # of `timeout`, which hands it on
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def oxigraph(folder: Path) -> Iterator[Store]:
    """Oxigraph's own server, in memory."""
    base = f"http://127.0.0.1:{free_port()}"
    program = str(Path(sys.executable).with_name("oxigraph"))
    with _running([program, "serve", "--bind", base.removeprefix("http://")], folder, f"{base}/query"):
        yield Store("oxigraph", f"{base}/store", f"{base}/update", f"{base}/query", {})


@contextmanager
def virtuoso(folder: Path) -> Iterator[Store]:
    """Virtuoso with a database of its own in ``folder``; its writing endpoints take Digest only."""
    if shutil.which("virtuoso-t") is None:
        pytest.skip("virtuoso-t is not installed (Debian: apt-get install --no-install-recommends virtuoso-opensource-7-bin)")
    http, sql = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_INI.format(sql=sql, http=http, rows=ROW_LIMIT), encoding="ascii")
    base = f"http://127.0.0.1:{http}"
    with _running(["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"], folder, f"{base}/sparql"):
        account = {"KG_PUBLISH_USER": "dba", "KG_PUBLISH_PASSWORD": "dba"}  # of a fresh database
        yield Store(
            "virtuoso", f"{base}/sparql-graph-crud-auth", f"{base}/sparql-auth", f"{base}/sparql", account, f"127.0.0.1:{sql}"
        )


STARTERS = {"oxigraph": oxigraph, "virtuoso": virtuoso}
