"""`kg new` on notes and tables of a page: marks beside words, notes in the ledger, one entry for a table."""

import pytest

from kg.authoring import skeleton
from kg.authoring.extracted import Extracted
from kg.authoring.units import cut, normalised
from kg.authoring.webpage import read_page
from kg.sources import split_sentences

LINKED = """\
<html lang="nl"><body><main><article><h1>Havens</h1>
<p>Wij steunen het Havenverdrag<sup><a href="#n1">1</a></sup> en vragen de regering om het te tekenen.<a href="#n2"><sup>2</sup></a> Dat kan nog dit jaar.</p>
<p>Zie ook hoofdstuk <a href="#geld">2</a>, waar over 40 km<sup>2</sup> haven sinds de 19<sup>e</sup> eeuw wordt verteld.</p>
<h2 id="geld">Geld</h2>
<p>Dat kost elk jaar veel geld, maar een dijkbreuk kost meer.<sup>[1]</sup><sup>, </sup><sup>3</sup> Ook dat is bekend.</p>
<ol><li id="n1">Verdrag over de havens van Elland, 2031. <a href="#r1">↩</a></li><li id="n2">Zie daarover ook het verslag van de visser.</li></ol>
<p><sup>3</sup> Jaarverslag van het Dijkinstituut over 2031.</p>
</article></main></body></html>
"""
TABLE = """\
<html lang="nl"><body><main><article><h1>Geld</h1><p>De uitgaven aan dijken dalen al jaren, en dat moet anders.</p>
<table><caption>Uitgaven aan dijken (miljoen euro)</caption><tr><th>Jaar</th><th>Bedrag</th></tr>
<tr><td>2031</td><td>412</td></tr><tr><td>2034</td><td>€ 287,5</td></tr></table>
<p>Wie op dijken bezuinigt, betaalt later het dubbele aan herstel.</p></article></main></body></html>
"""
PROSE = """\
<html lang="nl"><body><main><article><h1>Plan</h1><p>De regering heeft een plan, en dat plan heeft twee delen.</p>
<table><tr><td>1</td><td>Wij bouwen dijken. Dat doen wij snel.</td></tr>
<tr><td>2</td><td>Wij graven geulen. Dat doen wij langzaam.</td></tr></table></article></main></body></html>
"""


def read(page: str, *, whole: bool = False) -> Extracted:
    """A page in UTF-8."""
    return read_page(page.encode(), "utf-8", whole=whole)


def ledger(extracted: Extracted) -> list[str]:
    """The passages that are proposed for the ledger, with their reasons."""
    written = skeleton.ledger("x", cut(extracted, normalised("x", extracted)))
    return [line.strip().removeprefix("- ") for line in written.partition("skipped:\n")[2].splitlines()]


@pytest.mark.parametrize("whole", [False, True])
def test_a_mark_stands_beside_its_word(*, whole: bool) -> None:
    """A word stays a word; a power, an ordinal and a linked number of a chapter are no marks."""
    text = read(LINKED, whole=whole).text

    assert "Wij steunen het Havenverdrag[1] en vragen de regering om het te tekenen.[2] Dat kan" in text
    assert "hoofdstuk 2, waar over 40 km² haven sinds de 19e eeuw" in text
    assert "dijkbreuk kost meer.[1], [3] Ook dat" in text


def test_a_sentence_ends_before_several_marks() -> None:
    """As before one."""
    text = "De zee stijgt.[1][2] Wij bouwen dijken, d.w.z.[3] Hoge dijken."

    assert [text[span.start : span.end] for span in split_sentences(text)] == [
        "De zee stijgt.[1][2]",
        "Wij bouwen dijken, d.w.z.[3] Hoge dijken.",
    ]


