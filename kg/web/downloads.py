"""The files of a release: a page that lists them, and the files, under an address that follows releases and one that never changes.

In come names; out go files that the server sends by itself. ``/dumps/NAME`` is the file of the current release,
``/dumps/VERSION/NAME`` that of a release which is still in the build directory; the latter never changes.
"""

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, render_template, request, send_from_directory
from werkzeug.http import parse_range_header

from kg.errors import ReleaseError
from kg.store import DESCRIPTION_FILE, Release, open_release
from kg.web.signposts import of_file
from kg.web.site import site

blueprint: Final = Blueprint("downloads", __name__)

_CHECKSUMS: Final = "checksums.txt"
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_CURRENT: Final = "public, no-cache"
"""Kept by caches, and asked for again each time: the next release has other bytes under the same name."""
_FIXED: Final = "public, max-age=31536000, immutable"
_EXPOSED: Final = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Link, Repr-Digest"


@dataclass(frozen=True)
class Kind:
    """What a file is, told by the end of its name.

    :ivar media_type: value of ``Content-Type``
    :ivar text: key of what it is called in the texts of the pages; empty if it is not known
    """

    media_type: str
    text: str


KINDS: Final = {
    "csv-metadata.json": Kind("application/csvm+json", "file.csvw"),
    "ttl": Kind("text/turtle; charset=utf-8", "file.ttl"),
    "trig": Kind("application/trig", "file.trig"),
    "nt": Kind("application/n-triples", "file.nt"),
    "nq": Kind("application/n-quads", "file.nq"),
    "jsonld": Kind("application/ld+json", "file.jsonld"),
    "rdf": Kind("application/rdf+xml", "file.rdf"),
    "csv": Kind("text/csv; charset=utf-8; header=present", "file.csv"),
    "parquet": Kind("application/vnd.apache.parquet", "file.parquet"),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "file.xlsx"),
    "tsv": Kind("text/tab-separated-values; charset=utf-8", "file.tsv"),
    "txt": Kind("text/plain; charset=utf-8", "file.txt"),
}
_GZIP: Final = "application/gzip"
_OTHER: Final = Kind("application/octet-stream", "")


@dataclass(frozen=True)
class File:
    """A file that a release lists.

    :ivar sha256: in hexadecimal digits
    :ivar document: slug of the document that it is of, empty if it is of the whole
    """

    name: str
    bytes: int
    sha256: str
    document: str = ""

    @property
    def compressed(self) -> bool:
        """Whether it is a gzip file."""
        return self.name.endswith(".gz")

    @property
    def kind(self) -> Kind:
        """What it is, or what is in it."""
        plain = self.name.removesuffix(".gz")
        return next((kind for end, kind in KINDS.items() if plain.endswith(end)), _OTHER)

    @property
    def media_type(self) -> str:
        """Value of ``Content-Type``: a gzip file is sent as one, not decoded on the way (RFC 6713)."""
        return _GZIP if self.compressed else self.kind.media_type

    @property
    def is_table(self) -> bool:
        """Whether it is of the flat table of all statements."""
        return not self.document and (".csv" in self.name or self.name.startswith("csv") or self.kind in _TABLES)


_TABLES: Final = (KINDS["parquet"], KINDS["xlsx"])


@lru_cache(maxsize=64)
def _release(path: Path) -> Release:
    """An older release; it never changes."""
    return open_release(path)


def listed(release: Release) -> list[File]:
    """The downloads that a release lists and that are there, by name, a plain one before its compressed one."""
    slugs = {str(document.get("id")) for document in release.description.get("documents", [])}
    found = []
    for file in release.description.get("files", []):
        folder, _, name = str(file["path"]).rpartition("/")
        if folder == "dumps" and (release.path / "dumps" / name).is_file():
            stem = name.partition(".")[0]
            found.append(File(name, int(file["bytes"]), str(file["sha256"]), stem if stem in slugs else ""))
    return sorted(found, key=lambda file: (file.document, file.name.removesuffix(".gz"), file.compressed))


def of_whole_graph(release: Release) -> list[File]:
    """The files that hold all of it, for the first page; compressed ones only where there is no plain one."""
    whole = [file for file in listed(release) if not file.document]
    names = {file.name for file in whole}
    return [file for file in whole if not file.compressed or file.name.removesuffix(".gz") not in names]


def tables_of(release: Release, document: str) -> list[File]:
    """The table of the statements of a document, as it is; its compressed copy is listed with all files."""
    return [file for file in listed(release) if file.document == document and file.kind is KINDS["csv"] and not file.compressed]


