"""One statement of one coder, as it is compared.

In: the node of a statement, the project's context and declared names, and the text or the anchor lock. Out: a :class:`Coded`.
Next: :mod:`kg.agreement.codings`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kg.errors import AnchorError, Finding, Span
from kg.mappings.context import Context, Form, Term
from kg.mappings.corpus import Corpus
from kg.mappings.lock import LockedPassage, lock_id
from kg.mappings.nodes import Mapping, Node, Scalar, items
from kg.mappings.passages import anchor_code
from kg.namespaces import ID
from kg.sources import NormalisedText, parse_anchors, resolve

OWN_WORDS: Final = ("condition", "exception")
"""Texts of which is compared whether they are there, not what they say: each coder has words of their own."""

_OF_DOCUMENT: Final = tuple(f"{ID}{part}/" for part in ("section", "statement", "coding", "document"))
"""Names that a coder gives: what two coders need not agree on."""
_NOT_COMPARED: Final = (*_OF_DOCUMENT, f"{ID}confidence/")
"""With how sure they are, which they need not agree on either."""


@dataclass(frozen=True)
class Slug:
    """A name of a declared thing in a statement.

    :ivar key: that has it; in a nested node both keys, as in ``figure.indicator``
    :ivar known: whether the project declares it
    """

    key: str
    written: str
    line: int
    known: bool


@dataclass(frozen=True)
class Coded:
    """One statement of one coder.

    :ivar line: of the file, where the statement begins
    :ivar spans: its passages
    :ivar values: by key, what is compared, in the canonical form of the slugs; of a text in own words only that it is there
    :ivar texts: by key and language, the summary and the texts in own words
    :ivar slugs: the names that it has
    :ivar node: all that is written
    """

    id: str
    line: int
    spans: tuple[Span, ...]
    values: dict[str, tuple[str, ...]]
    texts: dict[str, dict[str, str]]
    slugs: tuple[Slug, ...]
    node: Mapping

    @property
    def place(self) -> tuple[int, int]:
        """For an order by the text: the start of the first passage, then the line."""
        return (min(span.start for span in self.spans), self.line)

    @property
    def anchors(self) -> tuple[str, ...]:
        """The passages as they are written."""
        return tuple(item.value for item in items(self.node.get("passage")) if isinstance(item, Scalar))

    def said(self, key: str) -> str:
        """A text in own words, in English if it is written so; empty if there is none."""
        texts = self.texts.get(key, {})
        return texts.get("en") or next(iter(texts.values()), "")

    def shown(self, key: str) -> tuple[str, ...]:
        """What is shown of a key: its values, or the text in own words."""
        return (self.said(key),) if key in OWN_WORDS and key in self.values else self.values.get(key, ())


def references(node: Mapping, context: Context, within: str = "") -> Iterator[tuple[str, Term, Scalar]]:
    """The references of a statement or of defaults, with their keys, those of nested nodes included."""
    for key, entry in node.entries.items():
        term = context.terms.get(key)
        for item in items(entry.value) if term else ():
            if isinstance(item, Mapping) and term and term.form is Form.NODE:
                yield from references(item, context, f"{key}.")
            elif isinstance(item, Scalar) and item.value and term and term.form is Form.REFERENCE and term.base.startswith(ID):
                yield f"{within}{key}", term, item


@dataclass(frozen=True)
class Reader:
    """Reads the statements of one file.

    :ivar text: of the document; None if it is not at hand, and the lock says where passages are
    :ivar wrong: gets what is wrong with passages
    :ivar remedy: what to do where the lock does not have a passage
    """

    document: str
    corpus: Corpus
    text: NormalisedText | None
    lock: dict[str, LockedPassage]
    wrong: list[Finding]
    remedy: str

    def statement(self, node: Mapping, defaults: Node | None) -> Coded:
        """One statement, with the defaults of its file."""
        slug = node.scalar("id")
        name = slug.value if slug else ""
        written = dict(defaults.entries) if isinstance(defaults, Mapping) else {}
        written |= node.entries
        values: dict[str, tuple[str, ...]] = {}
        texts: dict[str, dict[str, str]] = {}
        for key, entry in written.items():
            term = self.corpus.context.terms.get(key)
            if key in ("summary", *OWN_WORDS):
                texts[key] = _texts(entry.value)
                if key in OWN_WORDS and any(texts[key].values()):
                    values[key] = ("yes",)
            elif term is not None and _is_compared(term):
                found = tuple(sorted({self._value(term, item) for item in items(entry.value)} - {""}))
                if found:
                    values[key] = found
        slugs = tuple(self._slugs(Mapping(written, node.place)))
        return Coded(name, node.place.line, self._spans(node, name), values, texts, slugs, node)

    def _slugs(self, written: Mapping) -> Iterator[Slug]:
        for key, term, item in references(written, self.corpus.context):
            if not term.base.startswith(_NOT_COMPARED):
                known = bool(self.corpus.registry.resolve(term.base, item.value, self.document))
                yield Slug(key, item.value, item.place.line, known)

    def _value(self, term: Term, item: Node) -> str:
        """One value as text; of a nested node its keys and values, in the order of the keys."""
        if isinstance(item, Mapping):
            parts = []
            for key, entry in sorted(item.entries.items()):
                inner = self.corpus.context.terms.get(key)
                if inner is not None:
                    parts += [f"{key}={self._value(inner, value)}" for value in items(entry.value)]
            return ", ".join(parts)
        if not isinstance(item, Scalar):
            return ""
        if term.form is Form.REFERENCE and term.base.startswith(ID):
            found = self.corpus.registry.resolve(term.base, item.value, self.document)
            if len(found) == 1:
                return found[0].removeprefix(term.base)
        return item.value.strip()

    def _spans(self, node: Mapping, name: str) -> tuple[Span, ...]:
        spans = []
        for index, item in enumerate(items(node.get("passage")), start=1):
            if not isinstance(item, Scalar):
                self.wrong.append(item.place.finding("anchor-syntax", 'passage: expected "first words … last words"', name))
                continue
            try:
                anchors = parse_anchors(item.value)
                if self.text is not None:
                    passage = resolve(anchors, self.text)
                    spans.append(Span(passage.start, passage.end))
                    continue
            except AnchorError as error:
                self.wrong.append(item.place.finding(anchor_code(error), f"passage: {error}", name))
                continue
            locked = self.lock.get(lock_id(name, index))
            if locked is None or locked.anchors != str(anchors):
                message = f"passage: not in the anchor lock beside the file, or there with other anchors: {self.remedy}"
                self.wrong.append(item.place.finding("anchor-lock", message, name))
            else:
                spans.append(Span(locked.passage.start, locked.passage.end))
        return tuple(spans) or (Span(0, 0),)  # not located: a finding says so, and nothing is compared


def _is_compared(term: Term) -> bool:
    return term.key != "passage" and term.form not in (Form.TEXT, Form.ID) and not term.base.startswith(_NOT_COMPARED)


def _texts(node: Node) -> dict[str, str]:
    """A text by language."""
    if not isinstance(node, Mapping):
        return {}
    return {
        tag: " ".join(item.value for item in items(entry.value) if isinstance(item, Scalar))
        for tag, entry in node.entries.items()
    }
