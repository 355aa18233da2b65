"""What is timed in a process of its own: ``python -m bench.tasks TASK …``; prints JSON on its last line."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kg.mappings.layout import Layout
from kg.namespaces import PREFIXES, SH, XSD


def _map(root: str, target: str) -> object:
    from bench.mapping import write_ours  # noqa: PLC0415 - each task loads what it needs, and no more

    return write_ours(Layout(Path(root)), Path(target))


def _shapes(engine: str, shapes: str, *data: str) -> object:
    from bench.engines import ENGINES  # noqa: PLC0415

    adapter = ENGINES[engine](Path(shapes).read_text(encoding="utf-8"))
    found, spent = [], []
    for path in data:
        text = Path(path).read_text(encoding="utf-8")
        started = time.process_time()
        found.append(adapter(text))
        spent.append(time.process_time() - started)
    return {"results": found, "seconds": spent}


def _plain(shapes: str, data: str) -> object:
    """One pyshacl over one rdflib graph, as its documentation shows it."""
    import pyshacl  # noqa: PLC0415
    from rdflib import Graph, URIRef  # noqa: PLC0415

    _, report, _ = pyshacl.validate(Graph().parse(data), shacl_graph=Graph().parse(shapes))
    names = ("focusNode", "resultPath", "sourceShape", "resultSeverity")
    assert isinstance(report, Graph)
    nodes = list(report.objects(None, URIRef(f"{SH}result")))
    return {"results": sorted([str(report.value(node, URIRef(SH + name)) or "") for name in names] for node in nodes)}


def _rdflib(dump: str, *queries: str) -> object:
    from rdflib import Dataset, Literal  # noqa: PLC0415

    started = time.process_time()
    dataset = Dataset(default_union=True)
    dataset.parse(dump, format="nquads")
    loaded, spent, rows = time.process_time() - started, [], []
    for query in queries:
        started = time.process_time()
        answer = list(dataset.query(Path(query).read_text(encoding="utf-8"), initNs=PREFIXES))
        spent.append(time.process_time() - started)
        shown = [[_cell(str(c), str(c.datatype) if isinstance(c, Literal) else "") for c in row] for row in answer]
        rows.append(sorted(shown))
    return {"load": loaded, "seconds": spent, "rows": rows}


def _oxigraph(dump: str, *queries: str) -> object:
    import pyoxigraph as ox  # noqa: PLC0415

    started = time.process_time()
    store = ox.Store()
    store.bulk_load(path=dump, format=ox.RdfFormat.N_QUADS)
    loaded, spent, rows = time.process_time() - started, [], []
    for query in queries:
        started = time.process_time()
        text = Path(query).read_text(encoding="utf-8")
        answer = store.query(text, use_default_graph_as_union=True, prefixes=PREFIXES)
        assert isinstance(answer, ox.QuerySolutions)
        found = list(answer)
        spent.append(time.process_time() - started)
        rows.append(sorted([_cell(str(getattr(c, "value", "None")), _datatype(c)) for c in row] for row in found))
    return {"load": loaded, "seconds": spent, "rows": rows}


def _datatype(term: object) -> str:
    import pyoxigraph as ox  # noqa: PLC0415

    return term.datatype.value if isinstance(term, ox.Literal) else ""


def _cell(text: str, datatype: str) -> str:
    """A value as a table shows it: rdflib writes 0.70 as 0.7."""
    return str(float(text)) if datatype == f"{XSD}decimal" else text


_TASKS: dict[str, Callable[..., object]] = {
    "map": _map,
    "shapes": _shapes,
    "plain": _plain,
    "rdflib": _rdflib,
    "oxigraph": _oxigraph,
}

if __name__ == "__main__":
    print(json.dumps(_TASKS[sys.argv[1]](*sys.argv[2:])))
