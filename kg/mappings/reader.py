"""One YAML file becomes a tree of nodes.

In: a file of ``mappings/``. Out: a :class:`~kg.mappings.nodes.Mapping`, and what is wrong with the YAML itself. Next:
:mod:`kg.mappings.corpus`. Whatever the bytes are, the outcome is a tree or a finding: libyaml is given no text that it cannot bear.
"""

import re
from pathlib import Path
from typing import Final

import yaml
from yaml import ScalarNode, SequenceNode

from kg.errors import Finding
from kg.mappings.nodes import Entry, Mapping, Node, Place, Scalar, Sequence
from kg.mappings.syntax import syntax_finding

_MAX_DEPTH: Final = 20
"""Nesting that no mapping file needs; a deeper one is a mistake or an attack."""

_NOT_PRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that YAML 1.1 does not allow (section 5.1)."""

_BRACKET: Final = re.compile(r"[\[\]{}]")
_INDICATORS: Final = re.compile(r"[-?:] +" * 20)
"""Written out, which is found four times as fast as what is counted."""
_COMMENT: Final = re.compile(r"[ \t]+#")
"""What may have been meant as text."""
_STARTS: Final = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_ENDS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
_PLAIN: Final = "tag:yaml.org,2002:str"


class _Loader(yaml.CBaseLoader):
    """Takes what has no tag for a plain string without asking for rules of which there are none, for which it needs more than a quarter of its time."""

    def resolve(self, kind: object, value: object, implicit: object) -> str:  # noqa: ARG002 - as libyaml's composer calls it
        return _PLAIN

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        """There are no rules by place."""

    def ascend_resolver(self) -> None:
        """There are no rules by place."""


def read_utf8(path: Path, name: str) -> tuple[str | None, list[Finding]]:
    """The text of a file, without a byte order mark; None, with a finding, if it cannot be read as UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return None, [Finding(name, line, 1, "encoding", f"not UTF-8 at byte {error.start}; save the file as UTF-8")]
    except OSError as error:
        return None, [Finding(name, 1, 1, "unreadable", f"cannot be read: {error.strerror}")]


def read_yaml(path: Path, name: str) -> tuple[Mapping | None, list[Finding]]:
    """Read one YAML file whose top level is a mapping.

    :param name: the file as findings call it
    :returns: the tree, or None where there is none; and what is wrong with the YAML itself
    """
    text, findings = read_utf8(path, name)
    return (None, findings) if text is None else parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> tuple[Mapping | None, list[Finding]]:
    """The same for the text of a file."""
    text = text.replace("\r\n", "\n")
    refused = _refused(text, name)
    if refused:
        return None, [refused]
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        return None, [syntax_finding(text, error, name)]
    except yaml.YAMLError as error:
        return None, [Finding(name, 1, 1, "yaml-syntax", f"not YAML: {error}")]
    if root is None:
        return None, [Finding(name, 1, 1, "yaml-syntax", "the file is empty; bring its content back, or delete it")]
    builder = _Builder(name, text)
    tree = builder.build(root, 0)
    if not isinstance(tree, Mapping):
        message = "the top level is not a mapping of keys to values; see mappings/README.md"
        return None, [*builder.findings, tree.place.finding("yaml-syntax", message)]
    return tree, builder.findings


def _refused(text: str, name: str) -> Finding | None:
    """What libyaml must not be given: characters that it reports without their place, and nesting that ends the process."""
    character = _NOT_PRINTABLE.search(text)
    if character:
        at, message = character.start(), f"character U+{ord(character[0]):04X} is not allowed in YAML; delete it"
    elif (deep := _too_deep(text)) is not None:
        at, message = deep, f"nested more than {_MAX_DEPTH} deep; a mapping file is at most a few levels deep"
    else:
        return None
    return Finding(name, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), "yaml-syntax", message)


def _too_deep(text: str) -> int | None:
    """Where brackets or ``- - -`` nest too deeply: libyaml composes by recursion in C, and 100,000 brackets end the process.

    Counting is cheap and may take a bracket of a text for one; only then is the text scanned, which is not recursive.
    """
    depth = deepest = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    if deepest <= _MAX_DEPTH and not _INDICATORS.search(text):
        return None
    depth = 0
    try:
        for token in yaml.scan(text, Loader=yaml.CBaseLoader):
            if isinstance(token, _STARTS):
                depth += 1
                if depth > _MAX_DEPTH:
                    return int(token.start_mark.index)
            elif isinstance(token, _ENDS):
                depth -= 1
    except yaml.YAMLError:
        pass  # the composer meets the same error, and not deeper than here
    return None


class _Builder:
    """Turns PyYAML's nodes into ours; a duplicate key, an alias or a tag is a finding."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.findings: list[Finding] = []
        self.seen: set[int] = set()

    def build(self, node: yaml.Node, depth: int, within: Place | None = None) -> Node:
        """Build one node.

        :param within: place of the key or list that has it; an alias has no place of its own but its anchor's
        """
        place = self._place(node)
        if id(node) in self.seen or depth > _MAX_DEPTH:
            self._report(within or place, "YAML aliases (*name) and deep nesting are not used here; write the value out")
            return Scalar(str(node.value) if isinstance(node, ScalarNode) else "", within or place)
        self.seen.add(id(node))
        if isinstance(node, ScalarNode):
            if node.tag != _PLAIN:
                self._report(
                    place, f"tag {node.tag} is not used here; every value is a plain string (quote a text that begins with !)"
                )
            cut = not node.style and _COMMENT.match(self.text, node.end_mark.index) is not None
            return Scalar(node.value, place, cut)
        if isinstance(node, SequenceNode):
            return Sequence(tuple([self.build(item, depth + 1, place) for item in node.value]), place)
        return self._mapping(node, place, depth)

    def _mapping(self, node: yaml.Node, place: Place, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key_place = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                self._report(key_place, "a key must be a plain word")
                continue
            key = key_node.value
            if key in entries:
                first = entries[key].key.place.line
                if key == "id":  # what follows belongs to another entry, and would be a duplicate key each
                    message = f"a second `id:` (first in line {first}): does a new entry begin here, and is its `- ` missing?"
                    self.findings.append(key_place.finding("duplicate-key", message))
                    break
                message = f'key "{key}" stands here twice (first in line {first}); only one can count: delete one'
                self.findings.append(key_place.finding("duplicate-key", message))
                continue
            entries[key] = Entry(Scalar(key, key_place), self.build(value_node, depth + 1, key_place))
        return Mapping(entries, place)

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _report(self, place: Place, message: str) -> None:
        self.findings.append(place.finding("yaml-syntax", message))
