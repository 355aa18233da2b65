"""The text of a document with its statements beside it, where the operator has the texts.

In come a folder of texts (:mod:`kg.sources`) and the statements of a release; out goes what the templates show. A text that is
not the one that was coded is not shown. No text is in a release: pages have it from the folder, and only there.
"""

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from kg.errors import SourceError, Span, VersionError
from kg.namespaces import DCTERMS, ID, POL
from kg.reader import Reader
from kg.resource import names
from kg.sources import NormalisedText, read_text
from kg.web.coded import Coded, coded, covered
from kg.web.links import local

_TEXTS: Final = 64
"""Texts that are kept in memory."""
_LONG: Final = 900
"""Characters after which a paragraph is cut at the end of a sentence, so that statements stand beside what they are about."""
_NAMED: Final = 5
"""Documents that a warning names."""
_PAGE_CHARACTERS: Final = 12_000
_PAGE_STATEMENTS: Final = 110
_CONTEXT: Final = 350
"""Characters that are shown before a passage and behind it, to the nearest sentence."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Text:
    """The text of a document.

    :ivar language: of the document
    """

    content: NormalisedText
    language: str


class SourceTexts:
    """The texts that the operator has; each is read, and compared with what was coded, when it is first asked for."""

    def __init__(self, directory: Path | None = None) -> None:
        """Remember the folder, of files ``DOCUMENT.txt``; without one, no text is at hand."""
        self._directory = directory
        self._read = lru_cache(_TEXTS)(self._read_now)
        self._told = False

    def of(self, reader: Reader, document: str) -> Text | None:
        """The text of a document, if it is at hand and the one that was coded."""
        if self._directory is None or not document.startswith(f"{ID}document/"):
            return None
        hashes = [term.value for term in reader.objects(document, f"{POL}sha256")]
        slug = document.rpartition("/")[2]
        if not hashes or not self._is_there(slug, reader):
            return None
        content = self._read(slug, hashes[0])
        if content is None:
            return None
        return Text(content, next((term.value for term in reader.objects(document, f"{DCTERMS}language")), ""))

    def _is_there(self, slug: str, reader: Reader) -> bool:
        """Whether there is a text; the first that is not is told together with all others, and no other again."""
        assert self._directory is not None
        if (self._directory / f"{slug}.txt").exists():
            return True
        if not self._told:
            self._told = True
            slugs = {row["d"].value.removeprefix(f"{ID}document/") for row in reader.select("SELECT ?d { ?d a pol:Document }")}
            missing = sorted(slug for slug in slugs if not (self._directory / f"{slug}.txt").exists())
            others = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            _log.warning("%s has no text of %s%s, so none is shown", self._directory, ", ".join(missing[:_NAMED]), others)
        return False

    def _read_now(self, slug: str, sha256: str) -> NormalisedText | None:
        assert self._directory is not None
        try:
            return read_text(self._directory, slug, sha256)
        except (SourceError, VersionError) as error:
            _log.warning("the text of %s is not shown: %s", slug, error)
            return None


@dataclass(frozen=True)
class Piece:
    """A part of the text that the same statements are about.

    :ivar covering: how many statements
    :ivar begins: names of those that begin here, for links
    """

    text: str
    covering: int
    begins: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A statement beside the text."""

    name: str
    address: str
    names: Mapping[str, str]
    kind: Mapping[str, str]


@dataclass(frozen=True)
class Block:
    """A part of the text, a paragraph or less, with the statements that begin in it."""

    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Heading:
    """A section, with the address of its first statement in the text."""

    names: Mapping[str, str]
    address: str


@dataclass(frozen=True)
class TextView:
    """What the page of a document shows where its text is read.

    :ivar covered: share of the characters that a statement is about, from 0 to 1
    :ivar pages: address of each page
    """

    language: str
    blocks: tuple[Block, ...]
    outline: tuple[Heading, ...]
    covered: float
    page: int
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Context:
    """A passage with the sentences around it.

    :ivar begins: whether it has the start of the text
    :ivar ends: whether it has the end of the text
    """

    before: str
    passage: str
    after: str
    language: str
    begins: bool
    ends: bool


