"""Each constraint of a shape is said in words, in both languages."""

from pathlib import Path
from typing import Final

import pytest
from flask import Flask, render_template_string

from kg.constraints import Constraint, Shape, read_shapes
from kg.namespaces import POL, SH, SHAPES, XSD
from kg.rdf import Term
from kg.web.app import create_app
from kg.web.language import LANGUAGES, Visit, texts
from kg.web.sentences import sentences
from kg.web.views import Value, short
from tests.project import ROOT

SHAPES_OF_OURS = read_shapes(ROOT / "ontology" / "shapes")
COMPONENTS = sorted({each.component for shape in SHAPES_OF_OURS.values() for each in shape.constraints})
TEMPLATE = '{% import "vocabulary.html" as v with context %}{% for s in said %}{{ v.sentence(s)|striptags }}\n{% endfor %}'


@pytest.fixture(scope="module")
def app() -> Flask:
    """The application, for its templates."""
    return create_app()


def refer(term: Term) -> Value:
    """A term by its short name."""
    return Value({}, short(term.value) if term.kind == "iri" else term.value, href=term.value if term.kind == "iri" else "")


def said(app: Flask, shape: Shape, language: str) -> list[str]:
    """What the page says of a shape."""
    with app.test_request_context():
        found = sentences(shape, SHAPES_OF_OURS, refer)
        return render_template_string(TEMPLATE, said=found, visit=Visit(language), lang=language).strip().splitlines()


def made(component: str, *values: Term) -> Shape:
    """A property shape with one constraint."""
    return Shape("https://example.org/s", f"{POL}x", (), (Constraint(component, values),), (), "Violation", {}, "x")


@pytest.mark.parametrize("component", COMPONENTS)
def test_each_component_of_our_shapes_has_words(component: str) -> None:
    """None is shown as SHACL writes it."""
    using = [shape for shape in SHAPES_OF_OURS.values() if any(each.component == component for each in shape.constraints)]

    assert using
    assert [shape.iri for shape in using for each in sentences(shape, SHAPES_OF_OURS, refer) if each.key == "other"] == []


SAID: Final[list[tuple[str, list[str], list[str]]]] = [
        ("Statement-summary", ["at least 2 values", "each value is a text in one of these languages: Dutch, English", "no two texts are in the same language"],
         ["minstens 2 waarden", "elke waarde is een tekst in een van deze talen: Nederlands, Engels", "geen twee teksten zijn in dezelfde taal"]),
        ("Statement-reportedBy", ["at most one value"], ["hoogstens één waarde"]),
        ("Statement-replacedBy", ["no value"], ["geen waarde"]),
        ("Named-altLabel", ["each value is a text with its language"], ["elke waarde is een tekst met de taal erbij"]),
        ("Demand-action", ["at least one value"], ["minstens één waarde"]),
        ("Assessment-polarity", ["exactly one value", "each value is from the list polarity:positive, polarity:negative, polarity:mixed"],
         ["precies één waarde", "elke waarde komt uit de lijst polarity:positive, polarity:negative, polarity:mixed"]),
        ("Statement-speaker-class", ["each value is one of these: pol:Agent"], ["elke waarde is een van deze: pol:Agent"]),
        ("Figure-of", ["each value is one of these: pol:Agent, pol:Group, pol:Place"], ["elke waarde is een van deze: pol:Agent, pol:Group, pol:Place"]),
        ("Document-characters", ["exactly one value", "each value is a literal of the type xsd:integer", "each value is 1 or more"],
         ["precies één waarde", "elke waarde is een literal van het type xsd:integer", "elke waarde is 1 of meer"]),
        ("Selector-order", ["each value is less than each value of oa:end"], ["elke waarde is kleiner dan elke waarde van oa:end"]),
        ("Statement-object", ["each value is a thing with an IRI and no text"], ["elke waarde is een ding met een IRI en geen tekst"]),
        ("WithPolarity-kind", ["one of the values is pol:Assessment"], ["een van de waarden is pol:Assessment"]),
        ("State-iso3166", ["at most one value", "each value fits the pattern ^[A-Z]{2}$"], ["hoogstens één waarde", "elke waarde past in het patroon ^[A-Z]{2}$"]),
    ]  # fmt: skip
"""What is said of one shape for each component that ours use, in English and in Dutch."""


@pytest.mark.parametrize(("name", "english", "dutch"), SAID)
def test_shapes_in_words(app: Flask, name: str, english: list[str], dutch: list[str]) -> None:
    """One shape for each component that ours use."""
    shape = SHAPES_OF_OURS[SHAPES + name]

    assert said(app, shape, "en") == english
    assert said(app, shape, "nl") == dutch


def test_the_shapes_in_words_have_each_component() -> None:
    """The list above misses none: a new component needs a line there."""
    used = {each.component for name, _, _ in SAID for each in SHAPES_OF_OURS[SHAPES + name].constraints}

    assert used == set(COMPONENTS)


ONE = Term("literal", "3", "", f"{XSD}integer")
SOME = Term("iri", "https://example.org/A")


@pytest.mark.parametrize(
    ("shape", "english"),
    [
        (made("minLength", ONE), "each value has 3 characters or more"),
        (made("maxLength", ONE), "each value has 3 characters or fewer"),
        (made("maxInclusive", ONE), "each value is 3 or less"),
        (made("minExclusive", ONE), "each value is more than 3"),
        (made("maxExclusive", ONE), "each value is less than 3"),
        (made("nodeKind", Term("iri", f"{SH}Literal")), "each value is a text or a number"),
        (made("equals", SOME), "the values are the same as those of https://example.org/A"),
        (made("disjoint", SOME), "no value is also one of https://example.org/A"),
        (made("lessThanOrEquals", SOME), "no value is greater than a value of https://example.org/A"),
        (made("not", SOME), "no value fits the shape https://example.org/A"),
        (made("node", SOME), "each value fits the shape https://example.org/A"),
        (made("or", SOME, SOME), "each value fits at least one of these shapes: https://example.org/A, https://example.org/A"),
        (made("and", SOME), "each value fits all of these shapes: https://example.org/A"),
        (made("xone", SOME), "each value fits exactly one of these shapes: https://example.org/A"),
        (
            made("class", SOME, SOME),
            "each value is one of these: https://example.org/A\neach value is one of these: https://example.org/A",
        ),
        (made("closed", Term("literal", "true", "", f"{XSD}boolean")), "as SHACL writes it: sh:closed true"),
        (made("languageIn", Term("literal", "fy")), "as SHACL writes it: sh:languageIn fy"),
        (made("nodeKind", Term("iri", f"{SH}BlankNode")), f"as SHACL writes it: sh:nodeKind {SH}BlankNode"),
    ],
)
def test_components_that_ours_do_not_use(app: Flask, shape: Shape, english: str) -> None:
    """SHACL Core in words, and what has none as it is written: nothing is passed over."""
    assert "\n".join(said(app, shape, "en")) == english


def test_each_text_is_used() -> None:
    """No sentence stands in texts.yaml that nothing says."""
    source = (Path(__file__).parents[2] / "kg" / "web" / "sentences.py").read_text(encoding="utf-8")
    template = "".join(
        path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "kg" / "web" / "templates").glob("*.html")
    )
    keys = [key.removeprefix("asks.") for key in texts() if key.startswith("asks.")]
    stems = {key.removesuffix("_one").removeprefix("shape_") for key in keys}

    assert {key for key in stems if f'"{key}"' not in source and f"'asks.{key}'" not in template} - {
        "subjects",
        "objects",
        "node",
    } == set()
    assert set(LANGUAGES) == {"en", "nl"}
