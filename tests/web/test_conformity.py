"""What the site says of itself conforms to shapes after VoID, DCAT-AP 3.0 and SPARQL 1.1 Service Description (``tests/shapes``).

Each rule of a shape is shown to bite: without the property that it asks for, the shape is violated.
"""

from functools import cache
from itertools import chain

import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node
from werkzeug.test import Client

from tests.project import HERE

PATHS = {"void": "/.well-known/void", "dcat": "/catalog", "service": "/sparql"}


@cache
def shapes(name: str) -> Graph:
    """The shapes of a vocabulary."""
    return Graph().parse(HERE / "shapes" / f"{name}.ttl")


def required(name: str) -> list[tuple[str, str]]:
    """Shape and property of each rule that a property has to be there."""
    found = shapes(name)
    rules = ((shape, rule) for shape in found.subjects(RDF.type, SH.NodeShape) for rule in found.objects(shape, SH.property))
    return sorted(
        (str(shape), str(found.value(rule, SH.path))) for shape, rule in rules if found.value(rule, SH.minCount) is not None
    )


def targets(name: str, shape: Node, data: Graph) -> set[Node]:
    """What a shape is about."""
    found = shapes(name)
    nodes: set[Node] = set(found.objects(shape, SH.targetNode))
    for kind in found.objects(shape, SH.targetClass):
        nodes.update(data.subjects(RDF.type, kind))
    for predicate in found.objects(shape, SH.targetObjectsOf):
        nodes.update(data.objects(None, predicate))
    for predicate in found.objects(shape, SH.targetSubjectsOf):
        nodes.update(data.subjects(predicate))
    return nodes


@pytest.fixture(scope="module")
def said() -> dict[str, Graph]:
    """What was read, by name of the shapes."""
    return {}


def read(visitor: Client, said: dict[str, Graph], name: str) -> Graph:
    """What the site says."""
    if name not in said:
        reply = visitor.get(PATHS[name], headers={"Accept": "application/n-triples"})
        assert reply.status_code == 200
        said[name] = Graph().parse(data=reply.text, format="nt")
    return said[name]


@pytest.mark.parametrize("name", list(PATHS))
def test_conforms(visitor: Client, said: dict[str, Graph], name: str) -> None:
    """To every shape, and every shape is about something."""
    data = read(visitor, said, name)

    conforms, _, text = validate(data, shacl_graph=shapes(name))

    assert conforms, text
    for shape in shapes(name).subjects(RDF.type, SH.NodeShape):
        assert targets(name, shape, data), shape


@pytest.mark.parametrize(("name", "shape", "path"), [(name, *rule) for name in PATHS for rule in required(name)])
def test_each_rule_bites(visitor: Client, said: dict[str, Graph], name: str, shape: str, path: str) -> None:
    """Without the property there is a violation of this shape."""
    data = read(visitor, said, name)
    node = min(targets(name, URIRef(shape), data), key=str)
    small = Graph()
    for triple in chain(data.triples((node, None, None)), data.triples((None, None, node))):
        if triple[:2] != (node, URIRef(path)):
            small.add(triple)

    rules = Graph()
    rule = next(r for r in shapes(name).objects(URIRef(shape), SH.property) if str(shapes(name).value(r, SH.path)) == path)
    for triple in shapes(name).triples((URIRef(shape), None, None)):
        if triple[1] not in (SH.property, SH["or"], SH["class"]) or triple[2] == rule:
            rules.add(triple)
    for triple in shapes(name).triples((rule, None, None)):
        if triple[1] in (SH.path, SH.minCount):
            rules.add(triple)

    kept = path == "http://rdfs.org/ns/void#sparqlEndpoint"  # the property is what makes it a target
    conforms, _, text = validate(small, shacl_graph=rules)
    assert conforms == kept, text
