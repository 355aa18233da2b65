"""The work on documents on other machines, by Dask (https://distributed.dask.org/).

In: a function of a step and jobs, as for every :class:`~kg.scale.executor.Executor`. Out: its results, in the order of the jobs; what the step keeps is
written into the cache here. Next: :mod:`kg.scale.steps`. The workers need no folder in common with this machine: :mod:`kg.scale.travel` says
what is sent, :mod:`kg.scale.flight` sends it. docs/decisions/20261123-work-travels.md says why.

A worker that is lost costs its documents another try. What cannot be mended is a :class:`~kg.errors.ClusterError`, within a bounded time.
"""

import importlib.util
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from kg.errors import ClusterError, UsageError
from kg.scale import travel
from kg.scale.executor import LEAST_JOBS, Common, Executor, Job, Result
from kg.scale.flight import KEPT, Flight, lost, other_version, said
from kg.shacl import chosen as engine

if TYPE_CHECKING:  # an extra, which is imported when it is used
    from distributed import Client

WAIT_S: Final = 30.0
"""Seconds to wait for a scheduler, and for a worker where there is none."""
_CLOSE_S: Final = 5.0


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
        if step is None or len(listed) < LEAST_JOBS:
            yield from self._beside.run(work, common, listed)
            return
        with _quiet(), self._connected() as client:
            run = Flight(client, self._address, self._wait_s, work, common)
            try:
                yield from run.results(step, listed)
            finally:
                run.cancel()

    @contextmanager
    def _connected(self) -> Iterator["Client"]:
        """A scheduler with workers that write the bytes that would be written here."""
        from distributed import Client  # noqa: PLC0415 - an extra

        address, wait = self._address, self._wait_s
        _require_certificates(address)
        try:
            client = Client(address, timeout=wait, set_as_default=False, name="policy-kg")
        except (ValueError, TypeError, KeyError, ImportError) as error:
            raise UsageError(f"--scheduler {address}: no address of a scheduler ({error}); write it as tcp://host:8786") from None
        except (OSError, RuntimeError) as error:
            raise ClusterError(
                f"{address}: no Dask scheduler answers there within {wait:g} s ({said(error)}); {KEPT}. Start one with `dask scheduler`, "
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
        except TimeoutError:
            raise ClusterError(
                f"{address}: the scheduler has no worker after {wait:g} s; {KEPT}. Start some with `dask worker {address} --nthreads 1`"
            ) from None
        except (OSError, CancelledError) as error:
            raise lost(address, error) from None
        try:
            found = client.run(
                travel.versions, on_error="return", callback_timeout=wait
            )  # the last is for the client's own waiting
        except TimeoutError:
            raise ClusterError(
                f"{address}: not every worker says within {wait:g} s which version it has; {KEPT}. End the one that hangs, or give more time "
                "with --scheduler-wait"
            ) from None
        except (OSError, CancelledError) as error:
            raise lost(address, error) from None
        here, chosen = travel.versions(), engine()
        wrong = []
        for worker, there in sorted(found.items()):
            told = said(there) if isinstance(there, BaseException) else travel.difference(here, there, chosen)
            if told:
                wrong.append(f"{worker}: {told}")
        if wrong:
            raise other_version(address, wrong)


def _require_certificates(address: str) -> None:
    """Raise :class:`UsageError` if an address asks for TLS and Dask has no certificates, which it would tell after the time to connect only."""
    from distributed.security import Security  # noqa: PLC0415 - an extra

    names = "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and ...__CLIENT__KEY"
    try:
        if address.startswith("tls://") and Security().get_connection_args("client").get("ssl_context") is None:
            raise UsageError(f"--scheduler {address}: TLS needs certificates, and Dask is told of none; set {names}")
    except OSError as error:
        raise UsageError(f"--scheduler {address}: the certificates cannot be read ({said(error)}); see {names}") from None


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
