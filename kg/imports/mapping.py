"""An import mapping: what the columns of a table mean.

In: a YAML file in the style of ``mappings/``. Out: an :class:`~kg.imports.model.ImportMapping`, and what is wrong with the file. Next:
:mod:`kg.imports.table` reads the table that it names.
"""

import re
from pathlib import Path
from typing import Final

from kg.errors import Finding
from kg.imports.cells import DATATYPES, Numbers
from kg.imports.entities import COLLECTIONS, SCHEMES
from kg.imports.fields import Fields
from kg.imports.model import NAMESPACE, ROLES, Column, ImportMapping
from kg.mappings.literals import is_language, problem
from kg.mappings.nodes import Mapping, Scalar
from kg.mappings.reader import read_yaml
from kg.mappings.remedies import UNITS, other_unit
from kg.mappings.words import shortened
from kg.namespaces import BASE, PREFIXES, XSD
from kg.rdf import is_address

OTHERS: Final = "others"

_KEYS: Final = (
    "import",
    "table",
    "title",
    "description",
    "source",
    "licence",
    "namespace",
    "read",
    *ROLES,
    "ignore",
    "unmatched",
    "shapes",
)
_READ: Final = ("encoding", "delimiter", "decimal", "thousands", "missing")
_COLUMN: Final = (
    "label",
    "as",
    "property",
    "datatype",
    "language",
    "entity",
    "collection",
    "unit",
    "required",
    "minimum",
    "maximum",
)
_RESERVED: Final = ("observation", "structure", "shapes")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LOCAL: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_DELIMITERS: Final = {"tab": "\t", "\\t": "\t"}


def read_mapping(file: Path, name: str) -> tuple[ImportMapping | None, list[Finding]]:
    """Read a mapping.

    :param name: the file as findings call it
    :returns: None, with findings, if anything is wrong with it
    """
    root, findings = read_yaml(file, name)
    if root is None or findings:
        return None, findings
    reader = _Reader(root, file)
    mapping = reader.read()
    return (None if reader.findings else mapping), sorted(reader.findings)


