"""The look at a query before it runs, compared with what Oxigraph's own parser makes of it."""

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.engine.errors import QueryRefusedError, QuerySyntaxError, QueryTooDeepError, QueryTooLongError, RefusalError
from kg.engine.limits import Limits
from kg.engine.scan import Scan, _scan, glance, scan
from kg.engine.tokens import tokenise

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
    except (QueryRefusedError, QuerySyntaxError, SyntaxError):
        return

    STORE.query(re.sub("SERVICE", "SERVICX", text), prefixes=PREFIXES)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_scan(text: str) -> None:
    """Any text gives a scan or a refusal."""
    try:
        scan(text, LIMITS)
        scan(text, LIMITS, federated=True)
    except (QueryRefusedError, QuerySyntaxError, QueryTooDeepError, QueryTooLongError):
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


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROMex:g {}",
        "SELECT * FROM<x:g>{}",
        "ASKFROMex:g{}",
        "ASKFROM<x:g>{}",
        "DESCRIBE<x:a>FROMex:g",
        "ASK FROMNAMED<x:g>{}",
    ],
)
def test_dataset_clause_without_spaces(query: str) -> None:
    """Oxigraph takes these for a dataset clause; its graphs are not told where they cannot be read with certainty."""
    STORE.query(query, prefixes=PREFIXES)

    checked = scan(query, LIMITS)

    assert checked.has_dataset
    assert not (checked.from_graphs or checked.from_named) or checked.dataset_clear


def test_a_prefix_with_from_in_it_is_no_dataset_clause() -> None:
    """Where it is declared and names what is described, and where it stands in a pattern."""
    assert not scan("PREFIX fromage: <x:> DESCRIBE fromage:brie", LIMITS).has_dataset
    assert not scan("PREFIX fromage: <x:> ASK { ?a fromage:brie fromage:x }", LIMITS).has_dataset


def test_graphs_of_a_dataset_are_resolved() -> None:
    """Through BASE, PREFIX, escapes, and the prefixes that a query need not declare."""
    checked = scan(
        r"BASE <http://a.example/b/> PREFIX : <c#> SELECT * FROM <../d> FROM :\u0065 FROM graph:entities FROM NAMED <x:\u0066> {}",
        LIMITS,
    )

    assert checked.from_graphs == ("http://a.example/d", "http://a.example/b/c#e", "https://w3id.org/policy-kg/graph/entities")
    assert checked.from_named == ("x:f",)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?n) {}",
        "SELECT * { ?a ?b ?c FILTERRAND() }",
        "SELECT (struuid()AS ?n) {}",
        "SELECT * { BIND(BNODE('a') AS ?x) }",
        "SELECT (1+UUID() AS ?x) {}",
    ],
)
def test_volatile(query: str) -> None:
    """Functions that give another value each time, in any form that Oxigraph takes."""
    STORE.query(query, prefixes=PREFIXES)

    assert scan(query, LIMITS).volatile


@pytest.mark.parametrize("query", ["SELECT ?now { ?now act:acknowledge 'RAND()' } # NOW()", "ASK { ex:brand ex:uuid _:bnode }"])
def test_names_are_not_volatile(query: str) -> None:
    """The words alone are no calls."""
    assert not scan(query, LIMITS).volatile


def services(query: str) -> Scan:
    """Scan of a query for an endpoint that follows SERVICE."""
    return scan(query, LIMITS, federated=True)


@pytest.mark.parametrize(
    "query, endpoint",
    [
        ("SELECT * { SERVICE <https://a.example/s> { ?a ?b ?c } }", "https://a.example/s"),
        ("SELECT * { sErViCe silent<https://a.example/s>{ ?a ?b ?c } }", "https://a.example/s"),
        ("BASE <https://a.example/x/> SELECT * { SERVICE <../s> { ?a ?b ?c } }", "https://a.example/s"),
        ("PREFIX : <https://a.example/> SELECT * { SERVICE :s { ?a ?b ?c } }", "https://a.example/s"),
        ("BASE <https://a.example/> PREFIX p:<x> ASK { SERVICE p:\\-s { ?a ?b ?c } }", "https://a.example/x-s"),
        (r"ASK { SERV\u0049CE <https://a\u002eexample/s> { ?a ?b ?c } }", "https://a.example/s"),
        ("ASK { SERVICE # <https://b.example/>\n <https://a.example/s> { ?a ?b ?c } }", "https://a.example/s"),
        ("PREFIX : <https://b.example/> PREFIX : <https://a.example/> ASK { SERVICE :s { ?a ?b ?c } }", "https://a.example/s"),
        ("ASK { SERVICE ?g { ?a ?b ?c } }", ""),
        ("ASK { SERVICE nope:g { ?a ?b ?c } }", ""),
        ("PREFIXex:<https://a.example/>ASK { SERVICE ex:s { ?a ?b ?c } }", ""),
    ],
)
def test_endpoint_is_resolved(query: str, endpoint: str) -> None:
    """As Oxigraph would; what it could not resolve, or a scan cannot, is empty."""
    [call] = services(query).services

    assert endpoint == call.endpoint


