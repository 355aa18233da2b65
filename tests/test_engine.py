"""Queries in processes of their own: limits that hold, and answers that are whole."""

import contextlib
import gc
import json
import os
import signal
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kg.engine.forking
import kg.engine.pool
import kg.engine.starting
from kg.engine.blocking import BlockingEngine
from kg.engine.errors import (
    EngineFailureError,
    QueryMemoryExceededError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooDeepError,
    QueryUnsupportedError,
    RefusalError,
    ResultTooLargeError,
)
from kg.engine.interface import Query
from kg.engine.limits import MIB, Limits
from kg.engine.scan import Scan
from kg.errors import ReleaseError
from kg.namespaces import graph_iri
from kg.store import Release, current_release, open_release, open_store
from tests.serving import write_release

LIMITS = Limits(timeout_s=0.7, memory_mib=200, result_mib=1, workers=2, queue_s=3, query_kib=1024)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with enough in it for a cross product to take for ever."""
    return open_release(write_release(tmp_path_factory.mktemp("build"), extra=3000))


@pytest.fixture(scope="module")
def engine(release: Release) -> Iterator[BlockingEngine]:
    """An engine with tight limits."""
    with BlockingEngine(release, LIMITS) as engine:
        yield engine


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every query pass the scan, as if it were fooled."""
    monkeypatch.setattr(
        kg.engine.pool, "scan", lambda text, *_, **__: Scan(text, "SELECT", 0, has_dataset=False, star=None, variables=())
    )


def ask(engine: BlockingEngine, text: str, form: str = "csv", **dataset: tuple[str, ...]) -> str:
    """Run a query and decode its answer."""
    return engine.answer(Query(text, **dataset), form).body.decode()


def count(engine: BlockingEngine, text: str, **dataset: tuple[str, ...]) -> int:
    """Number that a counting query gives."""
    return int(ask(engine, text, "csv", **dataset).split()[1])


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def parents(engine: BlockingEngine) -> set[int]:
    """Process ids of what forked the workers."""
    return {int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) for pid in engine.process_ids}


forked = pytest.mark.skipif(not kg.engine.starting.can_fork(), reason="workers are not forked on this system")


