"""Of a document the queries to all documents read what their headers say that they read, and no more."""

from pathlib import Path

from kg.rules import HeadedQuery
from kg.scale.scopes import Groups, merged

P = "https://w3id.org/policy-kg/ontology#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
OWN = "<https://w3id.org/policy-kg/id/statement/a/s1>"
OTHER = "<https://w3id.org/policy-kg/id/statement/a/s2>"
AGENT = "<https://w3id.org/policy-kg/id/agent/x>"

TOPIC = f"{OWN} <{P}topic> <https://w3id.org/policy-kg/id/topic/t> ."
DEMAND = f"{OWN} {TYPE} <{P}Demand> ."
CLAIM = f"{OTHER} {TYPE} <{P}Claim> ."
SPEAKER = f"{OWN} <{P}speaker> {AGENT} ."
SPEAKER_2 = f"{OTHER} <{P}speaker> {AGENT} ."
NARROWS = f"{OWN} <{P}narrows> {OTHER} ."
LINES = [TOPIC, DEMAND, CLAIM, SPEAKER, SPEAKER_2, NARROWS]


def _query(text: str, reads: str = "") -> HeadedQuery:
    return HeadedQuery(Path("x.rq"), "x.rq", text, {"scope": "corpus", **({"reads": reads} if reads else {})})


def _read(*queries: HeadedQuery) -> list[list[str]]:
    return [part.decode().splitlines() for part in Groups([(query,) for query in queries]).of_document(LINES)]


def test_named_properties_and_classes() -> None:
    """A class that is named, and not the others."""
    assert _read(_query("SELECT * { ?s a pol:Demand ; pol:topic ?t }", "names")) == [[TOPIC, DEMAND]]


def test_any_class() -> None:
    """Where the class is asked for, all are read."""
    assert _read(_query("SELECT * { ?s a ?class ; pol:topic ?t }", "names")) == [[TOPIC, DEMAND, CLAIM]]


def test_references() -> None:
    """One line for each property and shared value, and none to a statement."""
    (found,) = _read(_query("SELECT * { ?any ?property ?focus }", "references"))

    assert [line for line in found if AGENT in line] == [SPEAKER_2]
    assert NARROWS not in found
    assert TOPIC in found


def test_a_query_that_does_not_say_reads_everything() -> None:
    """And another beside it still reads what it names."""
    assert _read(_query("SELECT * { ?s ?p ?o }"), _query("SELECT * { ?s pol:topic ?o }", "names")) == [LINES, [TOPIC]]


def test_what_is_shared() -> None:
    """A query that asks about references reads what it names of what is shared, and one line for each property and value there."""
    groups = Groups(
        [
            (_query("SELECT * { ?focus pol:speaker ?s . ?any ?p ?focus }", "references"),),
            (_query("SELECT * { ?s pol:topic ?o }", "names"),),
        ]
    )

    assert groups.of_shared(0, LINES) == [SPEAKER, SPEAKER_2, TOPIC, DEMAND, CLAIM, SPEAKER_2]
    assert groups.of_shared(1, LINES) == [TOPIC]


def test_of_all_documents_one_reference_is_enough() -> None:
    """Where nothing else is asked: a query beside it that compares speakers needs each of them."""
    references, names = _query("SELECT * { ?any ?p ?focus }", "references"), _query("SELECT * { ?s pol:speaker ?o }", "names")
    groups = Groups([(references,), (references, names), (names,)])

    assert [groups.is_merged(number) for number in range(3)] == [True, False, False]
    assert merged([f"{TOPIC}\n{SPEAKER}\n".encode(), f"{SPEAKER_2}\n".encode()]) == [TOPIC, SPEAKER]
