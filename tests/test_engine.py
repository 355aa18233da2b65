"""Queries in processes of their own: limits that hold, and answers that are whole."""

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kg.engine.pool
from kg.engine.errors import (
    EngineBusyError,
    EngineFailureError,
    QueryMemoryExceededError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    RefusalError,
    ResultTooLargeError,
)
from kg.engine.limits import Limits
from kg.engine.pool import Engine, Query
from kg.engine.scan import Scan
from kg.errors import ReleaseError
from kg.namespaces import graph_iri
from kg.store import current_release, open_release, open_store
from tests.serving import write_release

LIMITS = Limits(timeout_s=0.7, memory_mib=200, result_mib=1, workers=2, queue_s=3, query_kib=1024)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with enough in it for a cross product to take for ever."""
    return write_release(tmp_path_factory.mktemp("build"), extra=3000) / "store"


@pytest.fixture(scope="module")
def engine(store: Path) -> Iterator[Engine]:
    """An engine with tight limits."""
    with Engine(store, LIMITS) as engine:
        yield engine


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every query pass the scan, as if it were fooled."""
    monkeypatch.setattr(
        kg.engine.pool, "scan", lambda text, _: Scan(text, "SELECT", 0, has_dataset=False, star=None, variables=())
    )


def ask(engine: Engine, text: str, form: str = "csv", **dataset: tuple[str, ...]) -> str:
    """Run a query and decode its answer."""
    return engine.answer(Query(text, **dataset), form).body.decode()


def count(engine: Engine, text: str, **dataset: tuple[str, ...]) -> int:
    """Number that a counting query gives."""
    return int(ask(engine, text, "csv", **dataset).split()[1])


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_deadline_kills_and_the_next_query_works(engine: Engine) -> None:
    """The worker of a query past its deadline is gone, and another takes its place."""
    before = engine.process_ids

    with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.7 s.*/dumps/"):
        ask(engine, ENDLESS)

    gone = set(before) - set(engine.process_ids)
    assert len(gone) == 1
    assert not any(alive(pid) for pid in gone)
    assert len(engine.process_ids) == 2
    assert ask(engine, "ASK { ?a ?b ?c }") == "true"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
        "SELECT (GROUP_CONCAT(STR(?f)) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
        'SELECT ?x40 { BIND("0123456789012345678901234567890123456789" AS ?x0) '
        + " ".join(f"BIND(CONCAT(?x{i},?x{i}) AS ?x{i + 1})" for i in range(40))
        + " }",
    ],
    ids=["sort", "aggregate", "doubling"],
)
def test_memory_limit(store: Path, query: str) -> None:
    """A query that takes more memory than it may is told so, and the engine goes on."""
    with Engine(store, Limits(timeout_s=20, memory_mib=64, workers=1)) as engine:
        with pytest.raises(QueryMemoryExceededError, match="more than 64 MiB"):
            ask(engine, query)

        assert ask(engine, "ASK { ?a ?b ?c }") == "true"


