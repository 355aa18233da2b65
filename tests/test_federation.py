"""What a query may ask of other endpoints, what is asked of them, and what happens where they fail."""

import asyncio
import json
import time
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.engine.endpoints import entries_of
from kg.engine.errors import (
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    RefusalError,
    ResultTooLargeError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimeoutError,
)
from kg.engine.federation import Federation
from kg.engine.interface import Query
from kg.engine.limits import SERVICE_ALLOW, Limits, ServiceLimits
from kg.engine.messages import syntax_error
from kg.engine.scan import scan
from kg.engine.values import GENID, BadResultError, narrowing, rows_of
from kg.namespaces import BASE, PREFIXES
from tests.standin import Reply, StandIn, answers_from, select, stand_in

E = "https://example.org/"
HERE = f"""
@prefix e: <{E}> .
e:council e:same e:Q1 ; e:code "NL" . e:union e:same e:Q2 ; e:code "BE"@en . e:ngo e:same e:Q3 .
e:graph {{ e:other e:same e:Q4 }}
"""
THERE = f"""
@prefix e: <{E}> .
e:Q1 e:type e:Body ; e:code "NL" . e:Q2 e:type e:Body , e:Club . e:Q9 e:type e:Thing ; e:code "BE" . e:Q3 e:part [] . e:Q2 e:part [] .
"""


@pytest.fixture(scope="module")
def here() -> ox.Store:
    """Our data."""
    store = ox.Store()
    store.load(HERE.encode(), ox.RdfFormat.TRIG)
    return store


@pytest.fixture(scope="module")
def shared_site() -> Iterator[StandIn]:
    """Their endpoint."""
    store = ox.Store()
    store.load(THERE.encode(), ox.RdfFormat.TURTLE)
    with stand_in(answers_from(store)) as site:
        yield site


@pytest.fixture
def there(shared_site: StandIn) -> StandIn:
    """Their endpoint, before any request."""
    shared_site.requests.clear()
    return shared_site


def resolve(
    here: ox.Store,
    text: str,
    *allowed: str,
    limits: ServiceLimits | None = None,
    graphs: tuple[str, ...] = (),
    seconds: float = 10,
    asked: list[str] | None = None,
) -> str:
    """Text without SERVICE."""

    async def local(query: Query) -> bytes:
        if asked is not None:
            asked.append(query.text)
        named = [ox.NamedNode(graph) for graph in query.default_graphs] or None
        try:
            has_dataset = scan(query.text, Limits()).has_dataset
            return select(
                here,
                query.text,
                base_iri=BASE,
                prefixes=PREFIXES,
                use_default_graph_as_union=not has_dataset and named is None,
                default_graph=named,
            )
        except SyntaxError as error:
            raise syntax_error(str(error), query.text) from None

    async def run() -> str:
        federation = Federation(allowed, limits)
        try:
            checked = scan(text, Limits(), federated=True)
            return await federation.resolve(checked, Query(text, graphs), local, time.monotonic() + seconds)
        finally:
            await federation.close()

    return asyncio.run(run())


def ask(here: ox.Store, site: StandIn, group: str, head: str = "SELECT *", **options: object) -> list[dict[str, str]]:
    """Solutions of a query, with ``<U>`` for the endpoint and ``e:`` for the namespace."""
    text = f"PREFIX e: <{E}> {head} {{ {group} }}".replace("<U>", f"<{site.url}>")
    resolved = resolve(here, text, f"private:{site.url}", **options)  # type: ignore[arg-type]
    found = json.loads(select(here, resolved, use_default_graph_as_union=True))
    return [{name: term["value"].removeprefix(E) for name, term in row.items()} for row in found["results"]["bindings"]]


