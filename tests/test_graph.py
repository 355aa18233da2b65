"""From mappings to quads: golden graphs, and the context as the only place that maps keys to properties."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg import graph
from kg.graph import read_store, write_store
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.namespaces import POL
from kg.rdf import Term
from kg.release import check
from tests.golden import golden_graphs
from tests.project import EXPECTED, TEXTS, edit

NAMES = ["entities.ttl", "harbour-2031.ttl", "inferred.ttl", "links.ttl", "reply-2032.ttl"]


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The graphs as they are built now."""
    return golden_graphs(tmp_path_factory.mktemp("golden") / "project")


def test_every_graph_has_a_golden_file(graphs: dict[str, bytes]) -> None:
    """None is forgotten, none is left over."""
    assert sorted(graphs) == NAMES == sorted(path.name for path in EXPECTED.glob("*.ttl"))


@pytest.mark.parametrize("name", NAMES)
def test_golden_graph(graphs: dict[str, bytes], name: str) -> None:
    """The graph equals the reviewed file; `make golden` rewrites it."""
    assert graphs[name].decode() == (EXPECTED / name).read_text(encoding="utf-8")


def test_a_new_property_needs_no_python(project: Layout) -> None:
    """A term added to the ontology and a line added to the context appear in the graph."""
    ontology = project.ontology / "policy.ttl"
    term = (
        '\npol:tone a owl:ObjectProperty ;\n    rdfs:label "toon"@nl, "tone"@en ;\n'
        '    skos:definition "De toon."@nl, "The tone."@en ;\n    rdfs:isDefinedBy <https://w3id.org/policy-kg/ontology> .\n'
    )
    ontology.write_text(ontology.read_text(encoding="utf-8") + term, encoding="utf-8")
    line = '  tone: {"@id": pol:tone, "@type": "@id", "@context": {"@base": https://w3id.org/policy-kg/id/topic/}}\n'
    edit(project, "mappings/context.yaml", "  # Provenance\n", f"  # Provenance\n{line}")
    edit(project, "mappings/harbour-2031.yaml", "  frame: moral\n", "  frame: moral\n  tone: harbours\n")

    checked = check(project, TEXTS)

    rows = checked.dataset.select(f"SELECT ?s ?o {{ ?s <{POL}tone> ?o }}")
    assert checked.findings == ()
    assert rows == [
        {
            "s": Term("iri", "https://w3id.org/policy-kg/id/statement/harbour-2031/s001"),
            "o": Term("iri", "https://w3id.org/policy-kg/id/topic/harbours"),
        }
    ]


def test_scalars_stay_as_written(project: Layout) -> None:
    """``NO`` is no false, 0.70 no 0.7."""
    edit(project, "mappings/harbour-2031.yaml", "nl: Visie, en: Vision", "nl: NO, en: 0.70")

    checked = check(project, TEXTS)

    rows = checked.dataset.select("SELECT ?l { <https://w3id.org/policy-kg/id/section/harbour-2031/vision> skos:prefLabel ?l }")
    assert sorted(row["l"].value for row in rows) == ["0.70", "NO"]
    assert any('"0.70"^^' in str(quad) for quad in checked.dataset.quads if "#target-1" in str(quad.subject))


def test_no_blank_nodes(project: Layout) -> None:
    """Every node has an IRI, so that every node can be cited."""
    terms = [term for triple in check(project, TEXTS).dataset.triples() for term in triple]

    assert not [term for term in terms if term.kind == "blank"]


def test_withdrawn_statements_are_tombstones(project: Layout) -> None:
    """A withdrawn statement says that it is withdrawn, and by what it is replaced."""
    nodes = {str(node["id"]).rsplit("/", 1)[-1]: node for node in read_corpus(project, TEXTS).graphs["harbour-2031"]}

    assert nodes["s008"]["withdrawn"] == "true"
    assert nodes["s008"]["replacedBy"] == ["https://w3id.org/policy-kg/id/statement/harbour-2031/s006"]


def test_without_texts_the_graph_is_the_same(project: Layout) -> None:
    """The lock is enough for a build."""
    with_texts = {str(quad) for quad in check(project, TEXTS).dataset.quads}

    assert {str(quad) for quad in check(project).dataset.quads} == with_texts


def test_layout_without_project_is_a_usage_error(tmp_path: Path) -> None:
    """The remedy names --root."""
    from kg.errors import InputError

    with pytest.raises(InputError, match="--root"):
        read_corpus(Layout(tmp_path))


class Watched:
    """A store that notes what is done with it."""

    done: list[str]

    def __init__(self, path: str) -> None:
        self._store = WHOLE(path)

    def __getattr__(self, name: str) -> Any:
        self.done.append(name)
        return getattr(self._store, name)


WHOLE = ox.Store


@pytest.mark.parametrize(
    ("small", "order"), [(1000, ["bulk_load", "last", "optimize", "flush"]), (10, ["bulk_load", "optimize", "last", "flush"])]
)
def test_a_large_store_is_put_in_order_before_its_last_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: int, order: list[str]
) -> None:
    """Which may come late; a small one after them. Both have everything."""
    done: list[str] = []
    monkeypatch.setattr(Watched, "done", done, raising=False)
    monkeypatch.setattr(graph, "SMALL_STORE", small)
    monkeypatch.setattr(ox, "Store", Watched)

    def last() -> Iterator[bytes]:
        done.append("last")
        yield b"<a:s> <a:p> <a:last> <a:g> .\n"

    write_store([b"<a:s> <a:p> <a:o> <a:g> .\n", b"<a:s> <a:p> <a:q> <a:g> .\n"], last(), tmp_path / "store")
    monkeypatch.undo()

    assert [name for number, name in enumerate(done) if name != "bulk_load" or number == 0] == order
    assert sorted(str(quad.object) for quad in read_store(tmp_path / "store")) == ["<a:last>", "<a:o>", "<a:q>"]
