"""Worker processes started ahead, one query each at a time, killed at the deadline.

In comes a :class:`Query` that :mod:`kg.engine.scan` let pass; out goes an :class:`Answer` with the whole body, so that
what :mod:`kg.web` sends with status 200 is complete, or an error of :mod:`kg.engine.errors`. A worker that was killed, died or
grew is replaced at once; it opens the store while others work.
"""

import json
import math
import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from kg.engine import frames
from kg.engine.errors import (
    EngineBusyError,
    EngineFailureError,
    QueryMemoryExceededError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooDeepError,
    RefusalError,
    ResultTooLargeError,
)
from kg.engine.evaluate import PREVIEW
from kg.engine.limits import MIB, Limits
from kg.engine.messages import syntax_error
from kg.engine.process import Death, Worker
from kg.engine.scan import Scan, scan

_DOWNLOAD = "or download the data at /dumps/ and query it on your own machine"


_PREVIEW_BYTES = 4 * MIB
"""A page of more would keep the serving process from others while it is put together."""


@dataclass(frozen=True)
class Query:
    """A query and the dataset that the request gave (SPARQL 1.1 Protocol, section 2.1.4).

    :ivar default_graphs: ``default-graph-uri``; empty if not given
    :ivar named_graphs: ``named-graph-uri``; empty if not given
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A complete result and the seconds it took."""

    body: bytes
    seconds: float


