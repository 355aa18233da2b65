"""The ontology as files: shapes, checks and rules, each against its examples, and the terms that they use.

Examples come in from ``ontology/examples``; nothing of ``kg`` but its names is used, so that a failure here is a
failure of the ontology and not of the code that applies it.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import yaml
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.namespaces import ID, POL, PREFIXES, SHAPES

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
EXAMPLES = ONTOLOGY / "examples"
SH = Namespace("http://www.w3.org/ns/shacl#")
EXPECTS = "# expects: "

SHAPE_EXAMPLES = sorted(p for p in EXAMPLES.glob("*/*.ttl") if p.parent.name not in {"checks", "rules"})
CHECKS = sorted((ONTOLOGY / "checks").glob("*.rq"))
RULES = sorted((ONTOLOGY / "rules").glob("*.rq"))

# rdflib warns of an ill-typed boolean before pyshacl reports it; one failing example is just that.
weird_boolean = pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")


@cache
def load(*names: str) -> Graph:
    """Parse ``ontology/<name>``, globs allowed, into one graph that callers must not change."""
    graph = Graph()
    for name in names:
        for path in sorted(ONTOLOGY.glob(name)):
            graph.parse(path)
    return graph


def local(iri: Node) -> str:
    """Return the name of a shape without its namespace."""
    return str(iri).removeprefix(SHAPES)


def expected(path: Path) -> set[str]:
    """Return what the first line of an example says must be reported; nothing if it says nothing."""
    first = path.read_text().partition("\n")[0]
    return set(first.removeprefix(EXPECTS).split()) if first.startswith(EXPECTS) else set()


def failing_shapes(graph: Graph) -> set[str]:
    """Validate ``graph``, without changing it, and return the names of the shapes that report something.

    Of the ontology only the class hierarchy is added: its other triples have a test of their own.
    """
    data = Graph()
    data += graph
    for triple in load("policy.ttl").triples((None, RDFS.subClassOf, None)):
        data.add(triple)

    _, report, _ = pyshacl.validate(data, shacl_graph=load("shapes/*.ttl"), inplace=True)

    assert isinstance(report, Graph)
    return {local(shape) for shape in report.objects(None, SH.sourceShape)}


def property_shapes() -> list[URIRef]:
    """Return every property shape, by name."""
    return sorted(s for s in load("shapes/*.ttl").subjects(RDF.type, SH.PropertyShape) if isinstance(s, URIRef))


def node_shapes() -> list[URIRef]:
    """Return every node shape that has a target of its own, by name."""
    shapes = load("shapes/*.ttl")
    return sorted(
        s
        for s in shapes.subjects(RDF.type, SH.NodeShape)
        if isinstance(s, URIRef) and ((s, SH.targetClass, None) in shapes or (s, SH.targetSubjectsOf, None) in shapes)
    )


def header(path: Path) -> dict[str, str]:
    """Return the YAML in the ``#+`` lines at the top of a query."""
    lines = path.read_text().splitlines()
    parsed: dict[str, str] = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#+")))
    return parsed


def store(path: Path) -> ox.Store:
    """Load one Turtle file into a store."""
    loaded = ox.Store()
    loaded.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return loaded


def slots(check: Path) -> set[str]:
    """Return the variables that the message of a check names."""
    return set(re.findall(r"\{(\w+)\}", header(check)["message"]))


