"""SERVICE, by fetching its solutions here and putting them into the query.

In come a scan with SERVICE clauses and a way to ask the local engine; out goes the text of a query without SERVICE that has
the same solutions (SPARQL 1.1 Federated Query, section 4). The worker that runs it opens no connection;
:mod:`kg.engine.outbound` does, here, to the endpoints of the list. ``docs/decisions/20261122-service-by-values.md`` says why.
One service is our own, the search in the release (:mod:`kg.engine.searching`): it is always allowed and opens nothing.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from aiohttp.abc import AbstractResolver

from kg.engine import rewriting, searching
from kg.engine.clauses import ServiceCall
from kg.engine.endpoints import AllowList, Endpoint
from kg.engine.errors import (
    QueryTimeoutError,
    ResultTooLargeError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimeoutError,
)
from kg.engine.interface import Query
from kg.engine.limits import ANY_LENGTH, MIB, ServiceLimits
from kg.engine.outbound import Outbound
from kg.engine.scan import Scan, scan
from kg.engine.values import BadResultError, Rows, columns_of, narrowing, rows_of
from kg.namespaces import SEARCH, SEARCH_SERVICE
from kg.store import Release

Local: TypeAlias = Callable[[Query], Awaitable[bytes]]
"""Runs a SELECT or ASK on the local engine, within its limits, and gives a SPARQL JSON result."""

_log: Final = logging.getLogger(__name__)


@dataclass
class _Job:
    """One query while it is resolved."""

    checked: Scan
    query: Query
    local: Local
    deadline: float
    release: Release | None
    edits: list[rewriting.Edit] = field(default_factory=list)
    received: int = 0

    async def ask(self, text: str) -> bytes:
        """Ask the local engine, on the dataset of the request."""
        if time.monotonic() > self.deadline:
            message = "The other endpoints left no time for the query itself. Make the patterns of SERVICE more specific."
            raise QueryTimeoutError(message)
        return await self.local(Query(text, self.query.default_graphs, self.query.named_graphs))


class Federation:
    """Resolves SERVICE clauses. Belongs to one event loop; close it at the end."""

    def __init__(
        self,
        allowed: tuple[str, ...],
        limits: ServiceLimits | None = None,
        *,
        contact: str = "",
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Nothing is opened before the first request.

        :param allowed: addresses of endpoints, as :mod:`kg.engine.endpoints` takes them; none refuses every SERVICE
        :param contact: address or page of the operator, for those whose endpoints are asked
        :param resolver: DNS; the system's if not given
        :raises UsageError: if an address is none, or the contact cannot be sent
        """
        self.allowed = AllowList.of(allowed)
        self.limits = limits or ServiceLimits()
        self._outbound = Outbound(self.allowed, self.limits, contact=contact, resolver=resolver)

    async def close(self) -> None:
        """Close all connections."""
        await self._outbound.close()

    async def resolve(self, checked: Scan, query: Query, local: Local, deadline: float, release: Release | None = None) -> str:
        """Text of a query with the same solutions and without SERVICE; :meth:`Scan.resolved` takes it.

        Nobody is asked anything before all endpoints are known to be allowed and Oxigraph has parsed all of the query.

        :param checked: scan of the query, made with ``federated=True``
        :param query: the query as the client sent it, for its dataset
        :param deadline: end of the query's time, on the clock of :func:`time.monotonic`
        :param release: what our own search searches
        :raises QuerySyntaxError: if the pattern of our own search asks for nothing that can be searched for
        :raises ServiceRefusedError: if an endpoint is not allowed, whether or not the clause is SILENT
        :raises ServiceFailedError: if an endpoint fails and the clause is not SILENT
        :raises ResultTooLargeError: if there are more solutions than the limit; there is no silent cut
        """
        if not checked.services:
            return checked.text
        endpoints = [self._permitted(checked, call) for call in checked.services]
        if len(endpoints) > self.limits.clauses:
            message = f"The query has {len(endpoints)} SERVICE clauses; this endpoint follows {self.limits.clauses}. Join some."
            raise _refusal(message)
        job = _Job(checked, query, local, deadline, release)
        columns = [await self._columns(job, call) for call in checked.services]
        skeleton = scan(rewriting.without_services(checked, columns), ANY_LENGTH, closely=True)
        await job.ask(rewriting.on_no_data(checked, skeleton))
        for call, endpoint, names in zip(checked.services, endpoints, columns, strict=True):
            job.edits.append((call.start, call.end, await self._solutions(job, call, endpoint, names)))
        return rewriting.spliced(checked.text, 0, len(checked.text), job.edits)

    def _permitted(self, checked: Scan, call: ServiceCall) -> Endpoint:
        place = f"SERVICE on line {call.line}"
        if call.endpoint in SEARCH_SERVICE:
            searching.read(checked, call)  # what is wrong with it is said before anybody is asked
            return Endpoint(SEARCH)
        if not self.allowed.endpoints:
            message = (
                f"{place}: this endpoint opens no connections on behalf of a query. Query the other endpoint from your own "
                "tool, or download the data at /dumps/ and join the two there."
            )
            raise _refusal(message)
        listed = ", ".join(f"<{endpoint.url}>" for endpoint in self.allowed.endpoints)
        if not call.endpoint:
            message = f"{place}: {call.target} is no IRI that can be known before the query runs. Write one of {listed}."
            raise _refusal(message)
        endpoint = self.allowed.find(call.endpoint)
        if endpoint is None:
            message = (
                f"{place}: <{call.endpoint}> is not on the list of this endpoint, which has {listed}. Query it from your own "
                "tool, or download the data at /dumps/ and join the two there."
            )
            raise _refusal(message)
        if call.nested:
            message = f"{place}: another SERVICE stands in its pattern. Write it beside the first, in the same group."
            raise _refusal(message)
        return endpoint

    async def _columns(self, job: _Job, call: ServiceCall) -> list[str]:
        """Variables that the pattern of a clause shows, in the order of the text."""
        shown = columns_of(await job.ask(rewriting.pattern_alone(job.checked, call)))
        return [name for name in call.variables if name in shown]

    async def _solutions(self, job: _Job, call: ServiceCall, endpoint: Endpoint, columns: Sequence[str]) -> str:
        """What stands for a clause."""
        try:
            rows = await self._rows(job, call, endpoint, columns)
        except ServiceRefusedError as error:
            _log.warning("SERVICE refused: %s", error)
            raise
        except ServiceFailedError as error:
            late = time.monotonic() >= job.deadline
            _log.warning("SERVICE %s%s: %s", "SILENT " if call.silent else "", "too late" if late else "failed", error)
            if not call.silent or late:
                raise
            return rewriting.values((), ("()",))  # one solution that binds nothing: Federated Query, section 3.1
        return rewriting.values(columns, rows)

    async def _rows(self, job: _Job, call: ServiceCall, endpoint: Endpoint, columns: Sequence[str]) -> list[str]:
        if endpoint.url == SEARCH:
            return await asyncio.to_thread(searching.rows, job.release, searching.read(job.checked, call), columns)
        names, bindings = await self._bindings(job, call, columns)
        if not names:
            return (await self._fetch(job, call, endpoint, columns, None)).rows
        size = self.limits.batch
        batches = [bindings[start : start + size] for start in range(0, len(bindings), size)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._fetch(job, call, endpoint, columns, (names, batch))) for batch in batches]
        except ExceptionGroup as errors:
            raise _first(errors) from None
        parts = [task.result() for task in tasks]
        if len(parts) > 1 and any(part.has_blank for part in parts):
            # one node of theirs would be another in each batch
            return (await self._fetch(job, call, endpoint, columns, (names, bindings))).rows
        rows = [row for part in parts for row in part.rows]
        if len(rows) > self.limits.rows:
            raise self._too_many(call, endpoint)
        return rows

    async def _bindings(self, job: _Job, call: ServiceCall, columns: Sequence[str]) -> tuple[list[str], list[str]]:
        """Variables and rows to send with a pattern; no variables where it is to be asked for as it is."""
        before = call.before
        shared = [name for name in columns if before is not None and name in before.variables]
        if before is None or not shared or not job.checked.dataset_clear or not job.checked.prologue.clear:
            return [], []
        most = self.limits.bindings
        body = await job.ask(rewriting.solutions_before(job.checked, before, shared, job.edits, most + 1))
        return await asyncio.to_thread(narrowing, body, shared, most)

    async def _fetch(
        self,
        job: _Job,
        call: ServiceCall,
        endpoint: Endpoint,
        columns: Sequence[str],
        narrowed: tuple[list[str], list[str]] | None,
    ) -> Rows:
        text = rewriting.remote_query(job.checked, call, columns, self.limits.rows + 1, narrowed)
        started = time.monotonic()
        body = await self._outbound.select(endpoint, text, job.deadline)
        _log.info("SERVICE %s: %d bytes in %.2f s", endpoint.url, len(body), time.monotonic() - started)
        job.received += len(body)
        if job.received > self.limits.total_mib * MIB:
            message = (
                f"The results of all SERVICE clauses together are larger than {self.limits.total_mib} MiB. Make their patterns "
                "more specific."
            )
            raise ResultTooLargeError(message)
        try:
            # for megabytes this takes a second, in which others are to be answered
            rows = await asyncio.to_thread(rows_of, body, columns, uuid.uuid4().hex, self.limits.rows + 1)
        except BadResultError as error:
            message = f"{endpoint.url} answered with {error}; expected SPARQL 1.1 Query Results JSON."
            raise ServiceFailedError(message) from error
        if len(rows.rows) > self.limits.rows:
            raise self._too_many(call, endpoint)
        return rows

    def _too_many(self, call: ServiceCall, endpoint: Endpoint) -> ResultTooLargeError:
        return ResultTooLargeError(
            f"SERVICE on line {call.line}: {endpoint.url} has more than {self.limits.rows:,} solutions for its pattern. Make it "
            "more specific, or write before it, in the same group of WHERE, what gives its variables values: up to "
            f"{self.limits.bindings:,} of them are sent with the pattern.",
        )


def _refusal(message: str) -> ServiceRefusedError:
    _log.warning("SERVICE refused: %s", message)
    return ServiceRefusedError(message)


def _first(errors: ExceptionGroup[Exception]) -> Exception:
    """The error that says most: what nobody expected, a refusal, a limit, a failure."""
    kinds = (ServiceFailedError, ServiceTimeoutError, ResultTooLargeError, ServiceRefusedError)
    return max(errors.exceptions, key=lambda error: kinds.index(type(error)) if type(error) in kinds else len(kinds))
