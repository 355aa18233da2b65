"""The editor out of the package ``oxigraph``: had once, served for good, and missed without harm."""

import gzip
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from kg.store import Release
from kg.web.application import _equip
from kg.web.editor import Editor, EditorError, obtain
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def editor() -> Editor:
    """The editor of the installed package."""
    return obtain()


@pytest.fixture
def equipped(release: Release, editor: Editor) -> Iterator[Client]:
    """A client of a site with an editor."""
    running = Running(release)
    running.front.equip(editor)
    yield BufferedClient(running, use_cookies=False)
    running.close()


def program(folder: Path, code: str) -> Path:
    """A program in Python that is started as the package's own would be."""
    path = folder / "oxigraph"
    path.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
    path.chmod(0o755)
    return path


SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.end_headers()
        self.wfile.write({body})
host, port = sys.argv[-1].split(":")
HTTPServer((host, int(port)), Handler).serve_forever()
"""


def test_the_package_has_an_editor(editor: Editor) -> None:
    """A script that defines Yasqe, and its style sheet, each in the codings that browsers take."""
    assert b"window.Yasqe=" in editor.script.bodies[""]
    assert b".CodeMirror" in editor.style.bodies[""]
    assert gzip.decompress(editor.script.bodies["gzip"]) == editor.script.bodies[""]
    assert len(editor.script.bodies["zstd"]) < len(editor.script.bodies[""]) / 2


def test_its_files_are_served_for_good(equipped: Client, editor: Editor) -> None:
    """At an address with a hash; another hash is another address, where there is nothing."""
    found = equipped.get(editor.script.path, headers={"Accept-Encoding": "gzip"})
    plain = equipped.get(editor.style.path)
    posted = equipped.post(editor.script.path)
    other = equipped.get("/static/yasgui-0000000000000000.min.js")

    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (found.headers["Content-Encoding"], found.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert found.content_type == "text/javascript; charset=utf-8"
    assert gzip.decompress(found.data) == editor.script.bodies[""]
    assert (plain.data, plain.content_type) == (editor.style.bodies[""], "text/css; charset=utf-8")
    assert "Content-Encoding" not in plain.headers
    assert posted.status_code == 405
    assert other.status_code == 404


def test_the_page_names_them(equipped: Client, editor: Editor) -> None:
    """And says what made it."""
    page = equipped.get("/sparql", headers=HTML).text

    assert editor.script.path in page
    assert "YASGUI" in page
    assert "/static/sparql/main.js" in page


def test_without_an_editor_the_form_remains_and_says_so(client: Client) -> None:
    """No script at all then."""
    page = client.get("/sparql", headers=HTML).text

    assert "This server has the plain form only" in page
    assert "<script" not in page
    assert '<textarea id="query"' in page


def test_a_kept_page_is_confirmed_with_its_policy(client: Client) -> None:
    """A browser that is told 304 takes the header fields of that reply, which must not forbid the scripts."""
    path = "/sparql?query=ASK{}"
    page = client.get(path, headers=HTML)
    again = client.get(path, headers={**HTML, "If-None-Match": page.headers["ETag"]})
    data = client.get(path, headers={"Accept": "text/csv"})

    assert again.status_code == 304
    assert again.headers["Content-Security-Policy"] == page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in again.headers["Content-Security-Policy"]
    assert "script-src" not in data.headers["Content-Security-Policy"]


def test_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedy is said."""

    def missing(name: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)

    with pytest.raises(EditorError, match="package oxigraph is not installed; `pip install oxigraph` brings it"):
        obtain()


def test_the_package_has_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a later version of it may."""
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: SimpleNamespace(files=[], version="9.9"))

    with pytest.raises(EditorError, match=r"package oxigraph 9\.9 has no program oxigraph"):
        obtain()


def test_the_program_cannot_be_started(tmp_path: Path) -> None:
    """As on a disk without execution."""
    path = tmp_path / "oxigraph"
    path.write_text("no program", encoding="utf-8")

    with pytest.raises(EditorError, match=r"oxigraph: cannot be started \(Permission denied\)"):
        obtain(path)


def test_the_program_ends_by_itself(tmp_path: Path) -> None:
    """It is not waited for."""
    with pytest.raises(EditorError, match="ended by itself with status 3"):
        obtain(program(tmp_path, "raise SystemExit(3)"))


def test_the_program_is_too_slow(tmp_path: Path) -> None:
    """It is given up, and ended."""
    with pytest.raises(EditorError, match=r"did not hand over /yasgui\.min\.js in time"):
        obtain(program(tmp_path, "import time\ntime.sleep(60)"), patience_s=0.3)


@pytest.mark.parametrize(("status", "body", "length"), [(404, b"none", 4), (200, b"", 0)])
def test_the_program_has_no_editor(tmp_path: Path, status: int, body: bytes, length: int) -> None:
    """An answer that is no file is none."""
    with pytest.raises(EditorError, match=rf"answered {status} with {length} bytes for /yasgui\.min\.js; expected a file"):
        obtain(program(tmp_path, SERVER.format(status=status, body=body)))


def test_the_server_goes_on_without(release: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A line in the log says what the page lacks, and why."""

    def fail() -> Editor:
        raise EditorError("it is not there")

    monkeypatch.setattr("kg.web.editor.obtain", fail)
    running = Running(release)
    running.wait(_equip(running.front))
    page = BufferedClient(running, use_cookies=False).get("/sparql", headers=HTML)
    running.close()

    assert page.status_code == 200
    assert "the SPARQL page has no editor, only the plain form: it is not there" in caplog.text
