"""Sections of a merged mapping file: all of the first file, and of the second those in which statements of the result stand.

In: a :class:`~kg.agreement.comparing.Comparison` and the sections that the result needs. Out: which come along, and what the coders should
know. Next: :mod:`kg.authoring.taking` writes them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison
from kg.authoring.blocks import scalar
from kg.mappings.nodes import Mapping, items, plain


@dataclass(frozen=True)
class Headings:
    """What becomes of sections.

    :ivar along: sections of the second file for the result
    :ivar notes: one line each
    """

    along: tuple[Mapping, ...]
    notes: tuple[str, ...]


def headings(found: Comparison, used: Iterable[str]) -> Headings:
    """Compare the sections of both files.

    :param used: slugs of those in which statements of the result stand
    """
    ours, theirs = _declared(found.a), _declared(found.b)
    needed = set(_with_wholes(used, theirs))
    along = {slug: node for slug, node in theirs.items() if slug not in ours and slug in needed}
    notes = []
    for slug, node in theirs.items():
        if slug in ours:
            keys = [
                key for key in dict.fromkeys((*ours[slug].entries, *node.entries)) if _value(ours[slug], key) != _value(node, key)
            ]
            if keys:
                notes.append(f"section {slug}: A and B differ in {' and '.join(keys)}; it stays as A has it")
        elif slug in along:
            notes.append(f"section {slug}: comes along from B{''.join(_clashes(node, ours))}")
        else:
            notes.append(f"section {slug} of B is left out: no statement of the result stands in it")
    return Headings(tuple(along.values()), tuple(notes))


def _declared(coding: Coding) -> dict[str, Mapping]:
    return {scalar(node, "id"): node for node in items(coding.tree.get("sections")) if isinstance(node, Mapping)}


def _with_wholes(used: Iterable[str], declared: dict[str, Mapping]) -> Iterator[str]:
    """The sections with those of which they are a part."""
    for slug in used:
        seen: set[str] = set()
        while slug in declared and slug not in seen:
            seen.add(slug)
            yield slug
            slug = scalar(declared[slug], "partOf")  # noqa: PLW2901 - up to the whole


def _clashes(node: Mapping, ours: dict[str, Mapping]) -> Iterator[str]:
    """What the coders have to put right by hand, as no program knows which is meant."""
    same = next((slug for slug, other in ours.items() if _labels(other) & _labels(node)), "")
    if same:
        yield f"; A has its label under the id {same}: if they are one, write `section: {same}` in its statements and delete it"
    taken = next((slug for slug, other in ours.items() if scalar(other, "position") == scalar(node, "position")), "")
    if taken and taken != same:
        yield f"; {taken} of A has its position {scalar(node, 'position')}: number them by the order of the text"


def _labels(node: Mapping) -> set[tuple[str, str]]:
    label = node.get("label")
    return {(tag, str(plain(entry.value))) for tag, entry in label.entries.items()} if isinstance(label, Mapping) else set()


def _value(node: Mapping, key: str) -> object:
    value = node.get(key)
    return None if value is None else plain(value)