DISGUISES = [
    "SELECT * { SERVICE <{}> { ?a ?b ?c } }",
    "SELECT * { sErVicE#<https://query.wikidata.org/sparql>\n<{}> { ?a ?b ?c } }",
    r"SELECT * { \u0053ERVICE <{}> { ?a ?b ?c } }",
    "PREFIX x: <{}> SELECT * { SERVICE x: { ?a ?b ?c } }",
    "BASE <{}> SELECT * { SERVICE <> { ?a ?b ?c } }",
    "PREFIX : <https://query.wikidata.org/sparql> PREFIX : <{}> SELECT * { SERVICE : { ?a ?b ?c } }",
    "SELECT * { GRAPH ?g { OPTIONAL { { SERVICE <{}> { ?a ?b ?c } } UNION {} } } }",
    "SELECT * { { SELECT ?a { { SELECT * { SERVICE <{}> { ?a ?b ?c } } } } } }",
    "ASK { FILTER NOT EXISTS { SERVICE <{}> { ?a ?b ?c } } }",
    "SELECT (EXISTS { SERVICE <{}> { ?a ?b ?c } } AS ?x) {}",
    "CONSTRUCT { ?a ?b ?c } WHERE { SERVICE <{}> { ?a ?b ?c } }",
    "DESCRIBE ?a { SERVICE <{}> { ?a ?b ?c } }",
    "SELECT * { SERVICE <https://query.wikidata.org/sparql> { ?a ?b ?c } SERVICE <{}> { ?a ?b ?c } }",
    "SELECT * { SERVICE <https://query.wikidata.org/sparql> { ?a ?b ?c { SERVICE <{}> { ?d ?e ?f } } } }",
    "SELECT * { BIND(<{}> AS ?g) SERVICE ?g { ?a ?b ?c } }",
    "SELECT * { VALUES ?g { <{}> } SERVICE $g { ?a ?b ?c } }",
    "SELECT * { ?a ?b ?c FILTER(?a<'>') SERVICE <{}> { ?s ?p ?o FILTER(?s = 'z') } }",
    "SELECT * { SERVICE<{}>{ ?a ?b ?c } }",
    "SELECT * { ?a ?b true SERVICE <{}> { ?a ?b ?c } }",
    "PREFIX ex:<{}>SELECT * { SERVICEex:{ ?a ?b ?c } }",
    "SELECT * { ?a ?b trueSERVICE<{}>{ ?a ?b ?c } }",
    "SELECT * { SERVICE nope:x { ?a ?b ?c } ?x ?y <{}> }",
]


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("query", DISGUISES)
def test_what_is_not_on_the_list_is_refused(
    here: ox.Store, there: StandIn, caplog: pytest.LogCaptureFixture, query: str, silent: bool
) -> None:
    """In every disguise, SILENT or not; nothing is sent, neither there nor to the endpoint that is on the list."""
    text = query.replace("{}", there.url).replace("nope:x", "SILENT nope:x" if silent else "nope:x")
    if silent:
        text = (
            text.replace("SERVICE ", "SERVICE SILENT ")
            .replace("SERVICE<", "SERVICE SILENT<")
            .replace("SERVICE#", "SERVICE SILENT#")
        )
    asked: list[str] = []
    with pytest.raises(QueryRefusedError) as error:
        resolve(here, text, *entries_of(SERVICE_ALLOW), asked=asked)

    assert error.value.status == 403
    assert "SERVICE on line" in str(error.value)
    assert isinstance(error.value, ServiceRefusedError) == ("SERVICE refused" in caplog.text)
    assert there.requests == []
    assert asked == []


@pytest.mark.parametrize(
    "query, message",
    [
        (
            "ASK { SERVICE <https://x.example/> {} }",
            r"line 1: <https://x\.example/> is not on the list .*<https://query\.wikidata",
        ),
        (
            "ASK {\n SERVICE ?x {} }",
            r"line 2: \?x is no IRI that can be known before the query runs\. Write one of <https://query",
        ),
        (
            "ASK { SERVICE <https://query.wikidata.org/sparql> { SERVICE ?x {} } }",
            "another SERVICE stands in its pattern. Write it",
        ),
        ("ASK {" + "SERVICE <https://query.wikidata.org/sparql> {}" * 9 + "}", "has 9 SERVICE clauses; this endpoint follows 8"),
    ],
)
def test_refusals_say_what_is_allowed(here: ox.Store, query: str, message: str) -> None:
    """Each with its remedy."""
    with pytest.raises(ServiceRefusedError, match=message):
        resolve(here, query, *entries_of(SERVICE_ALLOW))


def test_an_empty_list_refuses_all(here: ox.Store) -> None:
    """As an endpoint without federation does."""
    with pytest.raises(ServiceRefusedError, match="opens no connections on behalf of a query"):
        resolve(here, "ASK { SERVICE <https://query.wikidata.org/sparql> {} }")


