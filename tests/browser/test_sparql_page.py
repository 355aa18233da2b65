"""The SPARQL page in a browser: the editor, completion, ready questions, errors, results, links, charts and copies."""

import csv
import io
import urllib.request
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from kg.web.language import LANGUAGES
from tests.browser.axe import violations
from tests.browser.conftest import Look, Watched, expecting

ABOUT: Final = "SELECT ?s ?who WHERE {\n  ?s pol:speaker ?who\n} ORDER BY ?s LIMIT 4\n"
COUNTED: Final = (
    "SELECT ?kind (COUNT(?s) AS ?number) { VALUES ?kind { pol:Demand pol:Claim } ?s a ?kind } GROUP BY ?kind ORDER BY ?kind"
)
YEARS: Final = 'SELECT ?year ?number { VALUES (?year ?number) { ("2030" 4) ("2028" 2) ("2029" 8.5) } }'
POINTS: Final = "SELECT ?size ?number { VALUES (?size ?number) { (1 4) (5 2) (UNDEF 3) (9 8.5) } }"
WRONG: Final = "SELECT * WHERE {\n  ?s pol:object \n}"
TEXT: Final = "() => document.querySelector('.CodeMirror').CodeMirror.getValue()"


def opened(look: Look, path: str = "/sparql", **options: object) -> Watched:
    """The page with its editor."""
    watched = look(path, **options)
    expect(watched.page.locator(".CodeMirror")).to_be_visible()
    return watched


def write(page: Page, text: str) -> None:
    """Put a query in the editor as one that is pasted."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def run(page: Page) -> None:
    """Run the query, and wait for the rows."""
    with page.expect_response(lambda response: "format=html" in response.url):
        page.locator("form.editor button").first.click()
    expect(page.locator("#result")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#result")).to_be_visible()


def cells(page: Page) -> list[list[str]]:
    """Texts of the rows."""
    return [[cell.inner_text() for cell in row.locator("td").all()] for row in page.locator("#result tbody tr").all()]


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


def test_the_link_to_a_result_restores_it(look: Look) -> None:
    """With the same rows for who opens it, whoever that is; back and forward lead from query to query."""
    page = opened(look).page
    write(page, ABOUT)
    run(page)
    rows, link = cells(page), page.locator(".permalink").get_attribute("href") or ""
    other = opened(look, link).page
    write(page, COUNTED)
    run(page)
    counted = cells(page)
    page.go_back()
    expect(page.locator("#result tbody tr")).to_have_count(4)

    assert len(rows) == 4
    assert (cells(other), other.evaluate(TEXT)) == (rows, ABOUT)
    assert (cells(page), page.evaluate(TEXT)) == (rows, ABOUT)
    page.go_forward()
    expect(page.locator("#result tbody tr")).to_have_count(len(counted))
    assert cells(page) == counted


def test_a_query_too_long_for_an_address(look: Look) -> None:
    """It runs all the same, and its link keeps it behind the mark, which no server sees."""
    page = opened(look).page
    long = f"# {'x' * 7000}\n{ABOUT}"
    write(page, long)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("form.editor button").first.click()
    expect(page.locator("#result tbody tr")).to_have_count(4)
    other = look(page.url).page
    expect(other.locator("#result tbody tr")).to_have_count(4)

    assert urlsplit(page.url).query == ""
    assert other.evaluate(TEXT) == long


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


def test_downloads(look: Look, base: str) -> None:
    """A file in each format, with all rows."""
    page = opened(look).page
    write(page, COUNTED)
    run(page)
    names = [link.inner_text() for link in page.locator("#result .formats a[download]").all()]
    address = page.locator("#result .formats a", has_text="CSV").get_attribute("href") or ""
    with urllib.request.urlopen(base + address, timeout=10) as response:
        rows = list(csv.reader(io.StringIO(response.read().decode())))

    assert names == ["JSON", "XML", "CSV", "TSV"]
    assert rows[0] == ["kind", "number"]
    assert [row[1] for row in rows[1:]] == [row[1] for row in cells(page)]


@pytest.mark.parametrize(
    ("query", "kind", "shapes"),
    [(COUNTED, "bar", {"rect": 2}), (YEARS, "line", {"polyline": 1, "circle": 3}), (POINTS, "scatter", {"circle": 3})],
)
def test_a_chart_of_the_numbers(look: Look, query: str, kind: str, shapes: dict[str, int]) -> None:
    """Bars for names, a line for years, points for numbers; what cannot be drawn is told; another kind may be chosen."""
    page = opened(look).page
    write(page, query)
    run(page)
    page.locator("details.chart summary").click()
    chart = page.locator("details.chart")

    assert chart.locator("select").first.input_value() == kind
    expect(chart.locator("svg")).to_be_visible()
    assert {shape: chart.locator(f"svg {shape}").count() for shape in shapes} == shapes
    assert "number" in (chart.locator("svg").get_attribute("aria-label") or "")
    assert ("1 rows have no value" in chart.inner_text()) == (query == POINTS)
    assert violations(page) == []
    chart.locator("select").first.select_option("bar")
    expect(chart.locator("svg rect")).to_have_count(len(cells(page)) - (query == POINTS))


def test_a_line_goes_through_the_years_in_their_order(look: Look) -> None:
    """However the rows are sorted."""
    page = opened(look).page
    write(page, YEARS)
    run(page)
    page.locator("details.chart summary").click()

    assert [title.text_content() for title in page.locator("svg circle title").all()] == ["2028: 2", "2029: 8.5", "2030: 4"]


def test_no_chart_without_numbers(look: Look) -> None:
    """There is nothing to draw."""
    page = opened(look).page
    write(page, ABOUT)
    run(page)

    expect(page.locator("details.chart")).to_have_count(0)


def test_copying(look: Look) -> None:
    """The link, and the code for each tool, go to the clipboard as they are."""
    page = opened(look, permissions=["clipboard-read", "clipboard-write"]).page
    write(page, ABOUT)
    run(page)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("#status")).to_have_text("Copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    page.locator(".code summary").click()
    page.get_by_role("button", name="Copy: curl").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('curl')")
    code = page.evaluate("navigator.clipboard.readText()")

    assert link == page.url
    assert code == page.locator(".code pre").first.text_content()
    assert page.get_by_role("button", name="Copy:").count() == 3


def test_where_a_page_may_not_copy_the_text_is_selected(look: Look) -> None:
    """As over plain HTTP."""
    page = opened(look).page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    write(page, ABOUT)
    run(page)
    page.locator(".code summary").click()
    page.get_by_role("button", name="Copy: curl").click()

    expect(page.locator("#status")).to_have_text("It is selected; copy it with Ctrl+C.")
    assert page.evaluate("getSelection().toString()").startswith("curl")


def test_a_query_that_runs_is_stopped(look: Look) -> None:
    """The button is there while something runs."""
    watched = opened(look)
    page = watched.page
    write(page, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stop").click()

    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert [trouble for trouble in watched.troubles if "ERR_ABORTED" not in trouble] == []
    watched.troubles.clear()  # the request that was stopped


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
