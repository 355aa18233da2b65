"""Our own topics by their other names: where somebody types, and on their pages."""

import json
from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from kg.namespaces import ID
from kg.store import Release
from tests.web.conftest import BufferedClient, Running

TOPIC = "topic/media-freedom"


@pytest.fixture(scope="module")
def visitor(own_data: Release) -> Iterator[Client]:
    """A client of the site with our own data."""
    running = Running(own_data)
    yield BufferedClient(running, use_cookies=False)
    running.close()


@pytest.mark.parametrize("name", ["persvrijheid", "press freedom"])
def test_a_topic_is_found_by_another_name(visitor: Client, name: str) -> None:
    """By search, reconciliation, the completion of both, and that of the editor."""
    searched = visitor.get("/search.json", query_string={"q": name}).json
    queries = json.dumps({"q0": {"query": name, "type": "Topic"}})
    reconciled = visitor.post("/reconcile", data={"queries": queries}).json["q0"]["result"][0]  # type: ignore[index]
    completed = visitor.get("/reconcile/suggest/entity", query_string={"prefix": name[:9]}).json["result"]  # type: ignore[index]
    offered = visitor.get("/suggest", query_string={"q": name, "lang": "en"}).json["suggestions"][0]  # type: ignore[index]

    assert searched is not None
    assert [entity["id"] for entity in searched["entities"]] == [f"{ID}{TOPIC}"]
    assert searched["query"]["matched"] == "all"
    assert (reconciled["id"], reconciled["match"]) == (TOPIC, True)
    assert TOPIC in [entity["id"] for entity in completed]
    assert (offered["text"], offered["name"]) == ("topic:media-freedom", name)


@pytest.mark.parametrize(("language", "said"), [("nl", "ook genoemd"), ("en", "also called")])
def test_the_page_of_a_topic_shows_its_other_names(visitor: Client, language: str, said: str) -> None:
    """In both languages."""
    page = visitor.get(f"/page/{TOPIC}?lang={language}", headers={"Accept": "text/html"}).text

    assert said in page
    assert "persvrijheid" in page
    assert "press freedom" in page


def test_the_page_says_that_only_the_parts_of_a_word_were_found(visitor: Client) -> None:
    """No text has *vrouwenvrede*."""
    page = visitor.get("/search?q=vrouwenvrede&lang=en", headers={"Accept": "text/html"}).text

    assert "These have the parts of a compound word instead of it." in page
