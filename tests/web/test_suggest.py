"""Names for what somebody types into the editor, over the fictional corpus."""

from typing import Any

import pytest
from werkzeug.test import Client

from kg.web.suggest import shortened
from tests.web.conftest import BufferedClient, Running


@pytest.fixture
def visitor(corpus: Running) -> Client:
    """A client of the site."""
    return BufferedClient(corpus, use_cookies=False)


def asked(visitor: Client, **parameters: str) -> list[dict[str, Any]]:
    """Suggestions for a beginning."""
    response = visitor.get("/suggest", query_string=parameters)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json["suggestions"]  # type: ignore[index]
    return found


@pytest.mark.parametrize(
    ("typed", "language", "label", "name"),
    [
        ("Plough", "en", "Plough Party", ""),
        ("plough", "nl", "Ploegpartij", "Plough Party"),
        ("PLOÉG", "en", "Plough Party", "Ploegpartij"),
        ("de ploe", "nl", "Ploegpartij", ""),
        ("party", "en", "Plough Party", ""),
    ],
)
def test_a_thing_by_any_of_its_names(visitor: Client, typed: str, language: str, label: str, name: str) -> None:
    """In either language, by any word, whatever the case; the name that fits is told where it is not the label."""
    first = asked(visitor, q=typed, lang=language)[0]

    assert (first["text"], first["label"], first["name"]) == ("agent:plough-party", label, name)
    assert first["iri"] == "https://w3id.org/policy-kg/id/agent/plough-party"
    assert first["type"] == {"en": "political party", "nl": "politieke partij"}[language]


@pytest.mark.parametrize(
    ("typed", "first", "expected"),
    [
        ("state", "class", "pol:State"),
        ("state", "property", "pol:statedIn"),
        ("eis", "class", "pol:Demand"),
        ("spreker", "property", "pol:speaker"),
        ("ratif", "thing", "act:ratify"),
        ("responseV", "property", "pol:responseValue"),
        ("value", "property", "pol:value"),
    ],
)
def test_what_is_wanted_comes_first(visitor: Client, typed: str, first: str, expected: str) -> None:
    """Classes, properties or things; by label in either language, or by the name in code or a word of it."""
    assert asked(visitor, q=typed, first=first)[0]["text"] == expected


def test_nothing_fits(visitor: Client) -> None:
    """An empty list, also for what has no letter."""
    assert asked(visitor, q="qqqq") == []
    assert asked(visitor, q="") == []
    assert asked(visitor, q=" -;") == []


def test_a_few_are_enough(visitor: Client) -> None:
    """Who sees a long list types on."""
    assert len(asked(visitor, q="s")) == 12


def test_the_wrong_kind(visitor: Client) -> None:
    """The right ones are listed."""
    response = visitor.get("/suggest?q=a&first=verb")

    assert response.status_code == 400
    assert "expected first= one of class, property, thing" in response.text


def test_too_long(visitor: Client) -> None:
    """No name is so long."""
    response = visitor.get("/suggest", query_string={"q": "x" * 201})

    assert response.status_code == 400
    assert "The text has 201 characters; expected at most 200." in response.text


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://w3id.org/policy-kg/id/agent/belgium", "agent:belgium"),
        ("https://w3id.org/policy-kg/ontology#Demand", "pol:Demand"),
        ("https://w3id.org/policy-kg/id/statement/alpha/s001", "<https://w3id.org/policy-kg/id/statement/alpha/s001>"),
        ("https://w3id.org/policy-kg/id/agent/a.b", "<https://w3id.org/policy-kg/id/agent/a.b>"),
        ("https://w3id.org/policy-kg/id/agent/-a", "<https://w3id.org/policy-kg/id/agent/-a>"),
        ("https://example.org/a", "<https://example.org/a>"),
    ],
)
def test_terms_are_written_as_short_as_they_may_be(iri: str, expected: str) -> None:
    """With the longest prefix that leaves nothing to escape."""
    assert shortened(iri) == expected
