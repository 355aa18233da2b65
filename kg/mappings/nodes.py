"""YAML as a tree in which everything knows its place.

In: the text of a YAML file. Out: :class:`Scalar`, :class:`Sequence` and :class:`Mapping` nodes; every scalar stays the
string that was written. Next: :mod:`kg.mappings.files`.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

from kg.errors import Finding

_MAX_DEPTH = 20
"""Nesting that no mapping file needs; a deeper one is a mistake or an attack."""


@dataclass(frozen=True)
class Place:
    """Where something stands: file as the user writes it, line and column from 1."""

    file: str
    line: int
    column: int

    def finding(self, code: str, message: str, subject: str = "") -> Finding:
        """A violation at this place."""
        return Finding(self.file, self.line, self.column, code, message, subject)


@dataclass(frozen=True)
class Scalar:
    """A string as written."""

    value: str
    place: Place


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    place: Place


@dataclass(frozen=True)
class Entry:
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


def read_yaml(path: Path, name: str) -> tuple[Mapping | None, list[Finding]]:
    """Read one YAML file whose top level is a mapping.

    :param name: the file as findings call it
    :returns: the tree, or None where there is none; and what is wrong with the YAML itself
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return None, [Finding(name, line, 1, "encoding", f"not UTF-8 at byte {error.start}; save the file as UTF-8")]
    except OSError as error:
        return None, [Finding(name, 1, 1, "unreadable", f"cannot be read: {error.strerror}")]
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        return None, [_syntax(error, name)]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        message = f"character U+{ord(error.character):04X} is not allowed in YAML; delete it"
        return None, [Finding(name, line, column, "yaml-syntax", message)]
    except RecursionError:
        return None, [Finding(name, 1, 1, "yaml-syntax", "nested too deeply; a mapping file is at most a few levels deep")]
    if root is None:
        return None, [Finding(name, 1, 1, "yaml-syntax", "the file is empty")]
    builder = _Builder(name)
    tree = builder.build(root, 0)
    if not isinstance(tree, Mapping):
        message = "the top level is not a mapping of keys to values; see mappings/README.md"
        return None, [*builder.findings, tree.place.finding("yaml-syntax", message)]
    return tree, builder.findings


def _syntax(error: yaml.MarkedYAMLError, name: str) -> Finding:
    """A YAML syntax error, at the place that a coder must mend.

    The parser notices an open quote or bracket only where it gives up, often at the end of the file; the place to mend is
    where it was opened.
    """
    mark = error.problem_mark or error.context_mark
    context = error.context or ""
    if error.context_mark and ("quoted scalar" in context or "flow" in context):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    detail = f"{error.problem or 'not YAML'} {context}".strip()
    if mark is not error.problem_mark and error.problem_mark:
        detail += f" (noticed at line {error.problem_mark.line + 1}); close the quote or bracket"
    return Finding(name, line, column, "yaml-syntax", f"YAML syntax: {detail}")


class _Builder:
    """Turns PyYAML's nodes into ours; a duplicate key, an alias or a tag is a finding."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.seen: set[int] = set()

    def build(self, node: yaml.Node, depth: int) -> Node:
        place = Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            if not node.tag.startswith("tag:yaml.org,2002:str"):
                self._report(place, f"tag {node.tag} is not used here; every value is a plain string")
            return Scalar(str(node.value), place)
        if id(node) in self.seen or depth > _MAX_DEPTH:
            self._report(place, "YAML aliases (*name) and deep nesting are not used here; write the value out")
            return Scalar("", place)
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.build(item, depth + 1) for item in node.value), place)
        return self._mapping(node, place, depth)

    def _mapping(self, node: yaml.Node, place: Place, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key_place = Place(self.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(key_place, "a key must be a plain word")
                continue
            key = str(key_node.value)
            if key in entries:
                first = entries[key].key.place.line
                message = f'key "{key}" stands here twice (first in line {first}); only one can count: delete one'
                self.findings.append(key_place.finding("duplicate-key", message))
                continue
            entries[key] = Entry(Scalar(key, key_place), self.build(value_node, depth + 1))
        return Mapping(entries, place)

    def _report(self, place: Place, message: str) -> None:
        self.findings.append(place.finding("yaml-syntax", message))


def plain(node: Node) -> object:
    """The tree as plain Python values, places dropped."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.value) for key, entry in node.entries.items()}
