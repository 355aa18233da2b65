"""Mistakes of somebody who codes a first document: each finding says what was read, and what to write."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.mappings import collections
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.mappings.texts import misnamed
from tests.defects import AGENTS, HARBOUR, LOCK, REPLY, TOPICS
from tests.project import edit

STATED = "Havens horen niemand in het bijzonder toe."
KINDS = "Assessment, Claim, Commitment, Demand, Principle or Response"
AGENT_KINDS = "Agent, CivilSocietyOrganisation, Company, Court, Government, IntergovernmentalOrganisation, Party, Person, PublicBody or State"
WORKS = "mappings/entities/works.yaml"
ENDS = "end each line of an entry with a semicolon, and its last one with a full stop"
TEXTS = 'a comma goes between two texts, which stand in straight quotation marks, as in "Water"@nl, "Water"@en'
ACTS = "only a demand or a commitment has"
LISTED = "the keys of a statement are in mappings/README.md, section 4"

# fmt: off
FINDINGS = [
    ("thousands with a point", HARBOUR, "value: 12", 'value: "40.000"', f'{HARBOUR}:91:12: warning: s005 figure value: "40.000" is read as 40, the point being a decimal one; write "40" if that is meant, and "40000" if it is 40000'),
    ("thousands that end in no nought", HARBOUR, "value: 12", "value: 1.125", f'{HARBOUR}:91:12: warning: s005 figure value: "1.125" is read as 1.125, the point being a decimal one; write "1.1250" if that is meant, and "1125" if it is 1125'),
    ("comment in a text", HARBOUR, STATED, "Havens # horen niemand toe", f"{HARBOUR}:19:9: warning: s001 summary: what follows # is a comment and no part of the text; quote all of it if it is meant to be, and only what stands before # if not"),
    ("hash in a text", HARBOUR, STATED, "Havens #horen niemand toe", f"{HARBOUR}:19:9: warning: s001 summary: what follows # is a comment and no part of the text; quote all of it if it is meant to be, and only what stands before # if not"),
    ("comment behind an id", HARBOUR, "  frame: moral", "  frame: moral # see page 2", ""),
    ("comment behind a quoted text", HARBOUR, STATED, f'"{STATED}" # see page 2', ""),
    ("kind of statement that there is not", HARBOUR, "kind: Commitment", "kind: Opinion", f'{HARBOUR}:115:9: s007 kind: "Opinion" is not a class of the ontology; write {KINDS}'),
    ("kind of entity on a statement", HARBOUR, "kind: Commitment", "kind: Instrument", f'{HARBOUR}:115:3: s007 kind: "Instrument" is not a kind of statement; write {KINDS}'),
    ("kind of agent that there is not", AGENTS, "kind: PublicBody", "kind: Municipality", f'{AGENTS}:23:9: harbour-office kind: "Municipality" is not a class of the ontology; write {AGENT_KINDS}'),
    ("long code of a language", HARBOUR, "    en: Harbours belong", "    eng: Harbours belong", f'{HARBOUR}:20:5: s001 summary: "eng" is not a language here, only nl and en are; write en'),
    ("another language", HARBOUR, "    en: Harbours belong", "    gb: Harbours belong", f'{HARBOUR}:20:5: s001 summary: "gb" is not a language here, only nl and en are; write one of them, or delete the text'),
    ("label of an agent", HARBOUR, "speaker: sea-watch", "speaker: Sea Watch", f'{HARBOUR}:83:12: s005 speaker: "Sea Watch" is not a declared agent; that is a label; write the slug "sea-watch"'),
    ("other label of an agent", HARBOUR, "addressee: plough-party", "addressee: De Ploeg", f'{HARBOUR}:116:14: s007 addressee: "De Ploeg" is not a declared agent; that is a label; write the slug "plough-party"'),
    ("label of any entity", HARBOUR, "place: verland\n  affected", "place: Farland\n  affected", f'{HARBOUR}:45:10: s003 place: "Farland" is not a declared entity; that is a label; write the slug "verland"'),
    ("label of a topic", HARBOUR, "topics: [treaties, fishing]", "topics: [treaties, Visserij]", f'{HARBOUR}:47:22: s003 topics: "Visserij" is not a declared topic; that is a label; write the slug "fishing"'),
    ("label of a value", HARBOUR, "confidence: medium", "confidence: middel", f'{HARBOUR}:54:15: s003 confidence: "middel" is not a declared confidence; that is a label; write the slug "medium"'),
    ("label in a file of entities", AGENTS, "Harbour Office}\n  country: elland", "Harbour Office}\n  country: Elland", f'{AGENTS}:25:12: harbour-office country: "Elland" is not a declared agent; that is a label; write the slug "elland"'),
    ("label of something else", HARBOUR, "speaker: sea-watch", "speaker: Visakkoord", f'{HARBOUR}:83:12: s005 speaker: "Visakkoord" is not a declared agent; declare it in a file of mappings/entities/ first, or choose one that is there'),
    ("group that is addressed", HARBOUR, "addressee: plough-party", "addressee: fishers", f'{HARBOUR}:116:14: s007 addressee: "fishers" is not a declared agent; it is declared as group, which this key does not take; a group that is to act is declared in a file of agents, with `kind: [Agent, Group]` and a slug of its own'),
    ("three dots", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij ... zijn.", f'{HARBOUR}:14:12: s001 passage: anchors "De Ploegpartij ... zijn." are not of the form "first words … last words" (one … between spaces); three dots are not the sign …: write "De Ploegpartij … zijn."'),
    ("other capitals", HARBOUR, "De Ploegpartij … zijn.", "de ploegpartij … zijn.", f'{HARBOUR}:14:12: s001 passage: anchors "de ploegpartij … zijn." match nowhere in harbour-2031: only capitals differ: the text has "De Ploegpartij" (at 36); write them as they stand there'),
    ("other capitals on both sides", HARBOUR, "De Ploegpartij … zijn.", "DE PLOEGPARTIJ … Zijn.", f'{HARBOUR}:14:12: s001 passage: anchors "DE PLOEGPARTIJ … Zijn." match nowhere in harbour-2031: only capitals differ: the text has "De Ploegpartij" (at 36) and "zijn." (at 81); write them as they stand there'),
    ("capitals and another word", HARBOUR, "De Ploegpartij … zijn.", "de ploegpartij … was.", f'{HARBOUR}:14:12: s001 passage: anchors "de ploegpartij … was." match nowhere in harbour-2031: neither side is in the text; with other capitals the first words are: "De Ploegpartij" (at 36)'),
    ("first text indented too much", HARBOUR, f"    nl: {STATED}", f"      nl: {STATED}", f"{HARBOUR}:19:7: YAML syntax: the key is indented by 6 spaces; below `summary:` in line 18 indent by 4"),
    ("first text indented too little", HARBOUR, f"    nl: {STATED}", f"   nl: {STATED}", f"{HARBOUR}:19:4: YAML syntax: the key is indented by 3 spaces; below `summary:` in line 18 indent by 4"),
    ("first text not indented", HARBOUR, f"    nl: {STATED}", f"  nl: {STATED}", f"{HARBOUR}:19:3: YAML syntax: the key is indented by 2 spaces; below `summary:` in line 18 indent by 4"),
    ("second text indented too much", HARBOUR, "    en: Harbours belong", "     en: Harbours belong", f"{HARBOUR}:20:6: YAML syntax: the key is indented by 5 spaces; below `summary:` in line 18 indent by 4"),
    ("second text indented too little", HARBOUR, "    en: Harbours belong", "   en: Harbours belong", f"{HARBOUR}:20:4: YAML syntax: the key is indented by 3 spaces; below `summary:` in line 18 indent by 4"),
    ("text behind a quote", HARBOUR, STATED, '"Havens" horen niemand toe.', f"{HARBOUR}:19:9: YAML syntax: the text goes on behind its closing quote; put all of it in single quotes"),
    ("text behind a single quote", HARBOUR, STATED, "'Havens', zegt men, horen niemand toe.", f"{HARBOUR}:19:9: YAML syntax: the text goes on behind its closing quote; put all of it in double quotes"),
    ("text behind a quote in brackets", HARBOUR, 'note: {en: "The appeal to every fisher is rhetoric, not a figure."}', 'note: {en: "The appeal" to every fisher is rhetoric}', f"{HARBOUR}:108:14: YAML syntax: the text goes on behind its closing quote; put all of it in single quotes"),
    ("no section", HARBOUR, "- id: s007\n  section: measures\n", "- id: s007\n", f"{HARBOUR}:112:3: s007 the document has sections: add `section:` with the id of the one in which the passage stands; declare one for what stands before the first heading"),
    ("section misspelt", HARBOUR, "- id: s007\n  section: measures\n", "- id: s007\n  section: measure\n", f'{HARBOUR}:113:12: s007 section: "measure" is not a declared section; did you mean "measures"?'),
    ("sign of a unit", HARBOUR, "unit: PERCENT", 'unit: "%"', f'{HARBOUR}:72:11: s004 target unit: "%" is not the name of a unit; write PERCENT'),
    ("sign of a currency", HARBOUR, "unit: PERCENT", "unit: €", f'{HARBOUR}:72:11: s004 target unit: "€" is not the name of a unit; write CCY_EUR'),
    ("sign of dollars", HARBOUR, "unit: PERCENT", "unit: $", f'{HARBOUR}:72:11: s004 target unit: "$" is not the name of a unit; write CCY_USD'),
    ("another sign", HARBOUR, "unit: PERCENT", "unit: £", f'{HARBOUR}:72:11: s004 target unit: "£" is not the name of a unit below http://qudt.org/vocab/unit/; write PERCENT, NUM, CCY_EUR, CCY_USD or YR'),
    ("key of an entity", HARBOUR, "  frame: moral", "  label: {nl: Havens, en: Harbours}", f"{HARBOUR}:17:3: s001 label: a key of an entity, a section, a document or a coding pass, not of a statement: write `summary:`, or delete it; {LISTED}"),
    ("key of an entity without a counterpart", HARBOUR, "  frame: moral", "  homepage: https://example.org/", f"{HARBOUR}:17:3: s001 homepage: a key of an entity, not of a statement: delete it; {LISTED}"),
    ("key of a coding pass", HARBOUR, "  frame: moral", "  coder: bo", f"{HARBOUR}:17:3: s001 coder: a key of a coding pass, not of a statement: write `coding:`, or delete it; {LISTED}"),
    ("key of a target", HARBOUR, "  frame: moral", "  value: 3", f"{HARBOUR}:17:3: s001 value: a key of a target or a figure, not of a statement: indent it below `target:` or `figure:`, or delete it; {LISTED}"),
    ("key of a passage", HARBOUR, "  frame: moral", "  start: 36", f"{HARBOUR}:17:3: s001 start: a key of a passage, not of a statement: give its first and last words in `passage:`, or delete it; {LISTED}"),
    ("key of a withdrawn statement", HARBOUR, "  frame: moral", "  replacedBy: s002", f"{HARBOUR}:17:3: s001 replacedBy: a key of a withdrawn statement, not of a statement: move the id to the list `withdrawn:`, or delete it; {LISTED}"),
    ("key of an entity in the defaults", HARBOUR, "defaults: {", "defaults: {country: elland, ", f"{HARBOUR}:3:12: defaults country: a key of an entity, not of a statement: write `place:`, or delete it; {LISTED}"),
    ("key of SKOS", HARBOUR, "  frame: moral", "  prefLabel: {nl: Havens, en: Harbours}", f'{HARBOUR}:17:3: s001 unknown key "prefLabel"; the keys are listed in mappings/README.md'),
    ("misspelt key near one of entities", HARBOUR, "  frame: moral", "  labels: {nl: Havens, en: Harbours}", f'{HARBOUR}:17:3: s001 unknown key "labels"; the keys are listed in mappings/README.md'),
    ("number as the id of a statement", HARBOUR, "- id: s007", "- id: 7", f'{HARBOUR}:112:7: 7 id: "7" is a number, and an id has a letter; write it as in s005'),
    ("number as the id of an entity", AGENTS, "- id: harbour-office", "- id: 2032", f'{AGENTS}:22:7: 2032 id: "2032" is a number, and an id has a letter; write it as in plan-5'),
    ("agent among works", WORKS, "kind: Work", "kind: Company", f'{WORKS}:4:3: sea-watch-yearbook kind: "Company" is not a kind of publication, and this file is one of `collection: publication`: move the entity to a file of `collection: agent`, or write Work'),
    ("work among agents", AGENTS, "kind: PublicBody", "kind: Work", f'{AGENTS}:23:3: harbour-office kind: "Work" is not a kind of agent, and this file is one of `collection: agent`: move the entity to a file of `collection: publication`, or write {AGENT_KINDS}'),
    ("statement among agents", AGENTS, "kind: PublicBody", "kind: Claim", f'{AGENTS}:23:3: harbour-office kind: "Claim" is not a kind of agent, and this file is one of `collection: agent`: write {AGENT_KINDS}'),
    ("passage written out", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij vindt dat havens van niemand zijn.", f'{HARBOUR}:14:12: s001 passage: anchors "De Ploegpartij vindt dat havens van niemand zijn." are not of the form "first words … last words" (one … between spaces); a passage is not written out: begin with "De Ploegpartij … niemand zijn."'),
    ("few words and no ellipsis", HARBOUR, "De Ploegpartij … zijn.", "De Ploegpartij vindt", f'{HARBOUR}:14:12: s001 passage: anchors "De Ploegpartij vindt" are not of the form "first words … last words" (one … between spaces)'),
    ("statement of no document", REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbor-2031/s002", f'{REPLY}:15:15: s001 respondsTo: "harbor-2031/s002" is not a declared statement; there is no document "harbor-2031"; did you mean "harbour-2031/s002"?'),
    ("statement of a shortened document", REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbour/s002", f'{REPLY}:15:15: s001 respondsTo: "harbour/s002" is not a declared statement; there is no document "harbour"; did you mean "harbour-2031/s002"?'),
    ("statement of nothing like a document", REPLY, "respondsTo: harbour-2031/s002", "respondsTo: x/s002", f'{REPLY}:15:15: s001 respondsTo: "x/s002" is not a declared statement; there is no document "x"; correct it'),
    ("statement that the document does not have", REPLY, "respondsTo: harbour-2031/s002", "respondsTo: harbour-2031/s099", f'{REPLY}:15:15: s001 respondsTo: "harbour-2031/s099" is not a declared statement; write its id, as in s012, or groen-2024/s042 for one of another document'),
    ("action of a claim", HARBOUR, "  kind: Claim\n", "  kind: Claim\n  action: report\n", f"{HARBOUR}:83:3: s005 {ACTS} `action`: choose `kind: Demand` or `kind: Commitment`, or leave `action` out"),
    ("addressee of a principle", HARBOUR, "  frame: moral", "  addressee: elland\n  addresseeExplicit: true", f"{HARBOUR}:17:3: s001 {ACTS} `addressee`: choose `kind: Demand` or `kind: Commitment`, or leave `addressee` and `addresseeExplicit` out"),
    ("label in a third language", AGENTS, "{nl: Zeewacht, en: Sea Watch}", "{nl: Zeewacht, en: Sea Watch, fr: Garde}", f"{AGENTS}:21:44: sea-watch an entity needs one label in Dutch and one in English: give `label:` with `nl:` and `en:`, and other languages under `altLabel:`"),
    ("no-break space before a key", HARBOUR, "  kind: Claim\n", "\u00a0 kind: Claim\n", f"{HARBOUR}:82:1: YAML syntax: a no-break space, which looks like a space: write an ordinary one"),
    ("no-break space behind a colon", HARBOUR, "  kind: Claim\n", "  kind:\u00a0Claim\n", f"{HARBOUR}:82:8: YAML syntax: a no-break space, which looks like a space: write an ordinary one"),
    ("topic without its full stop", TOPICS, '"Waar schepen liggen."@nl, "Where ships lie."@en .', '"Waar schepen liggen."@nl, "Where ships lie."@en', f"{TOPICS}:15:1: not Turtle: A dot is expected at the end of statements; what stands before this is not ended: {ENDS}"),
    ("topic without a semicolon", TOPICS, "topic:harbours a skos:Concept ;", "topic:harbours a skos:Concept", f"{TOPICS}:10:5: not Turtle: A dot is expected at the end of statements; what stands before this is not ended: {ENDS}"),
    ("topic in curly quotation marks", TOPICS, '"Havens"@nl', "“Havens”@nl", f"{TOPICS}:12:20: not Turtle: '“' is not allowed at the beginning of a prefix name; write straight quotation marks, as in \"Water\"@nl"),
    ("topic without a comma", TOPICS, '"Havens"@nl, ', '"Havens"@nl ', f'{TOPICS}:12:32: not Turtle: "Harbours" is not a valid subject or graph name; {ENDS}; {TEXTS}'),
    ("topic with an unknown prefix", TOPICS, 'skos:prefLabel "Havens"', 'sko:prefLabel "Havens"', f"{TOPICS}:12:5: not Turtle: The prefix sko: has not been declared; correct it, or declare it with `@prefix` at the top of the file"),
    ("no-break space in a topic", TOPICS, '    skos:prefLabel "Havens"', '\u00a0   skos:prefLabel "Havens"', f"{TOPICS}:12:1: not Turtle: '\u00a0' is not allowed at the beginning of a prefix name; this is a no-break space, which looks like a space: write an ordinary one"),
]
# fmt: on


def test_an_empty_file(project: Layout) -> None:
    """It is not missed as a document besides."""
    (project.root / WORKS).write_text("", encoding="utf-8")

    assert check() == f"{WORKS}:1:1: the file is empty; bring its content back, or delete it"


def test_a_folder_of_texts_that_is_not_there(project: Layout) -> None:
    """A relative folder is seen from the current one, which is said."""
    said = [CliRunner().invoke(main, ["check", "--sources", name]).stderr.splitlines()[-1] for name in ("text", "/no/text")]

    remedy = "make it, or correct the option or KG_SOURCES: an absolute path is right in every folder"
    begins = "Error: Invalid value for '--sources': there is no folder"
    assert said == [f"{begins} text seen from {Path.cwd()}; {remedy}", f"{begins} /no/text; {remedy}"]


def test_turtle_that_breaks_off(project: Layout) -> None:
    """The last entry of the file has no full stop: the parser only says that the file ends."""
    path = project.root / TOPICS
    path.write_text(path.read_text(encoding="utf-8").rstrip().removesuffix("."), encoding="utf-8")

    remedy = "put a full stop behind it, and close each quotation mark and bracket"
    assert check().endswith(f"not Turtle: Unexpected end; the last entry is not ended: {remedy}")


def check(*arguments: str) -> str:
    """What `kg check` prints."""
    return CliRunner().invoke(main, ["check", "--sources", "texts", *arguments]).stdout.strip()


@pytest.mark.parametrize(("file", "old", "new", "finding"), [f[1:] for f in FINDINGS], ids=[f[0] for f in FINDINGS])
def test_the_finding_says_what_to_write(project: Layout, file: str, old: str, new: str, finding: str) -> None:
    """One edit, and all that is said of it."""
    edit(project, file, old, new)

    assert check() == finding


def test_of_very_many_entities_no_label_is_looked_for(project: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding is the same without its hint."""
    monkeypatch.setattr(collections, "_MOST_LABELS", 3)
    edit(project, HARBOUR, "speaker: sea-watch", "speaker: Sea Watch")

    assert 'speaker: "Sea Watch" is not a declared agent; did you mean "sea-watch"?' in check()


