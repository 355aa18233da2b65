"""`kg merge`: two coders' files and their decisions become one file that `kg check` accepts."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from kg.mappings.layout import Layout
from tests.project import edit, snapshot
from tests.test_agreement import SECOND, agreement, coders, kg, told

__all__ = ["coders"]

DECISIONS = "decisions.yaml"
WRITTEN = "mappings/harbour-2031.yaml: written; the first coder's is kept as harbour-2031.yaml.before"
EDIT = "edit\n  edit:\n    kind: Principle\n    confidence: low # neither of us was sure\n    frame:"

TWO_SECTIONS = [
    "warning: s007 section: it stands in the text beside statements of plans, apart from most of measures: correct `section` or the passage"
]


def decide(*takes: str) -> None:
    """Fill in the template, in the order of its entries."""
    agreement("--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    first, *rest = path.read_text(encoding="utf-8").split("  take:\n")
    assert len(rest) == len(takes)
    filled = "".join(f"  take: {take}\n{part}" for take, part in zip(takes, rest, strict=True))
    path.write_text(first + filled, encoding="utf-8")


def merge(output: str = "mappings/harbour-2031.yaml", day: str = "2032-08-01") -> Result:
    """Merge the two files."""
    arguments = ("mappings/harbour-2031.yaml", SECOND, "--sources", "texts", "--decisions", DECISIONS)
    return kg("merge", *arguments, "-o", output, "--date", day)


def found() -> list[str]:
    """What `kg check` finds, without its place."""
    return [line.partition(" ")[2] for line in kg("check", "--sources", "texts").output.splitlines()[:-1]]


def statements(path: str = "mappings/harbour-2031.yaml") -> dict[str, dict[str, object]]:
    """The statements of a mapping file, by id."""
    loaded = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return {str(statement["id"]): statement for statement in loaded["statements"]}


def test_the_merged_file_passes_the_check(coders: Layout) -> None:
    """After `kg anchor`, as the help says; what is left is that one part of the text is in the sections of both coders, who had not settled that."""
    decide(EDIT, "both", "a", "b", "b")

    result = merge()

    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "mappings/entities/codings.yaml: written",
        WRITTEN,
        "4 statements of both coders, 2 of the first, 3 of the second",
        "section plans: comes along from B",
    ]
    assert kg("anchor", "--sources", "texts").exit_code == 0
    assert found() == TWO_SECTIONS
    assert kg("build").exit_code == 0


def test_each_statement_says_whose_it_is(coders: Layout) -> None:
    """The pass of both in the defaults, a coder's own where only that coder has it, with the confidence that the coder had."""
    decide(EDIT, "both", "a", "b", "b")
    merge()

    found = statements()

    assert {name: s.get("coding") for name, s in found.items()} == {
        "s001": None,
        "s002": None,
        "s003": "first-pass",
        "s009": "second-pass",
        "s004": None,
        "s005": "first-pass",
        "s006": "second-pass",
        "s007": None,
        "s010": "second-pass",
    }
    assert found["s006"]["confidence"] == "medium"
    codings = Path("mappings/entities/codings.yaml").read_text(encoding="utf-8")
    assert "- id: harbour-2031-merged\n" in codings
    assert "  coder: [ada, bo]\n" in codings
    assert "Of 6 pairs of statements 3 were coded alike" in codings


def test_merging_again_uses_the_pass_again(coders: Layout) -> None:
    """Into the restored file, or another one, on another day: nothing is added, and the check has nothing to say."""
    before = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")
    decide(EDIT, "both", "a", "b", "b")
    merge()
    once = snapshot(Path("mappings"))
    Path("mappings/harbour-2031.yaml").write_text(before, encoding="utf-8")

    again = merge(day="2032-08-02")
    restored = snapshot(Path("mappings"))
    Path("mappings/harbour-2031.yaml").write_text(before, encoding="utf-8")
    elsewhere = merge("merged.yaml")

    note = "mappings/entities/codings.yaml: has this pass already, harbour-2031-merged of 2032-08-01; it is used again"
    counts = "4 statements of both coders, 2 of the first, 3 of the second"
    along = "section plans: comes along from B"
    assert again.stderr.splitlines() == [WRITTEN, counts, along, note]
    assert elsewhere.stderr.splitlines() == ["merged.skipped.yaml: written", "merged.yaml: written", counts, along, note]
    assert restored == once
    assert Path("merged.yaml").read_bytes() == once["harbour-2031.yaml"]
    assert Path("mappings/entities/codings.yaml").read_bytes() == once["entities/codings.yaml"]


