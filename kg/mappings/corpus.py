"""All mapping files of a project, read together.

In: a :class:`~kg.mappings.layout.Layout` and, if at hand, the source texts. Out: a :class:`Corpus`. Next: :mod:`kg.graph`.
Nothing stops at the first defect: what can still be read is read, and every finding of the run is reported at once.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import Finding, SourceError
from kg.mappings import documents
from kg.mappings.context import Context, read_context
from kg.mappings.convert import Converter, JsonNode, did_you_mean
from kg.mappings.documents import Declared
from kg.mappings.layout import Layout
from kg.mappings.ledger import Skipped, read_ledger
from kg.mappings.links import Link, read_links
from kg.mappings.lock import read_lock
from kg.mappings.nodes import Mapping, Place, Scalar, items, read_yaml
from kg.mappings.passages import Passages
from kg.mappings.registry import Registry
from kg.mappings.trace import Trace
from kg.namespaces import ID, RDF_TYPE
from kg.sources import NormalisedText, read_text
from kg.vocabulary import Vocabulary, read_vocabulary

ENTITIES: Final = "entities"
"""Name of the graph that holds every entity, documents included."""

_COLLECTION_TOP: Final = ("collection", "entities")
_COLLECTION: Final = re.compile(r"^collection: *([a-z-]+)", re.MULTILINE)
_ID: Final = re.compile(r"^ *- *\{? *id: *([a-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True)
class DocumentCoding:
    """What was read of one document.

    :ivar file: name of the mapping file in findings
    :ivar text: the normalised text, None when it is not at hand
    """

    slug: str
    file: str
    text: NormalisedText | None
    passages: Passages
    ledger: tuple[Skipped, ...]


@dataclass(frozen=True)
class Corpus:
    """Everything that the mappings say, as JSON-LD nodes by graph name.

    :ivar trace: where each thing was written, and the findings so far
    """

    layout: Layout
    context: Context
    vocabulary: Vocabulary
    registry: Registry
    trace: Trace
    graphs: dict[str, list[JsonNode]] = field(default_factory=dict)
    documents: dict[str, DocumentCoding] = field(default_factory=dict)
    links: tuple[Link, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings so far, by place."""
        return tuple(sorted(self.trace.findings))


def read_corpus(layout: Layout, sources: Path | None = None, *, check_lock: bool = True) -> Corpus:
    """Read and check every mapping file.

    :param sources: folder of the texts, ``<document>.txt``; a text that is missing there is not checked
    :param check_lock: False while the anchor lock is being written anew
    """
    layout.require()
    trace = Trace()
    vocabulary, findings = read_vocabulary(layout.vocabulary_files())
    context, wrong = read_context(layout.context, layout.name(layout.context))
    for finding in findings + wrong:
        trace.report(finding)
    for iri, (file, line) in vocabulary.places.items():
        trace.subjects.setdefault(iri, (Place(file, line, 1), _short(iri)))

    collections = _read_all(layout.collection_files(), trace)
    mappings = _read_all(layout.document_files(), trace)
    declared = Declared(trace)
    prefixes = {id(tree): _declare_collection(tree, declared) for _, tree in collections}
    for path, tree in mappings:
        documents.declare(tree, documents.document_slug(tree, path.stem, trace), declared)
    trace.lost |= vocabulary.lost
    known = Registry(set(declared.places) | vocabulary.concepts | trace.lost)

    corpus = Corpus(layout, context, vocabulary, known, trace)
    entities: list[JsonNode] = []
    converter = Converter(context, vocabulary, known, trace)
    for _, tree in collections:
        entities += _convert_collection(tree, prefixes[id(tree)], converter, declared)
    corpus.graphs[ENTITIES] = entities
    for path, tree in mappings:
        coding, nodes = _convert_document(path, tree, corpus, sources, declared, check_lock=check_lock)
        corpus.graphs[coding.slug] = nodes
        corpus.documents[coding.slug] = coding
    links, wrong = read_links(layout.links, layout.name(layout.links), known)
    for finding in wrong:
        trace.report(finding)
    return Corpus(layout, context, vocabulary, known, trace, corpus.graphs, corpus.documents, tuple(links))


def _read_all(files: list[tuple[Path, str]], trace: Trace) -> list[tuple[Path, Mapping]]:
    """The trees of the files that are YAML; the others have a finding."""
    trees = []
    for path, name in files:
        tree, findings = read_yaml(path, name)
        for finding in findings:
            trace.report(finding)
        if tree is not None:
            trees.append((path, tree))
        else:
            trace.lost |= _ids_of_broken(path)
    return trees


