"""What holds for every kind of page, seen in a browser: accessible, quiet, light, narrow, and whole without JavaScript."""

from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.conftest import Look
from tests.browser.pages import KINDS

HEAVIEST: Final = 150_000
"""Bytes that a page may take on its way, with its style sheets and scripts of ours."""
TABS: Final = 16
FOREIGN: Final = ("/static/yasgui-", "/pictures/script/")
"""Where the code of others begins, which a page loads once it is shown: an editor, and what moves a picture when that is asked for."""
NARROW: Final = {"360 px": (360, 740), "a zoom of 200 % on 1280 px": (640, 400)}
"""Widths and heights of a window, in CSS pixels; a zoom is a window of fewer of them (WCAG 2.2, 1.4.4 and 1.4.10)."""
WIDTHS: Final = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
HIDDEN: Final = """() => [...document.querySelectorAll("main :is(h1, h2, h3, p, li, table, form)")]
  .filter(element => !element.closest("details:not([open]), [data-scripted]") && !element.checkVisibility({visibilityProperty: true}))
  .map(element => element.outerHTML.slice(0, 120))"""
FOCUSED: Final = """() => {
  const element = document.activeElement, shown = element.closest(".CodeMirror") ?? element;
  const box = shown.getBoundingClientRect(), style = getComputedStyle(shown);
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const within = box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0
    && box.left < innerWidth && box.top < innerHeight;
  return {skip: element.matches("a.skip"), body: element === document.body, ring, within, html: element.outerHTML.slice(0, 120)};
}"""


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("nl", "dark")])
@pytest.mark.parametrize("kind", KINDS)
def test_accessible(look: Look, kind: str, language: str, scheme: str) -> None:
    """Axe finds nothing, in each language and in each theme; that nothing else goes wrong is seen by the fixture."""
    page = look(KINDS[kind], language=language, color_scheme=scheme).page

    assert page.locator("html").get_attribute("lang") == language
    assert violations(page) == []


@pytest.mark.parametrize("kind", KINDS)
def test_whole_without_javascript(look: Look, kind: str) -> None:
    """Nothing waits for a script to be shown, but what is of use to scripts alone; what unfolds does so without one."""
    page = look(KINDS[kind], java_script_enabled=False).page

    assert page.locator("main h1").inner_text()
    assert len(page.locator("main").inner_text().split()) > 5
    assert page.evaluate(HIDDEN) == []


@pytest.mark.parametrize("kind", KINDS)
def test_light_narrow_and_by_keyboard(look: Look, kind: str) -> None:
    """Few bytes come over the network; nothing scrolls sideways, but what does by itself, such as a wide table.

    The first stop of the key Tab leads to the content; each stop is seen, within the window.
    """
    watched = look(KINDS[kind], viewport={"width": 1000, "height": 700})
    page = watched.page
    sizes = {
        response.url: response.request.sizes()["responseBodySize"]
        for response in watched.responses
        if response.request.resource_type in {"document", "stylesheet", "script"}
        and not urlsplit(response.url).path.startswith(FOREIGN)
    }
    stops = [stop(page) for _ in range(TABS)]
    seen = [found for found in stops if not found["body"]]
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    after = page.evaluate("[location.hash, document.activeElement.closest('main, footer') !== null]")
    widths = {}
    for name, (width, height) in NARROW.items():
        page.set_viewport_size({"width": width, "height": height})
        widths[name] = page.evaluate(WIDTHS)

    assert any(url.endswith("/static/style.css") for url in sizes)
    assert sum(sizes.values()) < HEAVIEST, sizes
    assert stops[0]["skip"]
    assert len(seen) > 5
    assert [found["html"] for found in seen if not (found["ring"] and found["within"])] == []
    assert after == ["#content", True]
    assert {name: most for name, (most, room) in widths.items() if most > room} == {}


def stop(page: Page) -> dict[str, object]:
    """Where the key Tab leads."""
    page.keyboard.press("Tab")
    found: dict[str, object] = page.evaluate(FOCUSED)
    return found
