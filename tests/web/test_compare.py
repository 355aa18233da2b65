"""Documents and speakers side by side."""

import re

import pytest
from werkzeug.test import Client

from kg.namespaces import ID, XSD
from kg.rdf import Term
from kg.reader import Reader, Row
from kg.web.compare import Column, _targets
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client of the site on a release of the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


def matrix(text: str) -> dict[str, list[str]]:
    """Numbers by topic."""
    rows = re.findall(r'<tr><th scope="row"><a href="/compare\?[^"]*topic=([^"#]*)#said">.*?</th>(.*?)</tr>', text)
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
        ("topic=weather", 'There is no topic "weather". The page /topics lists those that there are.'),
        ("topic=<b>", 'There is no topic "<b>". The page /topics lists those that there are.'),
        ("with=nobody", 'There is no document "nobody" with statements. There are: harbour-2031, reply-2032.'),
    ],
)
def test_what_cannot_be_compared_is_refused(client: Client, asked: str, expected: str) -> None:
    """With what there is."""
    response = client.get(f"/compare?{asked}", headers={"Accept": "application/json"})

    assert response.status_code == 400
    assert response.json["detail"] == expected  # type: ignore[index]


def target(statement: str, comparator: str, value: str, unit: str = "unit/PERCENT", denominator: str = "gni") -> dict[str, Term]:
    """A row of the query for targets."""
    iris = {"column": f"{ID}document/x", "statement": f"{ID}statement/x/{statement}", "indicator": f"{ID}indicator/aid"}
    iris |= {"comparator": f"{ID}comparator/{comparator}", "unit": unit, "denominator": f"{ID}indicator/{denominator}"}
    return {name: Term("iri", iri) for name, iri in iris.items()} | {"value": Term("literal", value, f"{XSD}decimal")}


def test_targets_stand_on_one_axis() -> None:
    """Those in one unit of one whole, from 0 to the highest; what is a change has an axis of its own, below 0 there is none."""
    rows = [
        target("s1", "at-least", "1"),
        target("s2", "equal-to", "0.7"),
        target("s3", "less-than", "0.5"),
        target("s4", "increase-by", "20"),
        target("s5", "at-most", "30", denominator="budget"),
        target("s6", "equal-to", "-2", unit="unit/DEG_C"),
    ]

    class Fake(Reader):
        def __init__(self) -> None: ...

        def select(self, query: str) -> list[Row]:
            return [*rows]

        def objects(self, subject: str, predicate: str) -> list[Term]:
            return []

    column = Column("x", f"{ID}document/x", {}, 6, chosen=True)
    found = {row.statement[-2:]: (row.place, row.reach) for row in _targets(Fake(), "document", [column])}

    assert list(found) == ["s6", "s5", "s3", "s2", "s1", "s4"]
    assert {name: found[name] for name in ("s1", "s2", "s3")} == {
        "s1": (100, (100, 100)),
        "s2": (70, (70, 70)),
        "s3": (50, (0, 50)),
    }
    assert found["s4"] == (100, (100, 100))
    assert found["s5"] == (100, (0, 100))
    assert found["s6"][0] == -1


def test_a_topic_sets_them_side_by_side(client: Client) -> None:
    """What each says on it or on a narrower one, demands first; the form keeps the topic, and the matrix leads here."""
    text = client.get("/compare?topic=harbours&lang=en", headers=HTML).text
    first, second = text.partition('<section aria-labelledby="said">')[2].partition("</section>")[0].split("<h3>")[1:]

    assert "What each says on “Harbours”" in text
    assert re.findall(r"/statement/harbour-2031/([^?]*)", first) == ["s003", "s004", "s007", "s001", "s005", "s006"]
    assert re.findall(r"<h3>(.*?)</h3>", "<h3>" + first) == ["Harbour programme 2031 <small>6</small>"]
    assert re.findall(r"/statement/([^?]*)", second) == ["reply-2032/s002"]
    assert '<input type="hidden" name="topic" value="harbours">' in text
    assert "/compare?with=harbour-2031&amp;with=reply-2032&amp;topic=harbours&amp;lang=en#said" in text


def test_what_says_nothing_on_a_topic_is_told(client: Client) -> None:
    """And beside what is not all shown there is a link to the rest."""
    text = client.get("/compare?by=speaker&with=sea-watch&topic=treaties", headers=HTML).text

    assert "No statement is on this topic." in text
