"""Work that runs in a process of its own beside other work.

In: a function. Out: what waits for its result. Next: :mod:`kg.validation`, where pyshacl takes as long as rules and checks together.
"""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from kg.errors import PolicyKgError

_Done = TypeVar("_Done")


def has_one_thread() -> bool:
    """Whether it is certain that this process has no other thread, so that a copy of it is whole."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False  # not Linux


@contextmanager
def beside(work: Callable[[], _Done]) -> Iterator[Callable[[], _Done]]:
    """Do ``work`` in a process of its own while the body runs: the body does not wait for it.

    A forked process has the dataset without its being copied. Where there is no fork, or other threads, whose locks a copy would wait for, the work
    is done when it is asked for.

    :yields: what waits for the result, or raises what the work raised
    """
    if not has_one_thread():
        yield work
        return
    ours, theirs = multiprocessing.Pipe(duplex=False)

    def run() -> None:
        gc.disable()  # the process ends with its work, and collecting would copy the pages that it shares
        with suppress(BrokenPipeError):  # the parent is gone, so nobody waits
            try:
                theirs.send((work(), None))
            except Exception as error:  # noqa: BLE001 - handed to the parent, which raises it
                theirs.send((None, error))
        theirs.close()
        os._exit(0)  # at once: taking a large graph apart would keep the parent waiting

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    theirs.close()

    def wait() -> _Done:
        try:
            result, error = ours.recv()
        except EOFError:
            raise PolicyKgError(
                "a process that was at work beside this one ended without a result; is there enough memory?"
            ) from None
        process.join()
        if error is not None:
            raise error
        done: _Done = result
        return done

    try:
        yield wait
    except BaseException:
        process.kill()
        raise
