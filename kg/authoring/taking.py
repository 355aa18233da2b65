"""The merged mapping file is written: blocks of both coders' files, changed only where they must be.

In: which statements are taken, and under which ids. Out: the text of the mapping file. Next: :mod:`kg.authoring.merging`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.agreement.coded import Coded
from kg.agreement.codings import Coding
from kg.agreement.comparing import Comparison
from kg.authoring.blocks import Edit, cut, edited, reindented, scalar
from kg.authoring.decisions import Decision
from kg.authoring.extra import needed
from kg.authoring.headings import Headings, headings, section_of
from kg.errors import InputError, Span
from kg.mappings.nodes import Mapping, Scalar, items, plain


@dataclass(frozen=True)
class Taken:
    """A statement of the result.

    :ivar source: the coder's statement
    :ivar by: ``a``, ``b`` or ``both``: who has it, so which pass it comes from
    :ivar spans: its passages, as they are decided
    :ivar edit: position of the decision that changes it, or None
    """

    id: str
    source: Coded
    of_a: bool
    by: str
    spans: tuple[Span, ...]
    edit: Decision | None = None


@dataclass(frozen=True)
class Writer:
    """Writes the statements of the result.

    :ivar passes: coding pass by who has a statement
    :ivar names_a: new id by old id of the first file; what is left out is not in it
    :ivar relations: the keys whose values are statements
    """

    found: Comparison
    passes: dict[str, str]
    names_a: dict[str, str]
    names_b: dict[str, str]
    decisions: Path
    relations: tuple[str, ...]

    def file(self, taken: list[Taken]) -> tuple[str, list[str]]:
        """The mapping file, and what happened to sections and relations.

        :raises InputError: if a file cannot be cut into statements, or what stands above them
        """
        ours, theirs = (cut(coding.written, coding.tree, coding.path.as_posix()) for coding in (self.found.a, self.found.b))
        edits = self._edits()
        parted = headings(self.found, {self._section(statement) for statement in taken})
        notes = list(parted.notes)
        head = edited(ours.head, lambda top: self._head(top, parted))
        parts = [head]
        for statement in taken:
            block = ours.blocks[statement.source.id] if statement.of_a else theirs.blocks[statement.source.id]
            if not statement.of_a and ours.indent != theirs.indent:
                block = reindented(block, theirs.indent, ours.indent)
            changes = self._changes(statement, parted, edits, notes)
            block = edited(block, changes) if changes else block
            parts.append(block if block.endswith("\n") else f"{block}\n")
        return "".join((*parts, ours.tail)), notes

    def _defaults(self, coding: Coding) -> dict[str, object]:
        node = coding.tree.get("defaults")
        written = plain(node) if isinstance(node, Mapping) else {}
        return dict(written) if isinstance(written, dict) else {}

    def _section(self, statement: Taken) -> str:
        """The section in which a statement of the result stands; empty if it says none."""
        decided = statement.edit.edit if statement.edit else None
        if decided and "section" in decided.entries:
            return scalar(decided, "section")
        return section_of(statement.source, self.found.a if statement.of_a else self.found.b)

    def _head(self, top: Any, parted: Headings) -> None:
        """Defaults that hold for all statements of the result, and the sections of the second file that they need."""
        for key in self._only_a():
            del top["defaults"][key]
        top["defaults"]["coding"] = self.passes["both"]
        if parted.along and not top.get("sections"):
            if "sections" in self.found.a.tree.entries and "sections" not in top:
                raise InputError(f"{self.found.a.path}: `sections:` stands below the statements; move it above `statements:`")
            top.pop("sections", None)
            top.insert(list(top).index("statements"), "sections", [])
        for node in parted.along:
            top["sections"].append(plain(node))

    def _only_a(self) -> list[str]:
        """Defaults of the first file that the second does not have: they would speak for its statements, too."""
        theirs = self._defaults(self.found.b)
        return [key for key in self._defaults(self.found.a) if key not in theirs]

    def _own_defaults(self, *, of_a: bool) -> dict[str, object]:
        """Defaults of a statement's own file that the head of the result does not say."""
        ours, theirs = self._defaults(self.found.a), self._defaults(self.found.b)
        if of_a:
            return {key: ours[key] for key in self._only_a() if key != "coding"}
        return {key: value for key, value in theirs.items() if key != "coding" and ours.get(key) != value}

    def _changes(self, statement: Taken, parted: Headings, edits: list[Any], notes: list[str]) -> Edit | None:
        """What has to be written otherwise than the coder wrote it; None if nothing."""
        node = statement.source.node
        new: dict[str, object] = {"id": statement.id} if statement.id != statement.source.id else {}
        new |= {key: value for key, value in self._own_defaults(of_a=statement.of_a).items() if key not in node.entries}
        if statement.by != "both" and "coding" not in node.entries:
            new["coding"] = self.passes[statement.by]
        for key in self.relations:
            if key in node.entries and (kept := self._related(statement, key, notes)) is not None:
                new[key] = kept
        if not statement.of_a and (section := parted.matched.get(scalar(node, "section") or str(new.get("section")))):
            new["section"] = section
        edit: Any = edits[statement.edit.index]["edit"] if statement.edit else {}
        if not new and not edit:
            return None

        def change(written: Any) -> None:
            for key, value in (*new.items(), *edit.items()):
                if value is None or value == []:
                    written.pop(key, None)
                    continue
                written[key] = parted.matched.get(value, value) if key == "section" else value
                comment = edit.ca.items.get(key) if edit else None
                if comment and comment[2]:  # the comment on the line of the value, without what follows below it
                    written.yaml_add_eol_comment(comment[2].value.partition("\n")[0].lstrip("# "), key, column=0)

        return change

    def _related(self, statement: Taken, key: str, notes: list[str]) -> object:
        """The value of a relation with the new ids; None if it stays as it is."""
        names = self.names_a if statement.of_a else self.names_b
        known = self.found.a.by_id if statement.of_a else self.found.b.by_id
        prefix = f"{self.found.a.document}/"
        written = [item.value for item in items(statement.source.node.get(key)) if isinstance(item, Scalar)]
        kept = []
        for value in written:
            own = value.removeprefix(prefix)
            if own not in known:
                kept.append(value)  # of another document, or one that `kg check` will not find either
            elif own in names:
                kept.append(names[own])
            else:
                notes.append(
                    f"{statement.id} {key}: {own} of {'A' if statement.of_a else 'B'} is left out, so the relation is, too"
                )
        if kept == written or kept == [value.removeprefix(prefix) for value in written]:
            return None
        is_list = not isinstance(statement.source.node.get(key), Scalar)
        return kept if is_list or not kept else kept[0]

    def _edits(self) -> list[Any]:
        """The entries of the decisions file as ruamel.yaml reads them, so that an edit is written as the coders wrote it."""
        yaml = needed("ruamel.yaml", "to merge mapping files").YAML()
        yaml.preserve_quotes = True
        return list(yaml.load(self.decisions.read_text(encoding="utf-8")).get("decisions") or [])
