"""What a query engine takes and gives; :mod:`kg.web` knows no more of one than this.

There are two: :mod:`kg.engine.pool` runs queries in processes of this machine, :mod:`kg.engine.remote` sends them to another
SPARQL store.
"""

from dataclasses import dataclass
from typing import Protocol

from kg.engine.limits import Limits
from kg.engine.scan import Scan
from kg.store import Release


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
    """A complete result.

    :ivar body: the serialised result
    :ivar seconds: how long it took, waiting for a worker left out
    :ivar version: release that answered, which may be older than the current one
    """

    body: bytes
    seconds: float
    version: str


class Engine(Protocol):
    """Answers queries on one release at a time. All methods belong to one event loop.

    :ivar federates: whether there is an endpoint that SERVICE may lead to
    """

    limits: Limits
    federates: bool

    def scan(self, text: str) -> Scan:
        """Check a query without running it; see :func:`kg.engine.scan.scan`."""

    async def answer(self, query: Query, form: str, *, timeout_s: float | None = None, client: str = "") -> Answer:
        """Run a query. A task that is cancelled, as when its client hangs up, stops the query.

        :param form: short name of the format: ``json``, ``xml``, ``csv``, ``tsv``; ``ttl``, ``nt``, ``rdf``, ``jsonld``,
            ``trig``; or ``preview`` for the first rows as JSON
        :param timeout_s: seconds that it may run, if less than the limit
        :param client: who asks; clients take turns
        :raises RefusalError: one of the classes of :mod:`kg.engine.errors`
        """

    async def reopen(self, release: Release) -> None:
        """Answer from another release from now on; queries that run end on the old one."""

    async def close(self) -> None:
        """Stop whatever runs."""