def test_merging_with_other_decisions_makes_a_pass_of_its_own(coders: Layout) -> None:
    """Its label has a number, so that the check knows the two apart; the first one is named."""
    before = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")
    decide(EDIT, "both", "a", "b", "b")
    merge()
    Path("mappings/harbour-2031.yaml").write_text(before, encoding="utf-8")
    Path(DECISIONS).unlink()
    decide("a", "both", "a", "b", "b")

    result = merge()

    assert result.stderr.splitlines() == [
        "mappings/entities/codings.yaml: written",
        WRITTEN,
        "3 statements of both coders, 3 of the first, 3 of the second",
        "section plans: comes along from B",
        "mappings/entities/codings.yaml: another merge made harbour-2031-merged; delete what no statement names any more",
    ]
    assert 'en: "Merged coding of harbour-2031 (2)"' in Path("mappings/entities/codings.yaml").read_text(encoding="utf-8")
    assert kg("anchor", "--sources", "texts").exit_code == 0
    assert kg("check", "--sources", "texts").exit_code == 0


def test_the_first_coders_file_is_kept(coders: Layout) -> None:
    """Where the result takes its place, so that a correction can be merged; what merges into the result is told of it."""
    before = Path("mappings/harbour-2031.yaml").read_bytes()
    decide(EDIT, "both", "a", "b", "b")
    merge()
    decided = Path(DECISIONS).read_text(encoding="utf-8")

    again = merge()
    Path("mappings/harbour-2031.yaml.before").replace("mappings/harbour-2031.yaml")
    restored = Path("mappings/harbour-2031.yaml").read_bytes()
    Path(DECISIONS).write_text(decided.replace("confidence: low", "confidence: high"), encoding="utf-8")
    corrected = merge()

    assert restored == before
    assert again.exit_code == 1
    assert (
        "decisions.yaml:26:3: the two files do not differ here (nor in 2 more), for mappings/harbour-2031.yaml has been merged "
        "already: put the first coder's file and ledger back (`kg merge` kept what it replaced, as harbour-2031.yaml.before), or make "
        "the template anew"
    ) in again.stdout
    assert corrected.exit_code == 0
    assert statements()["s001"]["confidence"] == "high"


def test_a_statement_whose_passage_is_edited_moves(coders: Layout) -> None:
    """The order is that of the text as it is decided; where the new passage cannot be found, the statement stays."""
    decide("edit\n  edit:\n    passage: Wij leggen elk … de leden.", "a", "a", "edit\n  edit:\n    passage: Niet … daar", "a")
    merge()

    assert list(statements()) == ["s002", "s003", "s004", "s005", "s006", "s001", "s007"]


def test_a_text_in_own_words_can_be_decided(coders: Layout) -> None:
    """The pair does not differ, so that nothing has to be decided; but it may be."""
    decide("a", "a", "a", "a", "a")
    path = Path(DECISIONS)
    path.write_text(f"{path.read_text(encoding='utf-8')}- {{a: s002, b: s002, take: b}}\n", encoding="utf-8")
    merge()

    assert statements()["s002"]["condition"] == {"nl": "voordat het winter wordt", "en": "before winter comes"}


def test_a_passage_can_be_decided(coders: Layout) -> None:
    """Of a pair that agrees in all else, and whose passages share most, so that nothing has to be decided."""
    edit(coders, SECOND, "passage: Elland verhoogt … in 2035.", "passage: Elland verhoogt … nationaal inkomen")
    decide("a", "a", "a", "a", "a")
    path = Path(DECISIONS)
    path.write_text(f"{path.read_text(encoding='utf-8')}- {{a: s004, b: s004, take: b}}\n", encoding="utf-8")
    merge()

    assert statements()["s004"]["passage"] == "Elland verhoogt … nationaal inkomen"


def test_comments_and_layout_stay(coders: Layout) -> None:
    """Those of both files, and those of the decisions; what nobody changed is the same byte for byte."""
    before = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")
    decide(EDIT, "both", "a", "b", "b")
    merge()

    after = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")

    assert after.startswith("# A fictional party programme")
    assert "# the exception is a demand of its own\n- id: s009\n" in after
    assert "  confidence: low # neither of us was sure\n" in after
    unchanged = before[before.index("- id: s004") : before.index("- id: s005")]
    assert unchanged in after
    assert after.endswith(before[before.index("withdrawn:") :])


