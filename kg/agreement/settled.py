"""What coders settle before they compare: which of their slugs name one thing, and which of their statements say one.

In: ``same:`` and ``together:`` of a decisions file. Out: :class:`Settled`. Next: :mod:`kg.agreement.codings` reads the second file
under the names of the first, :mod:`kg.agreement.pairing` makes the pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.agreement.coded import references
from kg.errors import Finding, FindingsError
from kg.mappings.context import Context
from kg.mappings.nodes import Mapping, Scalar, items
from kg.mappings.reader import read_yaml
from kg.mappings.words import did_you_mean, shortened
from kg.namespaces import ID


@dataclass(frozen=True)
class Settled:
    """What is settled.

    :ivar same: by slug as the second file writes it, that of the first
    :ivar together: statements that make a pair, of the first file and of the second
    """

    same: dict[Scalar, str] = field(default_factory=dict)
    together: tuple[tuple[Scalar, Scalar], ...] = ()


def read_settled(path: Path, name: str) -> Settled:
    """Read what a decisions file settles.

    :param name: the file as findings call it
    :raises FindingsError: if the file cannot be read, or an entry is not of the form
    """
    tree, findings = read_yaml(path, name)
    if tree is None or findings:
        raise FindingsError(tuple(findings))
    same: dict[Scalar, str] = {}
    listed = tree.get("same")
    if isinstance(listed, Mapping):
        for entry in listed.entries.values():
            if isinstance(entry.value, Scalar) and entry.value.value:
                same[entry.key] = entry.value.value
            else:
                message = f"same: write the slug of the first file after {shortened(entry.key.value)}"
                findings.append(entry.key.place.finding("wrong-form", message))
    elif listed is not None and not (isinstance(listed, Scalar) and not listed.value):
        message = "same: expected a line for each, `slug of the second file: slug of the first`"
        findings.append(listed.place.finding("wrong-form", message))
    together = []
    for node in items(tree.get("together")):
        a, b = (node.scalar("a"), node.scalar("b")) if isinstance(node, Mapping) else (None, None)
        if a and b:
            together.append((a, b))
        elif not isinstance(node, Scalar) or node.value:
            findings.append(
                node.place.finding("wrong-form", "together: expected the ids of two statements, as in {a: s012, b: s014}")
            )
    if findings:
        raise FindingsError(tuple(findings))
    return Settled(same, tuple(together))


def renamed(text: str, tree: Mapping, context: Context, same: dict[Scalar, str]) -> str:
    """The second file with the slugs of the first, each replaced where it stands; lines stay.

    :raises FindingsError: if the file does not have a slug
    """
    new = {slug.value: value for slug, value in same.items()}
    blocks = [node for node in (tree.get("defaults"), *items(tree.get("statements"))) if isinstance(node, Mapping)]
    found = [
        item
        for block in blocks
        for _, term, item in references(block, context)
        if not term.base.startswith((f"{ID}statement/", f"{ID}coding/"))
    ]
    written = {item.value for item in found}
    missing = [
        slug.place.finding(
            "unknown-slug", f'same: the second file has no "{shortened(slug.value)}"{_remedy(slug.value, other, written)}'
        )
        for slug, other in same.items()
        if slug.value not in written
    ]
    if missing:
        raise FindingsError(tuple(missing))
    lines = text.replace("\r\n", "\n").split("\n")
    for item in sorted(found, key=lambda item: item.place, reverse=True):
        if item.value in new:
            line, at = lines[item.place.line - 1], item.place.column - 1
            lines[item.place.line - 1] = line[:at] + line[at:].replace(item.value, new[item.value], 1)
    return "\n".join(lines)


def _remedy(slug: str, other: str, written: set[str]) -> str:
    return f", but {other}: write the two the other way round" if other in written else did_you_mean(slug, written)


def wrong_pairs(settled: Settled, a: frozenset[str], b: frozenset[str]) -> Iterator[Finding]:
    """Pairs of statements that are not there, or in two pairs.

    :param a: ids of the first file
    """
    for which, ids, named in (
        ("first", a, [x for x, _ in settled.together]),
        ("second", b, [y for _, y in settled.together]),
    ):
        seen: set[str] = set()
        for item in named:
            if item.value not in ids:
                message = f'together: the {which} file has no statement "{shortened(item.value)}"{did_you_mean(item.value, ids)}'
                yield item.place.finding("unknown-slug", message)
            elif item.value in seen:
                yield item.place.finding("undecided", f"together: {item.value} of the {which} file is in a pair above already")
            seen.add(item.value)
