"""The snippets of the pages, run as they are against a real server on the published data."""

import contextlib
import csv
import io
import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from kg.queries import read_queries
from kg.web.snippets import Snippet, notebook, snippets
from tests.golden import build_published
from tests.project import EXPECTED, ROOT
from tests.web.test_serving import linux, server

QUERIES = {query.name: query for query in read_queries(ROOT / "queries")}
GRAPHS = {"statements"}
ROWS = sorted(set(QUERIES) - GRAPHS)

pytestmark = linux


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server, stopped by its process id."""
    build_dir = tmp_path_factory.mktemp("build")
    build_published(build_dir)
    with server(build_dir) as (_, port):
        yield f"http://127.0.0.1:{port}"


class Blocks(HTMLParser):
    """Texts of the code blocks of a page, by the heading above each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._inside = ""
        self._heading = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a text stands."""
        if tag in {"h3", "pre"}:
            self._inside = tag
        if tag in {"h2", "h3"}:
            self._heading = ""

    def handle_endtag(self, tag: str) -> None:
        """Note that it ends."""
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._inside == "h3":
            self._heading += data
        elif self._inside == "pre":
            self.found[self._heading] = self.found.get(self._heading, "") + data


def page(base: str, path: str) -> dict[str, str]:
    """Snippets of a page by tool."""
    request = urllib.request.Request(base + path, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return Blocks(response.read().decode()).found


def run(code: str) -> tuple[dict[str, Any], str]:
    """Variables and output of a piece of Python."""
    variables: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(code, "snippet", "exec"), variables)  # noqa: S102 - what a reader of the page would paste
    return variables, output.getvalue()


def expected(name: str) -> list[dict[str, str]]:
    """The reviewed rows of a query."""
    with (EXPECTED / "queries" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shell(code: str) -> str:
    """Output of a line of shell."""
    done = subprocess.run(["bash", "-c", f"set -e; {code}"], capture_output=True, check=True, timeout=30)
    return done.stdout.decode()


def test_a_page_shows_the_snippets_of_its_query(base: str) -> None:
    """What is tested below is what a reader copies."""
    found = page(base, "/queries/targets?speaker=bij1")

    written = snippets(QUERIES["targets"], base, "speaker=bij1", "SELECT")
    assert found == {**{snippet.tool: snippet.code for snippet in written}, "": found[""]}
    assert [snippet.tool for snippet in written] == [
        "curl",
        "Python with pandas",
        "Python with SPARQLWrapper",
        "R",
        "R with httr2",
    ]


def code(name: str, base: str, tool: str, query_string: str = "") -> str:
    """A snippet."""
    form = "CONSTRUCT" if name in GRAPHS else "SELECT"
    return next(snippet.code for snippet in snippets(QUERIES[name], base, query_string, form) if snippet.tool == tool)


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize("name", ROWS)
def test_curl(base: str, name: str) -> None:
    """The reviewed rows."""
    output = shell(code(name, base, "curl"))

    assert output.replace("\r\n", "\n") == (EXPECTED / "queries" / f"{name}.csv").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_curl_with_parameters(base: str) -> None:
    """The values are in the address."""
    output = shell(page(base, "/queries/targets?speaker=bij1")["curl"])

    rows = list(csv.DictReader(io.StringIO(output)))
    assert rows == [row for row in expected("targets") if row["speaker"].endswith("/bij1")]
    assert rows


@pytest.mark.parametrize("name", ROWS)
def test_pandas(base: str, name: str) -> None:
    """A frame with the columns and the number of the reviewed rows."""
    variables, output = run(code(name, base, "Python with pandas"))

    rows = expected(name)
    assert list(variables["rows"].columns) == list(rows[0])
    assert len(variables["rows"]) == len(rows)
    assert output


@pytest.mark.parametrize("name", ROWS)
def test_sparqlwrapper(base: str, name: str) -> None:
    """A line for each row, and the parameters in the query that the endpoint gets."""
    _, output = run(code(name, base, "Python with SPARQLWrapper"))

    assert len(output.splitlines()) == len(expected(name))


def test_sparqlwrapper_with_parameters(base: str) -> None:
    """The bound query is fetched from the site, and asked at its endpoint."""
    _, output = run(page(base, "/queries/targets?speaker=bij1")["Python with SPARQLWrapper"])

    assert len(output.splitlines()) == sum(row["speaker"].endswith("/bij1") for row in expected("targets"))
    assert output.count("agent/bij1") == len(output.splitlines())


def test_graphs(base: str) -> None:
    """A CONSTRUCT query: curl, rdflib and SPARQLWrapper give the reviewed triples."""
    lines = len((EXPECTED / "queries" / "statements.nt").read_text(encoding="utf-8").splitlines())
    read, _ = run(code("statements", base, "Python with rdflib"))
    asked, output = run(code("statements", base, "Python with SPARQLWrapper"))

    assert len(read["graph"]) == len(asked["graph"]) == lines
    assert output.startswith("@prefix")
    assert set(read["graph"]) == set(asked["graph"])


@pytest.mark.parametrize(
    "name, query_string", [("targets", "?speaker=bij1"), ("statements", "?document=wsm-2025"), ("stances", "")]
)
def test_notebook(base: str, name: str, query_string: str) -> None:
    """A notebook of nbformat 4.5 whose cells of code run one after the other."""
    with urllib.request.urlopen(f"{base}/queries/{name}.ipynb{query_string}", timeout=20) as response:
        document = json.load(response)

    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    for cell in document["cells"]:
        wanted = {"cell_type", "id", "metadata", "source"}
        assert set(cell) == (wanted | {"outputs", "execution_count"} if cell["cell_type"] == "code" else wanted)
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    cells = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 2
    variables: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        for cell in cells:
            exec(compile(cell, "cell", "exec"), variables)  # noqa: S102 - what Jupyter would run
    assert output.getvalue()
    assert document["metadata"]["kernelspec"]["name"] == "python3"


def test_yes_or_no(base: str) -> None:
    """The snippets of an ASK query are Python that can be compiled, and say where the answer is."""
    for snippet in snippets(QUERIES["targets"], base, "", "ASK"):
        if snippet.language == "python":
            compile(snippet.code, "snippet", "exec")
            assert '["boolean"]' in snippet.code
    assert len(notebook(QUERIES["targets"], base, "", "ASK")["cells"]) == 5


def r(snippet: Snippet) -> list[str]:
    """Output of a script of R."""
    done = subprocess.run(["Rscript", "-e", snippet.code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="this machine has no R")
@pytest.mark.parametrize("name", ["targets", "statements"])
def test_r(base: str, name: str) -> None:
    """The scripts of R print the first rows; httr2 where it is installed."""
    form = "CONSTRUCT" if name in GRAPHS else "SELECT"
    for snippet in snippets(QUERIES[name], base, "", form):
        have = subprocess.run(["Rscript", "-e", f"library({snippet.needs})"], capture_output=True, check=False).returncode == 0
        if snippet.language == "r" and (not snippet.needs or have):
            assert r(snippet)


def test_every_snippet_says_what_it_needs() -> None:
    """Whatever is imported beside the standard library is named."""
    for form in ("SELECT", "ASK", "CONSTRUCT"):
        for snippet in snippets(QUERIES["targets"], "http://localhost", "", form):
            imported = {name for name in ("pandas", "SPARQLWrapper", "rdflib", "httr2") if name in snippet.code}
            assert ({snippet.needs} if snippet.needs else set()) == {name.lower() for name in imported}, snippet.tool
