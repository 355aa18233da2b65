"""Run one query on an open store and write its result. Worker side.

In come a store, a request and a writer; out go bytes in the format that was asked for. Nothing here limits anything but
the order of columns and the rows of a preview: :mod:`kg.engine.confinement` and :mod:`kg.engine.pool` do.
"""

import json
from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeAlias, TypedDict, TypeVar

import pyoxigraph as ox

from kg.namespaces import BASE, PREFIXES

SOLUTION_FORMATS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
PREVIEW: Final = "preview"
_PREFIXED: Final = frozenset({"ttl", "trig", "rdf"})

_MARKED: Final = tuple((f"{prefix}:", prefix, iri) for prefix, iri in PREFIXES.items())

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

F = TypeVar("F")


class Writer(Protocol):
    """Where a result goes. ``write`` raises to end it early."""

    def write(self, data: bytes, /) -> int:
        """Take a piece of the result."""

    def flush(self) -> None:
        """Do nothing; Oxigraph calls it."""


class Request(TypedDict):
    """A query as the pool sends it."""

    text: str
    format: str
    default_graphs: list[str] | None
    named_graphs: list[str] | None
    has_dataset: bool
    star: int | None
    variables: list[str]
    preview_rows: int
    result_bytes: int
    timeout_s: float
    alarm_s: float


def evaluate(store: ox.Store, request: Request, out: Writer) -> None:
    """Run a query and write its result to ``out``.

    :raises SyntaxError: if the query is not SPARQL
    :raises ValueError: if the format does not fit the query's form
    """
    results = _query(store, request, request["text"])
    star = request["star"]
    if star is not None and isinstance(results, ox.QuerySolutions):
        names = [variable.value for variable in results.variables]
        ordered = sorted(names, key=_rank(request["variables"]))
        if ordered != names:
            text = request["text"]
            projection = " ".join(f"?{name}" for name in ordered)
            results = _query(store, request, f"{text[:star]} {projection} {text[star + 1 :]}")
    if request["format"] == PREVIEW:
        out.write(json.dumps(preview(results, request["preview_rows"])).encode())
    elif isinstance(results, ox.QueryTriples):
        _write_graph(results, request["format"], out)
    else:
        results.serialize(out, _format(SOLUTION_FORMATS, request["format"]))  # type: ignore[arg-type]


def _query(
    store: ox.Store,
    request: Request,
    text: str,
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    default, named = request["default_graphs"], request["named_graphs"]
    prefixes = {prefix: iri for mark, prefix, iri in _MARKED if mark in text}  # each one costs time
    if default is None and named is None:
        # the flag would override FROM: SPARQL 1.1, section 13.2
        return store.query(text, base_iri=BASE, prefixes=prefixes, use_default_graph_as_union=not request["has_dataset"])
    # a dataset of the request goes before the query's: SPARQL 1.1 Protocol, section 2.1.4
    return store.query(
        text,
        base_iri=BASE,
        prefixes=prefixes,
        default_graph=[ox.NamedNode(iri) for iri in default or []],
        named_graphs=[ox.NamedNode(iri) for iri in named or []],
    )


def _rank(variables: list[str]) -> Any:
    places = {name: place for place, name in enumerate(variables)}
    return lambda name: places.get(name, len(places))


def _format(formats: dict[str, F], name: str) -> F:
    if name not in formats:
        message = f"The format {name} does not fit this form of query; expected one of {', '.join(formats)}."
        raise ValueError(message)
    return formats[name]


def _write_graph(triples: ox.QueryTriples, name: str, out: Writer) -> None:
    chosen = _format(GRAPH_FORMATS, name)
    if name in _PREFIXED:
        ox.serialize(triples, out, chosen, prefixes=PREFIXES)  # type: ignore[arg-type]
    else:
        triples.serialize(out, chosen)  # type: ignore[arg-type]


def preview(results: ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple], limit: int) -> dict[str, Any]:
    """First rows of a result, for a page; ``more`` says whether there are others.

    :param limit: number of rows
    """
    if isinstance(results, ox.QueryBoolean):
        return {"boolean": bool(results)}
    if isinstance(results, ox.QuerySolutions):
        names = [variable.value for variable in results.variables]
        rows: Iterable[Any] = results
    else:
        names = ["subject", "predicate", "object"]
        rows = results
    shown: list[list[dict[str, str] | None]] = []
    for row in rows:
        if len(shown) == limit:
            return {"columns": names, "rows": shown, "more": True}
        shown.append([_cell(term) for term in row])
    return {"columns": names, "rows": shown, "more": False}


def _cell(term: Term | None) -> dict[str, str] | None:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return {"kind": "iri", "value": term.value}
    if isinstance(term, ox.Literal):
        return {"kind": "literal", "value": term.value, "lang": term.language or "", "datatype": term.datatype.value}
    return {"kind": "other", "value": str(term)}
