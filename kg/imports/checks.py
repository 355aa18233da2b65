"""Validation of an import: SHACL, and that it stays apart from the published graph.

In: a mapping, its cube and the release. Out: findings at cells of the table or lines of the mapping. Next: :mod:`kg.imports.derived`. The
shapes follow from the mapping; a researcher may add some of their own.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg.errors import Finding
from kg.graph import Dataset
from kg.imports.cells import DATATYPES
from kg.imports.cube import QB, Cube
from kg.imports.model import Column, ImportMapping
from kg.mappings.layout import Layout
from kg.mappings.nodes import Place
from kg.mappings.trace import MANY_PLACES, gathered
from kg.namespaces import BASE, PREFIXES, RDF_TYPE, SKOS
from kg.reader import Reader
from kg.shapes import read_shapes
from kg.validation import applied

if TYPE_CHECKING:
    import pyoxigraph as ox

_LABEL: Final = f"{SKOS}prefLabel"
_PREFIXES: Final = {"qb": QB, "sh": "http://www.w3.org/ns/shacl#", "xsd": PREFIXES["xsd"], "rdf": PREFIXES["rdf"]}


def shapes_of(mapping: ImportMapping) -> str:
    """The shapes that follow from a mapping, as Turtle: one for each thing that can be wrong, so that each has its message."""
    lines = [f"@prefix {prefix}: <{iri}> ." for prefix, iri in _PREFIXES.items()]
    for number, column in enumerate(mapping.columns, 1):
        for kind, constraint, message in _constraints(column):
            iri = f"{mapping.namespace}shapes/{number}-{kind}"
            lines.append(
                f"\n<{iri}> a sh:PropertyShape ;\n  sh:targetSubjectsOf qb:dataSet ;\n  sh:path <{column.property}> ;\n"
                f"  {constraint} ;\n  sh:message {_quoted(message)}@en ."
            )
    return "\n".join(lines) + "\n"


def _constraints(column: Column) -> Iterator[tuple[str, str, str]]:
    """Name, constraint and message of each shape of a column."""
    name = column.name
    yield "one", "sh:maxCount 1", f"{name}: an observation has one value"
    if column.required:
        yield "required", "sh:minCount 1", f"{name}: the cell is empty, and the mapping says `required: true`"
    if column.entity:
        yield "kind", "sh:nodeKind sh:IRI", f"{name}: not an entity"
    elif column.language:
        yield "language", f'sh:languageIn ( "{column.language}" )', f"{name}: not a text in {column.language}"
    else:
        yield "datatype", f"sh:datatype <{DATATYPES[column.datatype]}>", f"{name}: not of the datatype {column.datatype}"
    for limit, term, word in ((column.minimum, "minInclusive", "less"), (column.maximum, "maxInclusive", "more")):
        if limit:
            yield (
                term,
                f'sh:{term} "{limit}"^^xsd:decimal',
                f"{name}: {word} than {limit}, the {term[:3]}imum that the mapping gives",
            )


def _quoted(text: str) -> str:
    """A string of Turtle."""
    escaped = text.translate({ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"})
    return f'"{escaped}"'


def apart(mapping: ImportMapping, reader: Reader, others: dict[str, str]) -> list[Finding]:
    """What would let an import meet the published graph or another import.

    :param others: namespaces of the other imports of the release, by name
    """
    place = Place(Layout(Path()).name(mapping.file), 1, 1)
    findings = []
    if reader.is_known(mapping.graph):
        findings.append(
            place.finding("import-apart", f"the published graph speaks of <{mapping.graph}>; give the import another `namespace`")
        )
    for name, namespace in others.items():
        if namespace.startswith(mapping.namespace) or mapping.namespace.startswith(namespace):
            findings.append(
                place.finding("import-apart", f'the import "{name}" has the namespace {namespace}; take another `namespace`')
            )
    published = {row["p"].value for row in reader.select("SELECT DISTINCT ?p WHERE { ?s ?p ?o }")}
    for column in mapping.columns:
        if column.property in published or (
            column.property.startswith(BASE) and not column.property.startswith(mapping.namespace)
        ):
            message = f"<{column.property}> is a property of the published graph, so that published queries could meet it; name one of your own by `as`"
            findings.append(column.place.finding("import-apart", message))
    return findings


def conforms(mapping: ImportMapping, cube: Cube, triples: "list[ox.Triple]", reader: Reader) -> list[Finding]:
    """What SHACL says of the observations.

    The shapes see the observations, and of the entities that they name the kinds and labels.
    """
    layout = Layout(Path())
    missing = [path for path in mapping.shapes if not path.is_file()]
    if missing:
        place = mapping.shapes_place or Place(layout.name(mapping.file), 1, 1)
        return [
            place.finding(
                "import-shapes", f"{layout.name(path)}: no such file; `shapes` has paths from the folder of the mapping"
            )
            for path in missing
        ]
    declared = {row["t"].value for row in reader.select("SELECT DISTINCT ?t WHERE { GRAPH graph:vocabulary { ?t ?p ?o } }")}
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "shapes.ttl"
        own.write_text(shapes_of(mapping), encoding="utf-8")
        shapes = read_shapes([(own, "shapes of the mapping"), *((path, layout.name(path)) for path in mapping.shapes)], declared)
    if shapes.findings:
        return list(shapes.findings)
    dataset = Dataset()
    dataset.add(triples, "import")
    for entity in sorted(cube.entities):
        dataset.add((quad.triple for quad in reader.about(entity) if quad.predicate.value in (RDF_TYPE, _LABEL)), "entities")
    with applied(dataset, shapes) as wait:
        results = wait()
    if isinstance(results, Finding):
        return [results]
    by_message: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted({result.finding(cube.trace) for result in results}):
        by_message.setdefault((finding.code, finding.message), []).append(finding)
    return sorted(one for same in by_message.values() for one in (gathered(same) if len(same) > MANY_PLACES else same))
