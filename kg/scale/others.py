"""What a document's file holds beside what is said and inferred of its own statements and sections.

In: lines of what is shared, and where the parts of documents are. Out: lines by graph. Next: :mod:`kg.scale.rows`, :mod:`kg.scale.files`.
"""

from collections import defaultdict
from collections.abc import Container, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final

from kg.description import DATASET
from kg.exports import NAMES, OF_DATASET
from kg.graph import INFERRED, LINKS
from kg.namespaces import ID
from kg.scale import lines
from kg.scale.cache import Cache
from kg.scale.parts import Document
from kg.scale.subjects import Subjects

_NAMES: Final = frozenset(f"<{name}>" for name in NAMES)
_OF_DATASET: Final = frozenset(f"<{name}>" for name in OF_DATASET)

_REMEMBERED: Final = 8192
"""Things of which a process remembers what tells them: topics, actions and popular agents, which nearly every document refers to, and the dataset,
of which most is told of each document. One takes some 2 KB, all 16 MB."""

Grouped = dict[str, list[str]]
"""Lines by graph, each graph's in order; in :data:`WHOLE` those of all graphs."""
WHOLE: Final = ""


class Others:
    """What is shared, by subject, and the documents."""

    def __init__(self, cache: Cache, documents: Mapping[str, Document], shared: lines.Packed) -> None:
        self._cache, self._documents = cache, documents
        self._by_subject = {graph: Subjects(data) for graph, data in shared.items()}
        self._remembered = lru_cache(_REMEMBERED)(self._naming)

    def prepare(self) -> None:
        """Look up everything now, so that processes that are begun afterwards share it."""
        for found in self._by_subject.values():
            found.prepare()

    def take(self, graph: str, data: bytes) -> None:
        """What is shared in one more graph."""
        self._by_subject[graph] = Subjects(data)
        self._remembered.cache_clear()

    def of(self, document: Document, *, statements: bool = True) -> Grouped:
        """The lines.

        :param statements: whether with the names of other documents' statements
        """
        own = (f"{ID}document/{document.slug}", f"{DATASET}/{document.slug}")
        near = {iri: _whole(self._about(iri)) for iri in own}
        values = (line.split(" ", 2)[2] for found in near.values() for line in found[WHOLE])
        referred = {*document.referred, *(value[1:-3] for value in values if value.startswith("<"))}
        for iri in {DATASET, *referred}.difference(own):
            owner = lines.owner(f"<{iri}>")
            if owner is None:
                near[iri] = self._remembered(iri)
            elif statements and owner != document.slug:
                near[iri] = self._naming_in(owner, iri)
        grouped: defaultdict[str, list[str]] = defaultdict(list)
        for iri in sorted(near, key=lambda iri: f"{iri}>"):  # lines about one subject are in order already
            for graph, found in near[iri].items():
                grouped[graph] += found
        return grouped

    def _about(self, iri: str) -> Grouped:
        """Lines about something that is shared."""
        return {graph: found.of(f"<{iri}>") for graph, found in self._by_subject.items()}

    def _naming(self, iri: str) -> Grouped:
        """What tells something that is shared: its class and names; all of a coding pass, the links of an entity; a little of the dataset."""
        known = self._about(iri)
        if iri == DATASET:
            known = _only(known, _OF_DATASET)
        elif not iri.startswith(f"{ID}coding/"):
            known = {**_only(known, _NAMES), LINKS: known.get(LINKS, [])}
        return _whole(known)

    def _naming_in(self, owner: str, iri: str) -> Grouped:
        """What tells something of another document."""
        other = self._documents.get(owner)
        if other is None:
            return {}
        said = {graph: lines.unpacked(lines.about(data, iri)) for graph, data in _said(self._cache, other)}
        return _whole(_only(said, _NAMES))


@lru_cache(maxsize=8)
def _said(cache: Cache, document: Document) -> tuple[tuple[str, bytes], ...]:
    """What is asserted and what is inferred of a document's own; documents that refer to each other are often near each other."""
    (triples,) = cache.read(document.mapped, "triples")
    (inferred,) = cache.read(document.judged, "inferred")
    return (document.slug, triples), (INFERRED, inferred)


def _only(found: Grouped, predicates: Container[str]) -> Grouped:
    """Of lines those with some predicates."""
    return {graph: [line for line in same if line.split(" ", 2)[1] in predicates] for graph, same in found.items()}


def _whole(found: Grouped) -> Grouped:
    """Lines about one subject, with those of all graphs."""
    return {**found, WHOLE: lines.in_order(chain.from_iterable(found.values()))}
