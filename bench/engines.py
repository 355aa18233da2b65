"""SHACL engines of PyPI beside pyshacl, on the examples of our shapes and on whole projects, result by result.

Each engine is a function from the text of shapes to a function from the text of data to results; a result is focus node, path, value, component and severity,
IRIs and lexical forms without marks, so that engines that report terms as text can be compared with those that report RDF. The text is N-Triples, which is
Turtle, too.
"""

import importlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from bench import child
from kg.namespaces import RDFS, SH

Row = list[str]
_NAMES: Final = ("focusNode", "resultPath", "value", "sourceConstraintComponent", "resultSeverity")
Adapter = Callable[[str], list[Row]]


def _rows(graph: Any) -> list[Row]:
    """Results of a report as an rdflib graph."""
    from rdflib import RDF, URIRef  # noqa: PLC0415

    kind = URIRef(f"{SH}ValidationResult")
    said = [[graph.value(node, URIRef(SH + name)) for name in _NAMES] for node in graph.subjects(RDF.type, kind)]
    return [["" if value is None else str(value) for value in row] for row in said]


def parsed(text: str) -> Any:
    """An rdflib graph that keeps lexical forms as they are."""
    import rdflib  # noqa: PLC0415

    rdflib.NORMALIZE_LITERALS = False
    return rdflib.Graph().parse(data=text, format="nt" if text.lstrip().startswith(("<", "_:")) else "turtle")


def bare(term: str | None) -> str:
    """A term of N-Triples without its marks: an IRI, or the lexical form of a literal."""
    if not term:
        return ""
    if term.startswith("<"):
        return term[1:-1]
    if term.startswith('"'):
        body = term[1 : term.rindex('"')]
        return body.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return term.removeprefix("_:")


def _pyshacl(shapes: str) -> Adapter:
    pyshacl, graph = importlib.import_module("pyshacl"), parsed(shapes)
    return lambda data: _rows(pyshacl.validate(parsed(data), shacl_graph=graph, inplace=True)[1])


def _shacl(shapes: str) -> Adapter:
    compiled = importlib.import_module("shacl").Shapes.from_turtle(shapes)

    def validate(data: str) -> list[Row]:
        found = compiled.validate_text(data, "ntriples").results
        return [[bare(r.focus_node), bare(r.path), r.value_plain or "", r.component_iri, r.severity_iri] for r in found]

    return validate


def _shacl_rust(shapes: str) -> Adapter:
    module = importlib.import_module("shacl_rust")

    def validate(data: str) -> list[Row]:
        found = module.validate(data, shapes, data_format="nt")["results"]
        return [[bare(r.get(name)) for name in (*_NAMES[:4], "severity")] for r in found]

    return validate


def _shifty(shapes: str) -> Adapter:
    module = importlib.import_module("shifty")
    importlib.import_module("rdflib").NORMALIZE_LITERALS = False  # its report is an rdflib graph
    return lambda data: _rows(module.validate(data, shapes)[1])


def _turbo(shapes: str) -> Adapter:
    module = importlib.import_module("pyshacl_turbo")
    importlib.import_module("rdflib").NORMALIZE_LITERALS = False  # its report is an rdflib graph
    return lambda data: _rows(
        module.validate(data, shacl_graph=shapes, data_graph_format="turtle", shacl_graph_format="turtle")[1]
    )


def _rudof(shapes: str) -> Adapter:
    module = importlib.import_module("pyrudof")

    def validate(data: str) -> list[Row]:
        session = module.Rudof(module.RudofConfig())
        session.read_data(data)
        session.read_shacl(shapes)
        return [
            [e.focus_node, e.path or "", bare(e.value), e.constraint_component, SH + e.severity] for e in session.validate_shacl()
        ]

    return validate


ENGINES: Final[dict[str, Callable[[str], Adapter]]] = {
    "pyshacl": _pyshacl,
    "shacl": _shacl,
    "shacl-rust": _shacl_rust,
    "pyshifty": _shifty,
    "pyshacl-turbo": _turbo,
    "pyrudof": _rudof,
}


def differing(ours: Iterable[list[Row]], theirs: Iterable[list[Row]]) -> int:
    """How many reports differ, each taken as a bag of results."""
    return sum(Counter(map(tuple, a)) != Counter(map(tuple, b)) for a, b in zip(ours, theirs, strict=True))


def write_shapes(ontology: Path, target: Path) -> Path:
    """All shapes in one Turtle file."""
    from rdflib import Graph  # noqa: PLC0415

    graph = Graph()
    for path in sorted((ontology / "shapes").glob("*.ttl")):
        graph.parse(path)
    graph.serialize(target, format="turtle")
    return target


def write_examples(ontology: Path, folder: Path) -> list[Path]:
    """Each example of a shape with the class hierarchy, as N-Triples."""
    above = [t for t in _lines(ontology / "policy.ttl") if f" <{RDFS}subClassOf> " in t]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted((ontology / "examples").glob("*/*.ttl")):
        if path.parent.name not in {"checks", "rules"}:
            written.append(folder / f"{path.parent.name}-{path.stem}.nt")
            written[-1].write_text("\n".join([*_lines(path), *above, ""]), encoding="utf-8")
    return written


def _lines(path: Path) -> list[str]:
    return [f"{quad.triple} ." for quad in ox.parse(path=str(path))]


def bench_engines(title: str, shapes: Path, data: list[Path]) -> None:
    """Print each engine beside pyshacl, and how many of its reports differ."""
    taken = {name: child.run(["-m", "bench.tasks", "shapes", name, str(shapes), *map(str, data)]) for name in ENGINES}
    reference = taken["pyshacl"]
    child.table(
        f"SHACL engines, {title}: {len(data)} graphs", "validation alone, processor s; reports that differ from pyshacl's"
    )
    for name, found in taken.items():
        if found.said is None or reference.said is None:
            child.line(name, found)
            continue
        wrong = differing(reference.said["results"], found.said["results"])
        count = sum(map(len, found.said["results"]))
        child.line(name, found, reference, f"{sum(found.said['seconds']):8.2f}; {wrong} of {len(data)} differ; {count} results")
