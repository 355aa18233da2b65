"""Results that are kept, content codings, limits for each client, health, numbers and the log."""

import asyncio
import gc
import gzip
import hashlib
import io
import json
import re
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request as WsgiRequest

import kg.web.incoming
from kg.engine.errors import EngineBusyError, QueryTimeoutError
from kg.engine.limits import Limits
from kg.errors import InputError
from kg.store import Release, open_release
from kg.web.application import follow
from kg.web.bridge import Pages
from kg.web.cache import Cache, Flights
from kg.web.http import Reply, Request
from kg.web.server import Outside
from kg.web.telemetry import AccessLog, LogOptions
from tests.serving import write_release
from tests.test_engine import wait_for
from tests.web.conftest import BufferedClient, Connection, InThreads, Running
from tests.web.test_sparql import ENDLESS, get, problem

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROWS = "SELECT * { ?s ?p ?o } LIMIT 40"


@pytest.fixture
def fresh(release: Release) -> Iterator[Running]:
    """A site that nobody has asked yet."""
    limits = Limits(timeout_s=3, result_mib=1, workers=2, long_queries=2, client_queries=2, queries=2)
    running = Running(release, limits, outside=Outside(public_url="https://kg.example.org"))
    yield running
    running.close()


def number(client: Client, name: str) -> float:
    """A number of ``/metrics``."""
    match = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(match[1]) if match else 0.0


def test_a_client_that_has_the_result_gets_304(fresh: Running) -> None:
    """Nothing runs for it, not even where the server has not answered that query before."""
    client = BufferedClient(fresh)
    first = get(client, ROWS, "text/csv")
    fresh.front.cache = Cache(0)
    before = number(client, 'kg_queries_total{outcome="ok"}')
    again = client.get(
        "/sparql",
        query_string={"query": ROWS},
        headers={"Accept": "text/csv", "If-None-Match": f'"x", W/{first.headers["ETag"]}'},
    )

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Vary"] == "Accept, Accept-Encoding"
    assert again.headers["Cache-Control"] == "public, max-age=60"
    assert number(client, 'kg_queries_total{outcome="ok"}') == before
    assert number(client, 'kg_queries_total{outcome="unchanged"}') == 1


def test_the_tag_names_query_format_and_coding(fresh: Running) -> None:
    """Another query, format, dataset or coding is another representation; GET and POST are the same."""
    client = BufferedClient(fresh)
    form = {"query": ROWS, "format": "csv"}
    tags = [
        get(client, ROWS, "text/csv").headers["ETag"],
        get(client, ROWS + " ", "text/csv").headers["ETag"],
        get(client, ROWS, "text/tab-separated-values").headers["ETag"],
        get(client, ROWS, "text/csv", **{"default-graph-uri": "x:y"}).headers["ETag"],
        client.get("/sparql", query_string=form, headers={"Accept-Encoding": "gzip"}).headers["ETag"],
        client.get("/sparql", query_string=form, headers={"Accept-Encoding": "zstd"}).headers["ETag"],
    ]

    assert len(set(tags)) == 6
    assert client.post("/sparql", data=form).headers["ETag"] == tags[0]


def test_a_result_is_kept(fresh: Running) -> None:
    """The second time nothing runs, in the same words or by POST; the bytes are the same."""
    client = BufferedClient(fresh)
    first = get(client, ROWS, "text/csv")
    again = get(client, ROWS, "text/csv")
    posted = client.post("/sparql", data={"query": ROWS}, headers={"Accept": "text/csv"})

    assert first.data == again.data == posted.data
    assert first.headers["ETag"] == again.headers["ETag"]
    assert number(client, 'kg_queries_total{outcome="ok"}') == 1
    assert number(client, 'kg_queries_total{outcome="cached"}') == 2
    assert number(client, "kg_cache_replies") == 1


