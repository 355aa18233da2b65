"""A processor is kept free for short queries while they come and go."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.engine import keeping
from kg.engine.blocking import BlockingEngine
from kg.engine.errors import QueryTimeoutError
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.store import Release
from tests.test_engine import ENDLESS, ask, wait_for


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has."""
    monkeypatch.setattr(keeping, "processors", lambda: 2)
    monkeypatch.setattr(keeping, "_LONG_S", 0.0)  # on a busy machine, long queries get little of a processor


def stopped(engine: BlockingEngine) -> frozenset[int]:
    """Workers that stand still, as the kernel says (proc(5))."""
    states = {pid: Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] for pid in engine.process_ids}
    return frozenset(pid for pid, state in states.items() if state == "T")


def asking(engine: BlockingEngine, seconds: float, look: Callable[[], None] = lambda: None) -> None:
    """Short queries for some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ask(engine, f"ASK {{}} # {time.monotonic()}")
        look()


def test_long_queries_take_turns_while_short_ones_come(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """Of three that do not end one runs, each in its turn; when no short one comes any more, all do."""
    limits = Limits(timeout_s=30, workers=2, long_queries=3)
    with BlockingEngine(crowded, limits) as engine:
        running = [threads.submit(engine.answer, Query(f"{ENDLESS} # {n}"), "csv", client=str(n)) for n in range(3)]
        wait_for(lambda: engine.engine.long_queries == 3)
        seen: set[frozenset[int]] = set()
        asking(engine, 0.2)
        asking(engine, 2.5, lambda: seen.add(stopped(engine)))

        assert {len(pids) for pids in seen} <= {1, 2, 3}  # one may be seen between two signals
        assert len([pids for pids in seen if len(pids) == 2]) >= 3
        wait_for(lambda: not stopped(engine))
        assert engine.engine.long_queries == 3
    assert all(one.exception() for one in running)  # the engine was closed


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="the system has no such policy")
def test_a_long_query_beside_short_ones_gives_way_at_once(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """By the policy that every other thread interrupts; alone it has the usual one, and no thread has it afterwards."""

    def policies(engine: BlockingEngine) -> Counter[int]:
        folders = [path for pid in engine.process_ids for path in Path(f"/proc/{pid}/task").iterdir()]
        return Counter(os.sched_getscheduler(int(path.name)) for path in folders)

    with BlockingEngine(crowded, Limits(timeout_s=2, workers=1)) as engine:
        ask(engine, "ASK {}")
        running = threads.submit(ask, engine, ENDLESS)
        wait_for(lambda: engine.engine.long_queries == 1)
        alone = policies(engine)
        asking(engine, 0.3)
        beside = policies(engine)
        assert isinstance(running.exception(), QueryTimeoutError)
        wait_for(lambda: engine.engine.crew.idle == len(engine.process_ids) >= 2)
        after = policies(engine)

    assert set(alone) == set(after) == {os.SCHED_OTHER}
    assert beside[os.SCHED_IDLE] == 1


def test_a_query_that_was_held_back_has_its_time(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """The time that it stood still does not count, up to as much as it may run."""
    limits = Limits(timeout_s=1, workers=2, long_queries=2)
    with BlockingEngine(crowded, limits) as engine:
        started = time.monotonic()
        running = [threads.submit(engine.answer, Query(f"{ENDLESS} # {number}"), "csv") for number in range(2)]
        ends: list[float] = []
        for one in running:
            one.add_done_callback(lambda _: ends.append(time.monotonic() - started))
        asking(engine, 2.6)

        assert all(isinstance(one.exception(), QueryTimeoutError) for one in running)
        assert 1.3 < max(ends) < 2.6
        assert engine.engine.long_queries == 0


def test_a_query_that_hangs_up_while_it_stands_still_is_ended(crowded: Release) -> None:
    """And the crew is whole after it."""

    async def run(engine: BlockingEngine) -> None:
        tasks = [asyncio.ensure_future(engine.engine.answer(Query(f"{ENDLESS} # {n}"), "csv")) for n in range(2)]
        end = time.monotonic() + 1
        while time.monotonic() < end:
            await engine.engine.answer(Query("ASK {}"), "csv")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    with BlockingEngine(crowded, Limits(workers=2, long_queries=2)) as engine:
        asyncio.run_coroutine_threadsafe(run(engine), engine.loop).result()

        wait_for(lambda: engine.engine.crew.idle == len(engine.process_ids) >= 2)
        assert not stopped(engine)
        assert engine.engine.kills == 2


def test_alone_a_long_query_is_never_held_back(crowded: Release, threads: ThreadPoolExecutor) -> None:
    """There is a processor for it."""
    with BlockingEngine(crowded, Limits(timeout_s=1, workers=2, long_queries=2)) as engine:
        one = threads.submit(engine.answer, Query(ENDLESS), "csv")
        seen: set[frozenset[int]] = set()
        asking(engine, 0.8, lambda: seen.add(stopped(engine)))

        assert seen == {frozenset()}
        assert isinstance(one.exception(), QueryTimeoutError)
