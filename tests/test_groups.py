"""Of a document the queries to all documents read what their headers say that they read, and no more."""

from pathlib import Path

from kg.rules import HeadedQuery
from kg.scale.scopes import Groups

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
    """A query that asks about references reads all that is shared, as that is what it asks about."""
    groups = Groups([(_query("SELECT * { ?any ?p ?focus }", "references"),), (_query("SELECT * { ?s pol:topic ?o }", "names"),)])

    assert groups.of_shared(0, LINES) == LINES
    assert groups.of_shared(1, LINES) == [TOPIC]
