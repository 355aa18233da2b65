"""The diagram is the ontology: its boxes are the classes, its edges the properties between them; the drawing shows each once."""

import re
from collections.abc import Collection
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import Client

from kg.constraints import Constraint, Shape, Target
from kg.namespaces import ONTOLOGY, POL
from kg.rdf import Term as RdfTerm
from kg.reader import Reader
from kg.store import Release
from kg.web.diagram import ANYTHING, Diagram, Edge, diagram, make
from kg.web.drawing import Box, draw
from kg.web.sentences import Sentence
from kg.web.terms import Asked, Term, Vocabulary
from kg.web.views import Value
from tests.web.conftest import BufferedClient, Running

SVG = "{http://www.w3.org/2000/svg}"
CLASSES = {
    "Boat": ["Ship"],
    "Harbour": [],
    "Sailor": [],
    "Ship": [],
    "Tanker": ["Ship"],
}
"""Names of classes with those above them."""


def value(name: str) -> Value:
    """A term as pages show it."""
    return Value({"en": name.lower()}, name, iri=name if ":" in name else POL + name)


def asked(target: Collection[str], path: str, *classes: str) -> Asked:
    """What a shape asks of a property of classes."""
    targets = tuple(Target("class", POL + each) for each in target)
    node = Shape(f"x#{'-'.join(target)}", "", targets, (), (), "Violation", {}, "x")
    constraints = (Constraint("class", tuple(RdfTerm("iri", POL + each) for each in classes)),) if classes else ()
    shape = Shape(f"{node.iri}-{path}", POL + path, (), constraints, (), "Violation", {}, "x")
    said = (Sentence("class", values=tuple(value(each) for each in classes)),) if classes else ()
    return Asked(node, shape, tuple(("class", value(each)) for each in target), value(path), said)


def term(name: str, kind: str, **more: tuple[Value, ...] | tuple[Asked, ...]) -> Term:
    """A term with no more than is given."""
    given: dict[str, object] = {
        name: more.get(name, ()) for name in ("above", "below", "domain", "range", "matches", "inverse", "asked")
    }
    return Term(POL + name, kind, {"en": name.lower()}, {}, uses=0, inferred=0, **given)  # type: ignore[arg-type]


def words(*properties: Term) -> Vocabulary:
    """A vocabulary of the classes above, and properties."""
    below = {name: tuple(value(each) for each, above in CLASSES.items() if name in above) for name in CLASSES}
    classes = [
        term(name, "Class", above=tuple(value(each) for each in above), below=below[name]) for name, above in CLASSES.items()
    ]
    return Vocabulary({each.iri: each for each in (*classes, *properties)}, {}, (), {})


def edges(prop: Term, users: Collection[str] = ()) -> list[tuple[list[str], list[str]]]:
    """Sources and targets of the edges of a property, by name."""
    found = make(words(prop), lambda _: {POL + each for each in users}).edges
    assert {edge.property for edge in found} == {prop.iri}
    return [([each.removeprefix(POL) for each in e.sources], [each.removeprefix(POL) for each in e.targets]) for e in found]


@pytest.mark.parametrize(
    ("prop", "users", "expected"),
    [
        (term("p", "ObjectProperty", domain=(value("Boat"),), range=(value("Harbour"),)), [], [(["Boat"], ["Harbour"])]),
        (term("p", "ObjectProperty", range=(value("Sailor"),), asked=(asked(["Boat"], "p"),)), [], [(["Boat"], ["Sailor"])]),
        (term("p", "ObjectProperty", asked=(asked(["Boat", "Tanker"], "p", "Harbour", "Sailor"),)), [], [(["Ship"], ["Harbour", "Sailor"])]),
        (term("p", "ObjectProperty", range=(value("Harbour"),)), ["Boat", "Tanker"], [(["Ship"], ["Harbour"])]),
        (term("p", "ObjectProperty", range=(value("Harbour"),)), ["Boat"], [(["Boat"], ["Harbour"])]),
        (term("p", "ObjectProperty", range=(value("Harbour"),)), [], [([ANYTHING], ["Harbour"])]),
        (term("p", "ObjectProperty", range=(value("Ship"),), inverse=(value("p"),)), [], [(["Ship"], ["Ship"])]),
        (term("p", "ObjectProperty"), ["Boat"], [(["Boat"], [ANYTHING])]),
        (
            term("p", "ObjectProperty", asked=(asked(["Ship"], "p", "Harbour"), asked(["Boat"], "p"))),
            [],
            [(["Ship"], ["Harbour"])],
        ),
        (
            term("p", "ObjectProperty", asked=(asked(["Ship"], "p", "Harbour"), asked(["Sailor"], "p"))),
            [],
            [(["Sailor"], [ANYTHING]), (["Ship"], ["Harbour"])],
        ),
    ],
)  # fmt: skip
def test_where_a_property_leads(prop: Term, users: list[str], expected: list[tuple[list[str], list[str]]]) -> None:
    """Declared; else asked by shapes, kinds of one class as that class; else used; else anything."""
    assert sorted(edges(prop, users)) == sorted(expected)