def wait_for(condition: Callable[[], object]) -> None:
    """Wait a few seconds until a condition holds, which it must."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError


def test_deadline_kills_and_the_next_query_works(engine: BlockingEngine) -> None:
    """The worker of a query past its deadline is gone, and another takes its place."""
    wait_for(lambda: len(engine.process_ids) == 3)
    before = engine.process_ids

    with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.7 s.*/dumps/"):
        ask(engine, ENDLESS)

    wait_for(lambda: set(before) - set(engine.process_ids) and len(engine.process_ids) == len(before))
    gone = set(before) - set(engine.process_ids)
    wait_for(lambda: not any(alive(pid) for pid in gone))
    assert ask(engine, "ASK { ?a ?b ?c }") == "true"


def test_a_request_may_ask_for_less_time(engine: BlockingEngine) -> None:
    """The message names the time that was asked for; more than the limit is the limit."""
    with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.05 s"):
        engine.answer(Query(ENDLESS), "csv", timeout_s=0.05)
    with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.7 s"):
        engine.answer(Query(ENDLESS), "csv", timeout_s=60)


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
def test_memory_limit(release: Release, query: str) -> None:
    """A query that takes more memory than it may is told so, and the engine goes on."""
    with BlockingEngine(release, Limits(timeout_s=20, memory_mib=64, workers=1)) as engine:
        with pytest.raises(QueryMemoryExceededError, match="more than 64 MiB"):
            ask(engine, query)

        assert ask(engine, "ASK { ?a ?b ?c }") == "true"


def test_result_limit(engine: BlockingEngine) -> None:
    """A result past the limit is refused whole, and its worker goes on."""
    before = engine.process_ids

    with pytest.raises(ResultTooLargeError, match=r"larger than 1 MiB.*/dumps/"):
        ask(engine, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000")

    assert set(before) <= set(engine.process_ids)


@pytest.mark.parametrize("limits", [Limits(result_mib=8, workers=1), Limits(result_mib=900, timeout_s=0.4, workers=1)])
def test_a_result_that_failed_is_forgotten(release: Release, limits: Limits) -> None:
    """What was sent of it is not kept: neither by a worker that goes on nor by one that was killed, also if no cycle is looked for."""
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    tracemalloc.start()
    gc.disable()
    try:
        with BlockingEngine(release, limits) as engine:
            before, _ = tracemalloc.get_traced_memory()
            for number in range(6):
                with pytest.raises((ResultTooLargeError, QueryTimeoutError)):
                    ask(engine, f"{text} #{number}")
            most = tracemalloc.get_traced_memory()[1] - before
            assert most > MIB  # there was something to forget; how much depends on the machine
            wait_for(
                lambda: tracemalloc.get_traced_memory()[0] - before < most / 2
            )  # six that are kept would be nearly all of it
    finally:
        gc.enable()
        tracemalloc.stop()


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_result_limit_of_graphs(engine: BlockingEngine, form: str) -> None:
    """The limit holds for each serialisation of a graph."""
    query = 'CONSTRUCT { ?a ?b ?x } { ?a ?b ?c BIND(CONCAT(STR(?c), STRDT("{}", xsd:string)) AS ?x) }'
    with pytest.raises(ResultTooLargeError):
        ask(engine, query.replace("{}", "x" * 500), form)


def test_size_limit_of_one_row(engine: BlockingEngine) -> None:
    """One literal larger than the limit is no way around it, in a preview neither."""
    query = 'SELECT ?x16 { BIND("0123456789012345678901234567890123456789" AS ?x0) '
    query += " ".join(f"BIND(CONCAT(?x{i},?x{i}) AS ?x{i + 1})" for i in range(16)) + " }"

    for form in ("json", "preview"):
        with pytest.raises(ResultTooLargeError):
            ask(engine, query, form)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.usefixtures("blind")
def test_a_worker_cannot_connect(engine: BlockingEngine, host: str) -> None:
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
def test_deep_nesting_past_the_scan_does_no_harm(engine: BlockingEngine, unit: tuple[str, str]) -> None:
    """Nesting that a scan failed to see costs a worker at most, and with its large stack not even that."""
    query = "SELECT * " + unit[0] * 30_000 + "{}" + unit[1] * 30_000
    with contextlib.suppress(RefusalError):
        ask(engine, query)

    assert ask(engine, "ASK { ?a ?b ?c }") == "true"


@pytest.mark.usefixtures("blind")
def test_a_stack_that_overflows_is_told(release: Release) -> None:
    """Where nesting overflows even the large stack, the reason is read from what is left of the worker."""
    query = "SELECT * " + "{" * 200_000 + "}" * 200_000
    with BlockingEngine(release, Limits(timeout_s=20, workers=1)) as engine:
        with pytest.raises(QueryTooDeepError, match="nested too deeply for the parser"):
            ask(engine, query)

        assert ask(engine, "ASK { ?a ?b ?c }") == "true"


def test_a_function_that_does_not_exist(engine: BlockingEngine) -> None:
    """The query is well-formed, so it is not called malformed: 422 with the name of the function."""
    with pytest.raises(QueryUnsupportedError, match=r"custom function <x:f>") as error:
        ask(engine, "SELECT (<x:f>(1) AS ?x) {}")

    assert error.value.status == 422


def test_syntax_error_has_a_place(engine: BlockingEngine) -> None:
    """Line, column and what was expected are given apart."""
    with pytest.raises(QuerySyntaxError, match=r"^Line 2, column 12: found '}'; expected \. or :") as error:
        ask(engine, "SELECT ?a {\n  ?a ?b FOO }")

    assert (error.value.line, error.value.column) == (2, 12)


@pytest.mark.parametrize(
    "query, message",
    [
        ("SELECT ?a { ?a nope:b ?c }", "Prefix not found"),
        ("CONSTRUCT { ?a ?b ?c } { ?a ?b ?c }", "does not fit this form"),
        ("nonsense", "Line 1, at or after column 1"),
    ],
)
def test_other_mistakes_are_the_clients(engine: BlockingEngine, query: str, message: str) -> None:
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
def test_columns_are_in_order(engine: BlockingEngine, query: str, columns: str) -> None:
    """That of the projection, or of first appearance."""
    assert columns == ask(engine, query + " LIMIT 1").splitlines()[0]


def test_codepoint_escapes(engine: BlockingEngine) -> None:
    """They may stand anywhere (SPARQL 1.1, section 19.2), and an escaped quote ends no string."""
    assert ask(engine, r"S\u0045LECT ?\u0078 { BIND('\u0061' AS ?x) }").replace("\r", "") == "x\na\n"
    assert ask(engine, r"""SELECT ?x { BIND("a\u0022b" AS ?x) }""").replace("\r", "") == 'x\n"a""b"\n'


def test_default_graph(engine: BlockingEngine) -> None:
    """The union, unless the query or the request names graphs; the request goes before the query."""
    query = "SELECT (COUNT(*) AS ?n) %s { ?a ?b ?c }"
    alpha, entities = graph_iri("alpha-2020"), graph_iri("entities")

    assert count(engine, query % "") == 3013
    assert count(engine, query % f"FROM <{alpha}>") == 6
    assert count(engine, query % f"FROM <{alpha}> FROM <{entities}>") == 7
    assert count(engine, query % f"FROM NAMED <{alpha}>") == 0
    assert count(engine, query % f"FROM <{alpha}>", default_graphs=(entities,)) == 1
    assert count(engine, query % "", named_graphs=(alpha,)) == 0


def test_named_graphs(engine: BlockingEngine) -> None:
    """All, unless the query or the request names some."""
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) %s { GRAPH ?g { ?a ?b ?c } }"
    alpha = graph_iri("alpha-2020")

    assert count(engine, query % "") == 4
    assert count(engine, query % f"FROM NAMED <{alpha}>") == 1
    assert count(engine, query % f"FROM <{alpha}>") == 0
    assert count(engine, query % "", named_graphs=(alpha,)) == 1
    assert count(engine, query % "", default_graphs=(alpha,)) == 0


def test_preview_is_bounded(release: Release) -> None:
    """A page gets the first rows and is told that there are more."""
    with BlockingEngine(release, Limits(workers=1, preview_rows=3)) as engine:
        preview = json.loads(ask(engine, "SELECT * { ?s ?p ?o }", "preview"))

    assert len(preview["rows"]) == 3
    assert preview["more"]


def test_close_ends_a_running_query(release: Release) -> None:
    """No process is left, and who waited is told."""
    with ThreadPoolExecutor() as threads:
        engine = BlockingEngine(release, Limits(workers=1))
        ask(engine, "ASK {}")
        pids = {*engine.process_ids, *(parents(engine) - {os.getpid()})}
        slow = threads.submit(ask, engine, ENDLESS)
        time.sleep(0.2)
        engine.close()

        assert isinstance(slow.exception(), RefusalError)
        assert not any(alive(pid) for pid in pids)


def test_a_worker_that_was_killed_is_replaced(release: Release) -> None:
    """Whoever killed it, the next query is answered."""
    with BlockingEngine(release, Limits(workers=1)) as engine:
        wait_for(lambda: len(engine.process_ids) == 2)
        killed = set(engine.process_ids)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

        assert ask(engine, "ASK {}") == "true"
        wait_for(lambda: len(engine.process_ids) >= 2 and not killed & set(engine.process_ids))


def test_a_worker_that_is_killed_at_work(release: Release) -> None:
    """Its query runs again, even if all workers were killed at once, and its answer is whole."""
    finite = "SELECT (COUNT(*) AS ?n) { ?a <https://example.org/p> ?c . ?d <https://example.org/p> ?f }"
    with BlockingEngine(release, Limits(workers=1)) as engine, ThreadPoolExecutor() as threads:
        ask(engine, "ASK {}")
        slow = threads.submit(ask, engine, finite)
        wait_for(lambda: engine.engine.long_queries and engine.engine.crew.idle)
        for pid in engine.process_ids:
            os.kill(pid, signal.SIGKILL)

        assert slow.result() == "n\r\n9000000\r\n"
        assert ask(engine, "ASK {}") == "true"


@forked
def test_what_forks_workers_is_killed(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    """Its workers end with it, the next ones come from another process, and what ran runs again."""
    finite = "SELECT (COUNT(*) AS ?n) { ?a <https://example.org/p> ?c . ?d <https://example.org/p> ?f }"
    with BlockingEngine(release, Limits(workers=1)) as engine, ThreadPoolExecutor() as threads:
        ask(engine, "ASK {}")
        slow = threads.submit(ask, engine, finite)
        wait_for(lambda: engine.engine.long_queries and engine.engine.crew.idle == 2)
        (first,) = parents(engine)
        workers = set(engine.process_ids)
        os.kill(first, signal.SIGKILL)

        assert slow.result() == "n\r\n9000000\r\n"
        assert "the process that forks query workers was killed, and is started again" in caplog.text
        wait_for(lambda: len(engine.process_ids) >= 2 and not workers & set(engine.process_ids))
        wait_for(lambda: not any(alive(pid) for pid in workers))
        (second,) = parents(engine)
        assert second != first
    assert not alive(second)


@forked
def test_what_forks_workers_stands_still(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed as soon as it is missed, and another one forks."""
    with BlockingEngine(release, Limits(workers=1)) as engine:
        wait_for(lambda: len(engine.process_ids) == 2)
        (first,) = parents(engine)
        monkeypatch.setattr(kg.engine.forking, "_ANSWER_S", 0.2)
        os.kill(first, signal.SIGSTOP)
        for pid in engine.process_ids:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not alive(first))

        monkeypatch.undo()
        wait_for(lambda: engine.process_ids)
        assert ask(engine, "ASK {}") == "true"


