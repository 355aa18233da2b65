"""What tests of the SPARQL page do on it, and the queries that they ask."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, Watched

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