@pytest.mark.parametrize("indented", ["second", "first"])
def test_lists_may_be_indented_differently(coders: Layout, indented: str) -> None:
    """The blocks of the second file are moved to where those of the first stand."""
    path = Path(SECOND if indented == "second" else "mappings/harbour-2031.yaml")
    head, list_, rest = path.read_text(encoding="utf-8").partition("statements:\n")
    items, withdrawn, tail = rest.partition("withdrawn:\n")
    moved = "".join(f"  {line}" for line in items.splitlines(keepends=True))
    path.write_text(head + list_ + moved + withdrawn + tail, encoding="utf-8")
    decide(EDIT, "both", "a", "b", "b")

    assert merge().exit_code == 0
    assert kg("anchor", "--sources", "texts").exit_code == 0
    assert found() == TWO_SECTIONS


def test_relations_follow_the_statements(coders: Layout) -> None:
    """s006 of the second file became s007 of the result, s002 stayed; what was left out is no longer referred to."""
    edit(coders, "mappings/harbour-2031.yaml", "  supports: s003\n", "  supports: [s005, harbour-2031/s003]\n")
    decide("a", "both", "b", "a", "b")

    result = merge()

    found = statements()
    assert found["s009"]["supports"] == "s002"
    assert found["s010"]["supports"] == "s007"
    assert found["s006"]["supports"] == ["s003"]
    assert "s006 supports: s005 of A is left out, so the relation is, too" in result.stderr
    assert "left out of A: s005; if a release has them, list them under `withdrawn:`" in result.stderr


def test_sections_of_the_second_file_come_along(coders: Layout) -> None:
    """Where a statement that is taken stands in one."""
    decide("a", "a", "a", "b", "a")
    merge()

    loaded = yaml.load(Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)

    assert [section["id"] for section in loaded["sections"]] == ["vision", "measures", "plans"]


PLANS = '- id: plans\n  position: "3"\n  label: {nl: Plannen, en: Plans}\n'


