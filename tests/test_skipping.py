"""Ledgers of two coders: what one skips and the other codes, and the ledger of the merged file."""

import json
import shutil
from pathlib import Path

import yaml

from kg.mappings.layout import Layout
from tests.project import edit
from tests.test_agreement import SECOND, agreement, coders, kg, told
from tests.test_merge import DECISIONS, decide, merge

__all__ = ["coders"]

OURS, THEIRS = "mappings/harbour-2031.skipped.yaml", "second/harbour-2031.skipped.yaml"
HEADINGS = "document: harbour-2031\nskipped:\n- passage: Naar … inhoud\n  reason: heading\n- passage: Havens … iedereen\n  reason: heading\n"


def ledger(path: str, *entries: str) -> None:
    """The two headings of the text, and more."""
    Path(path).write_text(HEADINGS + "".join(entries), encoding="utf-8")


def entries(path: str = OURS) -> list[dict[str, str]]:
    """What a ledger says."""
    loaded = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    listed: list[dict[str, str]] = loaded["skipped"]
    return listed


def test_what_one_skips_and_the_other_codes(coders: Layout) -> None:
    """Either way, in the order of the text, and a reason that differs; what both skip alike is not listed."""
    edit(coders, SECOND, "passage: De Ploegpartij … zijn.", "passage: Naar … zijn.")
    ledger(THEIRS, '- passage: "2. … jaarboek."\n  reason: footnote\n')

    codes = json.loads(agreement("--format", "json").stdout)["skipped"]
    edit(coders, SECOND, "passage: Naar … zijn.", "passage: De Ploegpartij … zijn.")
    Path(THEIRS).write_text(
        'document: harbour-2031\nskipped:\n- passage: Naar … iedereen\n  reason: navigation\n- passage: "2. … jaarboek."\n  reason: footnote\n',
        encoding="utf-8",
    )
    listed = agreement().stdout.partition("\nSkipped by one")[2]

    assert [[s["id"] for s in each["b"]] if isinstance(each["b"], list) else each["b"] for each in codes] == [
        ["s001"],
        ["s001"],
        {"file": THEIRS, "line": 7, "reason": "footnote"},
    ]
    assert [reference["id"] for reference in codes[2]["a"]] == ["s005"]
    assert listed == (
        ", and coded by the other or skipped for another reason: 3\n"
        "\n"
        "  A  mappings/harbour-2031.skipped.yaml:3 skipped: heading\n"
        "  B  second/harbour-2031.skipped.yaml:3 skipped: navigation\n"
        "\n"
        "  A  mappings/harbour-2031.skipped.yaml:5 skipped: heading\n"
        "  B  second/harbour-2031.skipped.yaml:3 skipped: navigation\n"
        "\n"
        "  A  mappings/harbour-2031.yaml:79 s005\n"
        "  B  second/harbour-2031.skipped.yaml:5 skipped: footnote\n"
    )


def test_without_the_text_ledgers_are_not_compared(coders: Layout) -> None:
    """The lock has no passages of the ledger."""
    own = "mappings/harbour-2031.yaml"
    text, plain = kg("agreement", own, own), kg("agreement", own, own, "--format", "json")

    assert text.stdout.endswith("\nWhat is skipped is not compared: where it stands says the text; pass --sources DIR\n")
    assert json.loads(plain.stdout)["skipped"] is None


def test_a_ledger_that_cannot_be_read(coders: Layout) -> None:
    """At its place."""
    ledger(THEIRS, "- passage: Niet … daar\n  reason: footnote\n")

    result = agreement()

    assert result.exit_code == 1
    assert result.stdout.startswith("second/harbour-2031.skipped.yaml:7:12: passage: ")


def test_the_ledger_of_the_second_file_comes_along_where_nothing_stands(coders: Layout) -> None:
    """A statement that is left out leaves a sentence, which the other coder skips; what it repeats gets the new id."""
    edit(coders, "mappings/harbour-2031.yaml", "  supports: s003\n", "")
    repeats = '- passage: "2. … jaarboek." # as the party says above\n  reason: repeats\n  repeats: s006\n'
    ledger(THEIRS, repeats)
    edit(coders, SECOND, "  supports: s006\n", "")
    decide("a", "a", "b", "a", "b")

    result = merge()

    assert "mappings/harbour-2031.skipped.yaml: written" in result.stderr
    assert "ledger: line 7 of B comes along" in result.stderr
    assert Path(OURS).read_text(encoding="utf-8") == HEADINGS + repeats.replace("s006", "s007")
    assert kg("anchor", "--sources", "texts").exit_code == 0
    assert "jaarboek" not in kg("check", "--sources", "texts").output
    assert Path("mappings/harbour-2031.skipped.yaml.before").read_text(encoding="utf-8") == HEADINGS


