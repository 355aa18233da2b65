"""What rules and checks look at, as their headers say.

In: :class:`~kg.rules.HeadedQuery`. Out: those for one document and those for all together, and the lines of a document that the latter read.
Next: :mod:`kg.scale.judging` and :mod:`kg.scale.together`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kg.namespaces import PREFIXES, RDF_TYPE
from kg.rules import HeadedQuery
from kg.scale import lines

_NAME: Final = re.compile(r"\b([a-z]\w*):([A-Za-z]\w*)|<([^<>\s]+)>")
_ANY_KIND: Final = re.compile(r"(?:(?<![\w:?$])a|rdf:type)\s*(?:[?$/*+|])")


@dataclass(frozen=True)
class Queries:
    """Rules or checks, by what they look at.

    :ivar document: one document with what it refers to
    :ivar corpus: all documents together
    """

    document: tuple[HeadedQuery, ...]
    corpus: tuple[HeadedQuery, ...]

    @property
    def text(self) -> str:
        """All of them, for a key."""
        return "\0".join(f"{query.file}\0{query.text}" for query in (*self.document, *self.corpus))


def by_scope(queries: Iterable[HeadedQuery], *, together: bool) -> Queries:
    """Queries by the scope that their headers state; one that states none looks at everything.

    :param together: whether one that looks at everything makes all others do so too, as what a rule adds may concern any other rule
    """
    listed = tuple(queries)
    narrow = tuple(query for query in listed if query.header.get("scope") == "document")
    wide = tuple(query for query in listed if query not in narrow)
    if together and any(query.header.get("scope") != "corpus" for query in wide):
        return Queries((), listed)
    return Queries(narrow, wide)


@dataclass(frozen=True)
class Wanted:
    """What a query to all documents reads of each.

    :ivar predicates: None for everything
    :ivar kinds: classes; None for all
    :ivar once: whether of documents one subject for each property and shared value is enough; the names are those of what is shared
    """

    predicates: frozenset[str] | None
    kinds: frozenset[str] | None
    once: bool = False


def wanted(query: HeadedQuery) -> Wanted:
    """What a query reads, as its header says.

    ``reads: names`` are the properties and classes that its text names; ``reads: references`` says that beside what these say of what is shared it only
    asks whether anything has a property with something shared as its value. A query that does not say so may read everything.
    """
    reads = query.header.get("reads")
    if reads not in ("names", "references"):
        return Wanted(None, None)
    body = "\n".join(line for line in query.text.split("\n") if not line.lstrip().startswith("#"))
    declared = {**PREFIXES, **dict(re.findall(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", body, re.IGNORECASE))}
    body = re.sub(r"PREFIX\s+[\w-]*:\s*<[^>]*>", "", body, flags=re.IGNORECASE)
    names = frozenset(iri or declared.get(prefix, "") + local for prefix, local, iri in _NAME.findall(body))
    return Wanted(names | {RDF_TYPE}, None if _ANY_KIND.search(body) else names, once=reads == "references")


class Groups:
    """Queries to all documents, of which those of a group are asked together, of the lines that they read."""

    def __init__(self, groups: Iterable[Iterable[HeadedQuery]]) -> None:
        wants = [[wanted(query) for query in group] for group in groups]
        self._once = [any(want.once for want in found) for found in wants]
        self._all = [any(want.predicates is None for want in found) for found in wants]
        self._merged = [all(want.once for want in found) for found in wants]
        self._of_documents = _Named([[want for want in found if not want.once] for found in wants])
        self._of_shared = _Named(wants)

    def of_document(self, own: Iterable[str]) -> list[bytes]:
        """Of the lines of a document those that each group reads."""
        own = list(own)
        picked = self._of_documents.pick(own)
        once = [number for number, one in enumerate(self._once) if one]
        if once:
            found = _references(own)
            for number in once:
                picked[number] += found
        return [lines.packed(own if every else found) for every, found in zip(self._all, picked, strict=True)]

    def of_shared(self, number: int, known: Iterable[str]) -> list[str]:
        """Of the lines of what is shared those that a group reads."""
        known = list(known)
        if self._all[number]:
            return known
        return self._of_shared.pick(known)[number] + (_references(known) if self._once[number] else [])

    def is_merged(self, number: int) -> bool:
        """Whether one line for each property and value is enough of all documents together, too: as much as what is shared has, however many they are."""
        return self._merged[number]


class _Named:
    """The properties and classes that the queries of each group name."""

    def __init__(self, groups: Iterable[Iterable[Wanted]]) -> None:
        groups = [list(wants) for wants in groups]
        self._number = len(groups)
        self._by_predicate: dict[str, list[tuple[int, frozenset[str] | None]]] = {}
        for number, wants in enumerate(groups):
            kinds = [want.kinds for want in wants]
            objects = None if None in kinds else frozenset(f"<{kind}> ." for found in kinds for kind in found or ())
            for name in frozenset(name for want in wants for name in want.predicates or ()):
                self._by_predicate.setdefault(f"<{name}>", []).append((number, objects if name == RDF_TYPE else None))

    def pick(self, own: Iterable[str]) -> list[list[str]]:
        """Lines with them, by group."""
        picked: list[list[str]] = [[] for _ in range(self._number)]
        for line in own:
            _, predicate, value = line.split(" ", 2)
            for number, objects in self._by_predicate.get(predicate, ()):
                if objects is None or value in objects:
                    picked[number].append(line)
        return picked


def merged(parts: Iterable[bytes]) -> list[str]:
    """Lines of all documents, one for each property and value."""
    found: dict[str, str] = {}
    for part in parts:
        for line in lines.unpacked(part):
            found.setdefault(line.split(" ", 1)[1], line)
    return list(found.values())


def _references(own: Iterable[str]) -> list[str]:
    """One line for each property with something shared as its value."""
    found = {tuple(line.split(" ", 2)[1:]): line for line in own if line[-3] == ">"}
    return [line for (_, value), line in found.items() if value[0] == "<" and lines.owner(value) is None]
