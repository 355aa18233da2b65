"""Two coders' mapping files, read so that they can be compared.

In: two mapping files of one document, wherever they lie; the project's context and declared names; the text of the document, or the
anchor lock beside each file. Out: a :class:`Coding` of each. Next: :mod:`kg.agreement.comparing`.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kg.agreement.coded import Coded, Reader
from kg.agreement.settled import Settled, renamed
from kg.errors import Finding, FindingsError, InputError
from kg.mappings.corpus import Corpus
from kg.mappings.ledger import Skipped, read_ledger
from kg.mappings.lock import read_lock
from kg.mappings.nodes import Mapping, Node, Scalar, items
from kg.mappings.reader import parse_yaml, read_utf8
from kg.mappings.trace import Trace
from kg.namespaces import ID
from kg.sources import NormalisedText, read_text

_TEXT_NEEDED: Final = "pass --sources DIR (or set KG_SOURCES), the folder with the text {}.txt"


@dataclass(frozen=True)
class Coding:
    """The file of one coder.

    :ivar path: as it was given
    :ivar length: of the document's normalised text, in characters; 0 if it is not known
    :ivar tree: all that the file says
    :ivar written: the file; that of the second coder with the slugs of the first, where they are settled to be the same
    :ivar text: of the document; None if it is not at hand
    :ivar ledger: what the coder skips; None if the text is not at hand, without which its places are not known
    """

    document: str
    path: Path
    length: int
    statements: tuple[Coded, ...]
    tree: Mapping
    written: str
    text: NormalisedText | None = None
    ledger: tuple[Skipped, ...] | None = None
    by_id: dict[str, Coded] = field(default_factory=dict)

    @property
    def ledger_path(self) -> Path:
        """The ledger beside the file."""
        return self.path.with_name(f"{self.path.stem}.skipped.yaml")


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    tree: Mapping
    document: str
    written: str


def read_codings(a: Path, b: Path, corpus: Corpus, sources: Path | None, settled: Settled) -> tuple[Coding, Coding]:
    """Read the files of two coders.

    :param corpus: of the project to which the document belongs
    :param sources: folder of the texts; without it, the anchor lock ``anchors/<document>.tsv`` beside each file says where passages are
    :raises FindingsError: if a file cannot be read, or a passage cannot be found
    :raises InputError: if they are of two documents, or neither text nor lock is there
    """
    ours, theirs = _file(a, corpus), _file(b, corpus)
    if ours.document != theirs.document:
        raise InputError(
            f"{ours.name} is about {ours.document} and {theirs.name} about {theirs.document}; only codings of one document compare: "
            f"if both are of one text, write `document: {ours.document}` in {theirs.name}, and so in its ledger and its relations"
        )
    if settled.same:
        written = renamed(theirs.written, theirs.tree, ours.tree, corpus.context, settled.same)
        theirs = _parsed(b, theirs.name, written)
    return _coding(ours, corpus, sources), _coding(theirs, corpus, sources)


def _file(path: Path, corpus: Corpus) -> _File:
    name = corpus.layout.name(path)
    written, findings = read_utf8(path, name)
    if written is None:
        raise FindingsError(tuple(findings))
    return _parsed(path, name, written)


def _parsed(path: Path, name: str, written: str) -> _File:
    tree, findings = parse_yaml(written, name)
    if tree is None or findings:
        raise FindingsError(tuple(findings))
    document = tree.scalar("document")
    if document is None:
        message = "`document:` is missing; a mapping file begins with it, and both coders' files name the same document"
        raise FindingsError((tree.place.finding("missing-key", message),))
    return _File(path, name, tree, document.value, written)


def _coding(file: _File, corpus: Corpus, sources: Path | None) -> Coding:
    """The statements and the ledger of a file, each with its place in the text."""
    document, path, tree = file.document, file.path, file.tree
    at_hand = sources is not None and (sources / f"{document}.txt").exists()
    text = read_text(sources, document, _recorded(document, "sha256", corpus)) if sources and at_hand else None
    lock_path = path.parent / "anchors" / f"{document}.tsv"
    lock, wrong = read_lock(lock_path, corpus.layout.name(lock_path)) if text is None else ({}, [])
    if text is None and not lock and not wrong:
        need = f"{sources} has no {document}.txt; put the text there" if sources else _TEXT_NEEDED.format(document)
        beside = f"or put the anchor lock that the coder has of this file at {corpus.layout.name(lock_path)}"
        raise InputError(f"{file.name}: where its passages are is not known: {need}, {beside}")
    remedy = _TEXT_NEEDED.format(document)
    if lock_path.resolve() == corpus.layout.lock(document).resolve():
        remedy += f", or run `kg anchor {document}`"
    reader = Reader(document, corpus, text, lock, wrong, remedy)
    statements = tuple(reader.statement(node, tree.get("defaults")) for node in _named(tree.get("statements"), wrong))
    recorded = _recorded(document, "characters", corpus) or "0"
    length = len(text.text) if text else int(recorded) if recorded.isdecimal() else 0
    by_id = {statement.id: statement for statement in statements}
    found = Coding(document, path, length, statements, tree, file.written, text, by_id=by_id)
    if text is not None:
        trace = Trace()  # what a ledger says of statements that are not declared here is not looked at, as nothing settles it
        name = corpus.layout.name(found.ledger_path)
        ledger = tuple(read_ledger(found.ledger_path, name, document, text, corpus.registry, trace))
        found = replace(found, ledger=ledger)
        wrong += trace.findings
    if wrong:
        raise FindingsError(tuple(wrong))
    return found


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