@forked
def test_a_worker_has_nothing_of_the_others(release: Release) -> None:
    """One socket and one pipe, of its own; no descriptor by which it could reach another process."""
    with BlockingEngine(release, Limits(workers=3)) as engine:
        wait_for(lambda: len(engine.process_ids) == 4)
        ends = {}
        for pid in engine.process_ids:
            links = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
            ends[pid] = [link for link in links if link.startswith(("socket:", "pipe:"))]
            assert not [link for link in links if "pidfd" in link]

    assert [len(own) for own in ends.values()] == [2] * 4
    assert len({link for own in ends.values() for link in own}) == 8


@forked
def test_workers_are_not_the_same_by_chance(release: Release) -> None:
    """Random numbers are drawn after the fork: no two workers give the same UUID."""
    with BlockingEngine(release, Limits(workers=3)) as engine, ThreadPoolExecutor() as threads:
        wait_for(lambda: len(engine.process_ids) == 4)
        for _ in range(5):
            given = list(threads.map(lambda _: ask(engine, "SELECT (STRUUID() AS ?x) (RAND() AS ?y) {}"), range(3)))
            assert len(set(given)) == 3
        pids = engine.process_ids
        wait_for(lambda: engine.engine.crew.idle == 4)
        first = []
        for pid in pids:  # each its first query, as one that was killed gives way to the next
            first.append(ask(engine, "SELECT (STRUUID() AS ?x) {}"))
            os.kill(pid, signal.SIGKILL)

    assert len(set(first)) == 4


