"""A small release of a fictional corpus, made with pyoxigraph alone, for tests of the engine and the site."""

import hashlib
import json
from pathlib import Path

import pyoxigraph as ox

from kg.namespaces import ID, POL, RDF_TYPE, graph_iri

QUERY = """#+ title: {en: Demands <b>of</b> all speakers, nl: Eisen van alle sprekers}
#+ description: {en: One row per demand., nl: Eén rij per eis.}
#+ tags: [demands]

SELECT ?statement ?summary
WHERE { ?statement a pol:Demand ; pol:summary ?summary }
ORDER BY ?statement
"""


def quads() -> list[ox.Quad]:
    """Four demands of two documents, and an agent among the entities."""
    found = []
    for document in ("alpha-2020", "beta-2021"):
        graph = ox.NamedNode(graph_iri(document))
        for number in (1, 2):
            statement = ox.NamedNode(f"{ID}statement/{document}/s{number:03}")
            summary = ox.Literal(f"Number {number} <script>alert(1)</script>", language="en")
            found += [
                ox.Quad(statement, ox.NamedNode(RDF_TYPE), ox.NamedNode(f"{POL}Demand"), graph),
                ox.Quad(statement, ox.NamedNode(f"{POL}summary"), summary, graph),
                ox.Quad(statement, ox.NamedNode(f"{POL}speaker"), ox.NamedNode(f"{ID}agent/council"), graph),
            ]
    label = ox.Literal("Raad", language="nl")
    entities = ox.NamedNode(graph_iri("entities"))
    found.append(ox.Quad(ox.NamedNode(f"{ID}agent/council"), ox.NamedNode(f"{POL}label"), label, entities))
    return found


def write_release(build_dir: Path, version: str = "1", extra: int = 0) -> Path:
    """Write a release and point ``build_dir/current`` at it.

    :param extra: further quads, for queries that are to take long or much
    :returns: the release directory
    """
    path = build_dir / "releases" / version
    (path / "dumps").mkdir(parents=True)
    (path / "queries").mkdir()
    data = quads()
    store = ox.Store(str(path / "store"))
    store.bulk_extend(data)
    predicate, graph = ox.NamedNode("https://example.org/p"), ox.NamedNode(graph_iri("links"))
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"https://example.org/{number}"), predicate, ox.Literal(number), graph) for number in range(extra)
    )
    store.optimize()
    del store
    dump = ox.serialize((quad.triple for quad in data), format=ox.RdfFormat.N_TRIPLES)
    assert dump is not None
    (path / "dumps" / "policy-kg.nt").write_bytes(dump)
    (path / "dumps" / "unlisted.nt").write_bytes(b"")
    (path / "queries" / "demands.rq").write_text(QUERY, encoding="utf-8")
    digest = hashlib.sha256(dump).hexdigest()
    (path / "checksums.txt").write_text(f"{digest}  dumps/policy-kg.nt\n", encoding="utf-8")
    description = {
        "version": version,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "statements": 4,
        "triples": len(data),
        "quads": len(data),
        "graphs": {graph_iri(name): 6 for name in ("alpha-2020", "beta-2021")} | {graph_iri("entities"): 1},
        "documents": [
            {
                "id": "alpha-2020",
                "iri": f"{ID}document/alpha-2020",
                "title": {"nl": "Alfa & bèta", "en": "Alpha & beta"},
                "author": "The <Council>",
                "date": "2020-01-01",
                "url": "javascript:alert(1)",
                "statements": 2,
            },
            {
                "id": "beta-2021",
                "iri": f"{ID}document/beta-2021",
                "title": {"nl": "Bèta", "en": "Beta"},
                "author": "The Assembly",
                "date": "2021-01-12",
                "url": "https://example.org/beta",
                "statements": 2,
            },
        ],
        "counts": {"Demand": 4},
        "entities": {"agent": 1},
        "files": [{"path": "dumps/policy-kg.nt", "bytes": len(dump), "sha256": digest}],
    }
    (path / "release.json").write_text(json.dumps(description), encoding="utf-8")
    link = build_dir / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / version)
    return path
