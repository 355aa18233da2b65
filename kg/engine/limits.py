"""What one query may use. Comes from the command line or the environment; the pool and the scan hold to it."""

from dataclasses import dataclass, field
from typing import Final

from kg.processors import processors

MIB = 1024 * 1024
SERVICE_ALLOW: Final = "https://query.wikidata.org/sparql,https://publications.europa.eu/webapi/rdf/sparql"
"""Endpoints that SERVICE may lead to, unless the operator says others."""


@dataclass(frozen=True)
class ServiceLimits:
    """Bounds for what one query may ask of other endpoints, and for all queries together.

    :ivar clauses: SERVICE clauses in a query
    :ivar rows: solutions of one clause
    :ivar response_mib: MiB of one response, decompressed
    :ivar total_mib: MiB of all responses for one query
    :ivar timeout_s: seconds that one request may take, waiting for its turn included
    :ivar calls: requests at a time in all
    :ivar calls_each: requests at a time to one endpoint
    :ivar bindings: solutions of what stands before a clause that are sent with its pattern; with more, none are
    :ivar batch: solutions that are sent in one request
    :ivar redirects: redirects that are followed for one request
    """

    clauses: int = 8
    rows: int = 20_000
    response_mib: int = 8
    total_mib: int = 16
    timeout_s: float = 25.0
    calls: int = 4
    calls_each: int = 2
    bindings: int = 2_000
    batch: int = 200
    redirects: int = 3


def default_workers() -> int:
    """Two for each processor and one more: while an answer is handed on and the next query comes, another worker has the processor."""
    return 2 * processors() + 1


def default_long_queries() -> int:
    """Two for each processor: they have the lowest priority, so more of them cost memory and not time."""
    return 2 * processors()


@dataclass(frozen=True)
class Limits:
    """Bounds for one query, and the number of queries at a time.

    :ivar timeout_s: seconds that a query may run, serialisation included
    :ivar memory_mib: MiB of address space that a query may take beside what its worker has when idle
    :ivar result_mib: MiB of serialised result
    :ivar workers: queries that run in the fast lane at the same time
    :ivar long_queries: queries that run at the same time beyond ``quantum_s``
    :ivar suspended: queries that stand still until there is a place for a long one; beyond, they are ended and start again
    :ivar suspended_mib: MiB of memory that those which stand still may have in all, about 20 of each worker's own included
    :ivar query_kib: KiB of query text, in UTF-8
    :ivar depth: nesting of brackets
    :ivar queue_s: seconds that a query waits for a worker
    :ivar quantum_s: seconds that a query has in the fast lane
    :ivar preview_rows: rows of the table in a page
    :ivar client_queries: queries of one client address that run or wait at the same time
    :ivar queries: queries that run or wait at the same time in all
    """

    timeout_s: float = 30.0
    memory_mib: int = 1024
    result_mib: int = 64
    workers: int = field(default_factory=default_workers)
    long_queries: int = field(default_factory=default_long_queries)
    suspended: int = 24
    suspended_mib: int = 1024
    query_kib: int = 256
    depth: int = 250
    queue_s: float = 10.0
    quantum_s: float = 0.1
    preview_rows: int = 1000
    client_queries: int = 20
    queries: int = 100

    @property
    def result_bytes(self) -> int:
        """Limit on a serialised result, in bytes."""
        return self.result_mib * MIB

    @property
    def memory_bytes(self) -> int:
        """Limit on a query's memory, in bytes."""
        return self.memory_mib * MIB


ANY_LENGTH = Limits(query_kib=1 << 40, depth=1 << 40)
"""For queries of our own making, in which stands what other endpoints answered."""
