"""Validation is faster than pyshacl alone and says the same."""

from collections.abc import Iterable
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, Graph, URIRef

from kg.namespaces import ID, SH
from kg.validation import flatten
from tests.project import ROOT

SHAPES = sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))
EXAMPLES = sorted(path for path in (ROOT / "ontology" / "examples").rglob("*.ttl") if path.parent.name not in ("checks", "rules"))


def graph(paths: Iterable[Path]) -> Graph:
    """The files as one graph."""
    result = Graph()
    for path in paths:
        result.parse(path, format="turtle")
    return result


def results(data: Graph, shapes: Graph) -> set[tuple[str, ...]]:
    """Focus node, path, value, shape, component and severity of every result."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    assert isinstance(report, Graph)
    names = ("focusNode", "resultPath", "value", "sourceShape", "sourceConstraintComponent", "resultSeverity")
    found = report.subjects(RDF.type, URIRef(f"{SH}ValidationResult"))
    return {tuple(str(report.value(node, URIRef(SH + name))) for name in names) for node in found}


def failing_examples(vocabulary: Graph) -> Graph:
    """Every failing example in one graph, its own nodes renamed so that no two examples complete each other."""
    declared = set(vocabulary.subjects())
    merged = Graph()
    merged += vocabulary
    for number, example in enumerate(path for path in EXAMPLES if path.name.startswith("fails-")):
        for triple in graph([example]):
            own = [
                t if not isinstance(t, URIRef) or not t.startswith(ID) or t in declared else URIRef(f"{t}~{number}")
                for t in triple
            ]
            merged.add((own[0], triple[1], own[2]))
    return merged


@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
def test_flattened_shapes_give_the_same_results() -> None:
    """All failing examples, under the shapes as written and as flattened."""
    data = failing_examples(graph([ROOT / "ontology" / "policy.ttl", ROOT / "ontology" / "values.ttl"]))

    expected = results(data, graph(SHAPES))

    assert len({result[3] for result in expected}) > 90  # shapes that some example makes fire
    assert results(data, flatten(graph(SHAPES))) == expected


def test_flattening_leaves_no_property_shape_behind() -> None:
    """Each property shape has targets of its own, or belongs to a node shape that others refer to."""
    shapes = flatten(graph(SHAPES))
    nested = set(shapes.objects(None, URIRef(f"{SH}property")))
    targeted = {
        s for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf") for s in shapes.subjects(URIRef(SH + name), None)
    }

    assert set(shapes.subjects(RDF.type, URIRef(f"{SH}PropertyShape"))) <= nested | targeted
