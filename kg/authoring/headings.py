"""Sections of a merged mapping file: all of the first file, and of the second those in which statements of the result stand.

In: a :class:`~kg.agreement.comparing.Comparison` and the sections that the result needs. Out: which come along, and what the coders should
know. Next: :mod:`kg.authoring.taking` writes them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.agreement.coded import Coded
from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison
from kg.authoring.blocks import scalar
from kg.mappings.nodes import Mapping, items, plain


@dataclass(frozen=True)
class Headings:
    """What becomes of sections.

    :ivar along: sections of the second file for the result
    :ivar matched: by slug of the second file, the section of the first that is the same under another slug
    :ivar notes: one line each
    """

    along: tuple[Mapping, ...]
    matched: dict[str, str]
    notes: tuple[str, ...]


def headings(found: Comparison, used: Iterable[str]) -> Headings:
    """Compare the sections of both files.

    :param used: slugs of those in which statements of the result stand
    """
    ours, theirs = _declared(found.a), _declared(found.b)
    same = {slug: one for slug in theirs if slug not in ours and (one := _same(slug, found, ours, theirs))}
    needed = set(_with_wholes(used, theirs))
    along = {slug: node for slug, node in theirs.items() if slug not in ours and slug not in same and slug in needed}
    notes = []
    for slug, node in theirs.items():
        if slug in ours:
            keys = [
                key for key in dict.fromkeys((*ours[slug].entries, *node.entries)) if _value(ours[slug], key) != _value(node, key)
            ]
            if keys:
                notes.append(f"section {slug}: A and B differ in {' and '.join(keys)}; it stays as A has it")
        elif slug in same:
            notes.append(f"section {slug} of B is {same[slug]} of A, and its statements are put there")
        elif slug in along:
            notes.append(f"section {slug}: comes along from B{''.join(_clashes(node, ours))}")
        else:
            notes.append(f"section {slug} of B is left out: no statement of the result stands in it")
    return Headings(tuple(along.values()), same, tuple(notes))


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


def _same(slug: str, found: Comparison, ours: dict[str, Mapping], theirs: dict[str, Mapping]) -> str:
    """The section of the first file that a section of the second is under another slug; empty if there is none.

    It has the same label; or the same position, and more than half of the pairs with a statement in that of the second file.
    """
    node, free = theirs[slug], {name: other for name, other in ours.items() if name not in theirs}
    labelled = [name for name, other in free.items() if _labels(other) & _labels(node)]
    pairs = [section_of(pair.a, found.a) for pair in found.pairs if section_of(pair.b, found.b) == slug]
    placed = [
        name
        for name, other in free.items()
        if scalar(other, "position") == scalar(node, "position") and 2 * pairs.count(name) > len(pairs)
    ]
    return next(iter((*labelled, *placed)), "")


def section_of(statement: Coded, coding: Coding) -> str:
    """The section in which a statement stands; empty if neither it nor the defaults say one."""
    trees = (statement.node, coding.tree.get("defaults"))
    return next((scalar(tree, "section") for tree in trees if isinstance(tree, Mapping) and "section" in tree.entries), "")


def _clashes(node: Mapping, ours: dict[str, Mapping]) -> Iterator[str]:
    """What the coders have to put right by hand, as no program knows which is meant."""
    taken = next((slug for slug, other in ours.items() if scalar(other, "position") == scalar(node, "position")), "")
    if taken:
        mine = scalar(node, "id")
        yield (
            f"; {taken} of A has its position {scalar(node, 'position')}: if they are one, write `{mine}: {taken}` below `same:` in the "
            "decisions, else number them by the order of the text"
        )


def _labels(node: Mapping) -> set[tuple[str, str]]:
    label = node.get("label")
    return {(tag, str(plain(entry.value))) for tag, entry in label.entries.items()} if isinstance(label, Mapping) else set()


def _value(node: Mapping, key: str) -> object:
    value = node.get(key)
    return None if value is None else plain(value)