def test_a_query_without_service_stays_as_it_is(here: ox.Store) -> None:
    """Nobody is asked."""
    assert resolve(here, "ASK { ?a ?b ?c }") == "ASK { ?a ?b ?c }"


def test_what_stands_before_narrows_the_request(here: ox.Store, there: StandIn) -> None:
    """The other endpoint is asked for what can be joined only."""
    rows = ask(here, there, "e:council e:same ?w SERVICE <U> { ?w e:type ?t }")

    assert rows == [{"w": "Q1", "t": "Body"}]
    [query] = there.queries
    assert f"VALUES (?w) {{ (<{E}Q1>) }}   ?w e:type ?t" in query
    assert query.endswith("LIMIT 20001")


def test_batches(here: ox.Store, there: StandIn) -> None:
    """Many bindings are sent in several requests, and the solutions are those of one."""
    rows = ask(here, there, "?s e:same ?w SERVICE <U> { ?w e:type ?t }", limits=ServiceLimits(batch=1))

    assert sorted((row["s"], row["t"]) for row in rows) == [("council", "Body"), ("union", "Body"), ("union", "Club")]
    assert len(there.requests) == 4


def test_nothing_before_is_nothing_to_ask(here: ox.Store, there: StandIn) -> None:
    """A join with nothing needs no request."""
    assert ask(here, there, "?s e:nothing ?w SERVICE <U> { ?w e:type ?t }") == []
    assert there.requests == []


@pytest.mark.parametrize(
    "group, limits",
    [
        ("?s e:same ?w SERVICE <U> { ?w e:type ?t }", ServiceLimits(bindings=3)),
        ("?s e:same ?w SERVICE <U> { ?x e:type ?t }", ServiceLimits()),
        ("?s e:code ?t SERVICE <U> { ?w e:code ?t }", ServiceLimits()),
        ("OPTIONAL { e:council e:nothing ?w } SERVICE <U> { ?w e:type ?t }", ServiceLimits()),
        ("?s e:same ?w { SERVICE <U> { ?w e:type ?t } }", ServiceLimits()),
        ("?s e:same ?w SERVICE <U> { SELECT * { ?w e:type ?t } LIMIT 9 }", ServiceLimits()),
        ("?s e:same ?w SERVICE <U> { ?w e:type ?t MINUS { ?s ?p ?q } }", ServiceLimits(bindings=0)),
    ],
    ids=["too many", "nothing shared", "literals with a language", "unbound", "inner group", "limit", "not visible"],
)
def test_where_in_doubt_the_pattern_is_sent_as_it_is(here: ox.Store, there: StandIn, group: str, limits: ServiceLimits) -> None:
    """No bindings are sent."""
    ask(here, there, group, limits=limits)

    [query] = there.queries
    assert "VALUES" not in query


def test_hidden_variables_are_no_columns(here: ox.Store, there: StandIn) -> None:
    """Those of a subquery that it does not select, and of EXISTS and MINUS."""
    rows = ask(
        here, there, "SERVICE <U> { { SELECT ?t { ?s e:type ?t } } MINUS { ?s e:code ?c } FILTER EXISTS { ?t ^e:type ?z } }"
    )

    assert {"t"} == {name for row in rows for name in row}
    assert len(rows) == 4


def test_a_pattern_without_variables_keeps_its_count(here: ox.Store, there: StandIn) -> None:
    """It gives one solution or none."""
    assert ask(here, there, "SERVICE <U> { e:Q1 e:type e:Body }") == [{}]
    assert ask(here, there, "SERVICE <U> { e:Q1 e:type e:Club }") == []
    assert "SELECT (1 AS ?row)" in there.queries[0]


def test_blank_nodes_get_names(here: ox.Store, there: StandIn) -> None:
    """The same node the same name in one clause, another one in another call, in several batches too."""
    group = "?s e:same ?w SERVICE <U> { ?w e:part ?n }"
    rows = ask(here, there, group, limits=ServiceLimits(batch=1))

    assert len(there.requests) == 5  # once more, all in one
    assert len({row["n"] for row in rows}) == 2
    assert all(row["n"].startswith(GENID) for row in rows)
    assert not {row["n"] for row in rows} & {row["n"] for row in ask(here, there, group)}


