"""The SHACL engine that can be chosen instead of pyshacl: the same report for every example of every shape, result by result."""

from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from click.testing import CliRunner
from rdflib import Graph

from kg import shacl
from kg.cli import main
from kg.errors import Finding, InputError, UsageError
from kg.graph import Dataset
from kg.mappings.layout import Layout
from kg.namespaces import ID, SH
from kg.validation import apply_shapes, to_rdflib
from tests.project import ROOT, edit, make_project

ONTOLOGY = ROOT / "ontology"
EXAMPLES = sorted(p for p in (ONTOLOGY / "examples").glob("*/*.ttl") if p.parent.name not in {"checks", "rules"})
HEAD = f"@prefix sh: <{SH}> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix s: <urn:shape:> . @prefix d: <urn:data:> .\n"

weird_boolean = pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """The shapes of the ontology."""
    graph = Graph()
    for path in sorted((ONTOLOGY / "shapes").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def hierarchy() -> list[ox.Triple]:
    """The class hierarchy, which is all that an example needs of the ontology."""
    quads = ox.parse(path=str(ONTOLOGY / "policy.ttl"))
    return [quad.triple for quad in quads if quad.predicate.value.endswith("#subClassOf")]


def of_pyshacl(dataset: Dataset, shapes: Graph) -> set[shacl.Found]:
    """The results of pyshacl, from its report."""
    _, report, _ = pyshacl.validate(to_rdflib(dataset), shacl_graph=shapes, inplace=True)
    assert isinstance(report, Graph)
    found = set()
    for node in report.subjects(None, next(iter(Graph().parse(data=f"<urn:a> a <{SH}ValidationResult> .")))[2]):
        said = {str(p).removeprefix(SH): str(o).strip() for p, o in report.predicate_objects(node)}
        names = (
            "focusNode",
            "resultPath",
            "value",
            "sourceConstraintComponent",
            "resultSeverity",
            "sourceShape",
            "resultMessage",
        )
        found.add(shacl.Found(*(said.get(name, "") for name in names)))
    return found


def dataset_of(*triples: ox.Triple) -> Dataset:
    dataset = Dataset()
    dataset.add(triples, "entities")
    return dataset


@weird_boolean
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_same_report(path: Path, shapes: Graph, hierarchy: list[ox.Triple]) -> None:
    """Focus node, path, value, component, severity, shape and message are those of pyshacl."""
    dataset = dataset_of(*(quad.triple for quad in ox.parse(path=str(path))), *hierarchy)

    found = shacl.apply_fast(dataset, shapes.serialize(format="nt"))

    assert set(found) == of_pyshacl(dataset, shapes)
    assert len(found) == len(set(found))
    assert bool(found) == path.stem.startswith("fails")


def test_expected_result() -> None:
    """One result as a person reads it in the shape and the data."""
    data = [quad.triple for quad in ox.parse(HEAD + 'd:a a d:Thing ; d:year "soon"@en .', format=ox.RdfFormat.TURTLE)]
    shape = "s:Year a sh:PropertyShape ; sh:targetClass d:Thing ; sh:path d:year ; sh:datatype xsd:gYear ; sh:message 'a year' ; "
    text = Graph().parse(data=f"{HEAD}{shape} sh:severity sh:Warning .").serialize(format="nt")

    assert shacl.apply_fast(dataset_of(*data), text) == [
        shacl.Found(
            "urn:data:a", "urn:data:year", "soon", f"{SH}DatatypeConstraintComponent", f"{SH}Warning", "urn:shape:Year", "a year"
        )
    ]


@weird_boolean
def test_chosen_engine_gives_the_same_results(shapes: Graph, hierarchy: list[ox.Triple], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rest of the program gets is the same whichever engine is chosen."""
    broken = [quad.triple for path in EXAMPLES if path.stem.startswith("fails") for quad in ox.parse(path=str(path))]
    dataset = dataset_of(*broken, *hierarchy)
    monkeypatch.delenv(shacl.VARIABLE, raising=False)
    slow = apply_shapes(dataset, Graph() + shapes)
    monkeypatch.setenv(shacl.VARIABLE, shacl.FAST)
    fast = apply_shapes(dataset, Graph() + shapes)

    assert not isinstance(slow, Finding)
    assert not isinstance(fast, Finding)
    assert set(fast) == set(slow)
    assert len(fast) > 50  # so that sets that are equal because they are empty do not pass


def test_shapes_that_cannot_be_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong shapes are a finding, not a traceback."""
    monkeypatch.setenv(shacl.VARIABLE, shacl.FAST)
    wrong = Graph().parse(data=HEAD + "s:A a sh:NodeShape ; sh:targetClass d:T ; sh:property [ sh:path d:p ; sh:pattern '(' ] .")
    found = apply_shapes(dataset_of(ox.Triple(ox.NamedNode("urn:data:a"), ox.NamedNode("urn:data:p"), ox.Literal("x"))), wrong)

    assert isinstance(found, Finding)
    assert found.file == "ontology/shapes"
    assert "the shapes cannot be applied" in found.message


def test_unknown_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shacl.VARIABLE, "fastest")
    with pytest.raises(UsageError, match='KG_SHACL: "fastest" is no SHACL engine that is known; give pyshacl or shacl'):
        shacl.chosen()


def test_engine_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"the SHACL engine shacl is not installed: run `pip install 'policy-kg\[shacl\]'`"):
        shacl.usable(shacl.FAST)


def test_check_with_each_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kg check --shacl` finds what it finds without, at the same places."""
    monkeypatch.setenv(shacl.VARIABLE, "")  # put back when the test ends, as the command sets it
    layout = make_project(tmp_path / "project")
    for path in layout.mappings.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("  kind: Demand\n", "  kind: Assessment\n"), encoding="utf-8")
    said = {}
    for engine in shacl.ENGINES:
        options = ["--root", str(layout.root), "check", "--jobs", "1", "--shacl", engine, "--build-dir", str(tmp_path / engine)]
        said[engine] = CliRunner().invoke(main, options)
    assert said["shacl"].output == said["pyshacl"].output
    assert said["shacl"].exit_code == 1
    assert "an assessment has exactly one polarity" in said["shacl"].output
    assert ID not in said["shacl"].output


def test_what_one_engine_found_is_not_taken_for_what_another_finds(
    project: Layout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Results are kept for the engine that gave them."""
    asked: list[str] = []

    def counted(dataset: Dataset, shapes: Graph) -> object:
        asked.append(shacl.chosen())
        return apply_shapes(dataset, shapes)

    monkeypatch.setattr("kg.scale.judging.apply_shapes", counted)
    monkeypatch.setenv(shacl.VARIABLE, "pyshacl")  # the command sets it; so it is put back
    edit(project, "mappings/harbour-2031.yaml", "  place: verland\n  topics: [fishing]", "  place: harbours\n  topics: [fishing]")
    build = tmp_path / "build"
    build.mkdir()
    for engine in ("pyshacl", "pyshacl", "shacl", "shacl"):
        CliRunner().invoke(
            main, ["--root", str(project.root), "check", "--build-dir", str(build), "--jobs", "1", "--shacl", engine]
        )

    assert sorted(set(asked)) == ["pyshacl", "shacl"]
    assert asked == sorted(asked)
    assert asked.count("pyshacl") == asked.count("shacl")
