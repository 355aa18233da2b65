"""Short queries do not wait for long ones, and clients take turns."""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.engine.blocking import BlockingEngine
from kg.engine.errors import EngineBusyError, QueryTimeoutError, TooManyQueriesError
from kg.engine.frames import PeerGoneError
from kg.engine.interface import Query
from kg.engine.lanes import Lane, Pace
from kg.engine.limits import Limits
from kg.engine.process import Worker
from kg.engine.starting import Starter
from kg.store import Release
from tests.test_engine import ENDLESS, ask, forked, parents, wait_for

LONG = "SELECT (COUNT(*) AS ?n) { ?a <https://example.org/p> ?c . ?d <https://example.org/p> ?f }"


def test_clients_take_turns() -> None:
    """One place after the other goes to another client, however many queries the first one has sent."""

    async def run() -> list[str]:
        lane, order = Lane(1), []

        async def one(client: str) -> None:
            await lane.enter(client, 1)
            order.append(client)
            await asyncio.sleep(0)
            lane.leave(client)

        await asyncio.gather(*(one(client) for client in "aaaabbc"))
        return order

    assert list("aabcaba") == asyncio.run(run())


def test_a_client_holds_no_more_places_than_it_may() -> None:
    """Others get in past it, and it gets in as soon as it leaves one."""

    async def run() -> None:
        lane = Lane(3, per_client=2)
        for client in "aa":
            await lane.enter(client, 0.1)
        with pytest.raises(TimeoutError):
            await lane.enter("a", 0.01)
        assert lane.try_enter("b")
        assert not lane.try_enter("c")
        waiting = [asyncio.ensure_future(lane.enter(client, 1)) for client in "ac"]
        await asyncio.sleep(0)
        lane.leave("b")
        await waiting[1]
        lane.leave("a")
        await waiting[0]

        assert (lane.taken, lane.held_by("a"), lane.held_by("b"), lane.held_by("c")) == (3, 2, 0, 1)

    asyncio.run(run())


def test_who_stops_waiting_keeps_no_place() -> None:
    """A client that hangs up while it waits, or in the moment of its turn, leaves the place to the next one."""

    async def run() -> None:
        lane = Lane(1)
        await lane.enter("a", 1)
        gone, late, next_one = (asyncio.ensure_future(lane.enter(client, 1)) for client in "bcd")
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        lane.leave("a")
        late.cancel()  # its turn has come, and it has not run since
        await next_one

        assert (lane.taken, lane.held_by("d")) == (1, 1)

    asyncio.run(run())


