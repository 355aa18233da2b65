"""The release's description with the addresses of the server that shows it, and with what cannot stand in the dumps: their files.

In: the graph ``description`` of a release, what ``release.json`` lists, and the address of the site. Out: triples.
Next: :mod:`kg.web.description`. The IRIs of things stay what they are; only where to ask and to download becomes the server's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from kg.description.facts import ACCESS, CATALOG, DATASET, DUMPS, ENDPOINT, LICENSE, document_dataset
from kg.description.writing import Iri, Typed, Writer, expand
from kg.dumps import MEDIA_TYPES
from kg.namespaces import RDF_TYPE

_IANA: Final = "https://www.iana.org/assignments/media-types/"
_TYPES: Final = {
    **MEDIA_TYPES,
    "csv": "text/csv",
    "json": "application/csvm+json",
    "parquet": "application/vnd.apache.parquet",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LABELS: Final = {
    "csv": "CSV",
    "json": "CSVW",
    "jsonld": "JSON-LD",
    "nq": "N-Quads",
    "nt": "N-Triples",
    "parquet": "Parquet",
    "rdf": "RDF/XML",
    "trig": "TriG",
    "tsv": "TSV",
    "ttl": "Turtle",
    "txt": "text",
    "xlsx": "Excel",
}
_CATALOGUED: Final = tuple(expand(name) for name in ("dcat:Catalog", "dcat:Dataset", "dcat:DataService", "prov:Entity"))
_KINDS: Final = {
    expand(name): ox.NamedNode(expand(kind))
    for name, kind in {
        "dcat:compressFormat": "dcterms:MediaType",
        "dcat:mediaType": "dcterms:MediaType",
        "dcterms:accessRights": "dcterms:RightsStatement",
        "dcterms:conformsTo": "dcterms:Standard",
        "dcterms:format": "dcterms:MediaTypeOrExtent",
        "dcterms:language": "dcterms:LinguisticSystem",
        "dcterms:license": "dcterms:LicenseDocument",
        "foaf:homepage": "foaf:Document",
        "prov:wasGeneratedBy": "prov:Activity",
    }.items()
}
"""What the values of a property are, by property: DCAT-AP's shapes ask for it, and who checks a catalogue loads it alone. Themes are left to
their authority: a concept would need its labels here, too."""
_PARTS: Final = tuple(expand(f"void:{name}") for name in ("classPartition", "propertyPartition", "subset"))


@dataclass(frozen=True)
class Distribution:
    """A file of a release.

    :ivar name: of the file below ``dumps/``
    :ivar dataset: IRI of the data set that it holds
    :ivar media_type: without the compression; empty if it is not known
    :ivar label: of the format, for people
    :ivar size: in bytes
    :ivar sha256: as ``release.json`` has it
    :ivar rdf: whether it is RDF
    """

    name: str
    dataset: str
    media_type: str
    label: str
    compressed: bool
    size: int
    sha256: str
    rdf: bool

    @property
    def iri(self) -> str:
        """IRI of the distribution, which is a part of the catalogue."""
        return f"{CATALOG}#{quote(self.name, safe='/')}"

    def address(self, base: str) -> str:
        """Where it is downloaded.

        :param base: address of the site, with a slash at its end
        """
        return f"{base}dumps/{quote(self.name, safe='/')}"


def distributions(description: Mapping[str, Any]) -> list[Distribution]:
    """The files of a release that are for users: those below ``dumps/``, by name.

    A file that is named after a document holds that document, every other one the whole.

    :param description: the content of ``release.json``
    """
    slugs = {str(document["id"]) for document in description.get("documents", ())}
    found = []
    for file in description.get("files", ()):
        name = str(file["path"]).removeprefix("dumps/")
        if name != file["path"]:
            plain = name.removesuffix(".gz")
            stem, _, extension = plain.rpartition("/")[2].partition(".")
            extension = extension.rpartition(".")[2]
            found.append(
                Distribution(
                    name=name,
                    dataset=document_dataset(stem) if stem in slugs else DATASET,
                    media_type=_TYPES.get(extension, ""),
                    label=_LABELS.get(extension, extension or "file"),
                    compressed=plain != name,
                    size=int(file["bytes"]),
                    sha256=str(file["sha256"]),
                    rdf=extension in MEDIA_TYPES,
                )
            )
    return sorted(found, key=lambda file: (file.dataset, file.compressed, file.name))


def void(quads: Iterable[ox.Quad], description: Mapping[str, Any], base: str) -> list[ox.Triple]:
    """The whole description, as ``/.well-known/void`` shows it.

    :param quads: of the graph ``description``
    :param description: the content of ``release.json``
    :param base: address of the site, with a slash at its end
    """
    writer = Writer()
    here = f"{base}.well-known/void"
    writer.say(
        here,
        a="void:DatasetDescription",
        dcterms_title={"nl": "VoID-beschrijving van policy-kg", "en": "VoID description of policy-kg"},
        foaf_primaryTopic=Iri(DATASET),
        foaf_topic=[Iri(document_dataset(str(document["id"]))) for document in description.get("documents", ())],
    )
    for file in distributions(description):
        # a document's file has more than its graph, which the numbers of its data set are about; the catalogue has it
        if file.rdf and file.dataset == DATASET:
            writer.say(file.dataset, void_dataDump=Iri(file.address(base)))
    return [*_moved((quad.triple for quad in quads), base), *_ordered(writer)]


def catalogue(quads: Iterable[ox.Quad], description: Mapping[str, Any], base: str) -> list[ox.Triple]:
    """The catalogue in DCAT: what the description says of data sets, without the statistics, and every file.

    :param quads: of the graph ``description``
    :param description: the content of ``release.json``
    :param base: address of the site, with a slash at its end
    """
    triples = [quad.triple for quad in quads]
    listed = {t.subject for t in triples if t.predicate.value == RDF_TYPE and _iri(t.object) in _CATALOGUED}
    wholes = {_iri(subject) for subject in listed}
    parts = {t.subject for t in triples if _iri(t.subject).partition("#")[0] in wholes}
    mentioned = {t.object for t in triples if t.subject in listed and t.object in parts and t.predicate.value not in _PARTS}
    wanted = (t for t in triples if t.subject in listed | mentioned and t.predicate.value not in _PARTS)
    writer = Writer()
    for file in distributions(description):
        _distribution(writer, file, base)
    said = [*_moved(wanted, base), *_ordered(writer)]
    return list(dict.fromkeys([*said, *_kinds(said)]))


def _kinds(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The classes of what triples refer to."""
    kinds = ((t.object, _KINDS.get(t.predicate.value)) for t in triples)
    return [
        ox.Triple(value, ox.NamedNode(RDF_TYPE), kind)
        for value, kind in kinds
        if kind is not None and isinstance(value, ox.NamedNode)
    ]


