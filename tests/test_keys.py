"""Which keys stand where: told by the shapes, and by nothing else; and what is said of a key that has no place."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.mappings.corpus import read_corpus
from kg.mappings.keys import Keys
from kg.mappings.layout import Layout
from kg.scale import steps
from kg.scale.cache import Cache
from kg.scale.executor import Executor, InProcess, Processes
from tests.defects import AGENTS, HARBOUR
from tests.project import ROOT, edit

STATEMENTS = "ontology/shapes/statement.ttl"
QUANTITIES = "ontology/shapes/quantity.ttl"
ENTITIES = "ontology/shapes/entity.ttl"


@pytest.fixture(scope="module")
def published() -> Keys:
    """The keys under the shapes of the ontology."""
    return read_corpus(Layout(ROOT)).keys


def check() -> str:
    """What `kg check` says, with what it kept."""
    Path("build").mkdir(exist_ok=True)
    return CliRunner().invoke(main, ["check", "--sources", "texts", "--jobs", "1"]).output


def test_a_shape_speaks_of_each_key(published: Keys) -> None:
    """One of which none speaks would be taken anywhere, in a passage as in an agent."""
    assert published.free == frozenset()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            "target",
            "baseline baselineYear comparator deadline deadlineExplicit denominator indicator unit value",
        ),
        ("figure", "comparator denominator indicator of unit value year"),
        ("passage", "endAnchor normalisation selector sha256 source startAnchor"),
        ("selector", "end start"),
        ("withdrawn", "id note replacedBy withdrawn"),
        ("section", "altLabel definition description id label note partOf position scopeNote"),
        ("coding", "altLabel codebookVersion coder date definition description id kind label note reviewer scopeNote"),
        (
            "agent",
            "altLabel country definition description homepage id iso3166 kind label memberOf note partOf scopeNote",
        ),
        ("event", "altLabel country date definition description homepage id kind label memberOf note partOf scopeNote"),
    ],
)
def test_the_keys_of_a_place(published: Keys, place: str, expected: str) -> None:
    """As the shapes of its class and of the classes above it have them."""
    assert sorted(published.of(place), key=str.lower) == sorted(expected.split(), key=str.lower)


def test_the_keys_of_kinds_of_statements_are_those_of_a_statement(published: Keys) -> None:
    """An assessment has one that a demand has not; what is withdrawn has others; the document stands at the head of the file."""
    assert {"polarity", "responseValue", "narrows", "mentions", "note"} <= published.of("statement")
    assert published.of("statement").isdisjoint({"withdrawn", "replacedBy", "document", "label", "value"})


@pytest.mark.parametrize(
    ("place", "key", "expected"),
    [
        ("statement", "year", "a key of a figure, not of a statement: indent it below `figure:`, or delete it; the keys of a statement are in mappings/README.md, section 4"),
        ("statement", "position", "a key of a section, not of a statement: write `section:`, or delete it; the keys of a statement are in mappings/README.md, section 4"),
        ("statement", "url", "a key of an instrument, a publication or a document, not of a statement: write `cites:`, or delete it; the keys of a statement are in mappings/README.md, section 4"),
        ("statement", "sha256", "a key of a passage or a document, not of a statement: delete it; the keys of a statement are in mappings/README.md, section 4"),
        ("withdrawn", "summary", "a withdrawn statement keeps only `note` and `replacedBy`: delete it"),
        ("section", "kind", "a section has no kind: delete it"),
        ("section", "place", "a key of a statement, not of a section: delete it"),
        ("section", "replacedBy", "a key of a withdrawn statement, not of a section: delete it"),
        ("target", "id", "not a key of a target: delete it, or indent it as a key of the statement"),
        ("target", "label", "a key of an entity, a section, a document or a coding pass, not of a target: delete it"),
        ("figure", "note", "a key of a statement, an entity, a section, a document or a coding pass, not of a figure: indent it as a key of the statement, or delete it"),
        ("agent", "iso3166", ""),
        ("group", "iso3166", "a key of an agent or a place, not of a group: delete it"),
        ("group", "place", "a key of a statement, not of a group: write `country:`, or delete it"),
        ("agent", "author", "a key of an instrument, a publication or a document, not of an agent: delete it"),
        ("topic", "instrumentType", ""),  # of a topic no shape tells with its class: what any entity has
        ("topic", "coder", "a key of a coding pass, not of a topic: delete it"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_key_without_a_place(published: Keys, place: str, key: str, expected: str) -> None:
    """Whose it is, and what to write instead where that is known; nothing, where it has a place."""
    assert published.refused(place).get(key, "") == expected


def test_keys_follow_the_classes_of_shapes(project: Layout) -> None:
    """Of a class above, and of a shape that another takes in; not where a shape only looks at what has the property."""
    edit(project, ENTITIES, "    sh:property shapes:Event-date .", "    sh:property shapes:Event-date ; sh:node shapes:State .")
    edit(
        project, ENTITIES, "sh:targetClass pol:Instrument ;", "sh:targetClass pol:Instrument, <http://xmlns.com/foaf/0.1/Agent> ;"
    )
    edit(project, "ontology/shapes/completeness.ttl", "sh:path pol:object", "sh:path foaf:page")
    edit(
        project,
        "ontology/shapes/completeness.ttl",
        "@prefix pol:",
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix pol:",
    )

    keys = read_corpus(project).keys

    assert "iso3166" in keys.of("event")
    assert "party" in keys.of("agent")
    assert "party" not in keys.of("group")
    assert "url" not in keys.of("statement")


def test_an_edit_of_a_shape_changes_where_a_key_can_stand(project: Layout) -> None:
    """At once, with all that was kept; and back."""
    edit(project, HARBOUR, "nl: Visie, en: Vision}", "nl: Visie, en: Vision}\n  homepage: https://example.org/vision")
    refused = f"{HARBOUR}:8:3: vision homepage: a key of an entity, not of a section: delete it\n"
    before = check()
    of_section = ("shapes:Section-partOf-class, shapes:Section-position .", "shapes:Entity-homepage, shapes:Section-position .")
    edit(project, "ontology/shapes/document.ttl", *of_section)
    allowed = check()
    edit(project, "ontology/shapes/document.ttl", *reversed(of_section))

    assert before == f"{refused}1 violation in 2 document(s)\n"
    assert allowed == "no findings in 2 document(s)\n"
    assert check() == before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("sh:path pol:section ;\n    sh:maxCount", "sh:path pol:section\n    sh:maxCount", "not Turtle"),
        ("    sh:property shapes:Statement-document,", "    sh:proprety shapes:Statement-document,", "sh:proprety is no term of SHACL Core"),
    ],
)  # fmt: skip
def test_of_a_broken_shape_only_that_is_said(project: Layout, old: str, new: str, expected: str) -> None:
    """Not that no key has a place any more, with and without what was kept."""
    check()
    edit(project, STATEMENTS, old, new)

    for said in (check(), check()):
        findings = said.splitlines()[:-1]
        assert [line.startswith(f"{STATEMENTS}:") for line in findings] == [True] * len(findings)
        assert expected in said


def test_what_a_shape_bars_has_no_place(project: Layout) -> None:
    """Nothing else has it, either."""
    edit(project, STATEMENTS, "sh:path pol:frame ;", "sh:path pol:frame ; sh:maxCount 0 ;")

    said = "a statement has no frame: delete it; the keys of a statement are in mappings/README.md, section 4"
    assert {finding.message for finding in read_corpus(project).findings} == {f"frame: {said}"}


def test_where_no_shape_tells_each_key_has_a_place(project: Layout) -> None:
    """In a figure, as no shape is about figures; and a key of which none speaks, in each place."""
    edit(project, QUANTITIES, "sh:targetClass pol:Figure", "sh:targetClass pol:Passage")
    edit(project, "mappings/context.yaml", "  figure: {", '  fundedBy: {"@id": foaf:fundedBy, "@type": "@id"}\n  figure: {')

    keys = read_corpus(project).keys

    assert {"year", "deadline", "frame", "label", "start"} <= keys.of("figure")
    assert keys.of("figure").isdisjoint({"id", "kind"})
    assert "frame" not in keys.of("target")
    assert [place for place in keys.places if "fundedBy" not in keys.of(place)] == []


def test_a_project_without_shapes_takes_each_key(project: Layout) -> None:
    """There is nothing that says otherwise, but that the document stands at the head of the file."""
    for path, _ in project.shape_files():
        path.unlink()
    edit(project, AGENTS, "  kind: Party\n", "  kind: Party\n  topics: [harbours]\n")
    edit(project, HARBOUR, "  frame: moral\n", "  frame: moral\n  document: harbour-2031\n")

    assert [str(finding) for finding in read_corpus(project).findings] == [
        f"{HARBOUR}:18:3: s001 document: it stands once, at the head of the file: delete it here"
    ]


@pytest.mark.parametrize("executor", [InProcess(), Processes(2)], ids=["here", "in processes"])
def test_the_keys_go_with_the_work(project: Layout, tmp_path: Path, executor: Executor) -> None:
    """A process that maps a document has them without the files of shapes."""
    edit(project, HARBOUR, "  frame: moral\n", "  frame: moral\n  homepage: https://example.org/\n")

    judged = steps.judge(project, Cache(tmp_path), executor)

    assert [finding.message for finding in judged.findings] == [
        "homepage: a key of an entity, not of a statement: delete it; the keys of a statement are in mappings/README.md, section 4"
    ]
