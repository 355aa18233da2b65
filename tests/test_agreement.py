"""Agreement of two coders: the coefficients against published examples, the command against two fictional files."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kg.agreement.coefficients import merged, nominal_alpha, unitising
from kg.cli import main
from kg.errors import Span
from kg.mappings.layout import Layout
from tests.project import HERE, edit

SECOND = "second/harbour-2031.yaml"


def units(*lengths: tuple[int, int]) -> list[Span]:
    """Units by start and length, as the papers write them."""
    return [Span(start, start + length) for start, length in lengths]


def test_unitising_of_the_published_example() -> None:
    """Krippendorff, Content Analysis, 2nd edition (2004), p. 254: two observers, 300 units of length from 150, category c."""
    found = unitising(units((225, 70), (370, 30)), units((220, 80), (355, 20), (400, 20)), 300, 150)

    assert round(found.observed, 4) == 0.0144
    assert round(found.expected, 4) == 0.0532
    assert found.alpha is not None
    assert round(found.alpha, 4) == 0.7286


def test_unitising_of_equal_units() -> None:
    """The other category of that example, k, on which both agree."""
    both = units((180, 60), (300, 50))

    found = unitising(both, both, 300, 150)

    assert found.observed == 0
    assert round(found.expected, 4) == 0.0490
    assert found.alpha == 1


@pytest.mark.parametrize(
    "first, second, observed",
    [
        (units((2, 8), (14, 6)), units((4, 4), (15, 2)), 0.03125),
        (units((0, 18)), units((0, 2), (2, 1), (3, 1), (4, 1), (5, 1), (6, 3), (9, 1)), 2.26736),
        (units((2, 6), (10, 2), (14, 4), (20, 2)), units((0, 2), (4, 4), (10, 4), (16, 2), (20, 2)), 0.02777),
        (units((0, 2), (2, 8), (10, 4), (14, 6), (20, 4)), units((0, 4), (4, 4), (8, 7), (15, 2), (17, 7)), 0.38715),
    ],
    ids=["A Bertha and Bill", "B John and Jill", "C Gerret and Gill", "D Heather and Hill"],
)
def test_observed_disagreement_of_the_first_paper(first: list[Span], second: list[Span], observed: float) -> None:
    """Krippendorff (1995), p. 57: four pairs of coders and a continuum of length 24."""
    assert unitising(first, second, 24).observed == pytest.approx(observed, abs=0.00001)


def test_unitising_by_hand() -> None:
    """A text of 4 characters, one unit of 2 in each coding, the second one further.

    Observed: (0-1)^2 + (2-3)^2 = 2, over 4^2: 0.125. Expected: for each unit, against the other unit (2*8 - 3*4 + 2)/3 = 2, against
    the gaps 2, 1 and 1 only the first, which it fits into once: 2^2 * 1 = 4; 2/4 * 2 * (2 + 4) = 6 over 8*7 - 2*2 = 52.
    """
    found = unitising(units((0, 2)), units((1, 2)), 4)

    assert found.observed == 0.125
    assert found.expected == pytest.approx(6 / 52)
    assert found.alpha == pytest.approx(1 - 0.125 * 52 / 6)


def test_nobody_has_a_unit() -> None:
    """Then nothing can be said."""
    assert unitising([], [], 100).alpha is None


def test_units_that_overlap_are_one() -> None:
    """Two statements can share a passage, or begin with the sentence before; those that only touch stay two."""
    assert merged(units((5, 3), (0, 4), (2, 3), (0, 4))) == units((0, 5), (5, 3))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=6))
def test_a_coder_agrees_with_himself(written: list[tuple[int, int]]) -> None:
    """Whatever the units, alpha is 1; only where one unit is the whole text, chance could not do otherwise."""
    spans = units(*written)

    found = unitising(spans, spans, 100)

    assert found.observed == 0
    assert found.alpha in (1, None)


def test_nominal_alpha_of_the_published_example() -> None:
    """Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section A: Meg and Owen, ten units, 0 and 1."""
    first, second = "0100000000", "1110010100"

    found = nominal_alpha(list(zip(first, second, strict=True)))

    assert found is not None
    assert round(found, 3) == 0.095


def test_nominal_alpha_leaves_out_what_is_missing() -> None:
    """A value without a partner cannot be paired; one value throughout says nothing."""
    assert nominal_alpha([("a", "a"), ("b", "b"), ("a", None), (None, "c")]) == 1
    assert nominal_alpha([("a", "a"), ("a", "a")]) is None


@pytest.fixture
def coders(project: Layout) -> Layout:
    """The fictional project with the file of a second coder beside it."""
    Path("second").mkdir()
    shutil.copy(HERE / "coders" / "harbour-2031.yaml", SECOND)
    with Path("mappings/entities/codings.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "- id: second-pass\n  kind: Coding\n  label: {nl: Tweede codering, en: Second coding}\n"
            '  description: {nl: Ook met de hand., en: By hand too.}\n  coder: bo\n  date: "2032-07-01"\n  codebookVersion: "1.0"\n'
        )
    return project


def kg(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, list(arguments))


def told(result: Result) -> str:
    """The message of an error, on one line."""
    return " ".join(result.stderr.split()).partition("Error: ")[2]


def agreement(*more: str) -> Result:
    """Compare the two files of the fictional programme."""
    return kg("agreement", "mappings/harbour-2031.yaml", SECOND, "--sources", "texts", *more)


def test_agreement_as_text(coders: Layout) -> None:
    """Every number and every difference, each with its lines."""
    result = agreement()

    assert result.exit_code == 0
    assert result.stdout == (HERE / "expected" / "agreement.txt").read_text(encoding="utf-8")


def test_a_file_and_itself(coders: Layout) -> None:
    """Nothing is proved by that, and it is said; the numbers come all the same."""
    own = "mappings/harbour-2031.yaml"
    shutil.copy(coders.root / own, SECOND)
    results = [kg("agreement", own, other, "--sources", "texts") for other in (own, "second/../" + own, SECOND)]

    ends = "which agrees with itself; name the other coder's file as B\n"
    same = (
        f"{SECOND} has the same bytes as {own}, so it is a copy and shows no agreement; get the file that the other coder made\n"
    )
    itself = f"warning: A and B are one file, {own}, {ends}"
    assert [(result.exit_code, result.stderr) for result in results] == [(0, itself), (0, itself), (0, f"warning: {same}")]
    assert "Differences: 0 in pairs, 0 in A only, 0 in B only" in results[0].stdout


def test_disagreements_fit_a_terminal(coders: Layout) -> None:
    """Long values and summaries go on below their beginning."""
    many = ", ".join(f"a-topic-of-many-{number}" for number in range(12))
    edit(coders, SECOND, "topics: [fishing]\n  supports", f"topics: [{many}]\n  supports")
    told = "and to be told of it in good time, in writing, and as often as they ask"
    edit(coders, SECOND, "the harbours are doing.", f"the harbours are doing, {told}.")

    lines = agreement().stdout.splitlines()

    assert max(map(len, lines)) <= 100
    at = lines.index("  B  second/harbour-2031.yaml:91 s007")
    assert "\n".join(lines[at : at + 4]) == (
        "  B  second/harbour-2031.yaml:91 s007\n"
        "    kind     Principle\n"
        "    summary  Members ought to know how the harbours are doing, and to be told of it in good time, in\n"
        "             writing, and as often as they ask."
    )


def test_each_figure_stands_on_a_line_of_its_own(coders: Layout) -> None:
    """Two of one statement would read as one."""
    figure = "figure: [{indicator: harbour-budget, value: 1, unit: NUM}, {indicator: harbour-budget, value: 2, unit: NUM}]"
    edit(coders, SECOND, "  polarity: mixed\n", f"  polarity: mixed\n  {figure}\n")

    assert (
        "    figure    A  —\n"
        "              B  indicator=harbour-budget, unit=NUM, value=1\n"
        "                 indicator=harbour-budget, unit=NUM, value=2\n"
    ) in agreement().stdout


def test_conditions_are_compared_by_whether_they_are_there(coders: Layout) -> None:
    """What they say is own words: it is shown, and counts as no difference; of an empty text nothing is shown."""
    edit(coders, "mappings/harbour-2031.yaml", "    en: not for boats that save lives\n", "    en:\n")
    edit(coders, "mappings/harbour-2031.yaml", "    nl: niet voor boten die levens redden\n", "    nl:\n")
    found = json.loads(agreement("--format", "json").stdout)

    fields = {field["key"]: (field["n"], field["same"], field["nBoth"]) for field in found["coding"]["fields"]}
    assert fields["condition"] == (2, 1, 1)
    assert "exception" not in fields
    assert found["differences"][1]["keys"]["condition"] == {"a": ["as long as Farland turns ships away"], "b": []}
    (reworded,) = found["reworded"]
    assert (reworded["a"]["id"], reworded["b"]["line"]) == ("s002", 20)
    assert reworded["keys"] == {
        "condition": {
            "a": {"nl": "vóór de winter van 2033", "en": "before the winter of 2033"},
            "b": {"nl": "voordat het winter wordt", "en": "before winter comes"},
        }
    }


def test_agreement_as_json(coders: Layout) -> None:
    """The same for programs; kappa of `kind` by hand.

    Of six pairs five agree: p_o = 5/6. A has Principle, Demand x3, Assessment, Commitment; B Claim instead of Principle: by chance
    (3*3 + 1 + 1)/36 = 11/36, so kappa = (5/6 - 11/36) / (1 - 11/36) = 19/25. Alpha: of 12 values 2 disagree, and
    144 - (6*6 + 2*2 + 2*2 + 1 + 1) = 98 pairs could, so it is 1 - 11 * 2 / 98.
    """
    found = json.loads(agreement("--format", "json").stdout)
    kind = next(field for field in found["coding"]["fields"] if field["key"] == "kind")

    assert kind == {
        "key": "kind",
        "n": 6,
        "same": 5,
        "kappa": pytest.approx(19 / 25),
        "nBoth": 6,
        "alpha": pytest.approx(1 - 22 / 98),
    }
    assert found["differences"][0]["keys"] == {"kind": {"a": ["Principle"], "b": ["Claim"]}, "frame": {"a": ["moral"], "b": []}}
    assert [reference["id"] for reference in found["onlyA"] + found["onlyB"]] == ["s005", "s007"]
    assert found["onlyB"][0]["line"] == 91


def test_the_order_of_keys_and_the_path_of_a_slug_make_no_difference(coders: Layout) -> None:
    """`instrument/fair-harbours-treaty` is `fair-harbours-treaty`, and a target is the same in any order."""
    found = json.loads(agreement("--format", "json").stdout)

    assert {"s002", "s004"}.isdisjoint(difference["a"]["id"] for difference in found["differences"])


def test_agreement_by_the_lock(coders: Layout) -> None:
    """Without the texts the lock beside each file says where passages are; where there is none, what is needed is named."""
    without = kg("agreement", "mappings/harbour-2031.yaml", SECOND)
    elsewhere = kg("agreement", "mappings/harbour-2031.yaml", SECOND, "--sources", "queries")
    twice = kg("agreement", "mappings/harbour-2031.yaml", "mappings/harbour-2031.yaml")

    assert without.exit_code == elsewhere.exit_code == 2
    assert told(without) == (
        "second/harbour-2031.yaml: where its passages are is not known: pass --sources DIR (or set KG_SOURCES), the folder with the "
        "text harbour-2031.txt, or put the anchor lock that the coder has of this file at second/anchors/harbour-2031.tsv"
    )
    assert told(elsewhere) == (
        "second/harbour-2031.yaml: where its passages are is not known: queries has no harbour-2031.txt; put the text there, "
        "or put the anchor lock that the coder has of this file at second/anchors/harbour-2031.tsv"
    )
    assert "Differences: 0 in pairs, 0 in A only, 0 in B only" in twice.stdout


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("document: harbour-2031\n", "", "`document:` is missing; a mapping file begins with it"),
        ("- id: s002\n", "- id: s001\n", 'second/harbour-2031.yaml:20:7: s001 id: "s001" is taken; take a new one'),
        ("- id: s002\n  section", "- section", "second/harbour-2031.yaml:20:3: there is no id; begin with `- id:`"),
        ("  passage: De Ploegpartij … zijn.\n", "", "s001 there is no `passage:`; write the first and last words of the passage"),
        ("De Ploegpartij … zijn.", "De Ploegpartij zijn.", "12: s001 passage: anchors"),
        ("passage: De Ploegpartij … zijn.", "passage: [{a: b}, De … zijn.]", 's001 passage: expected "first words … last words"'),
        ("- id: s007", "- *s\n- id: s007", "second/harbour-2031.yaml"),
    ],
    ids=["no document", "id twice", "no id", "no passage", "no ellipsis", "keys", "no YAML"],
)
def test_what_is_wrong_with_a_file_is_said_at_its_place(coders: Layout, old: str, new: str, message: str) -> None:
    """No comparison of a file that cannot be read."""
    edit(coders, SECOND, old, new)

    result = agreement()

    assert result.exit_code == 1
    assert message in result.stdout


def test_a_file_that_is_no_utf_8(coders: Layout) -> None:
    """At the byte."""
    Path(SECOND).write_bytes(b"document: harbour-2031\n# caf\xe9\n")

    assert agreement().stdout == "second/harbour-2031.yaml:2:1: not UTF-8 at byte 28; save the file as UTF-8\n"


def test_a_summary_without_languages_tells_nothing(coders: Layout) -> None:
    """`kg check` says what is wrong with it; the statements make a pair by their passages."""
    before = Path(SECOND).read_text(encoding="utf-8")
    own = "summary:\n    nl: Havens zijn van iedereen.\n    en: Harbours belong to everyone.\n"
    Path(SECOND).write_text(before.replace(own, "summary: Harbours\n"), encoding="utf-8")

    assert json.loads(agreement("--format", "json").stdout)["coding"]["pairs"] == 6


def test_a_statement_that_is_no_mapping(coders: Layout) -> None:
    """A stray item."""
    edit(coders, SECOND, "statements:\n", "statements:\n- s000\n")

    assert "expected keys and values, beginning with `- id:`" in agreement().stdout


def test_two_documents_do_not_compare(coders: Layout) -> None:
    """One text, two codings. That comes first, for the text of another document need not be there."""
    edit(coders, SECOND, "document: harbour-2031", "document: port-2031")

    result = agreement()

    assert result.exit_code == 2
    assert told(result) == (
        "mappings/harbour-2031.yaml is about harbour-2031 and second/harbour-2031.yaml about port-2031; only codings of one document "
        "compare: if both are of one text, write `document: harbour-2031` in second/harbour-2031.yaml, and so in its ledger and its "
        "relations"
    )


def test_a_text_of_unknown_length(coders: Layout) -> None:
    """The lock says where passages are; how long the text is says the catalogue."""
    edit(coders, "mappings/documents.yaml", '  characters: "607"\n', "")

    result = kg("agreement", "mappings/harbour-2031.yaml", "mappings/harbour-2031.yaml")

    assert "the length of its text is not known; pass --sources DIR" in " ".join(result.stderr.split())


def test_a_lock_for_other_anchors(coders: Layout) -> None:
    """It says nothing of the passages as they are written now."""
    edit(coders, "mappings/harbour-2031.yaml", "De Ploegpartij … zijn.", "De Ploegpartij vindt … zijn.")

    result = kg("agreement", "mappings/harbour-2031.yaml", "mappings/harbour-2031.yaml")

    Path("second/anchors").mkdir()
    shutil.copy("mappings/anchors/harbour-2031.tsv", "second/anchors")
    edit(coders, SECOND, "De Ploegpartij … zijn.", "De Ploegpartij vindt … zijn.")
    outside = kg("agreement", SECOND, SECOND)

    message = (
        "s001 passage: not in the anchor lock beside the file, or there with other anchors: pass --sources DIR (or set KG_SOURCES), "
        "the folder with the text harbour-2031.txt"
    )
    assert result.exit_code == 1
    assert result.stdout == f"mappings/harbour-2031.yaml:14:12: {message}, or run `kg anchor harbour-2031`\n"
    assert outside.stdout.splitlines()[0] == f"second/harbour-2031.yaml:14:12: {message}"


def test_a_broken_context_is_reported_first(coders: Layout) -> None:
    """Nothing can be compared under a context that cannot be read."""
    Path("mappings/context.yaml").write_text("x: y\n", encoding="utf-8")

    assert '"@context"' in agreement().stdout


def test_the_template_is_not_written_over(coders: Layout) -> None:
    """Decisions may stand in it."""
    first, second = agreement("--decisions-template", "decisions.yaml"), agreement("--decisions-template", "decisions.yaml")

    assert "decisions.yaml: written; fill in each `take:`" in first.stderr
    assert "exists already, and decisions may stand in it" in " ".join(second.stderr.split())