def _distribution(writer: Writer, file: Distribution, base: str) -> None:
    checksum = f"{file.iri}-checksum"
    title = f"{file.name.rpartition('/')[2]} ({file.label}{', gzip' if file.compressed else ''})"
    address = Iri(file.address(base))
    media_type = [Iri(f"{_IANA}{file.media_type}")] if file.media_type else []
    writer.say(file.dataset, dcat_distribution=Iri(file.iri))
    writer.say(
        file.iri,
        a="dcat:Distribution",
        dcterms_title={"nl": title, "en": title},
        dcterms_license=Iri(LICENSE),
        dcterms_accessRights=Iri(ACCESS),
        dcterms_format=media_type,
        dcat_accessURL=address,
        dcat_downloadURL=address,
        dcat_mediaType=media_type,
        dcat_compressFormat=[Iri(f"{_IANA}application/gzip")] if file.compressed else [],
        dcat_byteSize=Typed(str(file.size), "xsd:nonNegativeInteger"),
        spdx_checksum=Iri(checksum),
    )
    writer.say(
        checksum,
        a="spdx:Checksum",
        spdx_algorithm=Iri(expand("spdx:checksumAlgorithm_sha256")),
        spdx_checksumValue=Typed(file.sha256, "xsd:hexBinary"),
    )


def _moved(triples: Iterable[ox.Triple], base: str) -> list[ox.Triple]:
    """Triples with the server's own endpoint; the dumps, of which it may have more, are left to who knows its files."""
    dump = expand("void:dataDump")
    endpoint = ox.NamedNode(f"{base}sparql")
    return [
        ox.Triple(t.subject, t.predicate, endpoint) if _iri(t.object) == ENDPOINT else t
        for t in triples
        if not (t.predicate.value == dump and _iri(t.object).startswith(DUMPS))
    ]


def _ordered(writer: Writer) -> list[ox.Triple]:
    return sorted(writer.triples, key=str)


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
