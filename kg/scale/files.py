"""The fifth step: the files that are to be downloaded, put together from what is kept of the documents and from what is shared.

In: lines of what is shared, the description included, and the bodies of documents (:mod:`kg.scale.writing`). Out: files below ``dumps/``. Next:
:mod:`kg.release`. What a document's file holds is said in :mod:`kg.exports`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from kg import dumps
from kg.graph import INFERRED
from kg.namespaces import graph_iri
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.executor import LARGE, Executor, InProcess
from kg.scale.others import WHOLE, Others
from kg.scale.parts import BLOCKS, Document
from kg.scale.pieces import GROUPED, UNION, Body, Dump, grouped, in_graph, parsed, union
from kg.scale.tables import write_rows

_CHUNK: Final = 4000
"""Lines of what is shared that are kept together."""
_SHARED: Final = "shared"
"""Name of the bodies of what is shared."""


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share.

    :ivar shared: lines of what is shared, by graph
    :ivar others: the same by subject
    :ivar rows: keys of the rows of documents
    :ivar directory: for the files
    :ivar plain: whether files that are not compressed are written, too
    :ivar chunks: keys of the bodies of what is shared, by graph, or nothing for all graphs, and the number of the run
    """

    cache: Cache
    documents: Mapping[str, Document]
    shared: lines.Packed
    others: Others
    rows: Mapping[str, str]
    directory: Path
    plain: bool
    chunks: dict[tuple[str, ...], list[str]] = field(default_factory=dict)


# --- The whole ---


def prepare(common: Common, executor: Executor) -> None:
    """Make the bodies of what is shared, once for all formats; they are often the same as in the release before."""
    blocks = [block for block, _, _ in _blocks(common.documents)]
    undone: dict[str, _Chunk] = {}

    def chunked(graph: str | None, found: Sequence[str], blocks: Sequence[str]) -> None:
        for number, run in enumerate(_runs(found, blocks)):
            chunks = [_Chunk(graph, lines.packed(chunk)) for chunk in _chunks(run)]
            keys = common.chunks[graph or "", str(number)] = [chunk.key for chunk in chunks]
            undone.update((key, chunk) for key, chunk in zip(keys, chunks, strict=True) if not common.cache.holds(key))

    for graph, data in common.shared.items():
        chunked(graph, lines.unpacked(data), blocks if graph == INFERRED else [])
    chunked(None, lines.in_order(line for data in common.shared.values() for line in lines.unpacked(data)), blocks)
    small = sum(len(chunk.data) for chunk in undone.values()) < LARGE
    common.cache.use((InProcess() if small else executor).run(_keep, _Undone(common.cache, undone), undone))


class _Chunk(NamedTuple):
    """Lines of what is shared, in the order of the dumps; of a graph, or of all."""

    graph: str | None
    data: bytes

    @property
    def key(self) -> str:
        """Under which their bodies are kept."""
        return key_of("chunk", self.graph or "", self.data)


class _Undone(NamedTuple):
    cache: Cache
    chunks: Mapping[str, _Chunk]


def _keep(common: _Undone, key: str) -> str:
    """Make the bodies of a chunk, and keep them."""
    graph, data = common.chunks[key]
    found = lines.unpacked(data)
    made = union(found, parsed(found)) if graph is None else grouped(found, parsed(found), graph)
    common.cache.write(key, {form: {_SHARED: Body.of(data)} for form, data in made.items()})
    return key


def _runs(found: Sequence[str], blocks: Sequence[str]) -> Iterator[Sequence[str]]:
    """Lines between the beginnings of blocks: what stands before the first, between each two, and after the last."""
    at = 0
    for block in blocks:
        end = bisect_left(found, block, at)
        yield found[at:end]
        at = end
    yield found[at:]


def _chunks(run: Sequence[str]) -> Iterator[Sequence[str]]:
    """A run in parts that end with a subject."""
    at = 0
    while at < len(run):
        end = min(at + _CHUNK, len(run))
        while end < len(run) and _subject(run[end]) == _subject(run[end - 1]):
            end += 1
        yield run[at:end]
        at = end


def _subject(line: str) -> str:
    return line.partition(" ")[0]


def whole(common: Common, form: str) -> Iterator[tuple[str | None, Body]]:
    """The bodies of the whole in their order, each with its graph if the format has graphs."""
    for graph, key, name in _order(common, form):
        yield graph, common.cache.read(key, form)[0][name]


