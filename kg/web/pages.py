"""The pages beside the endpoint: the first page, the published queries, and the dumps.

In comes what a release says of itself; out go pages that work without JavaScript.
"""

from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, render_template, request, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from kg.negotiation import HTML, Format, negotiate
from kg.web.site import site

blueprint: Final = Blueprint("pages", __name__)

_QUERY_TEXT: Final = Format("rq", "application/sparql-query", "SPARQL", media_aliases=("text/plain",), text=True)
_DUMP_TYPES: Final = {
    ".ttl": "text/turtle; charset=utf-8",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".jsonld": "application/ld+json",
    ".gz": "application/gzip",
    ".txt": "text/plain; charset=utf-8",
}
_DUMP_LABELS: Final = {
    ".ttl": "Turtle, to read",
    ".nt": "N-Triples",
    ".nq": "N-Quads, with the named graphs",
    ".jsonld": "JSON-LD",
}


@blueprint.get("/")
def home() -> str:
    """What this is, what is in it, and the ways to ask."""
    here = site()
    return render_template("home.html", release=here.release.description, queries=here.queries, dumps=_dumps())


@blueprint.get("/queries/<name>")
def published_query(name: str) -> Response:
    """A published query, as a page or as the text itself."""
    query = next((query for query in site().queries if query.name == name.removesuffix(".rq")), None)
    if query is None:
        abort(404)
    choice = negotiate(request.headers.get("Accept"), (HTML, _QUERY_TEXT))
    if name.endswith(".rq") or (choice and choice.format is _QUERY_TEXT):
        return Response(query.text, content_type="text/plain; charset=utf-8" if not choice else _text_type(name))
    response = Response(render_template("query.html", query=query), content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/queries/")
def published_queries() -> BaseResponse:
    """Lead to the list on the first page."""
    return redirect("/#queries", 303)


@blueprint.get("/dumps/")
def dumps() -> str:
    """The files of the release, with sizes and checksums."""
    return render_template("dumps.html", release=site().release.description, dumps=_dumps())


@blueprint.get("/dumps/<name>")
def dump(name: str) -> Response:
    """One file of the release; only those that the release lists exist."""
    if name == "checksums.txt":
        return send_from_directory(site().release.path, name, mimetype="text/plain")
    if name not in {file["name"] for file in _dumps()}:
        abort(404)
    suffix = "." + name.rpartition(".")[2]
    response = send_from_directory(site().release.path / "dumps", name, conditional=True)
    response.headers["Content-Type"] = _DUMP_TYPES.get(suffix, "application/octet-stream")
    return response


def _text_type(name: str) -> str:
    return "text/plain; charset=utf-8" if name.endswith(".rq") else "application/sparql-query; charset=utf-8"


def _dumps() -> list[dict[str, Any]]:
    """The dumps that the release lists and that are there, plain ones before compressed ones."""
    here = site().release
    found = []
    for file in here.description.get("files", []):
        folder, _, name = str(file["path"]).rpartition("/")
        if folder == "dumps" and (here.path / "dumps" / name).is_file():
            plain = name.removesuffix(".gz")
            label = _DUMP_LABELS.get("." + plain.rpartition(".")[2], "")
            found.append({**file, "name": name, "label": label, "compressed": plain != name})
    return sorted(found, key=lambda file: (file["compressed"], file["name"]))
