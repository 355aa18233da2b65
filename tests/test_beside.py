"""Work in a process of its own."""

import os
import signal
import threading

import pytest

import kg.beside
from kg.beside import beside
from kg.errors import PolicyKgError


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process counts as one without other threads, whatever runs the tests."""
    monkeypatch.setattr(kg.beside, "has_one_thread", lambda: True)


@pytest.mark.usefixtures("alone")
def test_the_result_comes_back_from_another_process() -> None:
    """The body goes on meanwhile; the result is what the work returned."""
    with beside(os.getpid) as wait:
        own = os.getpid()

    assert wait() != own


@pytest.mark.usefixtures("alone")
def test_an_error_of_the_work_is_raised_where_it_is_waited_for() -> None:
    """Not lost, and not raised in the body."""

    def fail() -> int:
        raise ValueError("the work failed")

    with beside(fail) as wait:
        pass

    with pytest.raises(ValueError, match="the work failed"):
        wait()


@pytest.mark.usefixtures("alone")
def test_a_process_that_is_killed_is_an_error_with_a_remedy() -> None:
    """As the system does when memory runs out."""

    def killed() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with beside(killed) as wait:
        pass

    with pytest.raises(PolicyKgError, match="enough memory"):
        wait()


@pytest.mark.usefixtures("alone")
def test_an_error_of_the_body_ends_the_work() -> None:
    """Nothing is left running when the body fails."""

    def forever() -> None:
        while True:
            pass

    with pytest.raises(KeyError), beside(forever):
        raise KeyError


def test_where_there_are_other_threads_the_work_is_done_here() -> None:
    """A copy would have the locks that they hold, and nobody who lets go of them; so it does the work of `kg watch`, which has threads for its page."""
    done = threading.Event()
    threading.Thread(target=done.wait, daemon=True).start()
    try:
        with beside(os.getpid) as wait:
            pass
        assert wait() == os.getpid()
    finally:
        done.set()