def test_dataset_of_query_and_request(here: ox.Store, there: StandIn) -> None:
    """What stands before is evaluated on the dataset that the query will be evaluated on."""
    group = "?s e:same ?w SERVICE <U> { ?w e:type ?t }"
    ask(here, there, group, "SELECT * FROM e:graph")
    ask(here, there, group, graphs=(f"{E}graph",))

    assert [f"VALUES (?w) {{ (<{E}Q4>) }}" in query for query in there.queries] == [True, True]


def test_names_are_declared_for_the_other_endpoint(here: ox.Store, there: StandIn) -> None:
    """Those of the query, those that it need not declare, and a base for relative IRIs."""
    text = f"BASE <{E}> SELECT * {{ SERVICE <{there.url}> {{ <Q1> <type> ?t . OPTIONAL {{ ?t pol:label ?l }} }} }}"
    resolve(here, text, f"private:{there.url}")

    [query] = there.queries
    assert f"BASE <{E}>\n" in query
    assert "PREFIX pol: <https://w3id.org/policy-kg/ontology#>\n" in query


def test_two_clauses_in_the_order_of_the_text(here: ox.Store, there: StandIn) -> None:
    """The solutions of the first narrow the second."""
    rows = ask(here, there, "e:council e:same ?w SERVICE <U> { ?w e:type ?t } SERVICE <U> { ?o e:type ?t }")

    assert sorted(row["o"] for row in rows) == ["Q1", "Q2"]
    assert f"VALUES (?t) {{ (<{E}Body>) }}" in there.queries[1]


@pytest.mark.parametrize("form", ["CONSTRUCT { ?w e:is ?t } WHERE", "DESCRIBE ?w", "ASK", "SELECT (COUNT(*) AS ?n) WHERE"])
def test_all_forms(here: ox.Store, there: StandIn, form: str) -> None:
    """The rewritten query is of the same form."""
    text = f"PREFIX e: <{E}> {form} {{ ?s e:same ?w SERVICE <{there.url}> {{ ?w e:type ?t }} }}"
    resolved = resolve(here, text, f"private:{there.url}")

    here.query(resolved)
    assert form in resolved
    assert len(there.requests) == 1


@pytest.mark.parametrize(
    "group",
    [
        "?a e:same ?b FOO SERVICE <U> { ?a ?b ?c }",
        "SERVICE <U> { ?a ?b ?c FOO }",
        "SERVICE <U> { ?a ?b ?c } UNION { ?a ?b ?c }",
        "{ ?a ?b ?c } UNION SERVICE <U> { ?a ?b ?c }",
        "OPTIONAL SERVICE <U> { ?a ?b ?c }",
        "GRAPH e:graph SERVICE <U> { ?a ?b ?c }",
        "{ SELECT * { ?a ?b ?c } SERVICE <U> { ?a ?b ?c } }",
        "VALUES ?x SERVICE <U> { ?a ?b ?c }",
        "VALUES ?x { SERVICE <U> { ?a ?b ?c } }",
        "} SERVICE <U> { ?a ?b ?c ",
        "SERVICE <U> { ?a ?b ?c } BIND(1 AS ?a)",
    ],
)
def test_nothing_is_sent_for_a_query_with_a_mistake(here: ox.Store, there: StandIn, group: str) -> None:
    """What is a syntax error with SERVICE is one without: a clause is replaced by what may stand in the same places only."""
    with pytest.raises(SyntaxError):
        here.query(f"PREFIX e: <{E}> SELECT * {{ {group} }}")
    with pytest.raises(QuerySyntaxError):
        ask(here, there, group)

    assert there.requests == []


@pytest.mark.parametrize("where", ["?c )", "?c FOO", "?c }\n )", "?c } }\n LIMIT x #", "?x:y"])
def test_mistakes_have_their_place(here: ox.Store, there: StandIn, where: str) -> None:
    """The line is that of the query as it was sent, in a pattern and after it; so is the column in a pattern."""
    text = f"PREFIX e: <{E}>\nSELECT * {{\n SERVICE SILENT\n  <{there.url}> {{\n ?a ?b {where}\n }} }}"
    with pytest.raises(SyntaxError) as direct:
        here.query(text)
    with pytest.raises(QuerySyntaxError) as error:
        resolve(here, text, f"private:{there.url}")

    expected = syntax_error(str(direct.value), text)
    assert expected.line == error.value.line
    assert expected.column == error.value.column or "}" in where


