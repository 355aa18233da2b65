"""The fifth step: the files that are to be downloaded, put together from what is kept of the documents and from what is shared.

In: lines of what is shared, the description included, and the bodies of documents (:mod:`kg.scale.writing`). Out: files below ``dumps/``. Next:
:mod:`kg.release`. What a document's file holds is said in :mod:`kg.exports`.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from kg import dumps
from kg.description import DATASET
from kg.exports import NAMES, OF_DATASET
from kg.graph import DESCRIPTION, INFERRED, LINKS
from kg.namespaces import ID, graph_iri
from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.parts import BLOCKS, Document
from kg.scale.pieces import GROUPED, UNION, Body, Dump, grouped, in_graph, union
from kg.scale.subjects import Subjects
from kg.scale.tables import write_rows
from kg.scale.writing import own_lines
from kg.tables import csvw
from kg.tables.rows import rows

_CHUNK: Final = 4000
"""Lines of what is shared that are kept together."""
_NAMES: Final = frozenset(f"<{name}>" for name in NAMES)
_OF_DATASET: Final = frozenset(f"<{name}>" for name in OF_DATASET)

Grouped = dict[str, list[str]]
"""Lines by graph."""
Packed = Mapping[str, bytes]
"""The same as bytes, for as long as nothing is done with them."""


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share.

    :ivar shared: lines of what is shared, by graph
    :ivar directory: for the files
    :ivar plain: whether files that are not compressed are written, too
    """

    cache: Cache
    documents: Mapping[str, Document]
    shared: Packed
    version: str
    directory: Path
    plain: bool
    by_subject: dict[str, Subjects] = field(default_factory=dict)
    chunks: dict[tuple[str, ...], list[dict[str, Body]]] = field(default_factory=dict)

    def index(self) -> None:
        """Look up lines by subject from now on."""
        for graph, data in self.shared.items():
            self.by_subject[graph] = Subjects(data)
            self.by_subject[graph].prepare()

    def about(self, iri: str) -> list[tuple[str, str]]:
        """Lines about something that is shared, with their graphs."""
        return [(graph, line) for graph, found in self.by_subject.items() for line in found.of(f"<{iri}>")]


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
        made = union(chunk) if graph is None else grouped(chunk, graph)
        cache.write(key, {"bodies": {form: Body.of(data) for form, data in made.items()}})
    (bodies,) = cache.read(key, "bodies")
    return dict(bodies)


def whole(common: Common, form: str) -> Iterator[tuple[str | None, Body]]:
    """The bodies of the whole in their order, each with its graph if the format has graphs."""
    for graph, part in _order(common, form):
        yield graph, part if isinstance(part, Body) else common.cache.read(part[0], form)[0][part[1]]


def nquads(cache: Cache, documents: Mapping[str, Document], shared: Packed) -> Iterator[bytes]:
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