def test_errors_are_not_kept(fresh: Running) -> None:
    """Nor may anybody else keep them."""
    client = BufferedClient(fresh)
    for _ in range(2):
        response = get(client, "nonsense")
        assert (response.status_code, response.headers["Cache-Control"]) == (400, "no-store")
        assert "ETag" not in response.headers
    assert number(client, 'kg_queries_total{outcome="syntax"}') == 2


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?x) {}", "SELECT (rand() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}"])
def test_what_changes_by_itself_is_not_kept(fresh: Running, query: str) -> None:
    """The time, a random number, a new identifier: each time anew."""
    client = BufferedClient(fresh)
    first, second = get(client, query, "text/csv"), get(client, query, "text/csv")

    assert first.data != second.data
    assert first.headers["Cache-Control"] == "no-store"
    assert "ETag" not in first.headers


@pytest.mark.parametrize(
    "accepted, coding",
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0, gzip", "gzip"),
        ("br", None),
        ("gzip;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("", None),
        (";;,q=,gzip;q=x", None),
    ],
)
def test_content_codings(client: Client, accepted: str, coding: str | None) -> None:
    """The body is the same when the coding is undone."""
    plain = get(client, ROWS, "text/csv").data
    response = client.get("/sparql", query_string={"query": ROWS, "format": "csv"}, headers={"Accept-Encoding": accepted})

    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    body = response.data
    if coding:
        body = gzip.decompress(body) if coding == "gzip" else zstd.decompress(body)
    assert body == plain


def test_pages_are_coded_too_and_small_bodies_are_not(client: Client) -> None:
    """Where it saves nothing, nothing is coded; files that are compressed are not compressed again."""
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    small = client.get("/sparql?query=ASK{}", headers={"Accept-Encoding": "gzip"})

    assert page.headers["Content-Encoding"] == "gzip"
    assert b"policy-kg" in gzip.decompress(page.data)
    assert "Content-Encoding" not in small.headers