@forked
def test_a_worker_that_cannot_be_forked(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    """The log says why, and as soon as it can be, the next query is answered."""
    resource = pytest.importorskip("resource")
    with BlockingEngine(release, Limits(workers=1)) as engine:
        wait_for(lambda: len(engine.process_ids) == 2)
        (parent,) = parents(engine)
        before = resource.prlimit(parent, resource.RLIMIT_NOFILE)
        resource.prlimit(parent, resource.RLIMIT_NOFILE, (3, before[1]))
        for pid in engine.process_ids:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: "a query worker could not be forked: Too many open files" in caplog.text)
        resource.prlimit(parent, resource.RLIMIT_NOFILE, before)
        wait_for(lambda: engine.process_ids)

        assert ask(engine, "ASK {}") == "true"


def test_nothing_is_forked_beside_a_thread_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It might hold a lock. One that waits is at rest."""
    zygote = pytest.importorskip("kg.engine.zygote")
    monkeypatch.setattr(zygote, "_RESTLESS_S", 0.2)
    rests, stops = threading.Event(), threading.Event()

    def run() -> None:
        while not rests.wait(0.001):
            pass
        stops.wait()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with pytest.raises(zygote.RestlessError, match="does not come to rest"):
            zygote.Threads().await_rest()
        rests.set()
        zygote.Threads().await_rest()
    finally:
        rests.set()
        stops.set()
        thread.join()


def test_without_fork(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where workers cannot be forked, each has an interpreter of its own, and is otherwise the same."""
    monkeypatch.setattr(kg.engine.starting, "can_fork", lambda: False)
    query = "SELECT (GROUP_CONCAT(STR(?f)) AS ?x) { ?a ?b ?c . ?d ?e ?f }"
    with BlockingEngine(release, Limits(timeout_s=20, memory_mib=64, workers=1)) as engine:
        wait_for(lambda: len(engine.process_ids) == 2)
        assert parents(engine) == {os.getpid()}
        with pytest.raises(QueryMemoryExceededError, match="more than 64 MiB"):
            ask(engine, query)
        with pytest.raises(QueryTimeoutError):
            engine.answer(Query(ENDLESS), "csv", timeout_s=0.2)
        for pid in engine.process_ids:
            os.kill(pid, signal.SIGKILL)

        assert ask(engine, "ASK { ?a ?b ?c }") == "true"


