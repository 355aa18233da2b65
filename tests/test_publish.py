"""A release in another store: written, replaced, counted; what is not ours stays. Against real servers."""

import json
import urllib.parse
import urllib.request
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from kg import publish as publishing
from kg.cli import main
from kg.credentials import from_environment
from kg.namespaces import graph_iri
from kg.store import Release
from kg.target import Target
from tests.published import SUBJECT, VALUES, small_graphs, write_release
from tests.stores import Store

FOREIGN = "https://example.org/other"


def kg(store: Store, release: Release, *options: str, protocol: str = "gsp", **environment: str) -> Result:
    """Run ``kg publish``."""
    arguments = ["publish", "--to", store.to(protocol), "--release", str(release.path), "--timeout", "60", *options]
    return CliRunner().invoke(main, arguments, env={**store.environment, **environment})


def rows(store: Store, query: str) -> list[dict[str, dict[str, str]]]:
    """Ask the store itself, with the standard library alone."""
    data = urllib.parse.urlencode({"query": query}).encode()
    request = urllib.request.Request(store.queries, data, {"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        found: list[dict[str, dict[str, str]]] = json.load(response)["results"]["bindings"]
    return found


def graphs(store: Store) -> set[str]:
    """Graphs that a query sees below our namespace, and the foreign one."""
    found = {row["g"]["value"] for row in rows(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")}
    return {g.rpartition("/")[2] for g in found if g.startswith((graph_iri(""), FOREIGN))}


def target(store: Store, protocol: str = "gsp") -> Target:
    """The store as the command sees it."""
    return Target(store.to(protocol), store.queries, protocol, from_environment("KG_PUBLISH", store.environment), 60)


@pytest.fixture(params=["gsp", "update"])
def protocol(request: pytest.FixtureRequest, store: Store) -> str:
    """Each protocol, on a store that holds a graph of somebody else and none of ours."""
    with target(store) as there:
        there.replace(FOREIGN, b"<urn:a> <urn:b> <urn:c> .\n")
        for name in graphs(store) - {"other"}:
            there.drop(graph_iri(name))
    return str(request.param)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with a value of each kind."""
    return write_release(tmp_path_factory.mktemp("first"), "0.1.0-first", small_graphs())


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A later one: a graph less, a graph with fewer triples, a graph that is new."""
    found = small_graphs()
    found["gamma-2022"] = found.pop("beta-2021")
    found["alpha-2020"] = found["alpha-2020"][:3]
    return write_release(tmp_path_factory.mktemp("second"), "0.1.0-second", found)


def test_publish_then_again_then_a_later_release(store: Store, protocol: str, first: Release, second: Release) -> None:
    """All graphs are there; the same release is not sent again; a later one replaces it, and what is not ours stays."""
    done, again = kg(store, first, protocol=protocol), kg(store, first, protocol=protocol)
    before = graphs(store)
    later = kg(store, second, protocol=protocol)

    assert (done.exit_code, again.exit_code, later.exit_code) == (0, 0, 0), done.stderr + again.stderr + later.stderr
    assert "release 0.1.0-first, 28 triples in 5 graphs, 0 older dropped" in done.stderr
    assert "release 0.1.0-first is there already" in again.stderr
    assert before == {"alpha-2020", "beta-2021", "entities", "kinds", "description", "other"}
    assert "graph/beta-2021: dropped, it is of an earlier release" in later.stderr
    assert graphs(store) == {"alpha-2020", "gamma-2022", "entities", "kinds", "description", "other"}
    assert done.stdout == again.stdout == ""


def test_values_arrive_as_they_are(store: Store, protocol: str, first: Release) -> None:
    """Every kind of term, up to the canonical form that both stores give to a decimal."""
    assert kg(store, first, protocol=protocol).exit_code == 0

    found = {row["p"]["value"].rpartition("/")[2]: row["o"] for row in rows(store, _KINDS)}

    assert found.keys() == VALUES.keys()
    for name, value in VALUES.items():
        wanted = value.value
        lexical = {"decimal": "0.7", "true": found["true"]["value"], "false": found["false"]["value"]}.get(name, wanted)
        assert found[name]["value"] == lexical, name
        if isinstance(value, ox.Literal) and value.language:
            assert found[name]["xml:lang"] == value.language
        elif isinstance(value, ox.Literal) and not value.datatype.value.endswith("string"):
            assert found[name]["datatype"] == value.datatype.value
    assert (found["true"]["value"], found["false"]["value"]) in {("true", "false"), ("1", "0")}


_KINDS = f"SELECT ?p ?o {{ GRAPH <{graph_iri('kinds')}> {{ <{SUBJECT}> ?p ?o }} }}"


def test_force_writes_again(store: Store, protocol: str, first: Release) -> None:
    """--force, also in requests of one triple each."""
    kg(store, first, protocol=protocol)
    with target(store, protocol) as there:
        done = publishing.publish(first, there, force=True, chunk_bytes=1)

    assert len(done.written) == 5
    assert len(rows(store, _KINDS)) == len(VALUES)


def test_a_changed_graph_is_noticed(store: Store, protocol: str, first: Release) -> None:
    """The version is there, a triple more as well: it is published anew."""
    kg(store, first, protocol=protocol)
    with target(store) as there:
        there.extend(graph_iri("entities"), b"<urn:a> <urn:b> <urn:c> .\n")

    assert "28 triples in 5 graphs" in kg(store, first, protocol=protocol).stderr
    assert "is there already" in kg(store, first, protocol=protocol).stderr


def test_broken_off_then_completed(store: Store, protocol: str, first: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third graph fails: the message says what is in place, the store holds no version; another run completes it."""
    replace = Target.replace

    def fails(self: Target, graph: str, triples: bytes) -> None:
        if graph == graph_iri("entities"):
            self._exchange("http://127.0.0.1:1/x", "GET", "/x", b"", {})
        replace(self, graph, triples)

    with monkeypatch.context() as patched:
        patched.setattr(Target, "replace", fails)
        broken = kg(store, first, protocol=protocol)

    assert broken.exit_code == 1
    assert "connection refused" in broken.stderr
    assert "Written: alpha-2020, beta-2021. Not written: entities, kinds, description." in broken.stderr
    assert "description" not in graphs(store)
    assert kg(store, first, protocol=protocol).exit_code == 0
    assert "description" in graphs(store)


def test_other_counts_are_reported(store: Store, protocol: str, tmp_path: Path) -> None:
    """The release says one triple more than it has: the store is not said to hold it."""
    release = write_release(tmp_path, "0.1.0-wrong", small_graphs())
    release.description["graphs"][graph_iri("kinds")] += 1
    (release.path / "release.json").write_text(json.dumps(release.description), encoding="utf-8")

    result = kg(store, release, protocol=protocol)

    assert result.exit_code == 1
    assert f"{graph_iri('kinds')}: 14 instead of 15" in result.stderr
    assert "description" not in graphs(store)


def test_wrong_password(store: Store, protocol: str, first: Release) -> None:
    """401 with the remedy; the password is nowhere. Oxigraph's server asks for none."""
    result = kg(store, first, protocol=protocol, KG_PUBLISH_USER="dba", KG_PUBLISH_PASSWORD="hunter2")

    if store.name == "oxigraph":
        assert result.exit_code == 0
        return
    assert result.exit_code == 1
    assert "status 401: name, password or token are missing or wrong; set KG_PUBLISH_USER" in result.stderr
    assert "Written: nothing." in result.stderr
    assert "hunter2" not in result.output
