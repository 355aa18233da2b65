"""The codebook of a release as HTML, with anchors, and with links to the terms that it names.

In: the folder ``codebook/`` of a release: the Markdown file and the context, which says what its keys mean. Out: a :class:`Codebook`. Next:
:mod:`kg.web.codebook` shows it, :mod:`kg.web.ontology` leads from a term to its rule.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from kg.namespaces import POL

_VERSION: Final = re.compile(r"\bversion\s+(\d[\w.]*)")
_WRITTEN: Final = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9]*)(?P<rest>:(?:\s+(?P<value>[A-Za-z][A-Za-z-]*))?.*)?", re.DOTALL)
"""What stands between backticks: a term, or a key with or without a value."""
_STATEMENT: Final = re.compile(r"\b(?:(?P<document>[a-z0-9]+(?:-[a-z0-9]+)*)/)?(?P<id>s[0-9]{3,})\b")
_CONTEXT: Final = "@context"


@dataclass(frozen=True)
class Heading:
    """A heading, but the title."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Rule:
    """A place of the codebook that names a term.

    :ivar own: whether it is about this term: its row in a table of keys, or a paragraph that begins with its name
    :ivar title: heading that it stands under
    """

    anchor: str
    title: str
    own: bool


@dataclass(frozen=True)
class Names:
    """What the codebook may name.

    :ivar terms: IRIs by identifier, as in ``Demand``
    :ivar concepts: addresses on this site by IRI
    :ivar keys: IRIs of properties by key, as in ``topics``
    :ivar bases: beginning of the IRIs of the values of a key
    """

    terms: Mapping[str, str]
    concepts: Mapping[str, str]
    keys: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)

    def term(self, written: str) -> str:
        """IRI of the term of ours that is written between backticks; empty if it is none."""
        iri = self.keys.get(written) or self.terms.get(written, "")
        return iri if iri.startswith(POL) else ""

    def value(self, key: str, written: str) -> str:
        """Address of the concept that a key has as value; without a key, of the only one with this slug."""
        if key:
            return self.concepts.get(self.bases.get(key, "") + written, "")
        found = [address for iri, address in self.concepts.items() if iri.rpartition("/")[2] == written]
        return found[0] if len(found) == 1 else ""

    def of_row(self, keys: Iterable[str], written: str) -> str:
        """Address of the concept that one of the keys of a row of a table has as value."""
        return next(filter(None, (self.value(key, written) for key in keys)), "")


@dataclass(frozen=True)
class Codebook:
    """The codebook.

    :ivar version: as its title says; empty if it does not
    :ivar contents: its headings
    :ivar rules: places by IRI of the term, own ones first
    """

    version: str
    contents: tuple[Heading, ...]
    rules: Mapping[str, tuple[Rule, ...]]
    tokens: tuple[Token, ...]
    names: Names

    def html(self, address: Callable[[str], str], statement: Callable[[str], str]) -> str:
        """Its text, without the title.

        :param address: gives the address of a term by its IRI, or of a page of this site by its path
        :param statement: gives the address of a statement by document and id, as in ``harbour-2031/s001``; empty if there is none
        """
        return str(_Renderer(self.names, address, statement).render(self.tokens, _markdown().options, {}))


def read_codebook(folder: Path, names: Names) -> Codebook | None:
    """The codebook in a folder; None if there is none."""
    file, context = folder / "README.md", folder / "context.yaml"
    if not file.is_file():
        return None
    keys = _keys(yaml.safe_load(context.read_text(encoding="utf-8"))) if context.is_file() else ({}, {})
    return parse(file.read_text(encoding="utf-8"), Names(names.terms, names.concepts, *keys))


