"""The search as a SERVICE inside SPARQL: what it gives, what it joins with, and what is wrong with a clause."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from kg.engine.errors import QuerySyntaxError, ServiceFailedError, ServiceRefusedError
from kg.engine.interface import Query
from kg.engine.limits import ANY_LENGTH, Limits
from kg.engine.pool import LocalEngine
from kg.engine.scan import scan
from kg.namespaces import SEARCH
from kg.search.vocabulary import FILTERS, INPUTS, OUTPUTS, TERMS
from kg.store import Release, current_release
from tests.serving import write_release

S = "https://w3id.org/policy-kg/id/statement/"


class Asking:
    """An engine on a loop of its own."""

    def __init__(self, release: Release) -> None:
        self.loop = asyncio.new_event_loop()
        self.engine = self.loop.run_until_complete(self._start(release))

    async def _start(self, release: Release) -> LocalEngine:
        return LocalEngine(release, Limits(workers=1, long_queries=1))

    def rows(self, text: str) -> list[dict[str, Any]]:
        """Rows with the values of their terms."""
        answer = self.loop.run_until_complete(self.engine.answer(Query(text), "json"))
        found = json.loads(answer.body)
        return [{k: v["value"] for k, v in row.items()} for row in found["results"]["bindings"]]

    def close(self) -> None:
        self.loop.run_until_complete(self.engine.close())
        self.loop.close()


@pytest.fixture(scope="module")
def asking(harbours: Release) -> Iterator[Asking]:
    """On the fictional corpus."""
    asking = Asking(harbours)
    yield asking
    asking.close()


def test_a_search_gives_statements_scores_and_ranks(asking: Asking) -> None:
    """As an IRI, or as the prefix that need not be declared."""
    for service in (f"<{SEARCH}>", "search:"):
        rows = asking.rows(
            f"SELECT ?s ?rank ?score {{ SERVICE {service} {{ ?s search:query 'verdronken' ; search:rank ?rank ; search:score ?score }} }}"
        )

        assert [(row["s"], row["rank"]) for row in rows] == [(f"{S}harbour-2031/s005", "1")]
        assert float(rows[0]["score"]) > 0


def test_a_search_is_joined_with_the_graph(asking: Asking) -> None:
    """Only the summaries of what was found, in one language."""
    rows = asking.rows(
        "SELECT ?x { ?s pol:summary ?x FILTER(LANG(?x) = 'en') SERVICE search: { ?s search:query \"verdrag\"@nl ; search:kind pol:Response . } }"
    )

    assert [row["x"] for row in rows] == [
        "The government will follow the call to ratify the treaty, after talks with the fishers."
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT ?s { { SERVICE search: { ?s search:query 'verdronken' } } UNION { SERVICE search: { ?s search:query 'jaarlijks' } } }",
            2,
        ),
        ("SELECT ?s { { SELECT ?s { SERVICE search: { ?s search:query 'verdronken' ; search:limit 1 } } } }", 1),
        ("SELECT ?s ?r { ?s a pol:Claim OPTIONAL { SERVICE search: { ?s search:query 'verdronken' ; search:rank ?r } } }", 2),
        ("SELECT ?s { SERVICE search: { ?s search:query 'xyzzyx' } }", 0),
        ("SELECT ?s { SERVICE search: { ?s search:query 'elland' ; search:document document:reply-2032 } }", 2),
        ("SELECT ?s { SERVICE search: { ?s search:query 'ploeg' ; search:scope 'entity' ; search:limit 1 } }", 1),
        (
            "PREFIX z: <https://w3id.org/policy-kg/search#> SELECT ?s { SERVICE z: { ?s z:query '''verdronken''' . ?s z:limit 5 . } }",
            1,
        ),
    ],
)
def test_it_stands_where_a_service_may(asking: Asking, query: str, expected: int) -> None:
    """UNION, subquery, OPTIONAL, nothing found, filters, entities, a prefix of one's own."""
    assert len(asking.rows(query)) == expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("?s search:query ?q", "search:query is given as a constant; a variable has no value yet"),
        ("?s search:score ?x", "search:query is missing"),
        ("?s search:query ' '", "search:query is missing, or its text is empty"),
        ("", "search:query is missing"),
        ("?s search:query 'a' FILTER(true)", "triples and nothing else"),
        ("?s search:query 'a' . ?t search:score ?x", "the same variable as their subject"),
        ("agent:belgium search:query 'a'", "the same variable as their subject"),
        ("?s search:query 'a', 'b'", "search:query is given more than once"),
        ("?s search:query 'a' ; search:limit 0", "search:limit is '0'; expected a number from 1 to 1000"),
        ("?s search:query 'a' ; search:limit 1001", "expected a number from 1 to 1000"),
        ("?s search:query 'a' ; search:language 'fr'", "search:language is 'fr'; expected nl or en"),
        ("?s search:query 'a' ; search:scope 'all'", "search:scope is 'all'; expected one of statement, entity"),
        ("?s search:query 'a' ; search:score ?s", "search:score is given once, with a variable of its own"),
        ("?s search:query 'a' ; search:topic 'climate'", "search:topic is given as an IRI"),
        ("?s search:query 'a' ; pol:topic topic:fishing", "is no property of a search; expected one of search:query"),
        (f"?s search:query '{'a' * 401}'", "401 characters; at most 400"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(asking: Asking, pattern: str, message: str) -> None:
    """400, with the line of the clause, SILENT or not."""
    for silent in ("", "SILENT "):
        with pytest.raises(QuerySyntaxError) as error:
            asking.rows(f"SELECT * {{\nSERVICE {silent}search: {{ {pattern} }} }}")

        assert message in str(error.value)
        assert "line 2" in str(error.value)


def test_a_search_in_the_pattern_of_another_endpoint_is_refused(asking: Asking) -> None:
    """It would be for that endpoint to follow; here no endpoint but the search is allowed."""
    with pytest.raises(ServiceRefusedError):
        asking.rows("SELECT * { SERVICE <https://example.org/sparql> { SERVICE search: { ?s search:query 'a' } } }")


def test_its_answers_can_be_kept() -> None:
    """They depend on the release alone; those of other endpoints do not."""
    search = "SERVICE search: { ?s search:query 'a' }"

    assert not scan(f"SELECT * {{ {search} }}", ANY_LENGTH, federated=True).volatile
    assert scan(f"SELECT * {{ {search} SERVICE <https://example.org/> {{ }} }}", ANY_LENGTH, federated=True).volatile
    assert scan(f"SELECT (NOW() AS ?n) {{ {search} }}", ANY_LENGTH, federated=True).volatile


def test_a_release_without_an_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The query fails and says why; SILENT makes it one empty solution, as of any service that fails."""
    build = tmp_path_factory.mktemp("old")
    write_release(build)
    asking = Asking(current_release(build))
    try:
        with pytest.raises(ServiceFailedError, match="no full-text index"):
            asking.rows("SELECT * { SERVICE search: { ?s search:query 'a' } }")
        assert asking.rows("SELECT * { SERVICE SILENT search: { ?s search:query 'a' } }") == [{}]
        assert asking.rows("SELECT * { }") == [{}]
    finally:
        asking.close()


def test_the_vocabulary_is_all_described() -> None:
    """No property that a query may use is without a definition, and none is defined that it may not."""
    assert set(TERMS) == {*INPUTS, *FILTERS, *OUTPUTS}