def _graphs(documents: Mapping[str, Document], shared: Packed) -> list[str]:
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
    :returns: key of the document's rows, or the format
    """
    if job.startswith("="):
        return _write_document(common, common.documents[job[1:]])
    with Dump(common.directory / f"{dumps.NAME}.{job}", job, plain=common.plain) as dump:
        for graph, body in whole(common, job):
            dump.add(body, graph)
    return job


def _write_document(common: Common, document: Document) -> str:
    """Write a document's files.

    :returns: key of its rows
    """
    others = _others(common, document)
    forms = {form: common.cache.read(document.written, form)[0] for form in dumps.MEDIA_TYPES}
    merged = lines.in_order(line for found in others.values() for line in found)
    between = _bodies(merged, document.blocks, None)
    for form in UNION:
        with Dump(common.directory / f"{document.slug}.{form}", form, plain=common.plain) as dump:
            for number, name in enumerate((*BLOCKS, "")):
                dump.add(between[number][form])
                if name:
                    dump.add(forms[form][name])
    order = sorted({*others, document.slug, INFERRED}, key=lambda name: f"<{graph_iri(name)}>")
    near = {graph: _bodies(others.get(graph, []), document.blocks if graph == INFERRED else [], graph) for graph in order}
    for form in GROUPED:
        with Dump(common.directory / f"{document.slug}.{form}", form, plain=common.plain) as dump:
            for graph in order:
                own = ["own"] if graph == document.slug else [f"inferred {name}" for name in BLOCKS] if graph == INFERRED else []
                for number in range(max(len(own), len(near[graph]))):
                    if number < len(near[graph]):
                        dump.add(near[graph][number][form], graph)
                    if number < len(own):
                        dump.add(forms[form][own[number]], graph)
    return _rows(common, document, others)


def _bodies(found: Sequence[str], blocks: Sequence[str], graph: str | None) -> list[dict[str, Body]]:
    """Bodies of the lines before, between and after blocks."""
    runs = (list(run) for run in _runs(found, blocks))
    return [{f: Body.of(d) for f, d in (union(run) if graph is None else grouped(run, graph)).items()} for run in runs]


def _others(common: Common, document: Document) -> Grouped:
    """What a document's file holds beside what is said and inferred of its statements and sections."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    own = (f"{ID}document/{document.slug}", f"{DATASET}/{document.slug}")
    near = [pair for subject in own for pair in common.about(subject)]
    values = (line.split(" ", 2)[2] for _, line in near)
    referred = {*document.referred, *(value[1:-3] for value in values if value.startswith("<"))}
    near += [pair for pair in common.about(DATASET) if pair[1].split(" ", 2)[1] in _OF_DATASET]
    for iri in referred.difference(own, (DATASET,)):
        near += _naming(common, document.slug, iri)
    for graph, line in near:
        found[graph].add(line)
    return {graph: lines.in_order(same) for graph, same in found.items()}


def _naming(common: Common, slug: str, iri: str) -> list[tuple[str, str]]:
    """What tells something that a document refers to: its class and names; all of a coding pass, and the links of an entity."""
    owner = lines.owner(f"<{iri}>")
    if owner is None:
        known, whole = common.about(iri), iri.startswith(f"{ID}coding/")
        return [(graph, line) for graph, line in known if whole or graph == LINKS or _names(line)]
    other = common.documents.get(owner)
    if other is None or owner == slug:
        return []
    said = ((graph, lines.unpacked(lines.about(data, iri))) for graph, data in _said(common.cache, other))
    return [(graph, line) for graph, found in said for line in found if _names(line)]


@lru_cache(maxsize=8)
def _said(cache: Cache, document: Document) -> tuple[tuple[str, bytes], ...]:
    """What is asserted and what is inferred of a document's own; documents that refer to each other are often near each other."""
    (triples,) = cache.read(document.mapped, "triples")
    (inferred,) = cache.read(document.judged, "inferred")
    return (document.slug, triples), (INFERRED, inferred)


def _names(line: str) -> bool:
    return line.split(" ", 2)[1] in _NAMES


# --- Tables ---


def _rows(common: Common, document: Document, others: Grouped) -> str:
    """Make the rows of a document, and write them as CSV.

    :returns: key of the rows
    """
    of_release = (f"<{DATASET}", f"<{DATASET}/")
    named = [f"{graph} {line}" for graph, found in sorted(others.items()) for line in found if not line.startswith(of_release)]
    key = key_of("rows", document.written, "\n".join(named))
    if not common.cache.holds(key):
        asserted, inferred = own_lines(common.cache, document.mapped, document.judged, document.new)
        near = [line for graph, found in others.items() if graph != DESCRIPTION for line in found]
        near += [line for line in others.get(DESCRIPTION, ()) if not line.startswith(of_release)]
        made = rows(document.slug, (*asserted, *inferred, *near))
        common.cache.write(key, {"rows": made, "csv": Body.of(csvw.encoded(made))})
    (body,) = common.cache.read(key, "csv")
    write_rows(common.directory / f"{document.slug}.csv", [body], plain=common.plain)
    return key
