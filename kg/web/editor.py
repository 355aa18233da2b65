"""The SPARQL editor YASGUI (https://github.com/TriplyDB/Yasgui), out of the installed package ``oxigraph``.

That package's program carries the editor and serves it to browsers. In comes nothing; out go two files in memory, which this site
serves at addresses of its own: the program is asked for them once, on a loopback port, when the server starts, and ended.
Why so: ``docs/decisions/20261123-the-editor-comes-from-oxigraph.md``.
"""

import contextlib
import hashlib
import http.client
import importlib.metadata
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import PolicyKgError
from kg.web.encoding import GZIP, ZSTD, choose, encode
from kg.web.http import Reply, Request

PATH: Final = "/static/yasgui-"
_PACKAGE: Final = "oxigraph"
_LONGEST: Final = 16 * 1024 * 1024
_PATIENCE_S: Final = 5.0
_PAUSE_S: Final = 0.005
_OK: Final = 200
_FILES: Final = (("js", "text/javascript; charset=utf-8"), ("css", "text/css; charset=utf-8"))


class EditorError(PolicyKgError):
    """The editor is not to be had; the message says why, and what helps."""


@dataclass(frozen=True)
class File:
    """A file of the editor.

    :ivar path: its address, which has a hash of its content, so that it never changes
    :ivar bodies: by content coding
    """

    path: str
    content_type: str
    bodies: Mapping[str, bytes]


@dataclass(frozen=True)
class Editor:
    """The editor: a script that defines ``Yasqe``, and its style sheet."""

    script: File
    style: File

    def reply(self, request: Request) -> Reply | None:
        """A file of the editor; None if the request is for something else."""
        found = next((file for file in (self.script, self.style) if file.path == request.path), None)
        if found is None or request.method not in {"GET", "HEAD"}:
            return None
        coding = choose(request.header("accept-encoding"))
        headers = {
            "Content-Type": found.content_type,
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
            **({"Content-Encoding": coding} if coding else {}),
        }
        return Reply(200, headers, found.bodies[coding])


def obtain(program: Path | None = None, patience_s: float = _PATIENCE_S) -> Editor:
    """Ask the program for the editor.

    :param program: that of the package ``oxigraph``, if not the installed one
    :param patience_s: seconds after which it is given up
    :raises EditorError: if there is no such program, or it does not hand the files over
    """
    with _serving(program or _program()) as (process, port):
        found = [_fetched(process, port, f"/yasgui.min.{suffix}", time.monotonic() + patience_s) for suffix, _ in _FILES]
    script, style = (_file(suffix, kind, body) for (suffix, kind), body in zip(_FILES, found, strict=True))
    return Editor(script, style)


def _program() -> Path:
    remedy = "`pip install oxigraph` brings it"
    try:
        distribution = importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        message = f"the package {_PACKAGE} is not installed; {remedy}"
        raise EditorError(message) from error
    for file in distribution.files or ():
        if Path(file).stem == _PACKAGE and Path(file).suffix in {"", ".exe"} and (path := Path(str(file.locate()))).is_file():
            return path
    message = f"the package {_PACKAGE} {distribution.version} has no program {_PACKAGE}; {remedy}"
    raise EditorError(message)


@contextlib.contextmanager
def _serving(program: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program with an empty store in memory, and its port on this machine; it ends with the context."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(program), "serve", "--bind", f"127.0.0.1:{port}"]
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of an installed package, and a number
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        message = f"{program}: cannot be started ({error.strerror or error})"
        raise EditorError(message) from error
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def _fetched(process: subprocess.Popen[bytes], port: int, path: str, end: float) -> bytes:
    """A file, from the moment on when the program listens.

    :param end: when it is given up, by the monotonic clock
    """
    while True:
        if process.poll() is not None:
            message = f"{_PACKAGE} serve ended by itself with status {process.returncode}"
            raise EditorError(message)
        if time.monotonic() > end:
            message = f"{_PACKAGE} serve did not hand over {path} in time"
            raise EditorError(message)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=max(end - time.monotonic(), _PAUSE_S))
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read(_LONGEST + 1)
        except (OSError, http.client.HTTPException):
            time.sleep(_PAUSE_S)  # not listening yet
            continue
        finally:
            connection.close()
        if response.status != _OK or not 0 < len(body) <= _LONGEST:
            message = f"{_PACKAGE} serve answered {response.status} with {len(body):,} bytes for {path}; expected a file"
            raise EditorError(message)
        if process.poll() is None:  # else it was another program on this port that answered
            return body


def _file(suffix: str, content_type: str, body: bytes) -> File:
    digest = hashlib.sha256(body).hexdigest()[:16]
    bodies = {"": body, GZIP: encode(body, GZIP), ZSTD: encode(body, ZSTD)}
    return File(f"{PATH}{digest}.min.{suffix}", content_type, bodies)
