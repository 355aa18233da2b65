"""What a release says of itself: every number is what a query at the endpoint answers, on the published data and on the corpus."""

import hashlib

import pyoxigraph as ox
import pytest

from kg.description import settle, with_version
from kg.description.counting import Counts, Tally
from kg.description.facts import DATASET
from kg.description.writing import Writer, namespace_of, short
from kg.namespaces import BASE, GRAPH, ID, ONTOLOGY, POL, graph_iri
from tests.descriptions import Asked, build_corpus
from tests.golden import build_published

GRAPHS = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }"


@pytest.fixture(scope="module", params=["corpus", "published"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Each of the two releases."""
    target = tmp_path_factory.mktemp(request.param)
    return Asked(build_corpus(target) if request.param == "corpus" else build_published(target))


@pytest.mark.parametrize(
    ("predicate", "query"),
    [
        ("void:triples", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("void:distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("void:distinctObjects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        ("void:properties", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        ("void:classes", "SELECT (COUNT(DISTINCT ?class) AS ?n) { ?s a ?class }"),
        ("void:entities", f'SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{ID}")) }}'),
    ],
)
def test_the_whole(asked: Asked, predicate: str, query: str) -> None:
    """The data set is what the endpoint queries, the description included."""
    assert asked.said(DATASET, predicate) == {str(asked.number(query))}


def test_entities_are_those_of_the_pattern(asked: Asked) -> None:
    """The regular expression finds what the namespace finds."""
    query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ <{DATASET}> void:uriRegexPattern ?pattern . ?s ?p ?o FILTER(REGEX(STR(?s), ?pattern)) }}"

    assert asked.said(DATASET, "void:entities") == {str(asked.number(query))}


def test_property_partitions(asked: Asked) -> None:
    """Every property, with its triples, subjects and objects."""
    said = asked.rows(
        f"""SELECT ?p ?triples ?subjects ?objects {{ <{DATASET}> void:propertyPartition ?part .
        ?part void:property ?p ; void:triples ?triples ; void:distinctSubjects ?subjects ; void:distinctObjects ?objects }}"""
    )
    counted = asked.rows(
        """SELECT ?p (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
        { ?s ?p ?o } GROUP BY ?p"""
    )

    assert said == counted
    assert len(said) > 50


def test_class_partitions(asked: Asked) -> None:
    """Every class, with its instances and the triples that they are subjects of."""
    said = asked.rows(
        f"""SELECT ?class ?entities ?triples {{ <{DATASET}> void:classPartition ?part .
        ?part void:class ?class ; void:entities ?entities ; void:triples ?triples }}"""
    )
    counted = asked.rows(
        "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) (COUNT(*) AS ?triples) { ?s a ?class ; ?p ?o } GROUP BY ?class"
    )

    assert said == counted
    assert f"{POL}Demand" in {row[0] for row in said}


def test_properties_of_classes(asked: Asked) -> None:
    """Each number is so, and no property of a class of ours is left out."""
    said = asked.rows(
        f"""SELECT ?class ?p ?triples {{ <{DATASET}> void:classPartition ?whole . ?whole void:class ?class ;
        void:propertyPartition ?part . ?part void:property ?p ; void:triples ?triples }}"""
    )
    counted = asked.rows("SELECT ?class ?p (COUNT(*) AS ?n) { ?s a ?class ; ?p ?o } GROUP BY ?class ?p")

    assert set(said) <= set(counted)
    assert len(said) == len({row[:2] for row in said})
    assert {row for row in counted if row[0].startswith(POL)} <= set(said)


def test_classes_of_values(asked: Asked) -> None:
    """Which classes the properties lead to: each number is so, and no class of ours is left out."""
    said = asked.rows(
        f"""SELECT ?class ?p ?value ?triples {{ <{DATASET}> void:classPartition ?whole . ?whole void:class ?class ;
        void:propertyPartition ?part . ?part void:property ?p ; void:classPartition ?inner .
        ?inner void:class ?value ; void:triples ?triples }}"""
    )
    counted = asked.rows(
        "SELECT ?class ?p ?value (COUNT(*) AS ?n) { ?s a ?class ; ?p ?o . ?o a ?value } GROUP BY ?class ?p ?value"
    )

    assert set(said) <= set(counted)
    assert {row for row in counted if row[0].startswith(POL) and row[2].startswith(POL)} <= set(said)


def test_datatypes_of_values(asked: Asked) -> None:
    """Which datatypes the properties of a class lead to."""
    said = asked.rows(
        f"""SELECT ?class ?p ?datatype ?triples {{ <{DATASET}> void:classPartition ?whole . ?whole void:class ?class ;
        void:propertyPartition ?part . ?part void:property ?p ; voidext:datatypePartition ?inner .
        ?inner voidext:datatype ?datatype ; void:triples ?triples }}"""
    )
    counted = asked.rows(
        """SELECT ?class ?p ?datatype (COUNT(*) AS ?n)
        { ?s a ?class ; ?p ?o FILTER(ISLITERAL(?o)) BIND(DATATYPE(?o) AS ?datatype) } GROUP BY ?class ?p ?datatype"""
    )

    assert set(said) <= set(counted)
    assert {row for row in counted if row[0].startswith(POL)} <= set(said)


def test_named_graphs(asked: Asked) -> None:
    """Every named graph of the store, the description's own included, whose distinct objects may be left out (:func:`kg.description.settle`)."""
    said = asked.rows(
        f"""SELECT ?name ?triples ?subjects ?objects ?properties {{ <{DATASET}> sd:namedGraph ?named .
        ?named a sd:NamedGraph ; sd:name ?name ; sd:graph ?graph .
        ?graph a sd:Graph ; void:triples ?triples ; void:distinctSubjects ?subjects ; void:properties ?properties
        OPTIONAL {{ ?graph void:distinctObjects ?objects }} }}"""
    )
    counted = asked.rows(
        """SELECT ?g (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
        (COUNT(DISTINCT ?p) AS ?properties) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"""
    )

    unsaid = [row[0] for row in said if not row[3]]
    assert unsaid in ([], [graph_iri("description")])
    assert said == [(*row[:3], "" if row[0] in unsaid else row[3], row[4]) for row in counted]
    assert asked.release.description["graphs"] == {row[0]: int(row[1]) for row in counted}
    classes = asked.rows("SELECT ?g (COUNT(DISTINCT ?class) AS ?n) { GRAPH ?g { ?s a ?class } } GROUP BY ?g")
    told = asked.rows("SELECT ?name ?n { ?named sd:name ?name ; sd:graph ?graph . ?graph void:classes ?n FILTER(?n > 0) }")
    assert told == classes


def test_documents(asked: Asked) -> None:
    """One data set for each document, which is its graph."""
    slugs = [document["id"] for document in asked.release.description["documents"]]

    assert asked.said(DATASET, "dcterms:hasPart") == {f"{DATASET}/{slug}" for slug in slugs}
    for slug in slugs:
        part, graph = f"{DATASET}/{slug}", graph_iri(slug)
        assert asked.said(part, "void:triples") == {
            str(asked.number(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"))
        }
        said = asked.rows(f"SELECT ?c ?n {{ <{part}> void:classPartition ?x . ?x void:class ?c ; void:entities ?n }}")
        assert said == asked.rows(f"SELECT ?c (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s a ?c }} }} GROUP BY ?c")
        assert asked.said(part, "dcterms:source") == {f"{ID}document/{slug}"}


def test_linksets(asked: Asked) -> None:
    """Every link is in one linkset; its namespace or pattern finds it."""
    sets = asked.rows(
        """SELECT ?set ?p ?target ?n { ?set a void:Linkset ; void:linkPredicate ?p ; void:objectsTarget ?target ;
        void:subjectsTarget ?whole ; void:triples ?n }"""
    )
    links = f"GRAPH <{graph_iri('links')}>"

    assert sum(int(row[3]) for row in sets) == asked.number(f"SELECT (COUNT(*) AS ?n) {{ {links} {{ ?s ?p ?o }} }}")
    for _, predicate, target, number in sets:
        found = asked.number(
            f"""SELECT (COUNT(*) AS ?n) {{ OPTIONAL {{ <{target}> void:uriSpace ?space }}
            OPTIONAL {{ <{target}> void:uriRegexPattern ?pattern }} {links} {{ ?s <{predicate}> ?o }}
            FILTER(COALESCE(STRSTARTS(STR(?o), ?space), REGEX(STR(?o), ?pattern))) }}"""
        )
        assert found == int(number), target


def test_vocabularies(asked: Asked) -> None:
    """The namespaces of every class and property, and no others."""
    terms = asked.rows("SELECT DISTINCT ?term { { ?s ?term ?o } UNION { ?s a ?term } }")

    expected = {ONTOLOGY if term.startswith(POL) else namespace_of(term) for (term,) in terms}
    assert asked.said(DATASET, "void:vocabulary") == expected


def test_no_blank_nodes(asked: Asked) -> None:
    """Neither in the description nor elsewhere."""
    assert asked.number("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(ISBLANK(?s) || ISBLANK(?o)) }") == 0


def test_every_iri_of_ours_is_described(asked: Asked) -> None:
    """Whatever the description mentions below our address is a subject of the store, or a page of every site."""
    mentioned = asked.rows(
        f"""SELECT DISTINCT ?o {{ GRAPH <{graph_iri("description")}> {{ ?s ?p ?o }}
        FILTER(ISIRI(?o) && STRSTARTS(STR(?o), "{BASE}") && NOT EXISTS {{ ?o ?q ?v }}) }}"""
    )
    pages = {BASE, f"{BASE}sparql", f"{BASE}shapes"}

    left = {iri for (iri,) in mentioned} - pages
    assert all(iri.startswith((f"{BASE}dumps/policy-kg.",)) for iri in left), left


def test_subjects_are_where_the_site_answers(asked: Asked) -> None:
    """The description says something only of what a site shows: data sets, graphs, queries, releases, the catalogue."""
    subjects = {iri for (iri,) in asked.rows(f"SELECT DISTINCT ?s {{ GRAPH <{graph_iri('description')}> {{ ?s ?p ?o }} }}")}
    described = {subject.partition("#")[0] for subject in subjects}

    documents = {document["id"] for document in asked.release.description["documents"]}
    queries = {path.stem for path in (asked.release.path / "queries").glob("*.rq")}
    expected = {DATASET, f"{BASE}catalog", f"{BASE}release/{asked.release.version}"}
    expected |= {f"{DATASET}/{slug}" for slug in documents} | {f"{BASE}queries/{name}" for name in queries}
    assert described == expected | {graph for (graph,) in asked.rows(GRAPHS)}
    assert all(graph.startswith(GRAPH) for (graph,) in asked.rows(GRAPHS))


def test_names_of_terms_are_distinct(asked: Asked) -> None:
    """So that no two partitions have the same IRI."""
    terms = {term for (term,) in asked.rows("SELECT DISTINCT ?term { { ?s ?term ?o } UNION { ?s a ?term } }")}

    assert len({short(term) for term in terms}) == len(terms)


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (f"{POL}Demand", "Demand"),
        ("http://xmlns.com/foaf/0.1/Agent", "foaf:Agent"),
        (f"{ID}agent/belgium", "agent:belgium"),
        ("https://example.org/vocabulary#Thing", f"{hashlib.sha256(b'https://example.org/vocabulary#').hexdigest()[:8]}:Thing"),
    ],
)
def test_names_of_terms(iri: str, name: str) -> None:
    """A term of ours has no prefix, one of an unknown vocabulary a hash of its namespace."""
    assert short(iri) == name


def test_a_description_settles() -> None:
    """Each round is of the one before, until two are the same."""
    rounds: list[int] = []

    def once(triples: frozenset[ox.Triple], left_out: frozenset[str]) -> frozenset[ox.Triple]:
        rounds.append(len(triples))
        writer = Writer()
        writer.say("https://example.org/a", void_triples=min(len(triples) + 1, 3))
        writer.say("https://example.org/b", void_triples=[1, 2, 3][: len(rounds)])
        return frozenset(writer.triples)

    settled = settle(once, frozenset())

    assert len(settled) == 4
    assert rounds == [0, 2, 3, 4]


def test_what_does_not_settle_is_left_out() -> None:
    """A number of distinct objects that changes with itself is not said."""

    def once(triples: frozenset[ox.Triple], left_out: frozenset[str]) -> frozenset[ox.Triple]:
        writer = Writer()
        writer.say("https://example.org/a", void_triples=2)
        if "https://example.org/b" not in left_out:
            odd = any(triple.object == ox.Literal(1) for triple in triples)
            writer.say("https://example.org/b", void_distinctObjects=2 if odd else 1)
        return frozenset(writer.triples)

    settled = settle(once, frozenset())

    assert [triple.subject.value for triple in settled if isinstance(triple.subject, ox.NamedNode)] == ["https://example.org/a"]


def test_what_settles_without_another_is_said() -> None:
    """Both numbers change for ever, and the shorter one only because of the other."""

    def once(triples: frozenset[ox.Triple], left_out: frozenset[str]) -> frozenset[ox.Triple]:
        writer = Writer()
        odd = any(triple.object == ox.Literal(1) for triple in triples)
        if "https://example.org/a" not in left_out:
            writer.say("https://example.org/a", void_distinctObjects=8 if odd else 7)
        if "https://example.org/a/part" not in left_out:
            writer.say("https://example.org/a/part", void_distinctObjects=2 if odd else 1)
        return frozenset(writer.triples)

    (settled,) = settle(once, frozenset())

    assert (settled.subject, settled.object) == (ox.NamedNode("https://example.org/a"), ox.Literal(7))


def test_a_description_that_cannot_settle_is_a_defect() -> None:
    """The error names the place."""

    def once(triples: frozenset[ox.Triple], left_out: frozenset[str]) -> frozenset[ox.Triple]:
        writer = Writer()
        odd = any(triple.object == ox.Literal(1) for triple in triples)
        writer.say("https://example.org/a", void_triples=2 if odd else 1)
        return frozenset(writer.triples)

    with pytest.raises(AssertionError, match=r"does not settle at https://example\.org/a"):
        settle(once, frozenset())


def test_the_version_is_put_in_when_it_is_known() -> None:
    """In IRIs and literals, of which the languages stay; what does not name it stays the same."""
    writer = Writer()
    writer.say(f"{BASE}release/release-without-a-version", dcterms_title={"en": "A (release-without-a-version)"}, void_triples=3)
    writer.say(DATASET, dcat_version="release-without-a-version")

    named = with_version(writer.triples, "1.2")

    expected = Writer()
    expected.say(f"{BASE}release/1.2", dcterms_title={"en": "A (1.2)"}, void_triples=3)
    expected.say(DATASET, dcat_version="1.2")
    assert set(named) == expected.triples


def test_a_description_has_no_blank_nodes() -> None:
    """One that has is a defect."""
    node = ox.NamedNode(DATASET)

    with pytest.raises(TypeError, match="a description has no"):
        with_version([ox.Triple(node, node, ox.BlankNode())], "1")


def test_nothing_is_a_subject_of_data_and_description() -> None:
    """Otherwise its classes would be counted without one another."""
    node = "<https://example.org/a>"
    data = Tally([(graph_iri("x"), [f'{node} {node} "data" .'])])
    own = Tally([(graph_iri("x"), [f'{node} {node} "own" .'])])

    with pytest.raises(ValueError, match=r"what the data speak of: <https://example\.org/a>"):
        Counts(data.totals(), own)
