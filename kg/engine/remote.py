"""The policy of this endpoint in front of another SPARQL 1.1 store: ``kg serve --engine URL``.

In comes a :class:`~kg.engine.interface.Query`; out goes an :class:`~kg.engine.interface.Answer` with the whole body, or an
error of :mod:`kg.engine.errors`. A query is scanned (:mod:`kg.engine.scan`), checked and written anew in a process of its own
(:mod:`kg.engine.translator`), sent with the graphs of the release as its dataset (:mod:`kg.engine.upstream`), and the result
converted. ``kg publish`` loads the release there beforehand.
"""

import json
import logging
import math
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from kg.credentials import Credentials
from kg.description import DATASET
from kg.engine.errors import EngineBusyError, QueryTimeoutError, RefusalError
from kg.engine.federation import Federation
from kg.engine.interface import Answer, Query
from kg.engine.lanes import Lane
from kg.engine.limits import ANY_LENGTH, Limits
from kg.engine.rewrite import NOTHING, Dataset
from kg.engine.scan import Scan, scan
from kg.engine.translate import GRAPH_ACCEPT, ROWS_ACCEPT, Prepared
from kg.engine.translator import Translators
from kg.engine.upstream import Reply, StoreFailureError, Upstream
from kg.namespaces import PREFIXES, graph_iri

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kg.store import Release

_LOG: Final = logging.getLogger(__name__)
_CHECKED_ROWS: Final = 1000
_WIRE: Final = 4
_VERSION_QUERY: Final = (
    f"SELECT ?version {{ GRAPH <{graph_iri('description')}> {{ <{DATASET}> <{PREFIXES['dcat']}version> ?version }} }}"
)


