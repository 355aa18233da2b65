"""Lists of things, each with the number of statements in which it stands in a role."""

import re

import pytest
from werkzeug.test import Client

from kg.web.lists import LISTS
from tests.web.conftest import BufferedClient, Running


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client of the site on a release of the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


def rows(client: Client, path: str) -> list[tuple[str, ...]]:
    """Address, name and numbers of each row."""
    text = client.get(path, headers={"Accept": "text/html"}).text
    found = re.findall(r'<tr><td class="depth-\d"><a href="([^"]*)">(.*?)</a></td>(.*?)</tr>', text)
    return [
        (address, re.sub("<.*?>", "", name), *re.findall(r'"number">(?:<a [^>]*>)?(\d*)<', cells))
        for address, name, cells in found
    ]


def test_documents(client: Client) -> None:
    """Both, with their statements; the one that was withdrawn does not count."""
    assert rows(client, "/documents") == [
        ("/page/document/harbour-2031", "Harbour programme 2031", "7"),
        ("/page/document/reply-2032", "Reply 2032", "2"),
    ]


def test_agents_by_name_and_by_number(client: Client) -> None:
    """In the order of the alphabet, or by how often they are asked for something."""
    by_name = [name for _, name, *_ in rows(client, "/agents")]
    by_number = rows(client, "/agents?sort=addressee")

    assert by_name == sorted(by_name, key=str.casefold)
    assert {row[0]: row[3] for row in by_number}["/page/agent/elland"] == by_number[0][3]
    assert [int(row[3] or 0) for row in by_number] == sorted((int(row[3] or 0) for row in by_number), reverse=True)


def test_topics_stand_below_broader_ones(client: Client) -> None:
    """As a tree."""
    text = client.get("/topics", headers={"Accept": "text/html"}).text

    assert re.findall(r'<td class="depth-(\d)"><a href="/page/topic/([^"]*)">', text) == [
        ("0", "harbours"),
        ("1", "fishing"),
        ("0", "treaties"),
    ]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_list_leads_to_things(client: Client, name: str, language: str) -> None:
    """Each row has a page."""
    for address, *_ in rows(client, f"/{name}?lang={language}"):
        assert client.get(address.replace("&amp;", "&"), headers={"Accept": "text/html"}).status_code == 200


def test_unknown_order_is_refused(client: Client) -> None:
    """With those that there are."""
    response = client.get("/agents?sort=size", headers={"Accept": "application/json"})

    assert response.status_code == 400
    assert response.json["detail"] == 'There is no order "size". There are: name, speaker, addressee, object, mentions.'  # type: ignore[index]


def test_a_number_leads_to_as_many_statements(client: Client) -> None:
    """To the role on the page of the thing; of a topic with narrower ones, to the search; of mentions to nothing."""
    agents = client.get("/agents?lang=en", headers={"Accept": "text/html"}).text
    topics = client.get("/topics?lang=en", headers={"Accept": "text/html"}).text
    asked = client.get("/page/agent/elland?role=asked", headers={"Accept": "text/html"}).text
    found = client.get("/search.json?topic=harbours").json

    assert '<a href="/page/agent/elland?role=asked&amp;lang=en">3</a>' in agents
    assert "3 statements" in asked
    assert "role=named" not in agents
    assert ">with narrower topics</a>" in topics
    assert '<a href="/search?topic=harbours&amp;lang=en">7</a>' in topics
    assert found is not None
    assert found["total"] == 7
