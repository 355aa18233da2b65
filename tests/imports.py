"""A small import into the fictional project, for tests: a mapping, a table, and what becomes of them."""

from pathlib import Path

MAPPING = """\
import: catch
table: catch.csv
title: {nl: Vangst, en: Catch}
read:
  delimiter: ";"
  decimal: ","
  thousands: "."
  missing: [n.a.]
dimensions:
  state: {entity: label, label: {nl: Land, en: Country}}
  year: {datatype: year, label: {nl: Jaar, en: Year}}
measures:
  tonnes: {datatype: decimal, unit: NUM, minimum: "0", label: {nl: Ton, en: Tonnes}}
attributes:
  remark: {language: nl, label: {nl: Opmerking, en: Remark}}
"""

_LINES = (
    "state;year;tonnes;remark",
    "Elland;2030;1.200,50;",
    'Farland;2031;n.a.;"wel; maar later"',
    'Verland;2032;3;"zegt ""ja"""',
    "",
)
TABLE = "\n".join(_LINES)

GRAPH = "https://w3id.org/policy-kg/import/catch"

EXPECTED = {
    "catch": {
        "rdf:type": ["qb:DataSet"],
        "dcterms:title": ['"Catch"@en', '"Vangst"@nl'],
        "qb:structure": ["catch/structure"],
    },
    "catch/structure": {
        "rdf:type": ["qb:DataStructureDefinition"],
        "qb:component": [f"catch/structure/{n}" for n in (1, 2, 3, 4)],
    },
    "catch/structure/1": {
        "rdf:type": ["qb:ComponentSpecification"],
        "qb:dimension": ["catch/state"],
        "qb:order": ['"1"^^xsd:integer'],
    },
    "catch/structure/2": {
        "rdf:type": ["qb:ComponentSpecification"],
        "qb:dimension": ["catch/year"],
        "qb:order": ['"2"^^xsd:integer'],
    },
    "catch/structure/3": {
        "rdf:type": ["qb:ComponentSpecification"],
        "qb:measure": ["catch/tonnes"],
        "qb:order": ['"3"^^xsd:integer'],
    },
    "catch/structure/4": {
        "rdf:type": ["qb:ComponentSpecification"],
        "qb:attribute": ["catch/remark"],
        "qb:order": ['"4"^^xsd:integer'],
    },
    "catch/state": {"rdf:type": ["qb:DimensionProperty", "rdf:Property"], "rdfs:label": ['"Country"@en', '"Land"@nl']},
    "catch/year": {"rdf:type": ["qb:DimensionProperty", "rdf:Property"], "rdfs:label": ['"Jaar"@nl', '"Year"@en']},
    "catch/tonnes": {
        "rdf:type": ["qb:MeasureProperty", "rdf:Property"],
        "rdfs:label": ['"Ton"@nl', '"Tonnes"@en'],
        "sdmx:unitMeasure": ["unit:NUM"],
    },
    "catch/remark": {"rdf:type": ["qb:AttributeProperty", "rdf:Property"], "rdfs:label": ['"Opmerking"@nl', '"Remark"@en']},
    "catch/observation/elland/2030": {
        "rdf:type": ["qb:Observation"],
        "qb:dataSet": ["catch"],
        "catch/state": ["agent:elland"],
        "catch/year": ['"2030"^^xsd:gYear'],
        "catch/tonnes": ['"1200.5"^^xsd:decimal'],
    },
    "catch/observation/verland/2032": {
        "rdf:type": ["qb:Observation"],
        "qb:dataSet": ["catch"],
        "catch/state": ["agent:verland"],
        "catch/year": ['"2032"^^xsd:gYear'],
        "catch/tonnes": ['"3"^^xsd:decimal'],
        "catch/remark": ['"zegt \\"ja\\""@nl'],
    },
}
"""The triples of the table: values by property by subject. The row of 2031 has no measure, so it is left out.

The store keeps numbers as numbers: 1.200,50 comes back as 1200.5.
"""


def write(folder: Path, mapping: str = MAPPING, table: str | bytes = TABLE) -> Path:
    """Write a mapping and its table; returns the mapping."""
    (folder / "catch.csv").write_bytes(table.encode() if isinstance(table, str) else table)
    file = folder / "catch.yaml"
    file.write_text(mapping, encoding="utf-8")
    return file