FAILURES: list[tuple[Reply, type[RefusalError], str]] = [
    (Reply(status=500), ServiceFailedError, "answered with the status 500"),
    (Reply(b"{"), ServiceFailedError, "answered with something that is not JSON; expected SPARQL 1.1"),
    (Reply(b'{"head":{"vars":["t"]},"results":{"bindings":[{"t":{"type":"uri"'), ServiceFailedError, "not JSON"),
    (Reply(b"[]"), ServiceFailedError, "JSON that is a list"),
    (Reply(b'{"head":{},"boolean":true}'), ServiceFailedError, "without the head and results"),
    (Reply(b'{"head":{},"results":{}}'), ServiceFailedError, "results without bindings"),
    (Reply(b'{"head":{},"results":{"bindings":0}}'), ServiceFailedError, "bindings that are a number"),
    (Reply(b'{"head":{},"results":{"bindings":[null]}}'), ServiceFailedError, "a solution that is null"),
    (
        Reply(b'{"head":{},"results":{"bindings":[{"t":{"type":"uri","value":"x> }"}}]}}'),
        ServiceFailedError,
        "a term that is none",
    ),
    (Reply(b'{"head":{},"results":{"bindings":[{"t":{"type":"x","value":"x"}}]}}'), ServiceFailedError, "a term that is none"),
    (Reply(pieces=40, pause=0.2), ServiceTimeoutError, "gave no result within"),
]


@pytest.mark.parametrize("reply, error, message", FAILURES)
def test_failures_and_silent(
    here: ox.Store, caplog: pytest.LogCaptureFixture, reply: Reply, error: type[RefusalError], message: str
) -> None:
    """The query fails with a reason; with SILENT the clause gives one solution that binds nothing, and the log has the reason."""
    limits = ServiceLimits(timeout_s=0.3)
    with stand_in(lambda _: reply) as site:
        with pytest.raises(error, match=message):
            ask(here, site, "SERVICE <U> { ?s e:type ?t }", limits=limits)
        caplog.clear()

        assert ask(here, site, "e:council e:same ?s SERVICE SILENT <U> { ?s e:type ?t }", limits=limits) == [{"s": "Q1"}]

    assert "SERVICE SILENT failed" in caplog.text
    assert site.url in caplog.text


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_too_much_is_never_cut(here: ox.Store, there: StandIn, silent: str) -> None:
    """More rows than the limit is an error, with SILENT too; so are all responses together."""
    group = f"SERVICE {silent}<U> {{ ?s ?p ?t }}"
    with pytest.raises(ResultTooLargeError, match=r"has more than 2 solutions for its pattern.*up to 2,000 of them are sent"):
        ask(here, there, group, limits=ServiceLimits(rows=2))
    with pytest.raises(ResultTooLargeError, match="more than 2 solutions"):
        ask(here, there, f"?z e:same ?s {group}", limits=ServiceLimits(rows=2, batch=1))
    with pytest.raises(ResultTooLargeError, match="together are larger than 0 MiB"):
        ask(here, there, group, limits=ServiceLimits(total_mib=0))

    assert there.queries[0].endswith("LIMIT 3")


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_a_refused_redirect_is_no_failure(here: ox.Store, caplog: pytest.LogCaptureFixture, silent: str) -> None:
    """SILENT hides it neither from the log nor from the client, in one of several batches either."""
    with stand_in(lambda _: Reply(status=302, headers={"Location": "http://169.254.169.254/"})) as site:
        for limits in (ServiceLimits(), ServiceLimits(batch=1)):
            caplog.clear()
            with pytest.raises(ServiceRefusedError, match="redirects"):
                ask(here, site, f"?z e:same ?s SERVICE {silent}<U> {{ ?s e:type ?t }}", limits=limits)

            assert "SERVICE refused" in caplog.text


