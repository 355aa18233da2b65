"""What SPARQL editors ask an endpoint for: prefixes, the shape of the data, and example queries.

The questions are those of sib-swiss/sparql-editor, written anew.
"""

import pytest

from kg.description.examples import query_form
from kg.description.facts import DATASET
from kg.namespaces import BASE, POL, PREFIXES, XSD
from kg.queries import read_queries
from tests.descriptions import Asked, build_corpus
from tests.golden import build_published
from tests.project import ROOT

SHAPE = """SELECT DISTINCT ?from ?p ?to ?datatype {
  OPTIONAL { ?name sd:graph ?described . ?described void:classPartition ?part }
  ?part void:class ?from ; void:propertyPartition ?inner .
  ?inner void:property ?p .
  OPTIONAL {
    { ?inner void:classPartition [ void:class ?to ] } UNION { ?inner voidext:datatypePartition [ voidext:datatype ?datatype ] }
  }
}"""
"""Which classes and datatypes a property of a class leads to; the first pattern prefers what is said of named graphs."""

EXAMPLES = """SELECT DISTINCT ?query ?comment ?text
{ ?query a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?text } ORDER BY ?query"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A release of the fictional corpus."""
    return Asked(build_corpus(tmp_path_factory.mktemp("corpus")))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A release of the published data."""
    return Asked(build_published(tmp_path_factory.mktemp("published")))


def test_prefixes(corpus: Asked) -> None:
    """An editor declares what the endpoint does."""
    rows = corpus.rows("SELECT DISTINCT ?prefix ?namespace { [] sh:prefix ?prefix ; sh:namespace ?namespace }")

    assert dict(rows) == PREFIXES  # type: ignore[arg-type]
    declared = corpus.rows("SELECT ?prefix { ?set sh:declare ?one . ?one sh:prefix ?prefix }")
    assert {prefix for (prefix,) in declared} == PREFIXES.keys()


def test_shape_of_the_data(corpus: Asked) -> None:
    """What follows after a class, and after a property."""
    rows = corpus.rows(SHAPE)

    assert (f"{POL}Demand", f"{POL}speaker", f"{POL}Party", "") in rows
    assert (f"{POL}Statement", f"{POL}statedIn", f"{POL}Document", "") in rows
    assert (f"{POL}Target", f"{POL}value", "", f"{XSD}decimal") in rows
    assert (f"{POL}Passage", f"{POL}startAnchor", "", f"{XSD}string") in rows
    assert not [row for row in rows if row[0] == f"{POL}Document" and row[1] == f"{POL}speaker"]


def test_links_between_classes(corpus: Asked) -> None:
    """A linkset between classes would add to what an editor completes; ours lead elsewhere and add nothing wrong."""
    query = "SELECT ?a ?b { ?links void:subjectsTarget [ void:class ?a ] ; void:objectsTarget [ void:class ?b ] }"

    assert corpus.rows(query) == []


def test_examples_of_the_corpus(corpus: Asked) -> None:
    """One row for each published query, in English."""
    ((iri, comment, text),) = corpus.rows(EXAMPLES)

    assert (iri, comment) == (f"{BASE}queries/demands", "Demands. One row per demand.")
    assert text.startswith("PREFIX pol:")
    assert corpus.said(iri, "schema:target") == {f"{BASE}sparql"}
    assert corpus.said(iri, "schema:keywords") == {"demands"}
    assert corpus.said(iri, "rdfs:label") == {"Demands", "Eisen"}


def test_examples_are_the_published_queries(published: Asked) -> None:
    """Each with its text, its form and its tags; each is a query with the prefixes that it points to."""
    rows = {iri: text for iri, _, text in published.rows(EXAMPLES)}
    queries = read_queries(ROOT / "queries")
    pairs = published.rows("SELECT ?prefix ?namespace { ?set sh:declare [ sh:prefix ?prefix ; sh:namespace ?namespace ] }")
    declared = {row[0]: row[1] for row in pairs}

    assert rows == {f"{BASE}queries/{query.name}": query.text for query in queries}
    for query in queries:
        iri = f"{BASE}queries/{query.name}"
        form = query_form(query.text).title()
        types = {"http://www.w3.org/ns/shacl#SPARQLExecutable", f"http://www.w3.org/ns/shacl#SPARQL{form}Executable"}
        assert published.said(iri, "a") == types
        assert published.said(iri, "schema:keywords") == set(query.tags)
        assert published.said(iri, "sh:prefixes") == {f"{DATASET}#prefixes"}
        published.store.query(query.text, prefixes=declared)  # parsed and planned; no row is asked for


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "select"),
        ("ask {}", "ask"),
        ("# SELECT\nPREFIX a: <x#ASK>\nbase <http://SELECT/>\nCONSTRUCT WHERE {}", "construct"),
        ("PREFIX select: <x>DESCRIBE <y>", "describe"),
    ],
)
def test_form_of_a_query(text: str, form: str) -> None:
    """The first word after the declarations."""
    assert query_form(text) == form


def test_what_is_no_query_has_no_form() -> None:
    """The error shows how it begins."""
    with pytest.raises(ValueError, match="no query: 'INSERT"):
        query_form("INSERT DATA {}")
