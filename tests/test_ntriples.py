"""Terms as strings say what the library's terms say."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import ntriples
from kg.scale import lines
from kg.scale.subjects import Subjects

XSD = "http://www.w3.org/2001/XMLSchema#"
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXT),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXT, st.sampled_from(["nl", "en", "nl-BE"])),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{name}")), TEXT, st.sampled_from(["string", "gYear"])
    ),
)


@given(LITERALS)
def test_a_literal_says_the_same(literal: ox.Literal) -> None:
    """Text, language and datatype, whatever characters are escaped."""
    term = str(literal)

    assert ntriples.is_literal(term)
    assert not ntriples.is_iri(term)
    assert ntriples.lexical(term) == literal.value
    assert ntriples.language(term) == (literal.language or "")
    assert ntriples.datatype(term) == literal.datatype.value
    assert lines.is_text(f"<a:s> <a:p> {term} .") == (literal.language is not None)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("<https://example.org/a>", "https://example.org/a"),
        ("_:b1", "b1"),
        (r'"a \"b\" \\ \u00E9\U0001F600\t"@nl', 'a "b" \\ é😀\t'),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#integer>', "1"),
    ],
)
def test_the_value_of_a_term(term: str, value: str) -> None:
    """IRIs, blank nodes, and literals with escapes that another library may write."""
    assert ntriples.lexical(term) == value


def test_the_parts_of_a_line() -> None:
    """The object may have spaces in it."""
    assert ntriples.parts('<a:s> <a:p> "x y ." .') == ("<a:s>", "<a:p>", '"x y ."')


def test_lines_by_subject() -> None:
    """A subject has its own lines, not those of one that begins with it."""
    said = ['<a:s> <a:p> "1" .', '<a:s> <a:p> "2" .', '<a:s/t> <a:p> "3" .']
    found = Subjects(lines.packed(lines.in_order(said)))

    assert found.of("<a:s>") == said[:2]
    assert found.of("<a:s/t>") == said[2:]
    assert found.of("<a:t>") == []
    assert Subjects(b"").of("<a:s>") == []


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ('<a:s> <a:p> "1" .', True),
        ("<a:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <a:z> .", True),
        ('<a:s> <a:p> "10" .', False),
        ('<a:t> <a:p> "1" .', False),
        ('<a:a> <a:p> "1" .', False),
    ],
)
def test_whether_a_line_is_there(line: str, there: bool) -> None:
    """Also the class, which comes first of what is said of a subject; and beyond the first and the last."""
    found = lines.in_order(
        ['<a:s> <a:p> "1" .', '<a:s> <a:b> "2" .', "<a:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <a:z> ."]
    )

    assert lines.stands_in(found, line) is there
    assert not lines.stands_in([], line)


class _Same(str):
    """A string whose hash others have."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash("<a:s>")

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)


def test_a_subject_with_the_hash_of_another_has_no_lines_of_it() -> None:
    """Lines are looked up by hash, and compared."""
    found = Subjects(lines.packed(['<a:s> <a:p> "1" .']))

    assert found.of(_Same("<a:x>")) == []
