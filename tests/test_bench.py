"""What the benchmarks calculate and compare: powers of growth, made-up things in place of real ones, and reports of SHACL engines."""

import csv
import sys
from pathlib import Path

import pytest

from bench import child
from bench.engines import bare, differing
from bench.growth import Cost, growth, in_place_of, power
from bench.mapping import COVERED, covered, write_ours, write_tables
from kg.namespaces import ID, POL
from tests.project import make_project


@pytest.mark.parametrize(
    ("before", "after", "small", "large", "expected"),
    [
        (1, 10, 100, 1_000, 1.0),
        (1, 100, 100, 1_000, 2.0),
        (2, 2, 100, 1_000, 0.0),
        (0, 5, 100, 1_000, None),
        (1, 5, 100, 100, None),
        (1, 5, 0, 100, None),
    ],
)
def test_power(before: float, after: float, small: float, large: float, expected: float | None) -> None:
    assert power(before, after, small, large) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("rows", "seconds", "word"),
    [
        ((10, 100), (0.01, 0.1), "with its answer"),
        ((10, 1_000), (0.01, 1.0), "with its answer"),
        ((10, 10), (0.01, 0.1), "with the data"),
        ((10, 100), (0.01, 1.0), "FASTER THAN BOTH"),
        ((10, 10), (0.01, 1.0), "FASTER THAN BOTH"),
        ((10, 100), (0.00001, 0.0001), "too short to tell"),
    ],
)
def test_growth(rows: tuple[int, int], seconds: tuple[float, float], word: str) -> None:
    """Ten times the data: ten times the answer, a hundred times, or as many rows as before."""
    costs = [Cost(1_000, rows[0], seconds[0]), Cost(10_000, rows[1], seconds[1])]

    assert growth(costs).word() == word


def test_growth_is_judged_by_that_of_lookups() -> None:
    """A store that is ten times as large takes longer to find one thing; a query cannot do better."""
    found = growth([Cost(1_000, 10, 0.01), Cost(10_000, 100, 0.17)])

    assert found.word() == "FASTER THAN BOTH"
    assert found.word(lookups=1.13) == "with its answer"


def test_growth_begins_where_time_can_be_measured() -> None:
    """The first project is left out, whose time is planning."""
    found = growth([Cost(1_000, 1, 0.0001), Cost(10_000, 10, 0.001), Cost(100_000, 100, 0.01)])

    assert found.by_size == pytest.approx(1.0)


def test_made_up_things_stand_in_place_of_real_ones() -> None:
    text = "VALUES ?d { document:bij1-2021 } ?s a pol:Demand ; pol:addressee agent:netherlands"

    assert in_place_of(text, {"document": "synthetic-00001"}) == (
        f"VALUES ?d {{ <{ID}document/synthetic-00001> }} ?s a pol:Demand ; pol:addressee <{ID}agent/netherlands>"
    )


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (None, ""),
        ("<urn:a>", "urn:a"),
        ('"a \\"b\\""@en', 'a "b"'),
        ('"5"^^<http://www.w3.org/2001/XMLSchema#integer>', "5"),
        ("_:b0", "b0"),
    ],
)
def test_bare(term: str | None, expected: str) -> None:
    assert bare(term) == expected


def test_reports_are_bags() -> None:
    """The order of results is no difference, how often one is there is one."""
    assert differing([[["a"], ["b"]], [["a"]]], [[["b"], ["a"]], [["a"], ["a"]]]) == 1


def test_tables_of_a_project(tmp_path: Path) -> None:
    """The tables have what the triples say of the covered properties."""
    layout = make_project(tmp_path / "project")
    assert write_tables(layout, tmp_path / "tables") > 0
    write_ours(layout, tmp_path / "ours.nt")
    lines = covered(tmp_path / "ours.nt")
    for key, iri in COVERED.items():
        names = ("summary-nl", "summary-en") if key == "summary" else (key,)
        rows = []
        for name in names:
            with (tmp_path / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                rows += list(csv.reader(file))[1:]
        said = [line for line in lines if f" <{iri}> " in line]
        assert len(set(map(tuple, rows))) == len(said), key
        assert {row[0] for row in rows} == {line.split(" ", 1)[0][1:-1] for line in said}, key
    assert any(f"<{POL}Demand>" in line for line in lines)


def test_child_is_measured() -> None:
    """What it says, and what it cost; a child that fails says so."""
    done = child.run(["-c", "sum(range(10**6)); print('[1]')"], Path(sys.executable))
    large = child.run(["-c", "b = bytearray(200 * 2**20)"], Path(sys.executable))
    failed = child.run(["-c", "raise SystemExit(3)"], Path(sys.executable))

    assert done.said == [1]
    assert done.processor > 0
    assert done.peak < 40  # of this process, which is larger, nothing is in it
    assert 200 < large.peak < 300
    assert failed.said is None
    assert failed.error == "ended with status 3"