def test_boxes_are_the_classes() -> None:
    """A class stands in the box of the one above it; what is not of the ontology has a box of its own."""
    found = make(words(term("p", "ObjectProperty")), lambda _: ())

    assert found.boxes == {
        f"{POL}Harbour": (),
        f"{POL}Sailor": (),
        f"{POL}Ship": (f"{POL}Boat", f"{POL}Tanker"),
        ANYTHING: (),
    }
    assert found.box_of(f"{POL}Tanker") == f"{POL}Ship"


def objects(reader: Reader, kind: str) -> set[str]:
    """The terms of a kind, as the ontology says."""
    rows = reader.select(f"SELECT ?term {{ ?term a owl:{kind} FILTER(STRSTARTS(STR(?term), STR(pol:))) }}")
    return {row["term"].value for row in rows}


def test_the_diagram_has_each_object_property_and_class(harbours: Release) -> None:
    """None is missing and none is too much; and the wording of some, which a person can check in the ontology."""
    reader = Reader(harbours)
    found = diagram(reader)
    shown = {*found.boxes, *(iri for below in found.boxes.values() for iri in below)}

    assert {edge.property for edge in found.edges} == objects(reader, "ObjectProperty")
    assert {iri for iri in shown if iri.startswith(POL)} == objects(reader, "Class")
    for name, sources, targets in (
        ("speaker", ["Statement"], ["Agent"]),
        ("respondsTo", ["Response"], ["Statement"]),
        ("beneficiary", ["Statement"], ["Agent", "Group"]),
        ("indicator", ["Figure", "Target"], ["Indicator"]),
        ("party", ["Instrument"], ["Agent"]),
    ):
        assert Edge(POL + name, tuple(POL + each for each in sources), tuple(POL + each for each in targets)) in found.edges


def drawn(found: Diagram) -> tuple[Box, ...]:
    """The boxes of a drawing with names from IRIs."""
    return draw(found, lambda iri: iri.rpartition("#")[2]).boxes


def test_a_drawing_shows_each_edge_once_in_each_box(harbours: Release) -> None:
    """Or once in the frame, for what several boxes share; and each class in its box."""
    found = diagram(Reader(harbours))
    boxes = drawn(found)
    framed = next(box for box in boxes if not box.iri)
    inside = {box.iri for box in boxes if box.iri and framed.y < box.y < framed.y + framed.height and box.x > framed.x}
    rows = sorted((box.iri, row.iri) for box in boxes for row in box.rows)
    expected = []
    for edge in found.edges:
        owners = {""} if set(edge.sources) == inside else {found.box_of(iri) for iri in edge.sources}
        expected += [(owner, edge.property) for owner in owners]

    assert rows == sorted(expected)
    assert {box.iri: {iri for line in box.below for iri, _ in line.names} for box in boxes if box.iri} == {
        iri: set(below) for iri, below in found.boxes.items()
    }


def test_boxes_do_not_overlap(harbours: Release) -> None:
    """But those in the frame, which lie within it; and no name is wider than its box."""
    boxes = drawn(diagram(Reader(harbours)))
    plain = [box for box in boxes if box.iri]

    for one in plain:
        for other in plain:
            apart = (
                one.y + one.height <= other.y
                or other.y + other.height <= one.y
                or one.x + one.width <= other.x
                or other.x + other.width <= one.x
            )
            assert one is other or apart, (one.iri, other.iri)
        assert all(len(row.before + row.name + row.after) * 6.5 < one.width for row in one.rows)


@pytest.fixture
def visitor(corpus: Running) -> Client:
    """A client of the site on the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


@pytest.mark.parametrize(("language", "name"), [("en", "speaker"), ("nl", "spreker")])
def test_the_drawing_as_a_file(visitor: Client, language: str, name: str) -> None:
    """SVG that needs nothing else: names in the language, IRIs as links, a title and a description, and no style that the site forbids."""
    response = visitor.get(f"/ontology/diagram.svg?lang={language}")
    root = ET.fromstring(response.text)  # noqa: S314 - our own answer
    links = {link.get("href"): "".join(link.itertext()) for link in root.iter(f"{SVG}a")}

    assert response.content_type == "image/svg+xml; charset=utf-8"
    assert links[f"{POL}speaker"] == name
    assert {link for link in links if link and link.startswith(POL)} >= {
        f"{POL}{each}" for each in ("Statement", "Demand", "State", "topic")
    }
    assert (root.find(f"{SVG}title") is not None, root.find(f"{SVG}desc") is not None) == (True, True)
    assert root.get("aria-labelledby") == "diagram-title diagram-desc"
    assert "style" not in response.text


def test_the_drawing_in_the_page(visitor: Client) -> None:
    """Its links lead to the terms below it; a table says the same; the page has no style of its own."""
    page = visitor.get("/ontology", headers={"Accept": "text/html", "Accept-Language": "nl"}).text
    svg = page[page.index("<svg") : page.index("</svg>")]
    table = page[page.index("<details>") : page.index("</details>")]
    properties = set(re.findall(r'<text class="property"[^>]*>[^<]*<a href="([^"]*)"', svg))

    assert properties == set(re.findall(r'<th scope="row">\s*<a href="([^"]*)"', table))
    assert {f'id="{link.partition("#")[2]}"' in page for link in properties} == {True}
    assert "style=" not in page
    assert "<style" not in page
    assert ONTOLOGY in page
