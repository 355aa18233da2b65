"""Broken mapping files: each defect is found at its line, all of them in one run, and nothing is written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import Finding
from kg.mappings.layout import Layout
from kg.mappings.trace import gathered
from tests.defects import AGENTS, HARBOUR, LEDGER, LINKS, LOCK, QUERY, REPLY, TOPICS, Variant, assert_found, findings_of
from tests.project import edit, snapshot

# fmt: off
VARIANTS = [
    Variant("unclosed bracket", HARBOUR, "topics: [treaties, fishing]", "topics: [treaties, fishing", f"{HARBOUR}:47:11", "yaml-syntax", "close the quote or bracket"),
    Variant("unclosed quote at the end", REPLY, "Het havenfonds blijft dit jaar even groot.", '"Het havenfonds blijft', f"{REPLY}:30:9", "yaml-syntax", "close the quote or bracket"),
    Variant("tab", HARBOUR, "  kind: Principle", "\tkind: Principle", f"{HARBOUR}:15:1", "yaml-syntax", "indent with spaces"),
    Variant("bad indentation", HARBOUR, "  kind: Principle", "   kind: Principle", f"{HARBOUR}:15:8", "yaml-syntax", "indented wrongly"),
    Variant("alias", HARBOUR, "topics: [harbours]\n  frame: moral", "topics: &a [harbours]\n  mentions: *a\n  frame: moral", f"{HARBOUR}:17:3", "yaml-syntax", "aliases"),
    Variant("duplicate key", HARBOUR, "  frame: moral", "  frame: moral\n  frame: legal", f"{HARBOUR}:18:3", "duplicate-key", "twice (first in line 17)"),
    Variant("unknown key", HARBOUR, "  frame: moral", "  framing: moral", f"{HARBOUR}:17:3", "unknown-key", 'did you mean "frame"?'),
    Variant("unknown top-level key", HARBOUR, "statements:", "statement:", f"{HARBOUR}:11:1", "unknown-key", 'did you mean "statements"'),
    Variant("unknown agent", HARBOUR, "speaker: sea-watch", "speaker: sea-wach", f"{HARBOUR}:83:12", "unknown-slug", 'is not a declared agent; did you mean "sea-watch"?'),
    Variant("unknown item of a list", HARBOUR, "[treaties, fishing]", "[treaties, fihsing]", f"{HARBOUR}:47:22", "unknown-slug", 'did you mean "fishing"?'),
    Variant("unknown action", HARBOUR, "action: suspend", "action: suspendd", f"{HARBOUR}:43:11", "unknown-slug", 'did you mean "suspend"'),
    Variant("unknown entity", HARBOUR, "object: fish-agreement", "object: fish-agremeent", f"{HARBOUR}:44:11", "unknown-slug", 'did you mean "fish-agreement"?'),
    Variant("unknown statement", HARBOUR, "supports: s003", "supports: s033", f"{HARBOUR}:107:13", "unknown-slug", "is not a declared statement"),
    Variant("unknown default", HARBOUR, "defaults: {speaker: plough-party", "defaults: {speaker: plow-party", f"{HARBOUR}:3:21", "unknown-slug", 'did you mean "plough-party"'),
    Variant("unknown kind", HARBOUR, "kind: Commitment", "kind: Comitment", f"{HARBOUR}:115:9", "unknown-kind", 'did you mean "Commitment"'),
    Variant("kind of something else", HARBOUR, "kind: Commitment", "kind: Instrument", f"{HARBOUR}:115:3", "unknown-kind", "is not a kind of statement"),
    Variant("missing kind", HARBOUR, "  kind: Commitment\n", "", f"{HARBOUR}:112:3", "missing-key", "there is no `kind:`"),
    Variant("wrong decimal", HARBOUR, "value: 0.70", "value: 0,70", f"{HARBOUR}:71:12", "wrong-datatype", 'value: "0,70" is not a decimal number with a point'),
    Variant("wrong year", HARBOUR, 'deadline: "2035"', 'deadline: "35"', f"{HARBOUR}:74:15", "wrong-datatype", "a year of four digits"),
    Variant("wrong boolean", HARBOUR, "deadlineExplicit: true", "deadlineExplicit: yes", f"{HARBOUR}:75:23", "wrong-datatype", "true or false"),
    Variant("wrong date", AGENTS.replace("agents", "codings"), "2032-06-30", "2032-06-31", "mappings/entities/codings.yaml:9:9", "wrong-datatype", "a day that exists"),
    Variant("wrong unit", HARBOUR, "unit: PERCENT", "unit: PERCENTAGE", f"{HARBOUR}:72:11", "shacl:", "unit"),
    Variant("wrong IRI", AGENTS, "https://example.org/plough", "example.org/plough", f"{AGENTS}:14:13", "wrong-iri", "begins with http"),
    Variant("empty value", HARBOUR, "action: suspend", "action:", f"{HARBOUR}:43:3", "empty-value", "write one or delete the key"),
    Variant("text without language", HARBOUR, "    nl: Havens horen niemand in het bijzonder toe.\n    en: Harbours belong to nobody in particular.", "    Havens horen niemand toe.", f"{HARBOUR}:19:5", "wrong-form", "{nl: …, en: …}"),
    Variant("not a language", HARBOUR, "    en: Harbours belong", "    english: Harbours belong", f"{HARBOUR}:20:5", "unknown-language", "is not a language tag"),
    Variant("missing summary in English", HARBOUR, "    en: Harbours belong to nobody in particular.\n", "", f"{HARBOUR}:18:3", "shacl:", "summary"),
    Variant("missing topics", HARBOUR, "  topics: [harbours]\n  frame: moral", "  frame: moral", f"{HARBOUR}:12:3", "shacl:", "topic"),
    Variant("missing passage", HARBOUR, "  passage: De Ploegpartij … zijn.\n", "", f"{HARBOUR}:12:3", "shacl:", "passage"),
    Variant("demand without action", HARBOUR, "  action: suspend\n", "", f"{HARBOUR}:37:3", "shacl:", "action"),
    Variant("assessment without polarity", HARBOUR, "  polarity: negative\n", "", f"{HARBOUR}:99:3", "shacl:", "polarity"),
    Variant("response without recommendation", REPLY, "  respondsTo: harbour-2031/s002\n", "", f"{REPLY}:8:3", "shacl:", "respondsTo"),
    Variant("addressee that is no agent", HARBOUR, "place: verland\n  affected", "place: fair-harbours-treaty\n  affected", f"{HARBOUR}:45:10", "shacl:", "place"),
    Variant("two values where one is allowed", HARBOUR, "  confidence: medium", "  confidence: [medium, low]", f"{HARBOUR}:54:3", "shacl:", "confidence"),
    Variant("commitment for another", HARBOUR, "addressee: plough-party", "addressee: elland", f"{HARBOUR}:116:14", "check:", "addressee"),
    Variant("duplicate statement id", HARBOUR, "- id: s004", "- id: s003", f"{HARBOUR}:58:7", "duplicate-id", f"is taken ({HARBOUR}:37)"),
    Variant("duplicate entity id", AGENTS, "- id: sea-watch", "- id: elland-government", f"{AGENTS}:19:7", "duplicate-id", f"is taken ({AGENTS}:15)"),
    Variant("reused withdrawn id", HARBOUR, "- id: s007", "- id: s008", f"{HARBOUR}:112:7", "reused-id", "an id is never used again"),
    Variant("missing id", HARBOUR, "- id: s007\n  section", "- section", f"{HARBOUR}:112:3", "missing-id", "there is no id"),
    Variant("bad id", HARBOUR, "- id: s007", "- id: S 007", f"{HARBOUR}:112:7", "wrong-id", "lower-case letters"),
    Variant("wrong document", HARBOUR, "document: harbour-2031", "document: harbour-2032", f"{HARBOUR}:2:11", "wrong-document", "write `document: harbour-2031`"),
    Variant("anchors without ellipsis", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij ... zijn.", f"{HARBOUR}:14:12", "anchor-syntax", "first words … last words"),
    Variant("anchors too long", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij vindt dat havens van … zijn.", f"{HARBOUR}:14:12", "anchor-syntax", "5 are allowed"),
    Variant("anchor not found", HARBOUR, "De Ploegpartij … zijn.", "De Hamerpartij … zijn.", f"{HARBOUR}:14:12", "anchor-not-found", "match nowhere"),
    Variant("anchor ambiguous", HARBOUR, "De Ploegpartij … zijn.", "van … de", f"{HARBOUR}:14:12", "anchor-ambiguous", "places in harbour-2031"),
    Variant("anchors with most of the passage", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij vindt … van iedereen", f"{HARBOUR}:14:12", "anchor-too-long", "at most half"),
    Variant("changed anchors", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij vindt … zijn.", f"{HARBOUR}:14:12", "anchor-lock", "run `kg anchor`"),
    Variant("damaged lock row", LOCK, "s001\t", "s001 ", f"{LOCK}:2:1", "anchor-lock", "not a row of id"),
    Variant("moved lock row", LOCK, "s001\t36\t", "s001\t35\t", f"{HARBOUR}:14:12", "anchor-lock", "at another place (35"),
    Variant("unknown reason", LEDGER, "- passage: Naar … inhoud\n  reason: heading", "- passage: Naar … inhoud\n  reason: headng", f"{LEDGER}:4:11", "unknown-reason", 'did you mean "heading"'),
    Variant("skipped passage not found", LEDGER, "Naar … inhoud", "Naar … uitgang", f"{LEDGER}:3:12", "anchor-not-found", "match nowhere"),
    Variant("link of an unknown entity", LINKS, "agent:elland", "agent:eland", f"{LINKS}:7:1", "links", 'did you mean "'),
    Variant("link without evidence", LINKS, "seen on the page of Elland", "", f"{LINKS}:7:1", "links", "where identifier and label were seen"),
    Variant("query without a title in Dutch", QUERY, ", nl: Eisen}", "}", f"{QUERY}:1:1", "query-header", "both languages"),
    Variant("query syntax", QUERY, "ORDER BY", "ORDERED BY", f"{QUERY}:13:", "query-syntax", "not a SPARQL query"),
    Variant("vocabulary syntax", TOPICS, 'skos:definition "Waar schepen liggen."@nl', 'skos:definition "Waar schepen liggen.@nl', f"{TOPICS}:13:", "turtle-syntax", "not Turtle"),
]
# fmt: on


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_defect_is_found_at_its_line(project: Layout, variant: Variant) -> None:
    """Each defect gives a finding with file, line, column, code and remedy."""
    edit(project, variant.file, variant.old, variant.new)

    assert_found(variant, findings_of(project))


@pytest.mark.parametrize("name", ["unclosed bracket", "unknown agent", "missing topics", "commitment for another"])
def test_build_writes_nothing_when_there_is_a_violation(project: Layout, name: str) -> None:
    """Whatever finds the defect, reader, registry, shape or check: no file is made, and the finding is printed."""
    (variant,) = (v for v in VARIANTS if v.name == name)
    edit(project, variant.file, variant.old, variant.new)
    before = snapshot(project.root)

    result = CliRunner().invoke(main, ["build", "--sources", "texts"])

    assert result.exit_code == 1
    assert variant.at in result.stdout
    assert snapshot(project.root) == before


def test_the_corpus_has_no_finding(project: Layout) -> None:
    """The unbroken corpus is clean, so that a variant's findings are the variant's."""
    result = CliRunner().invoke(main, ["check", "--sources", "texts"])

    assert (result.exit_code, result.stdout) == (0, "")


def test_all_defects_are_found_in_one_run(project: Layout) -> None:
    """Defects of YAML, slugs, datatypes, anchors and shapes do not hide each other."""
    edit(project, REPLY, "topics: [harbours]", "topics: [harbours")
    edit(project, HARBOUR, "speaker: sea-watch", "speaker: sea-wach")
    edit(project, HARBOUR, "value: 0.70", "value: 0,70")
    edit(project, HARBOUR, "De Ploegpartij … zijn.", "De Hamerpartij … zijn.")
    edit(project, HARBOUR, "  polarity: negative\n", "")
    edit(project, AGENTS, "kind: PublicBody", "kind: PublicBdy")

    codes = {str(f["code"]).partition(":")[0] for f in findings_of(project)}

    assert codes >= {"yaml-syntax", "unknown-slug", "wrong-datatype", "anchor-not-found", "shacl", "unknown-kind"}


def test_a_finding_is_not_reported_again_by_its_consequence(project: Layout) -> None:
    """An unknown speaker is one finding, not also a missing one."""
    edit(project, HARBOUR, "speaker: sea-watch", "speaker: sea-wach")

    assert len(findings_of(project)) == 1


def test_without_texts_the_lock_is_believed(project: Layout) -> None:
    """A build needs no text; anchors that changed since the lock are found even so."""
    edit(project, HARBOUR, "De Ploegpartij … zijn.", "De Hamerpartij … zijn.")

    (finding,) = findings_of(project, sources=False)

    assert (finding["code"], finding["line"]) == ("anchor-lock", 14)


def test_another_text_is_refused(project: Layout) -> None:
    """A text that is not the coded one is named with both hashes."""
    path = project.root / "texts" / "reply-2032.txt"
    path.write_text(path.read_text(encoding="utf-8") + "Erbij.", encoding="utf-8")

    (finding,) = findings_of(project)

    assert finding["code"] == "source-text"
    assert "another version of the document" in str(finding["message"])


def test_sarif_names_rule_place_and_level(project: Layout) -> None:
    """SARIF 2.1.0, as code hosts display it."""
    edit(project, HARBOUR, "speaker: sea-watch", "speaker: sea-wach")

    result = CliRunner().invoke(main, ["check", "--format", "sarif"])

    run = json.loads(result.stdout)["runs"][0]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert run["results"][0]["ruleId"] == "unknown-slug"
    assert run["results"][0]["level"] == "error"
    assert location == {"artifactLocation": {"uri": HARBOUR}, "region": {"startLine": 83, "startColumn": 12}}


def test_report_carries_the_place(project: Layout) -> None:
    """The SHACL report's message is the finding."""
    edit(project, HARBOUR, "  polarity: negative\n", "")

    CliRunner().invoke(main, ["check", "--report", "report.ttl"])

    assert f"{HARBOUR}:99:3: s006" in Path("report.ttl").read_text(encoding="utf-8")


def test_wrong_usage_is_status_2(project: Layout) -> None:
    """A root that is no project, an unknown option."""
    assert CliRunner().invoke(main, ["--root", "texts", "check"]).exit_code == 2
    assert CliRunner().invoke(main, ["check", "--nonsense"]).exit_code == 2


@pytest.mark.parametrize("count, told", [(4, "2, 3, 4"), (5, "2, 3, 4 and 1 more place"), (6, "2, 3, 4 and 2 more places")])
def test_what_stands_in_many_places_is_said_once(count: int, told: str) -> None:
    """With the lines of the next few, and the number of the others."""
    findings = [Finding("a.yaml", line, 1, "x", "wrong") for line in range(1, count + 1)]

    assert [finding.message for finding in gathered(findings)] == [f"wrong (also in line {told})"]