def _versions() -> list[str]:
    """Releases that are still there, beside the one that is served, the newest first."""
    here = site().release
    folders = (
        path for path in here.path.parent.iterdir() if _VERSION.fullmatch(path.name) and (path / DESCRIPTION_FILE).is_file()
    )
    newest = sorted(folders, key=lambda path: ((path / DESCRIPTION_FILE).stat().st_mtime_ns, path.name), reverse=True)
    return [path.name for path in newest if path.name != here.path.name]


def _of_version(version: str) -> Release:
    """A release by its version, or a 404 that says where those are that there are."""
    here = site().release
    if version == here.version:
        return here
    path = here.path.parent / version
    if not _VERSION.fullmatch(version) or not (path / DESCRIPTION_FILE).is_file():
        abort(404, f'There is no release "{version[:100]}" here. Those that there are stand on /dumps/.')
    try:
        return _release(path)
    except ReleaseError:
        abort(404, f"Release {version} is being deleted.")


@blueprint.get("/dumps/")
def dumps() -> str:
    """The files of the current release, with sizes and checksums."""
    return _page(site().release, "/dumps/")


@blueprint.get("/dumps/<version>/")
def dumps_of(version: str) -> str:
    """The files of a release."""
    release = _of_version(version)
    return _page(release, f"/dumps/{release.version}/")


def _page(release: Release, base: str) -> str:
    files = listed(release)
    groups: dict[str, list[File]] = {"graph": [], "table": [], "other": []}
    documents: dict[str, list[File]] = {}
    for file in files:
        if file.document:
            documents.setdefault(file.document, []).append(file)
        else:
            rdf = file.name.startswith("policy-kg.")
            groups["graph" if rdf else "table" if file.is_table else "other"].append(file)
    titles = {str(document["id"]): document.get("title", {}) for document in release.description.get("documents", [])}
    return render_template(
        "dumps.html",
        release=release.description,
        current=release.version == site().release.version,
        base=base,
        groups=groups,
        documents=documents,
        titles=titles,
        versions=_versions(),
    )


@blueprint.get("/dumps/<name>")
def dump(name: str) -> Response:
    """A file of the current release."""
    return _file(site().release, name, _CURRENT)


@blueprint.get("/dumps/<version>/<name>")
def dump_of(version: str, name: str) -> Response:
    """A file of a release, which never changes."""
    return _file(_of_version(version), name, _FIXED)


def _file(release: Release, name: str, caching: str) -> Response:
    """A file that the release lists; no other exists."""
    files = {file.name: file for file in listed(release)}
    if name == _CHECKSUMS:
        # without the folder, so that `sha256sum --check --ignore-missing` works where the downloads are
        text = "".join(f"{file.sha256}  {file.name}\n" for file in files.values())
        return Response(text, content_type=KINDS["txt"].media_type, headers={"Cache-Control": caching})
    file = files.get(name)
    if file is None:
        packed = f"{name}.gz"
        remedy = f" There is {packed}, though." if packed in files else ""
        abort(404, f"Release {release.version} has no such file.{remedy} /dumps/ lists what there is.")
    weak = request.headers.get("If-Range", "").startswith("W/")  # never the same bytes for certain (RFC 9110, section 13.1.5)
    known = request.if_none_match.contains_weak(file.sha256)  # which comes before the range (section 13.2.2)
    if weak or known or not _is_one_range(request.headers.get("Range"), file.bytes):
        request.environ.pop("HTTP_RANGE", None)
    response = send_from_directory(
        release.path / "dumps", name, mimetype=file.media_type, as_attachment=True, download_name=name, etag=file.sha256
    )
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        abort(412, f'The file has the entity tag "{file.sha256}", and not that of If-Match.')
    response.headers["Content-Type"] = file.media_type
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530, section 3: of the whole, also where a part is sent
    links = [of_file()]
    metadata = "statements.csv-metadata.json" if name.startswith("statements.") else "csv-metadata.json"
    if file.kind is KINDS["csv"] and metadata in files:
        links.insert(0, f'<{metadata}>; rel="describedby"; type="application/csvm+json"')
    response.headers["Link"] = ", ".join(links)
    return response


def _is_one_range(header: str | None, size: int) -> bool:
    """Whether there is no header ``Range``, or one of bytes with a single part.

    Any other is passed over, as RFC 9110, section 14.2, allows: the whole file is the answer. So it is where more of its end is asked
    for than there is (section 14.1.2).
    """
    if header is None:
        return True
    ranges = parse_range_header(header)
    return ranges is not None and ranges.units == "bytes" and len(ranges.ranges) == 1 and ranges.ranges[0][0] >= -size
