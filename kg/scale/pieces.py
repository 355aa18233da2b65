"""Dumps put together from pieces, so that what did not change is neither serialised nor compressed again.

In: lines of triples. Out: :class:`Body` of each format, and files. Next: :mod:`kg.scale.files`.

Triples about one subject stand together in every dump, and subjects are in order, so that what is said of the statements of a document is one
stretch of it. Such a stretch has the same bytes in the file of its document and in that of the whole. Each is compressed by itself and ends at
the edge of a byte (RFC 1951, section 3.2.4, as ``pigz`` does), so that a gzip file with one header and one checksum can be put together, too.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Self

import pyoxigraph as ox
from zlib_ng import zlib_ng as zlib

from kg import dumps
from kg.namespaces import graph_iri
from kg.scale import lines

UNION: Final = tuple(form for form in dumps.MEDIA_TYPES if form not in dumps.WITH_GRAPHS)
GROUPED: Final = tuple(form for form in dumps.MEDIA_TYPES if form in dumps.WITH_GRAPHS)
_LEVEL: Final = 5
"""Half the time of zlib's level 6, for files that are as small."""
_GZIP_HEAD: Final = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255))
"""No name and no time (RFC 1952, section 2.3)."""
_END: Final = b"\x03\x00"
"""An empty last block of deflate."""


class Body(NamedTuple):
    """A stretch of a file.

    :ivar deflated: compressed, without header and last block
    """

    deflated: bytes
    crc: int
    size: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Compress a stretch."""
        if not data:
            return cls(b"", 0, 0)
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH), zlib.crc32(data), len(data))

    @property
    def plain(self) -> bytes:
        """The stretch as it was."""
        return zlib.decompress(self.deflated + _END, -zlib.MAX_WBITS) if self.size else b""


def parsed(found: Iterable[str]) -> list[ox.Quad]:
    """Lines as quads of no named graph. Parsing takes longer than anything that is done with them, so that it is done once for all formats."""
    return list(ox.parse(lines.packed(found), format=ox.RdfFormat.N_TRIPLES, lenient=True))


def in_graph(found: Iterable[str], graph: str) -> bytes:
    """Lines as N-Quads."""
    ending = f"<{graph_iri(graph)}> .\n"
    return ending.join([*(line[:-1] for line in found), ""]).encode()


def union(found: Sequence[str], quads: Sequence[ox.Quad]) -> dict[str, bytes]:
    """Lines in the formats without graphs, without what stands before and after all lines.

    :param quads: the same, parsed
    """
    if not found:
        return dict.fromkeys(UNION, b"")
    own = {form: _inner(form, _serialised(quads, form)) for form in UNION if form != "nt"}
    return {"nt": lines.packed(found), **own}


def grouped(found: Sequence[str], quads: Sequence[ox.Quad], graph: str) -> dict[str, bytes]:
    """Lines in the formats with graphs, without what stands before and after the lines of a graph.

    :param quads: the same, parsed
    """
    if not found:
        return dict.fromkeys(GROUPED, b"")
    # In a graph TriG is Turtle that stands further right; no literal has the end of a line in it.
    trig = b"\t" + _inner("ttl", _serialised(quads, "ttl"))[:-1].replace(b"\n", b"\n\t") + b"\n"
    return {"nq": in_graph(found, graph), "trig": trig, "jsonld": _inner("jsonld", _serialised(quads, "jsonld"))}


def _serialised(quads: Iterable[ox.Quad] | Iterable[ox.Triple], form: str) -> bytes:
    result = ox.serialize(quads, format=dumps.FORMATS[form], prefixes=dumps.prefixes(form))
    if result is None:
        raise TypeError("pyoxigraph wrote nothing")
    return result


@cache
def edges(form: str) -> tuple[bytes, bytes]:
    """What stands at the beginning and at the end of every file of a format."""
    node = ox.NamedNode("urn:x")
    one = _serialised([ox.Triple(node, node, node)], form)  # prefixes are written before the first triple only
    if form in ("nt", "nq"):
        return b"", b""
    if form == "jsonld":
        return b"[", b"]"
    body = b"\n\t<rdf:Description" if form == "rdf" else b"<urn:x> "
    return one[: one.index(body)], b"\n</rdf:RDF>" if form == "rdf" else b""


@cache
def _graph_edges(form: str, graph: str) -> tuple[bytes, bytes]:
    """What stands before and after the lines of a graph."""
    name = graph_iri(graph).encode()
    if form == "trig":
        return b"<" + name + b"> {\n", b"}\n"
    if form == "jsonld":
        return b'{"@id":"' + name + b'","@graph":[', b"]}"
    return b"", b""


def _inner(form: str, data: bytes) -> bytes:
    opening, closing = edges(form)
    if not data.startswith(opening) or not data.endswith(closing):
        raise AssertionError(f"a {form} file does not begin and end as an empty one does")  # pragma: no cover
    return data[len(opening) : len(data) - len(closing)]


class Dump:
    """A file, plain and gzipped, that is written stretch by stretch."""

    def __init__(self, path: Path, form: str, *, plain: bool) -> None:
        """Begin.

        :param plain: whether the file that is not compressed is kept
        """
        self.form = form
        self._path = path
        self._plain = path.open("wb") if plain else None
        self._packed = path.with_name(f"{path.name}.gz").open("wb")
        self._packed.write(_GZIP_HEAD)
        self._crc = self._size = 0
        self._graph: str | None = None
        self._first_in_graph = True
        opening, self._closing = edges(form) if form in dumps.MEDIA_TYPES else (b"", b"")
        self.write(Body.of(opening))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.graph(None)
            self.write(Body.of(self._closing))
            self._packed.write(_END + self._crc.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little"))
        self._packed.close()
        if self._plain is not None:
            self._plain.close()

    def write(self, body: Body) -> None:
        """Add a stretch."""
        if body.size:
            self._packed.write(body.deflated)
            if self._plain is not None:
                self._plain.write(body.plain)
            self._crc = zlib.crc32_combine(self._crc, body.crc, body.size)
            self._size += body.size

    def graph(self, name: str | None) -> None:
        """Go on with another graph, of a format with graphs; None for the end of the last."""
        if name == self._graph:
            return
        if self._graph is not None:
            self.write(Body.of(_graph_edges(self.form, self._graph)[1]))
        if name is not None:
            comma = b"," if self._graph is not None and self.form == "jsonld" else b""
            self.write(Body.of(comma + _graph_edges(self.form, name)[0]))
        self._graph, self._first_in_graph = name, True

    def add(self, body: Body, graph: str | None = None) -> None:
        """Add triples, of a graph if the format has graphs."""
        if body.size:
            self.graph(graph)
            if self.form == "jsonld" and not self._first_in_graph:
                self.write(Body.of(b","))
            self.write(body)
            self._first_in_graph = False
