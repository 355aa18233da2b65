"""A document in a store of its own, with what it refers to: what rules and checks for documents look at.

In: lines of the document, and :class:`~kg.scale.known.Known`. Out: :class:`Near`. Next: :mod:`kg.scale.judging`. Triples stay lines; the store
parses them itself, which takes a third of the time of making an object of each.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.graph import INFERRED, Dataset
from kg.namespaces import PREFIXES, graph_iri
from kg.scale import lines
from kg.scale.known import Known

_AROUND = "around"
"""Stands for the graphs of what is shared: a query looks at all graphs as one."""


@dataclass
class Near(Dataset):
    """A dataset of which the triples are kept as lines, and not as quads.

    :ivar own: lines of the document, and of the statements of others beside it
    :ivar around: lines of what is shared
    :ivar inferred: lines that were inferred here
    """

    own: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    inferred: list[str] = field(default_factory=list)
    _lines: set[str] = field(default_factory=set)

    def take(self, data: bytes, graph: str) -> None:
        """Add lines that the document or its neighbours say."""
        found = lines.unpacked(data)
        self.own += found
        self._put(found, data, graph)

    def surround(self, known: Known) -> None:
        """Add what is shared and named, and what follows from it."""
        said, inferred = known.near(self.own)
        self.around += said
        self._put((*said, *inferred), lines.packed((*said, *inferred)), _AROUND)

    def follow(self, rule: str) -> int:
        """Add what a rule gives."""
        result = self.store.query(rule, prefixes=PREFIXES, use_default_graph_as_union=True)
        if not isinstance(result, ox.QueryTriples):
            raise TypeError("a rule is a CONSTRUCT query")
        data = result.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
        new = [line for line in dict.fromkeys(lines.unpacked(data)) if line not in self._lines]
        self.inferred += new
        self._put(new, lines.packed(new), INFERRED)
        return len(new)

    def _put(self, found: Iterable[str], data: bytes, graph: str) -> None:
        self._lines.update(found)
        self.store.load(data, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph_iri(graph)), lenient=True)
