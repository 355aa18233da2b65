"""Compare two releases: which quads, and which statements, entities, links and terms they are about.

In: two :class:`~kg.diff.inputs.Side`. Out: a :class:`Difference`. Things are compared by what is asserted of them; what is inferred follows
from that. The nodes below a statement, such as a passage, belong to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyoxigraph as ox

from kg.diff.inputs import Side
from kg.diff.texts import STATEMENT, Texts, graph_of, short_name, thing_of, value_of
from kg.namespaces import DCTERMS, GRAPH, ID, POL, PREFIXES, RDFS, SKOS

_DEPRECATED: Final = f"{PREFIXES['owl']}deprecated"
_REPLACED: Final = f"{DCTERMS}isReplacedBy"
_INFERRED: Final = f"{GRAPH}inferred"
_DESCRIPTION: Final = f"{GRAPH}description"
_LINKS: Final = f"{GRAPH}links"
_VOCABULARY: Final = f"{GRAPH}vocabulary"

WORDING: Final = frozenset(
    {
        *(f"{POL}{name}" for name in ("summary", "condition", "exception")),
        *(f"{SKOS}{name}" for name in ("prefLabel", "altLabel", "definition", "scopeNote", "editorialNote", "example")),
        *(f"{RDFS}{name}" for name in ("label", "comment")),
        *(f"{DCTERMS}{name}" for name in ("title", "description", "abstract")),
    }
)
"""Properties whose change alters how something is said and not what is coded."""


class Status(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    LOST = "lost"
    """Gone without a tombstone: of a statement, against the rule that an id is never reused."""


@dataclass(frozen=True)
class PropertyChange:
    """A property that says something else.

    :ivar path: local name of the property, before it the node below the thing that has it, as in ``target-1 value``
    :ivar label: the same for people
    :ivar before: values, IRIs and texts, for people
    """

    predicate: str
    path: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class ThingChange:
    """A thing that is not as it was.

    :ivar group: ``statement``, ``document``, ``entity``, ``term`` of the ontology, or ``concept`` of a scheme
    :ivar name: its IRI without what all have in common
    :ivar document: slug, of a statement
    :ivar label: name or summary, in English where there is one
    :ivar replaced_by: names of what replaces it
    """

    group: str
    iri: str
    name: str
    status: Status
    label: str
    document: str = ""
    properties: tuple[PropertyChange, ...] = ()
    replaced_by: tuple[str, ...] = ()

    @property
    def is_wording(self) -> bool:
        """Whether it only says the same in other words."""
        return self.status is Status.CHANGED and all(change.predicate in WORDING for change in self.properties)


@dataclass(frozen=True)
class LinkChange:
    """A link to open data."""

    added: bool
    subject: str
    predicate: str
    object: str


@dataclass(frozen=True)
class Difference:
    """What leads from one side to the other.

    :ivar removed: quads of the old side alone, sorted; ``added`` those of the new one
    """

    old: Side
    new: Side
    removed: tuple[ox.Quad, ...]
    added: tuple[ox.Quad, ...]
    things: tuple[ThingChange, ...]
    links: tuple[LinkChange, ...]

    def of(self, group: str, *statuses: Status) -> list[ThingChange]:
        """The things of a group, with one of these statuses if any is given."""
        return [thing for thing in self.things if thing.group == group and (not statuses or thing.status in statuses)]

    def count(self, graph: str) -> tuple[int, int]:
        """How many quads of a graph, by the end of its IRI, were added and removed."""
        name = ox.NamedNode(f"{GRAPH}{graph}")
        return sum(q.graph_name == name for q in self.added), sum(q.graph_name == name for q in self.removed)


def compare(old: Side, new: Side, ignore: Iterable[str] = ()) -> Difference:
    """Compare two sides.

    :param ignore: ends of the IRIs of graphs that do not count
    """
    ignored = {ox.NamedNode(f"{GRAPH}{name}") for name in ignore}
    removed = sorted((q for q in old.quads - new.quads if q.graph_name not in ignored), key=str)
    added = sorted((q for q in new.quads - old.quads if q.graph_name not in ignored), key=str)
    texts = Texts(old, new, (*removed, *added))
    links = sorted(
        (
            (_link(quad, added=is_added))
            for is_added, quads in ((False, removed), (True, added))
            for quad in quads
            if _is_link(quad)
        ),
        key=lambda link: (link.subject, link.predicate, link.object, link.added),
    )
    touched: dict[str, tuple[list[ox.Quad], list[ox.Quad]]] = {}
    for index, quads in ((0, removed), (1, added)):
        for quad in quads:
            if graph_of(quad) not in {_INFERRED, _DESCRIPTION, _LINKS}:
                touched.setdefault(thing_of(quad), ([], []))[index].append(quad)
    before, after = (_Presence(side, touched) for side in (old, new))
    things = (_change(iri, gone, come, before, after, texts) for iri, (gone, come) in touched.items())
    order = sorted(things, key=lambda thing: (_GROUPS.index(thing.group), thing.document, thing.name))
    return Difference(old, new, tuple(removed), tuple(added), tuple(order), tuple(links))


_GROUPS: Final = ("statement", "document", "entity", "term", "concept")


def _change(
    iri: str, gone: list[ox.Quad], come: list[ox.Quad], before: "_Presence", after: "_Presence", texts: Texts
) -> ThingChange:
    """What became of a thing."""
    status = _status(iri, before, after)
    group = _group(iri, (*gone, *come))
    short = iri.removeprefix(STATEMENT)
    return ThingChange(
        group=group,
        iri=iri,
        name=short if group == "statement" else short_name(iri),
        status=status,
        label=texts.summary(iri) if group == "statement" else texts.label(iri),
        document=short.rpartition("/")[0] if group == "statement" else "",
        properties=tuple(_properties(iri, gone, come, texts)) if status is Status.CHANGED else (),
        replaced_by=tuple(
            sorted(
                texts.label(q.object.value) for q in come if q.predicate.value == _REPLACED and isinstance(q.object, ox.NamedNode)
            )
        ),
    )


def _status(iri: str, before: "_Presence", after: "_Presence") -> Status:
    if iri not in after.present:
        return Status.LOST
    if iri not in before.present:
        return Status.WITHDRAWN if iri in after.withdrawn else Status.ADDED
    if (iri in before.withdrawn) != (iri in after.withdrawn):
        return Status.WITHDRAWN if iri in after.withdrawn else Status.RESTORED
    return Status.CHANGED


class _Presence:
    """Which of some things a side has, and which of these are withdrawn."""

    def __init__(self, side: Side, things: Iterable[str]) -> None:
        wanted = set(things)
        self.present: set[str] = set()
        self.withdrawn: set[str] = set()
        for quad in side.quads:
            if graph_of(quad) not in {_INFERRED, _DESCRIPTION, _LINKS} and thing_of(quad) in wanted:
                self.present.add(thing_of(quad))
                if (
                    quad.predicate.value == _DEPRECATED
                    and isinstance(quad.object, ox.Literal)
                    and quad.object.value in {"true", "1"}
                ):
                    self.withdrawn.add(thing_of(quad))


def _properties(iri: str, gone: list[ox.Quad], come: list[ox.Quad], texts: Texts) -> Iterable[PropertyChange]:
    """Properties by node and language, with what they said and say."""
    found: dict[tuple[str, str, str], tuple[list[str], list[str]]] = {}
    for index, quads in ((0, gone), (1, come)):
        for quad in quads:
            node = value_of(quad.subject).removeprefix(iri).lstrip("#")
            language = quad.object.language or "" if isinstance(quad.object, ox.Literal) else ""
            key = (node, quad.predicate.value, language)
            found.setdefault(key, ([], []))[index].append(texts.shown(quad.object))
    for (node, predicate, language), (before, after) in sorted(found.items()):
        local = predicate.rpartition("#")[2].rpartition("/")[2]
        tag = f" ({language})" if language else ""
        path, label = (" ".join(part for part in (node, name) if part) + tag for name in (local, texts.property(predicate)))
        yield PropertyChange(predicate, path, label, tuple(sorted(before)), tuple(sorted(after)))


def _group(iri: str, quads: Iterable[ox.Quad]) -> str:
    if iri.startswith(STATEMENT):
        return "statement"
    if iri.startswith(f"{ID}document/"):
        return "document"
    if any(graph_of(quad) == _VOCABULARY for quad in quads):
        return "concept" if iri.startswith(ID) else "term"
    return "entity"


def _is_link(quad: ox.Quad) -> bool:
    return graph_of(quad) == _LINKS


def _link(quad: ox.Quad, *, added: bool) -> LinkChange:
    return LinkChange(added, short_name(value_of(quad.subject)), short_name(quad.predicate.value), value_of(quad.object))
