"""The query-evaluation tests of SPARQL 1.0 and 1.1 on the default graph of a release: the union of its named graphs.

Each dataset of the suites is a release of its own, its triples dealt out over two named graphs; queries come without a dataset.
The engine is asked without a server in front, since 130 servers for as many releases would take minutes; how requests become
queries and results become replies is the same for all, and :mod:`tests.w3c.test_evaluation` has that.
"""

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.engine.blocking import BlockingEngine
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.negotiation import GRAPH_FORMATS, SOLUTION_FORMATS, negotiate
from kg.store import current_release
from tests.w3c import known, runs
from tests.w3c.outcome import Outcome, read
from tests.w3c.server import write_release
from tests.w3c.suite import EVALUATION, Case, cases, missing, suite

PATIENT = Limits(workers=1, queue_s=60, timeout_s=60)
"""A worker that is slow to start on a busy machine is waited for: these tests are about results."""

GRAPHS = ox.NamedNode("https://example.org/w3c/even"), ox.NamedNode("https://example.org/w3c/odd")


def by_dataset() -> dict[str, list[Case]]:
    """Tests with a default graph alone, by its files. Those that Oxigraph itself does not pass are left to the other module."""
    found: dict[str, list[Case]] = {}
    for case in cases(EVALUATION):
        if case.data and not case.named and not case.name.startswith(known.SERVICE) and not runs.says_dataset(suite(), case):
            found.setdefault(case.name.rpartition("/")[0] + "/" + runs.default_graph(case.data).rpartition("/")[2], []).append(
                case
            )
    return found


def dealt(files: tuple[str, ...]) -> list[ox.Quad]:
    """Triples of some files, every other one in another graph."""
    triples = [triple for iri in files for triple in suite().triples(iri)]
    return [ox.Quad(t.subject, t.predicate, t.object, GRAPHS[number % 2]) for number, t in enumerate(triples)]


def passes_alone(case: Case) -> bool:
    """Whether pyoxigraph has the expected result."""
    try:
        return runs.agrees(suite(), case, runs.alone(suite(), case))
    except SyntaxError:
        return False


def ask(engine: BlockingEngine, case: Case) -> Outcome:
    """Result of the engine, in the format of the expected one."""
    query = runs.text(suite(), case)
    formats = GRAPH_FORMATS if engine.scan(query).form in {"CONSTRUCT", "DESCRIBE"} else SOLUTION_FORMATS
    choice = negotiate(runs.headers(case)["Accept"], formats)
    assert choice, case.name
    return read(engine.answer(Query(query), choice.format.name).body, choice.media_type, case.query)


DATASETS = by_dataset()


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize("dataset", DATASETS or ["suites-missing"])
def test_union(dataset: str, tmp_path: Path) -> None:
    """Every test of the dataset that Oxigraph passes has the expected result; the few in the table have not."""
    write_release(tmp_path, dealt(DATASETS[dataset][0].data))
    with BlockingEngine(current_release(tmp_path), PATIENT) as engine:
        passing = [case for case in DATASETS[dataset] if passes_alone(case)]
        wrong = [case.name for case in passing if not runs.agrees(suite(), case, ask(engine, case))]

    assert [case.name for case in DATASETS[dataset] if case.name in known.UNION] == wrong


@pytest.mark.xfail(
    strict=True, reason="Oxigraph issue 1919: a triple counts once for each graph that it is in; a build has none in two"
)
@pytest.mark.parametrize("graphs", [(), tuple(graph.value for graph in GRAPHS)], ids=["union", "merge"])
def test_a_triple_in_two_graphs_counts_once(graphs: tuple[str, ...], tmp_path: Path) -> None:
    """The union, or the merge, of graphs is a set of triples (SPARQL 1.1 Query, section 13.2)."""
    triple = (ox.NamedNode("https://example.org/s"), ox.NamedNode("https://example.org/p"), ox.Literal(10))
    write_release(tmp_path, [ox.Quad(*triple, graph) for graph in GRAPHS])
    with BlockingEngine(current_release(tmp_path), PATIENT) as engine:
        body = engine.answer(Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", graphs), "csv").body

    assert body == b"n\r\n1\r\n"
