"""The data that we publish: no finding, every passage proved, every sentence accounted for."""

import os
from collections import Counter
from pathlib import Path

import pytest

from kg.coverage import coverage
from kg.errors import Severity
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout
from kg.mappings.lock import read_lock
from kg.namespaces import ID, POL
from kg.release import Checked, check
from kg.sources import digest
from tests.project import ROOT

SOURCES = Path(os.environ["KG_SOURCES"]) if os.environ.get("KG_SOURCES") else None
needs_texts = pytest.mark.skipif(SOURCES is None, reason="the texts are not in the repository; set KG_SOURCES to verify them")


@pytest.fixture(scope="module")
def published() -> Checked:
    """The project itself, read and validated."""
    return check(Layout(ROOT), SOURCES)


def test_no_violation(published: Checked) -> None:
    """`kg check` is clean; `kg check` prints what is not."""
    assert [str(f) for f in published.findings if f.severity is Severity.VIOLATION] == []


def test_number_of_statements_by_kind(published: Checked) -> None:
    """A floor for each kind: a coding can grow, and what shrinks it should be seen."""
    rows = published.dataset.select(
        f"SELECT ?kind (COUNT(DISTINCT ?s) AS ?n) {{ ?s a ?kind ; <{POL}passage> ?p }} GROUP BY ?kind"
    )
    counts = {row["kind"].value.removeprefix(POL): int(row["n"].value) for row in rows}

    assert counts["Demand"] >= 580
    assert counts["Claim"] >= 520
    assert counts["Principle"] >= 145
    assert counts["Assessment"] >= 115
    assert counts["Commitment"] >= 75
    assert counts["Response"] >= 28


@pytest.mark.parametrize(
    ("action", "thing"),
    [
        ("suspend", "instrument/eu-israel-association-agreement"),
        ("recognise", "agent/palestine"),
        ("recognise", "agent/south-maluku"),
        ("strengthen", "agent/international-criminal-court"),
        ("implement", "instrument/sustainable-development-goals"),
        ("combat", "topic/tax-avoidance"),
        ("reform", "topic/humanitarian-system"),
    ],
)
def test_what_any_reader_of_the_chapter_remembers(published: Checked, action: str, thing: str) -> None:
    """The demands for which the chapter is known are there, addressed to the Netherlands."""
    pattern = f"?s pol:action <{ID}action/{action}> ; pol:object <{ID}{thing}> ; pol:addressee <{ID}agent/netherlands>"

    assert published.dataset.select(f"SELECT ?s {{ {pattern} }}")


def test_the_development_budget_norms(published: Checked) -> None:
    """One per cent of gross national product, and 0.7 per cent of gross national income by 2030: two different norms."""
    pattern = "?s a pol:Demand ; pol:speaker ?who ; pol:target ?t . ?t pol:value ?v ; pol:unit unit:PERCENT ; pol:denominator ?d"
    rows = published.dataset.select(f"SELECT ?who ?v ?d ?year {{ {pattern} OPTIONAL {{ ?t pol:deadline ?year }} }}")
    found = {tuple(row[n].value.rsplit("/", 1)[-1] if n in row else "" for n in ("who", "v", "d", "year")) for row in rows}

    assert found >= {("bij1", "1", "gross-national-product", ""), ("groen", "0.7", "gross-national-income", "2030")}


def test_summaries_are_single_sentences(published: Checked) -> None:
    """Each ends with a full stop, begins with a capital, and says something of its own."""
    rows = published.dataset.select("SELECT ?s ?text { ?s pol:summary ?text }")
    texts = [row["text"] for row in rows]

    assert [t.value for t in texts if not (t.value.endswith(".") and t.value[0].isupper() and "\n" not in t.value)] == []
    assert [text for text, n in Counter((t.value, t.language) for t in texts).items() if n > 1] == []


def test_anchors_keep_the_limits() -> None:
    """At most five words on each side, also where no text is at hand."""
    for path in sorted((ROOT / "mappings" / "anchors").glob("*.tsv")):
        rows, findings = read_lock(path, path.name)
        sides = [side for row in rows.values() for side in row.anchors.split(" … ")]

        assert findings == []
        assert [side for side in sides if not 1 <= len(side.split()) <= 5] == []


@needs_texts
def test_every_passage_has_its_hash() -> None:
    """The text at the offsets of the lock has the hash of the lock."""
    corpus = read_corpus(Layout(ROOT), SOURCES)
    for coding in corpus.documents.values():
        assert coding.text is not None
        text = coding.text.text
        wrong = [
            key
            for key, row in coding.passages.lock.items()
            if digest(text[row.passage.start : row.passage.end]) != row.passage.sha256
        ]

        assert wrong == []
        assert len(coding.passages.lock) >= len(coding.text.sentences)


@needs_texts
def test_every_sentence_is_accounted_for() -> None:
    """Nothing of any text is left; `kg coverage` lists it."""
    for coding in read_corpus(Layout(ROOT), SOURCES).documents.values():
        assert coverage(coding).left == ()
