"""A mapping file as text, cut at its statements, so that comments and layout stay when statements move.

In: the text of a mapping file and its tree. Out: :class:`Blocks`. Next: :mod:`kg.authoring.merging`.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.authoring.extra import needed
from kg.errors import InputError
from kg.mappings.nodes import Mapping, Scalar, Sequence, items

Edit = Callable[[Any], None]
"""Changes a mapping of ruamel.yaml in place."""


@dataclass(frozen=True)
class Blocks:
    """A file in pieces; joined in their order they are the file.

    :ivar head: up to and with the line ``statements:``
    :ivar blocks: by id, a statement with the comments above it
    :ivar tail: what follows the last statement
    :ivar indent: of the hyphens with which statements begin
    """

    head: str
    blocks: dict[str, str]
    tail: str
    indent: int


def cut(text: str, tree: Mapping, name: str) -> Blocks:
    """Cut a mapping file at its statements.

    :raises InputError: if there are none, or they do not stand on lines of their own
    """
    head, pieces, tail, indent = listed(text, tree, "statements", name)
    if not pieces:
        raise InputError(f"{name}: there are no statements to merge")
    names = [scalar(node, "id") for node in items(tree.get("statements")) if isinstance(node, Mapping)]
    return Blocks(head, dict(zip(names, pieces, strict=True)), tail, indent)


def listed(text: str, tree: Mapping, key: str, name: str) -> tuple[str, list[str], str, int]:
    """Cut a file at the items of one of its lists: what stands before them, each item, what follows, and the column of the hyphens.

    :raises InputError: if items do not stand on lines of their own
    """
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    entry = tree.entries.get(key)
    if entry is None or not isinstance(entry.value, Sequence) or not entry.value.items:
        return text, [], "", 0
    starts = [node.place.line - 1 for node in entry.value.items]
    for start in starts:
        if not lines[start].lstrip(" ").startswith("- "):
            what = "a statement" if key == "statements" else "an entry"
            raise InputError(f"{name}:{start + 1}: {what} does not begin on a line of its own with `- `; write it so")
    dash = len(lines[starts[0]]) - len(lines[starts[0]].lstrip(" "))
    later = [e.key.place.line - 1 for e in tree.entries.values() if e.key.place.line > starts[-1] + 1]
    end = _without_comments_above(lines, min(later), dash) if later else len(lines)
    edges = [_without_comments_above(lines, start, dash) for start in starts]
    edges[0] = max(edges[0], entry.key.place.line)
    pieces = ["".join(lines[a:b]) for a, b in zip(edges, [*edges[1:], end], strict=True)]
    return "".join(lines[: edges[0]]), pieces, "".join(lines[end:]), dash


def edited(text: str, edit: Edit) -> str:
    """YAML with a change, with its comments: a block (a list of one) or the head of a file.

    :param edit: changes the mapping
    """
    yaml = needed("ruamel.yaml", "to merge mapping files").YAML()
    yaml.width = 4096  # lines stay as they were written
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=2, offset=0)
    above, body = _leading_comments(text)
    indent = len(body) - len(body.lstrip(" "))
    loaded = yaml.load("".join(line[indent:] if line.strip() else line for line in body.splitlines(keepends=True)))
    edit(loaded[0] if isinstance(loaded, list) else loaded)
    out = io.StringIO()
    yaml.dump(loaded, out)
    written = "".join(f"{' ' * indent}{line}" if line.strip() else line for line in out.getvalue().splitlines(keepends=True))
    return above + written


def reindented(block: str, before: int, after: int) -> str:
    """A block whose hyphen is moved from one column to another, with all its lines."""
    lines = block.splitlines(keepends=True)
    return "".join(" " * after + line[before:] if line[:before].isspace() or not before else line for line in lines)


def scalar(tree: Mapping, key: str) -> str:
    """The value of a key as a string; empty if it has none."""
    value = tree.get(key)
    return value.value if isinstance(value, Scalar) else ""


def _leading_comments(text: str) -> tuple[str, str]:
    """The comments and blank lines with which a piece begins, and the rest."""
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), len(lines))
    return "".join(lines[:first]), "".join(lines[first:])


def _without_comments_above(lines: list[str], start: int, dash: int) -> int:
    """The first of the comments and blank lines directly above a line; a comment further in belongs to what is above it."""
    while start > 0:
        line = lines[start - 1]
        stripped = line.lstrip(" ")
        if line.strip() and not (stripped.startswith("#") and len(line) - len(stripped) <= dash):
            break
        start -= 1
    return start
