"""``kg serve`` on the fictional corpus, the Chromium of this machine, and pages that are watched while a test uses them.

The browser is the one that is installed; nothing is downloaded. Without it these tests are skipped, and fail with CI=true.
Everything here ends with the tests of this folder, as Playwright has an event loop in the main thread while it runs.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from kg.store import Release
from tests.w3c.server import running

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS: Final = 15_000
_SAID_BY: Final = """#+ title: {en: Who says what, nl: Wie wat zegt}
#+ description: {en: One row per statement., nl: Eén rij per uitspraak.}
#+ tags: [voices]
#+ parameters:
#+   speaker: {type: agent}
#+   least: {type: integer, min: 0, default: 0, description: {en: Letters of the summary., nl: Letters van de samenvatting.}}
#+   language: {type: language, default: en}

SELECT ?statement ?speaker ?summary {
  VALUES ?language { "en" }
  VALUES ?least { 0 }
  ?statement pol:speaker ?speaker ; pol:summary ?summary
  FILTER(LANG(?summary) = ?language && STRLEN(?summary) >= ?least)
}
ORDER BY ?statement ?speaker
"""


MOVING: Final = ".picture.moving"
"""What a script draws in the place of a picture that stands still."""


@dataclass
class Watched:
    """A page, and what it did.

    :ivar troubles: errors of scripts, what the console says of errors, requests that failed or went to another host
    :ivar responses: in their order
    :ivar scripted: whether scripts run
    """

    page: Page
    scripted: bool = True
    troubles: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the site, and wait for what its HTML names, and for a picture that is drawn anew."""
        self.page.goto(path)
        if self.scripted and self.page.locator(MOVING).count():
            self.page.locator(f"{MOVING}[data-ready]").wait_for()
        return self.page


Look = Callable[..., Watched]


@pytest.fixture(scope="package")
def base(harbours: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of ``kg serve`` on a release of the fictional corpus, with a further query that has parameters."""
    build_dir = tmp_path_factory.mktemp("browser") / "build"
    shutil.copytree(harbours.path.parents[1], build_dir, symlinks=True)
    (build_dir / "current" / "queries" / "said-by.rq").write_text(_SAID_BY, encoding="utf-8")
    with running(build_dir) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "chromium is not installed (Debian: apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def look(browser: Browser, base: str) -> Iterator[Look]:
    """Open pages; at the end of the test none of them may have had any trouble, nor have left a cookie.

    :param language: ``Accept-Language`` of the browser
    :param options: of ``browser.new_context``
    """
    contexts: list[BrowserContext] = []
    pages: list[Watched] = []

    def open_page(path: str = "", *, language: str = "en", **options: Any) -> Watched:
        context = browser.new_context(base_url=base, locale=language, **options)
        contexts.append(context)
        context.set_default_timeout(_PATIENCE_MS)
        watched = Watched(context.new_page(), options.get("java_script_enabled", True))
        pages.append(watched)
        _watch(watched, base)
        if path:
            watched.open(path)
        return watched

    yield open_page
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()

    assert cookies == []
    assert [trouble for watched in pages for trouble in watched.troubles] == []


def _watch(watched: Watched, base: str) -> None:
    """Note what goes wrong on a page. That a page itself answers 404 is told by the console, too, and is no trouble."""

    def request(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(base).netloc and not request.url.startswith(("data:", "blob:")):
            watched.troubles.append(f"request to another host: {request.url}")

    def failed(request: Request) -> None:
        watched.troubles.append(f"failed: {request.method} {request.url}: {request.failure}")

    def response(response: Response) -> None:
        watched.responses.append(response)
        if response.status >= 400 and not response.request.is_navigation_request() and response.url not in allowed:
            watched.troubles.append(f"{response.status}: {response.url}")

    def console(message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")  # which `response` sees, and judges
        if message.type in {"error", "warning"} and not refused:
            watched.troubles.append(f"console: {message.text}")

    allowed: set[str] = set()
    watched.page.on("request", request)
    watched.page.on("requestfailed", failed)
    watched.page.on("response", response)
    watched.page.on("console", console)
    watched.page.on("pageerror", lambda error: watched.troubles.append(f"script: {error}"))


@contextmanager
def expecting(watched: Watched, status: int) -> Iterator[None]:
    """Within, a script of the page is refused with a status, which the page is to cope with."""
    before = len(watched.troubles)
    yield
    met = [trouble for trouble in watched.troubles[before:] if trouble.startswith(f"{status}: ")]
    assert met, f"no request was answered with {status}"
    watched.troubles[before:] = [trouble for trouble in watched.troubles[before:] if trouble not in met]
