"""Declarations of parameters in the header of a published query, and the terms that values are."""

from decimal import Decimal
from pathlib import Path

import pytest

from kg.mappings.layout import Layout
from kg.namespaces import XSD
from kg.parameters import TYPES, Parameter, default_terms, iris, literal
from kg.queries import QueryFileError, read_query
from kg.rdf import Term
from kg.release import check

HEADER = "#+ title: {en: A, nl: B}\n#+ description: {en: C, nl: D}\n#+ parameters:\n"
AGENT = "https://w3id.org/policy-kg/id/agent/"


def read(folder: Path, *lines: str) -> dict[str, Parameter]:
    """The parameters that lines of a header declare, the first of them on line 4."""
    file = folder / "q.rq"
    file.write_text(HEADER + "".join(f"#+   {line}\n" for line in lines) + "\nASK {}\n", encoding="utf-8")
    return read_query(file).parameters


def test_everything_that_can_be_declared(tmp_path: Path) -> None:
    """Each key ends in the record."""
    found = read(
        tmp_path,
        "speaker: {type: agent, multiple: true, default: [bij1, 'agent:groen'], example: groen}",
        "year: {type: year, min: 2000, max: 2100, example: 2030}",
        "share: {type: decimal, required: true, description: {en: Share, nl: Deel}}",
    )

    assert list(found) == ["speaker", "year", "share"]
    assert found["speaker"] == Parameter(
        "speaker", TYPES["agent"], multiple=True, default=("bij1", "agent:groen"), example="groen", line=4
    )
    assert default_terms(found["speaker"]) == (Term("iri", f"{AGENT}bij1"), Term("iri", f"{AGENT}groen"))
    assert (found["year"].minimum, found["year"].maximum, found["year"].example) == (Decimal(2000), Decimal(2100), "2030")
    assert (found["share"].required, found["share"].description) == (True, {"en": "Share", "nl": "Deel"})


@pytest.mark.parametrize(
    "line, part",
    [
        ("speaker: agent", "is 'agent'; expected {type: agent}"),
        ("'?speaker': {type: agent}", "a name is letters, digits and _"),
        ("1: {type: agent}", "a name is letters, digits and _"),
        ("format: {type: string}", "every query has format and lang and timeout"),
        ("speaker: {}", "unknown type None; expected one of action, "),
        ("speaker: {type: person}", "unknown type 'person'"),
        ("speaker: {type: agent, colour: red}", "unknown key 'colour'; expected one of type, "),
        ("speaker: {type: agent, required: maybe}", "required is 'maybe'; expected true or false"),
        ("speaker: {type: agent, multiple: 1}", "multiple is 1; expected true or false"),
        ("speaker: {type: agent, required: true, default: bij1}", "required and default exclude each other"),
        ("speaker: {type: agent, default: [bij1, groen]}", "multiple: true is needed"),
        ("speaker: {type: agent, multiple: true, example: [bij1, groen]}", "example is a list"),
        ("speaker: {type: agent, default: 'topic:trade'}", "default is 'topic:trade': expected one agent"),
        ("speaker: {type: entity, default: belgium}", "default is 'belgium': expected one entity"),
        ("speaker: {type: agent, example: 'a b'}", "example is 'a b': expected one agent"),
        ("speaker: {type: agent, min: 1}", "min is for integer, decimal and year"),
        ("year: {type: year, max: soon}", "max is 'soon'; expected a number"),
        ("year: {type: year, default: 20}", "default is 20: expected a year of four digits"),
        ("year: {type: year, min: 2000, default: 1999}", "default is 1999: expected a number of at least 2000"),
        ("language: {type: language, default: no}", "default is False: expected text or a number"),
        ("language: {type: language, default: de}", "default is 'de': expected en or nl"),
        ("speaker: {type: agent, description: Who}", "expected text in both languages"),
        ("speaker: {type: agent, description: {en: Who}}", "expected text in both languages"),
    ],
)
def test_a_wrong_declaration_is_named_by_its_line(tmp_path: Path, line: str, part: str) -> None:
    """The message has the file, the line and what was expected."""
    with pytest.raises(QueryFileError) as error:
        read(tmp_path, "other: {type: topic}", line)

    assert str(error.value).startswith(f"{tmp_path}/q.rq:5: parameter ")
    assert part in str(error.value)