def _ids_of_broken(path: Path) -> set[str]:
    """Ids that a file with a syntax error seems to declare, so that references to them are not findings as well."""
    text = path.read_text(encoding="utf-8", errors="replace")
    collection = _COLLECTION.search(text)
    prefix = f"{ID}{collection[1]}/" if collection else f"{ID}statement/{path.stem}/"
    sections = set() if collection else {f"{ID}section/{path.stem}/{slug}" for slug in _ID.findall(text)}
    return sections | {f"{prefix}{slug}" for slug in _ID.findall(text)}


def _declare_collection(tree: Mapping, declared: Declared) -> str:
    """First pass over a file of entities: take their ids. Returns the namespace of the collection."""
    trace = declared.trace
    for key, entry in tree.entries.items():
        if key not in _COLLECTION_TOP:
            message = f'unknown key "{key}"{did_you_mean(key, _COLLECTION_TOP)}'
            trace.report(entry.key.place.finding("unknown-key", message))
    collection = tree.scalar("collection")
    if collection is None:
        message = "`collection:` is missing; write the path of the ids, as in `collection: agent`"
        trace.report(tree.place.finding("missing-key", message))
        return ""
    prefix = f"{ID}{collection.value}/"
    for node in items(tree.get("entities")):
        if not isinstance(node, Scalar) or node.value:
            declared.declare(node, prefix)
    return prefix


def _convert_collection(tree: Mapping, prefix: str, converter: Converter, declared: Declared) -> list[JsonNode]:
    """Second pass: the nodes of a file of entities."""
    nodes = []
    for node in items(tree.get("entities")):
        if not prefix or not isinstance(node, Mapping) or not isinstance(slug := node.get("id"), Scalar):
            continue
        suffix = f"~{node.place.line}" if id(node) in declared.rejected else ""
        result = converter.node(node, f"{prefix}{slug.value}{suffix}", slug.value, skip=("id",))
        if not result.get("kind") and (str(result["id"]), RDF_TYPE) not in converter.trace.flagged:
            message = "there is no `kind:`; write its class, as in `kind: Instrument`"
            converter.trace.report(node.place.finding("missing-key", message, slug.value))
        nodes.append(result)
    return nodes


def _convert_document(
    path: Path, tree: Mapping, corpus: Corpus, sources: Path | None, declared: Declared, *, check_lock: bool
) -> tuple[DocumentCoding, list[JsonNode]]:
    """Text, lock, statements and ledger of one document."""
    layout, trace, slug = corpus.layout, corpus.trace, path.stem
    name = layout.name(path)
    if f"{ID}document/{slug}" not in corpus.registry:
        written = tree.scalar("document")
        place = written.place if written else tree.place
        message = f'document: "{slug}" is not in the catalogue; describe it in {layout.name(layout.catalogue)}'
        trace.report(place.finding("unknown-slug", message))
    text = _text(slug, corpus, sources, name)
    lock_name = layout.name(layout.lock(slug))
    lock, wrong = read_lock(layout.lock(slug), lock_name)
    if check_lock:
        for finding in wrong:
            trace.report(finding)
    passages = Passages(slug, trace, text, lock, lock_name, check_lock)
    converter = Converter(corpus.context, corpus.vocabulary, corpus.registry, trace, slug)
    nodes = documents.convert(tree, converter, passages, declared)
    ledger_path = layout.ledger(slug)
    ledger = read_ledger(ledger_path, layout.name(ledger_path), slug, text, corpus.registry, trace)
    return DocumentCoding(slug, name, text, passages, tuple(ledger)), nodes


def _text(slug: str, corpus: Corpus, sources: Path | None, name: str) -> NormalisedText | None:
    """The document's text, if there is one in ``sources``; another text than the catalogue's is a finding."""
    if sources is None or not (sources / f"{slug}.txt").exists():
        return None
    entry = next((n for n in corpus.graphs[ENTITIES] if n["id"] == f"{ID}document/{slug}"), {})
    recorded = entry.get("sha256")
    expected = str(recorded[0]) if isinstance(recorded, list) and recorded else None
    try:
        return read_text(sources, slug, expected)
    except SourceError as error:
        corpus.trace.report(Finding(name, 1, 1, "source-text", str(error)))
        return None


def _short(iri: str) -> str:
    return iri.rsplit("#", 1)[-1] if "#" in iri else iri.removeprefix(ID)
