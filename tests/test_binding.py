"""Binding of parameters: the rows are those that have the value, and nothing else of the query changes."""

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.engine.binding import BindingError, bind, check, render
from kg.engine.tokens import tokenise
from kg.namespaces import PREFIXES, XSD
from kg.parameters import TYPES, Parameter, literal
from kg.rdf import Term

AGENT = "https://w3id.org/policy-kg/id/agent/"
X = Parameter("x", TYPES["agent"], multiple=True)
A, B = Term("iri", f"{AGENT}a"), Term("iri", f"{AGENT}b")
DATA = """
@prefix : <https://example.org/> .
@prefix agent: <https://w3id.org/policy-kg/id/agent/> .
:1 :p agent:a ; :q agent:a . :2 :p agent:b . :3 :q agent:a . :4 :p agent:a , agent:b ; :q agent:b .
:5 :r "none" .
"""


def rows(query: str) -> list[tuple[str, ...]]:
    """Rows of a query on the data, with short names, in order."""
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    result = store.query(query, prefixes={**PREFIXES, "": "https://example.org/"})
    assert isinstance(result, ox.QuerySolutions)
    short = [tuple("" if term is None else term.value.rpartition("/")[2] for term in row) for row in result]
    return sorted(short)


@pytest.mark.parametrize(
    "pattern",
    [
        "?s :p ?x",
        "?s :p [] ; :p ?x",
        "?s ?any [ ] . ?s :p ?x OPTIONAL { ?s :q ?x }",
        # where the variable may be unbound, a join would fill it in
        "?s ?any [] OPTIONAL { ?s :p ?x }",
        "?s ?any [] OPTIONAL { ?s :p ?x } OPTIONAL { ?s :q ?x }",
        "OPTIONAL { ?s :p ?x } ?s :q ?x",
        "{ ?s :p ?x } UNION { ?s :q ?x }",
        "{ ?s :p ?x } UNION { ?s :r ?y }",
        "?s :p ?y BIND(?y AS ?x)",
        "{ SELECT ?s ?x { ?s :p ?x } ORDER BY ?s ?x LIMIT 3 }",
        "{ SELECT ?s (MIN(?y) AS ?x) { ?s :p ?y } GROUP BY ?s }",
        "{ SELECT * { ?s :p ?x } }",
        "?s :p ?y MINUS { ?s :q ?x } OPTIONAL { ?s :p ?x }",
        "?s ?any ?y FILTER NOT EXISTS { ?s :q ?x } ?s :p ?x",
        "GRAPH ?g {} OPTIONAL { ?s :p ?x }",
        "VALUES ?x { agent:a } ?s :p ?x",
        "VALUES ?x { UNDEF } ?s :p ?x",
        "VALUES ?x { UNDEF agent:a } ?s :p ?x",
        "?s :p ?x # a comment }\n",
        "FILTER(?x != agent:b) ?s :p ?x",
        "?s :p ?x FILTER(STR(?x) > '{ ?x')",
    ],
)
@pytest.mark.parametrize("terms", [(A,), (B,), (A, B)])
def test_bound_rows_are_those_with_the_value(pattern: str, terms: tuple[Term, ...]) -> None:
    """What binding gives is what one gets by reading through the rows without it."""
    query = f"SELECT ?s ?x WHERE {{ {pattern} }}"
    wanted = {term.value.rpartition("/")[2] for term in terms}

    check(query, [X])
    bound = rows(bind(query, [X], {"x": terms}))

    assert bound == [row for row in rows(query) if row[1] in wanted]


