"""What crawlers and browsers ask first: ``/robots.txt``, sitemaps of every page that is worth a visit, and the icon of the site.

In comes the release and the routes of the application; out go addresses under which the site was asked. A sitemap says nothing of
when a page changed: a release has no clock. https://www.rfc-editor.org/rfc/rfc9309, https://www.sitemaps.org/protocol.html
"""

from functools import lru_cache
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, render_template

from kg.description.facts import DATASET, TITLE
from kg.namespaces import ID
from kg.reader import Reader
from kg.web.pictures.catalogue import PICTURES
from kg.web.site import base_url, site

blueprint: Final = Blueprint("crawling", __name__)

PART: Final = 50_000
"""Addresses in one sitemap (sitemaps.org, "Sitemap file location")."""
_PAGES: Final = (
    "/",
    "/documents",
    "/topics",
    "/agents",
    "/instruments",
    "/places",
    "/compare",
    "/pictures",
    "/dumps/",
    "/catalog",
    "/ontology",
    "/shapes",
    "/report",
    "/codebook",
)
"""Pages that are listed if the application has them."""
_COSTLY: Final = ("/sparql?query=", "/sparql?*", "/compare?*", "/pictures/*?*", "/search", "/reconcile", "/api/")
"""Addresses of which there are as many as one can think of questions.

A question mark at the end would be lost on Python's ``urllib.robotparser``, which then forbids the endpoint itself.
"""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; queries are not for crawlers."""
    base = base_url() + "/"
    lines = [
        "User-agent: *",
        *(f"Disallow: {prefix}" for prefix in _COSTLY),
        "Allow: /",
        "",
        f"Sitemap: {base}sitemap/site.xml",
        f"Sitemap: {base}sitemap.xml",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """The icon, for who asks without having read a page, which names it; browsers go by the media type, not by the ending."""
    return current_app.send_static_file("icon.svg")


@blueprint.get("/sitemap.xml")
def index() -> Response:
    """The sitemaps."""
    parts = -(-len(_things()) // PART)
    names = ["site", *(f"things-{number}" for number in range(1, parts + 1))]
    return _xml(render_template("sitemap_index.xml", base=base_url() + "/", names=names))


@blueprint.get("/sitemap/site.xml")
def pages() -> Response:
    """The pages that are there whatever the data are, and the data set with its endpoint.

    These are told by the semantic sitemap extension, which SPARQLES looks for (``sc:sparqlEndpointLocation``).
    """
    known = {rule.rule for rule in current_app.url_map.iter_rules()}
    paths: list[str] = [path for path in _PAGES if path in known]
    paths += [f"/pictures/{name}" for name in PICTURES]
    paths += [f"/queries/{quote(query.name)}" for query in site().queries]
    dataset = {
        "iri": DATASET,
        "label": TITLE["en"],
        "dumps": [file["path"] for file in site().release.description.get("files", []) if file["path"].endswith(".nq.gz")],
    }
    return _xml(render_template("sitemap.xml", base=base_url() + "/", paths=paths, dataset=dataset))


@blueprint.get("/sitemap/things-<int:number>.xml")
def things(number: int) -> Response:
    """A part of the pages of things."""
    paths = _things()[(number - 1) * PART : number * PART] if number > 0 else ()
    if not paths:
        abort(404)
    return _xml(render_template("sitemap.xml", base=base_url() + "/", paths=paths, dataset=None))


def _things() -> tuple[str, ...]:
    """Paths of the pages of things; none if the application has no such pages."""
    if not any(rule.rule.startswith("/page/") for rule in current_app.url_map.iter_rules()):
        return ()
    return paths_of_things(site().reader)


@lru_cache(maxsize=2)  # a release does not change; when a new one comes, the old one is asked for a moment longer
def paths_of_things(reader: Reader) -> tuple[str, ...]:
    """Path of the page of each thing of ours, in a stable order; what was withdrawn has none."""
    rows = reader.select(
        f"""SELECT DISTINCT ?thing {{
          ?thing a ?class FILTER(STRSTARTS(STR(?thing), "{ID}") && !CONTAINS(STR(?thing), "#"))
          FILTER NOT EXISTS {{ ?thing owl:deprecated true }}
        }}"""
    )
    return tuple(sorted(f"/page/{quote(row['thing'].value.removeprefix(ID))}" for row in rows))


def _xml(body: str) -> Response:
    return Response(body, content_type="application/xml; charset=utf-8")
