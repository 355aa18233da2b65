"""docs/queries.md: its example is a query, and nothing that can be declared is left out."""

import re
from pathlib import Path

from kg.engine.binding import bind, check
from kg.parameters import _KEYS, TYPES
from kg.queries import read_query
from kg.rdf import Term
from tests.project import ROOT

TEXT = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")


def test_every_type_and_key_is_explained() -> None:
    """The first columns of the two tables."""
    cells = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", TEXT, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}

    assert {*TYPES, *_KEYS} <= named


def test_the_example_is_bound_in_the_three_ways(tmp_path: Path) -> None:
    """As the text says: a default is replaced, a value is joined, and one that may be unbound is compared."""
    example = re.search(r"```sparql\n(.*?)```", TEXT, re.DOTALL)
    assert example
    file = tmp_path / "example.rq"
    file.write_text(example[1], encoding="utf-8")
    query = read_query(file)
    check(query.text, query.parameters.values())

    agent, topic = (Term("iri", f"https://w3id.org/policy-kg/id/{name}") for name in ("agent/groen", "topic/trade"))
    values = {"speaker": (agent,), "object": (topic,), "language": (Term("literal", "nl"),)}
    bound = bind(query.text, query.parameters.values(), values)

    assert f"VALUES ?speaker {{ <{agent.value}> }}" in bound
    assert f"VALUES ?given_object {{ <{topic.value}> }}\n  FILTER(sameTerm(?object, ?given_object))" in bound
    assert 'VALUES ?language { "nl" }' in bound
