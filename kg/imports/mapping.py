"""An import mapping: what the columns of a table mean.

In: a YAML file in the style of ``mappings/``. Out: an :class:`ImportMapping`, and what is wrong with the file. Next:
:mod:`kg.imports.table` reads the table that it names.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.errors import Finding
from kg.imports.cells import DATATYPES, Numbers
from kg.imports.entities import COLLECTIONS, SCHEMES
from kg.mappings.literals import is_language, is_placeholder, problem
from kg.mappings.nodes import Mapping, Node, Place, Scalar, items
from kg.mappings.reader import read_yaml
from kg.mappings.words import did_you_mean, shortened
from kg.namespaces import BASE, PREFIXES, XSD
from kg.rdf import is_address

NAMESPACE: Final = f"{BASE}import/"
"""Where the IRIs of an import begin that has no namespace of its own. Nothing that is published has such an IRI."""

OTHERS: Final = "others"
ROLES: Final = ("dimensions", "measures", "attributes")
LANGUAGES: Final = ("nl", "en")

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


@dataclass(frozen=True)
class Column:
    """What a column of the table becomes.

    :ivar name: its header in the table
    :ivar role: one of :data:`ROLES`: what tells observations apart, what is observed, or a remark about it
    :ivar property: IRI of its property
    :ivar label: by language
    :ivar datatype: a key of :data:`kg.imports.cells.DATATYPES`; empty for an entity or a text in a language
    :ivar language: tag of a text, or empty
    :ivar entity: how a cell names an entity, one of :data:`kg.imports.entities.SCHEMES`; empty if it names none
    :ivar collection: of the entity, as in ``agent``
    :ivar unit: IRI, or empty
    :ivar required: whether each row must have a value; a dimension always must
    """

    name: str
    role: str
    property: str
    label: dict[str, str]
    place: Place
    datatype: str = ""
    language: str = ""
    entity: str = ""
    collection: str = "agent"
    unit: str = ""
    required: bool = False
    minimum: str = ""
    maximum: str = ""


@dataclass(frozen=True)
class ImportMapping:
    """A mapping that has no finding.

    :ivar name: short name, unique among the imports of a release
    :ivar namespace: where the IRIs of the import begin
    :ivar ignored: columns of the table that are left out; None for all that are not mapped
    :ivar skip_unmatched: whether a row whose entity is not in the graph is left out, and reported, instead of being an error
    """

    name: str
    file: Path
    table: Path
    table_place: Place
    title: dict[str, str]
    description: dict[str, str]
    source: str
    licence: str
    namespace: str
    columns: tuple[Column, ...]
    ignored: frozenset[str] | None
    skip_unmatched: bool
    shapes: tuple[Path, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    numbers: Numbers = field(default_factory=Numbers)
    missing: frozenset[str] = frozenset({""})
    csv_keys: tuple[tuple[str, Place], ...] = ()

    @property
    def graph(self) -> str:
        """IRI of the named graph, which is that of the data set."""
        return self.namespace.rstrip("/#")

    def by_role(self, role: str) -> tuple[Column, ...]:
        """Columns with a role, in the order of the mapping."""
        return tuple(column for column in self.columns if column.role == role)


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


class _Reader:
    """Takes a tree apart; what is wrong is noted, and reading goes on with a stand-in."""

    def __init__(self, root: Mapping, file: Path) -> None:
        self.root = root
        self.file = file
        self.findings: list[Finding] = []

    def read(self) -> ImportMapping:
        self._known(self.root, _KEYS)
        name = self._matching(self.root, "import", _NAME, "a short name in small letters, as in democracy-scores")
        table = self._text(self.root, "table")
        namespace = self._namespace(name)
        columns = tuple(column for role in ROLES for column in self._columns(role, namespace))
        self._check_columns(columns)
        read = self._mapping(self.root, "read")
        self._known(read, _READ)
        decimal, thousands = (
            self._one_of(read, "decimal", (".", ","), "."),
            self._one_of(read, "thousands", (".", ",", " ", "'"), ""),
        )
        if decimal == thousands:
            self._report(
                read.entries["thousands"].key.place,
                "`decimal` and `thousands` are the same character; a number could mean two things",
            )
        delimiter = self._string(read, "delimiter") or ","
        delimiter = _DELIMITERS.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            self._report(
                read.entries["delimiter"].value.place, f'"{shortened(delimiter)}" is not one character, as in "," or ";" or tab'
            )
        encoding = self._string(read, "encoding") or "utf-8"
        try:
            "".encode(encoding)
        except LookupError:
            self._report(
                read.entries["encoding"].value.place, f'"{shortened(encoding)}" is no encoding, as in utf-8 or windows-1252'
            )
        unmatched = self._one_of(self.root, "unmatched", ("error", "skip"), "error")
        missing = frozenset(self._strings(read, "missing")) if "missing" in read.entries else frozenset()
        return ImportMapping(
            name=name,
            file=self.file,
            table=self.file.parent / table,
            table_place=self._place(self.root, "table"),
            title=self._by_language(self.root, "title", needed=True),
            description=self._by_language(self.root, "description"),
            source=self._address(self.root, "source"),
            licence=self._address(self.root, "licence"),
            namespace=namespace,
            columns=columns,
            ignored=self._ignored(columns),
            skip_unmatched=unmatched == "skip",
            shapes=tuple(self.file.parent / path for path in self._strings(self.root, "shapes")),
            encoding=encoding,
            delimiter=delimiter,
            numbers=Numbers(decimal, thousands),
            missing=missing | {""},
            csv_keys=tuple((key, read.entries[key].key.place) for key in _READ if key != "missing" and key in read.entries),
        )

    def _namespace(self, name: str) -> str:
        written = self._address(self.root, "namespace")
        if not written:
            return f"{NAMESPACE}{name}/"
        place = self._place(self.root, "namespace")
        if not written.endswith(("/", "#")):
            self._report(place, f'"{shortened(written)}" does not end with / or #, so names cannot follow it')
        if written.startswith(BASE) and not written.startswith(NAMESPACE):
            self._report(
                place, f"IRIs below {BASE} are those of the published graph; take {NAMESPACE}… or an address of your own"
            )
        return written

    def _columns(self, role: str, namespace: str) -> list[Column]:
        found = []
        for name, entry in self._mapping(self.root, role).entries.items():
            if isinstance(entry.value, Mapping):
                found.append(self._column(name, role, namespace, entry.value))
            else:
                self._report(
                    entry.value.place,
                    f'what column "{shortened(name)}" means is missing, as in {{datatype: decimal, label: {{nl: …, en: …}}}}',
                )
        return found

    def _column(self, name: str, role: str, namespace: str, node: Mapping) -> Column:
        self._known(node, _COLUMN)
        entity = self._one_of(node, "entity", SCHEMES, "")
        language = self._string(node, "language")
        datatype = self._one_of(node, "datatype", tuple(DATATYPES), "")
        given = [key for key in ("entity", "language", "datatype") if key in node.entries]
        if len(given) != 1:
            self._report(
                node.place,
                f'column "{shortened(name)}" needs exactly one of datatype, language and entity; it has {", ".join(given) or "none"}',
            )
        if language and not is_language(language):
            self._report(self._place(node, "language"), f'"{shortened(language)}" is not a language tag, as in nl')
        if role == "dimensions" and language:
            self._report(
                self._place(node, "language"), "a dimension tells observations apart; write `datatype: text` for one that is text"
            )
        collection = self._one_of(node, "collection", COLLECTIONS, "agent")
        if "collection" in node.entries and not entity:
            self._report(self._place(node, "collection"), "`collection` belongs to a column with `entity`")
        limits = {}
        for key in ("minimum", "maximum"):
            limits[key] = value = self._string(node, key)
            if value and datatype not in ("decimal", "integer"):
                self._report(self._place(node, key), f"`{key}` belongs to a column with `datatype: decimal` or `integer`")
            elif value and (wrong := problem(value, f"{XSD}decimal")):
                self._report(self._place(node, key), f'"{shortened(value)}" is not {wrong}')
        return Column(
            name=name,
            role=role,
            property=self._property(name, namespace, node),
            label=self._by_language(node, "label", needed=True),
            place=node.place,
            datatype=datatype,
            language=language,
            entity=entity,
            collection=collection,
            unit=self._unit(node),
            required=role == "dimensions" or self._one_of(node, "required", ("true", "false"), "false") == "true",
            minimum=limits["minimum"],
            maximum=limits["maximum"],
        )

    def _property(self, name: str, namespace: str, node: Mapping) -> str:
        if "property" in node.entries:
            if "as" in node.entries:
                self._report(self._place(node, "as"), "`as` and `property` both name the property; write one of them")
            return self._address(node, "property")
        expected = "a name of letters and digits, as in score"
        if "as" in node.entries:
            local = self._matching(node, "as", _LOCAL, expected)
        else:
            local = name
            if not _LOCAL.fullmatch(name):
                self._report(
                    node.place, f'"{shortened(name)}" cannot be the name of a property; give it one with `as:`, {expected}'
                )
        if local in _RESERVED:
            self._report(node.place, f'"{local}" is a name that the import itself uses; give the property another with `as:`')
        return namespace + local

    def _unit(self, node: Mapping) -> str:
        unit = self._string(node, "unit")
        if not unit or is_address(unit):
            return unit
        if not re.fullmatch(r"[A-Za-z0-9_-]+", unit):
            self._report(
                self._place(node, "unit"), f'"{shortened(unit)}" is neither a unit of QUDT, as in PERCENT, nor an address'
            )
        return PREFIXES["unit"] + unit

    def _check_columns(self, columns: tuple[Column, ...]) -> None:
        for role, what in (
            ("dimensions", "what tells one observation from another, as in country and year"),
            ("measures", "what is observed, as in score"),
        ):
            if not any(column.role == role for column in columns):
                self._report(self.root.place, f"there are no {role}: {what}")
        for kind in ("name", "property"):
            seen: dict[str, Column] = {}
            for column in columns:
                first = seen.setdefault(getattr(column, kind), column)
                if first is not column:
                    self._report(
                        column.place,
                        f'"{shortened(getattr(column, kind))}" is also in line {first.place.line}; a {"column" if kind == "name" else "property"} can have one meaning',
                    )

    def _ignored(self, columns: tuple[Column, ...]) -> frozenset[str] | None:
        node = self.root.get("ignore")
        if isinstance(node, Scalar) and node.value == OTHERS:
            return None
        ignored = self._strings(self.root, "ignore")
        for name in {column.name for column in columns} & set(ignored):
            self._report(
                self._place(self.root, "ignore"), f'column "{shortened(name)}" is mapped above; it cannot be ignored as well'
            )
        return frozenset(ignored)

    def _by_language(self, within: Mapping, key: str, *, needed: bool = False) -> dict[str, str]:
        node = within.get(key)
        if node is None and not needed:
            return {}
        texts = (
            {tag: entry.value.value for tag, entry in node.entries.items() if isinstance(entry.value, Scalar)}
            if isinstance(node, Mapping)
            else {}
        )
        if set(texts) != set(LANGUAGES) or any(is_placeholder(text) or not text.strip() for text in texts.values()):
            self._report(node.place if node else within.place, f"`{key}` needs a text in Dutch and in English: {{nl: …, en: …}}")
        return texts

    def _address(self, within: Mapping, key: str) -> str:
        value = self._string(within, key)
        if value and not is_address(value):
            self._report(self._place(within, key), f'`{key}`: "{shortened(value)}" is no address, as in https://example.org/')
        return value

    def _text(self, within: Mapping, key: str) -> str:
        value = self._string(within, key)
        if not value and key not in within.entries:
            self._report(within.place, f"`{key}:` is missing")
        return value

    def _matching(self, within: Mapping, key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self._text(within, key)
        if value and not pattern.fullmatch(value):
            self._report(self._place(within, key), f'`{key}`: "{shortened(value)}" is not {expected}')
        return value

    def _one_of(self, within: Mapping, key: str, allowed: Collection[str], default: str) -> str:
        if key not in within.entries:
            return default
        value = self._string(within, key)
        if value not in allowed:
            shown = ", ".join(f'"{word}"' if not word.strip(" .,'") else word for word in allowed)
            self._report(
                self._place(within, key), f'`{key}`: "{shortened(value)}" is not one of {shown}{did_you_mean(value, allowed)}'
            )
            return default
        return value

    def _string(self, within: Mapping, key: str) -> str:
        """Value of a key; empty, with a finding, if it is no text."""
        node = within.get(key)
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not node.value:
            self._report(node.place, f"`{key}` takes one value")
            return ""
        return node.value

    def _strings(self, within: Mapping, key: str) -> list[str]:
        found = []
        for item in items(within.get(key)):
            if isinstance(item, Scalar):
                found.append(item.value)
            else:
                self._report(item.place, f"`{key}` takes a value or a list of values")
        return found

    def _mapping(self, within: Mapping, key: str) -> Mapping:
        node: Node | None = within.get(key)
        if node is None:
            return Mapping({}, within.place)
        if not isinstance(node, Mapping):
            self._report(node.place, f"`{key}` takes keys with values")
            return Mapping({}, node.place)
        return node

    def _known(self, node: Mapping, keys: Collection[str]) -> None:
        for key, entry in node.entries.items():
            if key not in keys:
                self._report(
                    entry.key.place,
                    f'"{shortened(key)}" is not a key here{did_you_mean(key, keys)}; there are: {", ".join(keys)}',
                )

    def _place(self, within: Mapping, key: str) -> Place:
        entry = within.entries.get(key)
        return entry.value.place if entry else within.place

    def _report(self, place: Place, message: str) -> None:
        self.findings.append(place.finding("import-mapping", message))