def test_clause_has_its_place_and_its_parts() -> None:
    """Offsets are in the decoded text; a brace in a string or comment closes nothing."""
    text = "SELECT *\n{ ?a ?b ?c SERVICE SILENT <x:y> { ?a ?d '}' # }\n } ?e ?f ?g }"

    checked = services(text)
    [call] = checked.services

    assert (call.line, call.silent, call.nested, call.target) == (2, True, False, "<x:y>")
    assert text[call.start : call.end] == "SERVICE SILENT <x:y> { ?a ?d '}' # }\n }"
    assert call.pattern == " ?a ?d '}' # }\n "
    assert checked.where == (9, len(text) - 1)
    assert checked.volatile
    assert checked.resolved("ASK {}").services == ()


@pytest.mark.parametrize(
    "query, nested",
    [
        ("ASK { SERVICE <x:y> { SERVICE <x:z> { ?a ?b ?c } } }", [True]),
        ("ASK { SERVICE <x:y> { { OPTIONAL { SERVICEex:z{ ?a ?b ?c } } } } }", [True]),
        ("ASK { SERVICE <x:y> { ?a ?b ?c } { SERVICE <x:z> { ?a ?b ?c } } }", [False, False]),
    ],
)
def test_nested_service_is_marked(query: str, nested: list[bool]) -> None:
    """Only clauses that stand in no other are told."""
    assert nested == [call.nested for call in services(query).services]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICEex:x{ ?a ?b ?c } }",
        "SELECT * { SERVICESILENT:x{ ?a ?b ?c } }",
        "SELECT * { SERVICE SILENTex:x{ ?a ?b ?c } }",
        "SELECT * { ?a ?b trueSERVICE <x:y> { ?s ?p ?o } }",
        "SELECT * { ?a ?b ex:a.b.SERVICE <x:y> { ?s ?p ?o } }",
        "SELECT * { SERVICE <x:y> ?a }",
        "SELECT * { SERVICE",
    ],
)
def test_what_has_two_readings_is_refused(query: str) -> None:
    """With the remedy."""
    with pytest.raises(QueryRefusedError, match=r"SERVICE on line 1.*Write it as SERVICE <https://…> \{ … \}"):
        services(query)


def test_service_without_an_end() -> None:
    """A place is told."""
    with pytest.raises(QuerySyntaxError, match="Line 2: the group after SERVICE has no closing brace") as error:
        services("SELECT * {\n SERVICE <x:y> { ?a ?b ?c")

    assert error.value.line == 2


NARROWED = [
    ("SELECT * { ?a ?b ?c SERVICE <x:y> { ?a ?d ?e } }", ["?a ?b ?c"]),
    ("SELECT * { ?a ?b ?c OPTIONAL { ?c ?d ?e SERVICE <x:y> { ?a ?d ?e } FILTER(?e > 1) } }", ["?a ?b ?c", "?c ?d ?e"]),
    ("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c SERVICE <x:y> { ?a ?d ?e } }", ["?a ?b ?c"]),
    ("ASK { { ?a ?b ?c } UNION { ?d ?e ?f } SERVICE <x:y> { ?a ?d ?e } }", ["{ ?a ?b ?c } UNION { ?d ?e ?f }"]),
]
NOT_NARROWED = [
    "SELECT * { ?a ?b ?c { SERVICE <x:y> { ?a ?d ?e } } }",
    "SELECT * { ?a ?b ?c MINUS { SERVICE <x:y> { ?a ?d ?e } } }",
    "SELECT * { ?a ?b ?c FILTER EXISTS { SERVICE <x:y> { ?a ?d ?e } } }",
    "SELECT * { ?a ?b ?c OPTIONAL { { SERVICE <x:y> { ?a ?d ?e } } } }",
    "SELECT * { ?a ?b ?c OPTIONAL { SERVICE <x:y> { ?a ?d ?e } BIND(BOUND(?a) AS ?z) } }",
    "SELECT * { ?a ?b ?c OPTIONAL { SERVICE <x:y> { ?a ?d ?e } OPTIONAL { ?d ?e ?f } } }",
    "SELECT * { BIND(RAND() AS ?a) SERVICE <x:y> { ?a ?d ?e } }",
    "SELECT * { { SELECT ?a { ?a ?b ?c } LIMIT 3 } SERVICE <x:y> { ?a ?d ?e } }",
    "SELECT * { ?a ?b ?c FILTERxsd:boolean(?a) SERVICE <x:y> { ?a ?d ?e } }",
    "SELECT * { { SELECT * { ?a ?b ?c SERVICE <x:y> { ?a ?d ?e } } } }",
    "SELECT (EXISTS { ?a ?b ?c SERVICE <x:y> { ?a ?d ?e } } AS ?x) {}",
    "SELECT * { ?a ?b ?c } HAVING EXISTS { ?a ?b ?c SERVICE <x:y> { ?a ?d ?e } }",
]


