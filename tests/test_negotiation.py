"""Formats by ``Accept`` and by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.negotiation import GRAPH_FORMATS, HTML, SOLUTION_FORMATS, by_name, negotiate, parse_accept

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TYPES = [media for form in SOLUTION_FORMATS for media in (form.media_type, *form.media_aliases)]


@pytest.mark.parametrize(
    "accept, expected",
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        (BROWSER, "html"),
        ("text/csv", "csv"),
        ("TEXT/CSV ; Q=0.5", "csv"),
        ("text/*", "csv"),
        ("text/csv;q=0.4, application/sparql-results+xml;q=0.5", "xml"),
        ("*/*, application/sparql-results+json;q=0", "xml"),
        ("text/*;q=0.9, text/csv;q=0.1, text/html;q=0.2", "tsv"),
        ('text/csv;header="a,b;q=0", application/json;q=0.1', "csv"),
        ("image/png", None),
        ("text/csv;q=0", None),
        ("text/csv;q=nonsense", None),
        ("nonsense", "json"),
        ("*/csv", "json"),
    ],
)
def test_solution_format_by_accept(accept: str | None, expected: str | None) -> None:
    """Weights, specificity, wildcards, and our order among equals (RFC 9110, section 12.5.1)."""
    choice = negotiate(accept, SOLUTION_FORMATS)

    assert expected == (choice.format.name if choice else None)


def test_alias_is_sent_under_the_name_that_was_asked_for() -> None:
    """A client that accepts only ``application/json`` is not sent another type."""
    choice = negotiate("application/json", SOLUTION_FORMATS)

    assert choice is not None
    assert choice.content_type == "application/json"


@pytest.mark.parametrize(
    "name, expected",
    [
        ("turtle", "ttl"),
        ("TTL", "ttl"),
        ("text/turtle", "ttl"),
        ("n3", "ttl"),
        ("application/ld json", "jsonld"),
        ("rdf+xml", "rdf"),
        ("rdf xml", "rdf"),
        ("pdf", None),
    ],
)
def test_graph_format_by_name(name: str, expected: str | None) -> None:
    """Short names, media types, and media types whose plus sign a form decoded."""
    choice = by_name(name, GRAPH_FORMATS)

    assert expected == (choice.format.name if choice else None)


def test_who_asks_for_n3_gets_turtle() -> None:
    """As rdflib does for ``format="n3"``: every Turtle document is one of N3."""
    choice = negotiate("text/n3, */*;q=0.1", (HTML, *GRAPH_FORMATS[:-1]))

    assert choice is not None
    assert (choice.format.name, choice.content_type) == ("ttl", "text/n3; charset=utf-8")


@given(st.text())
def test_no_header_breaks_the_parser(header: str) -> None:
    """Whatever a client sends, weights stay between 0 and 1 and a choice is one of ours."""
    choice = negotiate(header, GRAPH_FORMATS)

    assert all(0 <= element.quality <= 1 for element in parse_accept(header))
    assert choice is None or choice.format in GRAPH_FORMATS


@given(st.lists(st.tuples(st.sampled_from(TYPES), st.integers(0, 1000)), min_size=1, unique_by=lambda pair: pair[0]))
def test_the_greatest_weight_wins(weights: list[tuple[str, int]]) -> None:
    """With exact types only, the chosen one has the greatest weight, and nothing of weight 0 is chosen."""
    header = ", ".join(f"{media};q={weight / 1000:.3f}" for media, weight in weights)

    choice = negotiate(header, SOLUTION_FORMATS)

    greatest = max(weight for _, weight in weights)
    assert (choice is None) == (greatest == 0)
    assert choice is None or dict(weights)[choice.media_type] == greatest


def test_html_is_the_last_choice_of_a_program() -> None:
    """A tool that accepts anything gets data."""
    assert HTML is SOLUTION_FORMATS[-1] is GRAPH_FORMATS[-1]
