"""One test of the suites, run by pyoxigraph alone and through the endpoint, and whether the result is the expected one."""

import functools
import http.client
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox

from tests.w3c import known
from tests.w3c.outcome import CSV, MEDIA_TYPES, Outcome, of_results, read, same
from tests.w3c.server import Reply, send
from tests.w3c.suite import Case, Suite

DEFAULT: Final = "https://example.org/w3c/default/"
"""The default graph of a test is a graph of the release under this and the address of its file: a test may have one file
both as default graph and as named graph, and then the two share no blank node."""

EMPTY: Final = f"{DEFAULT}empty"
_FROM: Final = re.compile(r"\bFROM\s+(?:NAMED\s+)?<", re.IGNORECASE)
_ORDER: Final = re.compile(r"ORDER\s+BY(?!.*\})", re.IGNORECASE | re.DOTALL)


def expected(suite: Suite, case: Case) -> Outcome:
    """Result that the suite gives."""
    return read(suite.files[case.result], _media_type(case), case.result)


def agrees(suite: Suite, case: Case, found: Outcome) -> bool:
    """Whether a result is the expected one; rows in order where the query's last clause sorts."""
    ordered = case.name not in known.TIES and bool(_ORDER.search(suite.text(case.query)))
    return same(expected(suite, case), found, ordered=ordered, lax=case.lax)


def alone(suite: Suite, case: Case) -> Outcome:
    """Result of pyoxigraph itself, without our prefixes, base and union of graphs; not for SERVICE, which would call out.

    :raises SyntaxError: if it does not take the query
    """
    assert not case.name.startswith(known.SERVICE)
    store = ox.Store()
    for iri in case.data:
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in suite.triples(iri))
    for iri in _named(suite, case):
        store.extend(_quads(suite.triples(iri), iri))
    results = store.query(suite.text(case.query), base_iri=case.query)
    if _media_type(case) == CSV:
        content = results.serialize(format=ox.QueryResultsFormat.CSV)  # type: ignore[arg-type]
        assert content is not None
        return read(content, CSV, case.query)
    return of_results(results)


def quads(suite: Suite, cases: Iterable[Case]) -> Iterator[ox.Quad]:
    """All data of the tests in one store, each file a named graph."""
    defaults: set[tuple[str, ...]] = set()
    named: set[str] = set()
    for case in cases:
        defaults.update([case.data] if case.data else [])
        named.update(_named(suite, case))
    for files in sorted(defaults):
        for iri in files:
            yield from _quads(suite.triples(iri), default_graph(files))
    for iri in sorted(named):
        yield from _quads(suite.triples(iri), iri)


def default_graph(files: tuple[str, ...]) -> str:
    """Name of the graph that holds the default graph of a test."""
    return DEFAULT + "+".join(files) if files else EMPTY


def through(connection: http.client.HTTPConnection, suite: Suite, case: Case) -> Reply:
    """Response of the endpoint, with the dataset given as the protocol has it (section 2.1.4).

    A dataset of the request would go before that of a query with FROM.
    """
    dataset = [("default-graph-uri", default_graph(case.data)), *(("named-graph-uri", iri) for iri in case.named)]
    target = "/sparql" if says_dataset(suite, case) else f"/sparql?{urlencode(dataset)}"
    return send(connection, "POST", target, text(suite, case).encode(), headers(case))


def headers(case: Case) -> dict[str, str]:
    """Headers that ask for the format of the expected result."""
    wanted = _media_type(case)
    accept = wanted if case.result.endswith(("srx", "srj", "csv", "tsv")) else f"application/sparql-results+json, {wanted}"
    return {"Content-Type": "application/sparql-query", "Accept": accept}


def text(suite: Suite, case: Case) -> str:
    """Text to send: the query as it is, after a BASE where it has relative IRIs.

    They are relative to the file, and an endpoint cannot know where a query comes from (RFC 3986, section 5.1).
    """
    query = suite.text(case.query)
    calls_out = case.name.startswith(known.SERVICE)  # pyoxigraph, asked whether it is relative, might do so
    return f"BASE <{case.query}> {query}" if not calls_out and is_relative(query) else query


@functools.cache
def is_relative(query: str) -> bool:
    """Whether a query is one only with a base."""
    return _parses(query, "http://example.org/") and not _parses(query, None)


def _parses(query: str, base: str | None) -> bool:
    try:
        ox.Store().query(query, base_iri=base)
    except SyntaxError:
        return False
    return True


def says_dataset(suite: Suite, case: Case) -> bool:
    """Whether a query has FROM."""
    return bool(_FROM.search(suite.text(case.query)))


def _named(suite: Suite, case: Case) -> Iterable[str]:
    if says_dataset(suite, case):
        return suite.graphs_beside(case.query)
    return case.named


def _quads(triples: Iterable[ox.Triple], graph: str) -> Iterator[ox.Quad]:
    name = ox.NamedNode(graph)
    return (ox.Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples)


def _media_type(case: Case) -> str:
    return MEDIA_TYPES[case.result.rpartition(".")[2]]
