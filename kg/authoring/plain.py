"""A plain text becomes blocks; it is kept as it is, since its author made it so.

In: bytes. Out: an :class:`~kg.authoring.extracted.Extracted`. Next: :mod:`kg.authoring.starting`.
"""

import re
import unicodedata
from typing import Final

from kg.authoring.extracted import Block, Extracted, clean
from kg.errors import SourceError

_BLANK: Final = re.compile(r"\n[^\S\n]*\n\s*")
_MARKDOWN: Final = re.compile(r"(#{1,6})\s+")
_SENTENCE: Final = re.compile(r"[.!?…:;,][\"'”’»)\]]*$")
_LONGEST_HEADING: Final = 12


def read_plain(content: bytes, name: str) -> Extracted:
    """Read a text in UTF-8.

    A block of one short line without a full stop, with another block below it, counts as a heading.

    :param name: of the file, for messages
    :raises SourceError: if it is not UTF-8, or empty
    """
    try:
        raw = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name}: neither HTML nor PDF, and as text not UTF-8 at byte {error.start}; convert the file"
        ) from None
    raw = unicodedata.normalize("NFC", raw)
    if "\x00" in raw:
        raise SourceError(f"{name}: neither HTML nor PDF nor text; save it as one of them")
    parts = [part for part in _BLANK.split(raw) if part.strip()]
    if not parts:
        raise SourceError(f"{name}: there is no text in it")
    blocks = []
    for index, part in enumerate(parts):
        text = clean(part)
        marks = _MARKDOWN.match(text)
        level = len(marks[1]) if marks else int(is_heading(part, text) and index + 1 < len(parts)) * 2
        blocks.append(Block(text, level))
    title = next((block.text.lstrip("# ") for block in blocks[:1] if block.level), "")
    return Extracted(tuple(blocks), title=title, raw=raw if raw.endswith("\n") else f"{raw}\n")


def is_heading(part: str, text: str) -> bool:
    """Whether a block looks like a heading: one short line that ends like no sentence and begins like one."""
    return (
        "\n" not in part.strip()
        and len(text.split()) <= _LONGEST_HEADING
        and not _SENTENCE.search(text)
        and (text[:1].isupper() or text[:1].isdigit())
    )
