"""What a coder, an operator and a reader wait for: check, build, start, and each published query.

In comes a folder; out goes a table. Each published query is run in our engine, in Oxigraph in this process, and in rdflib.
"""

from itertools import count
from pathlib import Path

from rdflib import Graph

from bench.peers import Server, ours
from bench.table import RUNS, build, command, head, row, timed
from kg.engine.blocking import BlockingEngine
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.namespaces import PREFIXES
from kg.store import Release, open_store


def bench_build(folder: Path) -> None:
    """Check and cold build, as a coder and an operator wait for them."""
    head()
    row("kg check", timed(command("check")), "bar: 1,500 ms")
    numbers = count()
    row("kg build, cold", timed(lambda: build(folder / f"cold{next(numbers)}")), "bar: 5,000 ms")


def bench_queries(release: Release) -> None:
    """Each published query: our engine (a process of its own), Oxigraph in this process, rdflib in memory."""
    head()
    store = open_store(release.store)
    graph = Graph().parse(release.path / "dumps" / "policy-kg.nt", format="nt")
    with BlockingEngine(release, Limits(workers=1)) as engine:
        engine.answer(Query("ASK {}"), "json")
        for path in sorted((release.path / "queries").glob("*.rq")):
            text = path.read_text(encoding="utf-8")
            form = "nt" if engine.scan(text).form == "CONSTRUCT" else "csv"
            row(f"query {path.stem}: engine", timed(lambda t=text, f=form: engine.answer(Query(t), f)), "bar: 50 ms")
            row(
                f"query {path.stem}: Oxigraph",
                timed(lambda t=text: list(store.query(t, use_default_graph_as_union=True, prefixes=PREFIXES))),
            )
            if "GRAPH" not in text:
                row(f"query {path.stem}: rdflib", timed(lambda t=text: list(graph.query(t, initNs=PREFIXES)), runs=3))


def bench_start(build_dir: Path, *, quick: bool) -> None:
    """Start and stop of the server, and small queries over HTTP, one after the other."""
    head()
    row(
        "kg serve, until it answers, and its end",
        timed(lambda: Server(ours(build_dir)).stop(), 1 if quick else RUNS),
        "bar: 1,000 ms to answer",
    )
    with Server(ours(build_dir)) as server:
        query = "SELECT ?s { ?s a pol:Assessment }"
        row("repeated query over HTTP, new connection each", timed(lambda: server.ask(query), runs=300))
