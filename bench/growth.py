"""What the published queries cost as data grows: ``make bench PART=growth``.

In come made-up projects (``kg synth``) of 1, 10, 100 and, if asked for, 1,000 times the statements of the five documents. Out goes a table: rows, the time to
the whole answer, the time for a row, and the powers with which time grows with the answer and with the data. docs/scale-queries.md says what they mean.

Time is processor time of this process (user and system), the least of some runs after one that warms the store: other work on the machine delays the
wall clock and not this. Oxigraph evaluates a query in one thread.
"""

import math
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from bench.table import command
from kg.namespaces import ID, POL, PREFIXES
from kg.queries import read_queries
from kg.store import Release, current_release, open_store

SIZES: Final = (1, 10, 100)
QUICK_SIZES: Final = (1, 10)
LARGE: Final = 1_000
_BUDGET_S: Final = 1.0
"""Processor time after which a query that has been run warm is not run again."""
_LONG_S: Final = 20.0
"""Processor time of a run after which there is no second."""
_RUNS: Final = 5
_NAMED: Final = re.compile(
    r"\b(?P<collection>document|agent|instrument|place|group|event|indicator|publication):(?P<slug>[\w-]+)"
)
_NOISE: Final = 0.15
"""How much above that of look-ups a power is before it is called so: what the same measurement gives twice differs by up to that."""
_LOOKUPS: Final = "(looked up from each)"
_YARDSTICKS: Final = {
    "(a property, scanned)": f"SELECT ?s ?o {{ ?s <{POL}speaker> ?o }}",
    _LOOKUPS: f"SELECT ?s ?o ?d {{ ?s <{POL}speaker> ?o ; <{POL}statedIn> ?d ; <{POL}confidence> ?c }}",
}
"""What the store itself costs as it grows: nothing but rows of an index, and nothing but look-ups, whose number is that of the rows."""
_SHORT_S: Final = 0.0005
"""A time below this says nothing of growth: planning the query is most of it."""


@dataclass(frozen=True)
class Cost:
    """One query on one project.

    :ivar statements: of the project
    :ivar rows: of the answer
    :ivar seconds: processor time to the whole answer
    """

    statements: int
    rows: int
    seconds: float


@dataclass(frozen=True)
class Growth:
    """What became of a query from the smallest project to the largest.

    :ivar by_rows: power of the rows with which time grows; None if there are no more rows than before
    :ivar by_size: power of the statements with which time grows
    :ivar rows_by_size: power of the statements with which rows grow; None if there were none
    """

    by_rows: float | None
    by_size: float | None
    rows_by_size: float | None

    def word(self, lookups: float = 1.0) -> str:
        """What the powers mean, for a table.

        :param lookups: power with which the time of as many look-ups as there are rows grows, as measured in the same run
        """
        if self.by_size is None:
            return "too short to tell"
        if self.by_rows is not None and self.by_rows <= lookups + _NOISE:
            return "with its answer"
        if self.by_size <= lookups + _NOISE:
            return "with the data"
        return "FASTER THAN BOTH"


def power(before: float, after: float, small: float, large: float) -> float | None:
    """The power p for which ``after / before`` is ``(large / small) ** p``; None where no power can be told."""
    if before <= 0 or after <= 0 or small <= 0 or large <= small:
        return None
    return math.log(after / before) / math.log(large / small)


def growth(costs: Sequence[Cost]) -> Growth:
    """Growth between the first project in which the time can be measured, and the last."""
    last = costs[-1]
    first = next((cost for cost in costs if cost.seconds >= _SHORT_S), last)
    return Growth(
        power(first.seconds, last.seconds, first.rows, last.rows),
        power(first.seconds, last.seconds, first.statements, last.statements),
        power(first.rows, last.rows, first.statements, last.statements),
    )