@pytest.mark.parametrize("whole", [False, True])
def test_a_note_is_proposed_for_the_ledger(*, whole: bool) -> None:
    """By the link of its mark, or because it begins with one; no note is a statement, and a note is beside notes only."""
    extracted = read(LINKED, whole=whole)

    assert [block.text[:12] for block in extracted.blocks if block.note] == [
        "Verdrag over",
        "Zie daarover",
        "[3] Jaarvers",
    ]
    assert ledger(extracted)[-6:] == [
        "passage: Verdrag over … 2031. ↩",
        "reason: footnote # if it says more than where something stands, code it",
        "passage: Zie daarover … de visser.",
        "reason: footnote # if it says more than where something stands, code it",
        'passage: "[3] Jaarverslag … 2031."',
        "reason: footnote # if it says more than where something stands, code it",
    ]


@pytest.mark.parametrize(
    ("end", "notes"),
    [
        ("<p>1. Verslag van het jaar.</p><p>2. Verslag van de visser.</p>", 2),
        ("<p>1. Verslag van het jaar.</p>", 0),
        ("<p>2. Verslag van het jaar.</p><p>3. Verslag van de visser.</p>", 0),
        ("<p>1. Verslag van het jaar.</p><p>2. Verslag van de visser.</p><p>Doet u met ons mee?</p>", 0),
    ],
)
def test_notes_of_marks_without_a_link_stand_at_the_end(end: str, notes: int) -> None:
    """With just the numbers of the marks; anything else may be a list of demands."""
    page = f"<html><body><p>De zee stijgt snel.<sup>1</sup> De dijken zakken.<sup>2</sup></p>{end}</body></html>"

    assert sum(block.note for block in read(page, whole=True).blocks) == notes


BACK = """\
<html lang="nl"><!-- made up --><body><main><article><h1>Havens</h1>
<p>Wij steunen het verdrag<sup id="r1"><a href="#n1">1</a></sup> van de havens<sup id="r2"><a href="http://[x#n2">2</a></sup>.</p>
<p>De noten van dit stuk:<br><sup><a href="#r1">1</a></sup> Verdrag over de havens.</p>
<p id="n1">1. Ibid. <a href="#r1">1</a></p><p id="n2">2. Zie daarover het jaarverslag van de visser.</p></article></main></body></html>
"""


@pytest.mark.parametrize("whole", [False, True])
def test_a_link_back_makes_no_note(*, whole: bool) -> None:
    """A mark that begins a line links to where the note belongs; and a note that is too short alone stands with the one before."""
    extracted = read(BACK, whole=whole)

    assert [block.text.split()[0] for block in extracted.blocks if block.note] == ["De", "1.", "2."]
    assert ledger(extracted)[-4:-2] == [
        "passage: De noten … Ibid. 1 # with a note beside it: alone it could not be located",
        "reason: footnote # if it says more than where something stands, code it",
    ]


@pytest.mark.parametrize("whole", [False, True])
def test_a_table_of_figures_is_one_entry(*, whole: bool) -> None:
    """With its caption and its head, without which its rows say nothing."""
    extracted = read(TABLE, whole=whole)
    units = cut(extracted, normalised("x", extracted))

    assert "Uitgaven aan dijken (miljoen euro)\n| Jaar | Bedrag\n| 2031 | 412\n| 2034 | € 287,5\n" in extracted.text
    assert [(str(unit.anchors), unit.table) for unit in units[2:]] == [
        ("Uitgaven aan … € 287,5", True),
        ("Wie op … aan herstel.", False),
    ]
    assert split_sentences(extracted.text)[2].end - split_sentences(extracted.text)[2].start == len(
        "Uitgaven aan dijken (miljoen euro) | Jaar | Bedrag | 2031 | 412 | 2034 | € 287,5"
    )


def test_a_table_of_sentences_is_read_by_sentences() -> None:
    """Its numbers only count its rows."""
    extracted = read(PROSE)

    assert "1 | Wij bouwen dijken. Dat doen wij snel.\n\n2 | Wij graven geulen." in extracted.text


def test_the_entry_of_a_table_says_what_to_do() -> None:
    """The codebook wants a claim for each row."""
    extracted = read(TABLE)
    described = skeleton.Described("x", "Geld", "nl", "ada", (), "", "")
    written = skeleton.mapping(described, cut(extracted, normalised("x", extracted)), "x-1")

    assert (
        '  passage: "Uitgaven aan … € 287,5" # a table: an entry for each row that is coded, all with this passage\n' in written
    )
