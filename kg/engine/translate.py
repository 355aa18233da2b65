"""Check a query for another store and convert what that store answers. Runs in :mod:`kg.engine.translator`, a process.

In come a query, or the body of a response; out go the query as it is to be sent, or the result in the format that was
asked for. Nothing is evaluated here: see :func:`parse`.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyoxigraph as ox

from kg.engine.evaluate import GRAPH_FORMATS, PREVIEW, SOLUTION_FORMATS, preview
from kg.engine.rewrite import Dataset, names_of, rewrite
from kg.namespaces import BASE, PREFIXES, XSD

ROWS_ACCEPT: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
"""JSON first: XML 1.0 has no control characters, and its parsers make line feeds of carriage returns."""
GRAPH_ACCEPT: Final = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"

_ROWS: Final = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
}
_GRAPHS: Final = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
_WRITTEN: Final = {**GRAPH_FORMATS, "trig": ox.RdfFormat.TRIG}
_PREFIXED: Final = frozenset({"ttl", "rdf", "trig"})
_BOOLEAN: Final = f"{XSD}boolean"
_VIRTUOSO_ASK: Final = "__ASK_RETVAL"
_NO_ROWS: Final = "\nVALUES () {}"


class MalformedResultError(Exception):
    """The body of a response is not the result that it says it is, or not all of it."""


class FormatError(Exception):
    """A format that does not fit the form of the query."""


class SizeError(Exception):
    """The converted result has more bytes than it may have."""


@dataclass(frozen=True)
class Prepared:
    """A query to be sent.

    :ivar text: as :func:`kg.engine.rewrite.rewrite` wrote it
    :ivar kind: what it gives: ``rows``, ``boolean`` or ``graph``
    :ivar columns: names of the projected variables, in order
    :ivar default_graphs: ``default-graph-uri`` to be sent
    :ivar named_graphs: ``named-graph-uri`` to be sent
    """

    text: str
    kind: str
    columns: tuple[str, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def parse(store: ox.Store, text: str, prefixes: Mapping[str, str] | None = None) -> tuple[str, tuple[str, ...]]:
    """Kind of a query's result and the names of its columns.

    pyoxigraph can parse a query only by starting to run it, and sorts, groups and ASK at once. So the query is joined
    with no solutions at all (``VALUES () {}`` at the end, SPARQL 1.1, production 28), of which the optimiser makes a
    query without work: nothing but the clause itself can stand there, so the text is valid if both together are. A
    query that has its own VALUES at the end is run as it is, on an empty store; the deadline of the process holds it.

    :param prefixes: prefixes that need no declaration
    :raises SyntaxError: as pyoxigraph words it, of the text alone
    """
    given = dict(prefixes) if prefixes else None
    base = BASE if prefixes else None
    try:
        results = store.query(text + _NO_ROWS, base_iri=base, prefixes=given)
    except SyntaxError:
        results = store.query(text, base_iri=base, prefixes=given)
    if isinstance(results, ox.QuerySolutions):
        return "rows", tuple(variable.value for variable in results.variables)
    return ("boolean" if isinstance(results, ox.QueryBoolean) else "graph"), ()


def prepare(store: ox.Store, text: str, star: int | None, variables: list[str], dataset: Dataset) -> Prepared:
    """Check a query and write it anew for another store.

    :param store: an empty store
    :param text: query as :func:`kg.engine.scan.scan` gives it
    :param star: offset of the ``*`` of an outermost ``SELECT *``
    :param variables: names of the variables in order of appearance, which is the order of the star's columns
    :param dataset: what the query may see
    :raises SyntaxError: if it is not SPARQL 1.1
    :raises RefusalError: if it is not to be sent
    """
    kind, columns = parse(store, text, PREFIXES)
    if star is not None:
        columns = tuple(sorted(columns, key=lambda name: variables.index(name) if name in variables else len(variables)))
    found = names_of(text)
    written = rewrite(text, _resolve(store, found.prologue, found.names), star, columns, dataset)
    if parse(store, written.text) != (kind, columns):
        raise SyntaxError("the query reads in two ways; write a space between each keyword and what follows it")
    return Prepared(written.text, kind, columns, written.default_graphs, written.named_graphs)


def _resolve(store: ox.Store, prologue: str, names: tuple[str, ...]) -> dict[str, str]:
    """IRI of each name under a prologue."""
    if not names:
        return {}
    query = f"{prologue} SELECT ?iri {{ VALUES ?iri {{ {' '.join(names)} }} }}"
    rows = store.query(query, base_iri=BASE, prefixes=PREFIXES)
    return {name: row[0].value for name, row in zip(names, rows, strict=True)}  # type: ignore[arg-type]


def convert(body: bytes, content_type: str, prepared: Prepared, form: str, limit: int, preview_rows: int) -> tuple[bytes, int]:
    """Convert the body of a response.

    :param content_type: its media type, without parameters
    :param form: short name of the format, or ``preview``
    :param limit: bytes that the result may have
    :param preview_rows: rows of a preview
    :returns: the result, and its number of rows or triples
    :raises MalformedResultError: if the body is not a complete result of the expected kind
    :raises FormatError: if the format does not fit the query
    :raises SizeError: if the result is too large
    """
    known = _WRITTEN if prepared.kind == "graph" else SOLUTION_FORMATS
    if form not in known and form != PREVIEW:
        raise FormatError(f"The format {form} does not fit this form of query; expected one of {', '.join(known)}.")
    out = _Bounded(limit)
    try:
        rows = (_graph if prepared.kind == "graph" else _rows)(body, content_type, prepared, form, out, preview_rows)
    except (SyntaxError, ValueError, KeyError, RecursionError) as error:
        raise MalformedResultError(str(error)) from error
    return out.getvalue(), rows


class _Bounded(io.BytesIO):
    """Takes so many bytes and raises at the next."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._left = limit

    def write(self, data: Any, /) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise SizeError
        return super().write(data)


