"""The work on documents on other machines, by Dask (https://distributed.dask.org/).

In: a function of a step and jobs, as for every :class:`~kg.scale.executor.Executor`. Out: its results, in the order of the jobs; what the step keeps is
written into the cache here. Next: :mod:`kg.scale.steps`. The workers need no folder in common with this machine: :mod:`kg.scale.travel` says
what is sent. docs/decisions/20261123-work-travels.md says why.

A worker that is lost costs its documents another try. What cannot be mended is a :class:`~kg.errors.ClusterError`, within a bounded time.
"""

import importlib.util
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from kg.errors import ClusterError, PolicyKgError, UsageError
from kg.scale import travel
from kg.scale.cache import Cache, no_room
from kg.scale.executor import Common, Executor, Job, Result
from kg.shacl import chosen as engine

if TYPE_CHECKING:  # an extra, which is imported when it is used
    from distributed import Client, Future

WAIT_S: Final = 30.0
"""Seconds to wait for a scheduler, and for a worker where there is none."""
_LEAST_JOBS: Final = 2
_LOOK_S: Final = 2.0
"""Seconds between two looks at the workers."""
_CLOSE_S: Final = 5.0
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_KEPT: Final = "nothing was released, and what is done is in the cache"
_AGAIN: Final = "run the command again: it goes on from there"


