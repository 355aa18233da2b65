"""``kg serve --engine``: the same site and policy, with the answers of another store."""

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import publish
from kg.credentials import from_environment
from kg.namespaces import ID
from kg.store import current_release
from kg.target import Target
from tests.serving import write_release
from tests.standin import Reply, StandIn, stand_in
from tests.stores import Store
from tests.web.test_serving import get

LABELS = {
    "head": {"vars": ["s", "label"]},
    "results": {
        "bindings": [
            {
                "s": {"type": "uri", "value": f"{ID}statement/alpha-2020/s001"},
                "label": {"type": "literal", "value": "found there"},
            }
        ]
    },
}
FEDERATED = "SELECT ?s ?label { ?s a pol:Demand . SERVICE SILENT <URL> { ?s <https://example.org/label> ?label } }"


@contextlib.contextmanager
def server(build_dir: Path, *options: str) -> Iterator[int]:
    """``kg serve`` on a free port; ended by its process id whatever happens."""
    command = [sys.executable, "-m", "kg", "serve", "--build-dir", str(build_dir), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        try:
            assert process.stdout
            match = re.search(r":(\d+)/ ", process.stdout.readline())
            assert match
            yield int(match[1])
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def there() -> Iterator[StandIn]:
    """An endpoint that SERVICE may lead to."""
    with stand_in(lambda _: Reply(json.dumps(LABELS).encode())) as site:
        yield site


@pytest.fixture(scope="module")
def port(store: Store, there: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server in front of another store, which holds the release."""
    build_dir = tmp_path_factory.mktemp("build")
    write_release(build_dir)
    credentials = from_environment("KG_PUBLISH", store.environment)
    with Target(store.to("gsp"), store.queries, "gsp", credentials, 60) as target:
        publish.publish(current_release(build_dir), target, force=True)
    with server(build_dir, "--engine", store.queries, "--service-allow", f"private:{there.url}") as port:
        yield port


def ask(port: int, query: str, form: str = "csv") -> tuple[int, str]:
    """Status and body of a query."""
    return get(port, "/sparql?" + urllib.parse.urlencode({"query": query, "format": form}))


def test_answers_of_the_other_store(port: int) -> None:
    """The default graph is the union of the release's graphs; the prefixes need no declaration."""
    assert ask(port, "SELECT (COUNT(*) AS ?n) { ?s a pol:Demand }") == (200, "n\r\n4\r\n")
    assert json.loads(ask(port, "ASK { GRAPH graph:alpha-2020 { ?s a pol:Demand } }", "json")[1])["boolean"] is True
    status, page = ask(port, "SELECT ?s { ?s a pol:Demand }", "html")
    assert (status, page.count("<tr><td>")) == (200, 4)


def test_the_policy_is_the_same(port: int) -> None:
    """Updates and SERVICE to elsewhere are refused, mistakes have their place, and health and description answer."""
    assert ask(port, "CLEAR ALL")[0] == 403
    assert ask(port, "SELECT * { SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } }")[0] == 403
    status, body = ask(port, "SELECT ?a {\n ?a ?b FOO }")
    assert (status, json.loads(body)["line"]) == (400, 2)
    assert ask(port, "define get:soft 'soft' SELECT ?a { ?a ?b ?c }")[0] == 400
    assert get(port, "/healthz")[0] == 200
    assert "UnionDefaultGraph" in get(port, "/sparql?format=ttl")[1]


def test_a_result_is_kept_here_too(port: int) -> None:
    """As a release is a release wherever it is stored."""
    query = "SELECT ?s { ?s a pol:Demand } ORDER BY ?s"
    first, second = ask(port, query), ask(port, query)

    assert first == second
    assert 'kg_queries_total{outcome="cached"} ' in get(port, "/metrics")[1]


def test_service_is_followed_here(port: int, there: StandIn) -> None:
    """The other store gets a query without SERVICE."""
    assert ask(port, FEDERATED.replace("URL", there.url)) == (
        200,
        f"s,label\r\n{ID}statement/alpha-2020/s001,found there\r\n",
    )


def test_service_is_followed_by_our_own_processes(tmp_path: Path, there: StandIn) -> None:
    """What is on the list is, and its solutions are never kept; what is not is refused."""
    write_release(tmp_path)
    with server(tmp_path, "--service-allow", f"private:{there.url}", "--service-contact", "me@example.org") as port:
        before = len(there.requests)
        answers = [ask(port, FEDERATED.replace("URL", there.url)) for _ in range(2)]
        refused = ask(port, FEDERATED.replace("URL", there.url.replace("sparql", "other")))

        assert answers == [(200, f"s,label\r\n{ID}statement/alpha-2020/s001,found there\r\n")] * 2
        assert len(there.requests) == before + 2
        assert "me@example.org" in there.requests[-1][0]["User-Agent"]
        assert (refused[0], "is not on the list" in refused[1]) == (403, True)
