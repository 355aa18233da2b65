"""A web page becomes blocks of text: the article without menus and footers, or the whole page.

In: HTML. Out: an :class:`~kg.authoring.extracted.Extracted`. Next: :mod:`kg.authoring.starting`. What belongs to the article is
trafilatura's judgement; what it leaves out is listed, so that nothing is lost unseen.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from kg.authoring.extra import needed
from kg.authoring.extracted import Block, Extracted, clean, missing_from, table
from kg.authoring.notes import set_apart
from kg.authoring.plain import is_heading
from kg.errors import SourceError

_PURPOSE: Final = "to read a web page"
_HEADING: Final = re.compile(r"h([1-6])")
_BLOCKS: Final = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
        ),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "table",
            "td",
            "th",
        ),
        *(
            "tr",
            "ul",
            "caption",
            "tbody",
            "thead",
            "tfoot",
            "details",
            "summary",
            "dialog",
            "button",
            "label",
            "option",
            "select",
        ),
    )
)
_UNSEEN: Final = frozenset(("head", "script", "style", "noscript", "template", "svg", "iframe", "object", "title"))
_LINE_BREAK: Final = "\u2028"
_MARK: Final = re.compile(r"(?:[-•*–—▪◦‣·]|\d{1,2}[.)])\s+")
_BROKEN_LIST: Final = re.compile(rf"\u2028(?=\s*{_MARK.pattern})")
_WORD: Final = re.compile(r"[^\W_]+")
_BOLD_LEVEL: Final = 7
"""Level of a heading that is only bold type: below all that are marked as headings."""
_LAYOUT: Final = ".//table|.//td//*[self::p or self::li or self::div][2]"
"""A table that only puts things side by side."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATES: Final = (
    "article:published_time",
    "date",
    "dc.date",
    "dcterms.date",
    "dcterms.issued",
    "datepublished",
    "citation_publication_date",
)
_AUTHORS: Final = ("author", "dc.creator", "dcterms.creator", "article:author", "citation_author", "og:site_name", "publisher")


def read_page(content: bytes, charset: str | None, *, whole: bool) -> Extracted:
    """Read a web page.

    :param charset: as the server gave it; None to find out from the page
    :param whole: keep all text of the page, menus and footers too
    :raises SourceError: if there is no text in it
    """
    trafilatura = needed("trafilatura", _PURPOSE)
    html = content.decode(charset, "replace") if charset else content
    tree = trafilatura.load_html(html)
    if tree is None:
        raise SourceError("no HTML could be read in it; if the page needs JavaScript, save it from a browser and give the file")
    notes = set_apart(tree, _BLOCKS)
    noted = _keys(block for node in notes.nodes for block in _page_blocks(node))
    every = list(_page_blocks(tree))
    left_out: tuple[tuple[str, int], ...] = ()
    if whole:
        blocks, title = tuple(every), ""
    else:
        found = trafilatura.bare_extraction(
            deepcopy(tree),
            with_metadata=True,
            favor_recall=True,
            include_comments=False,
            include_tables=True,
            include_formatting=True,
            deduplicate=False,
        )
        blocks = tuple(_article_blocks(found.body)) if found is not None and found.body is not None else ()
        left_out = missing_from(" ".join(block.text for block in blocks), [block.text for block in every])
        title = clean(found.title or "") if found is not None else ""
    if not blocks:
        raise SourceError("there is no text in the page; if it needs JavaScript, save it from a browser and give the file")
    named = _named(tree)
    at_end = len(blocks) - notes.at_end([block.text for block in blocks])
    return Extracted(
        blocks=tuple(
            replace(block, note=not block.level and (index >= at_end or bool(_keys([block]) & noted)))
            for index, block in enumerate(blocks)
        ),
        title=title or clean(" ".join(tree.xpath("//h1[1]//text()")) or " ".join(tree.xpath("//title[1]//text()"))),
        names=tuple(dict.fromkeys(name for key in _AUTHORS for name in named.get(key, ()))),
        date=next((day[0] for key in _DATES for value in named.get(key, ()) if (day := _DAY.match(value))), ""),
        language=(tree.get("lang") or "").strip(),
        left_out=left_out,
    )


