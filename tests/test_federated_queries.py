"""The queries of ``queries/federated``, run by the real engine on the published data against endpoints that evaluate what they get.

The endpoints stand in for Wikidata and the EU Publications Office: triples in their form, with numbers and labels made up for the
test, about entities that our own links name.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from kg.engine.endpoints import AllowList
from kg.engine.limits import SERVICE_ALLOW, Limits, ServiceLimits
from kg.namespaces import ID
from kg.queries import read_queries
from kg.reader import Reader
from kg.store import Release, current_release
from tests.golden import build_published
from tests.project import ROOT
from tests.standin import StandIn, answers_from, stand_in
from tests.web.test_other_engine import server
from tests.web.test_serving import get

FOLDER = ROOT / "queries" / "federated"
QUERIES = {query.name: query for query in read_queries(FOLDER)}
DOCUMENT = (ROOT / "docs" / "federation.md").read_text(encoding="utf-8")
ENDPOINT = re.compile(r"SERVICE <([^>]+)>")

WIKIDATA = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix made: <https://example.org/made-up/> .
wd:Q31 wdt:P1082 "1001"^^xsd:decimal ; wdt:P1081 "0.5"^^xsd:decimal ; wdt:P36 made:capital ; wdt:P463 wd:Q458, wd:Q7184 .
made:capital rdfs:label "Made-up capital"@en, "Verzonnen hoofdstad"@nl .
wd:Q55 wdt:P1082 "1002"^^xsd:decimal, "1003"^^xsd:decimal ; wdt:P463 wd:Q458 .
wd:Q801 wdt:P1082 "1004"^^xsd:decimal ; wdt:P463 wd:Q1065 .
wd:Q159 wdt:P1081 "0.4"^^xsd:decimal .
made:elsewhere wdt:P1082 "1005"^^xsd:decimal ; wdt:P463 wd:Q458 .
"""
"""Russia has no population there; ``made:elsewhere`` is nobody of ours."""

EUROVOC = """
@prefix ev: <http://eurovoc.europa.eu/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix made: <https://example.org/made-up/> .
ev:584 skos:prefLabel "droits inventés"@fr, "erfundene Rechte"@de, "made-up rights"@en ; skos:broader made:above .
made:above skos:prefLabel "made-up concept above"@en, "concept inventé"@fr .
ev:381 skos:prefLabel "démocratie inventée"@fr, "erfundene Demokratie"@de .
ev:2500 skos:prefLabel "label in one language only"@fr .
made:other skos:prefLabel "autre"@fr, "anderes"@de .
"""