class Engine:
    """Pool of query processes over one store."""

    def __init__(self, store: Path, limits: Limits | None = None) -> None:
        """Start the workers; they open the store while this returns.

        :param store: directory of an Oxigraph store
        """
        self.limits = limits or Limits()
        self._store = store
        self._idle: queue.Queue[Worker] = queue.Queue()
        self._lock = threading.Lock()
        self._all: set[Worker] = set()
        self._closed = False
        for _ in range(self.limits.workers):
            self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Process ids of the workers that are alive."""
        with self._lock:
            return tuple(sorted(worker.pid for worker in self._all))

    def scan(self, text: str) -> Scan:
        """Check a query without running it; see :func:`kg.engine.scan.scan`."""
        return scan(text, self.limits)

    def answer(self, query: Query, form: str) -> Answer:
        """Run a query.

        :param form: short name of the format: ``json``, ``xml``, ``csv``, ``tsv``; ``ttl``, ``nt``, ``rdf``, ``jsonld``;
            or ``preview`` for the first rows as JSON
        :raises RefusalError: one of the classes of :mod:`kg.engine.errors`
        """
        checked = self.scan(query.text)
        worker = self._take()
        healthy = False
        started = time.monotonic()
        try:
            body, healthy = self._ask(worker, self._request(checked, query, form), started)
        except _ReportedError as error:
            healthy = not error.retires
            raise error.reason from None
        finally:
            self._give_back(worker, healthy=healthy)
        return Answer(body, time.monotonic() - started)

    def reopen(self, store: Path) -> None:
        """Serve another store from now on; queries that run end on the old one."""
        with self._lock:
            self._store = store
            old = tuple(self._all)
        for _ in old:
            self._start()
        for worker in old:
            worker.outdated = True
        for _ in range(self._idle.qsize()):
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                break
            if worker.outdated:
                self._discard(worker)
            else:
                self._idle.put(worker)

    def close(self) -> None:
        """Stop all workers, those that run a query too."""
        with self._lock:
            self._closed = True
            workers = tuple(self._all)
            self._all.clear()
        for worker in workers:
            worker.kill()

    def _start(self) -> None:
        with self._lock:
            if self._closed:
                return
            worker = Worker.start(self._store, self.limits.memory_bytes)
            self._all.add(worker)
        self._idle.put(worker)

    def _discard(self, worker: Worker) -> Death:
        with self._lock:
            self._all.discard(worker)
        return worker.kill()

    def _take(self) -> Worker:
        """Wait for an idle worker that is ready."""
        deadline = time.monotonic() + self.limits.queue_s
        while not self._closed:
            try:
                worker = self._idle.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if worker.outdated:
                self._discard(worker)
                continue
            try:
                worker.wait_ready(deadline)
            except TimeoutError:
                self._idle.put(worker)
                break
            except frames.PeerGoneError:
                death = self._discard(worker)
                self._start()
                message = "A query worker could not start. The operator finds the reason in the log of the server."
                raise EngineFailureError(message) from RuntimeError(death.stderr)
            return worker
        message = (
            f"{self.limits.workers} queries are running and none ended within {self.limits.queue_s:g} s. "
            "Send the query again later."
        )
        raise EngineBusyError(message, retry_after_s=math.ceil(self.limits.timeout_s / 2))

    def _give_back(self, worker: Worker, *, healthy: bool) -> None:
        if healthy and not worker.outdated and not self._closed:
            self._idle.put(worker)
            return
        outdated = worker.outdated
        self._discard(worker)
        if not outdated:
            self._start()

    def _request(self, checked: Scan, query: Query, form: str) -> dict[str, Any]:
        given = bool(query.default_graphs or query.named_graphs)
        return {
            "text": checked.text,
            "format": form,
            "default_graphs": list(query.default_graphs) if given else None,
            "named_graphs": list(query.named_graphs) if given else None,
            "has_dataset": checked.has_dataset,
            "star": checked.star,
            "variables": list(checked.variables),
            "preview_rows": self.limits.preview_rows,
            "result_bytes": min(self.limits.result_bytes, _PREVIEW_BYTES) if form == PREVIEW else self.limits.result_bytes,
            "timeout_s": self.limits.timeout_s,
        }

    def _ask(self, worker: Worker, request: dict[str, Any], started: float) -> tuple[bytes, bool]:
        """Body of the result, and whether the worker can be used again."""
        deadline = started + self.limits.timeout_s
        pieces: list[bytes] = []
        try:
            worker.request(request, deadline)
            while True:
                kind, payload = worker.receive(deadline)
                if kind == frames.DATA:
                    pieces.append(payload)
                elif kind == frames.END:
                    return b"".join(pieces), not json.loads(payload)["retires"]
                else:
                    self._explain(json.loads(payload), request)
        except TimeoutError:
            worker.kill()
            raise self._timeout() from None
        except frames.PeerGoneError:
            raise self._post_mortem(worker.kill()) from None

    def _explain(self, failure: dict[str, Any], request: dict[str, Any]) -> None:
        """Raise what a worker reported."""
        kind, message = failure["kind"], failure["message"]
        reason: RefusalError
        if kind == "size":
            reason = ResultTooLargeError(
                f"The result is larger than {request['result_bytes'] // MIB} MiB. Add a LIMIT, select fewer columns, {_DOWNLOAD}.",
            )
        elif kind == "syntax":
            reason = syntax_error(message, request["text"])
        elif kind == "OSError":  # what a SERVICE ends in that the scan did not see; the store itself is all open
            reason = QueryRefusedError("The query would open a connection or a file, which this endpoint does not do.")
        elif kind in {"RuntimeError", "ValueError"}:
            reason = QuerySyntaxError(f"{message.rstrip('.')}. Change the query accordingly.")
        else:
            reason = EngineFailureError("The query engine failed on this query. Please report it with the query.")
        raise _ReportedError(reason, retires=bool(failure["retires"]))

    def _timeout(self) -> QueryTimeoutError:
        return QueryTimeoutError(
            f"The query was stopped after {self.limits.timeout_s:g} s. Make its patterns more specific, avoid sorting or "
            f"counting a product of unconnected patterns (LIMIT does not help there), {_DOWNLOAD}.",
        )

    def _post_mortem(self, death: Death) -> RefusalError:
        """Why a worker ended by itself."""
        if death.timed_out:
            return self._timeout()
        if death.out_of_stack:
            return QueryTooDeepError("The query is nested too deeply for the parser. Flatten groups and expressions.")
        if death.out_of_memory:
            return QueryMemoryExceededError(
                f"The query needed more than {self.limits.memory_mib} MiB. Sort, group or count fewer rows, {_DOWNLOAD}.",
            )
        if self._closed:
            return EngineBusyError("The server is stopping.", retry_after_s=5)
        return EngineFailureError("The query engine ended on this query. Please report it with the query.")


class _ReportedError(Exception):
    """A query failed and its worker said so, which is well unless it retires."""

    def __init__(self, reason: RefusalError, *, retires: bool) -> None:
        super().__init__()
        self.reason = reason
        self.retires = retires