def parse(text: str, names: Names) -> Codebook:
    """Read a codebook.

    :param text: Markdown (CommonMark 0.31 with tables); HTML in it is text
    """
    tokens = _markdown().parse(text)
    title = next((t.content for before, t in pairwise(tokens) if _is(before, "heading_open", "h1")), "")
    version = _VERSION.search(title)
    body = _without_title(tokens)
    contents = tuple(_headings(body))
    rules: dict[str, dict[Rule, None]] = {}
    for iri, rule in _rules(body, names):
        rules.setdefault(iri, {})[rule] = None
    ordered = {iri: tuple(sorted(found, key=lambda rule: not rule.own)) for iri, found in rules.items()}
    return Codebook(version[1] if version else "", contents, ordered, tuple(body), names)


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _is(token: Token, kind: str, tag: str = "") -> bool:
    return token.type == kind and (not tag or token.tag == tag)


def _without_title(tokens: Sequence[Token]) -> list[Token]:
    start = next((place for place, token in enumerate(tokens) if _is(token, "heading_open", "h1")), -1)
    return [*tokens] if start < 0 else [*tokens[:start], *tokens[start + 3 :]]


def _keys(context: Any) -> tuple[dict[str, str], dict[str, str]]:
    """IRIs of properties, and beginnings of the IRIs of their values, by key of a mapping."""
    entries = context.get(_CONTEXT, {}) if isinstance(context, dict) else {}
    found = {key: entry for key, entry in entries.items() if isinstance(entry, dict) and "@id" in entry}
    prefixes = {key: entry for key, entry in entries.items() if isinstance(entry, str) and entry.startswith("http")}
    iris = {}
    for key, entry in found.items():
        prefix, _, rest = str(entry["@id"]).partition(":")
        iris[key] = prefixes.get(prefix, f"{prefix}:") + rest
    return iris, {key: str(entry.get(_CONTEXT, {}).get("@base", "")) for key, entry in found.items()}


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """The headings; each gets its anchor."""
    used: set[str] = set()
    for token, inline in pairwise(tokens):
        if _is(token, "heading_open"):
            text = "".join(child.content for child in inline.children or ())
            anchor = stem = "-".join(re.findall(r"[^\W_]+", text.casefold())) or "section"
            number = 1
            while anchor in used:
                number += 1
                anchor = f"{stem}-{number}"
            used.add(anchor)
            token.attrSet("id", anchor)
            yield Heading(int(token.tag[1:]), text, anchor)


def _rules(tokens: Sequence[Token], names: Names) -> Iterator[tuple[str, Rule]]:
    """Where terms are named; rows of keys and paragraphs about a term get an anchor."""
    anchor = title = ""
    row: Token | None = None
    keys: list[str] = []
    taken: set[str] = set()
    for before, token in pairwise(tokens):
        if _is(before, "heading_open"):
            anchor, title = str(before.attrGet("id")), "".join(child.content for child in token.children or ())
        row, keys = (before, []) if _is(before, "tr_open") else (row, keys)
        keys = [] if _is(before, "table_close") else keys
        if token.type != "inline":
            continue
        children = [child for child in token.children or () if child.type != "text" or child.content]
        written = [m for c in children if c.type == "code_inline" and (m := _WRITTEN.fullmatch(c.content))]
        named = [names.term(m["key"]) for m in written if not names.of_row(keys, m[0])]
        first = children[1].content.rstrip(".") if len(children) > 1 and children[0].type == "strong_open" else ""
        about = [names.term(first)] if _is(before, "paragraph_open") and names.terms.get(first) else []
        place = before
        if _is(before, "td_open") and row is not None:
            about, place, row = [iri for iri in named if iri], row, None
            keys = [m["key"] for m in written]
        for iri in about:
            own = str(place.attrGet("id") or "")
            if not own and iri not in taken:
                own = f"rule-{iri.removeprefix(POL)}"
                place.attrSet("id", own)
            taken.add(iri)
            if own:
                yield iri, Rule(own, title, own=True)
        yield from ((iri, Rule(anchor, title, own=False)) for iri in named if iri and anchor and iri not in about)


