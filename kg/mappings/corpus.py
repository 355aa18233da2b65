"""All mapping files of a project, read together.

In: a :class:`~kg.mappings.layout.Layout` and, if at hand, the source texts. Out: a :class:`Corpus`. Next: :mod:`kg.graph`.
Nothing stops at the first defect: what can still be read is read, and every finding of the run is reported at once.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import Finding, SourceError, UnreadableTextError, VersionError
from kg.mappings import collections, documents
from kg.mappings.astray import astray
from kg.mappings.codebook_version import check_versions
from kg.mappings.context import Context
from kg.mappings.context_check import collections as known_collections
from kg.mappings.convert import Converter, JsonNode
from kg.mappings.documents import Declared
from kg.mappings.keys import Keys
from kg.mappings.layout import Layout
from kg.mappings.ledger import Skipped, read_ledger
from kg.mappings.links import Link, read_links
from kg.mappings.lock import LockedPassage, read_lock
from kg.mappings.nodes import Mapping, Place, items
from kg.mappings.passages import Passages
from kg.mappings.reader import read_yaml
from kg.mappings.registry import Registry
from kg.mappings.terms import read_terms
from kg.mappings.trace import Trace
from kg.mappings.unaccounted import unaccounted
from kg.mappings.uncoded import uncoded
from kg.mappings.words import shortened
from kg.namespaces import ID, POL
from kg.sources import NormalisedText, read_text
from kg.vocabulary import Vocabulary

ENTITIES: Final = "entities"
"""Name of the graph that holds every entity, documents included."""

_COLLECTION: Final = re.compile(r"^collection: *([a-z-]+)", re.MULTILINE)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_ID: Final = re.compile(r"^ *(?:- *)?\{? *id: *([a-z0-9-]+)", re.MULTILINE)


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
    :ivar usable: False if context or ontology are broken, so that the mappings were not read
    """

    layout: Layout
    context: Context
    keys: Keys
    vocabulary: Vocabulary
    registry: Registry
    trace: Trace
    graphs: dict[str, list[JsonNode]] = field(default_factory=dict)
    documents: dict[str, DocumentCoding] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    usable: bool = True

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
    vocabulary, context, keys, usable = read_terms(layout, trace)
    if not usable:
        return Corpus(layout, context, keys, vocabulary, Registry(set()), trace, usable=False)

    declared = Declared(trace)
    entities, prefixes = read_collections(layout, declared, known_collections(context))
    mappings, begun = _read_documents(layout, declared)
    labels = collections.labels(zip(entities, prefixes, strict=True))
    known = Registry(set(declared.places) | vocabulary.concepts | trace.lost, labels)

    corpus = Corpus(layout, context, keys, vocabulary, known, trace)
    converter = Converter(context, keys, vocabulary, known, trace)
    corpus.graphs[ENTITIES] = [
        node
        for tree, prefix in zip(entities, prefixes, strict=True)
        for node in collections.convert(tree, prefix, converter, declared)
    ]
    check_versions(corpus.graphs[ENTITIES], layout, trace)
    for path, tree in mappings:
        coding, nodes = convert_document(path, tree, corpus, sources, declared, check_lock=check_lock)
        corpus.graphs[coding.slug] = nodes
        corpus.documents[coding.slug] = coding
    links = read_links(layout.links, layout.name(layout.links), known, trace)
    for finding in uncoded(layout, (str(node["id"]) for node in corpus.graphs[ENTITIES]), begun, trace.subjects):
        trace.report(finding)
    trace.settle()
    return Corpus(layout, context, keys, vocabulary, known, trace, corpus.graphs, corpus.documents, tuple(links))


def read_collections(layout: Layout, declared: Declared, known: frozenset[str]) -> tuple[list[Mapping], list[str]]:
    """The trees of the catalogue and the files of entities, with the namespace of each; their ids are taken."""
    trees, prefixes = [], []
    for path, name in layout.collection_files():
        tree, whole = _read(path, name, declared.trace)
        if tree is not None:
            prefixes.append(collections.declare(tree, declared, known))
            trees.append(tree)
        if not whole:
            _lose(path, declared, ID)
    return trees, prefixes


def unread(layout: Layout) -> frozenset[str]:
    """Namespaces of what files declare that are not read for their ending: nothing can be said to be missing or unused there."""
    return frozenset(f"{ID}{part}/{path.stem}/" for path in layout.misnamed() for part in ("statement", "section"))


def _read_documents(layout: Layout, declared: Declared) -> tuple[list[tuple[Path, Mapping]], set[str]]:
    """The trees of the mapping files that belong to a document, and the slugs that have or name one; the ids of all are taken."""
    trees = []
    slugs = set()
    trace = declared.trace
    trace.lost_below |= unread(layout)
    for path, name in layout.document_files():
        tree, written = declare_document(path, name, declared)
        slugs |= {path.stem, written}
        if tree is not None:
            trees.append((path, tree))
    for name, remedy in layout.stray_files(slugs):
        trace.report(Finding(name, 1, 1, "stray-file", f"nothing reads this file: {remedy}"))
    return trees, slugs


def declare_document(path: Path, name: str, declared: Declared) -> tuple[Mapping | None, str]:
    """The tree of a mapping file, if it belongs to its document, and the slug that it names; its ids are taken."""
    trace, written = declared.trace, path.stem
    tree, whole = _read(path, name, trace)
    if tree is not None:
        written = documents.document_slug(tree, path.stem, trace)
        whole = documents.declare(tree, path.stem, declared) and whole
        if written != path.stem:  # a copy, or a file renamed: what it says of the document would all be said wrongly
            trace.lost_below |= {f"{ID}statement/{written}/", f"{ID}section/{written}/"}
            own = (f"{ID}statement/{path.stem}/", f"{ID}section/{path.stem}/")
            trace.lost |= {iri for iri in declared.places if iri.startswith(own)}
            tree = None
    if not whole:
        _lose(path, declared, f"{ID}statement/{path.stem}/", f"{ID}section/{path.stem}/")
    return tree, written


