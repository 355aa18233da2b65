"""The pages beside the endpoint: the first page and the dumps.

In comes what a release says of itself; out go pages that work without JavaScript.
"""

from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, send_from_directory

from kg.web.site import site

blueprint: Final = Blueprint("pages", __name__)

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
