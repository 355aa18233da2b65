"""Where the work on documents is done: in this process, or in processes beside it.

In: a function and jobs. Out: results, in the order of the jobs. Next: :mod:`kg.scale.steps`. A function is given what all jobs share, which
a forked process has without its being copied.
"""

import gc
import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from kg.beside import has_one_thread
from kg.errors import PolicyKgError
from kg.processors import processors

Job = TypeVar("Job")
Result = TypeVar("Result")
Common = TypeVar("Common")

LEAST_JOBS: Final = 2
"""Jobs for which a second process is worth its start."""
LARGE: Final = 4 << 20
"""Bytes of input from which on a process of its own is worth its start."""


class Executor(Protocol):
    """Runs jobs."""

    def run(self, work: Callable[[Common, Job], Result], common: Common, jobs: Iterable[Job]) -> Iterator[Result]:
        """Results of ``work(common, job)``, in the order of the jobs.

        :raises PolicyKgError: if a process ended before its work, or what the work raised
        """
        ...


class InProcess:
    """One job after another, here."""

    def run(self, work: Callable[[Common, Job], Result], common: Common, jobs: Iterable[Job]) -> Iterator[Result]:
        """See :class:`Executor`."""
        for job in jobs:
            yield work(common, job)


class Processes:
    """Jobs in processes of their own."""

    def __init__(self, number: int, folder: Path | None = None) -> None:
        """Say how they begin: as copies, which share what all jobs share, or as new ones, which read it.

        A store on the disk hangs in a copy of a process that has had one open, as the threads of RocksDB are not copied.

        :param number: of processes
        :param folder: for a file with what all jobs share, for new processes; None for copies. What is sent to a new one instead fills a pipe,
            and if that one ends before it reads, who sends waits for ever
        """
        self.number = number
        self._folder = folder

    def run(self, work: Callable[[Common, Job], Result], common: Common, jobs: Iterable[Job]) -> Iterator[Result]:
        """See :class:`Executor`."""
        listed = list(jobs)
        yield from (InProcess().run if len(listed) < LEAST_JOBS else self.apart)(work, common, listed)

    def apart(self, work: Callable[[Common, Job], Result], common: Common, listed: list[Job]) -> Iterator[Result]:
        """Results of jobs, however few, of other processes."""
        gc.freeze()  # what is shared stays shared
        try:
            context = multiprocessing.get_context("spawn" if self._folder else "fork")
            with (
                self._given(work, common) as (begin, given),
                ProcessPoolExecutor(min(self.number, len(listed)), context, begin, given) as pool,
            ):
                try:
                    yield from pool.map(_do, listed)
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        except BrokenProcessPool:
            raise PolicyKgError(
                "a process that worked on a document ended without a result, so nothing was written; is there enough memory? "
                "Try with fewer processes (--jobs or KG_JOBS)"
            ) from None
        finally:
            gc.unfreeze()

    @contextmanager
    def _given(self, work: Callable[[Any, Any], Any], common: object) -> Iterator[tuple[Callable[..., None], tuple[Any, ...]]]:
        """How a process begins, and with what."""
        if self._folder is None:
            yield _begin, (work, common)
            return
        with tempfile.NamedTemporaryFile(prefix=f".given-{os.getpid()}-", dir=self._folder) as file:
            pickle.dump((work, common), file, protocol=5)
            file.flush()
            yield _begin_new, (file.name,)


_GIVEN: dict[str, Any] = {}
"""What all jobs of this process share."""


def _begin(work: Callable[[Any, Any], Any], common: Any) -> None:
    _GIVEN.update(work=work, common=common)
    gc.set_threshold(200_000, 20, 20)
    yield_to_others()


def _begin_new(given: str) -> None:
    with Path(given).open("rb") as file:
        work, common = pickle.load(file)  # noqa: S301 - from the process that began this one
    _begin(work, common)


def _do(job: Any) -> Any:
    return _GIVEN["work"](_GIVEN["common"], job)


def yield_to_others(niceness: int = 10) -> None:
    """Let processes that others wait for go first: the one that leads, then the one that makes the store."""
    if hasattr(os, "nice"):
        os.nice(niceness)


def alone(work: Callable[[Common, Job], Result], common: Common, job: Job, size: int) -> Result:
    """Do a large piece of work in a process of its own, which gives back its memory when it ends, and a small one here.

    Where this process has other threads, a large one is done here, too: a copy would wait for their locks.

    :param size: bytes that it reads
    :raises PolicyKgError: if the process ended before its work, or what the work raised
    """
    if size < LARGE or not _can_fork() or not has_one_thread():
        return work(common, job)
    (result,) = Processes(1).apart(_without_collecting, (work, common), [job])
    return result


def _without_collecting(given: tuple[Callable[[Common, Job], Result], Common], job: Job) -> Result:
    """A process that ends with its work need not look for what refers to itself, which takes two fifths of the time where millions of nodes are kept."""
    gc.disable()
    work, common = given
    return work(common, job)


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def executor(jobs: int | None = None) -> Executor:
    """The executor for so many processes.

    :param jobs: processes; None for one for each processor
    """
    number = jobs or processors()
    if number == 1 or not _can_fork():
        return InProcess()
    return Processes(number)