def require() -> None:
    """Raise :class:`UsageError` if Dask is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            "--scheduler: Dask is not installed: run `pip install 'policy-kg[dask]'`, or leave --scheduler and KG_SCHEDULER out"
        )


class Cluster:
    """Jobs on the workers of a Dask scheduler; steps that write into folders of this machine run beside it."""

    def __init__(self, address: str, beside: Executor, wait_s: float = WAIT_S) -> None:
        """Take an address; nothing is sent before there is work.

        :param address: as in ``tcp://host:8786``
        :param beside: runs what cannot travel
        :param wait_s: seconds to wait for the scheduler, and for a worker where there is none
        :raises UsageError: if Dask is not installed
        """
        require()
        self._address, self._beside, self._wait_s = address, beside, wait_s

    def run(self, work: Callable[[Common, Job], Result], common: Common, jobs: Iterable[Job]) -> Iterator[Result]:
        """See :class:`~kg.scale.executor.Executor`."""
        listed = list(jobs)
        step = travel.step_of(work)
        if step is None or len(listed) < _LEAST_JOBS:
            yield from self._beside.run(work, common, listed)
            return
        with _quiet(), self._connected() as client:
            run = _Run(client, self._address, self._wait_s, work, common)
            try:
                yield from run.results(step, listed)
            finally:
                run.cancel()

    @contextmanager
    def _connected(self) -> Iterator["Client"]:
        """A scheduler with workers that write the bytes that would be written here."""
        from distributed import Client  # noqa: PLC0415 - an extra

        address, wait = self._address, self._wait_s
        try:
            client = Client(address, timeout=wait, set_as_default=False, name="policy-kg")
        except (ValueError, TypeError, KeyError, ImportError) as error:
            raise UsageError(f"--scheduler {address}: no address of a scheduler ({error}); write it as tcp://host:8786") from None
        except (OSError, RuntimeError) as error:
            raise ClusterError(
                f"{address}: no Dask scheduler answers there within {wait:g} s ({_said(error)}); {_KEPT}. Start one with `dask scheduler`, "
                "and check address, port and, for tls://, the certificates"
            ) from None
        try:
            self._check(client)
            yield client
        finally:
            with suppress(Exception):  # what is wrong with the connection has been said
                client.close(_CLOSE_S)

    def _check(self, client: "Client") -> None:
        """Wait for a worker, and refuse those with other versions."""
        address, wait = self._address, self._wait_s
        try:
            client.wait_for_workers(1, timeout=wait)
            found = client.run(travel.versions, on_error="return")
        except TimeoutError:
            raise ClusterError(
                f"{address}: the scheduler has no worker after {wait:g} s; {_KEPT}. Start some with `dask worker {address} --nthreads 1`"
            ) from None
        except (OSError, CancelledError) as error:
            raise _lost(address, error) from None
        here, chosen = travel.versions(), engine()
        wrong = []
        for worker, there in sorted(found.items()):
            told = _said(there) if isinstance(there, BaseException) else travel.difference(here, there, chosen)
            if told:
                wrong.append(f"{worker}: {told}")
        if wrong:
            raise _other_version(address, wrong)


@dataclass
class _Sent:
    """A job that is on its way.

    :ivar number: its place among the jobs
    """

    number: int
    label: str
    future: "Future[travel.Result]"
    job: Any


class _Run:
    """One step, for all jobs. There are as many jobs on their way as the workers have threads, so that a worker that ends takes few with it."""

    def __init__(self, client: "Client", address: str, wait_s: float, work: Callable[..., Any], common: Any) -> None:
        self._client, self._address, self._wait_s = client, address, wait_s
        self._work, self._common = work, common
        self._cache: Cache = common.cache
        self._sent: dict[str, _Sent] = {}
        self._ended: SimpleQueue[Future[travel.Result]] = SimpleQueue()
        self._looked = -_LOOK_S
        self._threads = 1
        self._alone_since: float | None = None

    def results(self, step: str, jobs: list[Any]) -> Iterator[Any]:
        """Results, in the order of the jobs."""
        from dask import config  # noqa: PLC0415 - an extra

        token = secrets.token_hex(4)
        with config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):  # it is sent once
            state = self._client.submit(_same, travel.state(step, self._common, token), key=f"{step}-common-{token}")
        waiting = enumerate(jobs)
        done: dict[int, Any] = {}
        for number in range(len(jobs)):
            while number not in done:
                self._look()
                for at, job in islice(waiting, self._threads - len(self._sent)):
                    sent = travel.parcel(self._common, job)
                    if sent is None:
                        done[at] = self._work(self._common, job)
                    else:
                        self._send(_Sent(at, sent.label, self._submit(state, sent, f"{step}-{sent.label}-{token}-{at}"), job))
                if number not in done and self._sent:
                    self._take(done)
            yield done.pop(number)

    def _submit(self, state: "Future[Any]", sent: travel.Parcel, key: str) -> "Future[travel.Result]":
        return self._client.submit(_perform, state, sent, key=key, pure=False)

    def _send(self, sent: _Sent) -> None:
        self._sent[sent.future.key] = sent
        sent.future.add_done_callback(self._ended.put)

    def _take(self, done: dict[int, Any]) -> None:
        """Wait a little for a result, and keep it."""
        try:
            future = self._ended.get(timeout=_LOOK_S)
        except Empty:
            return
        sent = self._sent[future.key]
        try:
            key, files = future.result(timeout=self._wait_s)
        except TimeoutError:  # it was lost on the way; the scheduler has it made again
            future.add_done_callback(self._ended.put)
            return
        except CancelledError as error:
            raise _lost(self._address, error) from None
        except Exception as error:
            raise self._failed(sent, error) from error
        del self._sent[future.key]
        if key is None:
            done[sent.number] = self._work(self._common, sent.job)
            return
        for name, data in files:
            self._keep(sent, name, data)
        done[sent.number] = key

    def _keep(self, sent: _Sent, name: str, data: bytes) -> None:
        """Write a file of the cache, and see whether it arrived whole."""
        if _KEY.fullmatch(name):
            draft = self._cache.folder / f".{name[:16]}-{os.getpid()}-{secrets.token_hex(4)}"
            try:
                self._cache.folder.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(data)
                draft.replace(self._cache.path(name))
            except OSError as error:
                draft.unlink(missing_ok=True)
                raise no_room(self._cache.folder, error) from error
            if self._cache.holds(name):
                return
        raise ClusterError(f"{sent.label}: the result that came from {self._address} is damaged; {_KEPT}. Then {_AGAIN}")

    def _look(self) -> None:
        """See, now and then, which workers there are.

        :raises ClusterError: if the scheduler is lost, or there has been no worker for too long
        """
        now = monotonic()
        if now - self._looked < _LOOK_S and self._threads:
            return
        self._looked = now
        try:
            threads = self._client.sync(self._client.scheduler.ncores, workers=None, callback_timeout=self._wait_s)
        except (OSError, CancelledError, AttributeError, RuntimeError) as error:  # the client has no scheduler while it is lost
            raise _lost(self._address, error) from None
        self._threads = max(1, sum(threads.values()))
        if threads:
            self._alone_since = None
            return
        self._alone_since = now if self._alone_since is None else self._alone_since
        if now - self._alone_since >= self._wait_s:
            left = ", ".join(sorted(sent.label for sent in self._sent.values()))
            raise ClusterError(
                f"{self._address}: no worker is left, for {self._wait_s:g} s ({left} not done); {_KEPT}. Were they killed for want of memory? "
                f"Start others with `dask worker {self._address} --nthreads 1`, and {_AGAIN}"
            )

    def _failed(self, sent: _Sent, error: Exception) -> PolicyKgError:
        """What the error of a job means."""
        from distributed import KilledWorker  # noqa: PLC0415 - an extra

        if isinstance(error, KilledWorker):
            return ClusterError(
                f"{sent.label}: {error.allowed_failures + 1} workers ended while they worked on this document, the last of them "
                f"{error.last_worker.address}; {_KEPT}. Their logs say why, often a want of memory: give them more, or build this document without "
                "--scheduler"
            )
        if isinstance(error, ClusterError) or not isinstance(error, PolicyKgError | MemoryError | OSError | RuntimeError):
            what = str(error) if isinstance(error, ClusterError) else _said(error)
            return _other_version(self._address, [f"at {sent.label}: {what}"])
        return ClusterError(
            f"{sent.label}: a worker of {self._address} could not do it ({_said(error)}); {_KEPT}. See to that worker, or leave --scheduler out"
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


def _perform(state: travel.State, sent: travel.Parcel) -> travel.Result:
    """Do a job on a worker, in its own folder, which Dask removes if the worker is killed."""
    from distributed import get_worker  # noqa: PLC0415 - an extra

    return travel.perform(state, sent, get_worker().local_directory)


def _said(error: BaseException) -> str:
    """An error on one line."""
    text = " ".join(str(error).split())
    if isinstance(error, PolicyKgError) or (type(error) is Exception and text):  # Dask makes the latter of what it cannot send
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _lost(address: str, error: BaseException) -> ClusterError:
    return ClusterError(
        f"{address}: the connection to the scheduler was lost ({type(error).__name__}); {_KEPT}. See whether the scheduler runs, and {_AGAIN}"
    )


def _other_version(address: str, wrong: list[str]) -> ClusterError:
    return ClusterError(
        f"{address}: these workers would not write the same bytes as this machine:\n  "
        + "\n  ".join(wrong)
        + f"\n{_KEPT[0].upper()}{_KEPT[1:]}. Install the same version of policy-kg and of Python there, from the same requirements.txt, and start "
        "the workers again"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's own log says the same again, with tracebacks."""
    import distributed  # noqa: F401, PLC0415 - an extra, which sets the levels of its loggers when it is imported

    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)
