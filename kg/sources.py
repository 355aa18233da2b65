"""Source texts: the normaliser, sentences, and anchors that locate a passage without copying it.

In: a text file of a document, which need not be at hand. Out: offsets and hashes over the normalised text, end-exclusive,
in code points. Next: :mod:`kg.mappings`. The rules are those of ``docs/text.md``; nothing here keeps a text.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import AnchorError, SourceError, Span, UnreadableTextError, VersionError
from kg.occurrences import occurrences, why_nowhere

NORMALISATION: Final = "policy-kg-text/1"
MAX_ANCHOR_WORDS: Final = 5
_CUT: Final = re.compile(r"\[?(?:…|\.\.\.)\]?")
"""What is written between the first and the last words, rightly or not."""
_FEWEST_WRITTEN_OUT = 8
"""Words of a passage of which four, two on each side, may be written."""
ELLIPSIS: Final = " … "

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:[-'’.,][^\W_]+)*")
_MARK = r"(?:\d{1,2}[.)]|[a-z]\)|[-•*–—▪◦‣·])"
_BLOCK = re.compile(rf"\n[^\S\n]*\n\s*|\n(?=\s*{_MARK}\s)")
_FOOTNOTE = r"(?:(?:\[\d{1,3}\])+|(?<=[^\W\d_]{2}[.!?…])\d{1,3})?"
_SENTENCE_END = re.compile(rf"[.!?…][\"'”’»)\]]*{_FOOTNOTE}\s+(?=[\"'“‘«(\[]*[^\W_])")
_NOTE_MARK = re.compile(r"(?:(?:\[\d{1,3}\])+|(?<=[.!?…])\d{1,3})$")
_LIST_MARK = re.compile(rf"{_MARK}(?:\s+{_MARK})*")
_LEADING_MARK = re.compile(rf"{_MARK}\s+")
_ABBREVIATIONS = frozenset(
    (
        *(
            "art.",
            "bijv.",
            "bv.",
            "ca.",
            "dhr.",
            "d.w.z.",
            "dr.",
            "drs.",
            "enz.",
            "etc.",
            "fig.",
            "i.e.",
            "e.g.",
            "incl.",
            "ing.",
        ),
        *("ir.", "jhr.", "jl.", "m.a.w.", "m.b.t.", "mevr.", "mr.", "mrs.", "ms.", "mw.", "nl.", "nr.", "nrs.", "o.a.", "o.m."),
        *("p.", "pp.", "prof.", "resp.", "st.", "t.a.v.", "t.o.v.", "vgl.", "vs.", "cf.", "gen.", "gov.", "sen.", "rep."),
    )
)
_BEFORE_NUMBERS = frozenset(
    (
        *(
            "afb.",
            "blz.",
            "bijl.",
            "ch.",
            "eds.",
            "hfst.",
            "jan.",
            "feb.",
            "mrt.",
            "apr.",
            "aug.",
            "sept.",
            "sep.",
            "okt.",
            "oct.",
            "nov.",
            "dec.",
        ),
        *("lid.", "no.", "nos.", "par.", "pag.", "sec.", "stb.", "stcrt.", "tab.", "vol."),
    )
)
"""Abbreviations only where a number follows: some are words, too (*no.*), or end a sentence as often."""
_INITIAL = re.compile(r"(?:[^\W\d_]\.)+")


@dataclass(frozen=True)
class NormalisedText:
    """A text in the form over which offsets count.

    :ivar slug: the document's slug
    :ivar text: normalised by ``policy-kg-text/1``
    :ivar sentences: spans of the sentences, in order, without list marks
    :ivar paragraphs: spans of the paragraphs, in order; white space alone is between them
    """

    slug: str
    text: str
    sentences: tuple[Span, ...]
    paragraphs: tuple[Span, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash of the whole text."""
        return digest(self.text)


@dataclass(frozen=True)
class Anchors:
    """The words with which a passage starts and ends.

    :ivar start: first words, at most five
    :ivar end: last words, at most five
    """

    start: str
    end: str

    def __str__(self) -> str:
        return f"{self.start}{ELLIPSIS}{self.end}"


