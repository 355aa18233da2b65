"""DCAT 3: the catalogue, the data set as a whole, one data set for each document, and the endpoint.

In: :class:`~kg.description.found.Found`. Out: triples. What depends on the files of a release, such as their sizes, cannot stand
in these files: :mod:`kg.located` adds it where it is served. https://www.w3.org/TR/vocab-dcat-3/
"""

from kg import dumps
from kg.description.facts import (
    ABSTRACT,
    ACCESS,
    ACCOUNT,
    CATALOG,
    CONTRIBUTORS,
    CONTRIBUTORS_NAME,
    DATASET,
    DUMPS,
    ENDPOINT,
    FORMATS,
    KEYWORDS,
    LANGUAGES,
    LICENSE,
    SERVICE,
    THEME_TAXONOMY,
    THEMES,
    TITLE,
    document_dataset,
)
from kg.description.found import DocumentFacts, Found
from kg.description.writing import Iri, Typed, Value, Writer
from kg.namespaces import BASE, ONTOLOGY, SHAPES, graph_iri, release_iri


def write(writer: Writer, found: Found, version: str) -> None:
    """Write what is said without numbers.

    :param version: of the release
    """
    parts = [Iri(document_dataset(document.slug)) for document in found.documents]
    shared = _shared(found.coded)
    writer.say(
        CATALOG,
        a="dcat:Catalog",
        dcterms_title={"nl": "Catalogus van policy-kg", "en": "Catalogue of policy-kg"},
        dcterms_description={
            "nl": "De dataset als geheel, een dataset per document, en het SPARQL-endpoint.",
            "en": "The data set as a whole, one data set for each document, and the SPARQL endpoint.",
        },
        foaf_homepage=Iri(BASE),
        dcat_themeTaxonomy=Iri(THEME_TAXONOMY),
        dcat_dataset=[Iri(DATASET), *parts],
        dcat_service=Iri(SERVICE),
        **shared,
    )
    writer.say(CONTRIBUTORS, a=("foaf:Agent", "prov:Agent"), foaf_name=CONTRIBUTORS_NAME, foaf_homepage=Iri(BASE))
    _whole(writer, found, version, parts, shared)
    for document in found.documents:
        _document(writer, document)
    writer.say(
        SERVICE,
        a=("dcat:DataService", "sd:Service"),
        dcterms_title={"nl": "SPARQL-endpoint van policy-kg", "en": "SPARQL endpoint of policy-kg"},
        dcterms_description={
            "nl": "SPARQL 1.1: alleen lezen; de standaardgraaf is de vereniging van alle benoemde grafen.",
            "en": "SPARQL 1.1, read only; the default graph is the union of all named graphs.",
        },
        dcat_endpointURL=Iri(ENDPOINT),
        dcat_endpointDescription=Iri(ENDPOINT),
        dcterms_conformsTo=Iri("https://www.w3.org/TR/sparql11-protocol/"),
        dcat_servesDataset=[Iri(DATASET), *parts],
        sd_endpoint=Iri(ENDPOINT),
        sd_supportedLanguage=Iri("http://www.w3.org/ns/sparql-service-description#SPARQL11Query"),
        sd_resultFormat=[Iri(iri) for iri in FORMATS if not iri.endswith("N-Quads")],
        sd_feature=Iri("http://www.w3.org/ns/sparql-service-description#UnionDefaultGraph"),
        sd_defaultDataset=Iri(DATASET),
        dcterms_license=Iri(LICENSE),
        dcterms_publisher=Iri(CONTRIBUTORS),
        dcterms_accessRights=Iri(ACCESS),
        dcat_keyword=_keywords(),
        dcat_theme=[Iri(theme) for theme in THEMES],
    )


def _shared(coded: str) -> dict[str, Value | list[Value]]:
    """What catalogue and data sets have in common."""
    said: dict[str, Value | list[Value]] = {
        "dcterms_publisher": Iri(CONTRIBUTORS),
        "dcterms_creator": Iri(CONTRIBUTORS),
        "dcterms_license": Iri(LICENSE),
        "dcterms_accessRights": Iri(ACCESS),
        "dcterms_language": [Iri(iri) for iri in LANGUAGES.values()],
    }
    if coded:
        said["dcterms_issued"] = said["dcterms_modified"] = Typed(coded, "xsd:date")
    return said