def in_place_of(text: str, names: Mapping[str, str]) -> str:
    """A query in which made-up things stand where it names real ones, as in ``VALUES ?document { document:bij1-2021 }``.

    :param names: slug of a made-up thing by collection
    """
    return _NAMED.sub(lambda m: f"<{ID}{m['collection']}/{names.get(m['collection'], m['slug'])}>", text)


def most_named(store: ox.Store) -> dict[str, str]:
    """For each collection the slug of what most statements name: a query about one thing is measured with the one that costs most."""
    found: dict[str, tuple[int, str]] = {}
    for name in ("statedIn", "mentions"):
        query = f"SELECT ?thing (COUNT(*) AS ?n) {{ ?s <{POL}{name}> ?thing }} GROUP BY ?thing"
        rows = store.query(query, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        for row in rows:
            collection, _, slug = str(row["thing"].value).removeprefix(ID).partition("/")
            found[collection] = max(found.get(collection, (0, "")), (int(row["n"].value), slug))
    return {collection: slug for collection, (_, slug) in found.items()}


def cost(store: ox.Store, text: str, statements: int) -> Cost:
    """Run a query to its end, some times."""
    best, spent, rows, runs = math.inf, 0.0, 0, 0
    while runs < 2 or (runs <= _RUNS and spent < _BUDGET_S):
        started = time.process_time()
        answer = store.query(text, use_default_graph_as_union=True, prefixes=PREFIXES)
        assert not isinstance(answer, ox.QueryBoolean)
        rows = sum(1 for _ in answer)
        taken = time.process_time() - started
        spent += taken
        if runs or taken > _LONG_S:  # the first run warms the store, and a very long one is not repeated
            best = min(best, taken)
            if taken > _LONG_S:
                break
        runs += 1
    return Cost(statements, rows, best)


def bench_growth(folder: Path, *, quick: bool = False, large: bool = False, made: Iterable[Path] = ()) -> None:
    """Print the table.

    :param folder: where projects are made, which may take minutes; a build makes 100 to 300 statements a second
    :param made: projects with a release in ``build/``, of growing sizes, instead of new ones
    """
    sizes = QUICK_SIZES if quick else (*SIZES, LARGE) if large else SIZES
    statements = _statements(current_release(folder))
    projects = list(made) or [_project(folder / f"times{size}", statements * size) for size in sizes]
    releases = [current_release(project / "build") for project in projects]
    costs: dict[str, list[Cost]] = {}
    for release in releases:
        store, size = open_store(release.store), _statements(release)
        names = most_named(store)
        for name, text in (*_YARDSTICKS.items(), *((query.name, query.text) for query in read_queries(Path("queries")))):
            costs.setdefault(name, []).append(cost(store, in_place_of(text, names), size))
    _print([_statements(release) for release in releases], costs)


def _project(target: Path, statements: int) -> Path:
    command("synth", "--statements", str(statements), str(target))()
    command("--root", str(target), "build", "--build-dir", str(target / "build"))()
    return target


def _statements(release: Release) -> int:
    return int(release.description["statements"])


def _print(sizes: Sequence[int], costs: Mapping[str, Sequence[Cost]]) -> None:
    head = "".join(f" | {size:>9,}: rows {'ms':>9} {'µs/row':>8}" for size in sizes)
    print(
        f"\nPublished queries on made-up projects; columns by number of statements, processor time to the whole answer\n{'':<27}{head}"
    )
    lookups = growth(costs[_LOOKUPS]).by_size or 1.0
    for name, found in sorted(costs.items()):
        cells = "".join(f" | {c.rows:>15,} {c.seconds * 1e3:>9.2f} {c.seconds * 1e6 / max(c.rows, 1):>8.1f}" for c in found)
        grown = growth(found)
        powers = " ".join(
            f"{label} {value:.2f}" if value is not None else f"{label}    –"
            for label, value in (("t/rows", grown.by_rows), ("t/size", grown.by_size), ("rows/size", grown.rows_by_size))
        )
        print(f"{name:<27}{cells} | {powers} | {grown.word(lookups)}")