def focus_nodes(check: Path, data: ox.Store) -> set[str]:
    """Return the IRIs that a check blames."""
    solutions = data.query(check.read_text(), use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    assert {v.value for v in solutions.variables} <= {"focus", "value", *slots(check)}
    return {solution["focus"].value for solution in solutions}


def run_rules(data: ox.Store, rules: list[Path]) -> set[ox.Triple]:
    """Run ``rules`` on ``data`` until nothing is new, add what they construct, and return it."""
    inferred: set[ox.Triple] = set()
    while True:
        new: set[ox.Triple] = set()
        for rule in rules:
            triples = data.query(rule.read_text(), use_default_graph_as_union=True)
            assert isinstance(triples, ox.QueryTriples)
            new |= set(triples)
        if not new - inferred:
            return inferred
        data.extend(ox.Quad(t.subject, t.predicate, t.object) for t in new)
        inferred |= new


def ntriples(data: ox.Store) -> bytes:
    """Serialise the default graph as N-Triples."""
    dumped = data.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    assert dumped is not None
    return dumped


def name(value: object) -> str:
    """Name a parametrised case by its file or shape."""
    if not isinstance(value, Path):
        return local(URIRef(str(value)))
    return value.stem if value.suffix == ".rq" else f"{value.parent.name}/{value.stem}"


# --- Shapes ---


@weird_boolean
@pytest.mark.parametrize("path", SHAPE_EXAMPLES, ids=name)
def test_shape_example(path: Path) -> None:
    """Each example makes exactly the shapes fire that its first line names."""
    assert expected(path) == failing_shapes(Graph().parse(path))


@pytest.mark.parametrize("shape", property_shapes(), ids=name)
def test_property_shape_has_a_failing_example(shape: URIRef) -> None:
    """No message is published that nobody has seen; examples stand under a node shape that has the property shape."""
    owners = {local(owner) for owner in load("shapes/*.ttl").subjects(SH.property, shape)}

    assert owners
    assert any(expected(path) == {local(shape)} for owner in owners for path in (EXAMPLES / owner).glob("fails-*.ttl"))


@pytest.mark.parametrize("shape", node_shapes(), ids=name)
def test_node_shape_has_a_conforming_example(shape: URIRef) -> None:
    """The conforming example has a node that the shape targets, so that it is not idle."""
    shapes = load("shapes/*.ttl")
    graph = Graph().parse(EXAMPLES / local(shape) / "conforms.ttl")

    # The target may be a superclass of what the example has.
    hierarchy = load("policy.ttl")
    classes = {
        below
        for target in shapes.objects(shape, SH.targetClass)
        for below in hierarchy.transitive_subjects(RDFS.subClassOf, target)
    }
    targeted = {*graph.objects(None, RDF.type)} & classes | {*graph.predicates()} & {*shapes.objects(shape, SH.targetSubjectsOf)}

    assert targeted


def test_every_failing_example_expects_something() -> None:
    """A failing example without its first line would pass as a conforming one."""
    failing = {p for p in EXAMPLES.rglob("*.ttl") if "fails" in p.name}

    assert failing
    assert set() == {p for p in failing if not expected(p)}


def test_shapes_are_named_and_have_a_message() -> None:
    """Findings refer to shapes by IRI; no blank nodes but lists, one English message for each property shape."""
    shapes = load("shapes/*.ttl")

    messages = {
        local(s): [m.language for m in shapes.objects(s, SH.message) if isinstance(m, Literal)] for s in property_shapes()
    }

    assert {n: ["en"] for n in messages} == messages
    assert all(isinstance(s, URIRef) for s in shapes.subjects(RDF.type, None))
    assert all(isinstance(s, URIRef) for s in shapes.objects(None, SH.property))
    assert all(str(s).startswith(SHAPES) for s in shapes.subjects(RDF.type, None) if (s, RDF.type, OWL.Ontology) not in shapes)


def test_vocabulary_conforms() -> None:
    """The ontology, the closed lists and the actions pass the shapes for terms and concepts."""
    assert set() == failing_shapes(load("*.ttl"))


@pytest.mark.parametrize(
    ("scheme", "path"),
    [
        ("stance", "stance"),
        ("polarity", "polarity"),
        ("response", "responseValue"),
        ("confidence", "confidence"),
        ("comparator", "comparator"),
        ("frame", "frame"),
        ("instrument-type", "instrumentType"),
    ],
)
def test_closed_list_is_the_scheme(scheme: str, path: str) -> None:
    """Each shape of the property lists exactly the concepts of the scheme in values.ttl."""
    shapes = load("shapes/*.ttl")
    members = set(load("values.ttl").subjects(SKOS.inScheme, URIRef(f"{ID}{scheme}")))

    listed = [
        set(Collection(shapes, values))
        for shape in shapes.subjects(SH.path, URIRef(f"{POL}{path}"))
        for values in shapes.objects(shape, SH["in"])
    ]

    assert members
    assert listed
    assert [members] * len(listed) == listed


def test_units_are_named_in_both_languages() -> None:
    """Each unit that a target or a figure may have has a label in Dutch and one in English; no other is declared."""
    shapes, units = load("shapes/*.ttl"), load("units.ttl")

    listed = [
        set(Collection(shapes, values))
        for shape in shapes.subjects(SH.path, URIRef(f"{POL}unit"))
        for values in shapes.objects(shape, SH["in"])
    ]
    labelled = {
        unit: {label.language for label in units.objects(unit, RDFS.label) if isinstance(label, Literal)}
        for unit in units.subjects(RDF.type, URIRef("http://qudt.org/schema/qudt/Unit"))
    }

    assert listed == [set(labelled)] * 2
    assert set(map(frozenset, labelled.values())) == {frozenset({"nl", "en"})}


# --- Checks ---


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_check(check: Path) -> None:
    """Each check is silent on one example and blames exactly the named nodes in the other."""
    conforms, fails = (EXAMPLES / "checks" / f"{check.stem}.{outcome}.ttl" for outcome in ("conforms", "fails"))

    assert set() == focus_nodes(check, store(conforms))
    assert expected(fails) == focus_nodes(check, store(fails))


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_check_header(check: Path) -> None:
    """A finding needs a message, a severity and a key; what stands in braces is a variable that the query selects."""
    meta = header(check)

    assert {"message", "severity", "key", "scope"} == set(meta) - {"reads"}
    assert meta["scope"] in {"document", "corpus"}
    assert meta["severity"] in {"violation", "warning"}
    solutions = ox.Store().query(check.read_text())
    assert isinstance(solutions, ox.QuerySolutions)
    assert slots(check) <= {variable.value for variable in solutions.variables}


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_vocabulary_passes_check(check: Path) -> None:
    """No check blames the ontology, the closed lists or the actions, after inference."""
    data = ox.Store()
    for vocabulary in ("policy.ttl", "values.ttl", "actions.ttl"):
        data.load(path=str(ONTOLOGY / vocabulary), format=ox.RdfFormat.TURTLE)
    run_rules(data, RULES)

    assert set() == focus_nodes(check, data)


# --- Rules ---


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_rule(rule: Path) -> None:
    """Run until nothing is new, each rule constructs exactly the triples of its second example."""
    given, inferred = (EXAMPLES / "rules" / f"{rule.stem}.{part}.ttl" for part in ("given", "inferred"))

    actual = run_rules(store(given), [rule])

    assert {quad.triple for quad in store(inferred)} == actual
    assert {"description", "scope"} == set(header(rule)) - {"reads"}


@pytest.mark.parametrize("path", [EXAMPLES / s / "conforms.ttl" for s in ("Demand", "Response", "Figure")], ids=name)
def test_inference_keeps_an_example_conforming(path: Path) -> None:
    """Validation follows inference, which must not give rise to findings, and mints no blank nodes."""
    data = store(path)
    data.load(path=str(ONTOLOGY / "policy.ttl"), format=ox.RdfFormat.TURTLE)

    inferred = run_rules(data, RULES)

    assert inferred
    assert not any(isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode) for t in inferred)
    assert set() == failing_shapes(Graph().parse(data=ntriples(data), format="nt"))