def test_a_client_has_a_number_of_queries_at_a_time(fresh: Running) -> None:
    """429 says so and when to come back; another client is not affected, until twice too many are under way."""
    client = BufferedClient(fresh)
    with ThreadPoolExecutor() as threads:

        def ask(number: int, address: str) -> int:
            query = {"query": f"{ENDLESS} # {number}"}
            return client.get("/sparql", query_string=query, environ_overrides={"REMOTE_ADDR": address}).status_code

        slow = [threads.submit(ask, number, "192.0.2.1") for number in range(2)]
        wait_for(lambda: fresh.front.admission.held == 2)
        own = client.get("/sparql?query=ASK{}", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
        other = client.get("/sparql?query=ASK{}", environ_overrides={"REMOTE_ADDR": "192.0.2.2"})
        slow += [threads.submit(ask, number, f"192.0.2.{number}") for number in (3, 5)]
        wait_for(lambda: fresh.front.admission.held == 4)
        late = client.get("/sparql?query=ASK{?a%20?b%20?c}", environ_overrides={"REMOTE_ADDR": "192.0.2.4"})

        assert "2 queries under way" in problem(own, 429)["detail"]
        assert own.headers["Retry-After"] == "2"
        assert other.status_code == 200
        assert "2 queries are under way" in problem(late, 429)["detail"]
        assert {503} == {query.result() for query in slow}
    assert fresh.front.admission.held == 0


def test_a_request_may_ask_for_less_time(client: Client) -> None:
    """``timeout=`` in seconds, in the URL or the form; what is no number of seconds is refused."""
    assert "0.2 s" in problem(get(client, ENDLESS, timeout="0.2"), 503)["detail"]
    assert "0.2 s" in problem(client.post("/sparql?timeout=0.2", data={"query": ENDLESS}), 503)["detail"]
    assert "1 s" in problem(get(client, ENDLESS, timeout="500"), 503)["detail"]
    for wrong in ("0", "-1", "abc", "1e3", "nan", "１"):
        assert "number of seconds" in problem(get(client, "ASK {}", timeout=wrong), 400)["detail"]


def test_what_is_not_utf8_is_malformed(client: Client) -> None:
    """In the URL and in a form."""
    assert "not UTF-8" in problem(client.get("/sparql?query=ASK%20{}%20%23%FF"), 400)["detail"]
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert "not UTF-8" in problem(client.post("/sparql", data=b"query=ASK+%FE", **form), 400)["detail"]
    assert "not UTF-8" in problem(client.post("/sparql", data=b"query=\xff", **form), 400)["detail"]
    assert "1,000 parameters" in problem(client.get("/sparql?" + "a=1&" * 1001 + "query=ASK{}"), 400)["detail"]


def test_bodies_that_are_not_to_be_had(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too slow, cut short, coded: each with its status, and the connection ends."""
    monkeypatch.setattr(kg.web.incoming, "_BODY_S", 0.05)

    def send(headers: dict[str, str], body: bytes, pause_s: float = 0) -> Connection:
        class Slow(Connection):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                await asyncio.sleep(pause_s)
                yield body

        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/sparql", "wsgi.url_scheme": "http", "SERVER_NAME": "x"}
        connection = Slow(kg_request(environ))
        connection.headers = type(connection.headers)({"host": "x", "content-type": "application/sparql-query", **headers})
        running.wait(running.server(connection, connection))
        return connection

    assert send({"content-length": "6"}, b"ASK {}").status == 200
    assert send({"content-length": "6"}, b"ASK {}", pause_s=1).status == 408
    assert send({"content-length": "9"}, b"ASK {}").status == 400
    assert send({"content-encoding": "gzip"}, b"ASK {}").status == 415
    assert send({"content-length": "99999999"}, b"").status == 413
    unannounced = send({}, b"x" * 100_000)
    assert unannounced.status == 413
    assert ("connection", "close") in unannounced.sent


def test_what_a_failed_run_held_is_forgotten() -> None:
    """At once for all who waited for it, also if Python looks for no cycle: it may be a large part of a result."""
    held: list[weakref.ref[Cache]] = []

    async def run() -> Reply:
        large = Cache(1)
        held.append(weakref.ref(large))
        await asyncio.sleep(0.01)
        raise QueryTimeoutError(str(large))

    async def ask() -> set[type]:
        flights = Flights()
        return {
            type(error) for error in await asyncio.gather(*(flights.join("a", run) for _ in range(3)), return_exceptions=True)
        }

    gc.disable()
    try:
        assert asyncio.run(ask()) == {QueryTimeoutError}
        assert [reference() for reference in held] == [None]
    finally:
        gc.enable()


def kg_request(environ: dict[str, str]) -> WsgiRequest:
    """A request of WSGI."""
    return WsgiRequest({"SERVER_PORT": "80", "wsgi.input": io.BytesIO(), **environ})


def test_health(fresh: Running) -> None:
    """Live as long as the process answers; ready while a query can be answered."""
    client = BufferedClient(fresh)
    assert client.get("/healthz").json == {"status": "ok", "version": "1"}
    fresh.front.state.stopping = True

    assert client.get("/healthz/ready").status_code == 503
    assert client.get("/healthz/live").json == {"status": "alive", "version": "1"}


def test_an_engine_that_fails_is_not_ready(tmp_path: Path) -> None:
    """503 with what is wrong, and no path of the server."""
    path = write_release(tmp_path)
    release = open_release(path)
    for file in (path / "store").iterdir():
        file.unlink()
    broken = Running(release)
    response = BufferedClient(broken).get("/healthz")
    broken.close()

    assert response.status_code == 503
    assert '"failing"' in response.text
    assert str(tmp_path) not in response.text


def test_the_service_description_names_the_public_address(fresh: Running) -> None:
    """As its users see it, whatever the proxy asks for."""
    response = BufferedClient(fresh).get("/sparql", headers={"Accept": "text/turtle", "Host": "127.0.0.1:99"})

    assert "<https://kg.example.org/sparql>" in response.text
    assert "127.0.0.1" not in response.text


def test_a_host_that_is_none_is_not_repeated(client: Client) -> None:
    """What stands in ``Host`` comes from anybody."""
    response = client.get("/sparql", headers={"Accept": "text/turtle", "Host": "a>b\"'"})

    assert "<http://localhost/sparql>" in response.text


def test_a_new_release_is_followed(tmp_path: Path) -> None:
    """Results of the old one are not given for the new one, and tags differ."""
    first = open_release(write_release(tmp_path, "1"))
    running = Running(first)
    client = BufferedClient(running)
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    before = [get(client, query, "text/csv") for _ in range(2)][-1]
    nothing = running.wait(follow(tmp_path, running.front))
    write_release(tmp_path, "2", extra=5)
    something = running.wait(follow(tmp_path, running.front))
    after = client.get(
        "/sparql", query_string={"query": query}, headers={"Accept": "text/csv", "If-None-Match": before.headers["ETag"]}
    )
    health = client.get("/healthz").text
    running.close()

    assert (nothing, something) == (False, True)
    assert (before.text, after.status_code, after.text) == ("n\r\n13\r\n", 200, "n\r\n18\r\n")
    assert '"version": "2"' in health


def test_cache_holds_what_it_may() -> None:
    """The least recently used goes first; what is too large is not kept; the same words find what is kept."""
    cache = Cache(4 * 4000)
    for name in "abcd":
        cache.put(name, Reply(200, {}, b"x" * 1900), (name,))
    cache.get("a")
    cache.put("e", Reply(200, {}, b"x" * 1900), ("e",))
    cache.put("huge", Reply(200, {}, b"x" * 12_000), ("huge",))

    assert [name for name in "abcde" if cache.get(name)] == ["a", "c", "d", "e"]
    assert cache.get("huge") is None
    assert cache.known(("b",)) is None
    assert cache.known(("e",)) is cache.get("e")
    assert cache.size <= 4 * 4000


def test_the_same_query_at_the_same_time_runs_once() -> None:
    """Who joins gets the same reply; when the first one hangs up, the next one starts again; an error is everybody's."""

    async def run() -> None:
        flights, runs = Flights(), []

        async def reply() -> Reply:
            runs.append(1)
            await asyncio.sleep(0.02)
            return Reply(200, {}, b"x")

        async def fail() -> Reply:
            await asyncio.sleep(0.01)
            raise ValueError

        same = await asyncio.gather(*(flights.join("a", reply) for _ in range(5)))
        assert (len(runs), {one.body for one in same}) == (1, {b"x"})
        tasks = [asyncio.ensure_future(flights.join("b", reply)) for _ in range(3)]
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in ended] == [asyncio.CancelledError, Reply, Reply]
        assert len(runs) == 3
        failed = await asyncio.gather(*(flights.join("c", fail) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in failed] == [ValueError] * 3

    asyncio.run(run())


def write_lines(options: LogOptions, query: str) -> None:
    """Log one request."""

    async def run() -> None:
        log = AccessLog(options)
        request = Request("GET", "/sparql", urlencode({"query": query}), {}, client="192.0.2.77")
        log.write(request, Reply(200, {}, b"abc", outcome="ok", query=log.query_field(query)), 0.0123)
        log.close()

    asyncio.run(run())


def test_access_log(tmp_path: Path) -> None:
    """A line of JSON with a hash of the query and the network of the client; the text only if it is asked for."""
    file = tmp_path / "access.log"
    write_lines(LogOptions(str(file)), "ASK { ?secret ?b ?c }")
    write_lines(LogOptions(str(file), queries=True), "ASK {}")
    first, second = [json.loads(line) for line in file.read_text().splitlines()]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("time"))
    assert first == {
        "client": "192.0.2.0/24",
        "method": "GET",
        "path": "/sparql",
        "status": 200,
        "bytes": 3,
        "ms": 12.3,
        "outcome": "ok",
        "query": hashlib.sha256(b"ASK { ?secret ?b ?c }").hexdigest()[:16],
    }
    assert second["query"] == "ASK {}"


def test_access_log_that_cannot_be_written(tmp_path: Path) -> None:
    """The message names the file and the remedy, before anything is served."""
    with pytest.raises(InputError, match=r"none/log: the access log cannot be written \(No such.*--access-log"):
        AccessLog(LogOptions(str(tmp_path / "none" / "log")))


def test_metrics_are_prometheus_text(fresh: Running) -> None:
    """Requests by route and status, queries by outcome, a histogram, workers."""
    client = BufferedClient(fresh)
    get(client, "ASK {}")
    get(client, "nonsense")
    client.get("/none")

    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain; version=")
    assert number(client, 'kg_requests_total{route="/sparql",status="200"}') == 1
    assert number(client, 'kg_requests_total{route="/sparql",status="400"}') == 1
    assert number(client, 'kg_requests_total{route="page",status="404"}') == 1
    assert number(client, 'kg_queries_total{outcome="timeout"}') == 0
    assert number(client, "kg_query_seconds_count") == 2


def test_long_header_fields_are_refused(client: Client) -> None:
    """Those that are read, and by which what is kept is found."""
    for name in ("Accept", "Accept-Encoding", "If-None-Match"):
        response = client.get("/sparql?query=ASK{}", headers={name: "x" * 9000})
        assert response.status_code == 431


def test_two_queries_never_have_one_key(client: Client) -> None:
    """Whatever bytes stand in a query or a graph's name."""
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } #"
    first = get(client, query + "\0urn:g", "text/csv")
    second = get(client, query, "text/csv", **{"default-graph-uri": "urn:g"})

    assert (first.text, second.text) == ("n\r\n3013\r\n", "n\r\n0\r\n")


