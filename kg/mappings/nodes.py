"""YAML as a tree in which everything knows its place.

In: what :mod:`kg.mappings.reader` makes of a file: :class:`Scalar`, :class:`Sequence` and :class:`Mapping` nodes; every scalar
stays the string that was written. Next: :mod:`kg.mappings.convert`.
"""

from dataclasses import dataclass
from typing import NamedTuple

from kg.errors import Finding, Severity


class Place(NamedTuple):
    """Where something stands: file as the user writes it, line and column from 1. A tuple: there are tens of thousands."""

    file: str
    line: int
    column: int

    def finding(self, code: str, message: str, subject: str = "", severity: Severity = Severity.VIOLATION) -> Finding:
        """A finding at this place."""
        return Finding(self.file, self.line, self.column, code, message, subject, severity)


class Scalar(NamedTuple):
    """A string as written.

    :ivar cut: whether it is unquoted and a comment follows on its last line, which may have been meant as text
    """

    value: str
    place: Place
    cut: bool = False


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    place: Place


class Entry(NamedTuple):
    """One key of a mapping, with its value."""

    key: Scalar
    value: "Node"


@dataclass(frozen=True)
class Mapping:
    """Keys with values, in the order written."""

    entries: dict[str, Entry]
    place: Place

    def get(self, key: str) -> "Node | None":
        """Value of ``key``, or None."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def scalar(self, key: str) -> Scalar | None:
        """Value of ``key`` if it is a string that is not empty."""
        value = self.get(key)
        return value if isinstance(value, Scalar) and value.value else None


Node = Scalar | Sequence | Mapping


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; a single value counts as a list of one."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def plain(node: Node) -> object:
    """The tree as plain Python values, places dropped."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.value) for key, entry in node.entries.items()}
