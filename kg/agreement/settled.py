"""What coders settle before they compare: which of their slugs name one thing, and which of their statements say one, or do not.

In: ``same:``, ``together:`` and ``apart:`` of a decisions file. Out: :class:`Settled`. Next: :mod:`kg.agreement.codings` reads the second file
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

Pairs = tuple[tuple[Scalar, Scalar], ...]
"""Ids of a statement of the first file, and of one of the second."""


@dataclass(frozen=True)
class Settled:
    """What is settled.

    :ivar same: by slug as the second file writes it, that of the first
    :ivar together: statements that make a pair, of the first file and of the second
    :ivar apart: statements that make none
    """

    same: dict[Scalar, Scalar] = field(default_factory=dict)
    together: Pairs = ()
    apart: Pairs = ()


def read_settled(path: Path, name: str) -> Settled:
    """Read what a decisions file settles.

    :param name: the file as findings call it
    :raises FindingsError: if the file cannot be read, or an entry is not of the form
    """
    tree, findings = read_yaml(path, name)
    if tree is None or findings:
        raise FindingsError(tuple(findings))
    same: dict[Scalar, Scalar] = {}
    listed = tree.get("same")
    if isinstance(listed, Mapping):
        for entry in listed.entries.values():
            if isinstance(entry.value, Scalar) and entry.value.value:
                same[entry.key] = entry.value
            else:
                message = f"same: write the slug of the first file after {shortened(entry.key.value)}"
                findings.append(entry.key.place.finding("wrong-form", message))
    elif listed is not None and not (isinstance(listed, Scalar) and not listed.value):
        message = "same: expected a line for each, `slug of the second file: slug of the first`"
        findings.append(listed.place.finding("wrong-form", message))
    together, apart = _pairs(tree, "together", findings), _pairs(tree, "apart", findings)
    if findings:
        raise FindingsError(tuple(findings))
    return Settled(same, together, apart)


def _pairs(tree: Mapping, key: str, findings: list[Finding]) -> Pairs:
    found = []
    for node in items(tree.get(key)):
        a, b = (node.scalar("a"), node.scalar("b")) if isinstance(node, Mapping) else (None, None)
        if a and b:
            found.append((a, b))
        elif not isinstance(node, Scalar) or node.value:
            message = f"{key}: expected the ids of two statements, as in {{a: s012, b: s014}}"
            findings.append(node.place.finding("wrong-form", message))
    return tuple(found)


def renamed(text: str, tree: Mapping, first: Mapping, context: Context, same: dict[Scalar, Scalar]) -> str:
    """The second file with the slugs of the first, each replaced where it stands; lines stay.

    :param tree: of the second file
    :param first: of the first
    :raises FindingsError: if a file does not have its slug
    """
    new = {slug.value: other.value for slug, other in same.items()}
    found = _named(tree, context)
    theirs, ours = {item.value for item in found}, {item.value for item in _named(first, context)}
    missing = [
        *(_missing("second", slug, theirs, other) for slug, other in same.items() if slug.value not in theirs),
        *(_missing("first", other, ours) for slug, other in same.items() if slug.value in theirs and other.value not in ours),
    ]
    if missing:
        raise FindingsError(tuple(missing))
    lines = text.replace("\r\n", "\n").split("\n")
    for item in sorted(found, key=lambda item: item.place, reverse=True):
        if item.value in new:
            line, at = lines[item.place.line - 1], item.place.column - 1
            lines[item.place.line - 1] = line[:at] + line[at:].replace(item.value, new[item.value], 1)
    return "\n".join(lines)


def _named(tree: Mapping, context: Context) -> list[Scalar]:
    """The slugs that statements refer to, but for those of statements and coding passes."""
    blocks = [node for node in (tree.get("defaults"), *items(tree.get("statements"))) if isinstance(node, Mapping)]
    without = (f"{ID}statement/", f"{ID}coding/")
    return [item for block in blocks for _, term, item in references(block, context) if not term.base.startswith(without)]


def _missing(which: str, slug: Scalar, written: set[str], other: Scalar | None = None) -> Finding:
    turned = other is not None and other.value in written
    remedy = f", but {other.value}: write the two the other way round" if other and turned else did_you_mean(slug.value, written)
    return slug.place.finding("unknown-slug", f'same: the {which} file has no "{shortened(slug.value)}"{remedy}')


def wrong_pairs(settled: Settled, a: frozenset[str], b: frozenset[str]) -> Iterator[Finding]:
    """Pairs of statements that are not there, or that contradict each other.

    :param a: ids of the first file
    :param b: ids of the second
    """
    for key, pairs in (("together", settled.together), ("apart", settled.apart)):
        for which, ids, named in (("first", a, [x for x, _ in pairs]), ("second", b, [y for _, y in pairs])):
            seen: set[str] = set()
            for item in named:
                if item.value not in ids:
                    remedy = did_you_mean(item.value, ids)
                    message = f'{key}: the {which} file has no statement "{shortened(item.value)}"{remedy}'
                    yield item.place.finding("unknown-slug", message)
                elif item.value in seen and key == "together":
                    yield item.place.finding(
                        "undecided", f"together: {item.value} of the {which} file is in a pair above already"
                    )
                seen.add(item.value)
    together = {(x.value, y.value) for x, y in settled.together}
    for x, y in settled.apart:
        if (x.value, y.value) in together:
            yield x.place.finding(
                "undecided", f"apart: {x.value} and {y.value} are a pair under `together:`; leave one of the two out"
            )
