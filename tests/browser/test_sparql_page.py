"""The SPARQL page in a browser: the editor, completion, ready questions, errors, and what holds without JavaScript."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from kg.web.language import LANGUAGES
from tests.browser.axe import violations
from tests.browser.conftest import Look, expecting
from tests.browser.workbench import ABOUT, COUNTED, TEXT, WRONG, cells, opened, run, write


def test_a_query_is_typed_and_run(look: Look) -> None:
    """Rows have names and links that stay on this site; the address has the query."""
    page = opened(look).page
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?who { <https://w3id.org/policy-kg/id/statement/harbour-2031/s001> pol:speaker ?who }")
    page.keyboard.press("Control+Enter")
    link = page.locator("#result td a")

    expect(link).to_have_text("Plough Party")
    assert link.get_attribute("href") == "/page/agent/plough-party"
    assert link.get_attribute("title") == "https://w3id.org/policy-kg/id/agent/plough-party"
    assert parse_qs(urlsplit(page.url).query)["query"][0].startswith("SELECT ?who")


@pytest.mark.parametrize(("typed", "language", "label"), [("ploeg", "nl", "Ploegpartij"), ("plough", "en", "Plough Party")])
def test_a_name_becomes_a_term(look: Look, typed: str, language: str, label: str) -> None:
    """A part of any name is enough; the list is used by keyboard, and what is chosen is SPARQL."""
    page = opened(look, language=language).page
    write(page, "SELECT * { ?s pol:speaker ")
    page.keyboard.type(typed)
    first = page.locator(".CodeMirror-hints li").first

    expect(first).to_contain_text(label)
    expect(first).to_contain_text("agent:plough-party")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".CodeMirror-hints")).to_have_count(0)
    assert page.evaluate(TEXT) == "SELECT * { ?s pol:speaker agent:plough-party"


@pytest.mark.parametrize(
    ("before", "typed", "expected"),
    [
        ("SELECT * { ?s a ", "deman", "pol:Demand"),
        ("SELECT * { ?s ", "speak", "pol:speaker"),
        ("SELECT * { ?s a pol:Demand ; ", "addres", "pol:addressee"),
        ("SELECT * { ?s pol:action act:", "fun", "act:fund"),
    ],
)
def test_what_is_offered_first_depends_on_the_place(look: Look, before: str, typed: str, expected: str) -> None:
    """Classes after ``a``, properties where a verb is due, and what a prefix has after it."""
    page = opened(look).page
    write(page, before)
    page.keyboard.type(typed)

    expect(page.locator(".CodeMirror-hints li").first.locator("code")).to_have_text(expected)


def test_keywords_and_strings_are_left_alone(look: Look) -> None:
    """Nobody who writes SELECT wants a list; Ctrl+Space opens it all the same, and Escape closes it."""
    page = opened(look).page
    write(page, "")
    page.keyboard.type('SELECT * { ?s ?p "plough')
    page.wait_for_timeout(400)

    expect(page.locator(".CodeMirror-hints")).to_have_count(0)
    write(page, "SELECT * { ?s ?p pl")
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hints")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".CodeMirror-hints")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_is_shown_where_it_is(look: Look, language: str) -> None:
    """The line is marked, the cursor stands there, and the message says so; a change takes the mark away."""
    watched = opened(look, language=language)
    page = watched.page
    write(page, WRONG)
    with expecting(watched, 400):
        page.keyboard.press("Control+Enter")
        expect(page.locator("#problem [role=alert]")).to_be_visible()
    place = {"en": "Line 3, column 1:", "nl": "Regel 3, kolom 1:"}[language]

    expect(page.locator("#problem [role=alert]")).to_contain_text(place)
    expect(page.locator(".wrong-line")).to_have_count(1)
    assert (
        page.locator(".CodeMirror-code > div", has=page.locator(".wrong-line")).locator(".CodeMirror-linenumber").inner_text()
        == "3"
    )
    assert page.evaluate("() => document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == 2
    assert violations(page) == []
    page.keyboard.type("?o ")
    expect(page.locator(".wrong-line")).to_have_count(0)
    run(page)
    expect(page.locator("#problem [role=alert]")).to_have_count(0)


def test_a_ready_question_with_a_parameter(look: Look) -> None:
    """It is found by its words; its fields write the query anew; a wrong value is told."""
    watched = opened(look)
    page = watched.page
    page.locator("#find").fill("ZZZ")
    expect(page.locator("#question-list > li:visible")).to_have_count(0)
    expect(page.locator("#found")).to_have_text("0 of 2 questions")
    page.locator("#find").fill("says statement")
    page.locator("#question-list a:visible").click()
    expect(page.locator("#fields form")).to_be_visible()
    expect(page.locator("#result tbody tr").first).to_be_visible()
    speakers = {row[1] for row in cells(page)}
    expect(page.locator("#fields")).to_be_in_viewport(ratio=1)
    page.get_by_label("speaker").select_option(label="Plough Party")
    page.wait_for_function(f"() => ({TEXT})().includes('agent/plough-party')")
    assert violations(page) == []
    run(page)

    assert len(speakers) > 1
    assert {row[1] for row in cells(page)} == {"Plough Party"}


def test_a_wrong_value_of_a_parameter(look: Look) -> None:
    """What the server says of it is told, and the query stays."""
    watched = opened(look)
    page = watched.page
    page.get_by_role("link", name="Who says what").click()
    expect(page.locator("#result tbody tr").first).to_be_visible()
    with expecting(watched, 400):
        page.get_by_label("least").fill("many")
        expect(page.locator("#status")).to_contain_text("many")


def test_the_fields_tell_when_they_replace_what_was_written(look: Look) -> None:
    """And undoing brings it back."""
    page = opened(look).page
    page.get_by_role("link", name="Who says what").click()
    expect(page.locator("#result tbody tr").first).to_be_visible()
    write(page, ABOUT)
    page.get_by_label("speaker").select_option(label="Plough Party")
    expect(page.locator("#status")).to_contain_text("Ctrl+Z")
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+Z")

    assert page.evaluate(TEXT) == ABOUT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_accessible_with_editor_and_result(look: Look, language: str, scheme: str) -> None:
    """Axe finds nothing when everything is there that scripts add; nothing scrolls sideways at 360 px."""
    page = opened(look, language=language, color_scheme=scheme).page
    write(page, COUNTED + ' # FILTER(?x = "y" || 3 > 2)')
    run(page)
    for summary in page.locator("#result summary").all():
        summary.click()
    page.set_viewport_size({"width": 360, "height": 740})

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_keyboard_gets_out_of_the_editor(look: Look) -> None:
    """Tab goes on to the button, and back."""
    page = opened(look).page
    page.locator(".CodeMirror").click()
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Run query"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null")


def test_without_javascript(look: Look) -> None:
    """The form, the rows with names and local links, the downloads, the code and the list of questions."""
    page = look("/sparql", java_script_enabled=False).page
    page.locator("textarea").fill(ABOUT)
    page.locator("form.editor button").click()

    assert len(cells(page)) == 4
    assert (page.locator("#result td a").nth(1).get_attribute("href") or "").startswith("/page/agent/")
    assert page.locator("textarea").input_value() == ABOUT
    assert page.locator("#result .formats a").count() == 5
    page.locator(".code summary").click()
    expect(page.locator(".code pre").first).to_be_visible()
    page.locator("#question-box summary").click()
    expect(page.locator("#question-list a").first).to_be_visible()
    expect(page.locator("#finder")).to_be_hidden()


def test_an_error_without_javascript(look: Look) -> None:
    """The message, and the query to mend it."""
    page = look("/sparql", java_script_enabled=False).page
    page.locator("textarea").fill(WRONG)
    page.locator("form.editor button").click()

    expect(page.locator("#problem")).to_contain_text("Line 3, column 1")
    assert page.locator("textarea").input_value() == WRONG


def test_nothing_is_kept_in_the_browser(look: Look) -> None:
    """No storage; that there is no cookie and no request to another host is seen by the fixture for every test."""
    page = opened(look).page
    write(page, ABOUT)
    run(page)

    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_editor_comes_once(look: Look) -> None:
    """Compressed, at an address that may be kept for good."""
    watched = opened(look)
    files = {
        urlsplit(response.url).path.rpartition(".")[2]: response for response in watched.responses if "/yasgui-" in response.url
    }

    assert set(files) == {"js", "css"}
    assert {response.headers["cache-control"] for response in files.values()} == {"public, max-age=31536000, immutable"}
    assert files["js"].request.sizes()["responseBodySize"] < 350_000
    assert "script-src 'self'" in watched.responses[0].headers["content-security-policy"]
    assert "unsafe" not in watched.responses[0].headers["content-security-policy"]