def test_the_first_ledger_stays_kept(coders: Layout) -> None:
    """Though only the mapping file was put back before merging again."""
    edit(coders, "mappings/harbour-2031.yaml", "  supports: s003\n", "")
    ledger(THEIRS, '- passage: "2. … jaarboek."\n  reason: footnote\n')
    decide("a", "a", "b", "a", "b")
    merge()
    Path("mappings/harbour-2031.yaml.before").replace("mappings/harbour-2031.yaml")
    ledger(OURS, "# an entry that the merge brought was deleted\n")
    merge()

    assert len(entries()) == 3
    assert Path("mappings/harbour-2031.skipped.yaml.before").read_text(encoding="utf-8") == HEADINGS


def test_what_a_statement_of_the_second_file_stands_on_is_not_skipped(coders: Layout) -> None:
    """The entry of the first file goes; its other ones stay as they are written."""
    text = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")
    seven = text[text.index("- id: s007") : text.index("withdrawn:")]
    edit(coders, "mappings/harbour-2031.yaml", seven, "")
    ledger(OURS, "- passage: Wij leggen … de leden.\n  reason: metadata\n")
    agreement("--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    filled = path.read_text(encoding="utf-8").replace("  take:\n", "  take: a\n")
    path.write_text(
        filled.replace("only in this file\n  kind: Commitment\n  take: a", "\n  kind: Commitment\n  take: b"), encoding="utf-8"
    )

    result = merge()

    assert "ledger: line 7 of A is left out, as a statement of the result stands there" in result.stderr
    assert Path(OURS).read_text(encoding="utf-8") == HEADINGS


def test_an_entry_that_repeats_what_is_left_out(coders: Layout) -> None:
    """Nobody but the coders knows what it repeats now."""
    ledger(OURS, "- passage: Wij leggen … de leden.\n  reason: repeats\n  repeats: s005\n")
    decide("a", "a", "b", "a", "a")

    assert (
        "ledger: an entry repeats s005 of mappings/harbour-2031.yaml, which is left out; say what it repeats now"
        in merge().stderr
    )


def test_a_ledger_of_the_second_file_alone(coders: Layout) -> None:
    """The result gets one."""
    Path(OURS).unlink()
    ledger(THEIRS)
    decide("a", "a", "a", "a", "a")
    merge()

    assert [entry["passage"] for entry in entries()] == ["Naar … inhoud", "Havens … iedereen"]


def test_no_ledger_at_all(coders: Layout) -> None:
    """Then the result has none."""
    Path(OURS).unlink()
    decide("a", "a", "a", "a", "a")

    assert "ledger" not in merge().stderr
    assert not Path(OURS).exists()


def test_the_last_entry_goes(coders: Layout) -> None:
    """The list is then empty, as a ledger writes it."""
    text = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")
    seven = text[text.index("- id: s007") : text.index("withdrawn:")]
    edit(coders, "mappings/harbour-2031.yaml", seven, "")
    head = "document: harbour-2031\nskipped:\n"
    Path(OURS).write_text(f"{head}- passage: Wij leggen … de leden.\n  reason: metadata\n", encoding="utf-8")
    agreement("--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    path.write_text(path.read_text(encoding="utf-8").replace("  take:\n", "  take: b\n"), encoding="utf-8")
    merge()

    assert Path(OURS).read_text(encoding="utf-8") == "document: harbour-2031\nskipped: []\n"


def test_entries_need_lines_of_their_own(coders: Layout) -> None:
    """As statements do."""
    Path(THEIRS).write_text("document: harbour-2031\nskipped: [{passage: Naar … inhoud, reason: heading}]\n", encoding="utf-8")
    decide("a", "a", "a", "a", "a")

    assert f"{THEIRS}:2: an entry does not begin on a line of its own with `- `; write it so" in told(merge())


def test_without_the_text_ledgers_are_not_merged(coders: Layout) -> None:
    """It is said, and the first coder's stays."""
    decide("a", "a", "a", "a", "a")
    Path("second/anchors").mkdir()
    shutil.copy(SECOND, "mappings/harbour-2031.yaml.kept")
    first = Path("mappings/harbour-2031.yaml").read_text(encoding="utf-8")
    shutil.copy(SECOND, "mappings/harbour-2031.yaml")
    kg("anchor", "--sources", "texts")
    shutil.copy("mappings/anchors/harbour-2031.tsv", "second/anchors")
    Path("mappings/harbour-2031.yaml").write_text(first, encoding="utf-8")
    kg("anchor", "--sources", "texts")

    result = kg("merge", "mappings/harbour-2031.yaml", SECOND, "--decisions", DECISIONS, "-o", "merged.yaml")

    assert "the ledgers are not merged: where their entries stand says the text; pass --sources DIR" in result.stderr
    assert Path(OURS).read_text(encoding="utf-8") == HEADINGS


def test_a_ledger_in_the_way(coders: Layout) -> None:
    """It may be another document's."""
    decide("a", "a", "a", "a", "a")
    ledger("merged.skipped.yaml")

    assert "merged.skipped.yaml: exists already; name another file with -o, or move it away" in told(merge("merged.yaml"))
