"""Results of queries as values, and whether two are the same under SPARQL's rules.

In come the bytes of a result in any format of the suites, or what pyoxigraph returned; out goes an :class:`Outcome`.
"""

import csv
import io
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

import pyoxigraph as ox

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row: TypeAlias = Mapping[str, Term]

RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_EXACT: Final = frozenset(f"{XSD}{name}" for name in ("integer", "decimal"))
_FLOATING: Final = frozenset(f"{XSD}{name}" for name in ("double", "float"))
_SOLUTIONS: Final = {
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
CSV: Final = "text/csv"
MEDIA_TYPES: Final = {
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": CSV,
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
}
"""By the extension of a file in the suites."""


@dataclass(frozen=True)
class Outcome:
    """A result: one of the three is not None.

    :ivar boolean: of ASK
    :ivar rows: of SELECT; a variable without value is not in its row
    :ivar variables: of SELECT, in order; None where the format does not say
    :ivar triples: of CONSTRUCT and DESCRIBE
    """

    boolean: bool | None = None
    rows: tuple[Row, ...] | None = None
    variables: tuple[str, ...] | None = None
    triples: frozenset[ox.Triple] | None = None


def of_results(results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> Outcome:
    """Outcome of what pyoxigraph returns from a query or a parser."""
    if isinstance(results, ox.QueryBoolean):
        return Outcome(boolean=bool(results))
    if isinstance(results, ox.QueryTriples):
        return Outcome(triples=frozenset(results))
    names = tuple(variable.value for variable in results.variables)
    rows = tuple({name: row[name] for name in names if row[name] is not None} for row in results)
    return Outcome(rows=rows, variables=names)


def read(content: bytes, media_type: str, base: str) -> Outcome:
    """Outcome of a serialised result.

    :param base: IRI of the result, for relative IRIs
    :raises SyntaxError: if it is malformed
    """
    if media_type == CSV:
        return _of_csv(content.decode())
    if media_type in _SOLUTIONS:
        return of_results(ox.parse_query_results(content, _SOLUTIONS[media_type]))
    triples = [quad.triple for quad in ox.parse(content, _GRAPHS[media_type], base_iri=base)]
    described = _of_result_set(triples)
    return described or Outcome(triples=frozenset(triples))


def _of_csv(text: str) -> Outcome:
    """CSV has strings only (SPARQL 1.1 CSV and TSV, section 3.2); a cell that is empty is a variable without value."""
    names, *lines = csv.reader(io.StringIO(text, newline=""))
    rows = [{name: _cell(cell) for name, cell in zip(names, line, strict=True) if cell} for line in lines]
    return Outcome(rows=tuple(rows), variables=tuple(names))


def _cell(cell: str) -> Term:
    return ox.BlankNode(cell[2:]) if cell.startswith("_:") else ox.Literal(cell)


def _of_result_set(triples: Sequence[ox.Triple]) -> Outcome | None:
    """Outcome of a result that is written down in the vocabulary of result sets; None if the triples are a graph."""
    values: dict[tuple[object, str], list[Term]] = {}
    for triple in triples:
        if triple.predicate.value.startswith(RS):
            values.setdefault((triple.subject, triple.predicate.value[len(RS) :]), []).append(triple.object)
    booleans = [found for (_, name), found in values.items() if name == "boolean"]
    if booleans:
        return Outcome(boolean=_text(booleans[0][0]) == "true")
    sets = [t.subject for t in triples if isinstance(t.object, ox.NamedNode) and t.object.value == f"{RS}ResultSet"]
    if not sets:
        return None
    indexed = []
    for solution in values.get((sets[0], "solution"), []):
        bindings = values.get((solution, "binding"), [])
        row = {_text(values[binding, "variable"][0]): values[binding, "value"][0] for binding in bindings}
        indexed.append((int(_text(values.get((solution, "index"), [ox.Literal(0)])[0])), row))
    rows = tuple(row for _, row in sorted(indexed, key=lambda pair: pair[0]))
    return Outcome(rows=rows)


def _text(term: Term) -> str:
    assert isinstance(term, ox.Literal)
    return term.value


def same(expected: Outcome, found: Outcome, *, ordered: bool = False, lax: bool = False) -> bool:
    """Whether two outcomes are equal up to the names of blank nodes.

    :param ordered: whether the order of rows counts; if not, they are bags
    :param lax: whether rows that are in ``expected`` several times may be in ``found`` fewer times, but once
    """
    if expected.boolean is not None or found.boolean is not None:
        return expected.boolean == found.boolean
    if expected.triples is not None and found.triples is not None:
        return _canonical(expected.triples) == _canonical(found.triples)
    if expected.rows is None or found.rows is None:
        return False
    if expected.variables is not None and found.variables is not None and set(expected.variables) != set(found.variables):
        return False
    left, right = [_frozen(row) for row in expected.rows], [_frozen(row) for row in found.rows]
    if lax:
        counts = Counter(right)
        return set(left) == set(right) and all(counts[row] <= number for row, number in Counter(left).items())
    if len(left) != len(right):
        return False
    return _match(left, [[row] for row in right], {}) if ordered else _match_bags(left, right)


def _canonical(triples: Iterable[ox.Triple]) -> frozenset[str]:
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(str(quad) for quad in dataset)


FrozenRow: TypeAlias = frozenset[tuple[str, Hashable]]


def _frozen(row: Row) -> FrozenRow:
    return frozenset((name, _key(term)) for name, term in row.items())


def _key(term: Term) -> Hashable:
    """What makes two terms the same: numbers by value, language tags in any case, the rest as it is."""
    if not isinstance(term, ox.Literal):
        return term
    if term.language:
        return term.value, term.language.lower()
    datatype = term.datatype.value
    try:
        if datatype in _EXACT:
            return Decimal(term.value), datatype
        if datatype in _FLOATING:
            return repr(float(term.value)), datatype
        if datatype == f"{XSD}boolean":
            return {"0": "false", "1": "true"}.get(term.value, term.value), datatype
    except (InvalidOperation, ValueError):
        pass  # ill-typed: as it is
    return term


def _has_blank(row: FrozenRow) -> bool:
    return any(isinstance(term, ox.BlankNode) for _, term in row)


def _match_bags(left: list[FrozenRow], right: list[FrozenRow]) -> bool:
    ground = [Counter(row for row in rows if not _has_blank(row)) for rows in (left, right)]
    if ground[0] != ground[1]:
        return False
    blank = [row for row in right if _has_blank(row)]
    return _match([row for row in left if _has_blank(row)], [blank] * len(blank), {})


def _match(left: list[FrozenRow], candidates: list[list[FrozenRow]], names: dict[object, object]) -> bool:
    """Whether each row has a partner of its own under one renaming of blank nodes."""
    if len(left) != len(candidates):
        return False
    if not left:
        return True
    for row in candidates[0]:
        extended = _unify(left[0], row, names)
        if extended is None:
            continue
        rest = candidates[1:]
        if candidates[1:] and candidates[1] is candidates[0]:
            remaining = list(candidates[0])
            remaining.remove(row)
            rest = [remaining] * len(rest)
        if _match(left[1:], rest, extended):
            return True
    return False


def _unify(left: FrozenRow, right: FrozenRow, names: dict[object, object]) -> dict[object, object] | None:
    other = dict(right)
    if other.keys() != dict(left).keys():
        return None
    extended = dict(names)
    for name, term in left:
        partner = other[name]
        if isinstance(term, ox.BlankNode) and isinstance(partner, ox.BlankNode):
            if extended.setdefault(term, partner) != partner:
                return None
        elif term != partner:
            return None
    taken = list(extended.values())
    return extended if len(set(taken)) == len(taken) else None
