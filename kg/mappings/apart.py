"""The mapping files of a project apart: what all documents share, and each document by itself.

In: a :class:`~kg.mappings.layout.Layout`. Out: :class:`Shared`, and a :class:`Mapped` for each document. Next: :mod:`kg.scale`. What comes out
is what :func:`~kg.mappings.corpus.read_corpus` makes of the same files, which reads them all at once.

A document knows the ids of others only when it has been told of them. So a reference to a statement of another document is taken as right,
and noted; whoever has seen all documents says which are denied, and reads that document again.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import Finding
from kg.mappings import collections
from kg.mappings.codebook_version import check_versions
from kg.mappings.context import Context
from kg.mappings.context_check import collections as known_collections
from kg.mappings.convert import Converter, JsonNode
from kg.mappings.corpus import ENTITIES, Corpus, DocumentCoding, convert_document, declare_document, read_collections
from kg.mappings.documents import Declared
from kg.mappings.keys import Keys
from kg.mappings.layout import Layout
from kg.mappings.links import Link, read_links
from kg.mappings.registry import Registry
from kg.mappings.terms import read_terms
from kg.mappings.trace import Trace
from kg.namespaces import ID, POL
from kg.vocabulary import Vocabulary

_PART: Final = re.compile(re.escape(ID) + r"(?:statement|section)/([^/#]+)/[^/#]+")


@dataclass(frozen=True)
class Lost:
    """What files were meant to declare and do not; see :class:`~kg.mappings.trace.Trace`."""

    iris: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.iris or self.below)


@dataclass(frozen=True)
class Shared:
    """What all documents share.

    :ivar registry: of entities and concepts
    :ivar nodes: entities and the catalogue, as JSON-LD, by IRI
    :ivar trace: places and findings of what is shared
    :ivar lost: what the shared files lost
    :ivar assumed: IRIs of documents' own that it refers to
    """

    layout: Layout
    context: Context
    keys: Keys
    vocabulary: Vocabulary
    registry: Registry
    nodes: dict[str, JsonNode]
    trace: Trace
    links: tuple[Link, ...] = ()
    lost: Lost = Lost()
    assumed: frozenset[str] = frozenset()
    usable: bool = True


def read_shared(layout: Layout, elsewhere: Lost, denied: frozenset[str]) -> Shared:
    """Read vocabulary, context, entities, catalogue and links.

    :param elsewhere: what documents lost
    :param denied: IRIs that a document could have declared, and none did
    """
    layout.require()
    trace = Trace()
    vocabulary, context, keys, usable = read_terms(layout, trace)
    if not usable:
        return Shared(layout, context, keys, vocabulary, Registry(set()), {}, trace, usable=False)
    declared = Declared(trace)
    trees, prefixes = read_collections(layout, declared, known_collections(context))
    lost = Lost(frozenset(trace.lost), frozenset(trace.lost_below))
    trace.lost |= elsewhere.iris
    trace.lost_below |= elsewhere.below
    labels = collections.labels(zip(trees, prefixes, strict=True))
    known = Registry(set(declared.places) | vocabulary.concepts | trace.lost, labels)
    apart = Apart(known, frozenset(), denied)
    converter = Converter(context, keys, vocabulary, apart, trace)
    nodes = [
        node
        for tree, prefix in zip(trees, prefixes, strict=True)
        for node in collections.convert(tree, prefix, converter, declared)
    ]
    check_versions(nodes, layout, trace)
    links = read_links(layout.links, layout.name(layout.links), apart, trace)
    by_iri = {str(node["id"]): node for node in nodes}
    return Shared(layout, context, keys, vocabulary, known, by_iri, trace, tuple(links), lost, frozenset(apart.assumed))


class Apart(Registry):
    """What is shared and what one document declares; a reference into another document is taken as right, and noted."""

    def __init__(self, shared: Registry, own: frozenset[str], denied: frozenset[str]) -> None:
        super().__init__(set(own), shared.labels)
        self._shared = shared
        self._by_tail = shared._by_tail  # noqa: SLF001 - made once for all documents, of which none adds to it
        self._denied = denied
        self.assumed: set[str] = set()
        self._resolved: dict[tuple[str, str], list[str]] = {}

    def __contains__(self, iri: object) -> bool:
        if iri in self._declared or iri in self._shared:
            return True
        if iri in self._denied or not _PART.fullmatch(str(iri)):
            return False
        self.assumed.add(str(iri))
        return True

    def resolve(self, base: str, slug: str, document: str) -> list[str]:
        """See :class:`~kg.mappings.registry.Registry`; a document names the same things many times."""
        found = self._resolved.get((base, slug))
        if found is None:
            found = self._resolved[base, slug] = super().resolve(base, slug, document)
        return found

    def below(self, base: str) -> set[str]:
        """See :class:`~kg.mappings.registry.Registry`; of parts of documents only the document's own."""
        return self._shared.below(base) | super().below(base)