def _graph(body: bytes, content_type: str, _: Prepared, form: str, out: _Bounded, preview_rows: int) -> int:
    read = _GRAPHS.get(content_type)
    if read is None:
        raise ValueError(f"content type {content_type}")
    # a graph is a set; what a store repeats is once in it
    triples = list(dict.fromkeys(quad.triple for quad in ox.parse(body, format=read)))
    if form == PREVIEW:
        out.write(json.dumps(preview(triples, preview_rows)).encode())
        return len(triples)
    _unwrapped(ox.serialize, triples, out, _WRITTEN[form], prefixes=PREFIXES if form in _PREFIXED else None)
    return len(triples)


def _rows(body: bytes, content_type: str, prepared: Prepared, form: str, out: _Bounded, preview_rows: int) -> int:
    read = _ROWS.get(content_type)
    if read is None:
        raise ValueError(f"content type {content_type}")
    if read == ox.QueryResultsFormat.JSON:
        body = _mended(body)
    count = 0
    results = ox.parse_query_results(body, format=read)
    if isinstance(results, ox.QuerySolutions):
        columns = tuple(variable.value for variable in results.variables)
        if prepared.kind == "boolean":
            results = _boolean(results, columns)
        elif columns != prepared.columns and prepared.columns:
            raise ValueError(f"columns {', '.join(columns)} instead of {', '.join(prepared.columns)}")
        else:
            count = sum(1 for _ in results)  # also reads it to its end before anything is written
            results = ox.parse_query_results(body, format=read)
    elif prepared.kind != "boolean":
        raise ValueError("a boolean instead of rows")
    if form == PREVIEW:
        out.write(json.dumps(preview(results, preview_rows)).encode())
    else:
        _unwrapped(results.serialize, out, SOLUTION_FORMATS[form])
    return count


def _unwrapped(write: Any, *arguments: Any, **options: Any) -> None:
    """Call a writer of pyoxigraph, which wraps what the file that it writes to raises."""
    try:
        write(*arguments, **options)
    except Exception as error:
        if isinstance(error.__cause__, SizeError):
            raise error.__cause__ from None
        raise


def _boolean(rows: Iterable[Any], columns: tuple[str, ...]) -> ox.QueryBoolean:
    """Virtuoso's answer to ASK: one row with 1, or none."""
    if columns != (_VIRTUOSO_ASK,):
        raise ValueError("rows instead of a boolean")
    truth = json.dumps({"head": {}, "boolean": any(row[0].value == "1" for row in rows)})
    return ox.parse_query_results(truth, format=ox.QueryResultsFormat.JSON)  # type: ignore[return-value]


def _mended(body: bytes) -> bytes:
    """Virtuoso's JSON with booleans as words, and blank nodes that are labels."""
    if _BOOLEAN.encode() not in body and b'"bnode"' not in body:
        return body
    document = json.loads(body)
    labels: dict[str, str] = {}
    for row in document.get("results", {}).get("bindings", ()):
        for term in row.values():
            if term.get("datatype") == _BOOLEAN:
                term["value"] = {"1": "true", "0": "false"}.get(term["value"], term["value"])
            elif term.get("type") == "bnode":
                term["value"] = labels.setdefault(term["value"], f"b{len(labels)}")
    return json.dumps(document).encode()
