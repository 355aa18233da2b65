"""What a document's file holds beside what is said and inferred of its own statements and sections.

In: lines of what is shared, and where the parts of documents are. Out: lines by graph. Next: :mod:`kg.scale.rows`, :mod:`kg.scale.files`.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
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

Grouped = dict[str, list[str]]
"""Lines by graph."""


class Others:
    """What is shared, by subject, and the documents."""

    def __init__(self, cache: Cache, documents: Mapping[str, Document], shared: lines.Packed) -> None:
        self._cache, self._documents = cache, documents
        self._by_subject = {graph: Subjects(data) for graph, data in shared.items()}

    def prepare(self) -> None:
        """Look up everything now, so that processes that are begun afterwards share it."""
        for found in self._by_subject.values():
            found.prepare()

    def take(self, graph: str, data: bytes) -> None:
        """What is shared in one more graph."""
        self._by_subject[graph] = Subjects(data)

    def of(self, document: Document, *, statements: bool = True) -> Grouped:
        """The lines, each graph's in order.

        :param statements: whether with the names of other documents' statements
        """
        found: defaultdict[str, set[str]] = defaultdict(set)
        own = (f"{ID}document/{document.slug}", f"{DATASET}/{document.slug}")
        near = [pair for subject in own for pair in self._about(subject)]
        values = (line.split(" ", 2)[2] for _, line in near)
        referred = {*document.referred, *(value[1:-3] for value in values if value.startswith("<"))}
        near += [pair for pair in self._about(DATASET) if pair[1].split(" ", 2)[1] in _OF_DATASET]
        for iri in referred.difference(own, (DATASET,)):
            owner = lines.owner(f"<{iri}>")
            if owner is None:
                near += self._naming(iri)
            elif statements and owner != document.slug:
                near += self._naming_in(owner, iri)
        for graph, line in near:
            found[graph].add(line)
        return {graph: lines.in_order(same) for graph, same in found.items()}

    def _about(self, iri: str) -> list[tuple[str, str]]:
        """Lines about something that is shared, with their graphs."""
        return [(graph, line) for graph, found in self._by_subject.items() for line in found.of(f"<{iri}>")]

    def _naming(self, iri: str) -> list[tuple[str, str]]:
        """What tells something that is shared: its class and names; all of a coding pass, and the links of an entity."""
        known, whole = self._about(iri), iri.startswith(f"{ID}coding/")
        return [(graph, line) for graph, line in known if whole or graph == LINKS or _names(line)]

    def _naming_in(self, owner: str, iri: str) -> list[tuple[str, str]]:
        """What tells something of another document."""
        other = self._documents.get(owner)
        if other is None:
            return []
        said = ((graph, lines.unpacked(lines.about(data, iri))) for graph, data in _said(self._cache, other))
        return [(graph, line) for graph, found in said for line in found if _names(line)]


@lru_cache(maxsize=8)
def _said(cache: Cache, document: Document) -> tuple[tuple[str, bytes], ...]:
    """What is asserted and what is inferred of a document's own; documents that refer to each other are often near each other."""
    (triples,) = cache.read(document.mapped, "triples")
    (inferred,) = cache.read(document.judged, "inferred")
    return (document.slug, triples), (INFERRED, inferred)


def _names(line: str) -> bool:
    return line.split(" ", 2)[1] in _NAMES
