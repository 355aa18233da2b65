"""The comparison of results: it tells apart what SPARQL tells apart, and nothing else."""

import pyoxigraph as ox
import pytest

from tests.w3c.outcome import CSV, MEDIA_TYPES, Outcome, Term, read, same

A, B, C, D = (ox.BlankNode(name) for name in "abcd")
ONE, ZERO_ONE = (ox.Literal(text, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")) for text in ("1", "01"))
TEXT = ox.Literal("1")
IRI = ox.NamedNode("https://example.org/")


def rows(*values: tuple[Term, ...]) -> Outcome:
    """Solutions with the variables x and y, or x alone."""
    return Outcome(rows=tuple(dict(zip("xy", row, strict=False)) for row in values))


SAME = {
    "no row": (rows(), rows()),
    "rows in another order": (rows((ONE,), (TEXT,)), rows((TEXT,), (ONE,))),
    "a number by value": (rows((ONE,)), rows((ZERO_ONE,))),
    "a language tag in capitals": (rows((ox.Literal("a", language="en-gb"),)), rows((ox.Literal("a", language="en-GB"),))),
    "blank nodes renamed": (rows((A, ONE), (B, TEXT), (A, B)), rows((C, ONE), (C, D), (D, TEXT))),
    "blank nodes, the first choice wrong": (rows((A, B), (B, A), (B, IRI)), rows((C, D), (D, C), (C, IRI))),
    "booleans": (Outcome(boolean=True), Outcome(boolean=True)),
    "graphs": (
        Outcome(triples=frozenset([ox.Triple(A, IRI, B), ox.Triple(B, IRI, ONE)])),
        Outcome(triples=frozenset([ox.Triple(B, IRI, A), ox.Triple(A, IRI, ONE)])),
    ),
}
DIFFERENT = {
    "a row more": (rows((ONE,)), rows((ONE,), (ONE,))),
    "a row less": (rows((ONE,), (TEXT,)), rows((ONE,))),
    "another bag": (rows((ONE,), (ONE,), (TEXT,)), rows((ONE,), (TEXT,), (TEXT,))),
    "a number and its text": (rows((ONE,)), rows((TEXT,))),
    "a variable without value": (rows((ONE, TEXT)), rows((ONE,))),
    "a blank node and an IRI": (rows((A,)), rows((IRI,))),
    "two blank nodes that are one": (rows((A, B)), rows((C, C))),
    "one blank node that is two": (rows((A, A)), rows((C, D))),
    "blank nodes joined otherwise": (rows((A, ONE), (A, TEXT)), rows((C, ONE), (D, TEXT))),
    "other variables": (Outcome(rows=(), variables=("x",)), Outcome(rows=(), variables=("y",))),
    "booleans": (Outcome(boolean=True), Outcome(boolean=False)),
    "a boolean and rows": (Outcome(boolean=False), rows()),
    "rows and a graph": (rows(), Outcome(triples=frozenset())),
    "graphs": (
        Outcome(triples=frozenset([ox.Triple(A, IRI, B)])),
        Outcome(triples=frozenset([ox.Triple(A, IRI, A)])),
    ),
}


@pytest.mark.parametrize(("left", "right"), SAME.values(), ids=SAME)
def test_same(left: Outcome, right: Outcome) -> None:
    """These are the same, whichever comes first."""
    assert same(left, right)
    assert same(right, left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT.values(), ids=DIFFERENT)
def test_different(left: Outcome, right: Outcome) -> None:
    """These are not, whichever comes first."""
    assert not same(left, right)
    assert not same(right, left)


def test_order_counts_where_it_is_asked_for() -> None:
    """Rows in another order, blank nodes among them, are another sequence."""
    assert same(rows((A,), (ONE,)), rows((B,), (ONE,)), ordered=True)
    assert not same(rows((A,), (ONE,)), rows((ONE,), (B,)), ordered=True)


def test_reduced_may_leave_out_duplicates() -> None:
    """Any number from one to that of the expected file (section 15.5 of SPARQL 1.1 Query)."""
    expected = rows((ONE,), (ONE,), (TEXT,))

    assert same(expected, rows((ONE,), (TEXT,)), lax=True)
    assert not same(expected, rows((ONE,)), lax=True)
    assert not same(expected, rows((ONE,), (ONE,), (ONE,), (TEXT,)), lax=True)


RESULT_SET = b"""
@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> .
[] a rs:ResultSet ; rs:resultVariable "x", "y" ;
  rs:solution [ rs:index 2 ; rs:binding [ rs:variable "x" ; rs:value <> ] ] ;
  rs:solution [ rs:index 1 ; rs:binding [ rs:variable "x" ; rs:value 1 ], [ rs:variable "y" ; rs:value _:b ] ] .
"""
JSON = b"""{"head": {"vars": ["x", "y"]}, "results": {"bindings": [
  {"x": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
   "y": {"type": "bnode", "value": "b"}},
  {"x": {"type": "uri", "value": "https://example.org/"}}
]}}"""


@pytest.mark.parametrize(
    ("extension", "content"),
    [("ttl", RESULT_SET), ("tsv", b"?x\t?y\n1\t_:b\n<https://example.org/>\t\n"), ("srj", JSON)],
)
def test_formats_of_solutions(extension: str, content: bytes) -> None:
    """The same two rows, in order, from each."""
    found = read(content, MEDIA_TYPES[extension], "https://example.org/")

    assert same(rows((ONE, A), (IRI,)), found, ordered=True)


def test_csv_has_strings() -> None:
    """A cell is a string or a blank node; an empty one is a variable without value."""
    found = read(b'x,y\r\n1,_:b\r\n"a,\nb",\r\n', CSV, "")

    assert same(rows((TEXT, A), (ox.Literal("a,\nb"),)), found, ordered=True)


def test_boolean_in_a_graph() -> None:
    """A result set may hold a boolean, and a graph without one is a graph."""
    prefix = b"@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> . "

    assert read(prefix + b"[] a rs:ResultSet ; rs:boolean true .", "text/turtle", "https://example.org/") == Outcome(boolean=True)
    assert read(b"<x:s> <x:p> 1 .", "text/turtle", "https://example.org/").triples is not None