@dataclass(frozen=True)
class Passage:
    """A located passage: code-point offsets, end-exclusive, and the sha256 of its text in UTF-8."""

    start: int
    end: int
    sha256: str


def normalise(raw: str) -> str:
    r"""Apply ``policy-kg-text/1``: NFC, each run of white space (``\s+``) one space, ends stripped."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", raw)).strip()


def digest(text: str) -> str:
    """Hexadecimal sha256 of ``text`` in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_text(directory: Path, slug: str, sha256: str | None = None) -> NormalisedText:
    """Read ``<directory>/<slug>.txt`` and normalise it.

    :param sha256: hash of the normalised text that the catalogue records, if it does
    :raises SourceError: if there is no such file
    :raises UnreadableTextError: if it cannot be opened, or is not UTF-8
    :raises VersionError: if it is another text than the one that was coded
    """
    path = directory / f"{slug}.txt"
    try:
        raw = path.read_text(encoding="utf-8-sig")  # an editor may have put a byte order mark, which nobody sees, before the text
    except FileNotFoundError:
        raise SourceError(f"{path}: no such text; put the document's text there or leave --sources out") from None
    except OSError as error:
        raise UnreadableTextError(path, f"cannot be read ({error.strerror}); see that it is a file that you may read") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UnreadableTextError(path, f"not UTF-8 at byte {error.start}; save the file as UTF-8", line) from None
    text = NormalisedText(slug, normalise(raw), split_sentences(raw), split_paragraphs(raw))
    if sha256 is not None and text.sha256 != sha256:
        raise VersionError(
            f"{path}: sha256 of the normalised text is {text.sha256}, the catalogue has {sha256}; "
            "this is another version of the document: find the coded one, or code the new one as a document of its own; if only mistakes "
            f'were mended in it, write this sha256 and `characters: "{len(text.text)}"` into the catalogue, and run `kg anchor`'
        )
    return text


def split_sentences(raw: str) -> tuple[Span, ...]:
    """Spans of the sentences of ``raw``, as offsets of the normalised text. List marks such as ``3.`` belong to no sentence."""
    return tuple(span for offset, paragraph in _paragraphs(raw) for span in _sentences_of(paragraph, offset))


def split_paragraphs(raw: str) -> tuple[Span, ...]:
    """Spans of the paragraphs of ``raw``, as offsets of the normalised text."""
    return tuple(Span(offset, offset + len(paragraph)) for offset, paragraph in _paragraphs(raw))


def _paragraphs(raw: str) -> Iterator[tuple[int, str]]:
    """Normalised paragraphs with their offsets.

    A blank line or a list mark ends one, unless the text goes on in lower case (a page break inside a sentence).
    """
    nfc = unicodedata.normalize("NFC", raw)
    offset = 0
    pending = ""
    blocks = [b for b in (_SPACE.sub(" ", part).strip() for part in _BLOCK.split(nfc)) if b]
    for index, block in enumerate(blocks):
        pending = f"{pending} {block}" if pending else block
        following = blocks[index + 1] if index + 1 < len(blocks) else ""
        if following[:1].islower() and not _LEADING_MARK.match(following):
            continue
        yield offset, pending
        offset += len(pending) + 1
        pending = ""


def _sentences_of(block: str, offset: int) -> list[Span]:
    """Sentences of a normalised ``block`` that starts at ``offset``."""
    edges = [0]
    for match in _SENTENCE_END.finditer(block):
        last = _NOTE_MARK.sub("", block[: match.end()].rstrip()).rsplit(" ", 1)[-1].lower().lstrip("(\"'“‘")
        follows = block[match.end() :].lstrip("\"'“‘«([")
        if last in _ABBREVIATIONS or _INITIAL.fullmatch(last) or follows[:1].islower():
            continue
        if last in _BEFORE_NUMBERS and follows[:1].isdigit():
            continue
        edges.append(match.end())
    spans = []
    for edge, end in zip(edges, [*edges[1:], len(block)], strict=True):
        mark = _LEADING_MARK.match(block, edge, end) if not edge else None
        start = mark.end() if mark else edge
        stripped = block[start:end].rstrip()
        if stripped and not _LIST_MARK.fullmatch(stripped) and _WORD.search(stripped):
            spans.append(Span(offset + start, offset + start + len(stripped)))
    return spans