def _read(path: Path, name: str, trace: Trace) -> tuple[Mapping | None, bool]:
    """The tree of a file, and whether all of the file is in it; what is wrong is reported."""
    tree, findings = read_yaml(path, name)
    for finding in findings:
        trace.report(finding)
    return tree, not findings


def _lose(path: Path, declared: Declared, *namespaces: str) -> None:
    """Note the ids that a file seems to declare though they could not be taken, so that references to them are no findings.

    :param namespaces: where they belong, if the file does not even show them
    """
    trace = declared.trace
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    collection = _COLLECTION.search(text)
    prefixes = (f"{ID}{collection[1]}/",) if collection else namespaces
    slugs = _ID.findall(text) if prefixes != (ID,) else []
    if slugs:
        trace.lost |= {f"{prefix}{slug}" for prefix in prefixes for slug in slugs} - declared.places.keys()
    else:
        trace.lost_below |= set(prefixes)


def convert_document(
    path: Path, tree: Mapping, corpus: Corpus, sources: Path | None, declared: Declared, *, check_lock: bool
) -> tuple[DocumentCoding, list[JsonNode]]:
    """Text, lock, statements and ledger of one document."""
    layout, trace, slug = corpus.layout, corpus.trace, path.stem
    name = layout.name(path)
    document = f"{ID}document/{slug}"
    if document not in corpus.registry:
        written = tree.scalar("document")
        if not trace.is_lost_in(f"{ID}document/"):
            message = f'document: "{slug}" is not in the catalogue; describe it in {layout.name(layout.catalogue)}'
            trace.report((written.place if written else tree.place).finding("unknown-slug", message))
        trace.lost.add(document)
    text = _text(slug, corpus, sources, name)
    lock, usable = _lock(slug, corpus, needed=bool(items(tree.get("statements")))) if check_lock else ({}, False)
    passages = Passages(slug, trace, text, lock, layout.name(layout.lock(slug)), usable)
    converter = Converter(corpus.context, corpus.keys, corpus.vocabulary, corpus.registry, trace, slug)
    nodes = documents.convert(tree, converter, passages, declared)
    for finding in astray(tree, passages):
        trace.report(finding)
    ledger_path = layout.ledger(slug)
    in_ledger = layout.name(ledger_path)
    ledger = read_ledger(ledger_path, in_ledger, slug, text, corpus.registry, trace)
    passages.warn_over(skipped.span for skipped in ledger if skipped.reason == "heading" and skipped.span)
    passages.warn_of_skipped((skipped.span, skipped.place) for skipped in ledger if skipped.span)
    if not any(finding.file == in_ledger for finding in trace.findings):  # of whose entries some may not have been read
        for finding in unaccounted(slug, tree.place, passages, ledger):
            trace.report(finding)
    return DocumentCoding(slug, name, text, passages, tuple(ledger)), nodes


def _lock(slug: str, corpus: Corpus, *, needed: bool) -> tuple[dict[str, LockedPassage], bool]:
    """The anchor lock of a document, and whether there is one to compare with.

    :param needed: whether there are statements, so that passages are missed where there is none
    """
    path = corpus.layout.lock(slug)
    name = corpus.layout.name(path)
    lock, findings = read_lock(path, name)
    if not path.exists():
        findings = (
            [] if not needed else [Finding(name, 1, 1, "anchor-lock", f"there is no anchor lock for {slug}; run `kg anchor`")]
        )
    for finding in findings:
        corpus.trace.report(finding)
    return lock, bool(lock) or not findings


def _text(slug: str, corpus: Corpus, sources: Path | None, name: str) -> NormalisedText | None:
    """The document's text, if there is one in ``sources``; another text than the catalogue's is a finding."""
    if sources is None or not (sources / f"{slug}.txt").exists():
        return None
    sha256, at_sha256 = _recorded(slug, "sha256", corpus)
    characters, at_characters = _recorded(slug, "characters", corpus)
    if sha256 and not _SHA256.fullmatch(sha256):
        sha256 = None  # of which the shapes say what is wrong
    try:
        text = read_text(sources, slug, sha256)
    except VersionError as error:
        place = at_sha256 or Place(name, 1, 1)
        corpus.trace.report(place.finding("source-text", str(error), slug))
        return None
    except UnreadableTextError as error:
        file = corpus.layout.name(sources / f"{slug}.txt")
        corpus.trace.report(Finding(file, error.line, 1, "source-text", error.reason, slug))
        return None
    except SourceError as error:  # the file is gone since it was looked for
        corpus.trace.report(Finding(name, 1, 1, "source-text", str(error)))
        return None
    if at_characters and characters != str(len(text.text)):
        message = (
            f"characters: {shortened(characters or '')} are recorded, the normalised text has {len(text.text)}; write that number"
        )
        corpus.trace.report(at_characters.finding("source-text", message, slug))
    return text


def _recorded(slug: str, key: str, corpus: Corpus) -> tuple[str | None, Place | None]:
    """What the catalogue records of a document under ``key``, and where."""
    iri = f"{ID}document/{slug}"
    entry = next((node for node in corpus.graphs[ENTITIES] if node["id"] == iri), {})
    recorded = entry.get(key)
    if not isinstance(recorded, list) or not recorded:
        return None, None
    value = str(recorded[0])
    return value, corpus.trace.values.get((iri, f"{POL}{key}", value))