def endpoint_of(turtle: str) -> ox.Store:
    """A store with these triples in its default graph."""
    store = ox.Store()
    store.load(turtle.encode(), ox.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the published data."""
    target = tmp_path_factory.mktemp("published")
    build_published(target)
    return target


@pytest.fixture(scope="module")
def release(build_dir: Path) -> Release:
    """The release, to look things up."""
    return current_release(build_dir)


@pytest.fixture(scope="module")
def wikidata() -> Iterator[StandIn]:
    """What stands in for Wikidata."""
    with stand_in(answers_from(endpoint_of(WIKIDATA))) as site:
        yield site


@pytest.fixture(scope="module")
def eurovoc() -> Iterator[StandIn]:
    """What stands in for the EU Publications Office."""
    with stand_in(answers_from(endpoint_of(EUROVOC))) as site:
        yield site


@pytest.fixture(scope="module")
def port(build_dir: Path, wikidata: StandIn, eurovoc: StandIn) -> Iterator[int]:
    """`kg serve` on the release, which may ask the two and nobody else."""
    with server(build_dir, "--service-allow", f"private:{wikidata.url},private:{eurovoc.url}") as port:
        yield port


def rows_of(port: int, query: str) -> list[dict[str, str]]:
    """Rows of a query."""
    status, body = get(port, "/sparql?" + urlencode({"query": query, "format": "csv"}))
    assert status == 200, body
    return list(csv.DictReader(io.StringIO(body)))


def run(port: int, name: str, there: StandIn) -> list[dict[str, str]]:
    """Rows of a federated query, asked of the endpoint that stands in; nothing else in its text is changed."""
    there.requests.clear()
    text, count = ENDPOINT.subn(f"SERVICE <{there.url}>", (FOLDER / f"{name}.rq").read_text(encoding="utf-8"))
    assert count == 1
    return rows_of(port, text)


def demands(release: Release, pattern: str) -> str:
    """How many demands fit a pattern, counted by a query of its own."""
    rows = Reader(release).select(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a pol:Demand ; {pattern} }}")
    return rows[0]["n"].value


def test_there_are_three_and_each_has_a_section() -> None:
    """Each has a title in two languages, a heading in docs/federation.md, its columns there, and an endpoint of the default list."""
    assert len(QUERIES) == 3
    known = AllowList.of(tuple(SERVICE_ALLOW.split(",")))
    for name, query in QUERIES.items():
        section = next(part for part in DOCUMENT.split("\n## ") if f"queries/federated/{name}.rq" in part.split("\n\n")[1])
        projected = re.search(r"SELECT (?:DISTINCT )?((?:\?\w+ ?)+)\nWHERE", query.text)
        assert projected
        header = " | ".join(variable.removeprefix("?") for variable in projected[1].split())
        assert f"| {header} |" in section, name
        assert [known.find(url) is not None for url in ENDPOINT.findall(query.text)] == [True]
        assert set(query.title) == {"nl", "en"}


def test_limits_are_as_documented() -> None:
    """The numbers of the page are those of the engine."""
    limits = ServiceLimits()
    rows = "\n".join(line for line in DOCUMENT.splitlines() if line.startswith("|"))
    for words in (
        f"{limits.clauses} in a query",
        f"{limits.rows:,}, in at most {limits.response_mib} MiB",
        f"{limits.total_mib} MiB |",
        f"{limits.timeout_s:.0f} s for a request",
        f"own deadline ({Limits().timeout_s:.0f} s)",
        f"up to {limits.bindings:,} solutions",
        f"{limits.batch} in a request",
    ):
        assert words in rows


def test_each_number_of_wikidata_has_its_source() -> None:
    """The properties that a query uses stand in its comments, with a label and where that was read."""
    for name, query in QUERIES.items():
        comments = "\n".join(line for line in query.text.splitlines() if line.startswith("#"))
        assert set(re.findall(r"wdt:(P\d+)", query.text)) == set(re.findall(r"\b(P\d+)\b", comments)), name
        assert not re.findall(r"\bwd:Q\d+", query.text)


def test_states_in_wikidata(port: int, release: Release, wikidata: StandIn) -> None:
    """Two populations give two rows; what is missing is empty; a state without population has no row."""
    rows = run(port, "states-in-wikidata", wikidata)

    def row(slug: str, name: str, population: str, development: str = "", capital: str = "") -> dict[str, str]:
        return {
            "state": f"{ID}agent/{slug}",
            "name": name,
            "demands": demands(release, f"pol:mentions agent:{slug}"),
            "population": population,
            "development": development,
            "capital": capital,
        }

    assert rows == [
        row("belgium", "Belgium", "1001", "0.5", "Made-up capital"),
        row("netherlands", "Netherlands", "1002"),
        row("netherlands", "Netherlands", "1003"),
        row("israel", "Israel", "1004"),
    ]
    assert all(int(found["demands"]) > 0 for found in rows)
    assert "<http://www.wikidata.org/entity/Q31>" in wikidata.queries[0]  # asked about our states only


def test_memberships_in_wikidata(port: int, release: Release, wikidata: StandIn) -> None:
    """A member of ours is named, one that is nobody of ours is not."""
    rows = run(port, "memberships-in-wikidata", wikidata)

    def row(organisation: str, name: str, state: str, member: str) -> dict[str, str]:
        return {
            "organisation": f"{ID}agent/{organisation}",
            "name": name,
            "demands": demands(release, f"pol:addressee agent:{organisation}"),
            "state": f"{ID}agent/{state}",
            "member": member,
        }

    assert rows == [
        row("european-union", "European Union", "belgium", "Belgium"),
        row("european-union", "European Union", "netherlands", "Netherlands"),
        row("united-nations", "United Nations", "israel", "Israel"),
        row("nato", "North Atlantic Treaty Organization", "belgium", "Belgium"),
    ]


def test_topics_in_eurovoc(port: int, release: Release, eurovoc: StandIn) -> None:
    """A concept needs both labels; one without a broader concept has empty cells."""
    rows = run(port, "topics-in-eurovoc", eurovoc)

    above = "https://example.org/made-up/above"
    expected = [
        ("human-rights", "584", "droits inventés", "erfundene Rechte", above, "made-up concept above"),
        ("democracy", "381", "démocratie inventée", "erfundene Demokratie", "", ""),
    ]
    assert rows == [
        {
            "topic": f"{ID}topic/{topic}",
            "demands": demands(release, f"pol:topic topic:{topic}"),
            "concept": f"http://eurovoc.europa.eu/{concept}",
            "french": french,
            "german": german,
            "broader": broader,
            "broaderLabel": label,
        }
        for topic, concept, french, german, broader, label in expected
    ]


def test_an_endpoint_that_is_not_allowed_is_refused(port: int) -> None:
    """The queries as they stand: this server may not ask Wikidata, and says whom it may ask."""
    for query in QUERIES.values():
        status, body = get(port, "/sparql?" + urlencode({"query": query.text}))
        assert (status, "is not on the list of this endpoint" in body) == (403, True)


def test_published_queries_do_not_include_them(release: Release) -> None:
    """They need a network, so they are not among those that a release carries."""
    carried = {path.stem for path in (release.path / "queries").glob("*.rq")}

    assert carried.isdisjoint(QUERIES)


BLOCKS = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0].removeprefix("# "))
def test_from_elsewhere(port: int, release: Release, block: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The Python blocks of docs/federation.md: other engines ask this endpoint by SERVICE."""
    exec(block.replace("8642", str(port)), {})  # noqa: S102 - a block of our own documentation

    assert capsys.readouterr().out == f"Belgium {demands(release, 'pol:addressee agent:belgium')}\n"


def test_python_blocks_are_there() -> None:
    """One for rdflib, one for pyoxigraph."""
    assert [("rdflib" in block, "pyoxigraph" in block) for block in BLOCKS] == [(True, False), (False, True)]
