"""Numbers, sizes, dates and truth values as Dutch and English write them."""

import pytest

from kg.namespaces import XSD
from kg.rdf import Term
from kg.web import figures


@pytest.mark.parametrize(
    ("number", "en", "nl"), [(0, "0", "0"), (999, "999", "999"), (1523, "1,523", "1.523"), (1234567, "1,234,567", "1.234.567")]
)
def test_counts(number: int, en: str, nl: str) -> None:
    """Groups of three digits."""
    assert (figures.count(number, "en"), figures.count(number, "nl")) == (en, nl)


@pytest.mark.parametrize(
    ("number", "en", "nl"),
    [
        (12, "12 B", "12 B"),
        (1500, "1.5 kB", "1,5 kB"),
        (15_400, "15 kB", "15 kB"),
        (2_340_000, "2.3 MB", "2,3 MB"),
        (1_260_000_000, "1.3 GB", "1,3 GB"),
    ],
)
def test_sizes(number: int, en: str, nl: str) -> None:
    """One decimal below ten."""
    assert (figures.size(number, "en"), figures.size(number, "nl")) == (en, nl)


@pytest.mark.parametrize(
    ("written", "en", "nl"),
    [
        ("2021-01-12", "12 January 2021", "12 januari 2021"),
        ("2021-03", "March 2021", "maart 2021"),
        ("2021", "2021", "2021"),
        ("2021-08-01T10:00:00Z", "1 August 2021", "1 augustus 2021"),
        ("2021-13-01", "2021-13-01", "2021-13-01"),
        ("spring 2021", "spring 2021", "spring 2021"),
        ("", "", ""),
    ],
)
def test_dates(written: str, en: str, nl: str) -> None:
    """As precise as they are; what is no date stays."""
    assert (figures.date(written, "en"), figures.date(written, "nl")) == (en, nl)


@pytest.mark.parametrize(
    ("value", "datatype", "expected"),
    [
        ("false", "boolean", {"en": "no", "nl": "nee"}),
        ("true", "boolean", {"en": "yes", "nl": "ja"}),
        ("1.5", "decimal", {"en": "1.5", "nl": "1,5"}),
        ("-1200", "integer", {"en": "-1,200", "nl": "-1.200"}),
        ("2021-01-12", "date", {"en": "12 January 2021", "nl": "12 januari 2021"}),
        ("2021", "gYear", {}),
        ("1200", "string", {}),
        ("many", "integer", {}),
    ],
)
def test_literals(value: str, datatype: str, expected: dict[str, str]) -> None:
    """By their datatype; a year is no number."""
    assert figures.literal(Term("literal", value, "", f"{XSD}{datatype}")) == expected