@pytest.mark.parametrize(
    ("path", "old", "new", "sections", "notes"),
    [
        (
            SECOND,
            "label: {nl: Visie, en: Vision}",
            "label: {nl: Inleiding, en: Introduction}",
            ["vision", "measures", "plans"],
            [
                "section vision: A and B differ in label; it stays as A has it",
                "section plans: comes along from B",
            ],
        ),
        (
            SECOND,
            'position: "3"',
            'position: "1"',
            ["vision", "measures", "plans"],
            [
                (
                    "section plans: comes along from B; vision of A has its position 1: if they are one, write `plans: vision` below "
                    "`same:` in the decisions, else number them by the order of the text"
                ),
            ],
        ),
        (
            SECOND,
            'position: "3"',
            'position: "2"',
            ["vision", "measures"],
            ["section plans of B is measures of A, and its statements are put there"],
        ),
        (
            SECOND,
            "{nl: Plannen, en: Plans}",
            "{nl: Maatregelen, en: The measures}",
            ["vision", "measures"],
            ["section plans of B is measures of A, and its statements are put there"],
        ),
        (
            SECOND,
            PLANS,
            PLANS + PLANS.replace("plans", "annex"),
            ["vision", "measures", "plans"],
            [
                "section plans: comes along from B",
                "section annex of B is left out: no statement of the result stands in it",
            ],
        ),
        (
            SECOND,
            PLANS,
            PLANS + "  partOf: part-two\n" + PLANS.replace("plans", "part-two"),
            ["vision", "measures", "plans", "part-two"],
            [
                "section plans: comes along from B",
                "section part-two: comes along from B",
            ],
        ),
        (
            "mappings/harbour-2031.yaml",
            (
                'sections:\n- id: vision\n  position: "1"\n  label: {nl: Visie, en: Vision}\n- id: measures\n  position: "2"\n'
                "  label: {nl: Maatregelen, en: Measures}\n"
            ),
            "",
            ["vision", "plans"],
            ["section vision: comes along from B", "section plans: comes along from B"],
        ),
    ],
    ids=["another label", "position twice", "position and pairs", "label", "not used", "a part of another", "none in the first"],
)
def test_sections_that_differ_are_told(
    coders: Layout, path: str, old: str, new: str, sections: list[str], notes: list[str]
) -> None:
    """What the first file has stays, what statements of the second need comes along, and the rest is for the coders to put right."""
    edit(coders, path, old, new)
    decide("a", "a", "a", "b", "a")

    result = merge()

    loaded = yaml.load(Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    assert result.exit_code == 0
    assert [section["id"] for section in loaded["sections"]] == sections
    assert len(loaded["statements"]) == 7
    assert [line for line in result.stderr.splitlines() if line.startswith("section ")] == notes


def test_a_section_that_is_decided_comes_along(coders: Layout) -> None:
    """Also where `edit:` names it; one below the statements of the first file has no place."""
    decide("edit\n  edit:\n    section: plans", "a", "a", "a", "a")
    merge(output="mappings/merged.yaml")
    merged = yaml.load(Path("mappings/merged.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    path = Path("mappings/harbour-2031.yaml")
    head, sections, rest = path.read_text(encoding="utf-8").partition("sections:\n")
    listed, statements_, body = rest.partition("statements:\n")
    path.write_text(head + statements_ + body + sections + listed, encoding="utf-8")

    assert [section["id"] for section in merged["sections"]] == ["vision", "measures", "plans"]
    assert told(merge(output="mappings/merged-2.yaml")) == (
        "mappings/harbour-2031.yaml: `sections:` stands below the statements; move it above `statements:`"
    )


def test_defaults_of_one_file_do_not_speak_for_the_other(coders: Layout) -> None:
    """A default that only the first file has is written in its statements; another speaker in those of the second."""
    edit(coders, "mappings/harbour-2031.yaml", "defaults: {", "defaults: {place: elland, ")
    edit(coders, SECOND, "speaker: plough-party", "speaker: sea-watch")
    agreement("--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    path.write_text(path.read_text(encoding="utf-8").replace("  take:\n", "  take: b\n"), encoding="utf-8")
    merge()

    found = statements()

    assert {str(s.get("speaker")) for s in found.values() if s.get("coding") == "second-pass"} == {"sea-watch"}
    assert {s.get("place") for s in found.values() if s.get("coding") == "second-pass"} == {None, "verland"}


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t, "decisions.yaml:21:3: s001 take: write a, b, both or edit"),
        (
            lambda t: t.replace("  take:\n", "  take: c\n", 1),
            'decisions.yaml:21:9: s001 take: "c" is not one of a, b, both, edit',
        ),
        (lambda t: t.replace("  take:\n", "  take: edit\n", 1), "s001 take: edit needs `edit:` with the keys to write"),
        (lambda t: t.replace("  take:\n", "  edit: {kind: Claim}\n  take: a\n", 1), "`edit:` is written, but `take: a`"),
        (lambda t: t.replace("  take:", "  take: a").replace("a: s001", "a: s002"), "the two files do not differ here"),
        (
            lambda t: f"{t}- a: s005\n  take: a\n".replace("take:\n", "take: a\n"),
            "s005 decided already above; delete one of the two",
        ),
        (
            lambda t: t.replace("file\n  kind: Claim\n  take:", "file\n  take: both"),
            "s005 take: only one file has this statement",
        ),
        (lambda t: t.replace("differs", "difers", 1), 'unknown key "difers"; did you mean "differs"?'),
        (lambda t: t.replace("document: h", "document: x"), "document: expected harbour-2031, of which both files are"),
        (lambda t: t.replace("decisions:\n", "decisions:\n- a\n"), "expected the keys a, b and take"),
        (
            lambda t: t[: t.index("- b: s007")].replace("take:\n", "take: a\n"),
            f"nothing is decided about s007 of b ({SECOND}:91)",
        ),
        (lambda t: t.replace("document: ", "document: '"), "decisions.yaml"),
    ],
    ids=[
        "open",
        "word",
        "edit",
        "edit unused",
        "no difference",
        "twice",
        "both of one",
        "key",
        "document",
        "item",
        "missing",
        "yaml",
    ],
)
def test_what_is_undecided_is_said_at_its_place(coders: Layout, change: Callable[[str], str], message: str) -> None:
    """And nothing is written."""
    agreement("--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    result = merge()

    assert result.exit_code == 1
    assert message in result.stdout
    assert result.stderr == "Nothing was written.\n"


@pytest.mark.parametrize(
    "written, expected",
    [
        ("topic: [harbours]", '23:5: s001 edit: "topic" is no key of a statement; did you mean "topics"?'),
        ("zzz: 1", '23:5: s001 edit: "zzz" is no key of a statement; the keys are listed in mappings/README.md'),
        (
            "document: reply-2032",
            "23:5: s001 edit: document: it stands once, at the head of the file: delete it here",
        ),
        (
            "label: {en: A label}",
            (
                "23:5: s001 edit: label: a key of an entity, a section, a document or a coding pass, not of a statement: write "
                "`summary:`, or delete it; the keys of a statement are in mappings/README.md, section 4"
            ),
        ),
        (
            "id: s099",
            "23:5: s001 edit: `id` is not decided here: a statement of A keeps its id, and `kg merge` gives one of B the next; delete it",
        ),
    ],
)
def test_a_key_that_no_statement_has_is_not_written(coders: Layout, written: str, expected: str) -> None:
    """At its place, with the nearest key; nothing is written."""
    decide(f"edit\n  edit:\n    {written}", "a", "a", "a", "a")
    before = snapshot(Path())

    result = merge()

    assert result.exit_code == 1
    assert result.stdout == f"decisions.yaml:{expected}\n"
    assert result.stderr == "Nothing was written.\n"
    assert snapshot(Path()) == before


def test_another_file_is_not_written_over(coders: Layout) -> None:
    """Only A may be replaced."""
    decide("a", "a", "a", "a", "a")

    result = merge("mappings/reply-2032.yaml")

    assert result.exit_code == 2
    assert "exists already; name another file, or A to replace it" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "file, old, new, message",
    [
        (SECOND, ", coding: second-pass", "", "`defaults:` names no `coding:`"),
        (
            "mappings/entities/codings.yaml",
            "id: second-pass",
            "id: other-pass",
            "the coding pass second-pass is not declared there",
        ),
        (
            "mappings/entities/codings.yaml",
            'By hand too.}\n  coder: bo\n  date: "2032-07-01"\n  codebookVersion: "1.0"',
            'By hand too.}\n  coder: bo\n  date: "2032-07-01"\n  codebookVersion: "0.9"',
            "follow two versions of the codebook",
        ),
        (
            "mappings/entities/codings.yaml",
            "  coder: bo\n",
            "  coder: bo\n  coder: ada\n",
            'mappings/entities/codings.yaml:16:3: key "coder" stands here twice (first in line 15); only one can count: delete one; mend that first',
        ),
    ],
    ids=["no pass", "pass not declared", "two codebooks", "key twice"],
)
def test_what_cannot_be_merged(coders: Layout, file: str, old: str, new: str, message: str) -> None:
    """The remedy is named."""
    decide("a", "a", "a", "a", "a")
    edit(coders, file, old, new)

    result = merge()

    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_a_file_without_statements(coders: Layout) -> None:
    """There is nothing to merge into."""
    path = Path(SECOND)
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text[: text.index('statements:')]}statements: []\n", encoding="utf-8")
    decide(*["a"] * 7)

    result = merge()

    assert result.exit_code == 2
    assert f"{SECOND}: there are no statements to merge" in " ".join(result.stderr.split())


def test_statements_need_lines_of_their_own(coders: Layout) -> None:
    """The blocks of a file in flow style cannot be told apart."""
    path = Path(SECOND)
    text = path.read_text(encoding="utf-8")
    loaded = yaml.load(text, Loader=yaml.CBaseLoader)
    flow = yaml.safe_dump(loaded["statements"], default_flow_style=True, allow_unicode=True, width=10_000)
    path.write_text(f"{text[: text.index('statements:')]}statements: {flow}", encoding="utf-8")
    decide("a", "a", "a", "a", "a")

    result = merge()

    assert result.exit_code == 2
    assert "a statement does not begin on a line of its own" in " ".join(result.stderr.split())


def test_without_the_library_it_says_what_to_install(coders: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """ruamel.yaml belongs to the extra `authoring`."""
    decide("a", "a", "a", "a", "a")

    def missing(module: str) -> object:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("kg.authoring.extra.importlib.import_module", missing)
    result = merge()

    assert result.exit_code == 2
    assert "ruamel.yaml is needed to merge mapping files and is not installed: run `make authoring`" in " ".join(
        result.stderr.split()
    )