@dataclass(frozen=True)
class Mapped:
    """One document by itself.

    :ivar ids: IRIs of its sections and statements
    :ivar lost: what the file lost when its ids were taken
    :ivar assumed: IRIs of other documents that it refers to
    :ivar coding: its text, passages and ledger; None if the file does not belong to its document, so that it does not count as one
    """

    slug: str
    ids: frozenset[str]
    lost: Lost
    assumed: frozenset[str]
    named: str
    nodes: list[JsonNode]
    trace: Trace
    kinds: Counter[str] = field(default_factory=Counter)
    coding: DocumentCoding | None = None


def read_document(
    shared: Shared,
    path: Path,
    sources: Path | None,
    elsewhere: Lost = Lost(),
    denied: frozenset[str] = frozenset(),
    *,
    check_lock: bool = True,
) -> Mapped:
    """Read one mapping file with its lock and its ledger.

    :param elsewhere: what any document lost, itself included
    :param denied: IRIs that it refers to and that no document declares
    :param check_lock: False while the anchor lock is being written anew
    """
    layout, slug = shared.layout, path.stem
    before = Trace(lost=set(), lost_below=set())
    declared = Declared(before)
    tree, named = declare_document(path, layout.name(path), declared)
    ids, lost = frozenset(declared.places), Lost(frozenset(before.lost), frozenset(before.lost_below))
    trace = before
    trace.lost |= shared.lost.iris | elsewhere.iris
    trace.lost_below |= shared.lost.below | elsewhere.below
    if tree is None:
        return Mapped(slug, ids, lost, frozenset(), named, [], trace)
    apart = Apart(shared.registry, ids | lost.iris | elsewhere.iris, denied)
    corpus = Corpus(layout, shared.context, shared.keys, shared.vocabulary, apart, trace)
    entry = shared.nodes.get(f"{ID}document/{slug}")
    corpus.graphs[ENTITIES] = [entry] if entry else []
    if entry:
        for key in ("sha256", "characters"):  # where the catalogue records them
            values = entry.get(key)
            for value in values if isinstance(values, list) else ():
                at = str(entry["id"]), f"{POL}{key}", str(value)
                if at in shared.trace.values:
                    trace.values[at] = shared.trace.values[at]
    coding, nodes = convert_document(path, tree, corpus, sources, declared, check_lock=check_lock)
    return Mapped(slug, ids, lost, frozenset(apart.assumed), named, nodes, trace, _kinds(nodes), coding)


def _kinds(nodes: list[JsonNode]) -> Counter[str]:
    """Number of statements of each kind; withdrawn ones do not count."""
    kinds: Counter[str] = Counter()
    for node in nodes:
        kind = node.get("kind")
        if str(node["id"]).startswith(f"{ID}statement/") and isinstance(kind, list):
            kinds[str(kind[0]).removeprefix(POL)] += 1
    return kinds


def stray_files(layout: Layout, slugs: set[str]) -> list[Finding]:
    """Files that nothing reads."""
    return [Finding(name, 1, 1, "stray-file", f"nothing reads this file: {remedy}") for name, remedy in layout.stray_files(slugs)]
