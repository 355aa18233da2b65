"""A mapping file as text, cut at its statements, so that comments and layout stay when statements move.

In: the text of a mapping file and its tree. Out: :class:`Blocks`. Next: :mod:`kg.authoring.merging`.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.authoring.extra import needed
from kg.errors import InputError
from kg.mappings.nodes import Mapping, Scalar, Sequence

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

    :raises InputError: if statements do not stand on lines of their own
    """
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    entry = tree.entries.get("statements")
    if entry is None or not isinstance(entry.value, Sequence) or not entry.value.items:
        raise InputError(f"{name}: there are no statements to merge")
    starts: list[tuple[str, int]] = []
    for node in entry.value.items:
        slug = node.scalar("id") if isinstance(node, Mapping) else None
        if slug is None or not lines[node.place.line - 1].lstrip(" ").startswith("- "):
            raise InputError(f"{name}:{node.place.line}: a statement does not begin on a line of its own with `- `; write it so")
        starts.append((slug.value, node.place.line - 1))
    dash = len(lines[starts[0][1]]) - len(lines[starts[0][1]].lstrip(" "))
    later = [e.key.place.line - 1 for e in tree.entries.values() if e.key.place.line > starts[-1][1] + 1]
    end = _without_comments_above(lines, min(later), dash) if later else len(lines)
    edges = [_without_comments_above(lines, start, dash) for _, start in starts]
    edges[0] = max(edges[0], entry.key.place.line)
    pieces = ["".join(lines[a:b]) for a, b in zip(edges, [*edges[1:], end], strict=True)]
    named = {slug: piece for (slug, _), piece in zip(starts, pieces, strict=True)}
    return Blocks("".join(lines[: edges[0]]), named, "".join(lines[end:]), dash)


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