@pytest.mark.parametrize("query, spans", NARROWED)
def test_what_stands_before_a_clause_may_narrow_it(query: str, spans: list[str]) -> None:
    """In the outermost group, and in an OPTIONAL right in it."""
    [call] = services(query).services

    assert call.before is not None
    assert spans == [query[start:end].strip() for start, end in call.before.spans]


@pytest.mark.parametrize("query", NOT_NARROWED)
def test_what_stands_before_a_clause_may_not_narrow_it(query: str) -> None:
    """Elsewhere, where a second evaluation could differ, and where something looks at the solutions first."""
    [call] = services(query).services

    assert call.before is None


def test_filters_before_a_clause_are_guarded() -> None:
    """One that may be judged only when the whole group is known lets everything pass; others stay as they are."""
    text = "ASK { ?a ?b ?c FILTER(?a > 1) FILTER(?b > 1) FILTER NOT EXISTS { ?a ?x ?y } FILTER REGEX(?c, 'x') SERVICE <x:y> { ?a ?x 1 } }"
    [call] = services(text).services

    assert call.before is not None
    inserted = [piece for _, piece in call.before.insertions]
    assert inserted == ["(!BOUND(?a) || (", "))", "(!BOUND(?a) || !BOUND(?x) || (", "))"]


GLANCED = "PREFIX p: <https://example.org/> # no more\nSELECT ?a ?b { ?a p:b ?b FILTER(?b < 3 && ?a >= <x:y>) } LIMIT 5"


def test_a_glance_is_enough_for_a_plain_query() -> None:
    """It says what the closer look says, of what matters."""
    glanced, looked = glance(GLANCED, 250), _scan(GLANCED, 250)

    assert glanced is not None
    assert (glanced.form, glanced.text, glanced.has_dataset, glanced.volatile) == ("SELECT", GLANCED, False, False)
    assert (looked.form, looked.text, looked.has_dataset, looked.volatile) == ("SELECT", GLANCED, False, False)


def test_a_glance_sees_a_star_and_its_variables() -> None:
    """IRIs and comments have none."""
    query = "SELECT DISTINCT * { ?b <http://example.org/#y> ?a . # ?c\n ?b <http://example.org/#x> ?d }"

    glanced = glance(query, 250)

    assert glanced is not None
    assert (glanced.star, glanced.variables) == (query.index("*"), ("b", "a", "d"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b '?c' }",
        "SELECT * { ?a ?b ?c FILTER(?a<?d&&?e>?c) }",
        "SELECT ?a { SeRVICE <x:y> { ?a ?b ?c } }",
        "SELECT ?a FROM <x:y> { ?a ?b ?c }",
        "SELECT (NOW() AS ?a) {}",
        "SELECT (p:rand() AS ?a) {}",
        r"SELECT ?a { S\u0045RVICE <x:y> {} }",
        "INSERT DATA { <x:y> <x:y> 1 }",
        "PREFIX select: <x:y> INSERT DATA { <x:y> <x:y> 1 }",
        "<SELECT> ?a {}",
        "SELECTED ?a {}",
        "ASK " + "{" * 9 + "}" * 9,
    ],
)
def test_a_glance_is_not_enough(text: str) -> None:
    """Where anything could be hidden, the closer look decides."""
    assert glance(text, 8) is None


WORDS = "SELECT ASK DESCRIBE construct INSERT PREFIX BASE p: p:q <x:y> < > { } ( ) ?a # \" ' FROM SERVICE service NOW \\u0041 * . ; LIMIT 1 é"
PARTS = st.sampled_from([*WORDS.split(), " ", "\n", "\ufeff"])


@given(st.lists(PARTS, max_size=14).map("".join) | st.lists(PARTS, max_size=14).map(" ".join))
def test_a_glance_says_what_the_closer_look_says(text: str) -> None:
    """Of any text: form, dataset, services, star, and whether the answer may change; and it misses no depth."""
    glanced = glance(text, 250)
    if glanced is None:
        return
    looked = _scan(text, 250)

    assert (glanced.text, glanced.form, glanced.has_dataset, glanced.star, glanced.services, glanced.volatile) == (
        looked.text,
        looked.form,
        looked.has_dataset,
        looked.star,
        looked.services,
        looked.volatile,
    )
    assert glanced.depth >= looked.depth
    assert glanced.star is None or glanced.variables == looked.variables


@pytest.mark.parametrize(
    "unit", ["a.", "é", "BY", "\\'''\n", "SERVICE<x:>{}", "'", "{", "<", "?a<", "a:b.", "\\u0041", "#\n", "((", '"""']
)
def test_long_texts_that_repeat_anything(unit: str) -> None:
    """They are looked at or refused, and no unit makes a lexer go back over what it has seen, which would take minutes here."""
    text = "SELECT ?a {" + unit * (100_000 // len(unit)) + "}"
    try:
        found = scan(text, Limits(depth=10**6), federated=True).form
    except RefusalError as error:
        found = error.outcome

    assert found in {"SELECT", "syntax", "refused"}