def text_view(reader: Reader, text: Text, document: str, path: str, number: int = 1, at: str = "") -> TextView:
    """A page of a text, with the statements beside it.

    :param path: address of the document's page
    :param number: page, from 1
    :param at: name of a statement, such as ``s012``, whose page is wanted instead
    """
    statements, outline = coded(reader, document)
    parts = _pages(_blocks(text.content), statements)
    starts = [page[0].start for page in parts]

    def page_of(statement: Coded) -> int:
        return bisect_right(starts, statement.start)

    wanted = next((page_of(each) for each in statements if _name(each) == at), number)
    number = min(max(1, wanted), len(parts))
    shown = parts[number - 1]
    noted = [each for each in statements if shown[0].start <= each.start < shown[-1].end]
    labels = names(reader, {value for each in noted for value in (each.iri, *each.values["kind"])} | set(outline))
    first = {each.values["section"][0]: each for each in reversed(statements) if each.values["section"]}
    return TextView(
        language=text.language,
        blocks=tuple(_block(text.content.text, span, statements, noted, labels) for span in shown),
        outline=tuple(
            Heading(labels.get(section, {}), reading_address(path, _name(first[section])))
            for section in outline
            if section in first
        ),
        covered=sum(span.end - span.start for span in covered(statements)) / max(1, len(text.content.text)),
        page=number,
        pages=tuple(f"{path}?{urlencode({'view': 'text', 'page': page})}" for page in range(1, len(parts) + 1)),
    )


def reading_address(path: str, statement: str) -> str:
    """Address at which a statement is read in its document.

    :param statement: name of the statement, such as ``s012``
    """
    return f"{path}?{urlencode({'view': 'text', 'at': statement})}#at-{statement}"


def context(text: Text, start: int, end: int) -> Context:
    """A passage with what is around it, from the start of a sentence to the end of one.

    :param start: first character of the passage
    :param end: character behind its last one
    """
    whole, sentences = text.content.text, text.content.sentences
    first = next((span.start for span in sentences if span.start >= start - _CONTEXT), start)
    last = next((span.end for span in reversed(sentences) if span.end <= end + _CONTEXT), end)
    first, last = min(first, start), max(last, end)
    return Context(whole[first:start], whole[start:end], whole[end:last], text.language, first == 0, last == len(whole))


def _blocks(text: NormalisedText) -> Iterator[Span]:
    """The paragraphs of a text; long ones in parts."""
    ends = [sentence.end for sentence in text.sentences]
    for paragraph in text.paragraphs:
        start = paragraph.start
        while paragraph.end - start > _LONG:
            place = bisect_left(ends, start + _LONG // 2)
            if place == len(ends) or ends[place] >= paragraph.end:
                break
            cut = ends[place]
            yield Span(start, cut)
            start = cut + 1  # one space is between sentences
        yield Span(start, paragraph.end)


def _pages(blocks: Iterable[Span], statements: Sequence[Coded]) -> list[list[Span]]:
    """Blocks by page: as many as fit, and at least one."""
    starts = sorted(each.start for each in statements)
    pages: list[list[Span]] = []
    characters = noted = 0
    for block in blocks:
        length = block.end - block.start
        own = bisect_right(starts, block.end - 1) - bisect_right(starts, block.start - 1)
        if not pages or characters + length > _PAGE_CHARACTERS or noted + own > _PAGE_STATEMENTS:
            pages.append([])
            characters = noted = 0
        pages[-1].append(block)
        characters += length
        noted += own
    return pages or [[Span(0, 0)]]


def _block(
    text: str, span: Span, statements: Sequence[Coded], noted: Sequence[Coded], labels: Mapping[str, Mapping[str, str]]
) -> Block:
    """A block: its text, cut where a passage begins or ends, and its statements."""
    own = [each for each in noted if span.start <= each.start < span.end]
    passages = [place for each in statements for place in each.passages if place[0] < span.end and place[1] > span.start]
    edges = {span.start, span.end, *(max(span.start, a) for a, _ in passages), *(min(span.end, b) for _, b in passages)}
    edges |= {each.start for each in own}
    cuts = sorted(edges)
    pieces = tuple(
        Piece(
            text[first:last],
            sum(start <= first and last <= end for start, end in passages),
            tuple(_name(each) for each in own if each.start == first),
        )
        for first, last in pairwise(cuts)
    )
    notes = (Note(_name(each), local(each.iri), labels.get(each.iri, {}), labels.get(each.values["kind"][0], {})) for each in own)
    return Block(pieces, tuple(notes))


def _name(statement: Coded) -> str:
    return statement.iri.rpartition("/")[2]