def test_an_old_answer_is_not_given_after_a_switch(tmp_path: Path) -> None:
    """A query that began on the old release and ended after the new one came is asked anew the next time."""
    count = "SELECT (COUNT(*) AS ?n) { ?a <https://example.org/p> ?c . ?d <https://example.org/p> ?f }"
    first = open_release(write_release(tmp_path, "1", extra=3000))
    running = Running(first, Limits(workers=1, long_queries=2))
    client = BufferedClient(running)
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(get, client, count, "text/csv")
        wait_for(lambda: number(client, "kg_queries_under_way") == 1)
        write_release(tmp_path, "2", extra=5)
        running.wait(follow(tmp_path, running.front))
        before = slow.result().text
    after = [get(client, count, "text/csv").text for _ in range(2)]
    running.close()

    assert (before, after) == ("n\r\n9000000\r\n", ["n\r\n25\r\n"] * 2)


@pytest.mark.parametrize("path", ["/sparql?a=%FF", "/sparql?" + "a=1&" * 1001])
def test_a_request_without_a_query_that_cannot_be_read(client: Client, path: str) -> None:
    """400, not a defect."""
    assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 400


@pytest.mark.parametrize("host", ["[", "a:99999"])
def test_hosts_that_are_none(client: Client, host: str) -> None:
    """Pages and description answer all the same."""
    assert client.get("/", headers={"Host": host}).status_code == 200
    assert client.get("/sparql?format=ttl", headers={"Host": host}).status_code == 200


