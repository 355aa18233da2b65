"""The JSON Schema of the mapping files: valid, complete, and of one mind with context and ontology."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from kg.mappings.context import Form, read_context
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.namespaces import POL
from kg.schema import schema
from tests.project import ROOT


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    """The schema as it is committed."""
    loaded: dict[str, Any] = json.loads((ROOT / "mappings" / "schema.json").read_text(encoding="utf-8"))
    return loaded


def test_schema_is_up_to_date(committed: dict[str, Any]) -> None:
    """`kg schema` writes it anew."""
    assert json.loads(schema(read_corpus(Layout(ROOT)))) == committed


def test_schema_is_a_json_schema(committed: dict[str, Any]) -> None:
    """Draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(committed)


def test_keys_of_the_context_are_the_keys_of_the_schema(committed: dict[str, Any]) -> None:
    """Each key can be written in a statement or an entity, and no other."""
    context, findings = read_context(ROOT / "mappings" / "context.yaml", "context.yaml")
    document = committed["anyOf"][0]
    statement = document["properties"]["statements"]["items"]["properties"]

    assert findings == []
    assert set(statement) == set(context.terms) - {"document"}


def test_terms_of_the_context_are_declared_in_the_ontology() -> None:
    """A key cannot mean a property that the ontology does not define."""
    context, _ = read_context(ROOT / "mappings" / "context.yaml", "context.yaml")
    text = (ROOT / "ontology" / "policy.ttl").read_text(encoding="utf-8")
    own = [term for term in context.terms.values() if term.iri.startswith(POL)]

    assert len(own) > 40
    assert [term.key for term in own if f"\npol:{term.iri.removeprefix(POL)} a owl:" not in text] == []


def test_datatypes_agree_with_the_ontology() -> None:
    """A literal key has the datatype that the ontology gives as range."""
    context, _ = read_context(ROOT / "mappings" / "context.yaml", "context.yaml")
    ranges = read_corpus(Layout(ROOT)).vocabulary.ranges
    literal = [t for t in context.terms.values() if t.form is Form.LITERAL and t.iri in ranges]

    assert literal
    assert [(t.key, t.datatype, ranges[t.iri]) for t in literal if ranges[t.iri] != t.datatype] == []


MAPPING_FILES = sorted(path for path in (ROOT / "mappings").rglob("*.yaml") if path.name != "context.yaml")


@pytest.mark.parametrize("path", MAPPING_FILES, ids=lambda path: path.name)
def test_mapping_files_are_valid(committed: dict[str, Any], path: Path) -> None:
    """What an editor marks as wrong is wrong, so a file that is right is not marked."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)

    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in jsonschema.Draft202012Validator(committed).iter_errors(data)]

    assert errors == []


def test_an_editor_would_mark_a_mistake(committed: dict[str, Any]) -> None:
    """An unknown key, an unknown slug and a wrong year."""
    validator = jsonschema.Draft202012Validator(committed)
    statement = {
        "id": "s001",
        "passage": "a b … c d",
        "kind": "Claim",
        "topics": ["human-rights"],
        "summary": {"nl": "x", "en": "x"},
    }
    document = {"document": "bij1-2021", "statements": [statement]}

    assert validator.is_valid(document)
    for wrong in ({"topic": "human-rights"}, {"topics": ["humn-rights"]}, {"target": {"deadline": "35"}}):
        assert not validator.is_valid({**document, "statements": [{**statement, **wrong}]})