class _Renderer(RendererHTML):  # type: ignore[misc, unused-ignore]
    """Writes HTML without styles, with links from what stands between backticks, and tables and code that can be scrolled by keyboard."""

    def __init__(self, names: Names, address: Callable[[str], str], statement: Callable[[str], str]) -> None:
        super().__init__()
        self.names = names
        self.address = address
        self.statement = statement
        self.heading = ""
        self.document = ""
        self.in_cell = False
        self.link = ""
        self.row: list[str] = []

    def heading_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Remember the heading: what stands under it is named by it."""
        self.heading = str(tokens[index].attrGet("id") or "")
        return str(self.renderToken(tokens, index, _markdown().options, {}))

    def table_open(self, *_: Any) -> str:
        """A table in a container that can be scrolled."""
        return f'<div class="wide" tabindex="0" role="group" aria-labelledby="{self.heading}"><table>\n'

    def table_close(self, *_: Any) -> str:
        """The end of both."""
        self.row = []
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """A heading of a column; an empty one would be read out as a heading."""
        return '<th scope="col">' if tokens[index + 1].content else "<td>"

    def th_close(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """The end of it."""
        return "</th>\n" if tokens[index - 1].content else "</td>\n"

    def tr_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """A row: what stands behind a key in it are values of that key first."""
        self.row = []
        return str(self.renderToken(tokens, index, _markdown().options, {}))

    def td_open(self, *_: Any) -> str:
        """A cell; alignment would be a style."""
        self.in_cell = True
        return "<td>"

    def td_close(self, *_: Any) -> str:
        """The end of a cell."""
        self.in_cell = False
        return "</td>\n"

    def fence(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Code that can be scrolled."""
        return f'<pre tabindex="0" role="group" aria-labelledby="{self.heading}"><code>{escapeHtml(tokens[index].content)}</code></pre>\n'

    def link_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """A link; one to a file of the repository leads nowhere here."""
        href = str(tokens[index].attrGet("href") or "")
        if not href.startswith(("#", "https://", "http://")):
            self.link = "span"
            return "<span>"
        self.link = "a"
        return f'<a href="{escapeHtml(href)}"{"" if href.startswith("#") else " rel=noreferrer"}>'

    def link_close(self, *_: Any) -> str:
        """The end of either."""
        closed, self.link = self.link, ""
        return f"</{closed}>"

    def code_inline(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """A term, a key or a value leads to where it is defined."""
        content = tokens[index].content
        if self.link:
            return _linked("", content)
        found = _WRITTEN.fullmatch(content)
        key, value = (found["key"], found["value"] or "") if found else ("", "")
        of_row = self.names.of_row(self.row, content)
        if of_row:
            return _linked(self.address(of_row), content)
        self.row += [key] if self.in_cell and key in self.names.keys else []
        term = self.names.term(key)
        concept = self.names.value(key, value) or self.names.term(value)
        if not value or not concept:
            alone = term or self.names.value("", content)
            return _linked(alone and self.address(alone), content)
        before, value, after = content.removeprefix(key).partition(value)
        parts = ((term, key), ("", before), (concept, value), ("", after))
        return "".join(_linked(target and self.address(target), text) for target, text in parts if text)

    def text(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Text; in a cell, a statement that is cited leads to its page."""
        content = tokens[index].content
        if not self.in_cell:
            return str(escapeHtml(content))
        return _STATEMENT.sub(self._cited, str(escapeHtml(content)))

    def _cited(self, found: re.Match[str]) -> str:
        self.document = found["document"] or self.document
        href = self.statement(f"{self.document}/{found['id']}") if self.document else ""
        return f'<a href="{escapeHtml(href)}">{found[0]}</a>' if href else found[0]


def _linked(href: str, content: str) -> str:
    code = f"<code>{escapeHtml(content)}</code>"
    return f'<a href="{escapeHtml(href)}">{code}</a>' if href else code
