"""The files of a release that are to be downloaded: the graph and the table of statements, whole and by document.

In: quads. Out: files below ``dumps/``, and what each of them is. Next: :mod:`kg.release` makes them; :mod:`kg.web` reads only
their names from the release.

A document's file can be read alone. It holds the document's graph; what is inferred of its statements; what is said of the document, its
coding passes and its part of the dataset; and of everything else that these refer to, the class, the names and the links to open data, of
other statements the summaries. Formats with graphs keep each triple in the graph that the whole has it in.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg import dumps
from kg.beside import beside
from kg.description import DATASET, LICENSE
from kg.errors import ReleaseError
from kg.namespaces import DCTERMS, ID, POL, PREFIXES, RDF_TYPE, RDFS, SKOS, graph_iri
from kg.tables import csvw
from kg.tables.rows import rows

TABLE: Final = "statements"
"""Stem of the files of the whole table."""
GROUP_METADATA: Final = "csv-metadata.json"
"""Describes the tables of all documents; the name is one of CSVW's default locations (Tabular Data Model, section 5.3)."""
PLAIN_QUADS: Final = 2_000_000
"""A release of more quads has its RDF and CSV files gzipped only: the plain ones would take some 3 GB."""

_NAMES: Final = frozenset({RDF_TYPE, f"{SKOS}prefLabel", f"{DCTERMS}title", f"{RDFS}label", f"{POL}summary", f"{POL}iso3166"})
_OF_DATASET: Final = frozenset({f"{PREFIXES['dcat']}version", f"{DCTERMS}license", f"{DCTERMS}title", RDF_TYPE})


def write_exports(quads: Iterable[ox.Quad], documents: Sequence[str], version: str, directory: Path) -> None:
    """Write the files into ``directory``.

    :param documents: slugs, sorted
    :raises ReleaseError: if a document has the name of a file of the whole, or the table cannot hold a value
    """
    for taken in (dumps.NAME, TABLE):
        if taken in documents:
            raise ReleaseError(
                f'a document cannot be called "{taken}", which names the files of all documents; take another slug'
            )
    directory.mkdir(parents=True, exist_ok=True)
    triple_order = dumps.by_triple(quads)
    graph_order = dumps.by_graph(triple_order)
    shares = _Shares(graph_order, documents)
    parts = shares.parts(graph_order)
    # The tables take as long as the graphs, and wait for nothing of them.
    with beside(lambda: _write_tables(parts, version, directory)) as tables:
        written = _write_graphs(graph_order, triple_order, parts, shares.parts(triple_order), directory)
        tables()
    if len(triple_order) > PLAIN_QUADS:
        for path in (*written, *directory.glob("*.csv")):
            path.unlink()


def _write_graphs(
    graph_order: Sequence[ox.Quad],
    triple_order: Sequence[ox.Quad],
    graph_parts: dict[str, list[ox.Quad]],
    triple_parts: dict[str, list[ox.Quad]],
    directory: Path,
) -> list[Path]:
    """Write the graph in each format, whole and by document, plain and gzipped.

    :returns: the plain files
    """
    written = []
    with ThreadPoolExecutor(2) as threads:  # zlib lets other threads run
        packed = []
        for extension in dumps.MEDIA_TYPES:
            grouped = extension in dumps.WITH_GRAPHS
            whole, parts = (graph_order, graph_parts) if grouped else (triple_order, triple_parts)
            for name, part in ((dumps.NAME, whole), *parts.items()):
                path = directory / f"{name}.{extension}"
                dumps.write(part, extension, path)
                written.append(path)
                packed.append(threads.submit(dumps.compress, path))
        for result in packed:
            result.result()
    return written


def _write_tables(parts: dict[str, list[ox.Quad]], version: str, directory: Path) -> None:
    """Write the tables, a document at a time; only its rows are in memory."""
    from kg.tables import parquet, workbook  # noqa: PLC0415 - pyarrow and openpyxl take long to import, and few commands need them

    titles = {
        "en": "Statements of policy documents: who, according to whom, should do, promises, claims or assesses what",
        "nl": "Uitspraken in beleidsdocumenten: wie volgens wie wat moet doen, belooft, beweert of beoordeelt",
    }
    about = csvw.About(version, LICENSE, DATASET, titles)
    table = directory / f"{TABLE}.csv"
    with (
        csvw.Writer(table) as whole,
        parquet.Writer(directory / f"{TABLE}.parquet", about) as columnar,
        workbook.Writer(directory / f"{TABLE}.xlsx", about) as sheets,
    ):
        for slug, part in parts.items():
            found = rows(slug, part)
            for writer in (whole, columnar, sheets):
                writer.write(found)
            path = directory / f"{slug}.csv"
            with csvw.Writer(path) as own:
                own.write(found)
            dumps.compress(path)
    dumps.compress(table)
    (directory / f"{TABLE}.csv-metadata.json").write_bytes(csvw.metadata(table.name, about))
    (directory / GROUP_METADATA).write_bytes(csvw.group_metadata([f"{slug}.csv" for slug in parts], about))


class _Shares:
    """Which documents' files a quad belongs to."""

    def __init__(self, quads: Sequence[ox.Quad], documents: Sequence[str]) -> None:
        self._graphs: dict[object, str] = {ox.NamedNode(graph_iri(slug)): slug for slug in documents}
        self._documents = documents
        self._links = ox.NamedNode(graph_iri("links"))
        # A subject is of the document whose graph says something of it.
        self._owner: dict[object, str] = {
            quad.subject: self._graphs[quad.graph_name] for quad in quads if quad.graph_name in self._graphs
        }
        for slug in documents:
            self._owner[ox.NamedNode(f"{ID}document/{slug}")] = slug
            self._owner[ox.NamedNode(f"{DATASET}/{slug}")] = slug
        self._referring: dict[object, set[str]] = {}
        for quad in quads:
            own = self._own(quad)
            if own is not None and isinstance(quad.object, ox.NamedNode) and self._owner.get(quad.object) != own:
                self._referring.setdefault(quad.object, set()).add(own)

    def parts(self, quads: Iterable[ox.Quad]) -> dict[str, list[ox.Quad]]:
        """The quads of each document's file, in the order in which they come."""
        result: dict[str, list[ox.Quad]] = {slug: [] for slug in self._documents}
        for quad in quads:
            own = self._own(quad)
            if own is not None:
                result[own].append(quad)
            for slug in self._named(quad):
                if slug != own:
                    result[slug].append(quad)
        return result

    def _own(self, quad: ox.Quad) -> str | None:
        """Document that the quad is about."""
        return self._graphs.get(quad.graph_name) or self._owner.get(quad.subject)

    def _named(self, quad: ox.Quad) -> Iterable[str]:
        """Documents that refer to the subject, if the quad is one of those that tell what that is."""
        subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
        if subject == DATASET:
            return self._documents if quad.predicate.value in _OF_DATASET else ()
        found = self._referring.get(quad.subject)
        if not found:
            return ()
        whole = quad.graph_name == self._links or subject.startswith(f"{ID}coding/")
        return found if whole or quad.predicate.value in _NAMES else ()
