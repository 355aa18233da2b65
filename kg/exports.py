"""The files of a release that are to be downloaded: what they are called, and what each holds.

Nothing comes in. :mod:`kg.scale.files` writes the files, :mod:`kg.web` reads only their names from the release.

A document's file can be read alone. It holds the document's graph; what is inferred of its statements; what is said of the document, its
coding passes and its part of the dataset; and of everything else that these refer to, the class, the names and the links to open data, of
other statements the summaries. Formats with graphs keep each triple in the graph that the whole has it in.
"""

from collections.abc import Iterable
from typing import Final

from kg import dumps
from kg.errors import ReleaseError
from kg.namespaces import DCTERMS, POL, PREFIXES, RDF_TYPE, RDFS, SKOS

TABLE: Final = "statements"
"""Stem of the files of the whole table."""
GROUP_METADATA: Final = "csv-metadata.json"
"""Describes the tables of all documents; the name is one of CSVW's default locations (Tabular Data Model, section 5.3)."""
PLAIN_QUADS: Final = 2_000_000
"""A release of more quads has its RDF and CSV files gzipped only: the plain ones would take some 3 GB."""
WORKBOOK_ROWS: Final = 50_000
"""A release of more statements has no workbook, which would take minutes to open; CSV and Parquet hold the same."""

TITLES: Final = {
    "en": "Statements of policy documents: who, according to whom, should do, promises, claims or assesses what",
    "nl": "Uitspraken in beleidsdocumenten: wie volgens wie wat moet doen, belooft, beweert of beoordeelt",
}
"""Of the table, by language."""
NAMES: Final = frozenset({RDF_TYPE, f"{SKOS}prefLabel", f"{DCTERMS}title", f"{RDFS}label", f"{POL}summary", f"{POL}iso3166"})
"""Properties that tell what something is that a document refers to."""
OF_DATASET: Final = frozenset({f"{PREFIXES['dcat']}version", f"{DCTERMS}license", f"{DCTERMS}title", RDF_TYPE})
"""Properties of the dataset that every file has."""


def require_names(documents: Iterable[str]) -> None:
    """Check that no document has the name of a file of the whole.

    :param documents: slugs
    :raises ReleaseError: if one has
    """
    listed = set(documents)
    for taken in (dumps.NAME, TABLE):
        if taken in listed:
            raise ReleaseError(
                f'a document cannot be called "{taken}", which names the files of all documents; take another slug'
            )
