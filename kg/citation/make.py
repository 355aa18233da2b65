"""Make the citation of a thing from what the release says.

In: an IRI and a :class:`~kg.reader.Reader`. Out: a :class:`~kg.citation.record.Citation`. Next: the styles.
"""

from dataclasses import replace
from typing import Final

from kg.citation.record import LANGUAGES, WORDS, Citation, Reference
from kg.citation_file import Author, CitationFile, from_release
from kg.description import DATASET
from kg.errors import CitationError
from kg.fragment import passage_link
from kg.namespaces import BASE, DCTERMS, ID, OA, POL, PREFIXES, SKOS
from kg.rdf import is_address
from kg.reader import Reader
from kg.store import Release

_DOCUMENT: Final = f"{ID}document/"
_STATEMENT: Final = f"{ID}statement/"
_LABEL: Final = f"{SKOS}prefLabel"


def iri_of(name: str) -> str:
    """IRI of what a user calls ``bij1-2021/s086``, ``bij1-2021``, ``dataset`` or by its IRI."""
    name = name.strip()
    if not name or name == "dataset":
        return DATASET
    if name.startswith(("http:", "https:")):
        return DATASET if name == BASE else name
    path = name.strip("/")
    if path.startswith(("document/", "statement/")):
        return f"{ID}{path}"
    return f"{_STATEMENT}{path}" if "/" in path else f"{_DOCUMENT}{path}"


def cite(reader: Reader, name: str, language: str = "en") -> Citation:
    """Citation of the dataset, a document or a statement.

    :param name: an IRI, or a short name as :func:`iri_of` takes it
    :param language: ``en`` or ``nl``
    :raises CitationError: if it is none of them, is not in the release, or the release does not say who made it
    """
    if language not in LANGUAGES:
        raise CitationError(f'citations are in {" and ".join(LANGUAGES)}, not in "{language}"')
    iri = iri_of(name).partition("#")[0]
    dataset = dataset_reference(reader.release, language)
    if iri == DATASET:
        return Citation(iri, (dataset,), language)
    if iri.startswith(f"{DATASET}/"):
        iri = f"{_DOCUMENT}{iri.removeprefix(f'{DATASET}/')}"
    if not iri.startswith((_DOCUMENT, _STATEMENT)):
        raise CitationError(
            f"{iri}: only the dataset, its documents and its statements can be cited; cite the dataset and name this IRI"
        )
    if not is_address(iri) or not reader.is_known(iri):
        raise CitationError(
            f"{iri}: release {reader.release.version} has no such document or statement; write DOCUMENT, or DOCUMENT/ID, as in bij1-2021/s086"
        )
    made = _document if iri.startswith(_DOCUMENT) else _statement
    return Citation(iri, made(reader, iri, dataset, language), language)


def dataset_reference(release: Release, language: str) -> Reference:
    """The dataset as a whole.

    :raises CitationError: if the release does not say who made it
    """
    said = from_release(release.description)
    if said is None:
        raise CitationError(
            f"release {release.version} does not say who made it: it was built without a CITATION.cff; build it again with one"
        )
    words = WORDS[language]
    return Reference(
        key=f"policy-kg-{release.version}",
        kind="dataset",
        authors=said.authors,
        title=said.title,
        date=said.date,
        version=_version(said, release, words),
        genre=words["dataset"],
        url=said.url or DATASET,
        doi=said.doi,
    )


def _version(said: CitationFile, release: Release, words: dict[str, str]) -> str:
    """The version that people say, and the one that names the very bytes."""
    return f"{said.version}, {words['release']} {release.version}" if said.version else release.version


def _document(reader: Reader, iri: str, dataset: Reference, language: str) -> tuple[Reference, ...]:
    """The document itself, and our coding of it."""
    slug = iri.removeprefix(_DOCUMENT)
    source = _source(reader, iri, language)
    coding = replace(
        dataset,
        key=f"policy-kg-{slug}",
        kind="entry",
        title=source.title,
        translation=source.translation,
        language=source.language,
        genre=WORDS[language]["coding"],
        container=dataset.title,
        url=f"{DATASET}/{slug}",
        doi="",
    )
    return source, coding


def _statement(reader: Reader, iri: str, dataset: Reference, language: str) -> tuple[Reference, ...]:
    """The statement as an entry of the dataset, and the place that it was coded from."""
    short = iri.removeprefix(_STATEMENT)
    words = WORDS[language]
    summary = _text(reader, iri, f"{POL}summary", language)
    entry = replace(
        dataset,
        key=f"policy-kg-{short.replace('/', '-')}",
        kind="entry",
        title=summary.rstrip(".") or f"{words['withdrawn']} {short}",
        language=language if summary else "",
        genre=f"{words['statement']} {short}",
        container=dataset.title,
        url=iri,
        doi="",
    )
    document = _first(reader, iri, f"{POL}statedIn")
    if not document:
        return (entry,)
    source = _source(reader, document, language)
    section = _first(reader, iri, f"{POL}section")
    ranges, link = _passages(reader, iri, source.url)
    located = replace(
        source,
        key=f"source-{short.replace('/', '-')}",  # of its own, since it is another place for each statement
        section=_text(reader, section, _LABEL, language) if section else "",
        passage=f"{words['characters']} {ranges}" if ranges else "",
        url=link or source.url,
    )
    return entry, located


def _source(reader: Reader, document: str, language: str) -> Reference:
    """A document that others wrote, with its title in its own language."""
    own = _first(reader, document, f"{DCTERMS}language")
    title = _text(reader, document, f"{DCTERMS}title", own or language) or _text(reader, document, _LABEL, language)
    translation = _text(reader, document, f"{DCTERMS}title", language) if own != language else ""
    authors = tuple(
        Author(name=_text(reader, agent.value, _LABEL, language)) for agent in reader.objects(document, f"{DCTERMS}creator")
    )
    return Reference(
        key=f"source-{document.removeprefix(_DOCUMENT)}",
        kind="document",
        authors=authors,
        title=title,
        translation="" if translation == title else translation,
        language=own,
        date=_first(reader, document, f"{DCTERMS}date") or _first(reader, document, f"{DCTERMS}issued"),
        url=_first(reader, document, f"{PREFIXES['foaf']}page"),
    )


def _passages(reader: Reader, statement: str, page: str) -> tuple[str, str]:
    """Ranges of characters, counted as the selectors count them: from 0, the end exclusive, and a link to the first passage."""
    found = []
    for passage in reader.objects(statement, f"{POL}passage"):
        selector = _first(reader, passage.value, f"{OA}hasSelector")
        start, end = (_first(reader, selector, f"{OA}{edge}") for edge in ("start", "end"))
        link = passage_link(
            page, _first(reader, passage.value, f"{POL}startAnchor"), _first(reader, passage.value, f"{POL}endAnchor")
        )
        found.append((int(start), int(end), link))
    found.sort()
    return ", ".join(f"{start}–{end}" for start, end, _ in found), found[0][2] if found else ""


def _first(reader: Reader, subject: str, predicate: str) -> str:
    return next((term.value for term in reader.objects(subject, predicate)), "")


def _text(reader: Reader, subject: str, predicate: str, language: str) -> str:
    """A text in a language, or in another one that we have; empty if there is none."""
    found = reader.objects(subject, predicate)
    for wanted in (language, *LANGUAGES):
        for term in found:
            if term.language == wanted:
                return term.value
    return found[0].value if found else ""
