"""Validation is faster than pyshacl alone and says the same."""

from collections.abc import Iterable
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, Graph, URIRef

from kg.namespaces import SH
from kg.validation import flatten
from tests.project import ROOT

SHAPES = sorted((ROOT / "ontology" / "shapes").glob("*.ttl"))
EXAMPLES = sorted(path for path in (ROOT / "ontology" / "examples").rglob("*.ttl") if path.parent.name not in ("checks", "rules"))
FOLDERS = sorted({path.parent for path in EXAMPLES})


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


@pytest.fixture(scope="module")
def plain() -> Graph:
    """The shapes as written."""
    return graph(SHAPES)


@pytest.fixture(scope="module")
def flat() -> Graph:
    """The shapes as validation uses them."""
    return flatten(graph(SHAPES))


@pytest.fixture(scope="module")
def vocabulary() -> Graph:
    """Classes and closed lists, without which a shape finds no subclass."""
    return graph([ROOT / "ontology" / "policy.ttl", ROOT / "ontology" / "values.ttl"])


@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_flattened_shapes_give_the_same_results(folder: Path, plain: Graph, flat: Graph, vocabulary: Graph) -> None:
    """Each failing example, under the shapes as written and as flattened."""
    for example in sorted(folder.glob("fails-*.ttl")):
        data = graph([example]) + vocabulary
        expected = results(data, plain)

        assert expected, example.name
        assert results(data, flat) == expected, example.name


def test_flattening_leaves_no_property_shape_behind() -> None:
    """Each property shape has targets of its own, or belongs to a node shape that others refer to."""
    shapes = flatten(graph(SHAPES))
    nested = set(shapes.objects(None, URIRef(f"{SH}property")))
    targeted = {
        s for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf") for s in shapes.subjects(URIRef(SH + name), None)
    }

    assert set(shapes.subjects(RDF.type, URIRef(f"{SH}PropertyShape"))) <= nested | targeted