def _keys(blocks: Iterable[Block]) -> frozenset[str]:
    """Blocks by their words, without the number of a list item, which may be part of the text or not."""
    return frozenset(key for block in blocks if (key := " ".join(_WORD.findall(_MARK.sub("", block.text, count=1)))))


def _named(tree: Any) -> dict[str, list[str]]:
    """What the page says of itself in its ``meta`` elements, by name in small letters."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name, value = (
            (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower(),
            clean(meta.get("content") or ""),
        )
        if name and value and not value.startswith("http"):
            found.setdefault(name, []).append(value)
    return found


def _article_blocks(body: Any) -> Iterator[Block]:
    """Blocks of the article in trafilatura's form: ``head``, ``p``, ``list`` of ``item``, ``quote``, ``table`` of ``row`` and ``cell``."""
    for node in body:
        match node.tag:
            case "head":
                level = _HEADING.fullmatch(node.get("rend") or "")
                yield from _block(node, level=int(level[1]) if level else 2)
            case "list":
                for item in node.iter("item"):
                    yield from _block(item, item=True)
            case "table":
                yield from table([" ".join(cell.itertext()) for cell in row.iter("cell")] for row in node.iter("row"))
            case "quote" | "div":
                inner = list(_article_blocks(node)) if len(node) else []
                yield from inner or _block(node)
            case _:
                yield from _block(node)


def _block(node: Any, level: int = 0, *, item: bool = False) -> Iterator[Block]:
    """A node as a block; as several, where line breaks in it make a list. Bold type alone on its line is a heading."""
    nested = {child for child in node.iter("list") if child is not node}  # their items are blocks of their own
    raw = "".join(_in_order(node, nested))
    for index, part in enumerate(_BROKEN_LIST.split(raw)):
        text = clean(part)
        mark = _MARK.match(text) if index else None
        text = text[mark.end() :] if mark else text
        if text:
            bold = not level and not item and not index and _is_bold(node, text) and is_heading(text, text)
            yield Block(text, _BOLD_LEVEL if bold else level, item=item or mark is not None)


def _is_bold(node: Any, text: str) -> bool:
    """Whether all of a paragraph's text is bold."""
    return bool(text) and clean("".join("".join(hi.itertext()) for hi in node.iter("hi") if hi.get("rend") == "#b")) == text


def _in_order(node: Any, skipped: set[Any]) -> Iterator[str]:
    """The text of a node in the order of reading, without that of nested lists; a line break as the line separator."""
    if node in skipped:
        return
    if node.tag == "lb":
        yield _LINE_BREAK
    if isinstance(node.tag, str):
        yield node.text or ""
    for child in node:
        yield from _in_order(child, skipped)
        yield child.tail or ""


def _page_blocks(tree: Any) -> Iterator[Block]:
    """All text of a page that can be seen, cut where a browser begins a new line."""
    parts: list[str] = []
    state: dict[str, int] = {"level": 0, "item": 0}

    def flush() -> Iterator[Block]:
        text = clean("".join(parts))
        parts.clear()
        if text:
            yield Block(text, state["level"], bool(state["item"] and not state["level"]))

    def walk(node: Any) -> Iterator[Block]:
        tag = node.tag if isinstance(node.tag, str) else ""
        if tag == "table" and not node.xpath(_LAYOUT):
            yield from flush()
            yield from table(
                [" ".join(cell.itertext()) for cell in row.xpath("self::caption|th|td")] for row in node.iter("caption", "tr")
            )
        elif tag and tag not in _UNSEEN:
            heading = _HEADING.fullmatch(tag)
            before = dict(state)
            if tag in _BLOCKS:
                yield from flush()
                state["level"] = int(heading[1]) if heading else state["level"]
                state["item"] = int(tag == "li" or (tag == "p" and bool(state["item"])))
            if tag == "br":
                parts.append("\n")
            parts.append(node.text or "")
            for child in node:
                yield from walk(child)
            if tag in _BLOCKS:
                yield from flush()
                state.update(before)
        parts.append(node.tail or "")

    body = tree.find(".//body")
    yield from walk(body if body is not None else tree)
    yield from flush()
