"""What coders settle before they compare: slugs of one thing, statements of one pair; and how statements make pairs without that."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from kg.mappings.layout import Layout
from tests.project import edit
from tests.test_agreement import SECOND, agreement, coders
from tests.test_merge import DECISIONS, decide, merge, statements

__all__ = ["coders"]

SETTLED = "settled.yaml"


def settle(text: str) -> None:
    """Write what is settled."""
    Path(SETTLED).write_text(f"document: harbour-2031\n{text}", encoding="utf-8")


def compared(*more: str) -> dict[str, Any]:
    """The comparison as JSON."""
    found: dict[str, Any] = json.loads(agreement("--format", "json", *more).stdout)
    return found


def same(found: dict[str, Any], key: str) -> tuple[int, int]:
    """Of how many pairs with a key how many agree."""
    field = next(field for field in found["coding"]["fields"] if field["key"] == key)
    return field["n"], field["same"]


@pytest.fixture
def second_slugs(coders: Layout) -> Layout:
    """The second coder has declared a fund and an indicator, which the first one has, too, and a topic, under other slugs."""
    edit(coders, SECOND, "object: harbour-fund", 'object: "fund-for-harbours"')
    edit(coders, SECOND, "indicator: harbour-budget", "indicator: budget-of-harbours")
    edit(coders, SECOND, "topics: [treaties]", "topics: [treaties, port-treaties]")
    return coders


def test_undeclared_slugs_come_first(second_slugs: Layout) -> None:
    """With what the other coder has in their place, if there is anything that this one does not have."""
    listed = agreement().stdout.split("\n\n")[1]
    found = compared()

    assert listed == (
        "Slugs that the project does not declare (one thing under two slugs counts as a difference)\n"
        "  B  line 29 port-treaties: 1 statement\n"
        "  B  line 54 fund-for-harbours: 1 statement; A has harbour-fund there\n"
        "  B  line 60 budget-of-harbours: 1 statement; A has harbour-budget there"
    )
    assert found["undeclared"][1] == {
        "file": SECOND,
        "line": 54,
        "slug": "fund-for-harbours",
        "statements": 1,
        "other": "harbour-fund",
    }


def test_a_slug_that_both_have_is_not_listed(coders: Layout) -> None:
    """It is compared as it is written, and agrees."""
    for path in ("mappings/harbour-2031.yaml", SECOND):
        edit(coders, path, "object: harbour-fund", "object: fund-for-harbours")

    assert "undeclared" in compared()
    assert compared()["undeclared"] == []


def test_slugs_of_one_thing_agree(second_slugs: Layout) -> None:
    """Also in a target, and in quotes; the figures without that are lower."""
    settle("same:\n  fund-for-harbours: harbour-fund\n  budget-of-harbours: harbour-budget\n")
    before, after = compared(), compared("--decisions", SETTLED)

    assert (same(before, "object"), same(before, "target")) == ((4, 2), (1, 0))
    assert (same(after, "object"), same(after, "target")) == ((4, 3), (1, 1))
    assert [each["slug"] for each in after["undeclared"]] == ["port-treaties"]


def test_the_merged_file_has_the_slugs_of_the_first(second_slugs: Layout) -> None:
    """The template says again what is settled, so that `kg merge` needs one file."""
    settle("same:\n  fund-for-harbours: harbour-fund\n  budget-of-harbours: harbour-budget\n  port-treaties: treaties\n")
    edit(second_slugs, SECOND, "    nl: Het havenfonds", "    nl: Ons havenfonds")
    edit(second_slugs, SECOND, "  beneficiary: sailors\n", "")
    agreement("--decisions", SETTLED, "--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    path.write_text(path.read_text(encoding="utf-8").replace("  take:\n", "  take: b\n"), encoding="utf-8")

    result = merge()

    assert result.exit_code == 0, result.output
    found = statements()
    target = found["s004"]["target"]
    assert found["s004"]["summary"] == {
        "nl": "Ons havenfonds van Elland moet in 2035 bij 0,70 procent van het nationaal inkomen staan.",
        "en": "The harbour fund of Elland must stand at 0.70 per cent of national income in 2035.",
    }
    assert found["s004"]["object"] == "harbour-fund"
    assert isinstance(target, dict)
    assert target["indicator"] == "harbour-budget"


def test_sections_can_be_the_same_too(coders: Layout) -> None:
    """Where label, position and pairs do not say so."""
    edit(coders, SECOND, 'position: "3"', 'position: "1"')
    settle("same: {plans: measures}\n")
    agreement("--decisions", SETTLED, "--decisions-template", DECISIONS)
    path = Path(DECISIONS)
    path.write_text(path.read_text(encoding="utf-8").replace("  take:\n", "  take: b\n"), encoding="utf-8")

    result = merge()

    assert "section plans of B is left out: no statement of the result stands in it" in result.stderr
    assert {s["section"] for s in statements().values()} == {"vision", "measures"}


def test_a_section_that_is_matched_holds_for_edits(coders: Layout) -> None:
    """An edit may name it as the second file does."""
    edit(coders, SECOND, 'position: "3"', 'position: "2"')
    decide("edit\n  edit:\n    section: plans", "a", "a", "b", "b")
    merge()

    found = statements()

    assert (found["s001"]["section"], found["s006"]["section"], found["s009"]["section"]) == ("measures",) * 3


def test_statements_can_be_put_together(coders: Layout) -> None:
    """A pair that the places of the passages do not make; the template says it again."""
    settle("together:\n- {a: s005, b: s007}\n")
    found = compared("--decisions", SETTLED, "--decisions-template", DECISIONS)

    assert (found["onlyA"], found["onlyB"], found["coding"]["pairs"]) == ([], [], 7)
    written = yaml.load(Path(DECISIONS).read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    assert written["together"] == [{"a": "s005", "b": "s007"}]


def test_statements_can_be_kept_apart(coders: Layout) -> None:
    """A pair that the passages make is none, and each is one that only one coder has; the template says it again."""
    settle("apart:\n- {a: s001, b: s001}\n")
    before, found = compared(), compared("--decisions", SETTLED, "--decisions-template", DECISIONS)

    assert (before["coding"]["pairs"], found["coding"]["pairs"]) == (6, 5)
    assert "s001" in {statement["id"] for statement in found["onlyA"]}
    assert "s001" in {statement["id"] for statement in found["onlyB"]}
    written = yaml.load(Path(DECISIONS).read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    assert written["apart"] == [{"a": "s001", "b": "s001"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("same: [a]\n", "settled.yaml:2:7: same: expected a line for each, `slug of the second file: slug of the first`"),
        ("same:\n  a:\n", "settled.yaml:3:3: same: write the slug of the first file after a"),
        ("same: {treatie: treaty}\n", 'settled.yaml:2:8: same: the second file has no "treatie"; did you mean "treaties"?'),
        ("together: [s001]\n", "settled.yaml:2:12: together: expected the ids of two statements, as in {a: s012, b: s014}"),
        ("together: [{a: s001, b: s099}]\n", 'settled.yaml:2:25: together: the second file has no statement "s099"'),
        (
            "together: [{a: s001, b: s001}, {a: s001, b: s002}]\n",
            "settled.yaml:2:36: together: s001 of the first file is in a pair above already",
        ),
        (
            "same: {treaties: harbour-fnd}\n",
            'settled.yaml:2:18: same: the first file has no "harbour-fnd"; did you mean "harbour-fund"',
        ),
        ("apart: [{a: s099, b: s001}]\n", 'settled.yaml:2:13: apart: the first file has no statement "s099"'),
        (
            "together: [{a: s001, b: s001}]\napart: [{a: s001, b: s001}]\n",
            "settled.yaml:3:13: apart: s001 and s001 are a pair under `together:`; leave one of the two out",
        ),
        ("same: {a: b\n", "settled.yaml"),
    ],
    ids=[
        "a list",
        "no slug",
        "not there",
        "no pair",
        "no statement",
        "twice",
        "not in the first",
        "not apart",
        "both",
        "no YAML",
    ],
)
def test_what_is_settled_wrongly_is_said_at_its_place(coders: Layout, text: str, message: str) -> None:
    """No comparison by what cannot be read."""
    settle(text)

    result = agreement("--decisions", SETTLED)

    assert result.exit_code == 1
    assert message in result.stdout


def test_nothing_settled_yet(coders: Layout) -> None:
    """Keys without a value, as one writes them first."""
    settle("same:\ntogether:\n")

    assert agreement("--decisions", SETTLED).exit_code == 0


def test_a_key_of_decisions_that_is_misspelt(coders: Layout) -> None:
    """It would settle nothing, in silence."""
    decide("a", "a", "a", "a", "a")
    path = Path(DECISIONS)
    path.write_text(f"{path.read_text(encoding='utf-8')}toegether: []\n", encoding="utf-8")

    assert 'unknown key "toegether"; did you mean "together"?' in merge().stdout


THREE = """\
- id: {0}
  section: vision
  passage: De Ploegpartij … zijn.
  kind: Principle
  topics: [harbours]
  summary:
    nl: {1}
    en: {2}
