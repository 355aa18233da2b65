"""The fifth step: the files that are to be downloaded, put together from what is kept of the documents and from what is shared.

In: lines of what is shared, the description included, and the bodies of documents (:mod:`kg.scale.writing`). Out: files below ``dumps/``. Next:
:mod:`kg.release`. What a document's file holds is said in :mod:`kg.exports`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg import dumps
from kg.graph import INFERRED
from kg.namespaces import graph_iri
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.others import WHOLE, Others
from kg.scale.parts import BLOCKS, Document
from kg.scale.pieces import GROUPED, UNION, Body, Dump, grouped, in_graph, parsed, union
from kg.scale.tables import write_rows

_CHUNK: Final = 4000
"""Lines of what is shared that are kept together."""


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share.

    :ivar shared: lines of what is shared, by graph
    :ivar others: the same by subject
    :ivar rows: keys of the rows of documents
    :ivar directory: for the files
    :ivar plain: whether files that are not compressed are written, too
    """

    cache: Cache
    documents: Mapping[str, Document]
    shared: lines.Packed
    others: Others
    rows: Mapping[str, str]
    directory: Path
    plain: bool
    chunks: dict[tuple[str, ...], list[dict[str, Body]]] = field(default_factory=dict)


# --- The whole ---


def prepare(common: Common) -> None:
    """Make the bodies of what is shared, once for all formats."""
    blocks = [block for block, _, _ in _blocks(common.documents)]
    for graph, data in common.shared.items():
        for number, run in enumerate(_runs(lines.unpacked(data), blocks if graph == INFERRED else [])):
            common.chunks[graph, str(number)] = [_kept(common.cache, chunk, graph) for chunk in _chunks(run)]
    merged = lines.in_order(line for data in common.shared.values() for line in lines.unpacked(data))
    for number, run in enumerate(_runs(merged, blocks)):
        common.chunks["", str(number)] = [_kept(common.cache, chunk, None) for chunk in _chunks(run)]


def _runs(found: Sequence[str], blocks: Sequence[str]) -> Iterator[Sequence[str]]:
    """Lines between the beginnings of blocks: what stands before the first, between each two, and after the last."""
    at = 0
    for block in blocks:
        end = bisect_left(found, block, at)
        yield found[at:end]
        at = end
    yield found[at:]


def _chunks(run: Sequence[str]) -> Iterator[list[str]]:
    """A run in parts that end with a subject."""
    at = 0
    while at < len(run):
        end = min(at + _CHUNK, len(run))
        while end < len(run) and _subject(run[end]) == _subject(run[end - 1]):
            end += 1
        yield list(run[at:end])
        at = end


def _subject(line: str) -> str:
    return line.partition(" ")[0]


def _kept(cache: Cache, chunk: list[str], graph: str | None) -> dict[str, Body]:
    """Bodies of lines, which are often the same as in the release before."""
    key = key_of("chunk", graph or "", lines.packed(chunk))
    if not cache.holds(key):
        made = union(chunk, parsed(chunk)) if graph is None else grouped(chunk, parsed(chunk), graph)
        cache.write(key, {"bodies": {form: Body.of(data) for form, data in made.items()}})
    (bodies,) = cache.read(key, "bodies")
    return dict(bodies)


def whole(common: Common, form: str) -> Iterator[tuple[str | None, Body]]:
    """The bodies of the whole in their order, each with its graph if the format has graphs."""
    for graph, part in _order(common, form):
        yield graph, part if isinstance(part, Body) else common.cache.read(part[0], form)[0][part[1]]


def nquads(cache: Cache, documents: Mapping[str, Document], shared: lines.Packed) -> Iterator[bytes]:
    """N-Quads of documents and what is shared, in the order of the dump, before any other format is made."""
    blocks = _blocks(documents)
    for graph in _graphs(documents, shared):
        if graph in documents:
            yield cache.read(documents[graph].written, "nq")[0]["own"].plain
            continue
        own = blocks if graph == INFERRED else []
        for number, run in enumerate(_runs(lines.unpacked(shared.get(graph, b"")), [block for block, _, _ in own])):
            yield in_graph(run, graph)
            if number < len(own):
                _, key, name = own[number]
                yield cache.read(key, "nq")[0][f"inferred {name}"].plain


def _graphs(documents: Mapping[str, Document], shared: lines.Packed) -> list[str]:
    """The graphs in their order."""
    return sorted({*shared, *documents, INFERRED}, key=lambda name: f"<{graph_iri(name)}>")


def _blocks(documents: Mapping[str, Document]) -> list[tuple[str, str, str]]:
    """Beginnings of the lines about documents' own, in order, each with the key of the bodies and its name."""
    return sorted((block, d.written, name) for d in documents.values() for name, block in zip(BLOCKS, d.blocks, strict=True))


def _order(common: Common, form: str) -> Iterator[tuple[str | None, Body | tuple[str, str]]]:
    """What the whole is made of: bodies, or the key of a document's bodies and the name of one."""
    blocks = _blocks(common.documents)
    if form in UNION:
        yield from ((None, part) for part in _interleaved(common, "", form, blocks))
        return
    for graph in _graphs(common.documents, common.shared):
        if graph in common.documents:
            yield graph, (common.documents[graph].written, "own")
        else:
            own = [(block, key, f"inferred {name}") for block, key, name in blocks] if graph == INFERRED else []
            yield from ((graph, part) for part in _interleaved(common, graph, form, own))


def _interleaved(
    common: Common, graph: str, form: str, blocks: Sequence[tuple[str, str, str]]
) -> Iterator[Body | tuple[str, str]]:
    """Bodies of what is shared and those of documents, in the order of their subjects."""
    for number in range(len(blocks) + 1):
        for chunk in common.chunks.get((graph, str(number)), ()):
            yield chunk[form]
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
