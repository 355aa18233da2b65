"""The look at a query before it runs, compared with what Oxigraph's own parser makes of it."""

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.engine.errors import QueryRefusedError, QueryTooDeepError, QueryTooLongError
from kg.engine.limits import Limits
from kg.engine.scan import scan, tokenise

LIMITS = Limits(query_kib=4)
PREFIXES = {"": "https://example.org/", "ex": "https://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
STORE = ox.Store()

CALLS = [
    "SELECT * { SERVICE <x:y> { ?a ?b ?c } }",
    "SELECT * { service silent ?x { ?a ?b ?c } }",
    "SELECT * { ?a ?b ?c .SERVICE<x:y>{?a?b?c}}",
    "SELECT * { # comment\r SERVICE # comment\n <x:y> { ?a ?b ?c } }",
    "SELECT * { # it's \r SERVICE <x:y> { ?a ?b 'c' } \n}",
    r"SELECT * { S\u0045RV\U00000049CE <x:y> { ?a ?b ?c } }",
    "SELECT * { { OPTIONAL { SELECT ?a { GRAPH ?g { SERVICE <x:y> { ?a ?b ?c } } } } } }",
    "ASK { FILTER NOT EXISTS { SERVICE <x:y> { ?a ?b ?c } } }",
    "CONSTRUCT { ?a ?b ?c } WHERE { SERVICE <x:y> { ?a ?b ?c } }",
    # Oxigraph's keywords need no boundary
    "SELECT * { SERVICE:x{ ?a ?b ?c } }",
    "SELECT * { SERVICEex:x{ ?a ?b ?c } }",
    "SELECT * { SERVICESILENT:x{ ?a ?b ?c } }",
    "SELECT * { ?a ?b trueSERVICE <x:y> { ?s ?p ?o } }",
    "SELECT * { ?a ?b 1SERVICE <x:y> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ex:a.b.SERVICE <x:y> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ex:a.SERVICEex:b { ?s ?p ?o } }",
    # quotes and angle brackets that would hide it from a lexer without context
    "SELECT * { ?a ?b ?c FILTER(?a<'>') SERVICE <x:y> { ?s ?p ?o FILTER(?s = 'z') } }",
    "SELECT * { ?a ?b ?c FILTER(?a<?b)SERVICE?s#>\n{ ?s ?p ?o } }",
    "SELECT (?a<'>' AS ?x) { SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { { SELECT ?x (?y<'>' AS ?z) { SERVICE <x:y> { ?x ?y ?q FILTER(?q = 'a') } } } }",
    "SELECT * { ?a ?b ?c FILTER xsd:string(?a<'>') SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { ?a ?b ?c FILTERxsd:string(?a<'>') SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { { SELECT ?b { ?a ?b ?c } GROUP BY ?b (?b<'>' AS ?k) } SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { { SELECT ?b { ?a ?b ?c } GROUPBYxsd:string(?b<'>') ?b } SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { ?a ?b ?c BIND(<<( ?a <x:a'b> ?b )>> AS ?t) SERVICE <x:y> { ?s ?p ?o } BIND('x' AS ?v) }",
    "SELECT * { ?a a (?x<x:a'b>) SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { VALUES (?x ?y) { (UNDEF<x:a'>) } SERVICE <x:y> { ?a ?b 'x' } }",
    "SELECT * { ?a ex:b\\' ?c . SERVICE <x:y> { ?a ex:b\\' ?c } }",
    "SELECT * { ?a ?b '''a''b\\''' ''' SERVICE <x:y> { ?a ?b '' } }",
]
HARMLESS = [
    "SELECT ?service { ?service ex:service $SERVICE }",
    'SELECT * { ?a ?b "SERVICE <x:y> {}"@service, \'SERVICE\', """a " SERVICE""", \'\'\'SERVICE\'\'\' }',
    "SELECT * { <x:SERVICE> <x:/service/> _:service # SERVICE <x:y> {}\n}",
    "PREFIX service: <x:service> SELECT * { GRAPH service:x { ?a service:b service:service } }",
    "SELECT * { ?a ex:my.service ?b FILTER(?a < ?b && ?b > ?a) }",
    r"SELECT * { ?a ?b '\u0022 SERVICE \u0027' }",
]


@pytest.mark.parametrize("query", CALLS)
def test_service_is_found(query: str) -> None:
    """Oxigraph takes each of these as valid, and would call out."""
    STORE.query(tokenise(query)[0], prefixes=PREFIXES)

    with pytest.raises(QueryRefusedError, match="SERVICE on line 1"):
        scan(query, LIMITS)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_alone_is_no_call(query: str) -> None:
    """Names, strings, IRIs and comments may hold the word."""
    STORE.query(tokenise(query)[0], prefixes=PREFIXES)

    scan(query, LIMITS)


PIECES = st.sampled_from(
    [
        *("SERVICE <x:y> { ?s ?p ?o }", "SERVICE?g{}", "SERVICEex:x{}", "'", '"', "'''", "''", "<", ">", "<x:a'b>", "<x:y>"),
        *(
            "FILTER(?a",
            ")",
            "(",
            "{",
            "}",
            "BIND(",
            " AS ?v)",
            "#",
            "\n",
            "\r",
            "\\u0027",
            "\\",
            "?a ?b ?c",
            ".",
            " ",
            "<<(",
            ")>>",
        ),
        *(
            "ex:a",
            "ex:a.b.",
            "true",
            "1",
            "= 'z'",
            "&&",
            "?b",
            "UNION",
            "GRAPH ?g",
            "VALUES ?v {",
            "{ SELECT ?a (",
            "@en",
            "^^",
            "^",
        ),
    ],
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_no_call_passes_that_oxigraph_sees(pieces: list[str]) -> None:
    """In a valid query that passes, no SERVICE is code: it stays valid when the word is broken up."""
    query = f"SELECT * {{ {''.join(pieces)} }}"
    try:
        text = scan(query, LIMITS).text
        STORE.query(text, prefixes=PREFIXES)
    except (QueryRefusedError, SyntaxError):
        return

    STORE.query(re.sub("SERVICE", "SERVICX", text), prefixes=PREFIXES)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_scan(text: str) -> None:
    """Any text gives a scan or a refusal."""
    try:
        scan(text, LIMITS)
    except (QueryRefusedError, QueryTooDeepError, QueryTooLongError):
        return


@pytest.mark.parametrize(
    "query, form",
    [
        ("# SELECT\nPREFIX ask: <x:ask> BASE <x:> DESCRIBE ask:x", "DESCRIBE"),
        ("select(1 AS ?x){}", "SELECT"),
        ("SELECTDISTINCT * {}", "SELECT"),
        ("ASK{}", "ASK"),
        ("construct{}where{}", "CONSTRUCT"),
        ("nonsense", ""),
    ],
)
def test_form(query: str, form: str) -> None:
    """The first keyword after the prologue says what kind of answer there will be."""
    assert form == scan(query, LIMITS).form


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <x:a> <x:b> 1 }",
        "PREFIX a: <x:> delete where {}",
        "LOAD <x:y>",
        "CLEARALL",
        "DROP ALL",
        "WITH <x:g> DELETE {}",
    ],
)
def test_update_is_refused(update: str) -> None:
    """An update is told that the endpoint is read-only."""
    with pytest.raises(QueryRefusedError, match="read-only"):
        scan(update, LIMITS)


@pytest.mark.parametrize("opening, closing", ["{}", "()", "[]"])
def test_nesting_is_counted(opening: str, closing: str) -> None:
    """The limit is the deepest nesting that passes; brackets in strings and comments do not count."""
    deep = 249
    query = f"ASK {{ {opening * deep} '{opening}' # {opening}\n {closing * deep} }}"

    assert scan(query, LIMITS).depth == 250

    with pytest.raises(QueryTooDeepError, match="251 deep; this endpoint takes 250"):
        scan(query.replace("ASK {", "ASK { {"), LIMITS)


def test_length_counts_bytes() -> None:
    """The limit is in bytes of UTF-8."""
    with pytest.raises(QueryTooLongError, match="4,106 bytes; this endpoint takes 4,096"):
        scan("ASK {} # " + "é" * 2048 + "a", LIMITS)


def test_dataset_clause() -> None:
    """FROM is a keyword, not a name or a string."""
    assert scan("SELECT * FROM <x:g> {}", LIMITS).has_dataset
    assert scan("SELECT * from named <x:g> {}", LIMITS).has_dataset
    assert not scan("SELECT ?FROM { ?FROM ex:FROM 'FROM' # FROM\n}", LIMITS).has_dataset
