"""The data set in schema.org's words, for the head of the pages about it: what dataset search engines read.

In comes a release; out goes a JSON-LD document, which ``templates/dataset_head.html`` puts into the page. A browser does not execute it,
and a Content Security Policy does not block it: a script element whose type is no JavaScript is left alone before the policy is
asked (HTML, "prepare the script element", step 13 against step 21). Every node has an ``@id``, so that none is blank.
"""

from typing import Any, Final

from kg import located
from kg.description.facts import (
    ABSTRACT,
    ACCESS,
    CATALOG,
    CONTRIBUTORS,
    CONTRIBUTORS_NAME,
    DATASET,
    KEYWORDS,
    LICENSE,
    TITLE,
    document_dataset,
)
from kg.namespaces import DCTERMS, PREFIXES, release_iri
from kg.web.site import Site, base_url, site

_PERIOD: Final = f"{DATASET}#period"
_DCAT: Final = PREFIXES["dcat"]


def dataset_jsonld() -> dict[str, Any]:
    """The document for the present request."""
    return document(site(), base_url() + "/")


def document(here: Site, base: str) -> dict[str, Any]:
    """The data set, its parts and its files.

    :param base: address of the site, with a slash at its end
    """
    release = here.release.description
    who = {"@type": "Organization", "@id": CONTRIBUTORS, "name": CONTRIBUTORS_NAME, "url": base}
    files = located.distributions(release)
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": DATASET,
        "identifier": DATASET,
        "url": base,
        "name": TITLE["en"],
        "alternateName": TITLE["nl"],
        "description": ABSTRACT["en"],
        "keywords": [*KEYWORDS["en"], *KEYWORDS["nl"]],
        "inLanguage": ["nl", "en"],
        "license": LICENSE,
        "isAccessibleForFree": True,
        "conditionsOfAccess": ACCESS,
        "version": here.release.version,
        "creator": [who],
        "publisher": who,
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": CATALOG,
            "name": "Catalogue of policy-kg",
            "url": f"{base}catalog",
        },
        "isBasedOn": [_source(source) for source in release.get("documents", ())],
        "hasPart": [_part(part, files, base) for part in release.get("documents", ())],
        "variableMeasured": sorted(release.get("counts") or {}),
        "distribution": [_download(file, base) for file in files if file.dataset == DATASET],
        "subjectOf": {"@type": "Dataset", "@id": release_iri(here.release.version), "name": f"Release {here.release.version}"},
    }
    dates = here.reader.objects(DATASET, f"{DCTERMS}modified")
    if dates:
        found["dateCreated"] = found["dateModified"] = dates[0].value
    period = [here.reader.objects(_PERIOD, f"{_DCAT}{name}") for name in ("startDate", "endDate")]
    if all(period):
        found["temporalCoverage"] = "/".join(years[0].value for years in period)
    return found


def _source(source: dict[str, Any]) -> dict[str, Any]:
    """A document that was coded; its address only if a browser can go there."""
    url = str(source.get("url") or "")
    known = {"url": url} if url.startswith(("http://", "https://")) else {}
    return {"@type": "CreativeWork", "@id": source["iri"], "name": _english(source), **known}


def _part(source: dict[str, Any], files: list[located.Distribution], base: str) -> dict[str, Any]:
    """The data set of one document, with its files if it has some of its own."""
    iri = document_dataset(str(source["id"]))
    downloads = [_download(file, base) for file in files if file.dataset == iri]
    return {
        "@type": "Dataset",
        "@id": iri,
        "name": f"What “{_english(source)}” says",
        "description": f"The statements of one document, each with its passage: the graph {source.get('graph') or source['iri']}.",
        "license": LICENSE,
        **({"distribution": downloads} if downloads else {}),
    }


def _english(source: dict[str, Any]) -> str:
    title = source.get("title") or {}
    return str(title.get("en") or title.get("nl") or source["id"])


def _download(file: located.Distribution, base: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "@id": file.iri,
        "name": file.name,
        "contentUrl": file.address(base),
        "encodingFormat": "application/gzip" if file.compressed else file.media_type or "application/octet-stream",
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }
