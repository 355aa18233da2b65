"""The codebook of the release as a page, and the statements that were coded under it.

In comes a request for ``/codebook``; out goes the text with links to the terms that it names. It is written in English, whatever the
language of the page. Next: :mod:`kg.web.ontology` leads from a term to its rule.
"""

from typing import Final

from flask import Blueprint, Response, abort, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from kg.codebook import Codebook, Names, Rule, read_codebook
from kg.namespaces import ID, POL
from kg.reader import Reader
from kg.resource import in_use
from kg.web.links import local
from kg.web.schemes import KINDS, rows, schemes
from kg.web.site import lasting, site, visit
from kg.web.terms import vocabulary
from kg.web.views import Thing

blueprint: Final = Blueprint("codebook", __name__)

_FILE: Final = "README.md"
_NONE: Final = "This release holds no codebook. One that is built by a later version of the code does."


@blueprint.get("/codebook")
def page() -> Response:
    """How a document becomes statements."""
    here, who = site(), visit()
    found = codebook(here.reader)
    if found is None:
        abort(404, _NONE)

    def address(target: str) -> str:
        return who.link(local(target))

    def statement(name: str) -> str:
        iri = f"{ID}statement/{name}"
        return who.link(local(iri)) if in_use(here.reader, iri) else ""

    key = ("codebook text", who.language if who.chosen else "")
    text = here.reader.once(key, lambda: Markup(found.html(address, statement)))  # noqa: S704 - written by our own renderer
    body = render_template("codebook.html", codebook=found, text=text)
    return lasting(Response(body, content_type="text/html; charset=utf-8"))


@blueprint.get("/codebook.md")
def file() -> BaseResponse:
    """The codebook as it was written."""
    path = site().release.path / "codebook" / _FILE
    if not path.is_file():
        abort(404, _NONE)
    # RFC 7763 registers the type; the file is CommonMark with tables
    return lasting(Response(path.read_bytes(), content_type="text/markdown; charset=utf-8; variant=GFM"))


def codebook(reader: Reader) -> Codebook | None:
    """The codebook of a release, read once for it."""
    return reader.once("codebook", lambda: read_codebook(reader.release.path / "codebook", _names(reader)))


def rules(reader: Reader, iri: str) -> tuple[Rule, ...]:
    """Where the codebook says how a term is used."""
    found = codebook(reader)
    return found.rules.get(iri, ()) if found else ()


def versions(thing: Thing) -> tuple[str, ...]:
    """Versions of the codebook that the coding passes of a statement followed; none if the release has no codebook to lead to."""
    reader = site().reader
    codings = [value.iri for group in thing.of("pol:coding") for value in group.values]
    found = {term.value for iri in codings for term in reader.objects(iri, f"{POL}codebookVersion")}
    return tuple(sorted(found)) if found and codebook(reader) else ()


def _names(reader: Reader) -> Names:
    terms = {term.id: iri for iri, term in vocabulary(reader).terms.items()}
    concepts = {
        row.iri: f"/ontology/scheme/{scheme.name}#{row.id}"
        for scheme in schemes(reader)
        if scheme.name != KINDS
        for row in rows(reader, scheme, "en")
    }
    return Names(terms, concepts)