PIECES = st.sampled_from(
    [
        "?s :p ?x .",
        "?s :q [] .",
        "?s :q ?x .",
        "?s ?any ?y .",
        "OPTIONAL { ?s :p ?x }",
        "OPTIONAL { ?s :q ?x }",
        "OPTIONAL { ?s :q ?y }",
        "{ ?s :q ?x } UNION { ?s :r ?z }",
        "{ ?s :p ?x } UNION { ?s :q ?x }",
        "{ ?s :p ?y OPTIONAL { ?s :q ?x } }",
        "MINUS { ?s :q ?x }",
        "MINUS { ?s :r ?x }",
        "FILTER(BOUND(?x))",
        "FILTER(!BOUND(?x) || ?x != agent:b)",
        "FILTER EXISTS { ?s :q ?x }",
        "FILTER NOT EXISTS { ?s :q ?x }",
        "{ SELECT ?s ?x { ?s :p ?x } }",
        "{ SELECT ?s (MAX(?a) AS ?x) { ?s :p ?a } GROUP BY ?s }",
        "VALUES ?x { agent:a UNDEF }",
    ]
)


@settings(max_examples=300)
@given(pieces=st.lists(PIECES, min_size=1, max_size=4), terms=st.sampled_from([(A,), (B,), (A, B)]))
def test_whatever_the_query_is(pieces: list[str], terms: tuple[Term, ...]) -> None:
    """In any order of patterns: the bag of rows that have the value, or the parameter is refused."""
    query = f"SELECT ?s ?x ?y {{ {' '.join(pieces)} }}"
    try:
        check(query, [X])
    except BindingError:
        return
    wanted = {term.value.rpartition("/")[2] for term in terms}

    assert rows(bind(query, [X], {"x": terms})) == [row for row in rows(query) if row[1] in wanted]


def test_values_count_before_anything_is_counted() -> None:
    """What is counted are the solutions that have the value: two of :1, three of :4."""
    query = "SELECT (COUNT(?s) AS ?n) WHERE { ?s ?any [] OPTIONAL { ?s :p ?x } }"

    assert rows(bind(query, [X], {"x": (A,)})) == [("5",)]


def test_text_of_a_joined_and_of_a_filtered_value() -> None:
    """A pattern that always binds is joined; elsewhere a variable of its own is compared."""
    query = "SELECT * { ?s :p ?x }"
    optional = "SELECT ?s ?given_x { ?s :r ?given_x OPTIONAL { ?s :p ?x } }"

    assert bind(query, [X], {"x": (A,)}) == f"SELECT * {{\n  VALUES ?x {{ <{AGENT}a> }} ?s :p ?x }}"
    assert bind(optional, [X], {"x": (A, B)}) == (
        "SELECT ?s ?given_x {\n"
        f"  VALUES ?given_x_ {{ <{AGENT}a> <{AGENT}b> }}\n"
        "  FILTER(sameTerm(?x, ?given_x_)) ?s :r ?given_x OPTIONAL { ?s :p ?x } }"
    )
    assert bind(query, [X], {}) == bind(query, [X], {"x": ()}) == query


def test_a_default_is_replaced() -> None:
    """The clause of the query itself gets the terms."""
    speaker = Parameter("x", TYPES["agent"], default=("a",))
    language = Parameter("tag", TYPES["language"], default=("en",))
    query = 'PREFIX who: <https://w3id.org/policy-kg/id/agent/>\nSELECT ?s { VALUES ?tag { "en" } VALUES ?x { who:a } ?s :p ?x }'

    bound = bind(query, [speaker, language], {"x": (B,), "tag": (Term("literal", "nl"),)})

    assert bound == query.replace('"en"', '"nl"').replace("who:a", f"<{AGENT}b>")
    assert rows(bound) == [("2",), ("4",)]


def test_a_value_that_may_be_missing() -> None:
    """UNDEF is replaced, wherever the clause stands in the group."""
    query = "SELECT ?s { ?s :p ?y VALUES ?x { undef } FILTER(!BOUND(?x) || ?y = ?x) }"

    assert bind(query, [X], {"x": (B,)}) == query.replace(" undef ", f" <{AGENT}b> ")
    assert rows(query) == [("1",), ("2",), ("4",), ("4",)]
    assert rows(bind(query, [X], {"x": (B,)})) == [("2",), ("4",)]


