"""Write the expected graphs anew: ``python -m tests.golden``. Read the difference before you commit it."""

import tempfile
from pathlib import Path

from kg import dumps
from kg.engine.blocking import BlockingEngine
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.graph import DESCRIPTION, VOCABULARY, graph_of
from kg.mappings.layout import Layout
from kg.namespaces import graph_iri
from kg.release import build, check
from kg.store import Release, current_release
from tests.project import EXPECTED, ROOT, TEXTS, make_project


def golden_graphs(target: Path) -> dict[str, bytes]:
    """The graphs of the fictional corpus by file name; the vocabulary is its own source."""
    dataset = check(make_project(target), TEXTS).dataset
    own = [q for q in dataset.quads if graph_of(q) not in (graph_iri(VOCABULARY), graph_iri(DESCRIPTION))]
    vocabulary = {str(q.subject) for q in dataset.quads if graph_of(q) == graph_iri(VOCABULARY)}
    # What follows from the ontology alone is the ontology's business; tests/test_ontology.py has the rules.
    own = [q for q in own if graph_of(q) != graph_iri("inferred") or str(q.subject) not in vocabulary]
    names = sorted({graph_of(q) for q in own})
    return {f"{name.rsplit('/', 1)[-1]}.ttl": dumps.serialise([q for q in own if graph_of(q) == name], "ttl") for name in names}


def build_published(target: Path) -> Release:
    """A release of the published data below ``target``."""
    build(Layout(ROOT), target)
    return current_release(target)


def published_rows(release: Release, query: Path) -> tuple[str, str]:
    """File name and content of the expected rows of a published query: CSV, or sorted N-Triples for a graph."""
    text = query.read_text(encoding="utf-8")
    with BlockingEngine(release, Limits(workers=1)) as engine:
        graph = engine.scan(text).form in ("CONSTRUCT", "DESCRIBE")
        body = engine.answer(Query(text), "nt" if graph else "csv").body.decode()
    if graph:
        return f"{query.stem}.nt", "".join(sorted(body.splitlines(keepends=True)))
    return f"{query.stem}.csv", body.replace("\r\n", "\n")


def main() -> None:
    """Rewrite ``tests/expected/``."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in golden_graphs(Path(folder) / "project").items():
            (EXPECTED / name).write_bytes(content)
        release = build_published(Path(folder) / "published")
        (EXPECTED / "queries").mkdir(exist_ok=True)
        for query in sorted((ROOT / "queries").glob("*.rq")):
            name, rows = published_rows(release, query)
            (EXPECTED / "queries" / name).write_text(rows, encoding="utf-8")
    print(f"written below {EXPECTED}")


if __name__ == "__main__":
    main()