def test_a_mapping_file_with_another_ending_is_one_finding(project: Layout) -> None:
    """Its lock, its ledger, its statements and what they mention are not missed as well."""
    (project.mappings / "harbour-2031.yaml").rename(project.mappings / "harbour-2031.yml")

    message = "nothing reads this file: a mapping file ends in .yaml: rename it to harbour-2031.yaml"
    assert check() == f"mappings/harbour-2031.yml:1:1: {message}"
    assert [str(f) for f in read_corpus(project).findings] == [f"mappings/harbour-2031.yml:1:1: {message}"]


def test_a_lock_of_no_document(project: Layout) -> None:
    """Neither a mapping file nor one with another ending is there."""
    shutil.copy(project.root / LOCK, project.mappings / "anchors" / "reply-2035.tsv")

    message = "nothing reads this file: an anchor lock of no document: there is no mappings/reply-2035.yaml"
    assert check() == f"mappings/anchors/reply-2035.tsv:1:1: {message}"


def test_a_text_under_another_name_is_a_warning(project: Layout) -> None:
    """The passages of its document are believed, and the file is named."""
    (project.root / "texts" / "reply-2032.txt").rename(project.root / "texts" / "replay-2032.txt")

    message = 'the passages are not verified, as there is no reply-2032.txt in texts; rename "replay-2032.txt" if it is that text'
    assert check() == f"mappings/reply-2032.yaml:1:1: warning: {message}"


