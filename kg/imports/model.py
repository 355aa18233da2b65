"""What an import mapping says, once it is known to be right.

Nothing comes in; :mod:`kg.imports.mapping` makes these records, and the modules after it read them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg.imports.cells import Numbers
from kg.mappings.nodes import Place
from kg.namespaces import BASE

NAMESPACE: Final = f"{BASE}import/"
"""Where the IRIs of an import begin that has no namespace of its own. Nothing that is published has such an IRI."""

ROLES: Final = ("dimensions", "measures", "attributes")


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
    shapes_place: Place | None = None
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
