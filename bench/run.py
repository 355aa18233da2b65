"""Measure what has a number, each beside its alternative in the same run: ``make bench``.

Prints a table; asserts nothing. Times are the median and the range of several runs, in milliseconds.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from rdflib import Graph

from kg.engine.blocking import BlockingEngine
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.namespaces import PREFIXES
from kg.store import current_release, open_store

RUNS = 5
KG = [sys.executable, "-m", "kg"]


def row(what: str, seconds: list[float], note: str = "") -> None:
    """Print one line of the table."""
    ms = [s * 1000 for s in seconds]
    print(f"{what:<58} {statistics.median(ms):9.1f} {min(ms):9.1f} {max(ms):9.1f}  {note}")


def timed(action: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Seconds of each of ``runs`` runs."""
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        found.append(time.perf_counter() - started)
    return found


def command(*arguments: str) -> Callable[[], object]:
    """A run of the command as a whole process."""
    return lambda: subprocess.run([*KG, *arguments], check=True, capture_output=True)


def build(target: Path) -> None:
    """Build a release below ``target``, as a whole process."""
    command("build", "--build-dir", str(target))()


def bench_build(folder: Path) -> None:
    """Check and cold build, as a coder and an operator wait for them."""
    row("kg check", timed(command("check")), "bar: 1,500 ms")
    numbers = iter(range(RUNS))
    row("kg build, cold", timed(lambda: build(folder / f"cold{next(numbers)}")), "bar: 5,000 ms")
    build(folder / "build")


def bench_queries(folder: Path) -> Graph:
    """Each published query: our engine (a process of its own), Oxigraph in this process, rdflib in memory."""
    release = current_release(folder / "build")
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
    return graph


def bench_server(folder: Path) -> None:
    """Start of the server, and small queries over HTTP, one after the other."""
    starts = []
    for _ in range(3):
        started = time.perf_counter()
        arguments = [*KG, "serve", "--port", "0", "--build-dir", str(folder / "build")]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            line = server.stdout.readline()
            starts.append(time.perf_counter() - started)
            address = re.search(r"http://\S+/", line)
            assert address is not None, line
            query = urllib.parse.urlencode({"query": "SELECT ?s { ?s a pol:Assessment }", "format": "json"})
            url = f"{address[0]}sparql?{query}"
            json.loads(urllib.request.urlopen(url).read())
            requests = timed(lambda u=url: urllib.request.urlopen(u).read(), runs=300)
            server.terminate()
    row("kg serve, until it answers", starts, "bar: 1,000 ms")
    row("small query over HTTP, new connection each", requests)


def main() -> None:
    """Run all of it."""
    print(f"{'':<58} {'median':>9} {'min':>9} {'max':>9}  (ms)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_build(folder)
        bench_queries(folder)
        bench_server(folder)


if __name__ == "__main__":
    main()
