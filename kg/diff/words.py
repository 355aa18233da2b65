"""A difference for people, and as JSON.

In: a :class:`~kg.diff.changes.Difference`. Out: text, or a JSON document with the same content.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from kg.diff.changes import Difference, PropertyChange, Status, ThingChange

_MARKS: Final = {
    Status.ADDED: "+",
    Status.CHANGED: "~",
    Status.WITHDRAWN: "-",
    Status.RESTORED: "+",
    Status.LOST: "!",
}
_HEADS: Final = {"document": "Documents", "entity": "Entities", "term": "Ontology", "concept": "Concepts"}
_BESIDE: Final = ("inferred", "description")


def text(difference: Difference) -> Iterator[str]:
    """Lines."""
    yield f"{_side(difference.old.name, difference.old.version)} → {_side(difference.new.name, difference.new.version)}"
    if not difference.added and not difference.removed:
        yield "No difference."
        return
    yield f"{len(difference.added):,} quads added, {len(difference.removed):,} removed"
    yield from _statements(difference.of("statement"))
    for group, head in _HEADS.items():
        things = difference.of(group)
        if things:
            yield from ("", f"{head}: {counted(things)}")
            for thing in things:
                yield from _thing(thing, "  ", thing.name)
    if difference.links:
        added = sum(link.added for link in difference.links)
        yield from ("", f"Links: {added} added, {len(difference.links) - added} removed")
        yield from (f"  {'+' if link.added else '-'} {link.subject} {link.predicate} {link.object}" for link in difference.links)
    for graph in _BESIDE:
        added, removed = difference.count(graph)
        if added or removed:
            yield from ("", f"{graph.capitalize()}: {added:,} triples added, {removed:,} removed")


def _statements(statements: list[ThingChange]) -> Iterator[str]:
    """The statements, document by document."""
    if statements:
        yield from ("", f"Statements: {counted(statements)}")
    for document, things in groupby(statements, key=lambda thing: thing.document):
        yield f"  {document}"
        for thing in things:
            yield from _thing(thing, "    ", thing.name.rpartition("/")[2])


def counted(things: Iterable[ThingChange]) -> str:
    """How many of each status: ``2 added, 1 changed``."""
    counts = Counter(thing.status for thing in things)
    return ", ".join(f"{counts[status]} {_status(status)}" for status in Status if counts[status])


def _thing(thing: ThingChange, indent: str, name: str) -> Iterator[str]:
    more = {
        Status.WITHDRAWN: f" [withdrawn{', replaced by ' + ', '.join(thing.replaced_by) if thing.replaced_by else ''}]",
        Status.RESTORED: " [no longer withdrawn]",
        Status.LOST: " [gone without a trace]" if thing.group == "statement" else " [removed]",
    }.get(thing.status, "")
    label = "" if thing.label in {"", name} else f"  {thing.label}"
    yield f"{indent}{_MARKS[thing.status]} {name}{label}{more}"
    for change in thing.properties:
        yield f"{indent}    {change.label}: {_told(change)}"


def _told(change: PropertyChange) -> str:
    """What was said and is said; values that stayed are left out."""
    if not change.before:
        return f"added {_values(change.after)}"
    if not change.after:
        return f"removed {_values(change.before)}"
    return f"{_values(change.before)} → {_values(change.after)}"


def _values(values: tuple[str, ...]) -> str:
    return "; ".join(" ".join(value.split()) for value in values)


def _status(status: Status) -> str:
    return "gone" if status is Status.LOST else status.value


def _side(name: str, version: str) -> str:
    return f"{name} ({version})" if version and version not in name else name


def as_json(difference: Difference) -> str:
    """The same as a JSON document."""
    document = {
        "old": {"name": difference.old.name, "version": difference.old.version},
        "new": {"name": difference.new.name, "version": difference.new.version},
        "quads": {"added": len(difference.added), "removed": len(difference.removed)},
        "things": [
            {
                "group": thing.group,
                "iri": thing.iri,
                "status": thing.status.value,
                "label": thing.label,
                "wording": thing.is_wording,
                "replaced_by": list(thing.replaced_by),
                "changes": [
                    {"property": c.predicate, "path": c.path, "before": list(c.before), "after": list(c.after)}
                    for c in thing.properties
                ],
            }
            for thing in difference.things
        ],
        "links": [
            {"added": link.added, "subject": link.subject, "predicate": link.predicate, "object": link.object}
            for link in difference.links
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