def nquads(cache: Cache, documents: Mapping[str, Document], shared: lines.Packed) -> Iterator[bytes]:
    """N-Quads of documents and what is shared, in the order of the dump, before any other format is made."""
    blocks = _blocks(documents)
    for graph in _graphs(documents, shared):
        if graph in documents:
            yield cache.read(documents[graph].written, "nq")[0]["own"].plain
            continue
        own = blocks if graph == INFERRED else []
        for number, run in enumerate(lines.parted(shared.get(graph, b""), [block for block, _, _ in own])):
            yield from (in_graph(piece, graph) for piece in lines.pieces(run))
            if number < len(own):
                _, key, name = own[number]
                yield cache.read(key, "nq")[0][f"inferred {name}"].plain


def _graphs(documents: Mapping[str, Document], shared: lines.Packed) -> list[str]:
    """The graphs in their order."""
    return sorted({*shared, *documents, INFERRED}, key=lambda name: f"<{graph_iri(name)}>")


def _blocks(documents: Mapping[str, Document]) -> list[tuple[str, str, str]]:
    """Beginnings of the lines about documents' own, in order, each with the key of the bodies and its name."""
    return sorted((block, d.written, name) for d in documents.values() for name, block in zip(BLOCKS, d.blocks, strict=True))


def _order(common: Common, form: str) -> Iterator[tuple[str | None, str, str]]:
    """What the whole is made of: the graph, the key of bodies, and the name of one of them."""
    blocks = _blocks(common.documents)
    if form in UNION:
        yield from ((None, *part) for part in _interleaved(common, "", blocks))
        return
    for graph in _graphs(common.documents, common.shared):
        if graph in common.documents:
            yield graph, common.documents[graph].written, "own"
        else:
            own = [(block, key, f"inferred {name}") for block, key, name in blocks] if graph == INFERRED else []
            yield from ((graph, *part) for part in _interleaved(common, graph, own))


def _interleaved(common: Common, graph: str, blocks: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Bodies of what is shared and those of documents, in the order of their subjects."""
    for number in range(len(blocks) + 1):
        yield from ((key, _SHARED) for key in common.chunks.get((graph, str(number)), ()))
        if number < len(blocks):
            yield blocks[number][1:]


# --- Jobs ---


def work(common: Common, job: str) -> str:
    """Write the files of a document, or the file of the whole in a format.

    :param job: slug of a document, after ``=``, or a format
    :returns: the same
    """
    if job.startswith("="):
        _write_document(common, common.documents[job[1:]])
        return job
    with Dump(common.directory / f"{dumps.NAME}.{job}", job, plain=common.plain) as dump:
        for graph, body in whole(common, job):
            dump.add(body, graph)
    return job


def _write_document(common: Common, document: Document) -> None:
    """Write a document's files."""
    others = common.others.of(document)
    forms = dict(zip(dumps.MEDIA_TYPES, common.cache.read(document.written, *dumps.MEDIA_TYPES), strict=True))
    merged = others.pop(WHOLE)
    known = dict(zip(merged, parsed(merged), strict=True))
    between = _bodies(merged, document.blocks, None, known)
    for form in UNION:
        with Dump(common.directory / f"{document.slug}.{form}", form, plain=common.plain) as dump:
            for number, name in enumerate((*BLOCKS, "")):
                dump.add(between[number][form])
                if name:
                    dump.add(forms[form][name])
    order = sorted({*others, document.slug, INFERRED}, key=lambda name: f"<{graph_iri(name)}>")
    near = {graph: _bodies(others.get(graph, []), document.blocks if graph == INFERRED else [], graph, known) for graph in order}
    for form in GROUPED:
        with Dump(common.directory / f"{document.slug}.{form}", form, plain=common.plain) as dump:
            for graph in order:
                own = ["own"] if graph == document.slug else [f"inferred {name}" for name in BLOCKS] if graph == INFERRED else []
                for number in range(max(len(own), len(near[graph]))):
                    if number < len(near[graph]):
                        dump.add(near[graph][number][form], graph)
                    if number < len(own):
                        dump.add(forms[form][own[number]], graph)
    (body,) = common.cache.read(common.rows[document.slug], "csv")
    write_rows(common.directory / f"{document.slug}.csv", [body], plain=common.plain)


def _bodies(
    found: Sequence[str], blocks: Sequence[str], graph: str | None, known: Mapping[str, ox.Quad]
) -> list[dict[str, Body]]:
    """Bodies of the lines before, between and after blocks.

    :param known: the lines, parsed
    """
    made = []
    for run in _runs(found, blocks):
        quads = [known[line] for line in run]
        forms = union(run, quads) if graph is None else grouped(run, quads, graph)
        made.append({form: Body.of(data) for form, data in forms.items()})
    return made