def test_a_store_that_cannot_be_opened_without_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cause has what the worker said."""
    monkeypatch.setattr(kg.engine.starting, "can_fork", lambda: False)
    broken = Release(tmp_path / "none", "1", {})
    with BlockingEngine(broken, Limits(workers=1)) as engine, pytest.raises(EngineFailureError) as error:
        ask(engine, "ASK {}")

    assert "kg build" in str(error.value.__cause__)


def test_reopen_serves_another_release(release: Release, tmp_path: Path) -> None:
    """After a new release, answers come from it and say so, and the old workers are gone."""
    other = open_release(write_release(tmp_path, "2", extra=10))
    with BlockingEngine(release, Limits(workers=2)) as engine:
        old = engine.answer(Query("ASK {}"), "csv").version
        before = {*engine.process_ids, *(parents(engine) - {os.getpid()})}
        engine.reopen(other)
        answer = engine.answer(Query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c }"), "csv")

        assert (old, answer.version, answer.body) == ("1", "2", b"n\r\n23\r\n")
        wait_for(lambda: not any(alive(pid) for pid in before))


def test_a_query_that_runs_ends_on_the_release_it_began_on(release: Release, tmp_path: Path) -> None:
    """Its answer says which it is."""
    other = open_release(write_release(tmp_path, "2"))
    query = Query("SELECT (COUNT(*) AS ?n) { ?a <https://example.org/p> ?c . ?d <https://example.org/p> ?f }")
    with BlockingEngine(release, Limits(workers=1)) as engine, ThreadPoolExecutor() as threads:
        ask(engine, "ASK {}")
        slow = threads.submit(engine.answer, query, "csv")
        wait_for(lambda: engine.engine.long_queries)
        engine.reopen(other)
        answer = slow.result()

        assert (answer.version, answer.body) == ("1", b"n\r\n9000000\r\n")


def test_a_release_that_cannot_be_opened_leaves_the_old_one(release: Release, tmp_path: Path) -> None:
    """The error names the cause for the log, and queries go on."""
    broken = Release(tmp_path / "none", "3", {})
    with BlockingEngine(release, Limits(workers=1)) as engine:
        with pytest.raises(EngineFailureError):
            engine.reopen(broken)

        assert engine.answer(Query("ASK {}"), "csv").version == "1"


def test_a_store_that_cannot_be_opened_fails_each_query(tmp_path: Path) -> None:
    """The message says nothing of paths; the cause has what the worker said."""
    broken = Release(tmp_path / "none", "1", {})
    with BlockingEngine(broken, Limits(workers=1)) as engine, pytest.raises(EngineFailureError) as error:
        ask(engine, "ASK {}")

    assert str(tmp_path) not in str(error.value)
    assert "kg build" in str(error.value.__cause__)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"counts": [1]}, r'"counts" is \[1\]; expected an object'),
        ({"documents": {"a": 1}}, r'"documents" is {"a": 1}; expected a list'),
        ({"statements": "many"}, r'"statements" is "many"; expected a number'),
    ],
)
def test_release_whose_description_has_another_shape_is_not_served(
    tmp_path: Path, wrong: dict[str, object], expected: str
) -> None:
    """Its pages would fail one by one."""
    path = write_release(tmp_path)
    file = path / "release.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | wrong), encoding="utf-8")

    with pytest.raises(ReleaseError, match=expected):
        open_release(path)


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
