"""Code for any query, run as it is against a real server on the fictional corpus."""

import ast
import contextlib
import io
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.store import Release
from kg.web.query_snippets import query_snippets
from kg.web.snippets import Snippet
from tests.w3c.server import running
from tests.web.test_serving import linux

pytestmark = linux

SELECT = 'SELECT ?who {\n  <https://w3id.org/policy-kg/id/statement/harbour-2031/s001> pol:speaker ?who # it\'s "one" \\ more\n}'
ASK = 'ASK { ?s ?p """SPARQL""" }'
GRAPH = "CONSTRUCT { ?s a ?c } { VALUES ?s { agent:plough-party } ?s a ?c }"
SPEAKER = "https://w3id.org/policy-kg/id/agent/plough-party"


@pytest.fixture(scope="module")
def base(harbours: Release) -> Iterator[str]:
    """Address of a server."""
    with running(harbours.path.parents[1]) as port:
        yield f"http://127.0.0.1:{port}"


def code(query: str, base: str, form: str, tool: str) -> str:
    """The snippet for a tool."""
    return next(each.code for each in query_snippets(query, base, form, []) if each.tool == tool)


def shell(text: str) -> str:
    """Output of a piece of shell."""
    return subprocess.run(["bash", "-c", text], capture_output=True, check=True, timeout=30).stdout.decode()


def python(text: str) -> tuple[dict[str, Any], str]:
    """Variables and output of a piece of Python."""
    variables: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(text, "snippet", "exec"), variables)  # noqa: S102 - what a reader of the page would paste
    return variables, output.getvalue()


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize(
    ("query", "form", "expected"),
    [(SELECT, "SELECT", f"who\r\n{SPEAKER}\r\n"), (ASK, "ASK", '{"head":{},"boolean":false}')],
)
def test_curl(base: str, query: str, form: str, expected: str) -> None:
    """The result, whatever signs the query has."""
    assert shell(code(query, base, form, "curl")) == expected


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_curl_for_a_graph(base: str) -> None:
    """As Turtle."""
    assert "agent:plough-party a " in shell(code(GRAPH, base, "CONSTRUCT", "curl"))


def test_python_with_pandas(base: str) -> None:
    """A table."""
    variables, _ = python(code(SELECT, base, "SELECT", "Python with pandas"))

    assert variables["rows"].values.tolist() == [[SPEAKER]]


def test_python_for_a_question(base: str) -> None:
    """True or false, with the standard library alone."""
    assert python(code(ASK, base, "ASK", "Python"))[1] == "False\n"


def test_python_with_rdflib(base: str) -> None:
    """A graph."""
    variables, output = python(code(GRAPH, base, "CONSTRUCT", "Python with rdflib"))

    assert output.strip() == str(len(variables["graph"]))
    assert int(output) > 1


def has_httr2() -> bool:
    """Whether R runs here with what the snippet needs."""
    return (
        bool(shutil.which("Rscript"))
        and subprocess.run(["Rscript", "-e", "library(httr2)"], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(not has_httr2(), reason="this machine has no R with httr2")
@pytest.mark.parametrize(
    ("query", "form", "expected"), [(SELECT, "SELECT", SPEAKER), (ASK, "ASK", "false"), (GRAPH, "CONSTRUCT", "plough-party")]
)
def test_r(base: str, query: str, form: str, expected: str) -> None:
    """Each form of query."""
    text = code(query, base, form, "R with httr2")
    done = subprocess.run(["Rscript", "-e", text], capture_output=True, check=True, timeout=60)

    assert expected in done.stdout.decode()


def by_language(query: str) -> dict[str, Snippet]:
    """Snippets of a query."""
    return {
        each.language: each for each in query_snippets(query, "https://example.org", "SELECT", [("default-graph-uri", "urn:x")])
    }


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(lambda text: text.strip("\n")))
@example('ends with "')
@example('"""')
@example("back\\slash")
@example(')"')
@example(')--"')
@example("SPARQL\nSPARQL_")
@example("carriage\rreturn")
def test_a_query_stands_in_code_as_it_was_written(query: str) -> None:
    """Python reads it back; nothing ends the quotes of R or the here-document of the shell too early."""
    found = by_language(query)
    tree = ast.parse(found["python"].code)
    assigned = next(node for node in tree.body if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "query")
    raw = found["r"].code.partition("query <- r")[2]
    dashes = raw[1:].partition("(")[0]
    lines = found["sh"].code.split("\n")
    mark = lines[-2]

    assert ast.literal_eval(assigned.value) == query
    assert raw.startswith(f'"{dashes}({query}){dashes}"\n')
    assert raw.partition(f'){dashes}"')[0] == f'"{dashes}({query}'
    assert lines.index(mark) == len(lines) - 2
    assert "\n".join(lines[1:-2]) == query


def test_a_dataset_goes_along() -> None:
    """As in the protocol."""
    assert all("https://example.org/sparql?default-graph-uri=urn%3Ax" in each.code for each in by_language("ASK {}").values())
