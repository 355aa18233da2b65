"""Ours beside what people would use instead, in the same run: ``make bench PART=peers``.

Mapping beside Morph-KGC, validation beside one pyshacl over one graph, loading and querying beside rdflib, pyshacl beside other SHACL engines; on the five
documents and on made-up projects (``kg synth``). What comes out is compared each time, and a difference is printed. Each is a process of its own, started when
files are in the page cache; the ratio is of processor time.
"""

import json
import shutil
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from bench import child
from bench.engines import bench_engines, write_examples, write_shapes
from bench.mapping import bench_mapping
from bench.table import command
from kg.mappings.layout import Layout
from kg.namespaces import SH
from kg.store import current_release

QUICK_SIZES: Final = (1_000, 3_000, 10_000)
SIZES: Final = (*QUICK_SIZES, 30_000)
_QUERIES: Final = ("claims-with-evidence", "commitments", "kinds-by-document", "frames", "treaties-by-action")
_BROKEN: Final = 40
"""One in so many statements is broken, so that there is something to find."""


def bench_against(scratch: Path, *, quick: bool = False) -> None:
    """Print all tables."""
    here = Layout(Path())
    shapes = write_shapes(here.ontology, scratch / "shapes.ttl")
    bench_engines("the examples of the shapes", shapes, write_examples(here.ontology, scratch / "examples"))
    _project("the five documents", here, current_release(scratch).path / "dumps" / "policy-kg.nq", scratch / "five", shapes)
    for size in QUICK_SIZES if quick else SIZES:
        root = scratch / f"project{size}"
        command("synth", "--statements", str(size), str(root))()
        command("--root", str(root), "build", "--build-dir", str(root / "build"))()
        dump = current_release(root / "build").path / "dumps" / "policy-kg.nq"
        _project(f"made up, {size:,} statements", Layout(root), dump, scratch / f"work{size}", shapes)


def _project(name: str, layout: Layout, dump: Path, scratch: Path, shapes: Path) -> None:
    bench_mapping(name, layout, scratch)
    bench_loading(name, dump, layout)
    broken = _broken(layout, scratch / "broken")
    bench_validation(f"{name}, one in {_BROKEN} statements broken", broken, scratch, shapes)
    bench_engines(f"{name}, broken", shapes, [scratch / "broken.nt"])


def _broken(layout: Layout, target: Path) -> Layout:
    """A copy of a project in which some statements lack their topics, which one shape demands."""
    shutil.copytree(layout.ontology, target / "ontology")
    shutil.copytree(layout.mappings, target / "mappings")
    shutil.copytree(layout.queries, target / "queries")
    number = 0
    for path in sorted((target / "mappings").glob("*.yaml")):
        kept = []
        for text in path.read_text(encoding="utf-8").splitlines(keepends=True):
            number += text.lstrip().startswith("topics:")
            if not (text.lstrip().startswith("topics:") and number % _BROKEN == 0):
                kept.append(text)
        path.write_text("".join(kept), encoding="utf-8")
    return Layout(target)


def bench_validation(name: str, layout: Layout, scratch: Path, shapes: Path) -> None:
    """Print one pyshacl over one rdflib graph, and ours: with everything else that `kg check` does, and again with what it kept."""
    data = scratch / "broken.nt"
    child.run(["-m", "bench.tasks", "map", str(layout.root), str(data)])
    plain = child.run(["-m", "bench.tasks", "plain", str(shapes), str(data)])
    report, kept = scratch / "report.ttl", scratch / "kept"
    kept.mkdir()
    check = ["-m", "kg", "--root", str(layout.root), "check", "--jobs", "1", "--report", str(report), "--build-dir", str(kept)]
    cold = child.run(check, fails=(1,))
    found = _results(report)
    warm = child.run(check, fails=(1,))
    child.table(f"Validation, {name}", "results of shapes")
    child.line("kg check: read, map, infer, shapes, checks", cold, cold, f"{len(found)}")
    child.line("kg check again, nothing changed", warm, cold, f"{len(_results(report))}")
    if plain.said is None:
        child.line("pyshacl over one rdflib graph: shapes alone", plain)
        return
    theirs = [tuple(row) for row in plain.said["results"]]
    note = "the same" if sorted(theirs) == found else f"DIFFER: {set(theirs) ^ set(found)}"
    child.line("pyshacl over one rdflib graph: shapes alone", plain, cold, f"{len(theirs)}, {note[:200]}")


def _results(report: Path) -> list[tuple[str, ...]]:
    """Results of shapes in a report of `kg check`."""
    nodes: dict[str, dict[str, str]] = {}
    for quad in ox.parse(path=str(report)):
        value = getattr(quad.object, "value", "")
        nodes.setdefault(str(quad.subject), {})[quad.predicate.value.removeprefix(SH)] = value
    names = ("focusNode", "resultPath", "sourceShape", "resultSeverity")
    return sorted(tuple(node.get(name, "") for name in names) for node in nodes.values() if "sourceShape" in node)


def bench_loading(name: str, dump: Path, layout: Layout) -> None:
    """Print rdflib and ours on the dump of a release: parse, then five published queries."""
    queries = [str(layout.queries / f"{query}.rq") for query in _QUERIES]
    ours = child.run(["-m", "bench.tasks", "oxigraph", str(dump), *queries])
    theirs = child.run(["-m", "bench.tasks", "rdflib", str(dump), *queries])
    child.table(f"Loading and querying, {name}", "load s; queries s; rows")
    child.line("policy-kg: Oxigraph, in memory", ours, ours, _loaded(ours))
    note = _loaded(theirs) if theirs.said else ""
    if theirs.said and ours.said:
        pairs = zip(_QUERIES, ours.said["rows"], theirs.said["rows"], strict=True)
        wrong = [query for query, a, b in pairs if a != b]
        note += f"; DIFFER: {', '.join(wrong)}" if wrong else "; the same rows"
    child.line("rdflib: Dataset, in memory", theirs, ours, note)


def _loaded(taken: child.Taken) -> str:
    rows = json.dumps([len(found) for found in taken.said["rows"]])
    return f"{taken.said['load']:.2f}; {sum(taken.said['seconds']):.3f}; {rows}"
