"""Mistakes that were once passed over, or reported at another place than where they are: the whole message of each."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.namespaces import ID
from kg.sources import digest
from tests.defects import AGENTS, HARBOUR, LEDGER, REPLY
from tests.project import edit
from tests.test_findings_newcomer import check

CATALOGUE = "mappings/documents.yaml"
CODINGS = "mappings/entities/codings.yaml"
PLACES = "mappings/entities/places.yaml"
TEXT = "texts/harbour-2031.txt"
WORKS = "mappings/entities/works.yaml"
ADA = "label: {nl: Ada Codeur, en: Ada Coder}"
VISION = "label: {nl: Visie, en: Vision}"
YEAR = '    year: "2030"\n'
DEADLINE = '    deadline: "2035"\n'
ANCHORS = "De Ploegpartij … zijn."
FORM = f'{HARBOUR}:14:12: s001 passage: anchors "{{}}" are not of the form "first words … last words" (one … between spaces)'
DUTCH, ENGLISH = "Havens horen niemand in het bijzonder toe.", "Harbours belong to nobody in particular."
STATED = f"    nl: {DUTCH}\n    en: {ENGLISH}\n"
SWAPPED = "    nl: The harbours are for all of us and not for the few.\n    en: De havens zijn van iedereen en niet van een paar mensen.\n"
SKIPPED = "- passage: Naar … inhoud"
OLDER = "correct `date` of the pass, or that of the document in the catalogue"
ONCE = "has the same position: give each section of the document, or of one part of it, its own"
EMPTY = '- id: hall\n  position: "3"\n  label: {nl: Hal, en: Hall}\n'
PLOUGH = "label: {nl: Ploegpartij, en: Plough Party}"
VERLAND = "- id: verland\n  kind: State\n  label: {nl: Verland, en: Farland}"
SHA = "6c82c1d667f4507d286d7d0561c77611178c232592d581054a366717d38f1abb"
REPLY_SHA = "fa05b3e216eebaec848ebecf7f19e3b52744888d4d965d357e15a18feec46b89"
ALONE = "mappings/entities/indicators.yaml:6:3: warning: national-income nothing refers to this entity: use it, or remove it"

# fmt: off
FINDINGS = [
    # Keys of something else
    ("summary of an agent", AGENTS, ADA, f"{ADA}\n  summary: {{nl: Codeur, en: Coder}}", f"{AGENTS}:29:3: ada summary: a key of a statement, not of an agent: write `definition:`, or delete it"),
    ("unit of an agent", AGENTS, ADA, f"{ADA}\n  unit: NUM", f"{AGENTS}:29:3: ada unit: a key of a target or a figure, not of an agent: delete it"),
    ("type of an agent", AGENTS, ADA, f"{ADA}\n  instrumentType: law", f"{AGENTS}:29:3: ada instrumentType: a key of an instrument, not of an agent: delete it"),
    ("title of a work", WORKS, "  kind: Work\n", "  kind: Work\n  title: {nl: Jaarboek, en: Yearbook}\n", f"{WORKS}:5:3: sea-watch-yearbook title: a key of a document, not of a publication: write `label:`, or delete it"),
    ("coder of a document", CATALOGUE, 'issued: "2032"', 'issued: "2032"\n  coder: ada', f"{CATALOGUE}:23:3: reply-2032 coder: a key of a coding pass, not of a document: delete it"),
    ("speaker of a document", CATALOGUE, 'issued: "2032"', 'issued: "2032"\n  speaker: elland-government', f"{CATALOGUE}:23:3: reply-2032 speaker: a key of a statement, not of a document: write `author:`, or delete it"),
    ("topics of a section", HARBOUR, VISION, f"{VISION}\n  topics: harbours", f"{HARBOUR}:8:3: vision topics: a key of a statement, not of a section: delete it"),
    ("document of a section", HARBOUR, VISION, f"{VISION}\n  document: harbour-2031", f"{HARBOUR}:8:3: vision document: a key of a statement, not of a section: write `partOf:`, or delete it"),
    ("year of a target", HARBOUR, DEADLINE, f"{YEAR}{DEADLINE}", f"{HARBOUR}:74:5: s004 target year: a key of a figure, not of a target: delete it"),
    ("deadline of a figure", HARBOUR, YEAR, f'{YEAR}    deadline: "2040"\n', f"{HARBOUR}:94:5: s005 figure deadline: a key of a statement or a target, not of a figure: indent it as a key of the statement, or delete it"),
    ("object of a target", HARBOUR, DEADLINE, f"    object: elland\n{DEADLINE}", f"{HARBOUR}:74:5: s004 target object: a key of a statement, not of a target: indent it as a key of the statement, or delete it"),
    # What is written in words
    ("texts in each other's place", HARBOUR, STATED, SWAPPED, f"{HARBOUR}:19:9: warning: s001 summary: the Dutch text looks English, and the English one Dutch: swap them"),
    ("text in the other language", HARBOUR, STATED, STATED.replace(DUTCH, "Harbours are not for the few but for all of us."), f"{HARBOUR}:19:9: warning: s001 summary: the text under `nl:` looks English: write it in Dutch"),
    ("lines kept", HARBOUR, f"nl: {DUTCH}", "nl: |\n      Havens horen\n      niemand toe.", f"{HARBOUR}:19:9: warning: s001 summary: there is a line break in the text: begin it with `>-` instead of `>` or `|`, without an empty line"),
    ("two sentences", HARBOUR, DUTCH, "Havens horen niemand toe. Elland ook niet.", f"{HARBOUR}:19:9: warning: s001 summary: it is more than one sentence: make it one, or split the statement"),
    ("an abbreviation", HARBOUR, DUTCH, "Havens, bijv. die van Elland, horen niemand toe.", ""),
    ("markup", HARBOUR, DUTCH, "<b>Havens</b> horen niemand toe.", f'{HARBOUR}:19:9: warning: s001 summary: "<b>" is markup of a page, and is shown as it stands: write plain text'),
    ("signs of markup", HARBOUR, DUTCH, "Havens & schepen met < 3 masten horen niemand toe.", ""),
    ("comma in braces", AGENTS, "{nl: Havenbureau, en", "{nl: Bureau van haven, stad en zee, en", f'{AGENTS}:24:33: harbour-office label: "stad en zee" is taken for a language, as a comma ends a text in braces; put the whole text in quotes'),
    # Names of things
    ("character of no width", HARBOUR, "action: ratify", "action: ratify\u200b", f'{HARBOUR}:27:11: s002 action: "ratify\u200b" is not a declared action; there is a character in it that cannot be seen: write "ratify" by hand'),
    ("space that does not break", HARBOUR, "action: ratify", "action: ratify\u00a0", f'{HARBOUR}:27:11: s002 action: "ratify" is not a declared action; there is a character in it that cannot be seen: write "ratify" by hand'),
    ("character of no width in a key", HARBOUR, "  frame: moral", "  frame\u200b: moral", f'{HARBOUR}:17:3: s001 unknown key "frame\u200b"; there is a character in it that cannot be seen: write "frame" by hand'),
    ("label with an article", HARBOUR, "speaker: sea-watch", "speaker: de Zeewacht", f'{HARBOUR}:83:12: s005 speaker: "de Zeewacht" is not a declared agent; that is a label; write the slug "sea-watch"'),
    ("section as part of another", HARBOUR, VISION, f"{VISION}\n  partOf: measures", f'{HARBOUR}:8:11: vision partOf: "measures" is not a declared entity; that is a section of this file: write "section/harbour-2031/measures"'),
    ("statement without noughts", HARBOUR, "supports: s003", "supports: s3", f'{HARBOUR}:107:13: s006 supports: "s3" is not a declared statement; did you mean "s003"?'),
    ("statement in a capital", HARBOUR, "supports: s003", "supports: S003", f'{HARBOUR}:107:13: s006 supports: "S003" is not a declared statement; did you mean "s003"?'),
    ("statement behind a hash", HARBOUR, "supports: s003", "supports: harbour-2031#s003", f'{HARBOUR}:107:13: s006 supports: "harbour-2031#s003" is not a declared statement; did you mean "s003"?'),
    ("address of another's statement", HARBOUR, "supports: s003", f"supports: {ID}statement/reply-2032/s002", f'{HARBOUR}:107:13: s006 supports: "{ID}statement/reply-2032/s002" is not a declared statement; write "reply-2032/s002"'),
    ("withdrawn twice", HARBOUR, "withdrawn:\n", "withdrawn:\n- id: s008\n", f'{HARBOUR}:125:7: s008 id: "s008" is withdrawn here and was withdrawn already in {HARBOUR}:124; delete one of the two'),
    ("withdrawn without a key", HARBOUR, "withdrawn:\n", "withdrawn:\n- s009\n", f"{HARBOUR}:124:3: expected keys and values: write `- id: s009`"),
    ("year of three digits", HARBOUR, YEAR, '    year: "0203"\n', f'{HARBOUR}:93:11: s005 figure year: "0203" is not a year of four digits, as in 2030'),
    # Passages
    ("ellipsis without spaces", HARBOUR, ANCHORS, "De Ploegpartij…zijn.", f'{FORM.format("De Ploegpartij…zijn.")}; a space stands on each side of the …: write "{ANCHORS}"'),
    ("dots in brackets", HARBOUR, ANCHORS, "De Ploegpartij [...] zijn.", f'{FORM.format("De Ploegpartij [...] zijn.")}; three dots are not the sign …: write "{ANCHORS}"'),
    ("two ellipses", HARBOUR, ANCHORS, "De Ploegpartij … havens … zijn.", f'{FORM.format("De Ploegpartij … havens … zijn.")}; only one … stands in it: write "{ANCHORS}"'),
    ("first words alone", HARBOUR, ANCHORS, "De Ploegpartij …", f'{FORM.format("De Ploegpartij …")}; the last words are missing'),
    ("last words alone", HARBOUR, ANCHORS, "… zijn.", f'{FORM.format("… zijn.")}; the first words are missing'),
    ("colon in braces", HARBOUR, 'note: {en: "The appeal to every fisher is rhetoric, not a figure."}', "note: {en: see: this}", f"{HARBOUR}:108:14: YAML syntax: a text with `: ` must stand in quotes"),
    # Sentences left out
    ("half a sentence", HARBOUR, "Het beleid van Verland … visser.", "Het beleid … onverstandig,", f'{HARBOUR}:2:1: warning: 1 sentence is not accounted for, at 463–538 (Het beleid van Verland is …): code it, or put it into the ledger; `kg coverage harbour-2031` lists what is left\n{HARBOUR}:101:12: s006 passage: the anchor lock was made for other anchors ("Het beleid van Verland … visser.", mappings/anchors/harbour-2031.tsv:7); run `kg anchor` and read what it changed'),
    ("sentences of the ledger", LEDGER, "skipped:\n- passage: Naar … inhoud\n  reason: heading\n- passage: Havens … iedereen\n  reason: heading\n", "skipped: []\n", f"{HARBOUR}:2:1: warning: 2 sentences are not accounted for, the first at 0–14 (Naar de inhoud …): code them, or put them into the ledger; `kg coverage harbour-2031` lists what is left"),
    ("a passage that is not found", HARBOUR, "Het beleid van Verland … visser.", "Het beleid van Verland … visser?", f'{HARBOUR}:101:12: s006 passage: anchors "Het beleid van Verland … visser?" match nowhere in harbour-2031: the last words "visser?" are not in the text (the first words are, at 463)'),
    # Sections and relations
    ("sections in another order", HARBOUR, '- id: vision\n  position: "1"', '- id: vision\n  position: "3"', f"{HARBOUR}:9:3: warning: measures the section begins in the text behind section/harbour-2031/vision, which has a later `position`: correct the positions, or `section` of the statements"),
    ("one position twice", HARBOUR, 'position: "2"', 'position: "1"', f"{HARBOUR}:6:3: vision section/harbour-2031/measures {ONCE}\n{HARBOUR}:9:3: measures section/harbour-2031/vision {ONCE}"),
    ("section without a statement", HARBOUR, "statements:\n", f"{EMPTY}statements:\n", f"{HARBOUR}:11:3: warning: hall no statement stands in this section: give its statements `section`, or delete it"),
    ("section in itself", HARBOUR, VISION, f"{VISION}\n  partOf: section/harbour-2031/vision", f"{HARBOUR}:8:11: vision this is part of itself, by way of section/harbour-2031/vision: correct `partOf`"),
    ("agreement in one document", HARBOUR, "supports: s003", "agreesWith: s003", f"{HARBOUR}:107:15: warning: s006 statement/harbour-2031/s003 stands in the same document: `agreesWith` and `contrastsWith` join two documents; use `repeats` or `narrows`, or leave it out"),
    ("repetition of what comes later", HARBOUR, "supports: s003", "repeats: s007", f"{HARBOUR}:107:12: warning: s006 statement/harbour-2031/s007 stands later in the text: write `repeats` there, with this statement"),
    ("repeated and narrowed", HARBOUR, "supports: s003", "narrows: s003\n  repeats: s003", f"{HARBOUR}:107:12: warning: s006 statement/harbour-2031/s003 is repeated and narrowed: what says the same is no special case of it; keep one"),
    ("demand of oneself", HARBOUR, "addressee: elland\n  addresseeExplicit: true\n  action: ratify", "addressee: plough-party\n  addresseeExplicit: true\n  action: ratify", f"{HARBOUR}:25:14: warning: s002 agent/plough-party would act on its own demand: choose `kind: Commitment`, or correct `addressee`"),
    ("for and against", HARBOUR, "polarity: negative", "polarity: negative\n  stance: supports", f"{HARBOUR}:105:3: warning: s006 the speaker is for what it judges badly, or against what it praises: correct `stance` or `polarity`"),
    ("gain and loss", HARBOUR, "affected: fishers", "affected: fishers\n  beneficiary: fishers", f"{HARBOUR}:46:13: warning: s003 group/fishers would gain and lose by it: keep it in `beneficiary` or in `affected`"),
    ("topic beside one above it", HARBOUR, "[treaties, fishing]", "[treaties, fishing, harbours]", f"{HARBOUR}:47:31: s003 topic/harbours stands beside topic/fishing, which is below it: remove topic/harbours, which is implied, or topic/fishing, where the statement is about more than that"),
    # Numbers
    ("share of itself", HARBOUR, "denominator: national-income", "denominator: harbour-budget", f"{ALONE}\n{HARBOUR}:73:5: s004 target a share of itself is always the whole: correct `indicator` or `denominator`"),
    ("share in euros", HARBOUR, "unit: PERCENT", "unit: CCY_EUR", f"{HARBOUR}:72:5: warning: s004 target a share has `unit: PERCENT`: correct `unit`, or leave `denominator` out"),
    ("baseline behind the deadline", HARBOUR, DEADLINE, f'    baselineYear: "2040"\n{DEADLINE}', f"{HARBOUR}:74:5: s004 target the baseline is to lie before the deadline, 2035: correct one of the two"),
    # Entities, documents and coding passes
    ("code of no state", AGENTS, PLOUGH, f"{PLOUGH}\n  iso3166: PL", f"{AGENTS}:12:3: plough-party only a state has `iso3166`: write `kind: State`, or name the state in `country`"),
    ("code of two states", AGENTS, VERLAND, f"  iso3166: EL\n{VERLAND}\n  iso3166: EL", f"{AGENTS}:6:3: elland agent/verland has the same code: each state has its own\n{AGENTS}:10:3: verland agent/elland has the same code: each state has its own"),
    ("state in itself", AGENTS, VERLAND, f"{VERLAND}\n  country: verland", f"{AGENTS}:9:3: verland a state is in no other country: leave `country` out"),
    ("another year of issue", CATALOGUE, 'date: "2031-05-01"', 'date: "2013-05-01"', f"{CATALOGUE}:9:3: warning: harbour-2031 the year of `date` is another than `issued`, 2031: correct one of the two"),
    ("coded before it was written", CODINGS, 'date: "2032-06-30"', 'date: "2031-04-30"', f"{HARBOUR}:3:53: s001 the coding pass is of 2031-04-30, before the text that it codes, 2031-05-01: {OLDER}\n{REPLY}:2:58: s001 the coding pass is of 2031-04-30, before the text that it codes, 2032: {OLDER}"),
    ("hash in capitals", CATALOGUE, SHA, SHA.upper(), f"{CATALOGUE}:13:11: harbour-2031 a document has exactly one `sha256:` of 64 lower-case hexadecimal digits"),
    # The ledger, and what is missing as a whole
    ("skipped and coded", LEDGER, SKIPPED, f"- passage: {ANCHORS}\n  reason: transition\n{SKIPPED}", f"{LEDGER}:3:12: warning: passage: it is that of s001, too: delete it here, or the statement"),
    ("two passages in an entry", LEDGER, SKIPPED, "- passage: [Naar … inhoud, Havens … iedereen]", f"{LEDGER}:3:3: a skipped passage is one: write an entry for each"),
    ("key of no ledger", LEDGER, f"{SKIPPED}\n  reason: heading\n", f"{SKIPPED}\n  reden: heading\n", f'{LEDGER}:4:3: unknown key "reden"; there are: passage, reason, repeats, note'),
    ("passage alone", LEDGER, SKIPPED, f"- Een regel\n{SKIPPED}", f"{LEDGER}:3:3: expected keys and values, beginning with `- passage:`"),
    ("label for the document", HARBOUR, "document: harbour-2031", "document: Havenprogramma 2031", f'{HARBOUR}:2:11: document: "Havenprogramma 2031" is not the name of the file; write `document: harbour-2031` or rename the file'),
    ("kind in a comment", HARBOUR, "  kind: Principle\n", "  # kind: Principle\n", f"{HARBOUR}:12:3: s001 there is no `kind:`; write Demand, Commitment, Principle, Claim, Assessment or Response"),
    ("summary in the defaults", HARBOUR, "defaults: {", "defaults: {summary: {nl: Water, en: Water too}, ", f"{HARBOUR}:3:12: defaults summary: it cannot be a default: write it in each statement"),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new", "finding"), [f[1:] for f in FINDINGS], ids=[f[0] for f in FINDINGS])
def test_the_mistake_is_said(project: Layout, file: str, old: str, new: str, finding: str) -> None:
    """One edit, and all that is said of it."""
    edit(project, file, old, new)

    assert check() == finding


def test_a_text_that_is_not_utf_8_is_named(project: Layout) -> None:
    """At its line; the mapping file is not to blame."""
    path = project.root / TEXT
    path.write_bytes(path.read_bytes().replace(b"inhoud", "inhoud\nCaf\xe9".encode("latin-1"), 1))

    line = path.read_bytes().partition(b"\xe9")[0].count(b"\n") + 1
    at = path.read_bytes().index(b"\xe9")
    assert check() == f"{TEXT}:{line}:1: harbour-2031 not UTF-8 at byte {at}; save the file as UTF-8"
    assert line > 1


@pytest.mark.parametrize("command", ["check", "build", "anchor"])
def test_a_text_that_cannot_be_opened_is_named(project: Layout, command: str) -> None:
    """A folder is in its place; a file without permission gives the same with another reason."""
    path = project.root / TEXT
    path.unlink()
    path.mkdir()

    said = CliRunner().invoke(main, [command, "--sources", "texts"]).stdout.strip()

    assert said == f"{TEXT}:1:1: harbour-2031 cannot be read (Is a directory); see that it is a file that you may read"
    assert Path(TEXT).is_dir()


def declared(project: Layout, *slugs: str) -> None:
    """Documents that stand in the catalogue and nowhere else."""
    path = project.root / CATALOGUE
    entry = path.read_text(encoding="utf-8").partition("- id: reply-2032\n")[2]
    with path.open("a", encoding="utf-8") as file:
        for slug in slugs:
            other = entry.replace("Antwoord 2032", f"Antwoord {slug}").replace("Reply 2032", f"Reply {slug}")
            file.write(f"- id: {slug}\n{other.replace(REPLY_SHA, digest(slug))}")


def test_a_document_that_is_only_in_the_catalogue_is_a_warning(project: Layout) -> None:
    """It says how to begin it, and how to say that it is to wait; what is written so is no finding, and needs no lock."""
    declared(project, "speech-2033")
    said = check()
    waiting = project.mappings / "speech-2033.yaml"
    waiting.write_text("document: speech-2033\nstatements: []\n", encoding="utf-8")

    message = (
        "the document has no mapping file: begin it with `kg new`, which writes this entry anew, so delete it first; or write "
        "mappings/speech-2033.yaml with `document: speech-2033` and `statements: []`, if it is to wait"
    )
    assert said == f"{CATALOGUE}:27:3: warning: speech-2033 {message}"
    assert check() == ""
    waiting.unlink()
    assert [str(finding) for finding in read_corpus(project).findings] == [said]


def test_a_document_of_which_something_is_left_has_one_finding(project: Layout) -> None:
    """The lock or ledger that no mapping file belongs to says that it is missing."""
    declared(project, "speech-2033")
    (project.mappings / "anchors" / "speech-2033.tsv").write_text("id\tstart\tend\tsha256\tanchors\n", encoding="utf-8")

    message = "nothing reads this file: an anchor lock of no document: there is no mappings/speech-2033.yaml"
    assert check() == f"mappings/anchors/speech-2033.tsv:1:1: {message}"


def test_many_documents_that_are_only_in_the_catalogue_are_one_line(project: Layout) -> None:
    """A catalogue that was taken from elsewhere does not hide other findings."""
    declared(project, *(f"speech-{year}" for year in range(2033, 2040)))

    which = ", ".join(f"speech-{year} (line {line})" for year, line in zip(range(2033, 2038), range(27, 90, 11), strict=False))
    remedy = "begin each with `kg new`, or write one with `statements: []` if it is to wait"
    assert check() == f"{CATALOGUE}:27:3: warning: 7 documents have no mapping file: {which} and 2 more; {remedy}"


@pytest.mark.parametrize(
    ("version", "wrong"),
    [
        ("1.3", "is later than the codebook"),
        ("2.0", "is later than the codebook"),
        ("0.9", "is no version of the codebook"),
        ("v1.0", "is no version of the codebook"),
        ("1", "is no version of the codebook"),
    ],
)
def test_a_version_that_the_codebook_does_not_have(project: Layout, version: str, wrong: str) -> None:
    """The coding pass that names it, and which version there is."""
    edit(project, CODINGS, 'codebookVersion: "1.0"', f'codebookVersion: "{version}"')

    remedy = 'which is at 1.2 (mappings/README.md); write the one that was followed, as in "1.2"'
    assert check() == f'{CODINGS}:10:20: first-pass codebookVersion: "{version}" {wrong}, {remedy}'


def test_an_earlier_version_of_the_codebook_is_right(project: Layout) -> None:
    """A pass followed the codebook of its day, and 1.10 comes after 1.3; a codebook that is raised is seen at once, with a cache."""
    edit(project, CODINGS, 'codebookVersion: "1.0"', 'codebookVersion: "1.3"')
    assert "is later than the codebook, which is at 1.2" in check("--build-dir", ".")

    edit(project, "mappings/README.md", "# Codebook, version 1.2", "# Codebook, version 1.10")

    assert check("--build-dir", ".") == ""


def test_a_statement_among_those_of_another_section(project: Layout) -> None:
    """One that was copied with the section of the one before it; the longer stretch is taken for the section."""
    edit(project, HARBOUR, "- id: s002\n  section: vision", "- id: s002\n  section: measures")
    where = f"{HARBOUR}:22:12: warning: s002 section: it stands in the text beside statements of vision"

    assert check() == f"{where}, apart from most of measures: correct `section` or the passage"


def test_a_section_may_go_on_after_its_parts(project: Layout) -> None:
    """What has parts has text before and after them."""
    edit(project, HARBOUR, "- id: s002\n  section: vision", "- id: s002\n  section: measures")
    edit(project, HARBOUR, "- id: vision\n", "- id: vision\n  partOf: measures\n")
    edit(project, HARBOUR, '  position: "1"\n', '  position: "2.1"\n')

    assert "apart from most" not in check()


def test_without_a_codebook_no_version_is_wrong(project: Layout) -> None:
    """A made-up project has none."""
    (project.mappings / "README.md").unlink()
    edit(project, CODINGS, 'codebookVersion: "1.0"', 'codebookVersion: "7.0"')

    assert check() == ""


def place(slug: str, kind: str, label: str) -> str:
    """What is found when a place is declared besides."""
    entity = f"- id: {slug}\n  kind: {kind}\n  label: {{nl: {label}, en: {label}}}\n"
    Path(PLACES).write_text(f"collection: place\nentities:\n{entity}", encoding="utf-8")
    said = check()
    unused = f"{PLACES}:3:3: warning: {slug} nothing refers to this entity: use it, or remove it"
    assert said.startswith(unused)
    return said.removeprefix(unused).strip()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("kind", ["State", "Place"])
@pytest.mark.parametrize("slug", ["elland", "elland-land"])
def test_a_state_that_is_declared_again_as_a_place(slug: str, kind: str) -> None:
    """A state is one entity; under another slug or kind it is the same."""
    remedy = "which is a place already: delete the entry, and refer to the state"
    assert place(slug, kind, "Elland") == f"{PLACES}:5:3: {slug} this is agent/elland, a state, {remedy}"


@pytest.mark.usefixtures("project")
def test_a_state_that_is_declared_among_places_alone() -> None:
    """It belongs among the agents."""
    message = "a state is an agent and a place at once: declare it in a file of `collection: agent`, where `place` finds it, too"
    assert place("newland", "State", "Nieuwland") == f"{PLACES}:4:3: newland {message}"


@pytest.mark.usefixtures("project")
def test_a_place_that_has_no_state_s_name() -> None:
    """It is no state."""
    assert place("newland", "Place", "Nieuwland") == ""


def test_a_deadline_that_had_passed_is_a_warning(project: Layout) -> None:
    """At the year; what is only told of an earlier aim may look back."""
    edit(project, HARBOUR, 'deadline: "2035"', 'deadline: "2030"')
    said = check()
    edit(
        project, HARBOUR, "  object: harbour-fund\n", "  object: harbour-fund\n  speaker: sea-watch\n  reportedBy: plough-party\n"
    )

    message = "the deadline 2030 had passed when the document appeared: correct it, or the date in the catalogue"
    remedy = "what only tells of an earlier aim is a Claim, or has `reportedBy`"
    assert said == f"{HARBOUR}:74:15: warning: s004 target {message}; {remedy}"
    assert check() == ""


def test_a_deadline_in_the_year_of_the_document_is_right(project: Layout) -> None:
    """And nothing is said of it where the document has no date."""
    edit(project, HARBOUR, 'deadline: "2035"', 'deadline: "2031"')
    assert check() == ""

    edit(project, HARBOUR, 'deadline: "2031"', 'deadline: "1999"')
    edit(project, CATALOGUE, '  date: "2031-05-01"\n  issued: "2031"\n', "")
    assert check() == ""


def test_a_stance_without_an_object_is_a_warning(project: Layout) -> None:
    """There is nothing to be for or against."""
    edit(project, HARBOUR, "  frame: moral", "  stance: supports")

    message = "a stance is for or against an object: add `object` with the slug of an entity or topic, or leave `stance` out"
    assert check() == f"{HARBOUR}:17:3: warning: s001 {message}"


def test_a_figure_of_nothing_is_a_warning(project: Layout) -> None:
    """Nobody can tell what was counted."""
    edit(project, HARBOUR, "    of: sailors\n", "")

    message = "a figure should say what it describes: add `of:` with the slug of a place, a group or an agent"
    assert check() == f"{HARBOUR}:90:5: warning: s005 figure {message}"


def test_two_documents_with_one_text(project: Layout) -> None:
    """A document that was taken up twice, under two slugs; the texts need not be at hand."""
    edit(project, CATALOGUE, REPLY_SHA, SHA)

    said = CliRunner().invoke(main, ["check"]).stdout.strip().splitlines()

    remedy = "has the same text: a document is coded once; correct `sha256`, or delete one of the two"
    assert said == [
        f"{CATALOGUE}:13:3: harbour-2031 document/reply-2032 {remedy}",
        f"{CATALOGUE}:24:3: reply-2032 document/harbour-2031 {remedy}",
    ]
