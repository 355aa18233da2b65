"""One coder's mapping file, read so that it can be compared with another's.

In: a mapping file, wherever it lies; the project's context and declared names; the text of the document, or the anchor lock beside
the file. Out: a :class:`Coding`. Next: :mod:`kg.agreement.comparing`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import AnchorError, Finding, FindingsError, InputError, Span
from kg.mappings.context import Form, Term
from kg.mappings.corpus import Corpus
from kg.mappings.lock import LockedPassage, lock_id, read_lock
from kg.mappings.nodes import Mapping, Node, Scalar, items
from kg.mappings.passages import anchor_code
from kg.mappings.reader import read_yaml
from kg.namespaces import ID
from kg.sources import NormalisedText, parse_anchors, read_text, resolve

_NOT_COMPARED: Final = tuple(f"{ID}{part}/" for part in ("section", "statement", "coding", "confidence", "document"))
"""What two coders need not agree on: names of their own, and how sure they are."""
_TEXT_NEEDED: Final = "pass --sources DIR (or set KG_SOURCES), the folder with the text {}.txt"


@dataclass(frozen=True)
class Coded:
    """One statement of one coder.

    :ivar line: of the file, where the statement begins
    :ivar spans: its passages
    :ivar values: by key, what is compared, in the canonical form of the slugs
    :ivar texts: by language, the summary
    :ivar node: all that is written
    """

    id: str
    line: int
    spans: tuple[Span, ...]
    values: dict[str, tuple[str, ...]]
    texts: dict[str, str]
    node: Mapping

    @property
    def place(self) -> tuple[int, int]:
        """For an order by the text: the start of the first passage, then the line."""
        return (min(span.start for span in self.spans), self.line)


@dataclass(frozen=True)
class Coding:
    """The file of one coder.

    :ivar path: as it was given
    :ivar length: of the document's normalised text, in characters; 0 if it is not known
    :ivar tree: all that the file says
    """

    document: str
    path: Path
    length: int
    statements: tuple[Coded, ...]
    tree: Mapping
    by_id: dict[str, Coded] = field(default_factory=dict)


def read_coding(path: Path, corpus: Corpus, sources: Path | None) -> Coding:
    """Read the file of one coder.

    :param corpus: of the project to which the document belongs
    :param sources: folder of the texts; without it, the anchor lock ``anchors/<document>.tsv`` beside the file says where passages are
    :raises FindingsError: if the file cannot be read, or a passage cannot be found
    :raises InputError: if neither text nor lock is there
    """
    name = corpus.layout.name(path)
    tree, findings = read_yaml(path, name)
    if tree is None or findings:
        raise FindingsError(tuple(findings))
    written = tree.scalar("document")
    if written is None:
        message = "`document:` is missing; a mapping file begins with it, and both coders' files name the same document"
        raise FindingsError((tree.place.finding("missing-key", message),))
    document = written.value
    at_hand = sources is not None and (sources / f"{document}.txt").exists()
    text = read_text(sources, document, _recorded(document, "sha256", corpus)) if sources and at_hand else None
    lock_path = path.parent / "anchors" / f"{document}.tsv"
    lock, wrong = read_lock(lock_path, corpus.layout.name(lock_path)) if text is None else ({}, [])
    if text is None and not lock and not wrong:
        need = f"{sources} has no {document}.txt; put the text there" if sources else _TEXT_NEEDED.format(document)
        beside = f"or put the anchor lock that the coder has of this file at {corpus.layout.name(lock_path)}"
        raise InputError(f"{name}: where its passages are is not known: {need}, {beside}")
    remedy = _TEXT_NEEDED.format(document)
    if lock_path.resolve() == corpus.layout.lock(document).resolve():
        remedy += f", or run `kg anchor {document}`"
    reader = _Reader(document, corpus, text, lock, wrong, remedy)
    statements = tuple(reader.statement(node, tree.get("defaults")) for node in _named(tree.get("statements"), wrong))
    if wrong:
        raise FindingsError(tuple(wrong))
    recorded = _recorded(document, "characters", corpus) or "0"
    length = len(text.text) if text else int(recorded) if recorded.isdecimal() else 0
    return Coding(document, path, length, statements, tree, {statement.id: statement for statement in statements})


def _recorded(document: str, key: str, corpus: Corpus) -> str | None:
    """What the catalogue has for a document."""
    node = next((n for n in corpus.graphs.get("entities", ()) if n["id"] == f"{ID}document/{document}"), {})
    value = node.get(key)
    return str(value[0]) if isinstance(value, list) and value else None


def _named(statements: Node | None, wrong: list[Finding]) -> list[Mapping]:
    """The statements that have an id and a passage; others are findings."""
    found = []
    seen: set[str] = set()
    for node in items(statements):
        if not isinstance(node, Mapping):
            wrong.append(node.place.finding("wrong-form", "expected keys and values, beginning with `- id:`"))
            continue
        slug = node.scalar("id")
        if slug is None:
            wrong.append(node.place.finding("missing-id", "there is no id; begin with `- id:` and a name not used before"))
        elif slug.value in seen:
            wrong.append(slug.place.finding("duplicate-id", f'id: "{slug.value}" is taken; take a new one', slug.value))
        elif not any(isinstance(item, Scalar) and item.value for item in items(node.get("passage"))):
            message = "there is no `passage:`; write the first and last words of the passage"
            wrong.append(node.place.finding("missing-key", message, slug.value))
        else:
            seen.add(slug.value)
            found.append(node)
    return found


@dataclass(frozen=True)
class _Reader:
    document: str
    corpus: Corpus
    text: NormalisedText | None
    lock: dict[str, LockedPassage]
    wrong: list[Finding]
    remedy: str

    def statement(self, node: Mapping, defaults: Node | None) -> Coded:
        slug = node.scalar("id")
        name = slug.value if slug else ""
        written = dict(defaults.entries) if isinstance(defaults, Mapping) else {}
        written |= node.entries
        values = {}
        for key, entry in written.items():
            term = self.corpus.context.terms.get(key)
            if term is not None and self._is_compared(term):
                found = tuple(sorted({self._value(term, item) for item in items(entry.value)} - {""}))
                if found:
                    values[key] = found
        summary = node.get("summary")
        texts = {tag: self._text(entry.value) for tag, entry in summary.entries.items()} if isinstance(summary, Mapping) else {}
        return Coded(name, node.place.line, self._spans(node, name), values, texts, node)

    @staticmethod
    def _is_compared(term: Term) -> bool:
        return term.key != "passage" and term.form not in (Form.TEXT, Form.ID) and not term.base.startswith(_NOT_COMPARED)

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

    @staticmethod
    def _text(value: Node) -> str:
        return " ".join(item.value for item in items(value) if isinstance(item, Scalar))

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