class _Reader(Fields):
    """Takes a tree apart."""

    def __init__(self, root: Mapping, file: Path) -> None:
        super().__init__()
        self.root = root
        self.file = file

    def read(self) -> ImportMapping:
        self.known(self.root, _KEYS)
        name = self.matching(self.root, "import", _NAME, "a short name in small letters, as in democracy-scores")
        table = self.text(self.root, "table")
        namespace = self._namespace(name)
        columns = tuple(column for role in ROLES for column in self._columns(role, namespace))
        self._check_columns(columns)
        read = self.mapping(self.root, "read")
        self.known(read, _READ)
        decimal, thousands = (
            self.one_of(read, "decimal", (".", ","), "."),
            self.one_of(read, "thousands", (".", ",", " ", "'"), ""),
        )
        if decimal == thousands:
            self.report(
                read.entries["thousands"].key.place,
                "`decimal` and `thousands` are the same character; a number could mean two things",
            )
        delimiter = self.string(read, "delimiter") or ","
        delimiter = _DELIMITERS.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            self.report(
                read.entries["delimiter"].value.place, f'"{shortened(delimiter)}" is not one character, as in "," or ";" or tab'
            )
        encoding = self.string(read, "encoding") or "utf-8"
        try:
            "".encode(encoding)
        except LookupError:
            self.report(
                read.entries["encoding"].value.place, f'"{shortened(encoding)}" is no encoding, as in utf-8 or windows-1252'
            )
        unmatched = self.one_of(self.root, "unmatched", ("error", "skip"), "error")
        missing = frozenset(self.strings(read, "missing")) if "missing" in read.entries else frozenset()
        return ImportMapping(
            name=name,
            file=self.file,
            table=self.file.parent / table,
            table_place=self.place(self.root, "table"),
            title=self.by_language(self.root, "title", needed=True),
            description=self.by_language(self.root, "description"),
            source=self.address(self.root, "source"),
            licence=self.address(self.root, "licence"),
            namespace=namespace,
            columns=columns,
            ignored=self._ignored(columns),
            skip_unmatched=unmatched == "skip",
            shapes=tuple(self.file.parent / path for path in self.strings(self.root, "shapes")),
            shapes_place=self.place(self.root, "shapes") if "shapes" in self.root.entries else None,
            encoding=encoding,
            delimiter=delimiter,
            numbers=Numbers(decimal, thousands),
            missing=missing | {""},
            csv_keys=tuple((key, read.entries[key].key.place) for key in _READ if key != "missing" and key in read.entries),
        )

    def _namespace(self, name: str) -> str:
        written = self.address(self.root, "namespace")
        if not written:
            return f"{NAMESPACE}{name}/"
        place = self.place(self.root, "namespace")
        if not written.endswith(("/", "#")):
            self.report(place, f'"{shortened(written)}" does not end with / or #, so names cannot follow it')
        if written.startswith(BASE) and not written.startswith(NAMESPACE):
            self.report(place, f"IRIs below {BASE} are those of the published graph; take {NAMESPACE}… or an address of your own")
        return written

    def _columns(self, role: str, namespace: str) -> list[Column]:
        found = []
        for name, entry in self.mapping(self.root, role).entries.items():
            if isinstance(entry.value, Mapping):
                found.append(self._column(name, role, namespace, entry.value))
            else:
                self.report(
                    entry.value.place,
                    f'what column "{shortened(name)}" means is missing, as in {{datatype: decimal, label: {{nl: …, en: …}}}}',
                )
        return found

    def _column(self, name: str, role: str, namespace: str, node: Mapping) -> Column:
        self.known(node, _COLUMN)
        entity = self.one_of(node, "entity", SCHEMES, "")
        language = self.string(node, "language")
        datatype = self.one_of(node, "datatype", tuple(DATATYPES), "")
        given = [key for key in ("entity", "language", "datatype") if key in node.entries]
        if len(given) != 1:
            self.report(
                node.place,
                f'column "{shortened(name)}" needs exactly one of datatype, language and entity; it has {", ".join(given) or "none"}',
            )
        if language and not is_language(language):
            self.report(self.place(node, "language"), f'"{shortened(language)}" is not a language tag, as in nl')
        if role == "dimensions" and language:
            self.report(
                self.place(node, "language"), "a dimension tells observations apart; write `datatype: text` for one that is text"
            )
        collection = self.one_of(node, "collection", COLLECTIONS, "agent")
        if "collection" in node.entries and not entity:
            self.report(self.place(node, "collection"), "`collection` belongs to a column with `entity`")
        limits = {}
        for key in ("minimum", "maximum"):
            limits[key] = value = self.string(node, key)
            if value and datatype not in ("decimal", "integer"):
                self.report(self.place(node, key), f"`{key}` belongs to a column with `datatype: decimal` or `integer`")
            elif value and (wrong := problem(value, f"{XSD}decimal")):
                self.report(self.place(node, key), f'"{shortened(value)}" is not {wrong}')
        return Column(
            name=name,
            role=role,
            property=self._property(name, namespace, node),
            label=self.by_language(node, "label", needed=True),
            place=node.place,
            datatype=datatype,
            language=language,
            entity=entity,
            collection=collection,
            unit=self._unit(node),
            required=role == "dimensions" or self.one_of(node, "required", ("true", "false"), "false") == "true",
            minimum=limits["minimum"],
            maximum=limits["maximum"],
        )

    def _property(self, name: str, namespace: str, node: Mapping) -> str:
        if "property" in node.entries:
            if "as" in node.entries:
                self.report(self.place(node, "as"), "`as` and `property` both name the property; write one of them")
            return self.address(node, "property")
        expected = "a name of letters and digits, as in score"
        if "as" in node.entries:
            local = self.matching(node, "as", _LOCAL, expected)
        else:
            local = name
            if not _LOCAL.fullmatch(name):
                self.report(
                    node.place, f'"{shortened(name)}" cannot be the name of a property; give it one with `as:`, {expected}'
                )
        if local in _RESERVED:
            self.report(node.place, f'"{local}" is a name that the import itself uses; give the property another with `as:`')
        return namespace + local

    def _unit(self, node: Mapping) -> str:
        """IRI of a unit. One that the project does not know is written as an address, so that no misspelling becomes an IRI."""
        unit = self.string(node, "unit")
        if not unit or is_address(unit):
            return unit
        if unit not in UNITS:
            message = f'`unit`: "{shortened(unit)}" is not one of {", ".join(UNITS)}{other_unit(unit)}; write another one of QUDT as its address, {PREFIXES["unit"]}…'
            self.report(self.place(node, "unit"), message)
        return PREFIXES["unit"] + unit

    def _check_columns(self, columns: tuple[Column, ...]) -> None:
        for role, what in (
            ("dimensions", "what tells one observation from another, as in country and year"),
            ("measures", "what is observed, as in score"),
        ):
            if not any(column.role == role for column in columns):
                self.report(self.root.place, f"there are no {role}: {what}")
        for kind in ("name", "property"):
            seen: dict[str, Column] = {}
            for column in columns:
                first = seen.setdefault(getattr(column, kind), column)
                if first is not column:
                    self.report(
                        column.place,
                        f'"{shortened(getattr(column, kind))}" is also in line {first.place.line}; a {"column" if kind == "name" else "property"} can have one meaning',
                    )

    def _ignored(self, columns: tuple[Column, ...]) -> frozenset[str] | None:
        node = self.root.get("ignore")
        if isinstance(node, Scalar) and node.value == OTHERS:
            return None
        ignored = self.strings(self.root, "ignore")
        for name in {column.name for column in columns} & set(ignored):
            self.report(
                self.place(self.root, "ignore"), f'column "{shortened(name)}" is mapped above; it cannot be ignored as well'
            )
        return frozenset(ignored)