def test_a_parameter_that_is_declared_twice(tmp_path: Path) -> None:
    """YAML would take the last of them."""
    with pytest.raises(QueryFileError, match=r"q\.rq:4: parameter speaker is declared twice"):
        read(tmp_path, "speaker: {type: agent}", "speaker: {type: topic}")


@pytest.mark.parametrize(
    "kind, value, expected",
    [
        ("agent", "bij1", (f"{AGENT}bij1",)),
        ("agent", "agent:bij1", (f"{AGENT}bij1",)),
        ("agent", f"{AGENT}bij1", (f"{AGENT}bij1",)),
        ("action", "act:ratify", ("https://w3id.org/policy-kg/id/action/ratify",)),
        ("actor", "x", (f"{AGENT}x", "https://w3id.org/policy-kg/id/group/x")),
        ("place", "europe", ("https://w3id.org/policy-kg/id/place/europe", f"{AGENT}europe")),
        ("state", "agent:belgium", (f"{AGENT}belgium",)),
        ("kind", "Demand", ("https://w3id.org/policy-kg/ontology#Demand",)),
        ("agent", "topic:trade", ()),
        ("agent", "https://example.org/bij1", ()),
        ("agent", "none:bij1", ()),
        ("agent", "a b", ()),
        ("agent", "a> } #", ()),
    ],
)
def test_iris(kind: str, value: str, expected: tuple[str, ...]) -> None:
    """A value is a slug, a prefixed name or an IRI of the type."""
    assert iris(TYPES[kind], value) == expected


@pytest.mark.parametrize(
    "kind, value, datatype",
    [("integer", "-12", "integer"), ("decimal", "0.70", "decimal"), ("year", "2030", "gYear"), ("language", "nl", "string")],
)
def test_literals(kind: str, value: str, datatype: str) -> None:
    """The lexical form stays as it was written."""
    assert literal(Parameter("x", TYPES[kind]), value) == Term("literal", value, "", f"{XSD}{datatype}")


@pytest.mark.parametrize(
    "parameter, value, message",
    [
        (Parameter("x", TYPES["integer"]), "1.5", "expected a whole number"),
        (Parameter("x", TYPES["integer"]), "١", "expected a whole number"),
        (Parameter("x", TYPES["integer"]), "1\n", "expected a whole number"),
        (Parameter("x", TYPES["decimal"]), "1e9", "expected a number"),
        (Parameter("x", TYPES["year"]), "30", "expected a year"),
        (Parameter("x", TYPES["integer"], minimum=Decimal(1), maximum=Decimal(9)), "10", "expected a number from 1 to 9"),
        (Parameter("x", TYPES["integer"], maximum=Decimal(9)), "10", "expected a number of at most 9"),
        (Parameter("x", TYPES["string"]), "a" * 201, "201 characters; expected at most 200"),
        (Parameter("x", TYPES["string"]), "a\0", "control character"),
        (Parameter("x", TYPES["string"]), "\ud800", "half a character"),
    ],
)
def test_values_that_are_no_literals_of_their_type(parameter: Parameter, value: str, message: str) -> None:
    """Each reason is said."""
    with pytest.raises(ValueError, match=message):
        literal(parameter, value)


def test_check_finds_a_parameter_that_the_query_does_not_use(project: Layout) -> None:
    """`kg check` has the line of the parameter."""
    file = project.queries / "demands.rq"
    lines = file.read_text(encoding="utf-8").splitlines()
    count = sum(line.startswith("#+") for line in lines)
    lines.insert(count, "#+ parameters:\n#+   nobody: {type: agent}")
    file.write_text("\n".join(lines), encoding="utf-8")

    found = [finding for finding in check(project).findings if finding.code == "query-parameter"]

    assert [(finding.file, finding.line) for finding in found] == [("queries/demands.rq", count + 2)]
    assert found[0].message == "parameter nobody: the WHERE group has no variable ?nobody"
