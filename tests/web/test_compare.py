"""Documents and speakers side by side."""

import re

import pytest
from werkzeug.test import Client

from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client of the site on a release of the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


def matrix(text: str) -> dict[str, list[str]]:
    """Numbers by topic."""
    rows = re.findall(r'<tr><th scope="row"><a href="/page/topic/([^"]*)">.*?</th>(.*?)</tr>', text)
    return {topic: [re.sub("<.*?>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", cells)] for topic, cells in rows}


def test_documents_are_compared_without_being_asked_for(client: Client) -> None:
    """The topics that both speak of, with links to the statements; where they agree or differ."""
    text = client.get("/compare", headers=HTML).text

    assert matrix(text) == {"harbours": ["6", "1"], "treaties": ["2", "1"]}
    assert 'href="/search?topic=harbours&amp;document=harbour-2031"' in text
    assert re.findall(r'<h2 id="(\w+)"', text) == ["topics", "contrastsWith", "targets"]
    assert "0.7 %" in text


def test_links_lead_to_as_many_statements_as_they_say(client: Client) -> None:
    """A number is what the search finds."""
    text = client.get("/compare", headers=HTML).text

    for topic, document, number in re.findall(r'href="/search\?topic=([^&]*)&amp;document=([^"]*)">(\d+)<', text):
        found = client.get(f"/search.json?topic={topic}&document={document}").json
        assert found is not None
        assert found["total"] == int(number)


def test_speakers_may_be_chosen(client: Client) -> None:
    """In the order in which they speak most; the choice stands in the form."""
    text = client.get("/compare?by=speaker&with=sea-watch&with=plough-party", headers=HTML).text

    chosen = re.findall(r'value="([^"]*)" checked', text)
    assert chosen == ["sea-watch", "plough-party"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("by=mood", 'There is no comparison by "mood". There are: document, speaker.'),
        ("with=nobody", 'There is no document "nobody" with statements. There are: harbour-2031, reply-2032.'),
    ],
)
def test_what_cannot_be_compared_is_refused(client: Client, asked: str, expected: str) -> None:
    """With what there is."""
    response = client.get(f"/compare?{asked}", headers={"Accept": "application/json"})

    assert response.status_code == 400
    assert response.json["detail"] == expected  # type: ignore[index]