def _keywords() -> list[Value]:
    return [{language: word} for language, words in KEYWORDS.items() for word in words]


def _whole(writer: Writer, found: Found, version: str, parts: list[Iri], shared: dict[str, Value | list[Value]]) -> None:
    account, period, graph = f"{DATASET}#provenance", f"{DATASET}#period", f"{DATASET}#default-graph"
    writer.say(
        DATASET,
        a=("dcat:Dataset", "void:Dataset", "sd:Dataset"),
        dcterms_title=TITLE,
        dcterms_description=ABSTRACT,
        dcterms_identifier=DATASET,
        dcterms_provenance=Iri(account),
        dcterms_contributor=[Iri(iri) for iri in found.coders],
        dcterms_conformsTo=[Iri(ONTOLOGY), Iri(SHAPES.rstrip("#"))],
        dcterms_hasPart=parts,
        dcat_version=version,
        dcat_hasVersion=Iri(release_iri(version)),
        dcat_hasCurrentVersion=Iri(release_iri(version)),
        dcat_keyword=_keywords(),
        dcat_theme=[Iri(theme) for theme in THEMES],
        foaf_homepage=Iri(BASE),
        prov_wasDerivedFrom=[Iri(document.iri) for document in found.documents],
        void_subset=parts,
        void_sparqlEndpoint=Iri(ENDPOINT),
        void_dataDump=[Iri(f"{DUMPS}{dumps.NAME}.{form}{gz}") for form in dumps.MEDIA_TYPES for gz in ("", ".gz")],
        void_feature=[Iri(iri) for iri in FORMATS],
        void_exampleResource=[Iri(document.example) for document in found.documents if document.example],
        sd_defaultGraph=Iri(graph),
        **shared,
    )
    writer.say(account, a="dcterms:ProvenanceStatement", rdfs_label=ACCOUNT)
    writer.say(
        graph,
        a="sd:Graph",
        rdfs_comment={"nl": "De vereniging van alle benoemde grafen.", "en": "The union of all named graphs."},
    )
    if found.years:
        first, last = found.years
        writer.say(DATASET, dcterms_temporal=Iri(period))
        writer.say(
            period,
            a="dcterms:PeriodOfTime",
            dcat_startDate=Typed(first, "xsd:gYear"),
            dcat_endDate=Typed(last, "xsd:gYear"),
            rdfs_comment={
                "nl": "De jaren waarin de documenten verschenen.",
                "en": "The years in which the documents appeared.",
            },
        )


def _document(writer: Writer, document: DocumentFacts) -> None:
    iri = document_dataset(document.slug)
    languages = {"nl": "Wat {} zegt", "en": "What {} says"}
    described = {
        "nl": "De uitspraken van één document, elk met haar passage: de graaf {}.",
        "en": "The statements of one document, each with its passage: the graph {}.",
    }
    titled = {tag: document.title.get(tag) or next(iter(document.title.values())) for tag in languages}
    writer.say(
        iri,
        a=("dcat:Dataset", "void:Dataset"),
        dcterms_title={tag: text.format(f"“{titled[tag]}”") for tag, text in languages.items()},
        dcterms_description={tag: text.format(graph_iri(document.slug)) for tag, text in described.items()},
        dcterms_identifier=iri,
        dcterms_isPartOf=Iri(DATASET),
        dcterms_source=Iri(document.iri),
        dcterms_contributor=[Iri(coder) for coder in document.coders],
        dcterms_provenance=Iri(f"{DATASET}#provenance"),
        dcat_keyword=_keywords(),
        dcat_theme=[Iri(theme) for theme in THEMES],
        prov_wasDerivedFrom=Iri(document.iri),
        prov_wasGeneratedBy=[Iri(coding) for coding in document.codings],
        void_sparqlEndpoint=Iri(ENDPOINT),
        **_shared(document.coded),
    )
