"""The graph's description of itself: VoID and DCAT, as triples of the graph ``description``.

In: what the release counted. Out: a JSON-LD document. Next: :mod:`kg.release` adds it to the store and the dumps.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from kg.namespaces import BASE, ID, ONTOLOGY, PREFIXES, SHAPES

DATASET: Final = f"{BASE}dataset"
LICENSE: Final = "https://creativecommons.org/licenses/by/4.0/"


def describe(version: str, graphs: Mapping[str, int], documents: Sequence[str], statements: int) -> dict[str, object]:
    """The dataset as a whole, one dataset per document, and the named graphs.

    :param graphs: triples by IRI of named graph
    :param documents: slugs
    :param statements: number of statements that are not withdrawn
    """
    context = {prefix: PREFIXES[prefix] for prefix in ("dcat", "dcterms", "void", "foaf", "xsd")}
    context["sd"] = "http://www.w3.org/ns/sparql-service-description#"
    parts = [
        {
            "@id": f"{DATASET}/{slug}",
            "@type": ["dcat:Dataset", "void:Dataset"],
            "dcterms:isPartOf": {"@id": DATASET},
            "dcterms:source": {"@id": f"{ID}document/{slug}"},
            "dcterms:license": {"@id": LICENSE},
            "void:triples": graphs.get(f"{PREFIXES['graph']}{slug}", 0),
        }
        for slug in documents
    ]
    whole = {
        "@id": DATASET,
        "@type": ["dcat:Dataset", "void:Dataset"],
        "dcterms:title": [
            {"@language": "nl", "@value": "policy-kg: wat beleidsdocumenten zeggen"},
            {"@language": "en", "@value": "policy-kg: what policy documents say"},
        ],
        "dcterms:description": [
            {"@language": "nl", "@value": "Wie volgens een beleidsdocument wat moet doen, belooft, beweert of beoordeelt."},
            {"@language": "en", "@value": "Who, according to a policy document, should do, promises, claims or assesses what."},
        ],
        "dcterms:license": {"@id": LICENSE},
        "dcat:version": version,
        "dcterms:conformsTo": [{"@id": ONTOLOGY}, {"@id": SHAPES.rstrip("#")}],
        "void:vocabulary": {"@id": ONTOLOGY},
        "void:uriSpace": ID,
        "void:triples": sum(graphs.values()),
        "void:entities": statements,
        "void:subset": [{"@id": part["@id"]} for part in parts],
        "sd:namedGraph": [{"@id": graph} for graph in graphs],
    }
    return {"@context": context, "@graph": [whole, *parts]}