def test_pages_take_turns_by_client(running: Running) -> None:
    """Who asks for many pages keeps nobody else waiting: one of theirs is made at a time."""
    made: list[str] = []
    going = threading.Event()

    class Maker(InThreads):
        async def make(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
            if request.client == "many":
                await asyncio.to_thread(going.wait, 10)
            made.append(request.client)
            return Reply(200, {})

    async def ask() -> None:
        pages = Pages(Maker(running.app, running.front.state.site), queue_s=10)
        many = [asyncio.ensure_future(pages.call(Request("GET", "/", "", {}, client="many"), [])) for _ in range(5)]
        await asyncio.sleep(0.05)
        await pages.call(Request("GET", "/", "", {}, client="one"), [])
        assert made == ["one"]
        going.set()
        await asyncio.gather(*many)

    running.wait(ask())

    assert made == ["one", *["many"] * 5]


def test_page_whose_turn_does_not_come_is_refused(running: Running) -> None:
    """With a hint when to come back."""
    going = threading.Event()

    class Maker(InThreads):
        async def make(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
            await asyncio.to_thread(going.wait, 10)
            return Reply(200, {})

    async def ask() -> None:
        pages = Pages(Maker(running.app, running.front.state.site), queue_s=0.05)
        first = asyncio.ensure_future(pages.call(Request("GET", "/", "", {}, client="many"), []))
        await asyncio.sleep(0.01)
        try:
            with pytest.raises(EngineBusyError, match=r"No page could be made for you within 0\.05 s"):
                await pages.call(Request("GET", "/", "", {}, client="many"), [])
        finally:
            going.set()
            await first

    running.wait(ask())
