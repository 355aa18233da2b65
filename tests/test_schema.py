"""The JSON Schema of the mapping files: valid, complete, and of one mind with context and ontology."""

import json
import re
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
    """Each key can be written somewhere, and no other; in a statement, those of the codebook."""
    context, findings = read_context(ROOT / "mappings" / "context.yaml", "context.yaml")
    document = committed["anyOf"][0]
    statement = document["properties"]["statements"]["items"]["properties"]

    assert findings == []
    section = document["properties"]["sections"]["items"]["properties"]
    table = (
        (ROOT / "mappings" / "README.md")
        .read_text(encoding="utf-8")
        .partition("## 4. Keys of a statement")[2]
        .partition("\n\n**")[0]
    )
    named = {key for line in table.splitlines() for key in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")}
    relations = {"agreesWith", "contrastsWith", "repeats", "narrows", "supports"}
    places = [statement, section, document["properties"]["withdrawn"]["items"]["properties"]]
    places += [committed["anyOf"][1]["properties"]["entities"]["items"]["properties"]]
    places += [committed["$defs"][nested]["properties"] for nested in ("target", "figure")]
    made = {"source", "selector", "start", "end", "startAnchor", "endAnchor"}  # by the program
    assert {key for place in places for key in place} == set(context.terms) - {"document"} - made
    assert set(section) == {*["id", "label", "altLabel", "definition", "scopeNote", "description", "partOf", "position", "note"]}
    assert set(statement) == named | relations
    assert set(document["properties"]["defaults"]["properties"]) == set(statement) - {"id", "kind"}


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


STATEMENT = {
    "id": "s001",
    "passage": "a b … c d",
    "kind": "Claim",
    "topics": ["human-rights"],
    "summary": {"nl": "x", "en": "x"},
}
SECTION = {"id": "part-1", "position": "1", "label": {"nl": "x", "en": "x"}}


def of_document(**parts: object) -> dict[str, object]:
    """A mapping file that is right but for what is given."""
    return {"document": "bij1-2021", "statements": [STATEMENT], **parts}


@pytest.mark.parametrize(
    "data",
    [
        of_document(statements=[{**STATEMENT, "object": "opcta"}]),
        of_document(statements=[{**STATEMENT, "action": "ratfy"}]),
        of_document(statements=[{**STATEMENT, "addressee": ["belgium", "belgum"]}]),
        of_document(statements=[{**STATEMENT, "kind": "Opinion"}]),
        of_document(statements=[{**STATEMENT, "stance": "for"}]),
        of_document(sections=[{**SECTION, "kind": "Section"}]),
        of_document(sections=[{"id": "part-1"}]),
        of_document(withdrawn=[{"id": "s002", "summary": {"nl": "x", "en": "x"}}]),
        of_document(withdrawn=[{"id": "s002", "kind": "Claim"}]),
        {"collection": "agnt", "entities": []},
        {"collection": "agent", "entities": [{"id": "x", "kind": "Sate", "label": {"nl": "x", "en": "x"}}]},
        {"document": "bij1-2021", "skipped": [{"passage": "a … b", "reason": "boring"}]},
    ],
    ids=lambda data: json.dumps(data)[-60:],
)
def test_what_the_check_refuses_an_editor_marks(committed: dict[str, Any], data: dict[str, object]) -> None:
    """Wrong slugs, kinds where none belongs, and content of withdrawn statements."""
    validator = jsonschema.Draft202012Validator(committed)

    assert validator.is_valid(of_document(sections=[SECTION], withdrawn=[{"id": "s002", "replacedBy": "s001"}]))
    assert not validator.is_valid(data)


def test_kinds_of_other_vocabularies_are_not_marked(committed: dict[str, Any]) -> None:
    """`kg check` takes a prefixed name, too."""
    entity = {"id": "x", "kind": "org:Organization", "label": {"nl": "x", "en": "x"}}

    assert jsonschema.Draft202012Validator(committed).is_valid({"collection": "agent", "entities": [entity]})


def test_what_is_completed_is_explained(committed: dict[str, Any]) -> None:
    """Each value of a list has its names in both languages, in the form that editors read."""
    lists = {name: found for name, found in committed["$defs"].items() if "enum" in found}
    statement = committed["anyOf"][0]["properties"]["statements"]["items"]["properties"]

    assert {name for name, found in lists.items() if len(found["enum"]) != len(found["enumDescriptions"])} == set()
    assert {name for name, found in lists.items() if "" in found["enumDescriptions"]} == set()
    assert described(lists["agent"], "belgium") == "België / Belgium"
    assert described(lists["any"], "opcat").endswith("(instrument)")
    assert described(lists["action"], "abolish") == "afschaffen / abolish"
    assert described(statement["kind"], "Principle").endswith("A statement of a value, aim or position with no concrete action.")
    assert statement["addressee"]["description"] == (
        "Wie volgens de uitspraak moet handelen.\n\nWho should act according to the statement."
    )


def described(listed: dict[str, Any], value: str) -> str:
    """What an editor shows beside a value."""
    return str(listed["enumDescriptions"][listed["enum"].index(value)])


def test_the_editor_settings_name_what_there_is() -> None:
    """The schema, the folders of mapping files, and the extension that reads both."""
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    recommended = json.loads((ROOT / ".vscode" / "extensions.json").read_text(encoding="utf-8"))

    ((file, patterns),) = settings["yaml.schemas"].items()
    assert (ROOT / file).is_file()
    assert [pattern for pattern in patterns if not list(ROOT.glob(pattern.lstrip("!")))] == []
    assert recommended == {"recommendations": ["redhat.vscode-yaml"]}