def test_documents_without_a_text_are_counted(project: Layout) -> None:
    """Whoever has some of the texts knows it, and sees for how many documents the passages are believed."""
    (project.root / "texts" / "reply-2032.txt").unlink()

    result = CliRunner().invoke(main, ["check", "--sources", "texts"])

    assert (result.exit_code, result.output) == (0, "no findings in 2 document(s), 1 of them without a text in texts\n")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (REPLY, "document: reply-2032", "document: [", f"1 violation in 1 document(s); not checked until these are mended: the rest of {REPLY}, references"),
        (AGENTS, "kind: PublicBody", "kind: Office", "1 violation in 2 document(s); not checked until these are mended: references to what they leave undeclared, and most warnings"),
        (HARBOUR, "- id: s002", "- id: s001", " in 2 document(s); not checked until these are mended: references to what they leave undeclared, and most warnings"),
        ("mappings/context.yaml", "# The mapping to RDF", "x: [ # The mapping to RDF", " in 0 document(s); not checked until these are mended: the mappings"),
        (HARBOUR, "kind: Commitment", "kind: Opinion", "1 violation in 2 document(s)"),
    ],
)  # fmt: skip
def test_the_last_line_says_what_was_not_checked(project: Layout, file: str, old: str, new: str, says: str) -> None:
    """A mistake that hides others says so; one that does not, does not."""
    edit(project, file, old, new)

    last = CliRunner().invoke(main, ["check"]).stderr.splitlines()[-1]

    assert says in last
    assert ("not checked" in last) == ("not checked" in says)


