"""The normaliser, sentences and anchors."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import AnchorError, SourceError, Span
from kg.sources import Anchors, NormalisedText, digest, find, normalise, parse_anchors, read_text, resolve, split_sentences

TEXT = "The Court sat in Port Elland. The Court of Farland heard its rulings and its rulings were read aloud by the clerk."


@pytest.fixture
def text() -> NormalisedText:
    """A short text with repeated words."""
    return NormalisedText("harbour", TEXT, split_sentences(TEXT))


def test_normaliser_composes_and_collapses() -> None:
    """NFC, white space of every kind to one space, ends stripped."""
    assert normalise("  Cafe\u0301\u00a0\t\n bar\u2003 ") == "Café bar"


@given(st.text())
def test_normaliser_is_idempotent(raw: str) -> None:
    """What is normalised stays as it is, and is NFC."""
    once = normalise(raw)

    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(alphabet="ab .!?\n1A-é\u0301", max_size=80))
def test_sentences_are_disjoint_ordered_spans_of_the_text(raw: str) -> None:
    """Every letter of the text stands in exactly one sentence."""
    text = normalise(raw)
    covered = [i for span in split_sentences(raw) for i in range(span.start, span.end)]

    assert covered == sorted(set(covered))
    assert all(i in set(covered) for i, character in enumerate(text) if character.isalpha())


def test_sentences_leave_out_list_marks() -> None:
    """Numbers of a list belong to no sentence; abbreviations and decimals end none."""
    raw = "A heading\n\n 1. We ask e.g. art. 5 of it. It is 0.7 percent!\n 2. And more"
    text = normalise(raw)

    assert [text[s.start : s.end] for s in split_sentences(raw)] == [
        "A heading",
        "We ask e.g. art. 5 of it.",
        "It is 0.7 percent!",
        "And more",
    ]


def test_a_page_break_inside_a_sentence_does_not_end_it() -> None:
    """A blank line before lower case is a page break of a PDF."""
    assert len(split_sentences("We ask for\n\nopen harbours. And boats.")) == 2


def test_anchors_are_resolved_to_the_nearest_end(text: NormalisedText) -> None:
    """The passage ends at the first end after the start."""
    passage = resolve(Anchors("The Court of", "rulings"), text, limit_share=False)

    assert (passage.start, passage.end) == (30, 68)
    assert passage.sha256 == digest("The Court of Farland heard its rulings")


def test_the_innermost_start_counts(text: NormalisedText) -> None:
    """A start that stands again before the end is not a second candidate."""
    assert find(Anchors("The Court", "its rulings"), TEXT) == (Span(30, 68),)


def test_ambiguous_anchors_list_the_candidates() -> None:
    """Two places fit: neither is chosen, both are shown."""
    twice = "One fish swims home. One fish swims home."
    with pytest.raises(AnchorError) as error:
        resolve(Anchors("One", "home."), NormalisedText("fish", twice, ()))

    assert error.value.candidates == (Span(0, 20), Span(21, 41))
    assert "0–20" in str(error.value)
    assert "21–41" in str(error.value)


@pytest.mark.parametrize(
    ("anchors", "reason"),
    [
        (Anchors("A Court", "clerk."), 'the first words "A Court" are not in the text'),
        (Anchors("The Court", "judge."), 'the last words "judge." are not in the text'),
        (Anchors("clerk.", "The Court"), "the last words do not follow them"),
        (Anchors("nothing", "here"), "neither side is in the text"),
        (Anchors("he Court of", "clerk."), "are not in the text"),
    ],
)
def test_anchors_that_match_nowhere_say_which_side(text: NormalisedText, anchors: Anchors, reason: str) -> None:
    """The coder learns what to mend; an anchor that begins inside a word matches nowhere."""
    with pytest.raises(AnchorError, match="match nowhere") as error:
        resolve(anchors, text)

    assert reason in str(error.value)


def test_anchors_may_be_half_of_the_passage(text: NormalisedText) -> None:
    """Three of six words are allowed, four are not; a heading is exempt."""
    assert resolve(Anchors("The Court", "Elland."), text).start == 0
    with pytest.raises(AnchorError, match="have 4 of the passage's 6 words"):
        resolve(Anchors("The Court sat", "Elland."), text)
    assert resolve(Anchors("The Court sat", "Elland."), text, limit_share=False).end == 29


@pytest.mark.parametrize("written", ["no ellipsis", "… end", "start …", "a … b … c", "a...b", ""])
def test_malformed_anchors(written: str) -> None:
    """Exactly one ellipsis, between spaces."""
    with pytest.raises(AnchorError, match="not of the form"):
        parse_anchors(written)


@given(st.integers(0, 60), st.integers(1, 60))
def test_what_is_anchored_uniquely_is_found_again(start: int, length: int) -> None:
    """Anchors cut from a text of distinct words lead back to the same passage."""
    words = [f"woord{i}" for i in range(130)]
    chosen = words[start : start + length + 4]
    joined = " ".join(words)
    passage = resolve(Anchors(chosen[0], chosen[-1]), NormalisedText("x", joined, ()))

    assert joined[passage.start : passage.end] == " ".join(chosen)


def test_missing_text_and_wrong_bytes(tmp_path: Path) -> None:
    """No file, and a file that is not UTF-8."""
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")

    with pytest.raises(SourceError, match="no such text"):
        read_text(tmp_path, "nothing")
    with pytest.raises(SourceError, match="not UTF-8 at byte 3"):
        read_text(tmp_path, "latin")


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path: Path) -> None:
    """An editor that puts one before the text, and ends its lines as Windows does, changes nothing of it."""
    (tmp_path / "plain.txt").write_bytes(b"Een haven.\n\nEen kade.\n")
    (tmp_path / "marked.txt").write_bytes(b"\xef\xbb\xbfEen haven.\r\n\r\nEen kade.\r\n")
    plain = read_text(tmp_path, "plain")

    marked = read_text(tmp_path, "marked", plain.sha256)

    assert (marked.text, marked.sentences, marked.paragraphs) == (plain.text, plain.sentences, plain.paragraphs)


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("Mr. J.P. de Wit komt. Hij blijft.", ["Mr. J.P. de Wit komt.", "Hij blijft."]),
        ("Dat kost 1.250,50 euro. Zie art. 5 en nr. 12.", ["Dat kost 1.250,50 euro.", "Zie art. 5 en nr. 12."]),
        (
            "Op 3 jan. 2034 begint het. Einde jan. Dan volgt meer.",
            ["Op 3 jan. 2034 begint het.", "Einde jan.", "Dan volgt meer."],
        ),
        ("No. 5 is alive. Do we say no. We do.", ["No. 5 is alive.", "Do we say no.", "We do."]),
        ("The U.S. Senate met, e.g. Mrs. Low. It voted!", ["The U.S. Senate met, e.g. Mrs. Low.", "It voted!"]),
        ("• meer dijken;\n• minder water\n- geen zout", ["meer dijken;", "minder water", "geen zout"]),
        ("a) eerst dit\nb) dan dat", ["eerst dit", "dan dat"]),
        ("1) Eerst dit.\n2) Dan dat.", ["Eerst dit.", "Dan dat."]),
        ("“Kom!” zei hij. “Nu?” Ja.", ["“Kom!” zei hij.", "“Nu?”", "Ja."]),
        ("Kosten\n\nHet kost veel", ["Kosten", "Het kost veel"]),
        ("Dat is zo.5 Maar niet.[12] En art.5 De wet.", ["Dat is zo.5", "Maar niet.[12]", "En art.5 De wet."]),
    ],
    ids=["initials", "numbers", "months", "no", "English", "bullets", "letters", "brackets", "quotes", "heading", "footnotes"],
)
def test_sentences_of_dutch_and_english(raw: str, expected: list[str]) -> None:
    """Abbreviations, numbers, list marks, quotation and headings."""
    text = normalise(raw)

    assert [text[span.start : span.end] for span in split_sentences(raw)] == expected