"""


def enumerated(layout: Layout, path: str, *texts: tuple[str, str]) -> None:
    """Several statements on the passage of the first."""
    whole = Path(path).read_text(encoding="utf-8")
    at = whole.index("- id: s001\n")
    end = min(whole.index(mark) for mark in ("- id: s002\n", "# the exception") if mark in whole)
    ids = ("s001", "s011", "s012")
    parts = "".join(THREE.format(name, nl, en) for name, (nl, en) in zip(ids, texts, strict=True))
    Path(path).write_text(whole[:at] + parts + whole[end:], encoding="utf-8")


def pairs(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The ids of pairs that differ."""
    return [(difference["a"]["id"], difference["b"]["id"]) for difference in found["differences"]]


def test_statements_on_one_passage_pair_by_the_words_that_tell_them_apart(coders: Layout) -> None:
    """Not by the sentence that they share: "a right of everyone" is the same in all."""
    enumerated(
        coders,
        "mappings/harbour-2031.yaml",
        ("Onderdak is een recht van wie zijn huis verliest.", "Shelter is a right of whoever loses a home."),
        ("Water is een recht van wie zijn huis verliest.", "Water is a right of whoever loses a home."),
        ("Zorg is een recht van wie zijn huis verliest.", "Care is a right of whoever loses a home."),
    )
    enumerated(
        coders,
        SECOND,
        ("Dakloos geraakt, heb je recht op zorg.", "If you lose your home, you have a right to care."),
        ("Dakloos geraakt, heb je recht op onderdak.", "If you lose your home, you have a right to shelter."),
        ("Dakloos geraakt, heb je recht op water.", "If you lose your home, you have a right to water."),
    )
    for number, kind in (("s001", "Claim"), ("s011", "Demand"), ("s012", "Commitment")):
        edit(
            coders,
            SECOND,
            f"- id: {number}\n  section: vision\n  passage: De Ploegpartij … zijn.\n  kind: Principle",
            f"- id: {number}\n  section: vision\n  passage: De Ploegpartij … zijn.\n  kind: {kind}",
        )

    assert pairs(compared())[:3] == [("s001", "s011"), ("s011", "s012"), ("s012", "s001")]


