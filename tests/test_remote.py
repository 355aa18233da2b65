"""Queries through the remote engine: real stores give what Oxigraph gives here, and what is not SPARQL 1.1 never reaches them."""

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg.credentials import Credentials
from kg.engine import errors
from kg.engine.evaluate import Request, evaluate
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.engine.remote import RemoteEngine
from kg.engine.rewrite import Dataset
from kg.engine.scan import scan
from kg.engine.translate import _Bounded
from kg.engine.translator import Translators, _Process
from kg.engine.upstream import StoreFailureError, StoreUnavailableError
from kg.namespaces import graph_iri
from kg.store import Release, open_store
from tests.published import small_graphs, write_release
from tests.stores import ROW_LIMIT, Store, free_port
from tests.test_publish import FOREIGN, kg, target
from tests.test_publish_errors import Answer, server


@pytest.fixture(scope="module", autouse=True)
def shared() -> Iterator[None]:
    """One event loop, and the processes of one engine, for all tests here: to start them takes longer than the tests."""
    with asyncio.Runner() as runner:
        SHARED["runner"], SHARED["translators"] = runner, Translators(Limits(**LIMITS))
        yield
        runner.run(SHARED.pop("translators").close())
        del SHARED["runner"]


SHARED: dict[str, Any] = {}
LIMITS: dict[str, Any] = {"workers": 2, "timeout_s": 30}


def run(url: str, release: Release, work: Callable[[RemoteEngine], Coroutine[Any, Any, Any]], **limits: Any) -> Any:
    """Do something with an engine that is closed afterwards."""

    async def body() -> Any:
        engine = RemoteEngine(url, release, Limits(**{**LIMITS, **limits}))
        if not limits:
            engine._translators = SHARED["translators"]
        try:
            return await work(engine)
        finally:
            await (engine.close() if limits else engine._upstream.close())

    return SHARED["runner"].run(body())


def ask(url: str, release: Release, text: str | Query, form: str = "json", **limits: Any) -> bytes:
    """The answer to one query."""
    query = text if isinstance(text, Query) else Query(text)

    async def work(engine: RemoteEngine) -> bytes:
        answer = await engine.answer(query, form)
        assert answer.version == release.version
        return answer.body

    body: bytes = run(url, release, work, **limits)
    return body


