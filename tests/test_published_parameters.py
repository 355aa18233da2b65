"""The parameters of the published queries, on the published data: their values choose among the reviewed rows."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.choices import Choices
from kg.engine.binding import bind, check
from kg.engine.blocking import BlockingEngine
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.namespaces import ID
from kg.parameters import Parameter
from kg.queries import PublishedQuery, Question, read_queries
from kg.reader import Reader
from kg.store import Release
from tests.golden import build_published
from tests.project import EXPECTED, ROOT

QUERIES = {query.name: query for query in read_queries(ROOT / "queries")}
PAIRS = [(query, parameter) for query in QUERIES.values() for parameter in query.parameters.values()]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the published data."""
    return build_published(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def engine(release: Release) -> Iterator[BlockingEngine]:
    """Answers queries."""
    with BlockingEngine(release, Limits(workers=1)) as running:
        yield running


@pytest.fixture(scope="module")
def choices(release: Release) -> Choices:
    """The values in the release."""
    return Choices(Reader(release))


def expected(name: str) -> Rows:
    """The reviewed rows of a query."""
    with (EXPECTED / "queries" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(engine: BlockingEngine, choices: Choices, query: PublishedQuery, *given: tuple[str, str]) -> Rows:
    """Rows of a query with values."""
    text = bind(query.text, query.parameters.values(), choices.terms(query, given))
    body = engine.answer(Query(text), "csv").body.decode().replace("\r\n", "\n")
    return list(csv.DictReader(io.StringIO(body)))


def test_most_queries_have_parameters() -> None:
    """A person can ask nearly all of them about something of their own."""
    assert sum(bool(query.parameters) for query in QUERIES.values()) == len(QUERIES)


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_each_parameter_can_be_bound(name: str) -> None:
    """What `kg check` checks."""
    check(QUERIES[name].text, QUERIES[name].parameters.values())


COLUMNS = [
    (query, parameter)
    for query, parameter in PAIRS
    if parameter.type.is_entity
    and not parameter.default
    and (EXPECTED / "queries" / f"{query.name}.csv").exists()
    and parameter.name in expected(query.name)[0]
]


@pytest.mark.parametrize("query, parameter", COLUMNS, ids=lambda value: value.name)
def test_a_value_chooses_the_rows_that_have_it(
    engine: BlockingEngine, choices: Choices, query: PublishedQuery, parameter: Parameter
) -> None:
    """For the first, the last and both of the values of a column: the reviewed rows with it, in the same order."""
    rows = expected(query.name)
    # a state is both an agent and a place, and a column may have values that are of no type of the parameter
    known = {choice.iri for choice in choices.of(parameter.type)}
    values = [row[parameter.name] for row in rows if row[parameter.name] in known]
    first, last = values[0], values[-1]

    for wanted in ([first], [last], [first, last]):
        found = ask(engine, choices, query, *((parameter.name, value) for value in dict.fromkeys(wanted)))
        assert found == [row for row in rows if row[parameter.name] in wanted]


def test_columns_are_most_of_the_parameters() -> None:
    """The test above has something to test."""
    assert len(COLUMNS) > 60
    assert {"entity", "agent", "topic", "document", "kind"} <= {parameter.type.name for _, parameter in COLUMNS}


@pytest.mark.parametrize("query, parameter", PAIRS, ids=lambda value: value.name)
def test_examples_give_rows(engine: BlockingEngine, choices: Choices, query: PublishedQuery, parameter: Parameter) -> None:
    """What a page suggests is a value of the release, and gives something."""
    assert parameter.example
    text = bind(query.text, query.parameters.values(), choices.terms(query, [(parameter.name, parameter.example)]))
    graph = engine.scan(text).form == "CONSTRUCT"
    lines = engine.answer(Query(text), "nt" if graph else "csv").body.decode().splitlines()

    assert len(lines) > (0 if graph else 1)


@pytest.mark.parametrize("name", sorted(name for name, query in QUERIES.items() if "language" in query.parameters))
def test_both_languages_give_the_same_statements(engine: BlockingEngine, choices: Choices, name: str) -> None:
    """English is what the query has; in Dutch the same rows have other words."""
    query = QUERIES[name]
    english, dutch = (ask(engine, choices, query, ("language", tag)) for tag in ("en", "nl"))

    assert english == expected(name)
    assert len(dutch) == len(english)
    assert dutch != english


@pytest.mark.parametrize(
    "given, found",
    [
        ([("after", "2030"), ("until", "2030")], ["2030"]),
        ([("after", "2025"), ("until", "2029")], ["2025"]),
        ([("after", "2000")], ["2025", "2030"]),
        ([("until", "2024")], []),
        ([("after", "2031")], []),
        ([("after", "2031"), ("until", "2024")], []),
    ],
)
def test_years_are_bounds(engine: BlockingEngine, choices: Choices, given: list[tuple[str, str]], found: list[str]) -> None:
    """The deadlines of the data are 2025, of a statement, and 2030, of its number; both ends are included."""
    rows = expected("deadlines")

    assert [row["deadline"] for row in rows] == ["2025", "2030"]
    assert ask(engine, choices, QUERIES["deadlines"], *given) == [row for row in rows if row["deadline"] in found]


def test_a_parameter_that_is_no_column(engine: BlockingEngine, choices: Choices, release: Release) -> None:
    """What is asked by one speaker: the rows whose statement is theirs."""
    reader = Reader(release)
    speakers = "https://w3id.org/policy-kg/ontology#speaker"

    found = ask(engine, choices, QUERIES["demands-by-action"], ("speaker", "bij1"))

    theirs = [
        row
        for row in expected("demands-by-action")
        if f"{ID}agent/bij1" in {term.value for term in reader.objects(row["statement"], speakers)}
    ]
    assert found == theirs
    assert found


def test_other_documents(engine: BlockingEngine, choices: Choices) -> None:
    """A default is replaced: passages of one document only, and of two."""
    query = QUERIES["citations"]
    one = ask(engine, choices, query, ("document", "wsm-2025"))
    two = ask(engine, choices, query, ("document", "wsm-2025"), ("document", "kamerbrief-32735-403"))

    assert {row["statement"].split("/")[-2] for row in one} == {"wsm-2025"}
    assert len(two) == len(one) + len(expected("citations"))


def test_the_files_are_what_the_release_serves(release: Release) -> None:
    """Nothing of a header is lost on the way."""
    assert read_queries(Path(release.path) / "queries") == tuple(QUERIES.values())


def test_there_are_ten_questions_to_start_from() -> None:
    """Numbered from 1 to 10, whichever queries they belong to."""
    assert sorted(question.place for query in QUERIES.values() for question in query.questions) == list(range(1, 11))


@pytest.mark.parametrize(
    ("query", "question"),
    [(query, question) for query in QUERIES.values() for question in query.questions],
    ids=lambda value: value.name if isinstance(value, PublishedQuery) else str(value.place),
)
def test_each_question_has_an_answer(engine: BlockingEngine, choices: Choices, query: PublishedQuery, question: Question) -> None:
    """What is chosen for it exists, and gives rows; all of them have the values that were chosen."""
    rows = ask(engine, choices, query, *((name, value) for name, values in question.where.items() for value in values))

    assert rows
    for name, values in question.where.items():
        assert {row[name].rpartition("/")[2] for row in rows if name in row} <= set(values)
