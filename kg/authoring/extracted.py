"""What was read of a page, a PDF or a text: its blocks, and what it says of itself.

In: the readers of :mod:`kg.authoring.webpage`, :mod:`kg.authoring.pdf` and :mod:`kg.authoring.plain`. Out: an :class:`Extracted`, and
its text in the form that is kept in the folder of sources. Next: :mod:`kg.authoring.units`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.sources import normalise, split_sentences

_LIGATURES: Final = {
    ord(sign): letters for sign, letters in zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
}
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""Soft hyphens and characters of no width: they would be part of a word that nobody can type."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD: Final = re.compile(r"[^\W_]+")
_FIGURE: Final = re.compile(r"[^\w]*\d[\d., ]*[^\w]*")
"""A cell with a number and nothing else but signs: *€ 1.200*, *12%*."""
CELLS: Final = " | "
"""What stands between two cells of a table."""


@dataclass(frozen=True)
class Block:
    """A paragraph, a list item, a table of figures or a heading.

    :ivar text: with single spaces; a table has a line for each row
    :ivar level: of a heading, from 1; 0 if it is none
    :ivar item: whether it is a list item, which gets a mark in the text
    :ivar note: whether it is a footnote or endnote
    """

    text: str
    level: int = 0
    item: bool = False
    note: bool = False


@dataclass(frozen=True)
class Extracted:
    """What was read.

    :ivar names: persons and organisations that the page names as its author or publisher, the likeliest first
    :ivar date: day of publication, ``YYYY-MM-DD``; empty if the source does not say
    :ivar language: as the page writes it, as in ``nl-NL``; empty if it does not say
    :ivar left_out: beginnings of what was held to be no part of the text (menus, running footers), each with its number of words
    :ivar raw: the text itself, where it is to be kept as it is; otherwise it is made of the blocks
    """

    blocks: tuple[Block, ...]
    title: str = ""
    names: tuple[str, ...] = ()
    date: str = ""
    language: str = ""
    left_out: tuple[tuple[str, int], ...] = ()
    raw: str = ""

    @property
    def text(self) -> str:
        """The text as it is kept: blocks with a blank line between them, list items behind a hyphen."""
        if self.raw:
            return self.raw
        return "\n\n".join(f"- {block.text}" if block.item else block.text for block in self.blocks) + "\n"


def clean(text: str) -> str:
    """``text`` on one line, without characters that cannot be seen or typed."""
    return normalise(_CONTROL.sub(" ", unicodedata.normalize("NFC", text).translate(_LIGATURES).translate(_INVISIBLE)))


def table(rows: Iterable[Sequence[str]]) -> tuple[Block, ...]:
    """A table as blocks: one, with a line for each row, if it has figures; else one for each row, as its cells may be sentences.

    From the second line on, a line begins with the bar that parts the cells: so the whole is one sentence (``docs/text.md``).

    :param rows: its caption, its head and its rows, as cells
    """
    written = [cells for row in rows if (cells := [text for cell in row if (text := clean(cell))])]
    whole = [cell for cells in written for cell in cells]
    if len(written) > 1 and any(map(_FIGURE.fullmatch, whole)) and all(len(split_sentences(cell)) < 2 for cell in whole):  # noqa: PLR2004
        return (Block("\n| ".join(map(CELLS.join, written))),)
    return tuple(Block(CELLS.join(cells)) for cells in written)


def missing_from(kept: str, blocks: list[str]) -> tuple[tuple[str, int], ...]:
    """Beginnings and numbers of words of the blocks that are not in the text that is kept."""
    known = f" {' '.join(_WORD.findall(kept))} "
    found = []
    for block in blocks:
        words = _WORD.findall(block)
        if words and f" {' '.join(words)} " not in known:
            found.append((" ".join(block.split()[:4]), len(words)))
    return tuple(found)