def test_a_short_query_does_not_wait_for_endless_ones(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """With more endless queries than places of both lanes, small ones are still answered, by the same client too."""
    limits = Limits(timeout_s=5, workers=2, long_queries=2, queue_s=5)
    with BlockingEngine(crowded, limits) as engine:
        ask(engine, "ASK {}")
        endless = [threads.submit(ask, engine, f"{ENDLESS} # {number}") for number in range(8)]
        wait_for(lambda: engine.engine.long_queries == 1)  # one of two: the client may not have them all
        time.sleep(0.8)  # the others have had their tenth of a second each
        for number in range(20):
            assert ask(engine, f"SELECT ({number} AS ?n) {{}}") == f"n\r\n{number}\r\n"
        assert not any(query.done() for query in endless)


def test_a_long_query_starts_again_when_the_lane_is_full(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """It is stopped after its quantum, waits for a place, and its answer is whole."""
    limits = Limits(timeout_s=20, workers=2, long_queries=1, queue_s=20)
    with BlockingEngine(crowded, limits) as engine:
        ask(engine, "ASK {}")
        running = [threads.submit(ask, engine, f"{LONG} # {number}") for number in range(3)]

        assert {"n\r\n9000000\r\n"} == {query.result() for query in running}
        assert engine.engine.long_queries == 0


@forked
def test_what_stands_still_when_what_forks_is_killed(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """The kernel ends such a process, too, and its query runs again; its answer is whole."""
    limits = Limits(timeout_s=20, workers=3, long_queries=1, queue_s=20)
    with BlockingEngine(crowded, limits) as engine:
        ask(engine, "ASK {}")
        first = threads.submit(engine.answer, Query(ENDLESS), "csv", timeout_s=4)
        wait_for(lambda: engine.engine.long_queries == 1)
        running = [threads.submit(ask, engine, f"{LONG} # {number}") for number in range(2)]
        wait_for(lambda: [state(pid) for pid in engine.process_ids].count("T") == 2)
        stopped = [pid for pid in engine.process_ids if state(pid) == "T"]
        for pid in parents(engine):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not {state(pid) for pid in stopped} - {"", "Z"})

        assert [query.result() for query in running] == ["n\r\n9000000\r\n"] * 2
        assert isinstance(first.exception(), QueryTimeoutError)


def test_a_worker_that_is_killed_before_it_is_ready_is_replaced(
    crowded: Release,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As when what forks it is killed just then: nobody is told that no worker can start."""
    start = Worker.start
    killed: list[int] = []

    async def kill_the_first(starter: Starter) -> Worker:
        worker = await start(starter)
        if not killed:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
            worker.ready = asyncio.get_running_loop().create_future()
            worker.ready.set_exception(PeerGoneError())  # as if it had not yet been ready
        return worker

    monkeypatch.setattr(Worker, "start", kill_the_first)
    with BlockingEngine(crowded, Limits(workers=1)) as engine:
        assert ask(engine, "SELECT (1 AS ?n) {}") == "n\r\n1\r\n"
        wait_for(lambda: len(engine.process_ids) == 2)
        assert len(killed) == 1
        assert killed[0] not in engine.process_ids
    assert not [record.message for record in caplog.records if record.levelname == "ERROR"]


def test_what_stands_still_may_hold_so_much_memory(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """Past it, a query is ended and starts again, and its answer is whole."""
    limits = Limits(timeout_s=20, workers=2, long_queries=1, queue_s=20, suspended_mib=1)
    with BlockingEngine(crowded, limits) as engine:
        ask(engine, "ASK {}")
        running = [threads.submit(ask, engine, f"{LONG} # {number}") for number in range(3)]
        wait_for(lambda: engine.engine.long_queries == 1)
        wait_for(lambda: engine.engine.kills == 2)

        assert engine.engine.suspended == 0
        assert {"n\r\n9000000\r\n"} == {query.result() for query in running}


def test_a_full_long_lane_says_when_to_come_back(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """429 for the client that fills it, 503 for another one."""
    limits = Limits(timeout_s=3, workers=1, long_queries=2, queue_s=0.3)
    with BlockingEngine(crowded, limits) as engine:
        ask(engine, "ASK {}")
        first = threads.submit(engine.answer, Query(ENDLESS), "csv", client="a")
        wait_for(lambda: engine.engine.long_queries == 1)
        with pytest.raises(TooManyQueriesError, match="1 long queries running") as own:
            engine.answer(Query(f"{ENDLESS} # 2"), "csv", client="a")
        second = threads.submit(engine.answer, Query(f"{ENDLESS} # 3"), "csv", client="b")
        wait_for(lambda: engine.engine.long_queries == 2)
        with pytest.raises(EngineBusyError, match="2 long queries are running") as other:
            engine.answer(Query(f"{ENDLESS} # 4"), "csv", client="c")

        assert (own.value.status, own.value.retry_after_s) == (429, 2)
        assert (other.value.status, other.value.retry_after_s) == (503, 2)
        assert isinstance(first.exception(), QueryTimeoutError)
        assert isinstance(second.exception(), QueryTimeoutError)


def test_a_query_known_to_be_long_does_not_start_in_the_fast_lane(crowded: Release) -> None:
    """The second time its worker is slowed down at once, and goes on with the priority of this process after it."""
    with BlockingEngine(crowded, Limits(workers=1)) as engine:
        first, second = ask(engine, LONG), ask(engine, LONG)
        wait_for(lambda: engine.engine.crew.idle == len(engine.process_ids) >= 2)
        nice = [int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[16]) for pid in engine.process_ids]

        assert first == second == "n\r\n9000000\r\n"
        assert set(nice) == {os.nice(0)}
        assert engine.engine.kills == 0


def test_a_client_that_hangs_up_frees_its_worker(crowded: Release) -> None:
    """A cancelled query is stopped, in the fast lane and in the long one, and its places are free."""

    async def cancel(engine: BlockingEngine, after_s: float) -> None:
        task = asyncio.ensure_future(engine.engine.answer(Query(ENDLESS), "csv"))
        await asyncio.sleep(after_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with BlockingEngine(crowded, Limits(workers=1, long_queries=1)) as engine:
        for after_s in (0.03, 0.4):
            ask(engine, "ASK {}")
            asyncio.run_coroutine_threadsafe(cancel(engine, after_s), engine.loop).result()

            assert engine.engine.long_queries == 0
            assert ask(engine, "ASK {}") == "true"
        assert engine.engine.kills == 2


def test_who_has_many_processes_ended_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a burst, each costs a part of a second, which passes; others do not wait."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace = Pace(burst=3, per_s=2)
    for _ in range(5):
        pace.spend("a")

    assert (pace.pause_s("a"), pace.pause_s("b")) == (1.0, 0.0)
    now[0] += 0.5
    assert pace.pause_s("a") == 0.5
    now[0] += 60
    assert pace.pause_s("a") == 0.0


def test_a_client_far_beyond_its_pace_is_told(crowded: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """429 with a time to come again; another client is answered."""
    with BlockingEngine(crowded, Limits(workers=1, queue_s=0.5)) as engine:
        monkeypatch.setattr(engine.engine, "_pace", Pace(burst=1, per_s=1))
        for number in range(4):
            with pytest.raises(QueryTimeoutError):
                engine.answer(Query(f"{ENDLESS} # {number}"), "csv", client="a", timeout_s=0.02)
            engine.engine._pace._spent = {"a": (number * 2.0, time.monotonic())} if number == 3 else {}
        with pytest.raises(TooManyQueriesError, match="had to be stopped") as error:
            engine.answer(Query("ASK {}"), "csv", client="a")

        assert error.value.retry_after_s == 5
        assert engine.answer(Query("ASK {}"), "csv", client="b").body == b"true"


def state(pid: int) -> str:
    """State of a process, as proc(5) has it; T is one that was stopped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def test_a_query_stands_still_while_the_long_lane_is_full(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """It loses neither what it did nor its time, and its answer is whole; hanging up ends it."""
    limits = Limits(timeout_s=20, workers=3, long_queries=1, queue_s=20, suspended=2)
    with BlockingEngine(crowded, limits) as engine:
        ask(engine, "ASK {}")
        first = threads.submit(engine.answer, Query(ENDLESS), "csv", timeout_s=2)
        wait_for(lambda: engine.engine.long_queries == 1)
        running = [threads.submit(ask, engine, f"{LONG} # {number}") for number in range(2)]
        wait_for(lambda: engine.engine.suspended == 2)
        wait_for(lambda: [state(pid) for pid in engine.process_ids].count("T") == 2)

        assert [query.result() for query in running] == ["n\r\n9000000\r\n"] * 2
        assert isinstance(first.exception(), QueryTimeoutError)
        assert (engine.engine.suspended, engine.engine.kills) == (0, 1)