class RemoteEngine:
    """Another SPARQL store as an :class:`~kg.engine.interface.Engine`."""

    def __init__(
        self,
        url: str,
        release: "Release",
        limits: Limits | None = None,
        *,
        credentials: Credentials | None = None,
        federation: Federation | None = None,
    ) -> None:
        """Take the address; nothing is sent before the first query.

        :param url: query endpoint (SPARQL 1.1 Protocol, section 2)
        :param release: the release that was published there
        :param limits: ``workers`` and ``long_queries`` together bound the queries that are sent at a time, ``memory_mib`` the processes that convert
        :param credentials: name and password, or token, for the query endpoint
        :param federation: what follows SERVICE; none refuses it
        """
        self.limits = limits or Limits()
        self._release = release
        self._upstream = Upstream(url, credentials)
        self._translators = Translators(self.limits)
        self._federation = federation or Federation(())
        self.federates = bool(self._federation.allowed.endpoints)
        self._turns = Lane(self.limits.workers + self.limits.long_queries)
        self._whole = {"rows": _CHECKED_ROWS, "graph": _CHECKED_ROWS}

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Process ids of the processes that check and convert."""
        return self._translators.process_ids

    def scan(self, text: str) -> Scan:
        """Check a query without running it; see :func:`kg.engine.scan.scan`."""
        return scan(text, self.limits, federated=True)

    async def answer(self, query: Query, form: str, *, timeout_s: float | None = None, client: str = "") -> Answer:
        """Run a query; see :meth:`kg.engine.interface.Engine.answer`."""
        checked = self.scan(query.text)
        release = self._release
        limit_s = min(self.limits.timeout_s, timeout_s) if timeout_s is not None else self.limits.timeout_s
        async with self._turn(client):
            started = time.monotonic()
            try:
                deadline = started + limit_s

                async def local(part: Query) -> bytes:
                    return await self._run(scan(part.text, ANY_LENGTH), part, "json", release, deadline)

                if checked.services:
                    checked = checked.resolved(await self._federation.resolve(checked, query, local, deadline, release))
                body = await self._run(checked, query, form, release, deadline)
            except TimeoutError:
                raise QueryTimeoutError(
                    f"The query was stopped after {limit_s:g} s. Make its patterns more specific, avoid sorting or counting a "
                    "product of unconnected patterns (LIMIT does not help there), or download the data at /dumps/ and query it "
                    "on your own machine."
                ) from None
            return Answer(body, time.monotonic() - started, release.version)

    async def ready(self) -> tuple[str, ...]:
        """Compare what is in the store with the release.

        :returns: what is to be told the operator, which is logged, too; nothing if all is well
        """
        prepared = Prepared(_VERSION_QUERY, "rows", ("version",), (NOTHING,), (graph_iri("description"),))
        deadline = time.monotonic() + self.limits.timeout_s
        remedy = "run `kg publish`"
        try:
            reply = await self._ask(prepared, deadline)
            body, _ = await self._translators.convert(reply.body, reply.content_type, prepared, "json", deadline)
            found = [row["version"]["value"] for row in json.loads(body)["results"]["bindings"]]
        except TimeoutError:
            warnings = [f"the store did not say within {self.limits.timeout_s:g} s which release it holds"]
        except RefusalError as error:
            warnings = [f"the store did not say which release it holds: {error}"]
        else:
            warnings = []
            if not found:
                warnings = [f"the store holds no release, or one that was not published to its end; {remedy}"]
            elif found != [self._release.version]:
                held = ", ".join(sorted(found))
                warnings = [f"the store holds release {held} and not {self._release.version}, which is served; {remedy}"]
        for warning in warnings:
            _LOG.warning("%s", warning)
        return tuple(warnings)

    async def reopen(self, release: "Release") -> None:
        """Answer from another release from now on, which was published before; queries that run end on the old one's graphs."""
        self._release = release

    async def close(self) -> None:
        """Stop whatever runs."""
        await self._federation.close()
        await self._upstream.close()
        await self._translators.close()

    @asynccontextmanager
    async def _turn(self, client: str) -> "AsyncIterator[None]":
        """Wait until fewer queries run than may."""
        try:
            await self._turns.enter(client, self.limits.queue_s)
        except TimeoutError:
            raise EngineBusyError(
                f"{self._turns.size} queries are running and none ended within {self.limits.queue_s:g} s. "
                "Send the query again later.",
                retry_after_s=math.ceil(self.limits.timeout_s / 2),
            ) from None
        try:
            yield
        finally:
            self._turns.leave(client)

    async def _run(self, checked: Scan, query: Query, form: str, release: "Release", deadline: float) -> bytes:
        dataset = Dataset(tuple(sorted(release.description.get("graphs", {}))), query.default_graphs, query.named_graphs)
        prepared = await self._translators.prepare(checked, dataset, deadline)
        reply = await self._ask(prepared, deadline)
        body, rows = await self._translators.convert(reply.body, reply.content_type, prepared, form, deadline)
        if rows > self._whole.get(prepared.kind, rows):
            await self._verify_whole(prepared.kind, rows, deadline)
        return body

    async def _ask(self, prepared: Prepared, deadline: float) -> Reply:
        accept = GRAPH_ACCEPT if prepared.kind == "graph" else ROWS_ACCEPT
        limit = _WIRE * self.limits.result_bytes  # JSON and N-Triples are longer than CSV and Turtle
        return await self._upstream.ask(prepared.text, accept, prepared.default_graphs, prepared.named_graphs, deadline, limit)

    async def _verify_whole(self, kind: str, rows: int, deadline: float) -> None:
        """Make sure that the store does not cut results at ``rows``.

        Virtuoso (seen with 7.2.5) cuts at ``ResultSetMaxRows``, and tells so for SELECT and not for CONSTRUCT. So it is asked
        for more rows than there were, which need no data, and these are counted. What it can do once is not asked again.

        :raises StoreFailureError: if it gives fewer
        """
        side = math.ceil(math.sqrt(4 * rows))
        numbers = " ".join(str(number) for number in range(side))
        nodes = " ".join(f"<urn:policy-kg:row:{number}>" for number in range(side))
        pattern = f"{{ VALUES ?a {{ {nodes} }} VALUES ?b {{ {numbers} }} }}"
        text = f"SELECT ?a ?b {pattern}" if kind == "rows" else f"CONSTRUCT {{ ?a <urn:policy-kg:row> ?b }} {pattern}"
        probe = Prepared(text, kind, ("a", "b") if kind == "rows" else (), (NOTHING,), (NOTHING,))
        reply = await self._ask(probe, deadline)
        _, found = await self._translators.convert(reply.body, reply.content_type, probe, _SHORTEST[kind], deadline)
        if found < side * side:
            raise StoreFailureError(
                f"The store behind this endpoint cuts results at {found:,} rows, and this one may be cut. It is not passed on. "
                "Add a LIMIT below that, or download the data at /dumps/."
            )
        self._whole[kind] = max(self._whole[kind], side * side - 1)


_SHORTEST: Final = {"rows": "csv", "graph": "nt"}
