"""Whether two servers give the same answers: a faster wrong one is not faster.

In come JSON results; out goes a bag of rows that can be compared.
"""

import json
from collections import Counter
from typing import Any

from bench.peers import Server
from bench.workloads import Workload

_STRING = "http://www.w3.org/2001/XMLSchema#string"

Row = frozenset[tuple[str, str, str, str, str]]


def bag(body: bytes) -> Counter[Row]:
    """The rows of a result, each with how often it is there (SPARQL 1.1 Query Results JSON Format)."""
    return Counter(
        frozenset((variable, *_term(term)) for variable, term in row.items()) for row in json.loads(body)["results"]["bindings"]
    )


def _term(term: dict[str, Any]) -> tuple[str, str, str, str]:
    """A term as RDF 1.1 sees it: a plain literal is an xsd:string, language tags have no case."""
    datatype = term.get("datatype", "")
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    return kind, term["value"], "" if datatype == _STRING else datatype, term.get("xml:lang", "").lower()


def differences(workload: Workload, servers: list[Server], count: int) -> list[str]:
    """Compare the answers to ``count`` queries that no server has seen, each asked twice: the second may be from a cache.

    :returns: what differs from the first server's answer, and what has no rows
    """
    first = workload.take(count)
    found = []
    for number in range(first, first + count):
        query = workload.query(number)
        expected = bag(servers[0].ask(query))
        if not expected:
            found.append(f"{workload.name} {number}: no rows")
        asked = [(server, time) for server in servers for time in (("first", "second") if count > 1 else ("first",))]
        found += [f"{workload.name} {number}: {s.kind.name}, {time} time" for s, time in asked if bag(s.ask(query)) != expected]
    return found
