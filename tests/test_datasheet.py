"""The page about the data, and the agreement of two coders."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.agreement.coefficients import kappa
from kg.agreement.recoding import read_recoding, read_stances
from kg.cli import main
from kg.mappings.layout import Layout
from tests.project import ROOT
from tests.test_published_data import SOURCES

ROWS = """\
statements\tindispensable\tkind\tkind_2\tspeaker\tspeaker_2\taddressee\taddressee_2
s001\tyes\tClaim\tClaim\tada\tada\t\t
s002 s003\tyes\tDemand\tPrinciple\tada\tada\tbo\t
\tyes\t\tClaim\t\tada\t\t
\tno\t\tClaim\t\tada\t\t
"""


def test_kappa_of_a_worked_example() -> None:
    """50 pairs: 20 yes/yes, 15 no/no, 5 yes/no, 10 no/yes; observed 0.7, expected 0.5, so 0.4."""
    pairs = [("yes", "yes")] * 20 + [("no", "no")] * 15 + [("yes", "no")] * 5 + [("no", "yes")] * 10

    assert kappa(pairs) == pytest.approx(0.4)


def test_kappa_is_undefined_without_variation() -> None:
    """One value throughout agrees by chance alone; no pairs agree about nothing."""
    assert kappa([("a", "a"), ("a", "a")]) is None
    assert kappa([]) is None


def test_recoding_counts_what_was_found(tmp_path: Path) -> None:
    """Two of three indispensable statements, and the fields of the two pairs."""
    path = tmp_path / "harbour.tsv"
    path.write_text(ROWS, encoding="utf-8")

    recoding = read_recoding(path)

    assert (recoding.document, recoding.statements, recoding.indispensable, recoding.found) == ("harbour", 4, 3, 2)
    assert [(f.field, f.pairs, f.observed) for f in recoding.fields] == [
        ("kind", 2, 0.5),
        ("speaker", 2, 1.0),
        ("addressee", 2, 0.5),
    ]


def test_stances_are_compared_by_the_way_they_were_drawn(tmp_path: Path) -> None:
    """One of two that changed is the same; of those without a stance, all are, by one value throughout; three of four in all."""
    path = tmp_path / "stance.tsv"
    rows = ("h/s001\tchanged\tsupports\tsupports", "h/s002\tchanged\topposes\t", "h/s003\tnone\t\t", "h/s004\tnone\t\t")
    path.write_text("\n".join(("statement\tdrawn\tstance\tstance_2", *rows, "")), encoding="utf-8")

    found = read_stances(path)

    assert {drawn: (a.field, a.pairs, a.observed) for drawn, a in found.items()} == {
        "changed": ("stance", 2, 0.5),
        "none": ("stance", 2, 1.0),
        "all": ("stance", 4, 0.75),
    }
    assert found["none"].kappa is None
    assert found["all"].kappa == pytest.approx(5 / 9)  # observed 12/16, expected 7/16


def test_data_is_written_and_checked(project: Layout) -> None:
    """`kg data --check` fails until `kg data` has run; the page has the counts of the fictional corpus."""
    arguments = ["data", "--sources", "texts", "--output", "data.md"]

    assert CliRunner().invoke(main, [*arguments, "--check"]).exit_code == 1
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert CliRunner().invoke(main, [*arguments, "--check"]).exit_code == 0
    page = Path("data.md").read_text(encoding="utf-8")
    assert "| harbour-2031 | 3 | 1 | 1 | 1 | 1 | 0 | 7 |" in page
    assert "| **all** | 3 | 1 | 1 | 2 | 1 | 1 | 9 |" in page
    assert "| statements with `exception` | 1 |" in page
    assert "| example.org | 1 | 1 |" in page


def test_texts_that_are_missing_are_named(project: Layout) -> None:
    """Their sentences cannot be counted, and what the page had may no longer be so: nothing is written."""
    Path("texts/reply-2032.txt").unlink()

    result = CliRunner().invoke(main, ["data", "--sources", "texts", "--output", "data.md"])

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: data.md: not written: the folder of texts has no reply-2032.txt, and the page counts the sentences of every text; put it "
        "there, or leave the page to somebody who has all texts\n"
    )
    assert not Path("data.md").exists()


@pytest.mark.skipif(SOURCES is None, reason="the texts are not in the repository; set KG_SOURCES to verify the page")
def test_committed_page_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """`kg data` writes it anew."""
    result = CliRunner().invoke(
        main, ["--root", str(ROOT), "data", "--sources", str(SOURCES), "--output", str(ROOT / "docs" / "data.md"), "--check"]
    )

    assert result.exit_code == 0, result.output
