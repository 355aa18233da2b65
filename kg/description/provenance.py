"""PROV: the release, the build that made it, and what it was made of.

In: :class:`~kg.description.found.Found`. Out: triples. A build has no clock and knows no commit, so neither is said; its name is a
hash of what it holds. https://www.w3.org/TR/prov-o/
"""

from kg import __version__
from kg.description.facts import CONTRIBUTORS, DATASET, LICENSE, TITLE
from kg.description.found import Found
from kg.description.writing import Iri, Typed, Writer
from kg.namespaces import release_iri


def write(writer: Writer, found: Found, version: str) -> None:
    """Write where a release comes from.

    :param version: of the release
    """
    release = release_iri(version)
    build, software = f"{release}#build", f"{release}#software"
    writer.say(
        release,
        a=("prov:Entity", "dcat:Dataset"),
        dcterms_title={tag: f"{text} ({version})" for tag, text in TITLE.items()},
        dcterms_description={
            "nl": "Eén release van de dataset, die niet meer verandert.",
            "en": "One release of the data set, which does not change any more.",
        },
        dcterms_isVersionOf=Iri(DATASET),
        dcterms_identifier=version,
        dcterms_license=Iri(LICENSE),
        dcterms_publisher=Iri(CONTRIBUTORS),
        dcat_isVersionOf=Iri(DATASET),
        dcat_version=version,
        prov_wasGeneratedBy=Iri(build),
        prov_wasDerivedFrom=[Iri(document.iri) for document in found.documents],
        prov_wasAttributedTo=[Iri(iri) for iri in (CONTRIBUTORS, *found.coders)],
    )
    if found.coded:
        writer.say(release, dcterms_issued=Typed(found.coded, "xsd:date"))
    writer.say(
        build,
        a="prov:Activity",
        rdfs_label={"nl": "de bouw van de release", "en": "the build of the release"},
        rdfs_comment={
            "nl": "Leest de codering, leidt af, valideert met SHACL, en schrijft store en dumps.",
            "en": "Reads the codings, infers, validates with SHACL, and writes store and dumps.",
        },
        prov_wasAssociatedWith=Iri(software),
        prov_wasInformedBy=[Iri(coding) for document in found.documents for coding in document.codings],
    )
    writer.say(
        software,
        a="prov:SoftwareAgent",
        rdfs_label=f"policy-kg {__version__}",
        schema_softwareVersion=__version__,
    )