def test_the_deadline_of_the_query_holds(here: ox.Store) -> None:
    """With SILENT, too; and time that ran out before the query itself could run is told as such."""
    with stand_in(lambda _: Reply(pieces=40, pause=0.2)) as site:
        with pytest.raises(ServiceTimeoutError, match=r"within 0\.\d+ s"):
            ask(here, site, "SERVICE SILENT <U> { ?s e:type ?t }", seconds=0.3)
        with pytest.raises(QueryTimeoutError, match="left no time for the query itself"):
            ask(here, site, "SERVICE SILENT <U> { ?s e:type ?t }", seconds=-1)


def test_a_task_that_is_cancelled_ends_its_requests(here: ox.Store) -> None:
    """As when a client hangs up."""

    async def run(url: str) -> None:
        federation = Federation((f"private:{url}",))

        async def local(query: Query) -> bytes:
            return select(here, query.text, base_iri=BASE, prefixes=PREFIXES)

        text = f"SELECT * {{ SERVICE <{url}> {{ ?a ?b ?c }} }}"
        checked = scan(text, Limits(), federated=True)
        task = asyncio.create_task(federation.resolve(checked, Query(text), local, time.monotonic() + 20))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await federation.close()

    started = time.monotonic()
    with stand_in(lambda _: Reply(pieces=10, pause=0.1)) as site:
        asyncio.run(run(site.url))

        assert time.monotonic() - started < 5


TERMS = st.one_of(
    st.builds(lambda value: {"type": "literal", "value": value}, st.text()),
    st.builds(lambda value, tag: {"type": "literal", "value": value, "xml:lang": tag}, st.text(), st.text() | st.just("en-GB")),
    st.builds(lambda value, kind: {"type": "literal", "value": value, "datatype": kind}, st.text(), st.text() | st.just("x:y")),
    st.builds(lambda value: {"type": "uri", "value": f"x:{value}"}, st.text()),
    st.builds(lambda value: {"type": "bnode", "value": value}, st.text()),
    st.dictionaries(st.sampled_from(["type", "value", "xml:lang"]), st.none() | st.integers() | st.text()),
    st.none() | st.integers() | st.text(),
)


@settings(max_examples=300, deadline=None)
@given(TERMS)
def test_terms_of_others_stay_terms(term: object) -> None:
    """Whatever an endpoint sends is one term of a query, the same one, or an error: nothing breaks out."""
    body = json.dumps({"head": {"vars": ["a"]}, "results": {"bindings": [{"a": term}]}}).encode()
    try:
        [row] = rows_of(body, ["a"], "scope", 9).rows
    except BadResultError:
        return

    [solution] = ox.Store().query(f"SELECT * {{ VALUES (?a) {{ {row} }} FILTER(true) }}")  # type: ignore[misc]
    value = solution["a"]
    assert isinstance(term, dict)
    if term["type"] == "bnode":
        assert value.value.startswith(GENID)
    else:
        assert value.value == term["value"]


def test_other_dialects_of_results() -> None:
    """Virtuoso's blank nodes, SPARQL 1.0's typed literals, columns that nobody asked for, rows without a value."""
    solutions = [
        {"a": {"type": "bnode", "value": "nodeID://b1"}, "b": {"type": "typed-literal", "datatype": "x:y", "value": "1"}},
        {"z": {"type": "uri", "value": "x:z"}},
    ]
    body = json.dumps({"head": {"vars": ["a", "b", "z"]}, "results": {"bindings": solutions}}).encode()

    assert rows_of(body, ["a", "b"], "s", 9).rows == [f'(<{GENID}s/1> "1"^^<x:y>)', "(UNDEF UNDEF)"]


def test_what_may_narrow() -> None:
    """IRIs and plain strings that every solution has; nothing if there are more than the limit."""
    iri, text, number = (
        {"type": "uri", "value": "x:a"},
        {"type": "literal", "value": "a"},
        {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
    )
    solutions = [{"a": iri, "b": text, "c": number, "d": iri}, {"a": iri, "b": text, "c": number}]
    body = json.dumps({"head": {"vars": []}, "results": {"bindings": solutions}}).encode()

    assert narrowing(body, ["a", "b", "c", "d"], 2) == (["a", "b"], ['(<x:a> "a")'])
    assert narrowing(body, ["a"], 1) == ([], [])
