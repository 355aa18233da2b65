"""Rows become observations of an RDF Data Cube (https://www.w3.org/TR/vocab-data-cube/).

In: a mapping, its table and our entities. Out: a :class:`Cube`: JSON-LD for :func:`kg.graph.from_jsonld`, where each node and value stands
in the table, and what is wrong. Next: :mod:`kg.imports.checks`. An observation is a node of its own, with the entity as the value of a
dimension: nothing is said about the entity itself, and years stay apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from kg.imports.cells import DATATYPES, CellError, lexical
from kg.imports.entities import AmbiguousError, Entities, UnmatchedError
from kg.imports.model import Column, ImportMapping
from kg.imports.table import Cell, Table
from kg.mappings.trace import Trace
from kg.mappings.words import shortened
from kg.namespaces import DCTERMS, ID, RDF, RDFS

QB: Final = "http://purl.org/linked-data/cube#"
UNIT: Final = "http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure"

_COMPONENTS: Final = {
    "dimensions": ("dimension", "DimensionProperty"),
    "measures": ("measure", "MeasureProperty"),
    "attributes": ("attribute", "AttributeProperty"),
}

Node = dict[str, object]


@dataclass
class Cube:
    """The data set of a table.

    :ivar nodes: JSON-LD without a context
    :ivar trace: places of observations and their properties, and the findings
    :ivar skipped: rows that were left out as they name no entity of the graph: lines by what was written
    :ivar empty: lines of rows that were left out as they have no measure
    :ivar entities: IRIs of the entities that are named
    """

    nodes: list[Node] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace)
    observations: int = 0
    skipped: dict[str, list[int]] = field(default_factory=dict)
    empty: list[int] = field(default_factory=list)
    entities: set[str] = field(default_factory=set)

    @property
    def values(self) -> int:
        """Number of values of all properties: the triples that these nodes are."""
        return sum(
            len(value) if isinstance(value, list) else 1 for node in self.nodes for key, value in node.items() if key != "@id"
        )


def make_cube(mapping: ImportMapping, table: Table, entities: Mapping[str, Entities]) -> Cube:
    """Make the observations of a table, and the description of its data set.

    :param entities: by collection, for each collection of the mapping
    """
    cube = Cube(nodes=_description(mapping))
    rows = _Rows(mapping, table, entities, cube)
    for row in table.rows:
        rows.read(row)
    cube.trace.settle()
    return cube


@dataclass
class _Rows:
    mapping: ImportMapping
    table: Table
    entities: Mapping[str, Entities]
    cube: Cube
    seen: dict[str, int] = field(default_factory=dict)
    wrong: bool = False

    def read(self, row: dict[str, Cell]) -> None:
        """One row: an observation, a row that is left out, or findings."""
        first = min((cell.place for cell in row.values()), key=lambda place: place.column)
        self.wrong = False
        values: dict[str, list[object]] = {}
        key: list[str] = []
        try:
            for column in self.mapping.columns:
                tail = self._cell(column, row[column.name], values)
                if column.role == "dimensions":
                    key.append(tail)
        except UnmatchedError as error:  # only where such rows are to be left out
            self.cube.skipped.setdefault(str(error), []).append(first.line)
            return
        if self.wrong:
            return
        if not any(column.property in values for column in self.mapping.by_role("measures")):
            self.cube.empty.append(first.line)
            return
        iri = f"{self.mapping.namespace}observation/{'/'.join(quote(tail, safe='') for tail in key)}"
        known = self.seen.setdefault(iri, first.line)
        if known != first.line:
            names = " and ".join(f'"{shortened(column.name)}"' for column in self.mapping.by_role("dimensions"))
            message = (
                f"{names} are those of line {known}; delete one of the rows, or map a column that tells them apart as a dimension"
            )
            self.cube.trace.report(first.finding("import-duplicate", message, " ".join(key)))
            return
        self.cube.trace.subjects[iri] = (first, " ".join(key))
        for column in self.mapping.columns:
            self.cube.trace.properties[iri, column.property] = row[column.name].place
        self.cube.observations += 1
        self.cube.nodes.append(
            {"@id": iri, "@type": [f"{QB}Observation"], f"{QB}dataSet": [{"@id": self.mapping.graph}], **values}
        )

    def _cell(self, column: Column, cell: Cell, values: dict[str, list[object]]) -> str:
        """Add the value of a cell to ``values``, or report what is wrong with it.

        :returns: what stands for it in the IRI of an observation
        :raises UnmatchedError: with the text of the cell, if the row is to be left out
        """
        if not cell.text:
            if column.role == "dimensions":
                self._report(column, cell, "is empty; a dimension has a value in each row")
            return ""
        try:
            value, tail = self._value(column, cell.text)
        except UnmatchedError as error:
            if self.mapping.skip_unmatched:
                raise UnmatchedError(cell.text) from error
            stop = "" if str(error).endswith("?") else "."
            self._report(column, cell, f"{error}{stop} To leave such rows out, say `unmatched: skip`")
        except (AmbiguousError, CellError) as error:
            self._report(column, cell, str(error))
        else:
            values[column.property] = [value]
            return tail
        return ""

    def _value(self, column: Column, text: str) -> tuple[Node, str]:
        """A value in JSON-LD, and what stands for it in the IRI of an observation."""
        if column.entity:
            iri = self.entities[column.collection].find(text, column.entity)
            self.cube.entities.add(iri)
            return {"@id": iri}, iri.removeprefix(f"{ID}{column.collection}/")
        if column.language:
            return {"@value": text, "@language": column.language}, text
        form = lexical(text, column.datatype, self.table.numbers)
        return {"@value": form, "@type": DATATYPES[column.datatype]}, form

    def _report(self, column: Column, cell: Cell, message: str) -> None:
        """Note what is wrong with a cell; what is written alike in many rows becomes one finding (:meth:`Trace.settle`)."""
        self.wrong = True
        finding = cell.place.finding("import-cell", message, shortened(column.name))
        self.cube.trace.report_unknown(f"{column.name}\0{cell.text}", finding)


def _description(mapping: ImportMapping) -> list[Node]:
    """The data set, its structure, and the properties that are its own."""
    structure = f"{mapping.namespace}structure"
    components = [(column, f"{structure}/{number}") for number, column in enumerate(mapping.columns, 1)]
    dataset: Node = {
        "@id": mapping.graph,
        "@type": [f"{QB}DataSet"],
        f"{DCTERMS}title": _texts(mapping.title),
        f"{QB}structure": [{"@id": structure}],
    }
    if mapping.description:
        dataset[f"{DCTERMS}description"] = _texts(mapping.description)
    for name, address in (("source", mapping.source), ("license", mapping.licence)):
        if address:
            dataset[f"{DCTERMS}{name}"] = [{"@id": address}]
    nodes: list[Node] = [
        dataset,
        {
            "@id": structure,
            "@type": [f"{QB}DataStructureDefinition"],
            f"{QB}component": [{"@id": component} for _, component in components],
        },
    ]
    for number, (column, component) in enumerate(components, 1):
        link, kind = _COMPONENTS[column.role]
        about: Node = {f"{RDFS}label": _texts(column.label)}
        if column.unit:
            about[UNIT] = [{"@id": column.unit}]
        node: Node = {
            "@id": component,
            "@type": [f"{QB}ComponentSpecification"],
            f"{QB}{link}": [{"@id": column.property}],
            f"{QB}order": [{"@value": number}],
        }
        if column.property.startswith(mapping.namespace):
            nodes += [node, {"@id": column.property, "@type": [f"{QB}{kind}", f"{RDF}Property"], **about}]
        else:  # a property of others: what this table says of it belongs to this table
            nodes.append({**node, **about})
    return nodes


def _texts(by_language: dict[str, str]) -> list[Node]:
    return [{"@value": text, "@language": tag} for tag, text in by_language.items()]
