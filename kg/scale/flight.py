"""Jobs on their way to the workers of a Dask scheduler, and what is said when they do not come back.

In: a connection, a function of a step and jobs. Out: results in the order of the jobs, whose files are in the cache. Next: :mod:`kg.scale.cluster`.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from kg.errors import ClusterError, PolicyKgError
from kg.scale import travel

if TYPE_CHECKING:  # an extra, which is imported when it is used
    from distributed import Client, Future

    from kg.scale.cache import Cache

LOOK_S: Final = 1.0
"""Seconds between two looks at the workers."""
KEPT: Final = "nothing was released, and what is done is in the cache"
AGAIN: Final = "run the command again: it goes on from there"
_KEY: Final = re.compile(r"[0-9a-f]{64}")


@dataclass
class Sent:
    """A job that is on its way.

    :ivar number: its place among the jobs
    """

    number: int
    label: str
    future: "Future[travel.Result]"
    job: Any


class Flight:
    """One step, for all jobs. There are as many jobs on their way as the workers have threads, so that a worker that ends takes few with it."""

    def __init__(self, client: "Client", address: str, wait_s: float, work: Callable[..., Any], common: Any) -> None:
        self._client, self._address, self._wait_s = client, address, wait_s
        self._work, self._common = work, common
        self._cache: Cache = common.cache
        self._sent: dict[str, Sent] = {}
        self._ended: SimpleQueue[Future[travel.Result]] = SimpleQueue()
        self._looked = -LOOK_S
        self._threads = 1
        self._workers: list[str] = []
        self._alone_since: float | None = None

    def results(self, step: str, jobs: list[Any]) -> Iterator[Any]:
        """Results, in the order of the jobs."""
        from dask import config  # noqa: PLC0415 - an extra

        token = secrets.token_hex(4)
        with config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):  # it is sent once
            state = self._client.submit(_same, travel.state(step, self._common, token), key=f"{step}-common-{token}")
        self._look()
        spread = self._spread(state, f"{step}-spread-{token}")
        waiting = enumerate(jobs)
        done: dict[int, Any] = {}
        for number in range(len(jobs)):
            while number not in done:
                self._look()
                for at, job in islice(waiting, max(0, self._threads - len(self._sent))):
                    sent = travel.parcel(self._common, job)
                    if sent is None:
                        done[at] = self._work(self._common, job)
                    else:
                        self._send(Sent(at, sent.label, self._submit(state, sent, f"{step}-{sent.label}-{token}-{at}"), job))
                if number not in done and self._sent:
                    self._take(done)
            yield done.pop(number)
        del spread

    def _spread(self, state: "Future[Any]", key: str) -> "list[Future[Any]]":
        """Let each worker have what all jobs share: Dask gives jobs to those that have it, and they would all go to the first."""
        pinned = [
            self._client.submit(_token, state, key=f"{key}-{number}", workers=[worker], allow_other_workers=True, pure=False)
            for number, worker in enumerate(self._workers)
        ]
        with suppress(Exception):  # whatever is wrong shows when jobs are done
            end = monotonic() + self._wait_s
            for future in pinned:
                future.result(timeout=max(0.1, end - monotonic()))
        return pinned

    def _submit(self, state: "Future[Any]", sent: travel.Parcel, key: str) -> "Future[travel.Result]":
        return self._client.submit(_perform, state, sent, key=key, pure=False)

    def _send(self, sent: Sent) -> None:
        self._sent[sent.future.key] = sent
        sent.future.add_done_callback(self._ended.put)

    def _take(self, done: dict[int, Any]) -> None:
        """Wait a little for a result, and keep it."""
        try:
            future = self._ended.get(timeout=LOOK_S)
        except Empty:
            return
        sent = self._sent[future.key]
        if future.status == "error":
            error = future.exception(timeout=self._wait_s)
            raise self._failed(sent, error) from error
        try:
            key, files = future.result(timeout=self._wait_s)
        except TimeoutError:  # it was lost on the way; the scheduler has it made again
            future.add_done_callback(self._ended.put)
            return
        except (OSError, CancelledError) as error:
            raise lost(self._address, error) from None
        del self._sent[future.key]
        if key is None:
            done[sent.number] = self._work(self._common, sent.job)
            return
        for name, data in files:
            self._keep(sent, name, data)
        done[sent.number] = key

    def _keep(self, sent: Sent, name: str, data: bytes) -> None:
        """Write a file of the cache, and see whether it arrived whole."""
        if _KEY.fullmatch(name):
            self._cache.place(name, (data,))
            if self._cache.holds(name):
                return
        raise ClusterError(f"{sent.label}: the result that came from {self._address} is damaged; {KEPT}. Then {AGAIN}")

    def _look(self) -> None:
        """See, now and then, which workers there are.

        :raises ClusterError: if the scheduler is lost, or there has been no worker for too long
        """
        now = monotonic()
        if now - self._looked < LOOK_S and self._threads:
            return
        self._looked = now
        try:
            threads = self._client.sync(self._client.scheduler.ncores, workers=None, callback_timeout=self._wait_s)
        except (OSError, CancelledError, AttributeError, RuntimeError) as error:  # the client has no scheduler while it is lost
            raise lost(self._address, error) from None
        self._threads, self._workers = max(1, sum(threads.values())), sorted(threads)
        if threads:
            self._alone_since = None
            return
        self._alone_since = now if self._alone_since is None else self._alone_since
        if now - self._alone_since >= self._wait_s:
            left = ", ".join(sorted(sent.label for sent in self._sent.values()))
            raise ClusterError(
                f"{self._address}: no worker is left, for {self._wait_s:g} s ({left} not done); {KEPT}. Were they killed for want of memory? "
                f"Start others with `dask worker {self._address} --nthreads 1`, and {AGAIN}"
            )

    def _failed(self, sent: Sent, error: Exception) -> PolicyKgError:
        """What the error of a job means."""
        from distributed import KilledWorker  # noqa: PLC0415 - an extra

        if isinstance(error, KilledWorker):
            others = ", ".join(sorted(other.label for other in self._sent.values() if other is not sent))
            return ClusterError(
                f"{sent.label}: {error.allowed_failures + 1} workers ended one after another when they had this document to do, the last of them "
                f"{error.last_worker.address}; {KEPT}. Their logs say why, often a want of memory: give them more, or build without --scheduler"
                + (f". On their way were also: {others}" if others else "")
            )
        if isinstance(error, ClusterError) or not isinstance(error, PolicyKgError | MemoryError | OSError | RuntimeError):
            what = str(error) if isinstance(error, ClusterError) else said(error)
            return other_version(self._address, [f"at {sent.label}: {what}"])
        return ClusterError(
            f"{sent.label}: a worker of {self._address} could not do it ({said(error)}); {KEPT}. See to that worker, or leave --scheduler out"
        )

    def cancel(self) -> None:
        """Let the workers drop what is on its way."""
        futures = [sent.future for sent in self._sent.values()]
        if futures and self._client.status == "running":
            with suppress(OSError, CancelledError, RuntimeError):  # a scheduler that is lost has nothing to drop
                self._client.cancel(futures, force=True)
        self._sent.clear()


def _same(state: travel.State) -> travel.State:
    """What all jobs share, kept by the workers as the result of a task: one that joins later gets it, and one that is lost takes nothing with it."""
    return state


def _token(state: travel.State) -> str:
    return state.token


def _perform(state: travel.State, sent: travel.Parcel) -> travel.Result:
    """Do a job on a worker, in its own folder, which Dask removes if the worker is killed."""
    from distributed import get_worker  # noqa: PLC0415 - an extra

    return travel.perform(state, sent, get_worker().local_directory)


def said(error: BaseException) -> str:
    """An error on one line."""
    text = " ".join(str(error).split())
    if isinstance(error, PolicyKgError) or (type(error) is Exception and text):  # Dask makes the latter of what it cannot send
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def lost(address: str, error: BaseException) -> ClusterError:
    return ClusterError(
        f"{address}: the connection to the scheduler was lost ({type(error).__name__}); {KEPT}. See whether the scheduler runs, and {AGAIN}"
    )


def other_version(address: str, wrong: list[str]) -> ClusterError:
    return ClusterError(
        f"{address}: these workers would not write the same bytes as this machine:\n  "
        + "\n  ".join(wrong)
        + f"\n{KEPT[0].upper()}{KEPT[1:]}. Install the same version of policy-kg and of Python there, from the same requirements-dask.txt, and start "
        "the workers again"
    )