def words(text: str) -> list[Span]:
    """Spans of the words of ``text``: runs of letters and digits, with inner hyphens, apostrophes, points and commas."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def parse_anchors(written: str) -> Anchors:
    """Read anchors as a coder writes them: ``first words … last words``.

    :raises AnchorError: if there is not exactly one ellipsis between spaces, or a side has no word or more than five
    """
    start, _, end = normalise(written).partition(ELLIPSIS)
    if not start or not end or ELLIPSIS in end:
        raise AnchorError(
            f'anchors "{written}" are not of the form "first words … last words" (one … between spaces){_in_form(written)}'
        )
    for side in (start, end):
        if len(side.split()) > MAX_ANCHOR_WORDS:
            raise AnchorError(f'anchor "{side}" has {len(side.split())} words; {MAX_ANCHOR_WORDS} are allowed on each side')
    return Anchors(start, end)


def _in_form(written: str) -> str:
    """What to write for anchors in another form, or for a passage that was written out; empty if that cannot be told."""
    sides = [side for part in _CUT.split(written) if (side := part.strip())]
    cuts = len(_CUT.findall(written))
    dots = "three dots are not the sign …: " if "..." in written else ""
    if cuts and len(sides) > 1:
        why = dots or ("only one … stands in it: " if cuts > 1 else "a space stands on each side of the …: ")
        return f'; {why}write "{sides[0]}{ELLIPSIS}{sides[-1]}"'
    if cuts and sides:
        missing = "first" if _CUT.match(written.strip()) else "last"
        return f"; the {missing} words are missing"
    said = written.split()
    if cuts or len(said) < _FEWEST_WRITTEN_OUT:
        return ""
    return f'; a passage is not written out: begin with "{" ".join(said[:2])}{ELLIPSIS}{" ".join(said[-2:])}"'


def find(anchors: Anchors, text: str) -> tuple[Span, ...]:
    """Places where ``anchors`` fit: from each start to the nearest end, without a second start in between."""
    starts = occurrences(anchors.start, text)
    ends = occurrences(anchors.end, text)
    found: dict[int, int] = {}
    for start in starts:
        end = next((e.end for e in ends if e.start >= start.end), None)
        if end is not None:
            found[end] = start.start  # a later start is nearer, so the innermost span remains
    return tuple(sorted(Span(start, end) for end, start in found.items()))


def resolve(anchors: Anchors, text: NormalisedText, *, limit_share: bool = True) -> Passage:
    """Locate the one passage that starts and ends with ``anchors``.

    :param anchors: first and last words, at most five each
    :param text: a document normalised by ``policy-kg-text/1``
    :param limit_share: whether the anchors may be at most half of the passage's words; a heading, which is a title, is exempt
    :returns: the passage with end-exclusive code-point offsets and its sha256
    :raises AnchorError: if no passage, or more than one, fits; the message lists the candidates with their context
    """
    candidates = find(anchors, text.text)
    if not candidates:
        raise AnchorError(
            f'anchors "{anchors}" match nowhere in {text.slug}: {why_nowhere(anchors.start, anchors.end, text.text)}'
        )
    if len(candidates) > 1:
        places = "; ".join(f"{c.start}–{c.end} (after “{_before(text.text, c.start)}”)" for c in candidates)
        raise AnchorError(
            f'anchors "{anchors}" match {len(candidates)} places in {text.slug}: {places}; add words until one is left',
            candidates,
        )
    (place,) = candidates
    passage = text.text[place.start : place.end]
    given, whole = len(f"{anchors.start} {anchors.end}".split()), len(passage.split())
    if limit_share and given * 2 > whole:
        raise AnchorError(
            f'anchors "{anchors}" have {given} of the passage\'s {whole} words; at most half may be written: '
            "shorten the anchors or let the passage take in a neighbouring sentence",
            candidates,
        )
    return Passage(place.start, place.end, digest(passage))


def _before(text: str, at: int) -> str:
    """The three words before ``at``: enough to tell two places apart."""
    return " ".join(text[:at].split()[-3:])
