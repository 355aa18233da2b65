"""Results on the SPARQL page in a browser: links that restore them, downloads, charts, copies."""

import csv
import io
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Look
from tests.browser.workbench import ABOUT, COUNTED, POINTS, TEXT, YEARS, cells, opened, run, write


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


def test_bars_have_the_names_that_tell_them_apart(look: Look) -> None:
    """Not those of a column that says the same in every row."""
    page = opened(look).page
    write(page, 'SELECT ?same ?name ?number { VALUES (?same ?name ?number) { ("x" "one" 1) ("x" "two" 2) } }')
    run(page)
    page.locator("details.chart summary").click()

    expect(page.locator("svg rect title")).to_have_text(["one: 1", "two: 2"])


def test_a_line_goes_through_the_years_in_their_order(look: Look) -> None:
    """However the rows are sorted."""
    page = opened(look).page
    write(page, YEARS)
    run(page)
    page.locator("details.chart summary").click()

    expect(page.locator("svg circle title")).to_have_text(["2028: 2", "2029: 8.5", "2030: 4"])


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
    with page.expect_event("requestfailed"):  # told some time after the page says so
        page.get_by_role("button", name="Stop").click()

    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert [trouble for trouble in watched.troubles if "ERR_ABORTED" not in trouble] == []
    watched.troubles.clear()  # the request that was stopped