def test_of_many_texts_under_another_name_the_first_are_shown(tmp_path: Path) -> None:
    """One file may be called like the texts of many documents."""
    (tmp_path / "paper.txt").touch()

    found = misnamed(Layout(tmp_path), [f"paper-{number}" for number in range(10, 40)], tmp_path)

    assert len(found) == 10
    assert found[-1].message == (
        f'the passages are not verified, as there is no paper-19.txt in {tmp_path}; rename "paper.txt" if it is that text '
        "(also 20 more documents)"
    )


def test_a_passage_over_a_heading_is_a_warning(project: Layout) -> None:
    """It ends in another part than it begins in; that a passage begins with a heading is all right."""
    edit(project, HARBOUR, "De Ploegpartij … zijn.", "Naar … zijn.")
    assert CliRunner().invoke(main, ["anchor", "--sources", "texts"]).exit_code == 0

    message = "passage: it runs over the heading at 15–35, which the ledger skips; let it end before the heading, or write a list of two passages"
    assert check() == f"{HARBOUR}:14:12: warning: s001 {message}"

    edit(project, HARBOUR, "Naar … zijn.", "Havens … zijn.")
    assert CliRunner().invoke(main, ["anchor", "--sources", "texts"]).exit_code == 0
    assert check() == ""


@pytest.mark.parametrize("command", ["check", "build"])
def test_entities_that_are_declared_ahead_are_one_line(project: Layout, command: str) -> None:
    """A coder declares entities before the statements that name them; other findings are to be seen among these. Tools get each."""
    entity = "- id: {0}\n  kind: Person\n  label: {{nl: {0}, en: {0} too}}\n"
    with Path(AGENTS).open("a", encoding="utf-8") as file:
        file.write("".join(entity.format(f"new-{number}") for number in range(7)))
    with Path("mappings/entities/works.yaml").open("a", encoding="utf-8") as file:
        file.write("- id: ahead\n  kind: Work\n  label: {nl: Vooruit, en: Ahead}\n")
    edit(project, HARBOUR, "    en: Harbours belong to nobody in particular.\n", "")

    result = CliRunner().invoke(main, [command])
    listed = json.loads(CliRunner().invoke(main, ["check", "--format", "json"]).stdout)

    assert result.stdout == (
        f"{AGENTS}:32:3: warning: nothing refers to 7 entities: new-0 (line 32), new-1 (line 35), new-2 (line 38), new-3 (line 41), "
        "new-4 (line 44) and 2 more; use them, or remove them\n"
        "mappings/entities/works.yaml:8:3: warning: ahead nothing refers to this entity: use it, or remove it\n"
        f"{HARBOUR}:18:3: s001 a statement needs one summary in Dutch and one in English: give `summary:` with `nl:` and `en:`\n"
    )
    assert len([finding for finding in listed if finding["code"] == "check:unused-entity"]) == 8


def test_a_statement_has_at_most_five_topics(project: Layout) -> None:
    """As the codebook says; five are accepted."""
    topic = '\n{0} a skos:Concept ;\n  skos:inScheme id:topic ;\n  skos:topConceptOf id:topic ;\n  skos:prefLabel "{1}en"@nl, "{1}s"@en ;\n'
    topic += '  skos:definition "Alles over {1}en."@nl, "All about {1}s."@en .\n'
    with Path("ontology/topics.ttl").open("a", encoding="utf-8") as file:
        file.write("".join(topic.format(f"topic:{name}", name) for name in ("boat", "crew", "quay", "sea")))
    edit(project, HARBOUR, "topics: [treaties, fishing]", "topics: [treaties, fishing, quay, boat, sea]")
    edit(project, HARBOUR, "topics: [treaties]", "topics: [treaties, crew]")
    five = check()
    edit(
        project,
        HARBOUR,
        "topics: [treaties, fishing, quay, boat, sea]",
        "topics: [treaties, fishing, quay, boat, sea, crew]",
    )

    assert five == ""
    assert (
        check()
        == f"{HARBOUR}:47:3: s003 a statement has at most five topics: keep the narrowest that fit, first what it is about"
    )
