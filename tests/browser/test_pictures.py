"""A picture that a script draws anew in the place of one that stands still."""

from typing import Final

from playwright.sync_api import Route

from tests.browser.conftest import MOVING, Look
from tests.browser.pages import KINDS

FOCUSED: Final = "selector => document.activeElement.closest(selector) !== null"


def test_who_was_on_a_link_goes_on_from_the_picture(look: Look) -> None:
    """The script comes late, when somebody has gone to a link of the picture by the keyboard."""
    watched = look()
    page, held = watched.page, list[Route]()
    page.route("**/pictures/script/*.js", lambda route: held.extend([route]))
    page.goto(KINDS["interactive picture"], wait_until="commit")
    link = page.locator(".picture.still a").first
    link.focus()
    before = page.evaluate(FOCUSED, ".picture.still")
    with page.expect_response("**/pictures/script/*.js"):
        held[0].continue_()
    page.locator(f"{MOVING}[data-ready]").wait_for()

    assert before
    assert page.evaluate(FOCUSED, MOVING)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED, "main")