@pytest.mark.parametrize(
    "query, parameter, reason",
    [
        ("SELECT * { ?s :p ?y }", X, "has no variable ?x"),
        ("SELECT ?x { ?s :p ?y }", X, "has no variable ?x"),
        ("DESCRIBE <x:y>", X, "no WHERE group"),
        ("CONSTRUCT WHERE { ?s :p ?x }", X, "CONSTRUCT WHERE takes no VALUES"),
        ("SELECT * { SELECT ?x { ?s :p ?x } }", X, "is a subquery"),
        ("SELECT ?s { ?s :p ?y FILTER(?x = 1) }", X, "stands only in FILTER"),
        ("SELECT ?s { ?s :p ?y MINUS { ?s :q ?x } }", X, "stands only in FILTER, MINUS"),
        ("SELECT ?s { ?s :p ?y FILTER NOT EXISTS { ?s :q ?x } }", X, "stands only in FILTER, MINUS"),
        ("SELECT ?s { ?s :p ?y { SELECT ?s { ?s :p ?x } } }", X, "a subquery that does not select it"),
        ("SELECT ?s { ?s :p ?y SERVICE SILENT <x:y> { ?s :p ?x } }", X, "SERVICE"),
        ("SELECT * { ?s :p ?y OPTIONAL { ?s :q ?x } }", X, "SELECT * would show the variable"),
        ("SELECT ?s { ?s :p ?x }", Parameter("x", TYPES["agent"], default=("a",)), "has no VALUES clause for its default"),
        (
            "SELECT ?s { VALUES ?x { agent:b } ?s :p ?x }",
            Parameter("x", TYPES["agent"], default=("a",)),
            "not that of the query, agent:b; write VALUES ?x { <https://w3id.org/policy-kg/id/agent/a> }",
        ),
        (
            "SELECT ?s { VALUES ?x { UNDEF } ?s :p ?x }",
            Parameter("x", TYPES["agent"], default=("a",)),
            "not that of the query, UNDEF",
        ),
        (
            "SELECT ?s { ?s :p ?x { VALUES ?x { agent:a } } }",
            Parameter("x", TYPES["agent"], default=("a",)),
            "has no VALUES clause for its default",
        ),
    ],
)
def test_what_cannot_be_bound(query: str, parameter: Parameter, reason: str) -> None:
    """The message names the parameter and what is in the way."""
    with pytest.raises(BindingError) as error:
        check(query, [parameter])

    assert str(error.value).startswith("parameter x: ")
    assert reason in error.value.reason


FRAGMENTS = st.lists(
    st.sampled_from(
        ['"', "'", "\\", "\\u0022", "}", "{", "> }", "#", "\n", "\r", "\\n", '"""', "SERVICE <x:y> {}", "?x", "@en", "^^"]
    )
).map("".join)


@given(st.text(max_size=60) | FRAGMENTS)
def test_no_text_changes_the_query(value: str) -> None:
    """Of the tokens of the bound query, one is the value, and it is read back as it was given."""
    query = 'SELECT ?s { VALUES ?text { "" } ?s :p ?x FILTER(CONTAINS(?x, ?text)) } # end'
    parameter = Parameter("text", TYPES["string"], default=("",))
    try:
        term = literal(parameter, value)
    except ValueError:
        return
    bound = bind(query, [parameter], {"text": (term,)})

    before = [token[:2] for token in tokenise(query)[1]]
    after = [token[:2] for token in tokenise(bound)[1]]
    different = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(different) <= 1
    assert all(old == ("string", '""') and new[0] == "string" for old, new in different)
    assert rows(bind('SELECT ?text { VALUES ?text { "" } }', [parameter], {"text": (term,)})) == [(value.rpartition("/")[2],)]


def test_terms_as_sparql_writes_them() -> None:
    """IRIs in brackets, texts in quotes, other literals with their datatype; nothing else."""
    assert render(A) == f"<{AGENT}a>"
    assert render(Term("literal", 'a "b"\n\\')) == '"a \\"b\\"\\n\\\\"'
    assert render(Term("literal", "2030", "", f"{XSD}gYear")) == f'"2030"^^<{XSD}gYear>'
    for term in (Term("iri", "x:a> } #"), Term("blank", "b0")):
        with pytest.raises(ValueError, match=r"IRI|blank"):
            render(term)
