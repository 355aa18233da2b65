"""What statements say with a thing in which role; expected from reading the fictional corpus."""

import re

import pytest
from werkzeug.test import Client

from kg.namespaces import ID
from kg.reader import Reader
from kg.store import Release
from kg.web import roles as subject
from kg.web.narrowing import Narrowing
from kg.web.roles import InRole, role, roles
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}
STATEMENT = re.compile(r'<a href="/page/statement/([\w-]+/s\d+)">')


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client without cookies."""
    return BufferedClient(corpus, use_cookies=False)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (
            "agent/plough-party",
            {
                "says": ["harbour-2031/s001", "harbour-2031/s002", "harbour-2031/s003", "harbour-2031/s004", "harbour-2031/s006"],
                "reports": ["harbour-2031/s005"],
                "asked": ["harbour-2031/s007"],
                "named": ["reply-2032/s001"],
            },
        ),
        ("agent/elland", {"asked": ["harbour-2031/s002", "harbour-2031/s003", "harbour-2031/s004"]}),
        ("instrument/fair-harbours-treaty", {"object": ["harbour-2031/s002", "reply-2032/s001"]}),
        ("group/sailors", {"beneficiary": ["harbour-2031/s004"], "figure": ["harbour-2031/s005"]}),
        ("group/fishers", {"affected": ["harbour-2031/s003"], "named": ["reply-2032/s001"]}),
        ("publication/sea-watch-yearbook", {"cited": ["harbour-2031/s005"]}),
    ],
)
def test_each_role_has_its_statements(harbours: Release, thing: str, expected: dict[str, list[str]]) -> None:
    """At most five, of each document in turn; what stands in a role is not once more among the other mentions."""
    found = roles(Reader(harbours), f"{ID}{thing}", "/p")

    assert {
        each.name: [entry.address.removeprefix("/page/statement/") for entry in each.listed.entries] for each in found
    } == expected


def test_documents_take_turns(harbours: Release) -> None:
    """So that the first ones are not all of one document; the rest is in a list of its own."""
    (found,) = roles(Reader(harbours), f"{ID}topic/harbours", "/p")

    assert [entry.address[-16:] for entry in found.listed.entries][:2] == ["arbour-2031/s001", "/reply-2032/s002"]
    assert (found.listed.total, found.address) == (5, "/p?role=topic")


def test_a_page_says_what_an_agent_should_do(client: Client) -> None:
    """With kinds as links, and who asks; in the language of the page."""
    text = client.get("/page/agent/elland?lang=nl", headers=HTML).text
    asked = text.partition('<section aria-labelledby="role-asked">')[2].partition("</section>")[0]

    assert "Wat Elland moet doen <small>3</small>" in asked
    assert '<a href="/page/agent/elland?role=asked&amp;kind=Demand&amp;lang=nl">eis</a> <small>3</small>' in asked
    assert "Elland hoort het Verdrag over Eerlijke Havens goed te keuren." in asked
    assert "eis · Ploegpartij → Elland · Havenprogramma 2031" in asked
    assert "Alle 3 uitspraken" not in asked
    assert ">geadresseerde<" not in text.partition("backlinks")[2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("role=says", ["s001", "s002", "s003", "s004", "s006", "s007"]),
        ("role=says&kind=Demand", ["s002", "s003", "s004"]),
        ("role=says&kind=Demand&topic=treaties", ["s002", "s003"]),
        ("role=says&kind=Demand&topic=treaties&addressee=elland&document=harbour-2031", ["s002", "s003"]),
        ("role=says&speaker=sea-watch", []),
        ("role=named", ["s001"]),
        ("role=asked&page=99", ["s007"]),
        ("role=asked&page=x", ["s007"]),
    ],
)
def test_a_role_can_be_narrowed_down(client: Client, query: str, expected: list[str]) -> None:
    """By kind, document, speaker, addressee and topic; each state has an address, and a choice can be taken back."""
    text = client.get(f"/page/agent/plough-party?{query}", headers=HTML).text

    assert [found[-4:] for found in STATEMENT.findall(text)] == expected
    if query == "role=says&kind=Demand":
        assert '<a href="/page/agent/plough-party?role=says" aria-current="true">demand</a>' in text
        assert "3 statements" in text


def test_what_is_no_role_is_refused(client: Client) -> None:
    """With the ones that there are."""
    response = client.get("/page/agent/plough-party?role=<b>", headers=HTML)

    assert response.status_code == 400
    assert "There is no role &#34;&lt;b&gt;&#34;. There are: says, reports, asked, object" in response.text


def test_more_than_can_be_listed_is_said(harbours: Release, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """And where to find the rest."""
    monkeypatch.setattr(subject, "_MOST", 2)
    found = role(Reader(harbours), f"{ID}agent/plough-party", "/p", "says", {}, 1)

    assert (found.cut, found.listed.total) == (True, 2)
    text = client.get("/page/agent/plough-party?role=says&nothing", headers=HTML).text
    assert "There are more than are listed here" in text


def test_a_long_list_has_pages(harbours: Release) -> None:
    """Of a hundred statements each; the addresses keep what is chosen, and an unlisted choice is offered if something has it."""
    many = [InRole(f"{ID}statement/x/s{number}", {"kind": (f"{ID}kind/{number % 50}",)}) for number in range(250)]
    chosen = Narrowing("/p", {"kind": "kind/49"}, {"kind": ()}, {"role": "says"}).page(Reader(harbours), many, 1)
    listed = Narrowing("/p", {}, {"kind": ()}, {"role": "says"}).page(Reader(harbours), many, 3)

    assert (len(listed.entries), listed.page) == (50, 3)
    assert listed.pages == ("/p?role=says", "/p?role=says&page=2", "/p?role=says&page=3")
    assert (len(listed.choices[0][1]), listed.others) == (40, {"kind": 10})
    assert (len(chosen.choices[0][1]), chosen.others) == (41, {"kind": 9})
    assert [(each.iri, each.address) for each in chosen.choices[0][1] if each.chosen] == [(f"{ID}kind/49", "/p?role=says")]


def test_a_count_is_that_of_the_list_to_which_it_leads(harbours: Release) -> None:
    """With what else is chosen; a choice that nothing has beside the others is still there to be taken back."""

    def of(kind: str, topic: str) -> InRole:
        return InRole(f"{ID}statement/x/{kind}-{topic}", {"kind": (f"{ID}kind/{kind}",), "topic": (f"{ID}topic/{topic}",)})

    statements = [of("a", "ports"), of("a", "ships"), of("b", "ships"), of("c", "ships")]
    orders: dict[str, tuple[str, ...]] = {"kind": (), "topic": ()}

    def counts(**chosen: str) -> dict[str, dict[str, int]]:
        found = Narrowing("/p", chosen, orders, {}).page(Reader(harbours), statements, 1)
        return {name: {each.iri.rpartition("/")[2]: each.count for each in choices} for name, choices in found.choices}

    assert counts() == {"kind": {"a": 2, "b": 1, "c": 1}, "topic": {"ships": 3, "ports": 1}}
    assert counts(topic="ships") == {"kind": {"a": 1, "b": 1, "c": 1}, "topic": {"ships": 3, "ports": 1}}
    assert counts(kind="kind/b", topic="ports") == {"kind": {"a": 1, "b": 0}, "topic": {"ships": 1, "ports": 0}}


def test_a_topic_says_how_many_there_are_with_narrower_ones(client: Client) -> None:
    """As many as the search lists, and where they are compared; what is no topic says nothing of the kind."""
    text = client.get("/page/topic/harbours?lang=en", headers=HTML).text
    found = client.get("/search.json?topic=harbours").json

    assert '<a href="/search?topic=harbours&amp;lang=en">7 statements, narrower topics included</a>' in text
    assert found is not None
    assert found["total"] == 7
    assert 'href="/compare?topic=harbours&amp;lang=en#said"' in text
    assert "narrower topics included" not in client.get("/page/agent/elland?lang=en", headers=HTML).text


def test_a_page_with_several_roles_says_first_which(client: Client) -> None:
    """Each with its number, and a way to it; its classes are those of the ontology."""
    text = client.get("/page/agent/plough-party?lang=en", headers=HTML).text
    contents = text.partition('<nav class="contents"')[2].partition("</nav>")[0]

    assert re.findall(r'href="#role-(\w+)">.*?<small>(\d+)', contents) == [
        ("says", "6"),
        ("reports", "1"),
        ("asked", "1"),
        ("named", "1"),
    ]
    assert "(FOAF)" not in text.partition('<p class="kinds">')[2].partition("</p>")[0]
