"""Pages are made in a process of their own, which is replaced when it ends."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from kg.engine.errors import EngineFailureError
from kg.engine.limits import Limits
from kg.errors import ReleaseError
from kg.store import Release, open_release
from kg.web import maker as subject
from kg.web.http import Reply, Request
from kg.web.maker import PageMaker
from tests.project import TEXTS
from tests.serving import write_release

T = TypeVar("T")
HTML = [("accept", "text/html")]


def page(path: str, query_string: str = "", body: bytes = b"", method: str = "GET") -> Request:
    """A request."""
    return Request(method, path, query_string, {}, body, url=f"http://localhost{path}", client="one")


def use(release: Release, work: Callable[[PageMaker], Awaitable[T]], sources: Path | None = None) -> T:
    """Do something with a maker of pages."""

    async def run() -> T:
        maker = PageMaker(release, Limits(), federates=False, sources=sources)
        try:
            return await work(maker)
        finally:
            await maker.close()

    return asyncio.run(run())


def test_pages_files_and_bodies_come_as_from_flask(harbours: Release) -> None:
    """With status and header fields; files by their path; what is asked with a body is understood, and several at a time."""
    queries = b'queries={"q0":{"query":"Elland"}}'
    form = [("content-type", "application/x-www-form-urlencoded")]

    async def work(maker: PageMaker) -> list[Reply]:
        asked: tuple[tuple[Request, list[tuple[str, str]]], ...] = (
            (page("/page/agent/elland", "lang=nl"), HTML),
            (page("/dumps/policy-kg.nt"), []),
            (page("/reconcile", body=queries, method="POST"), form),
            (page("/none/\udcff"), []),
        )
        return list(await asyncio.gather(*(maker.make(request, headers) for request, headers in asked)))

    html, file, matched, missing = use(harbours, work)

    assert "Wat Elland moet doen" in html.body.decode()
    assert html.headers["Content-Type"] == "text/html; charset=utf-8"
    assert html.key
    assert (file.status, Path(file.file), file.body) == (200, harbours.path / "dumps" / "policy-kg.nt", b"")
    assert b'"agent/elland"' in matched.body
    assert missing.status == 404


def test_the_texts_are_read_there(harbours: Release) -> None:
    """Where the operator has them."""
    reply = use(harbours, lambda maker: maker.make(page("/page/statement/harbour-2031/s002"), HTML), sources=TEXTS)

    assert b'<blockquote class="context"' in reply.body


def test_a_process_that_is_killed_is_replaced(harbours: Release, caplog: pytest.LogCaptureFixture) -> None:
    """What it had under way is made again, and nobody notices but the operator."""

    async def work(maker: PageMaker) -> tuple[int, int, list[int]]:
        await maker.make(page("/"), HTML)
        first = maker.pid
        under_way = [asyncio.ensure_future(maker.make(page("/compare", f"x={number}"), HTML)) for number in range(4)]
        await asyncio.sleep(0)
        os.kill(first, signal.SIGKILL)
        return first, maker.pid, [reply.status for reply in await asyncio.gather(*under_way)]

    first, _, statuses = use(harbours, work)

    assert statuses == [200] * 4
    assert "the process that makes pages has ended, and is started again" in caplog.text
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_another_release_is_made_pages_of(harbours: Release, tmp_path: Path) -> None:
    """From the moment that it was opened, also by a process that starts later; one that cannot be opened changes nothing."""
    other = open_release(write_release(tmp_path / "other"))
    broken = replace(other, path=tmp_path / "none")

    async def work(maker: PageMaker) -> list[int]:
        statuses = [(await maker.make(page("/page/agent/elland"), HTML)).status]
        with pytest.raises(ReleaseError, match="cannot be read"):
            await maker.serve(broken)
        statuses.append((await maker.make(page("/page/agent/elland"), HTML)).status)
        await maker.serve(other)
        statuses.append((await maker.make(page("/page/agent/elland"), HTML)).status)
        os.kill(maker.pid, signal.SIGKILL)
        statuses.append((await maker.make(page("/page/agent/elland"), HTML)).status)
        return [*statuses, maker.restarts]

    assert use(harbours, work) == [200, 200, 404, 404, 1]


def test_a_page_that_takes_too_long_ends_its_process(
    harbours: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its client is told, and the next page is made by another process."""

    async def work(maker: PageMaker) -> int:
        await maker.make(page("/"), HTML)
        first = maker.pid
        os.kill(first, signal.SIGSTOP)
        monkeypatch.setattr(subject, "_LONGEST_S", 0.1)
        with pytest.raises(EngineFailureError, match="could not be made"):
            await maker.make(page("/compare"), HTML)
        monkeypatch.setattr(subject, "_LONGEST_S", 60)
        assert (await maker.make(page("/"), HTML)).status == 200
        return maker.restarts

    assert use(harbours, work) == 1
    assert "GET /compare took more than 0.1 s" in caplog.text


def test_a_process_that_cannot_start_is_tried_again(
    harbours: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Clients are told, the operator too; when what was short is there again, pages are."""
    monkeypatch.setattr(subject, "_PAUSE_S", 0.01)
    start = subject.PageProcess.start

    async def fail() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(subject.PageProcess, "start", fail)

    async def work(maker: PageMaker) -> int:
        for _ in range(2):
            with pytest.raises(EngineFailureError, match="No page can be made now"):
                await maker.make(page("/"), HTML)
        monkeypatch.setattr(subject.PageProcess, "start", start)
        return (await maker.make(page("/"), HTML)).status

    assert use(harbours, work) == 200
    assert "the process that makes pages could not start: [Errno 24] Too many open files" in caplog.text


def test_a_process_that_ends_at_once(
    harbours: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Is tried a second time; then the client and the operator are told."""
    monkeypatch.setattr(subject, "_PAUSE_S", 0.01)
    start, kills = subject.PageProcess.start, [True]

    async def kill() -> subject.PageProcess:
        process = await start()
        if kills.pop():
            os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(subject.PageProcess, "start", kill)

    async def work(maker: PageMaker) -> int:
        with pytest.raises(EngineFailureError, match="No page can be made now"):
            await maker.make(page("/"), HTML)
        kills.extend([False, True])
        return (await maker.make(page("/"), HTML)).status

    kills.append(True)
    assert use(harbours, work) == 200
    assert caplog.text.count("could not start: it ends at once") == 1


def test_a_release_that_cannot_be_opened_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is no page's fault: the client is told that none can be made."""
    monkeypatch.setattr(subject, "_PAUSE_S", 0.01)
    release = open_release(write_release(tmp_path))
    gone = replace(release, path=tmp_path / "none")

    async def work(maker: PageMaker) -> None:
        with pytest.raises(EngineFailureError, match="No page can be made now") as error:
            await maker.make(page("/"), HTML)
        assert isinstance(error.value.__cause__, ReleaseError)

    use(gone, work)