def test_where_words_do_not_tell_the_order_does(coders: Layout) -> None:
    """Each coder goes through an enumeration from its beginning."""
    enumerated(
        coders,
        "mappings/harbour-2031.yaml",
        ("Boten zijn van allen.", "Boats are everyone's."),
        ("Kades zijn van allen.", "Quays are everyone's."),
        ("Sluizen zijn van allen.", "Locks are everyone's."),
    )
    enumerated(
        coders,
        SECOND,
        ("Geen eigenaar heeft een schip.", "No owner has a ship."),
        ("Geen eigenaar heeft een wal.", "No owner has a wharf."),
        ("Geen eigenaar heeft een stuw.", "No owner has a weir."),
    )
    text = Path(SECOND).read_text(encoding="utf-8")
    Path(SECOND).write_text(
        text.replace("kind: Principle\n  topics: [harbours]\n  summary", "kind: Claim\n  summary", 3), encoding="utf-8"
    )

    assert pairs(compared())[:3] == [("s001", "s001"), ("s011", "s011"), ("s012", "s012")]


def test_a_passage_that_holds_the_other_makes_a_pair(coders: Layout) -> None:
    """However short the other is, if nothing shares more with it; where units are is compared by alpha alone."""
    before = compared()
    edit(coders, SECOND, "passage: Het beleid van Verland … visser.", "passage: dat … visser.")

    after = compared()

    assert ("s006", "s005") in pairs(after)
    assert after["differences"][2]["keys"]["passage"] == {"a": ["Het beleid van Verland … visser."], "b": ["dat … visser."]}
    assert "passage" not in [field["key"] for field in after["coding"]["fields"]]
    assert (before["coding"]["pairs"], after["coding"]["pairs"]) == (6, 6)
    assert after["units"][0]["alpha"] < before["units"][0]["alpha"]


def test_what_the_first_file_has_stands_behind(coders: Layout) -> None:
    """`same:` begins with the slug of the second file; who writes it the other way is told."""
    settle("same: {fish-agreement: harbour-fund}\n")

    assert (
        'settled.yaml:2:8: same: the second file has no "fish-agreement", but harbour-fund: write the two the other way round'
        in agreement("--decisions", SETTLED).stdout
    )
