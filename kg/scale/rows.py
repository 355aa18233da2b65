"""The rows of each document, which the tables are made of.

In: what is shared, but for the description, and the documents. Out: keys of the cache, under which rows and the same as CSV are. Next:
:mod:`kg.scale.tables`, :mod:`kg.scale.files`. Rows are made before the release is described, so that the tables are written meanwhile. They name
statements of other documents by their ids alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kg.scale import lines
from kg.scale.cache import Cache, key_of
from kg.scale.executor import Executor
from kg.scale.others import WHOLE, Others
from kg.scale.parts import Document
from kg.scale.pieces import Body
from kg.scale.writing import own_lines
from kg.tables import csvw, rows


@dataclass(frozen=True)
class Common:
    """What all jobs of this step share."""

    cache: Cache
    documents: Mapping[str, Document]
    others: Others


def made(
    cache: Cache, documents: Mapping[str, Document], shared: lines.Packed, others: Others, executor: Executor
) -> dict[str, str]:
    """Keys of the rows of all documents, by slug.

    :param shared: without the description
    """
    digest = key_of(*(part for graph, data in sorted(shared.items()) for part in (graph, data)))
    keys = {slug: key_of("rows of", d.written, digest) for slug, d in documents.items()}
    undone = [(slug, key) for slug, key in keys.items() if not cache.holds(key)]
    if undone:
        others.prepare()
    cache.use(executor.run(work, Common(cache, documents, others), undone))
    found = {slug: str(cache.read(key, "rows")[0]) for slug, key in keys.items()}
    cache.use(found.values())
    return found


def work(common: Common, job: tuple[str, str]) -> str:
    """Make the rows of a document.

    :param job: slug, and the key under which the key of the rows is kept: it takes long to find out, though it depends on little of what is shared
    """
    slug, key = job
    document = common.documents[slug]
    common.cache.write(key, {"rows": _rows(common.cache, document, common.others.of(document, statements=False)[WHOLE])})
    return key


def _rows(cache: Cache, document: Document, near: list[str]) -> str:
    """The key of a document's rows."""
    key = key_of("rows", document.written, "\n".join(near))
    if not cache.holds(key):
        asserted, inferred = own_lines(cache, document.mapped, document.judged, document.new)
        found = rows.rows(document.slug, (*asserted, *inferred, *near))
        cache.write(key, {"rows": found, "csv": Body.of(csvw.encoded(found))})
    return key