# --- Terms ---


def context_terms() -> dict[str, str]:
    """Return the IRI of each key of the JSON-LD context, expanded."""
    context = yaml.safe_load((ROOT / "mappings/context.yaml").read_text())["@context"]
    written = {key: value["@id"] if isinstance(value, dict) else value for key, value in context.items() if key[0] != "@"}
    curies = {key: iri.partition(":") for key, iri in written.items() if "//" not in iri and iri[0] != "@"}
    return {key: context[prefix] + rest for key, (prefix, _, rest) in curies.items()}


def declared() -> set[str]:
    """Return the terms that policy.ttl declares."""
    return {str(term) for term in load("policy.ttl").subjects(RDFS.isDefinedBy, None)}


def query_terms() -> Iterator[tuple[str, str]]:
    """Yield each pol: term that a check or rule uses, with the query's name."""
    for path in [*CHECKS, *RULES]:
        body = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
        yield from ((path.stem, POL + term) for term in re.findall(r"\bpol:(\w+)", body))


def test_context_terms_are_declared() -> None:
    """A key that means a term of ours needs the term."""
    ours = {iri for iri in context_terms().values() if iri.startswith(POL)}

    assert ours
    assert set() == ours - declared()


def test_shapes_use_known_terms() -> None:
    """Each path and class of a shape is declared, or is a term that the context or the vocabulary files write."""
    shapes = load("shapes/*.ttl")
    used = {str(o) for p in (SH.path, SH["class"], SH.targetClass, SH.targetSubjectsOf) for o in shapes.objects(None, p)}
    vocabulary = load("*.ttl")
    written = {str(p) for p in vocabulary.predicates()} | {str(c) for c in vocabulary.objects(None, RDF.type)}

    unknown = used - declared() - set(context_terms().values()) - written

    assert {PREFIXES["oa"] + "TextPositionSelector"} == unknown  # minted by the mapping code, not written by a coder


def test_queries_use_declared_terms() -> None:
    """A misspelt term in a query matches nothing and says nothing."""
    assert set() == {(query, term) for query, term in query_terms() if term not in declared()}


def test_every_property_is_a_key_or_inferred() -> None:
    """The ontology has no property that data cannot have."""
    terms = load("policy.ttl")
    properties = {str(s) for s in terms.subjects(RDFS.label, None) if str(s).removeprefix(POL)[:1].islower()}

    assert {POL + "sameDemandAs"} == properties - set(context_terms().values())
