"""Dask schedulers and workers for tests: real processes on free loopback ports, which end with the test, and by themselves if it is gone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.project import ROOT

LIFE_S = 300
"""Seconds after which a process is ended even if its test session is gone: ``timeout`` of coreutils is its parent."""
_START_S = 60


@dataclass
class Program:
    """A process, and the file that it says what it does in."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """All that it said."""
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.terminate()  # of `timeout`, which hands it on
            self.process.wait(20)


@dataclass
class Machines:
    """A scheduler, and workers of it, each with a folder of its own."""

    folder: Path
    address: str
    scheduler: Program
    workers: list[Program] = field(default_factory=list)

    def worker(self, *options: str, package: Path = ROOT, environment: Mapping[str, str] | None = None) -> Program:
        """Start a worker, which has the package from a folder."""
        name = f"worker-{len(self.workers)}"
        own = self.folder / name
        own.mkdir()
        arguments = ["dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--death-timeout", "20", "--name", name]
        started = _started(own, [*arguments, "--local-directory", str(own), *options], package, environment or {})
        self.workers.append(started)
        return started

    def clumsy(self) -> Program:
        """Start a worker that does what the files in the scheduler's folder say (tests/clumsy.py)."""
        return self.worker("--preload", str(ROOT / "tests" / "clumsy.py"), environment={"CLUMSY": str(self.folder)})

    def begun(self, document: str) -> tuple[int, str]:
        """Wait until a clumsy worker has begun a document: its process, and the SHACL engine that it has."""
        end = time.monotonic() + _START_S
        while not (found := sorted(self.folder.glob(f"begun-{document}-*"))):
            assert time.monotonic() < end, [worker.said[-2000:] for worker in self.workers]
            time.sleep(0.02)
        _, pid, engine = found[0].name.rsplit("-", 2)
        return int(pid), engine

    def wait(self, number: int) -> None:
        """Wait until so many workers are there."""
        from distributed import Client

        with Client(self.address, timeout=_START_S, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=_START_S)

    def pid(self, number: int) -> int:
        """Process of a worker, whose parent is ``timeout``."""
        parent = self.workers[number].process.pid
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])

    def tasks(self) -> list[str]:
        """Names of the tasks that the scheduler knows of."""
        from distributed import Client

        with Client(self.address, timeout=_START_S, set_as_default=False) as client:
            return list(client.run_on_scheduler(lambda dask_scheduler: [str(key) for key in dask_scheduler.tasks]))


def _started(folder: Path, arguments: list[str], package: Path, environment: Mapping[str, str]) -> Program:
    log = folder / "log"
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = ["timeout", "-k", "5", str(LIFE_S), sys.executable, "-m", f"distributed.cli.{arguments[0]}", *arguments[1:]]
    with log.open("wb") as file:
        return Program(subprocess.Popen([*command, "--no-dashboard"], cwd=folder, env=own, stdout=file, stderr=file), log)


@contextmanager
def machines(folder: Path, protocol: str = "tcp", **environment: str) -> Iterator[Machines]:
    """A scheduler while the body runs; its workers are ended with it."""
    file = folder / "scheduler.json"
    where = ["--protocol", protocol, "--host", "127.0.0.1", "--port", "0"]
    arguments = ["dask_scheduler", *where, "--scheduler-file", str(file)]
    scheduler = _started(folder, arguments, ROOT, environment)
    running: Machines | None = None
    try:
        end = time.monotonic() + _START_S
        while not file.exists() or not file.read_text():
            if scheduler.process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"the scheduler did not start: {scheduler.said[-2000:]}")
            time.sleep(0.05)
        running = Machines(folder, json.loads(file.read_text())["address"], scheduler)
        yield running
    finally:
        for program in (*(running.workers if running else ()), scheduler):
            program.stop()
