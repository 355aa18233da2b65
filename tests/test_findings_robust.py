"""Whatever a file looks like, `kg check` says what is wrong in few findings: no traceback, no flood, the line to mend."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.mappings.layout import Layout
from kg.mappings.reader import read_yaml
from tests.defects import AGENTS, HARBOUR, LEDGER, LINKS, LOCK, TOPICS, Variant, assert_found, findings_of
from tests.project import edit

AT_MOST = 3
"""Findings that one edit may give: its own, and what a person would not take for the same."""

CONTEXT = "mappings/context.yaml"
CATALOGUE = "mappings/documents.yaml"
CODINGS = "mappings/entities/codings.yaml"
INSTRUMENTS = "mappings/entities/instruments.yaml"
SHAPES = "ontology/shapes/statement.ttl"
UNUSED = "ontology/checks/unused-topic.rq"
STANCE = "pol:stance"

# fmt: off
VARIANTS = [
    # The place and the remedy of YAML errors
    Variant("quote closed by a later one", HARBOUR, 'position: "1"', 'position: "1', f"{HARBOUR}:6:13", "yaml-syntax", "the quote opened here"),
    Variant("no space after colon", HARBOUR, "  kind: Principle", "  kind:Principle", f"{HARBOUR}:15:3", "yaml-syntax", "a colon and a space"),
    Variant("merge conflict", HARBOUR, "  kind: Principle\n", "=======\n  kind: Principle\n", f"{HARBOUR}:15:1", "yaml-syntax", "merge conflict"),
    Variant("second document", HARBOUR, "- id: s003", "---\n- id: s003", f"{HARBOUR}:37:1", "yaml-syntax", "a file holds one"),
    Variant("text with at sign", HARBOUR, "    nl: Havens horen", "    nl: @Havens horen", f"{HARBOUR}:19:9", "yaml-syntax", "quote the text"),
    Variant("control character", HARBOUR, "    nl: Havens horen", "    nl: Hav\x07ens horen", f"{HARBOUR}:19:12", "yaml-syntax", "U+0007"),
    Variant("deep nesting", HARBOUR, "[treaties, fishing]", "[" * 100_000, f"{HARBOUR}:47:", "yaml-syntax", "nested more than"),
    Variant("missing dash", HARBOUR, "- id: s004", "  id: s004", f"{HARBOUR}:58:3", "duplicate-key", "`- ` missing"),
    Variant("alias of a text", HARBOUR, "section: vision\n  passage: De", "section: &a vision\n  note: {nl: *a}\n  passage: De", f"{HARBOUR}:14:10", "yaml-syntax", "aliases"),
    # One mistake in a place that all statements depend on
    Variant("unknown key of defaults", HARBOUR, "defaults: {speaker", "defaults: {speakr", f"{HARBOUR}:3:12", "unknown-key", 'did you mean "speaker"'),
    Variant("defaults misspelt", HARBOUR, "defaults:", "default:", f"{HARBOUR}:3:1", "unknown-key", 'did you mean "defaults"'),
    Variant("defaults a list", HARBOUR, "{speaker: plough-party, confidence: high, coding: first-pass}", "[speaker, plough-party]", f"{HARBOUR}:3:11", "wrong-form", "expected keys and values"),
    Variant("lock without its head", LOCK, "id\tstart", "ID\tstart", f"{LOCK}:1:1", "anchor-lock", "the first line is not"),
    Variant("number too long in the lock", LOCK, "s001\t36", f"s001\t{'3' * 5000}", f"{LOCK}:2:1", "anchor-lock", "not a row"),
    Variant("wrong collection", AGENTS, "collection: agent", "collection: agents", f"{AGENTS}:1:13", "unknown-collection", 'did you mean "agent"'),
    Variant("no collection", INSTRUMENTS, "collection: instrument\n", "", f"{INSTRUMENTS}:1:1", "missing-key", "`collection:` is missing"),
    Variant("entities misspelt", AGENTS, "entities:", "entitys:", f"{AGENTS}:2:1", "unknown-key", 'did you mean "entities"'),
    Variant("entity without id", AGENTS, "- id: plough-party\n  kind", "- kind", f"{AGENTS}:9:3", "missing-id", "there is no id"),
    Variant("kind of an agent misspelt", AGENTS, "kind: Party", "kind: Partij", f"{AGENTS}:10:9", "unknown-kind", 'did you mean "Party"'),
    Variant("wrong kind of an agent", AGENTS, "kind: Party", "kind: prov:Agent", f"{AGENTS}:10:3", "shacl:", "is the `kind:` of plough-party right?"),
    Variant("kind of another file", AGENTS, "kind: Party", "kind: Place", f"{AGENTS}:10:3", "unknown-kind", "move the entity to a file of `collection: place`"),
    Variant("document not in the catalogue", CATALOGUE, "- id: harbour-2031", "- id: harbour-2030", f"{HARBOUR}:2:11", "unknown-slug", "not in the catalogue"),
    Variant("coding renamed", CODINGS, "- id: first-pass", "- id: pass-one", f"{HARBOUR}:3:", "unknown-slug", "declared coding"),
    # The context and the ontology
    Variant("context: unknown keyword", CONTEXT, 'pol:condition, "@container"', 'pol:condition, "@containr"', f"{CONTEXT}:", "context", "@containr"),
    Variant("context: unknown prefix", CONTEXT, STANCE, "pool:stance", f"{CONTEXT}:30:3", "context", 'did you mean "pol"'),
    Variant("context: undeclared property", CONTEXT, STANCE, "pol:stanse", f"{CONTEXT}:30:3", "context", 'did you mean "stance"'),
    Variant("context: no id", CONTEXT, '  id: "@id"\n', "", f"{CONTEXT}:6:1", "context", 'the key "id" is missing'),
    Variant("ontology syntax", "ontology/policy.ttl", "@prefix pol:", "@prefx pol:", "ontology/policy.ttl:1:", "turtle-syntax", "not Turtle"),
    Variant("shapes: syntax", SHAPES, "sh:path pol:section ;\n    sh:maxCount", "sh:path pol:section\n    sh:maxCount", f"{SHAPES}:", "turtle-syntax", "not Turtle"),
    Variant("shapes: unknown constraint", SHAPES, "sh:path pol:stance ;\n    sh:maxCount", "sh:path pol:stance ;\n    sh:maxcount", f"{SHAPES}:101:1", "shapes", "no term of SHACL Core"),
    Variant("check: wrong severity", UNUSED, "severity: warning", "severity: warn", f"{UNUSED}:2:1", "query-header", '"warn" is not one of'),
    Variant("check: syntax", UNUSED, "SELECT", "SELEKT", f"{UNUSED}:", "query-syntax", "not a SELECT query"),
    Variant("topic declared twice", TOPICS, "topic:fishing a", "topic:harbours a", f"{TOPICS}:", "duplicate-id", "declared twice"),
    # Links
    Variant("links: prefix a list", LINKS, "ex: https://example.org/other/", "ex: [https://example.org/other/]", f"{LINKS}:5:1", "links", "one address"),
    Variant("links: prefix not declared", LINKS, "#  agent: https://w3id.org/policy-kg/id/agent/\n", "", f"{LINKS}:6:1", "links", 'the prefix "agent"'),
    Variant("links: unknown justification", LINKS, "exactMatch\tex:E1\tElland\tsemapv:ManualMappingCuration", "exactMatch\tex:E1\tElland\tby hand", f"{LINKS}:7:1", "links", "semapv:LexicalMatching"),
    # What is written, and means nothing
    Variant("no text", HARBOUR, "    en: Harbours belong to nobody in particular.", "    en: TODO", f"{HARBOUR}:20:9", "empty-value", "is no text in en"),
    Variant("condition in one language", HARBOUR, "    en: before the winter of 2033\n", "", f"{HARBOUR}:31:3", "shacl:WithCondition", "both `nl:` and `en:`"),
    Variant("two objects", HARBOUR, "object: fish-agreement", "object: [fish-agreement, harbour-fund]", f"{HARBOUR}:44:3", "shacl:WithObject", "one object"),
    Variant("kind in a target", HARBOUR, "    indicator: harbour-budget", "    kind: Claim\n    indicator: harbour-budget", f"{HARBOUR}:69:5", "misplaced-key", "not a key of a target"),
    Variant("characters", CATALOGUE, 'characters: "607"', 'characters: "608"', f"{CATALOGUE}:14:15", "source-text", "has 607"),
    Variant("homepage", AGENTS, "https://example.org/plough", '"http://[plough"', f"{AGENTS}:14:13", "wrong-iri", "begins with http"),
    Variant("value of a closed list", HARBOUR, "confidence: medium", "confidence: sure", f"{HARBOUR}:54:15", "unknown-slug", "write one of high, low, medium"),
    Variant("entity of another collection", HARBOUR, "speaker: sea-watch", "speaker: fish-agreement", f"{HARBOUR}:83:12", "unknown-slug", "it is declared as instrument"),
    Variant("skipped twice", LEDGER, "- passage: Naar … inhoud", "- passage: Naar … inhoud\n  reason: heading\n- passage: Naar … inhoud", f"{LEDGER}:5:12", "duplicate-skip", "skipped already"),
]
# fmt: on


def empty(path: Path) -> None:
    """Leave nothing in the file."""
    path.write_text("", encoding="utf-8")


def binary(path: Path) -> None:
    """Make the file something else than text."""
    path.write_bytes(bytes(range(128, 256)))


def folder(path: Path) -> None:
    """Put a folder in the place of the file."""
    path.unlink(missing_ok=True)
    path.mkdir()


def absent(path: Path) -> None:
    """Delete the file."""
    path.unlink()


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_one_defect_gives_few_findings(project: Layout, variant: Variant) -> None:
    """The defect is found at its line, and its consequences are not reported as well."""
    edit(project, variant.file, variant.old, variant.new)

    found = findings_of(project)

    assert_found(variant, found)
    assert len(found) <= AT_MOST


@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (empty, AGENTS),
        (empty, CATALOGUE),
        (empty, CONTEXT),
        (empty, LINKS),
        (empty, SHAPES),
        (empty, TOPICS),
        (binary, HARBOUR),
        (binary, LINKS),
        (binary, SHAPES),
        (binary, UNUSED),
        (folder, CATALOGUE),
        (absent, LOCK),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_file_that_is_lost_is_one_matter(project: Layout, spoil: Callable[[Path], None], file: str) -> None:
    """The finding names the file; what only the file could have said is not missed a hundred times."""
    spoil(project.root / file)

    found = findings_of(project)

    assert found[0]["file"] == file or file in {str(f["file"]) for f in found}
    assert len(found) <= AT_MOST


def test_files_of_editors_are_ignored(project: Layout) -> None:
    """Emacs locks a file with a link to nowhere; macOS leaves binary companions."""
    (project.mappings / ".#harbour-2031.yaml").symlink_to("user@host.1234:1")
    (project.mappings / "._harbour-2031.yaml").write_bytes(b"\0\5\x16\7")
    edit(project, AGENTS, "kind: Party", "kind: Partij")

    assert [f["file"] for f in findings_of(project)] == [AGENTS]


def test_files_that_nothing_reads_are_reported(project: Layout) -> None:
    """A file with another ending, a ledger and a lock without a document."""
    (project.mappings / "reply-2033.yml").write_text("document: reply-2033\nstatements: []\n", encoding="utf-8")
    shutil.copy(project.root / LEDGER, project.mappings / "reply-2034.skipped.yaml")
    shutil.copy(project.root / LOCK, project.mappings / "anchors" / "reply-2035.tsv")

    found = findings_of(project)

    assert [(f["code"], f["file"]) for f in found] == [
        ("stray-file", "mappings/anchors/reply-2035.tsv"),
        ("stray-file", "mappings/reply-2033.yml"),
        ("stray-file", "mappings/reply-2034.skipped.yaml"),
    ]


def test_a_copy_of_a_mapping_file_is_reported_alone(project: Layout) -> None:
    """Its statements would all be said twice."""
    shutil.copy(project.root / HARBOUR, project.mappings / "harbour-copy.yaml")

    (finding,) = findings_of(project)

    assert (finding["file"], finding["code"]) == ("mappings/harbour-copy.yaml", "wrong-document")


def test_a_comment_behind_a_plain_scalar_is_noted(tmp_path: Path) -> None:
    """YAML takes it for a comment, with or without a space after its hash; a text in quotes is not cut by it."""
    path = tmp_path / "x.yaml"
    path.write_text("a: the #first\nb: the # comment\nc: 'the #first'\n", encoding="utf-8")

    tree, findings = read_yaml(path, "x.yaml")

    assert findings == []
    assert tree is not None
    assert [getattr(entry.value, "cut", None) for entry in tree.entries.values()] == [True, True, False]
