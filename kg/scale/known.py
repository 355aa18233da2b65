"""What all documents share, and the part of it that a document needs beside it.

In: lines of ontology, entities and links, and of what follows from them. Out: the same by subject and by class. Next:
:mod:`kg.scale.near`, :mod:`kg.scale.judging`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from kg.graph import VOCABULARY
from kg.namespaces import ID, PREFIXES, RDF_TYPE, RDFS
from kg.ntriples import is_iri, is_literal, lexical, parts
from kg.scale import lines
from kg.scale.subjects import Subjects

_AXIOMS: Final = frozenset(
    {
        f"<{RDF_TYPE}>",
        *(f"<{RDFS}{name}>" for name in ("subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy")),
        *(f"<{PREFIXES['owl']}{name}>" for name in ("inverseOf", "equivalentClass", "equivalentProperty")),
    }
)
"""Properties of a term that rules and checks follow."""
_ABOVE: Final = f"<{RDFS}subClassOf>"
_TYPE: Final = f"<{RDF_TYPE}>"
_REMEMBERED: Final = 8192
"""Things of which a process remembers what is said of them, some 2 KB each."""


@dataclass(frozen=True)
class Known:
    """What is shared, as lines in the order of the dumps.

    :ivar said: asserted, by graph
    :ivar inferred: what follows from it alone
    """

    said: Mapping[str, bytes]
    inferred: bytes = b""

    def prepare(self) -> None:
        """Look up everything now, so that processes that are begun afterwards share it."""
        self.asserted.prepare()
        self.followed.prepare()
        _ = self._axioms, self.above, self.kinds

    @cached_property
    def asserted(self) -> Subjects:
        """What is asserted, by subject."""
        return Subjects(lines.packed(lines.in_order(line for data in self.said.values() for line in lines.unpacked(data))))

    @cached_property
    def followed(self) -> Subjects:
        """What is inferred, by subject."""
        return Subjects(self.inferred)

    @cached_property
    def _axioms(self) -> dict[str, tuple[list[str], list[str]]]:
        """Of each term of the ontology what rules and checks follow, without its names and definitions: asserted and inferred."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for line in lines.unpacked(self.said[VOCABULARY]):
            subject, predicate, _ = parts(line)
            if predicate in _AXIOMS and not subject.startswith(f"<{ID}"):
                found[subject].append(line)
        return {term: (said, [f for f in self.followed.of(term) if parts(f)[1] in _AXIOMS]) for term, said in found.items()}

    def _each(self, wanted: str) -> Iterator[tuple[str, str]]:
        """Subject and object of what is asserted with a property."""
        for data in self.said.values():
            for line in lines.each(data):
                subject, predicate, value = parts(line)
                if predicate == wanted and is_iri(value):
                    yield lexical(subject), lexical(value)

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """Classes with all classes above them, by what the asserted triples say."""
        parents: defaultdict[str, set[str]] = defaultdict(set)
        for kind, parent in self._each(_ABOVE):
            parents[kind].add(parent)
        return {kind: frozenset(_closure([kind], parents)) for kind in list(parents)}

    def kinds_of(self, said: Iterable[str]) -> frozenset[str]:
        """Classes and all above them."""
        found: set[str] = set()
        for kind in said:
            found |= self.above.get(kind, frozenset({kind}))
        return frozenset(found)

    @cached_property
    def kinds(self) -> dict[str, frozenset[str]]:
        """Classes of what is shared."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for node, kind in self._each(_TYPE):
            found[node].append(kind)
        same: dict[frozenset[str], frozenset[str]] = {}
        whole = ((iri, self.kinds_of(kinds)) for iri, kinds in found.items())
        return {iri: same.setdefault(kinds, kinds) for iri, kinds in whole}

    @cached_property
    def _remembered(self) -> Callable[[str], tuple[list[str], list[str], frozenset[str]]]:
        """What is asserted and inferred of something, and what that names; topics, classes and popular agents are asked for by nearly every document."""
        return lru_cache(_REMEMBERED)(self._about)

    def _about(self, node: str) -> tuple[list[str], list[str], frozenset[str]]:
        found = self.asserted.of(node)
        values = (parts(line)[2] for line in found)
        return found, self.followed.of(node), frozenset(value for value in values if not is_literal(value))

    def near(self, own: Iterable[str]) -> tuple[list[str], list[str]]:
        """What is shared and named, by whatever number of steps, and the axioms of the ontology.

        :param own: lines in which it is named
        :returns: what is asserted of it, and what is inferred
        """
        named = [line.split(" ", 2) for line in own]
        todo = {predicate for _, predicate, _ in named} | {value[:-2] for _, _, value in named if not is_literal(value)}
        seen: set[str] = set()
        said: list[str] = []
        inferred: list[str] = []
        while todo:
            node = todo.pop()
            seen.add(node)
            found, follows, values = self._remembered(node)
            said += found
            inferred += follows
            todo |= values - seen
        for term, (axioms, follow) in self._axioms.items():
            if term not in seen:
                said += axioms
                inferred += follow
        return said, inferred


def _closure(todo: list[str], parents: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += parents.get(one, ())
    return seen
