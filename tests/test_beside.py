"""Work in a process of its own."""

import os
import signal

import pytest

from kg.beside import beside
from kg.errors import PolicyKgError


def test_the_result_comes_back_from_another_process() -> None:
    """The body goes on meanwhile; the result is what the work returned."""
    with beside(os.getpid) as wait:
        own = os.getpid()

    assert wait() != own


def test_an_error_of_the_work_is_raised_where_it_is_waited_for() -> None:
    """Not lost, and not raised in the body."""

    def fail() -> int:
        raise ValueError("the work failed")

    with beside(fail) as wait:
        pass

    with pytest.raises(ValueError, match="the work failed"):
        wait()


def test_a_process_that_is_killed_is_an_error_with_a_remedy() -> None:
    """As the system does when memory runs out."""

    def killed() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with beside(killed) as wait:
        pass

    with pytest.raises(PolicyKgError, match="enough memory"):
        wait()


def test_an_error_of_the_body_ends_the_work() -> None:
    """Nothing is left running when the body fails."""

    def forever() -> None:
        while True:
            pass

    with pytest.raises(KeyError), beside(forever):
        raise KeyError
