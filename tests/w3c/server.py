"""A release of any quads, ``kg serve`` on it, and requests as they go over the wire."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reply:
    """Status, media type without parameters, and body of a response."""

    status: int
    media_type: str
    body: bytes


def write_release(build_dir: Path, quads: Iterable[ox.Quad]) -> Path:
    """Write the least that can be served: a store and a description without documents.

    :returns: the release directory
    """
    path = build_dir / "releases" / "w3c"
    path.mkdir(parents=True)
    store = ox.Store(str(path / "store"))
    store.bulk_extend(quads)
    del store
    (path / "release.json").write_text(json.dumps({"version": "w3c", "graphs": {}}), encoding="utf-8")
    (build_dir / "current").symlink_to(Path("releases") / "w3c")
    return path


@contextlib.contextmanager
def running(build_dir: Path, *options: str) -> Iterator[int]:
    """Port of a server on the current release of a build directory; it ends with the context.

    :param options: more of the command line
    """
    command = [sys.executable, "-m", "kg", "serve", "--build-dir", str(build_dir), "--port", "0", "--workers", "2", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        try:
            assert process.stdout
            match = re.search(r":(\d+)/", process.stdout.readline())
            assert match, "the server did not say where it is"
            yield int(match[1])
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def send(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """Send a request with these headers, Host and Content-Length, and no others."""
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    content = response.read()
    return Reply(response.status, (response.getheader("Content-Type") or "").partition(";")[0].strip(), content)