def local(release: Release, text: str, form: str) -> bytes:
    """What Oxigraph answers here."""
    checked = scan(text, Limits())
    request: Request = {
        "text": checked.text,
        "format": form,
        "default_graphs": None,
        "named_graphs": None,
        "has_dataset": checked.has_dataset,
        "star": checked.star,
        "variables": list(checked.variables),
        "preview_rows": 1000,
        "result_bytes": 1 << 20,
        "timeout_s": 30,
        "alarm_s": 30,
    }
    out = _Bounded(1 << 20)
    evaluate(open_store(release.store), request, out)
    return out.getvalue()


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with a value of each kind."""
    return write_release(tmp_path_factory.mktemp("remote"), "0.1.0-remote", small_graphs())


@pytest.fixture
def there(store: Store, release: Release) -> Store:
    """A store with that release and a graph of somebody else."""
    with target(store) as opened:
        opened.replace(FOREIGN, b"<urn:a> <urn:b> <urn:c> .\n")
    result = kg(store, release)
    assert result.exit_code == 0, result.stderr
    return store


SORTED = "SELECT ?s ?p ?o { ?s ?p ?o FILTER(!isLITERAL(?o) || STRLEN(STR(?o)) < 2000) } ORDER BY ?s ?p STR(?o)"


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv", "preview"])
@pytest.mark.parametrize(
    "text",
    [
        SORTED,
        "SELECT * { ?s pol:summary ?o ; a ?c.} ORDER BY ?s",
        "SELECT (COUNT(*) AS ?n) (MAX(?o) AS ?m) { ?s <https://example.org/decimal> ?o }",
        "SELECT ?o { ?s <https://example.org/long>|<https://example.org/quotes> ?o } ORDER BY ?o",
        "SELECT ?none { ?none <https://example.org/nothing> ?o }",
        "BASE <https://w3id.org/policy-kg/id/> PREFIX : <statement/alpha-2020/> SELECT ?t { :s001 a ?t }  # with a comment",
        "ASK { ?s a pol:Demand }",
        "ASK { ?s a <https://example.org/Nothing> }",
    ],
)
def test_rows_are_those_of_here(there: Store, release: Release, text: str, form: str) -> None:
    """In every format, byte by byte."""
    assert ask(there.queries, release, text, form) == local(release, text, form)


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld", "trig"])
def test_graphs_are_those_of_here(there: Store, release: Release, form: str) -> None:
    """In every format, as sets of triples."""
    text = "CONSTRUCT { ?s pol:summary ?o } WHERE { ?s pol:summary ?o }"
    formats = {"ttl": "TURTLE", "nt": "N_TRIPLES", "rdf": "RDF_XML", "jsonld": "JSON_LD", "trig": "TRIG"}
    body = ask(there.queries, release, text, form)

    found = {q.triple for q in ox.parse(body, format=getattr(ox.RdfFormat, formats[form]))}

    assert found == {q.triple for q in ox.parse(local(release, text, "nt"), format=ox.RdfFormat.N_TRIPLES)}
    assert len(found) == 4


def test_preview_of_a_graph(there: Store, release: Release) -> None:
    """The first rows, and whether there are others."""
    shown = json.loads(ask(there.queries, release, "CONSTRUCT WHERE { ?s pol:summary ?o }", "preview", preview_rows=3))

    assert (shown["columns"], len(shown["rows"]), shown["more"]) == (["subject", "predicate", "object"], 3, True)


OTHER = f"<{FOREIGN}>"
ALPHA, ENTITIES = graph_iri("alpha-2020"), graph_iri("entities")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?s { ?s ?p ?o }", 28),
        ("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", 5),
        ("SELECT ?s { ?s <urn:b> ?o }", 0),
        (f"SELECT ?s {{ GRAPH {OTHER} {{ ?s ?p ?o }} }}", 0),
        (f"SELECT (1 AS ?x) {{ GRAPH {OTHER} {{ ?s ?p ?o }} }}", 0),
        (f"SELECT ?s {{ VALUES ?g {{ {OTHER} }} GRAPH ?g {{ ?s ?p ?o }} }}", 0),
        (f"SELECT ?s FROM {OTHER} {{ ?s ?p ?o }}", 0),
        (f"SELECT ?s FROM {OTHER} FROM graph:entities {{ ?s ?p ?o }}", 1),
        (f"SELECT ?s FROM NAMED {OTHER} {{ GRAPH ?g {{ ?s ?p ?o }} }}", 0),
        (
            f"BASE <https://example.org/> SELECT ?s FROM <other> FROM NAMED {OTHER} WHERE {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}",
            0,
        ),
        ("SELECT ?s FROM graph:alpha-2020 { ?s ?p ?o }", 6),
        ("SELECT ?s FROM NAMED graph:alpha-2020 { GRAPH ?g { ?s ?p ?o } }", 6),
        ("SELECT ?s FROM NAMED graph:alpha-2020 { ?s ?p ?o }", 0),
        ("SELECT ?s FROM graph:alpha-2020 { GRAPH ?g { ?s ?p ?o } }", 0),
    ],
)
def test_only_the_graphs_of_the_release_are_seen(there: Store, release: Release, text: str, rows: int) -> None:
    """The union of them by default; FROM chooses among them; what else the store has is not there."""
    assert len(json.loads(ask(there.queries, release, text))["results"]["bindings"]) == rows


@pytest.mark.parametrize(
    ("default", "named", "rows"),
    [
        ((ENTITIES,), (), 1),
        ((FOREIGN,), (), 0),
        ((FOREIGN,), (FOREIGN,), 0),
        ((), (ALPHA,), 6),
        ((ENTITIES,), (ALPHA, FOREIGN), 7),
    ],
)
def test_dataset_of_the_request(
    there: Store, release: Release, default: tuple[str, ...], named: tuple[str, ...], rows: int
) -> None:
    """It goes before the query's, and is of the release's graphs as well."""
    text = f"SELECT ?s FROM {OTHER} WHERE {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"

    assert len(json.loads(ask(there.queries, release, Query(text, default, named)))["results"]["bindings"]) == rows


def product(size: int) -> str:
    """A pattern with the square of so many solutions, and no data."""
    numbers = " ".join(str(number) for number in range(size))
    return f"{{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }}"


def test_rows_that_the_store_cuts(there: Store, release: Release) -> None:
    """Virtuoso gives so many and no more: an error for rows and for graphs, of which it says nothing itself."""
    pattern = product(150)
    nodes = " ".join(f"<urn:n:{number}>" for number in range(150))
    graph = f"CONSTRUCT {{ ?n <urn:p> ?b }} {{ VALUES ?n {{ {nodes} }} VALUES ?b {{ {' '.join(map(str, range(150)))} }} }}"
    for text, form in ((f"SELECT * {pattern}", "csv"), (graph, "nt")):
        if there.name == "oxigraph":
            assert ask(there.queries, release, text, form).count(b"\n") in {22_500, 22_501}
            continue
        with pytest.raises(StoreFailureError, match="It is not passed on"):
            ask(there.queries, release, text, form)
        assert ROW_LIMIT < 22_500


def test_result_limit(there: Store, release: Release) -> None:
    """Of what is asked for, which may be longer than what the store sends."""
    with pytest.raises(errors.ResultTooLargeError, match="larger than 1 MiB"):
        ask(there.queries, release, f"SELECT * {product(100)}", "xml", result_mib=1)


def test_deadline(there: Store, release: Release) -> None:
    """The query is given up, and the next one is answered."""
    four = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(200)))} }}" for name in "abcd")

    async def work(engine: RemoteEngine) -> bytes:
        slow = Query(f"SELECT (COUNT(*) AS ?n) {{ {four} ?s ?p ?o FILTER(?a + ?b + ?c + ?d < 0) }}")
        with pytest.raises(errors.QueryTimeoutError, match=r"stopped after 0\.5 s"):
            await engine.answer(slow, "csv", timeout_s=0.5)
        return (await engine.answer(Query("ASK { ?s a pol:Demand }"), "json")).body

    assert run(there.queries, release, work) == b'{"head":{},"boolean":true}'


def test_ready(there: Store, release: Release, tmp_path: Path) -> None:
    """The same release, another one, none."""
    other = write_release(tmp_path, "0.1.0-other", {})

    async def work(engine: RemoteEngine) -> list[tuple[str, ...]]:
        found = [await engine.ready()]
        await engine.reopen(other)
        return [*found, await engine.ready()]

    same, differs = run(there.queries, release, work)
    with target(there) as opened:
        opened.drop(graph_iri("description"))
    none = run(there.queries, release, lambda engine: engine.ready())

    assert same == ()
    assert differs == ("the store holds release 0.1.0-remote and not 0.1.0-other, which is served; run `kg publish`",)
    assert none == ("the store holds no release, or one that was not published to its end; run `kg publish`",)


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ('define sql:select-option "order" SELECT * { ?s ?p ?o }', errors.QuerySyntaxError, "Line 1"),
        ("SPARQL SELECT * { ?s ?p ?o }", errors.QuerySyntaxError, "Line 1"),
        ("SELECT * { ?s ?p }", errors.QuerySyntaxError, "Line 1, at or after column 12: found '?s ?p }'"),
        ("SELECT *\n{ ?s ?p ?o FILTER(?x > ) }", errors.QuerySyntaxError, "Line 2"),
        ("SELECT * { ?s bif:contains 'x' }", errors.QuerySyntaxError, "Line 1"),
        ("PREFIX bif: <bif:> SELECT * { ?s bif:contains 'x' }", errors.QueryRefusedError, "an instruction to some stores"),
        ("PREFIX b: <b\\u0069f:> SELECT * { ?s b:contains 'x' }", errors.QueryRefusedError, "an instruction to some stores"),
        ("SELECT (<sql:f>(1) AS ?x) {}", errors.QueryRefusedError, "called as a function"),
        ("SELECT (<http://example.org/f>(1) AS ?x) {}", errors.QueryRefusedError, "called as a function"),
        ("BASE <java:> SELECT * { ?s <x> ?o }", errors.QueryRefusedError, "an instruction to some stores"),
        ("ASK { ?s <http://www.openlinksw.com/schemas/bif#contains> 'x' }", errors.QueryRefusedError, "an instruction"),
        ("LOAD <http://example.org/>", errors.QueryRefusedError, "LOAD is a SPARQL update"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", errors.QueryRefusedError, "SERVICE on line 1"),
        ("SELECT * FROMNAMED<http://example.org/> { ?s ?p ?o }", errors.QuerySyntaxError, "Write a space"),
        ("SELECTDISTINCT ?s { ?s ?p ?o }", errors.QuerySyntaxError, "Write a space"),
        ("", errors.QuerySyntaxError, ""),
        ("SELECT * {", errors.QuerySyntaxError, "Line 1"),
        ("SELECT * { ?s ?p ?o } ORDER BY", errors.QuerySyntaxError, "Line 1"),
        (f"SELECT * {{ ?s ?p ?o FILTER({'(' * 300}1{')' * 300}) }}", errors.QueryTooDeepError, "nested 302 deep"),
    ],
)
def test_what_never_reaches_a_store(release: Release, text: str, error: type[Exception], told: str) -> None:
    """A store that counts what it is asked is asked nothing."""
    asked: Counter[str] = Counter()

    def count(got: Any) -> Answer:
        asked[got.path] += 1
        return (200, {}, b"")

    with server(count) as url, pytest.raises(error, match=None) as caught:
        ask(url, release, text)

    assert told in str(caught.value)
    assert not asked


ROWS = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"x"}}]}}'
JSON = {"Content-Type": "application/sparql-results+json"}


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ((206, JSON, ROWS), StoreFailureError, "only a part of the result (status 206)"),
        ((200, {**JSON, "X-SQL-State": "S1TAT"}, ROWS), StoreFailureError, "only a part of the result"),
        ((200, {**JSON, "X-SPARQL-MaxRows": "10"}, ROWS), StoreFailureError, "its first 10 rows"),
        ((200, JSON, ROWS[:-3]), StoreFailureError, "cut short or malformed"),
        ((200, JSON, ROWS.replace(b'["s"]', b'["t"]')), StoreFailureError, "columns t instead of s"),
        ((200, JSON, b'{"head":{},"boolean":true}'), StoreFailureError, "a boolean instead of rows"),
        ((200, {"Content-Type": "text/html"}, ROWS), StoreFailureError, "content type text/html"),
        ((200, {**JSON, "Content-Length": "999", "Connection": "close"}, ROWS), StoreFailureError, "broke off"),
        (None, StoreFailureError, "broke off its answer"),
        ((302, {"Location": "http://example.org/"}, b""), StoreFailureError, "redirect (status 302)"),
        (
            (400, {}, b"SP031: no subqueries\n\nSPARQL query:\ndefine x"),
            errors.QuerySyntaxError,
            "(status 400): SP031: no subqueries Write",
        ),
        ((401, {"WWW-Authenticate": "Digest nonce=x"}, b""), StoreFailureError, "asks for a name and password"),
        ((403, {}, b""), StoreFailureError, "does not let this server query it"),
        ((404, {}, b""), StoreFailureError, "no query endpoint there"),
        ((500, {}, b"boom"), StoreFailureError, "failed on this query (status 500)"),
        ((503, {}, b""), StoreUnavailableError, "busy (status 503)"),
    ],
)
def test_what_is_no_whole_answer(release: Release, answer: Answer | None, error: type[Exception], told: str) -> None:
    """An error with its reason, and no address of the store."""

    def reply(got: Any) -> Answer | None:
        if answer and answer[1].get("Connection"):
            got.close_connection = True
        return answer

    with server(reply) as url, pytest.raises(error) as caught:
        ask(url, release, "SELECT ?s { ?s ?p ?o }", "csv")

    assert told in str(caught.value)
    assert url.removeprefix("http://") not in str(caught.value)


def test_nobody_there(release: Release) -> None:
    """503 and when to come again; the ready check warns."""
    url = f"http://127.0.0.1:{free_port()}/sparql"

    with pytest.raises(StoreUnavailableError, match="cannot be reached") as caught:
        ask(url, release, "ASK {}")

    assert (caught.value.status, caught.value.retry_after_s) == (503, 30)
    assert "did not say which release it holds" in run(url, release, lambda engine: engine.ready())[0]


def test_answer_without_an_end(release: Release) -> None:
    """Neither length nor chunks: where it ends is not known. A body past four times the limit is not read."""

    def endless(got: Any) -> None:
        got.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n" + ROWS)

    with server(endless) as url, pytest.raises(StoreFailureError, match="does not say where its answer ends"):
        ask(url, release, "SELECT ?s { ?s ?p ?o }")
    large = (200, JSON, b" " * (5 << 20))
    with server(lambda _: large) as url, pytest.raises(errors.ResultTooLargeError, match="more than 4 MiB"):
        ask(url, release, "SELECT ?s { ?s ?p ?o }", result_mib=1)


def test_format_that_does_not_fit(release: Release) -> None:
    """A graph is no CSV."""
    with server(lambda _: (200, JSON, ROWS)) as url, pytest.raises(errors.QuerySyntaxError, match="format ttl does not fit"):
        ask(url, release, "SELECT ?s { ?s ?p ?o }", "ttl")


def test_more_queries_than_may_run(release: Release) -> None:
    """The third waits and is turned away with a time to come again."""

    async def work(engine: RemoteEngine) -> errors.EngineBusyError:
        async with engine._turn("a"), engine._turn("b"):
            with pytest.raises(errors.EngineBusyError) as caught:
                await engine.answer(Query("ASK {}"), "json")
        return caught.value

    assert run("http://127.0.0.1:1/", release, work, queue_s=0.05, workers=1, long_queries=1).retry_after_s == 15


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (-signal.SIGSEGV, b"", errors.QueryTooDeepError),
        (-signal.SIGABRT, b"thread '<unnamed>' has overflowed its stack", errors.QueryTooDeepError),
        (-signal.SIGABRT, b"memory allocation of 8 bytes failed", errors.QueryMemoryExceededError),
        (1, b"out of memory", errors.QueryMemoryExceededError),
        (1, b"", errors.EngineFailureError),
    ],
)
def test_why_a_process_ended(status: int, said: bytes, error: type[Exception]) -> None:
    """By its status and what it said last."""

    class Dead:
        async def read(self, _: int) -> bytes:
            return said

        async def wait(self) -> int:
            return status

        @property
        def stderr(self) -> "Dead":
            return self

    cause = asyncio.run(_Process(Dead()).cause_of_death(Limits()))  # type: ignore[arg-type]

    assert type(cause) is error


def stat(pid: int) -> str:
    """State of a process: ``T`` is stopped (proc(5))."""
    states = {path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")}
    return states.pop() if len(states) == 1 else ""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system tells no states of threads in /proc")
def test_process_that_ends_at_its_work_or_without(release: Release) -> None:
    """A process ends, the engine does not."""

    async def prepare(engine: RemoteEngine) -> str:
        return (await engine._translators.prepare(engine.scan("ASK {}"), Dataset(()), _soon())).kind

    async def work(engine: RemoteEngine) -> int:
        assert await prepare(engine) == "boolean"
        process = engine._translators._idle[0]._process
        process.send_signal(signal.SIGSTOP)
        while stat(process.pid) != "T":  # all its threads stand still  # noqa: ASYNC110 - the kernel tells no event
            await asyncio.sleep(0.01)
        asking = asyncio.create_task(prepare(engine))
        await asyncio.sleep(0.05)
        process.kill()
        with pytest.raises(errors.QueryMemoryExceededError):
            await asking
        assert await prepare(engine) == "boolean"
        idle = engine._translators._idle[0]._process
        idle.kill()
        await idle.wait()
        assert await prepare(engine) == "boolean"
        return len(engine.process_ids)

    assert run("http://127.0.0.1:1/", release, work, workers=1) == 1


def _soon() -> float:
    return time.monotonic() + 20


def test_credentials_and_a_connection_that_was_kept(release: Release) -> None:
    """Basic after the challenge; a connection that the store closed meanwhile is made anew."""
    seen: list[str | None] = []

    def protected(got: Any) -> Answer | None:
        seen.append(got.headers["Authorization"])
        if not seen[-1]:
            return (401, {"WWW-Authenticate": 'Basic realm="r"'}, b"")
        return None if len(seen) == 3 else (200, JSON, ROWS)

    async def body(url: str) -> list[bytes]:
        engine = RemoteEngine(url, release, credentials=Credentials("u", "p"))
        try:
            return [(await engine.answer(Query("SELECT ?s { ?s ?p ?o }"), "csv")).body for _ in range(2)]
        finally:
            await engine.close()

    with server(protected) as url:
        assert asyncio.run(body(url)) == [b"s\r\nx\r\n", b"s\r\nx\r\n"]
    assert seen == [None, *["Basic dTpw"] * 3]
