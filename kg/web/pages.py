"""The first page.

In comes what a release says of itself; out go pages that work without JavaScript.
"""

from typing import Any, Final

from flask import Blueprint, render_template

from kg.namespaces import DCTERMS, POL
from kg.queries import PublishedQuery
from kg.resource import names
from kg.web.downloads import of_whole_graph
from kg.web.published import bound, in_language
from kg.web.site import Site, site, visit

blueprint: Final = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """What this is, what is in it, and the ways to ask."""
    here = site()
    return render_template(
        "home.html",
        release=here.release.description,
        queries=here.queries,
        dumps=of_whole_graph(here.release),
        texts={query.name: _text(query, here, visit().language) for query in here.queries},
        kinds=_kinds(here),
        authors={document["id"]: _authors(here, document) for document in here.release.description.get("documents", [])},
    )


def _text(query: PublishedQuery, here: Site, language: str) -> str:
    """The text of a query, for rows in the language of the page if it can be asked for one."""
    pairs = in_language(query, (), language)
    return bound(query, pairs, here).text if pairs else query.text


def _kinds(here: Site) -> dict[str, dict[str, str]]:
    """Names of the kinds of statements, by kind and language."""
    classes = [POL + kind for kind in here.release.description.get("counts") or {}]
    return {iri.removeprefix(POL): _capitalised(found) for iri, found in names(here.reader, classes).items()}


def _capitalised(by_language: dict[str, str]) -> dict[str, str]:
    return {language: text[:1].upper() + text[1:] for language, text in by_language.items()}


def _authors(here: Site, document: dict[str, Any]) -> list[dict[str, str]]:
    """Names of the authors of a document, by language."""
    creators = [term.value for term in here.reader.objects(str(document["iri"]), f"{DCTERMS}creator")]
    found = names(here.reader, creators)
    return [found[creator] for creator in creators if creator in found] or [{"": str(document.get("author") or "")}]
