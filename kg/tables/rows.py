"""One row for each statement of a document.

In: the triples of a document's file, which hold what its statements say and the names of what they refer to. Out: rows under
:data:`kg.tables.columns.COLUMNS`, in the order of the text. Withdrawn statements say nothing and have no row. Next:
the writers.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kg.fragment import passage_link
from kg.namespaces import DCTERMS, ID, OA, POL, PREFIXES, RDF_TYPE, RDFS, SKOS
from kg.ntriples import language, lexical
from kg.tables.columns import COLUMNS, QUANTITIES, RELATED, Value

Row = tuple[Value, ...]
"""The cells, in the order of the columns."""

_STATEMENT: Final = f"{ID}statement/"
_TEXTS: Final = (("summary", f"{POL}summary"), ("condition", f"{POL}condition"), ("exception", f"{POL}exception"))
_VALUES: Final = (
    ("addressee_explicit", f"{POL}addresseeExplicit"),
    ("deadline", f"{POL}deadline"),
    ("deadline_explicit", f"{POL}deadlineExplicit"),
)
_NOTE: Final = f"{SKOS}editorialNote"
_LABELS: Final = (f"{SKOS}prefLabel", f"{DCTERMS}title", f"{RDFS}label")
_PART_OF: Final = f"{POL}partOf"
_PAGE: Final = f"{PREFIXES['foaf']}page"
_LANGUAGES: Final = ("en", "nl")
_EMPTY: Final[dict[str, Value]] = {column.name: () if column.many else "" for column in COLUMNS}
"""Most cells."""


class Things:
    """What triples say of each subject, by property."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Index lines of N-Triples."""
        self._properties: dict[str, dict[str, list[str]]] = {}
        self._labels: dict[str, str] = {}
        last, said = "", dict[str, list[str]]()
        for line in lines:
            subject, predicate, value = line.split(" ", 2)
            if subject != last:  # lines about one subject stand together
                last, said = subject, self._properties.setdefault(subject[1:-1], {})
            said.setdefault(predicate[1:-1], []).append(value[:-2])

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def _said(self, subject: str, predicate: str) -> Sequence[str]:
        return self._properties.get(subject, {}).get(predicate, ())

    def values(self, subject: str, predicate: str) -> list[str]:
        """Lexical forms or IRIs, sorted: what RDF says in no order has one here."""
        said = self._said(subject, predicate)
        if len(said) == 1:
            return [lexical(said[0])]
        return sorted({lexical(term) for term in said}) if said else []

    def value(self, subject: str, predicate: str) -> str:
        """The first value; empty if there is none."""
        return next(iter(self.values(subject, predicate)), "")

    def text(self, subject: str, predicate: str, tag: str) -> str:
        """The text in a language; several stand below one another."""
        said = self._said(subject, predicate)
        return "\n".join(sorted(lexical(term) for term in said if language(term) == tag)) if said else ""

    def label(self, subject: str) -> str:
        """The English name of a thing, or the Dutch one, or what its IRI ends in; of a statement its short name."""
        if subject not in self._labels:
            self._labels[subject] = self._label(subject)
        return self._labels[subject]

    def _label(self, subject: str) -> str:
        if subject.startswith(_STATEMENT):
            return short_name(subject)
        texts = (self.text(subject, predicate, tag) for predicate in _LABELS for tag in _LANGUAGES)
        found = next(filter(None, texts), "")
        return found.partition("\n")[0] or subject.rstrip("/").rpartition("#")[2].rpartition("/")[2]


def short_name(statement: str) -> str:
    """Short name of a statement: ``bij1-2021/s086``."""
    return statement.removeprefix(_STATEMENT)


def rows(slug: str, lines: Iterable[str]) -> list[Row]:
    """The rows of a document.

    :param slug: the document
    :param lines: what its file holds (see :mod:`kg.exports`), as N-Triples
    """
    things = Things(lines)
    own = f"{_STATEMENT}{slug}/"
    found = []
    for subject in things:
        if subject.startswith(own) and "#" not in subject and things.values(subject, f"{POL}passage"):
            cells = _EMPTY | dict(_cells(things, slug, subject))
            first = int(str(cells["passage_starts"][0]))
            found.append((first, subject, tuple(cells.values())))
    found.sort(key=lambda row: row[:2])
    return [cells for _, _, cells in found]