def test_result_limit(engine: Engine) -> None:
    """A result past the limit is refused whole, and its worker goes on."""
    before = engine.process_ids

    with pytest.raises(ResultTooLargeError, match=r"larger than 1 MiB.*/dumps/"):
        ask(engine, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000")

    assert before == engine.process_ids


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_result_limit_of_graphs(engine: Engine, form: str) -> None:
    """The limit holds for each serialisation of a graph."""
    query = 'CONSTRUCT { ?a ?b ?x } { ?a ?b ?c BIND(CONCAT(STR(?c), STRDT("{}", xsd:string)) AS ?x) }'
    with pytest.raises(ResultTooLargeError):
        ask(engine, query.replace("{}", "x" * 500), form)


def test_size_limit_of_one_row(engine: Engine) -> None:
    """One literal larger than the limit is no way around it, in a preview neither."""
    query = 'SELECT ?x16 { BIND("0123456789012345678901234567890123456789" AS ?x0) '
    query += " ".join(f"BIND(CONCAT(?x{i},?x{i}) AS ?x{i + 1})" for i in range(16)) + " }"

    for form in ("json", "preview"):
        with pytest.raises(ResultTooLargeError):
            ask(engine, query, form)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.usefixtures("blind")
def test_a_worker_cannot_connect(engine: Engine, host: str) -> None:
    """Even past the scan, SERVICE reaches nobody: the process can open no socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://{host}:{listener.getsockname()[1]}/"
        with pytest.raises(QueryRefusedError, match="open a connection"):
            ask(engine, f"SELECT * {{ SERVICE <{url}> {{ ?a ?b ?c }} }}")
        ask(engine, f"SELECT * {{ SERVICE SILENT <{url}> {{ ?a ?b ?c }} }}")

        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize("unit", [("{ SELECT * ", "}"), ("{", "}")])
def test_deep_nesting_past_the_scan_does_no_harm(engine: Engine, unit: tuple[str, str]) -> None:
    """Nesting that a scan failed to see costs a worker at most, and with its large stack not even that."""
    query = "SELECT * " + unit[0] * 30_000 + "{}" + unit[1] * 30_000
    with contextlib.suppress(RefusalError):
        ask(engine, query)

    assert ask(engine, "ASK { ?a ?b ?c }") == "true"


def test_syntax_error_has_a_place(engine: Engine) -> None:
    """Line, column and what was expected are given apart."""
    with pytest.raises(QuerySyntaxError, match=r"^Line 2, column 12: found '}'; expected \. or :") as error:
        ask(engine, "SELECT ?a {\n  ?a ?b FOO }")

    assert (error.value.line, error.value.column) == (2, 12)


@pytest.mark.parametrize(
    "query, message",
    [
        ("SELECT ?a { ?a nope:b ?c }", "Prefix not found"),
        ("SELECT (<x:f>(1) AS ?x) {}", "custom function"),
        ("CONSTRUCT { ?a ?b ?c } { ?a ?b ?c }", "does not fit this form"),
        ("nonsense", "Line 1, at or after column 1"),
    ],
)
def test_other_mistakes_are_the_clients(engine: Engine, query: str, message: str) -> None:
    """What Oxigraph cannot do is a 400 with its reason."""
    with pytest.raises(QuerySyntaxError, match=message) as error:
        ask(engine, query)

    assert error.value.status == 400


@pytest.mark.parametrize(
    "query, columns",
    [
        ("SELECT ?z ?a ?m { ?m ?a ?z }", "z,a,m"),
        ("SELECT * { ?zz ?mm ?aa . ?zz ?bb ?cc }", "zz,mm,aa,bb,cc"),
        ("SELECT DISTINCT * { ?zz ?aa 1 }", "zz,aa"),
        ("SELECT * { { SELECT ?z (1 AS ?b) { ?z ?hidden ?y } } ?a ?y ?z }", "z,b,y,a"),
    ],
)
def test_columns_are_in_order(engine: Engine, query: str, columns: str) -> None:
    """That of the projection, or of first appearance."""
    assert columns == ask(engine, query + " LIMIT 1").splitlines()[0]


def test_codepoint_escapes(engine: Engine) -> None:
    """They may stand anywhere (SPARQL 1.1, section 19.2), and an escaped quote ends no string."""
    assert ask(engine, r"S\u0045LECT ?\u0078 { BIND('\u0061' AS ?x) }").replace("\r", "") == "x\na\n"
    assert ask(engine, r"""SELECT ?x { BIND("a\u0022b" AS ?x) }""").replace("\r", "") == 'x\n"a""b"\n'


def test_default_graph(engine: Engine) -> None:
    """The union, unless the query or the request names graphs; the request goes before the query."""
    query = "SELECT (COUNT(*) AS ?n) %s { ?a ?b ?c }"
    alpha, entities = graph_iri("alpha-2020"), graph_iri("entities")

    assert count(engine, query % "") == 3013
    assert count(engine, query % f"FROM <{alpha}>") == 6
    assert count(engine, query % f"FROM <{alpha}> FROM <{entities}>") == 7
    assert count(engine, query % f"FROM NAMED <{alpha}>") == 0
    assert count(engine, query % f"FROM <{alpha}>", default_graphs=(entities,)) == 1
    assert count(engine, query % "", named_graphs=(alpha,)) == 0


def test_named_graphs(engine: Engine) -> None:
    """All, unless the query or the request names some."""
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) %s { GRAPH ?g { ?a ?b ?c } }"
    alpha = graph_iri("alpha-2020")

    assert count(engine, query % "") == 4
    assert count(engine, query % f"FROM NAMED <{alpha}>") == 1
    assert count(engine, query % f"FROM <{alpha}>") == 0
    assert count(engine, query % "", named_graphs=(alpha,)) == 1
    assert count(engine, query % "", default_graphs=(alpha,)) == 0


def test_preview_is_bounded(store: Path) -> None:
    """A page gets the first rows and is told that there are more."""
    with Engine(store, Limits(workers=1, preview_rows=3)) as engine:
        preview = json.loads(ask(engine, "SELECT * { ?s ?p ?o }", "preview"))

    assert len(preview["rows"]) == 3
    assert preview["more"]


def test_busy_engine_says_when_to_come_back(store: Path) -> None:
    """A query that finds no worker in time is not queued for ever."""
    with Engine(store, Limits(timeout_s=1, workers=1, queue_s=0.2)) as engine, ThreadPoolExecutor() as threads:
        ask(engine, "ASK {}")
        slow = threads.submit(ask, engine, ENDLESS)
        time.sleep(0.1)
        with pytest.raises(EngineBusyError) as error:
            ask(engine, "ASK {}")

        assert error.value.status == 503
        assert error.value.retry_after_s
        assert isinstance(slow.exception(), QueryTimeoutError)


def test_close_ends_a_running_query(store: Path) -> None:
    """No process is left, and who waited is told."""
    with ThreadPoolExecutor() as threads:
        engine = Engine(store, Limits(workers=1))
        ask(engine, "ASK {}")
        pids = engine.process_ids
        slow = threads.submit(ask, engine, ENDLESS)
        time.sleep(0.2)
        engine.close()

        assert isinstance(slow.exception(), RefusalError)
        assert not any(alive(pid) for pid in pids)


def test_a_worker_that_was_killed_is_replaced(store: Path) -> None:
    """Whoever killed it, the next query is answered or told why, and the one after is answered."""
    with Engine(store, Limits(workers=1)) as engine:
        ask(engine, "ASK {}")
        os.kill(engine.process_ids[0], signal.SIGKILL)
        with pytest.raises(RefusalError):
            ask(engine, "ASK {}")

        assert ask(engine, "ASK {}") == "true"


def test_reopen_serves_another_release(store: Path, tmp_path: Path) -> None:
    """After a new release, answers come from it and the old workers are gone."""
    other = write_release(tmp_path, extra=10) / "store"
    with Engine(store, Limits(workers=2)) as engine:
        old = engine.process_ids
        engine.reopen(other)

        assert count(engine, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }") == 23
        assert not set(old) & set(engine.process_ids)
        assert len(engine.process_ids) == 2


def test_a_store_that_cannot_be_opened_fails_each_query(tmp_path: Path) -> None:
    """The message says nothing of paths; the cause has what the worker said."""
    with Engine(tmp_path / "none", Limits(workers=1)) as engine, pytest.raises(EngineFailureError) as error:
        ask(engine, "ASK {}")

    assert str(tmp_path) not in str(error.value)
    assert "kg build" in str(error.value.__cause__)


def test_release_errors_name_the_remedy(tmp_path: Path) -> None:
    """Nothing built, a dangling link, no description, a broken one, no store."""
    with pytest.raises(ReleaseError, match=r"current: does not exist.*kg build"):
        current_release(tmp_path)
    (tmp_path / "current").symlink_to("releases/1")
    with pytest.raises(ReleaseError, match="points at a directory that is gone"):
        current_release(tmp_path)
    with pytest.raises(ReleaseError, match=r"release\.json: cannot be read"):
        open_release(tmp_path)
    (tmp_path / "release.json").write_text("{")
    with pytest.raises(ReleaseError, match="not JSON"):
        open_release(tmp_path)
    (tmp_path / "release.json").write_text("{}")
    with pytest.raises(ReleaseError, match='"version"'):
        open_release(tmp_path)
    (tmp_path / "release.json").write_text('{"version": "1"}')
    with pytest.raises(ReleaseError, match="no Oxigraph store"):
        open_release(tmp_path)
    (tmp_path / "store").mkdir()
    with pytest.raises(ReleaseError, match="cannot open"):
        open_store(tmp_path / "store")


def test_a_worker_that_retires_after_an_error_is_replaced(store: Path) -> None:
    """A result that is refused late, by a worker made to yield, does not fail the next query."""
    slow = 'SELECT ?a { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "^x")) }'
    late = f'SELECT ?x {{ {{ SELECT (COUNT(*) AS ?n) {{ {slow} }} }} BIND("0123456789012345678901234567890123456789" AS ?x0) '
    late += " ".join(f"BIND(CONCAT(?x{i},?x{i}) AS ?x{i + 1})" for i in range(16)) + " BIND(?x16 AS ?x) }"
    with Engine(store, Limits(workers=1, result_mib=1)) as engine:
        before = engine.process_ids
        with pytest.raises(ResultTooLargeError):
            ask(engine, late)

        assert ask(engine, "ASK {}") == "true"
        assert before != engine.process_ids
