"""The servers that are compared, each started on a free port of the loopback interface and stopped by its own process id.

In comes a release; out come :class:`Server` objects that answer. No server outlives the benchmark: they are stopped when
their ``with`` block ends, and on Linux the kernel stops them if the benchmark is killed.
"""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from kg.store import Release

HOST = "127.0.0.1"
_READY_S = 90.0
_STOP_S = 5.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Kind:
    """How a server is started.

    :ivar command: its arguments, with ``{port}`` for the port
    :ivar endpoint: path of its SPARQL endpoint
    :ivar announces: whether it prints a line with its address when it is ready; otherwise it is asked until it answers
    """

    name: str
    command: tuple[str, ...]
    endpoint: str
    announces: bool = False


def ours(build_dir: Path, *options: str) -> Kind:
    """Our server as a user starts it, but on a free port."""
    command = (_tool("kg"), "serve", "--port", "{port}", "--build-dir", str(build_dir), *options)
    return Kind("policy-kg", command, "/sparql", announces=True)


def oxigraph(release: Release, *options: str) -> Kind:
    """Oxigraph's own server on the store of the release, with the default graph that we have."""
    bind = ("--bind", f"{HOST}:{{port}}")
    command = (_tool("oxigraph"), "serve-read-only", "--location", str(release.store), "--union-default-graph", *bind, *options)
    return Kind("oxigraph", command, "/query")


def rdflib_endpoint(release: Release) -> Kind:
    """rdflib-endpoint on the N-Quads dump of the release."""
    dump = release.path / "dumps" / "policy-kg.nq"
    return Kind("rdflib-endpoint", (_tool("rdflib-endpoint"), "serve", "--host", HOST, "--port", "{port}", str(dump)), "/")


def _tool(name: str) -> str:
    """A command beside the Python that runs this."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found is not None, f"no command {name} beside {sys.executable}: install requirements-bench.txt"
    return found


class Server:
    """A running server."""

    def __init__(self, kind: Kind) -> None:
        """Start it and wait until it answers.

        :raises TimeoutError: if it does not; with what it wrote on standard error
        """
        self.kind = kind
        self.port = 0 if kind.announces else _free_port()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the object
        self.launch()
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def launch(self) -> None:
        """Start the process, without waiting; again on the same port if it ended."""
        arguments = [part.format(port=self.port) for part in self.kind.command]
        output = subprocess.PIPE if self.kind.announces and not self.port else subprocess.DEVNULL
        self.process = subprocess.Popen(arguments, stdout=output, stderr=self._errors, preexec_fn=_end_with_parent)  # noqa: PLW1509 - no thread of ours holds a lock then

    def ask(self, query: str, timeout_s: float = 60.0) -> bytes:
        """JSON results of a query.

        :raises OSError: if the connection fails or the status is not 200
        """
        url = f"{self.url}{self.kind.endpoint}?{urllib.parse.urlencode({'query': query})}"
        request = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})
        with urllib.request.urlopen(request, timeout=timeout_s) as response:
            return bytes(response.read())

    def stop(self) -> None:
        """Stop it, politely first, with the processes that it started."""
        tree = descendants(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        end(tree)

    def _wait(self) -> None:
        if self.process.stdout:
            line = self.process.stdout.readline().decode()
            address = re.search(r"http://\S+?:(\d+)/", line)
            if address is None:
                raise TimeoutError(f"{self.kind.name} did not say where it is: {line!r} {self._said()}")
            self.port = int(address[1])
        deadline = time.monotonic() + _READY_S
        while True:
            try:
                self.ask("ASK {}")
            except OSError as error:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise TimeoutError(f"{self.kind.name} does not answer: {error} {self._said()}") from error
                time.sleep(0.05)
            else:
                return

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace")


def descendants(pid: int) -> dict[int, tuple[int, int]]:
    """Processes below a process: parent and start time by id. Empty where there is no /proc."""
    every: dict[int, tuple[int, int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
            if fields[0] != "Z":
                every[int(folder.name)] = (int(fields[1]), int(fields[19]))
    found: dict[int, tuple[int, int]] = {}
    level = {pid}
    while level:
        below = {child: every[child] for child in every if every[child][0] in level}
        found |= below
        level = set(below)
    return found


def end(tree: dict[int, tuple[int, int]], patience_s: float = 3.0) -> int:
    """Kill those of ``tree`` that do not end by themselves.

    :returns: how many that were
    """
    deadline = time.monotonic() + patience_s
    while (left := [pid for pid, (_, started) in tree.items() if _started(pid) == started]) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def _started(pid: int) -> int | None:
    """Start time of a process, which tells it from a later one with its id; None if it ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def _end_with_parent() -> None:
    """Let the kernel stop this process when the benchmark ends, however that is (prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