def _cells(things: Things, slug: str, statement: str) -> Iterator[tuple[str, Value]]:
    """The cells of a statement by column."""
    document = f"{ID}document/{slug}"
    yield "id", short_name(statement)
    yield "statement", statement
    yield "document", slug
    yield "document_title", things.label(document)
    yield "document_iri", document
    yield "document_date", things.value(document, f"{DCTERMS}date") or things.value(document, f"{DCTERMS}issued")
    section = things.value(statement, f"{POL}section")
    yield "section", " > ".join(_path(things, section, document))
    yield "section_iri", section
    kind = _kind(things, statement)
    yield "kind", kind.removeprefix(POL)
    yield "kind_iri", kind
    for name, predicate in (*_TEXTS, ("note", _NOTE)):
        for tag in _LANGUAGES:
            yield f"{name}_{tag}", things.text(statement, predicate, tag)
    for name, predicate in _VALUES:
        yield name, things.value(statement, predicate)
    yield from _related(things, statement)
    yield from _quantities(things, statement)
    yield from _passages(things, statement, things.value(document, _PAGE))
    coding = things.value(statement, f"{POL}coding")
    yield "coders", tuple(things.label(coder) for coder in things.values(coding, f"{POL}coder"))
    yield "coded_on", things.value(coding, f"{DCTERMS}date")
    yield "codebook", things.value(coding, f"{POL}codebookVersion")


def _kind(things: Things, statement: str) -> str:
    """The kind, beside which only superclasses are inferred."""
    kinds = [iri for iri in things.values(statement, RDF_TYPE) if iri.startswith(POL) and iri != f"{POL}Statement"]
    return next(iter(kinds), f"{POL}Statement")


def _path(things: Things, section: str, document: str) -> list[str]:
    """Names of a section and those that it is part of, the widest first."""
    names: list[str] = []
    seen = {document, ""}
    while section not in seen:
        seen.add(section)
        names.insert(0, things.label(section))
        section = things.value(section, _PART_OF)
    return names


def _related(things: Things, statement: str) -> Iterator[tuple[str, Value]]:
    for related in RELATED:
        iris = things.values(statement, f"{POL}{related.term}")
        if not iris:
            continue
        labels = tuple(things.label(iri) for iri in iris)
        if related.many:
            yield related.name, labels
            yield related.iri, tuple(iris)
        else:
            yield related.name, next(iter(labels), "")
            yield related.iri, next(iter(iris), "")


def _quantities(things: Things, statement: str) -> Iterator[tuple[str, Value]]:
    """Lists of equal length, with an empty item where a target or figure says nothing; empty where none says anything."""
    for quantity in QUANTITIES:
        nodes = things.values(statement, f"{POL}{quantity.term}")
        if not nodes:
            continue
        for last, term, datatype, _, _ in quantity.parts:
            values = [things.value(node, f"{POL}{term}") for node in nodes]
            if datatype == "string":
                values = [things.label(value) if value else "" for value in values]
            yield f"{quantity.name}_{last}", tuple(values) if any(values) else ()


def _passages(things: Things, statement: str, page: str) -> Iterator[tuple[str, Value]]:
    """Where the statement stands, in the order of the text."""
    found = []
    for passage in things.values(statement, f"{POL}passage"):
        selector = things.value(passage, f"{OA}hasSelector")
        start, end = things.value(selector, f"{OA}start"), things.value(selector, f"{OA}end")
        first, last = things.value(passage, f"{POL}startAnchor"), things.value(passage, f"{POL}endAnchor")
        found.append((int(start), start, end, first, last, things.value(passage, f"{POL}sha256")))
    found.sort()
    yield "passage_starts", tuple(row[1] for row in found)
    yield "passage_ends", tuple(row[2] for row in found)
    yield "passage_first_words", tuple(row[3] for row in found)
    yield "passage_last_words", tuple(row[4] for row in found) if any(row[4] for row in found) else ()
    yield "passage_sha256", tuple(row[5] for row in found)
    links = tuple(passage_link(page, row[3], row[4]) for row in found) if page else ()
    yield "passage_links", links if any(links) else ()
