"""A PDF becomes blocks of text: lines joined to paragraphs, hyphens at line ends taken away, running headers and footers left out.

In: a PDF. Out: an :class:`~kg.authoring.extracted.Extracted`. Next: :mod:`kg.authoring.starting`. The order of the text is
pdfminer's layout analysis; a heading is told by its larger or bolder letters.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from kg.authoring.extra import needed
from kg.authoring.extracted import Block, Extracted, clean
from kg.authoring.plain import is_heading
from kg.errors import SourceError

_PURPOSE: Final = "to read a PDF"
_MARGIN: Final = 0.12
"""Part of a page's height, above and below, in which running headers and footers stand."""
_LARGER: Final = 1.1
"""How much larger than the commonest letters those of a heading are."""
_GAP: Final = 1.6
"""Distance of two lines, in heights of a line, from which a new paragraph begins."""
_SPACING: Final = 5.0
"""Widest space inside a line, in widths of a letter: that of justified text in narrow columns, which pdfminer's own 2 would cut."""
_MARK: Final = re.compile(r"(?:[-•*–—▪◦‣·o]|)\s+(?=\S)")
_NUMBERED: Final = re.compile(r"\d{1,2}[.)]\s+\S")
_HYPHEN: Final = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
_DIGITS: Final = re.compile(r"\d+")
_ENDED: Final = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_DAY: Final = re.compile(r"D?:?(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class _Line:
    """A line of a page.

    :ivar size: of most of its letters, in points
    :ivar place: of its middle, as part of the page's height from below
    :ivar gap: distance to the line above in the same column, in heights of a line; 0 for the first
    """

    text: str
    size: float
    bold: bool
    place: float
    page: int
    gap: float


def read_pdf(content: bytes, *, whole: bool) -> Extracted:
    """Read a PDF.

    :param whole: keep running headers and footers
    :raises SourceError: if it cannot be opened, or there is no text in it
    """
    layout = needed("pdfminer.high_level", _PURPOSE)
    parameters = needed("pdfminer.layout", _PURPOSE).LAParams(char_margin=_SPACING)
    try:
        pages = [
            list(_lines(page, number))
            for number, page in enumerate(layout.extract_pages(io.BytesIO(content), laparams=parameters))
        ]
    except Exception as error:  # noqa: BLE001 - a broken file fails in the library in many ways, and all mean the same to the user
        raise SourceError(
            f"the PDF cannot be read ({type(error).__name__}: {error}); if it has a password, save it without"
        ) from None
    lines = [line for page in pages for line in page]
    if not lines:
        raise SourceError(
            "there is no text in the PDF, only pictures of it; recognise the text first (OCR), for example with ocrmypdf"
        )
    running = set() if whole else _running(pages)
    kept = [line for line in lines if _masked(line) not in running]
    blocks = tuple(_blocks(kept))
    left_out = Counter(_masked(line) for line in lines if _masked(line) in running)
    title, names, day = _described(content)
    first = next((block.text for block in blocks if block.level), "")
    return Extracted(
        blocks=blocks,
        title=first or title,
        names=names,
        date=day,
        left_out=tuple((f"{text} ({n} times)", n * len(text.split())) for text, n in left_out.items()),
    )


def _lines(page: Any, number: int) -> Iterator[_Line]:
    """The lines of a page in the order of reading."""
    layout = needed("pdfminer.layout", _PURPOSE)
    for box in page:
        if not isinstance(box, layout.LTTextBox):
            continue
        above: Any = None
        for line in box:
            text = clean(line.get_text())
            letters = [char for char in line if isinstance(char, layout.LTChar) and char.get_text().strip()]
            if not text or not letters:
                continue
            size = Counter(round(char.size, 1) for char in letters).most_common(1)[0][0]
            bold = sum("bold" in char.fontname.lower() for char in letters) * 2 > len(letters)
            gap = (above.y0 - line.y0) / max(line.height, 1) if above is not None else 0.0
            yield _Line(text, size, bold, (line.y0 + line.y1) / 2 / page.height, number, gap)
            above = line


def _running(pages: list[list[_Line]]) -> set[str]:
    """Lines in the margin that recur on half of the pages, and at least on two; numbers in them may change."""
    seen = Counter(text for page in pages for text in {_masked(line) for line in page if not _MARGIN < line.place < 1 - _MARGIN})
    return {text for text, count in seen.items() if count > 1 and count * 2 >= len(pages)}


def _masked(line: _Line) -> str:
    """A line without its numbers; that of a line in the middle of the page is no running line's."""
    return _DIGITS.sub("#", line.text) if not _MARGIN < line.place < 1 - _MARGIN else ""


def _blocks(lines: list[_Line]) -> Iterator[Block]:
    """Paragraphs, items and headings."""
    sizes: Counter[float] = Counter()
    bold: Counter[bool] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
        bold[line.bold] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    plain = bold[True] * 2 < bold.total()
    larger = sorted({line.size for line in lines if line.size >= body * _LARGER}, reverse=True)
    hyphenated = _hyphenated(lines)
    groups: list[list[_Line]] = []
    for line, before in zip(lines, [None, *lines], strict=False):
        if before is None or _begins(line, before, body):
            groups.append([line])
        else:
            groups[-1].append(line)
    pending: Block | None = None
    for group in groups:
        text = _joined([line.text for line in group], hyphenated)
        head = is_heading(text, text) and (group[0].size in larger or (plain and all(line.bold for line in group)))
        level = (larger.index(group[0].size) + 1 if group[0].size in larger else len(larger) + 1) if head else 0
        mark = _MARK.match(text)
        block = Block(text[mark.end() :] if mark and not head else text, level, item=bool(mark and not head))
        if (
            pending is not None
            and not pending.level
            and not block.level
            and not block.item
            and _goes_on(pending.text, block.text)
        ):
            pending = Block(_joined([pending.text, block.text], hyphenated), 0, pending.item)
            continue
        if pending is not None:
            yield pending
        pending = block
    if pending is not None:
        yield pending


def _begins(line: _Line, before: _Line, body: float) -> bool:
    """Whether a line begins a new block."""
    if line.page != before.page or line.gap == 0 or line.gap > _GAP:
        return True
    styled = abs(line.size - before.size) > body * 0.05 or line.bold != before.bold
    return styled or bool(_MARK.match(line.text) or _NUMBERED.match(line.text))


def _goes_on(before: str, after: str) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    return not _ENDED.search(before) and (after[:1].islower() or _HYPHEN.search(before) is not None)


def _hyphenated(lines: list[_Line]) -> frozenset[str]:
    """Words with a hyphen inside a line: their hyphen stays at a line's end, too."""
    return frozenset(word.lower() for line in lines for word in re.findall(r"[^\W\d_]+-[^\W\d_]+", line.text))


def _joined(lines: list[str], hyphenated: frozenset[str]) -> str:
    """Lines as one text. A hyphen at a line's end goes if small letters follow, unless the word has it elsewhere."""
    text = lines[0]
    for _, line in pairwise([text, *lines[1:]]):
        broken = _HYPHEN.search(text)
        following = re.match(r"[^\W\d_]+", line)
        if broken and following and line[:1].islower():
            keeps = f"{broken[1]}-{following[0]}".lower() in hyphenated or following[0] in ("en", "of", "and", "or")
            text = (
                f"{text[:-1]}- {line}"
                if keeps and following[0] in ("en", "of", "and", "or")
                else text[:-1] + ("-" if keeps else "") + line
            )
        elif broken and following:
            text += line  # "Noord-" and "Holland"
        else:
            text = f"{text} {line}"
    return text


def _described(content: bytes) -> tuple[str, tuple[str, ...], str]:
    """Title, author and day of creation, as the file says; often nonsense, so only a proposal."""
    parser = needed("pdfminer.pdfparser", _PURPOSE).PDFParser(io.BytesIO(content))
    info = (needed("pdfminer.pdfdocument", _PURPOSE).PDFDocument(parser).info or [{}])[0]
    decode = needed("pdfminer.utils", _PURPOSE).decode_text
    said = {key: clean(decode(value)) for key, value in info.items() if isinstance(value, bytes)}
    day = _DAY.match(said.get("CreationDate", ""))
    return said.get("Title", ""), tuple(filter(None, [said.get("Author", "")])), "-".join(day.groups()) if day else ""
