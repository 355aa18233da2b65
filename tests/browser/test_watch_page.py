"""The page of ``kg watch`` in a browser, open while somebody writes: it renews itself, whatever state the files are in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from kg.authoring.watching import Watcher
from kg.authoring.watchpage import serving
from kg.mappings.layout import Layout
from tests.project import TEXTS, edit

HARBOUR = "mappings/harbour-2031.yaml"


@dataclass
class Writing:
    """A page that is open, and the watcher behind it."""

    watcher: Watcher
    page: Page

    def save(self) -> None:
        """What happens at each save: a check, of which the page hears."""
        state = self.watcher.check()
        with self.watcher.changed:
            self.watcher.state = state
            self.watcher.changed.notify_all()

    def says(self, alert: str) -> None:
        """The page comes to say this, and no more than this, aloud."""
        expect(self.page.locator("[role=alert]")).to_have_text([alert] if alert else [])


@contextmanager
def writing(project: Layout, browser: Browser, language: str) -> Iterator[Writing]:
    """The page of the fictional programme."""
    watcher = Watcher(project, TEXTS, project.root / "build/cache")
    watcher.state = watcher.check()
    with serving(watcher, 0) as address:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(f"{address}harbour-2031?lang={language}")
        try:
            yield Writing(watcher, page)
        finally:
            context.close()


def test_an_open_page_shows_what_cannot_be_read(project: Layout, browser: Browser) -> None:
    """The finding, above the state before; when it is mended, that goes; and that a document is no longer there."""
    path = project.root / HARBOUR
    whole = path.read_text(encoding="utf-8")
    with writing(project, browser, "en") as open_:
        open_.says("")
        edit(project, HARBOUR, "  kind: Principle\n", '  kind: "Principle\n')
        open_.save()
        open_.says("This document cannot be read now. The findings say why; below them is the state before.")
        expect(open_.page.locator("#findings li")).to_have_text(
            f"{HARBOUR}:15:9 YAML syntax: the quote opened here is closed only at line 74; close the quote or bracket where its text ends"
        )
        expect(open_.page.locator("li.row")).to_have_count(9)
        path.write_text(whole, encoding="utf-8")
        open_.save()
        open_.says("")
        path.unlink()
        open_.save()
        open_.says("There is no such document; choose one above.")


@pytest.mark.parametrize("language, before, after", [("nl", "Kopieer", "Gekopieerd"), ("en", "Copy", "Copied")])
def test_a_proposal_is_copied(project: Layout, browser: Browser, language: str, before: str, after: str) -> None:
    """The button says so, before and after; what is copied can be pasted."""
    edit(project, HARBOUR, "passage: Het beleid van Verland … visser.", "passage: Het beleid … onverstandig,")
    with writing(project, browser, language) as open_:
        open_.page.locator("details[id^=proposal] summary").click()
        button = open_.page.locator("button.copy").first
        expect(button).to_have_text(before)
        button.click()
        expect(button).to_have_text(after)
        copied = open_.page.evaluate("navigator.clipboard.readText()")

    assert copied.startswith("- id: s009\n  section: measures\n  passage: ")
