"""Small releases for tests of publishing: few triples of every kind that the real data have, and a description."""

import json
from pathlib import Path

import pyoxigraph as ox

from kg.description import DATASET
from kg.namespaces import PREFIXES, XSD, graph_iri
from kg.store import Release, open_release
from tests.serving import quads

SUBJECT = "https://w3id.org/policy-kg/id/statement/alpha-2020/s001"
VALUES: dict[str, ox.Literal | ox.NamedNode] = {
    "decimal": ox.Literal("0.70", datatype=ox.NamedNode(f"{XSD}decimal")),
    "integer": ox.Literal("42", datatype=ox.NamedNode(f"{XSD}integer")),
    "year": ox.Literal("2030", datatype=ox.NamedNode(f"{XSD}gYear")),
    "date": ox.Literal("2021-01-12", datatype=ox.NamedNode(f"{XSD}date")),
    "true": ox.Literal("true", datatype=ox.NamedNode(f"{XSD}boolean")),
    "false": ox.Literal("false", datatype=ox.NamedNode(f"{XSD}boolean")),
    "nl": ox.Literal("België ratificeert.", language="nl"),
    "en": ox.Literal("Belgium ratifies.", language="en"),
    "astral": ox.Literal("vis 🐟 en 𝔉raktur"),
    "quotes": ox.Literal("He said \"no\",\nthen 'yes' \\ and\ta tab\r\n"),
    "markup": ox.Literal("<b>&amp;</b> { } ?x"),
    "long": ox.Literal("lang en breed; " * 1000),
    "empty": ox.Literal(""),
    "iri": ox.NamedNode("https://www.wikidata.org/entity/Q31"),
}
"""A value of each kind, by the name of its predicate."""


def write_release(directory: Path, version: str, graphs: dict[str, list[ox.Quad]]) -> Release:
    """Write a release of these graphs and a description.

    :param graphs: quads by the name of their graph; the quads' own graph does not count
    """
    path = directory / version
    path.mkdir(parents=True)
    about = ox.Quad(ox.NamedNode(DATASET), ox.NamedNode(f"{PREFIXES['dcat']}version"), ox.Literal(version))
    held = {
        graph_iri(name): [ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(graph_iri(name))) for q in found]
        for name, found in {**graphs, "description": [about]}.items()
    }
    store = ox.Store(str(path / "store"))
    for found in held.values():
        store.bulk_extend(found)
    store.optimize()
    del store
    description = {"version": version, "graphs": {iri: len(found) for iri, found in held.items()}}
    (path / "release.json").write_text(json.dumps(description), encoding="utf-8")
    return open_release(path)


def small_graphs() -> dict[str, list[ox.Quad]]:
    """Two documents with four demands, and a value of each kind."""
    found: dict[str, list[ox.Quad]] = {}
    for quad in quads():
        found.setdefault(str(quad.graph_name.value).rpartition("/")[2], []).append(quad)  # type: ignore[union-attr]
    subject = ox.NamedNode(SUBJECT)
    found["kinds"] = [ox.Quad(subject, ox.NamedNode(f"https://example.org/{name}"), value) for name, value in VALUES.items()]
    return found
