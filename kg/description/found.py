"""What the data say of their documents and of how these were coded: titles, dates, coders.

In: quads. Out: :class:`Found`. Next: :mod:`kg.description.catalogue` and :mod:`kg.description.provenance` repeat it of the data sets.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.namespaces import DCTERMS, ID, POL, RDF_TYPE

_DATE: Final = f"{DCTERMS}date"
_ISSUED: Final = f"{DCTERMS}issued"
_WANTED: Final = frozenset({f"{DCTERMS}title", _DATE, _ISSUED, f"{POL}coder", f"{POL}coding", f"{POL}statedIn", RDF_TYPE})


@dataclass(frozen=True)
class DocumentFacts:
    """A document that was coded.

    :ivar title: by language
    :ivar codings: IRIs of the passes in which its statements were coded
    :ivar coders: IRIs of who did
    :ivar example: IRI of its first statement; empty if it has none
    :ivar coded: date of the latest of these passes (ISO 8601); empty if none has one
    """

    slug: str
    title: dict[str, str]
    codings: tuple[str, ...]
    coders: tuple[str, ...]
    example: str
    coded: str

    @property
    def iri(self) -> str:
        """IRI of the document."""
        return f"{ID}document/{self.slug}"


@dataclass(frozen=True)
class Found:
    """What the data say of themselves.

    :ivar years: in which the documents appeared, the first and the last; empty if none has one
    """

    documents: tuple[DocumentFacts, ...]
    years: tuple[str, ...]

    @property
    def coders(self) -> tuple[str, ...]:
        """IRIs of who coded, of all documents."""
        return tuple(sorted({coder for document in self.documents for coder in document.coders}))

    @property
    def coded(self) -> str:
        """Date of the latest coding; empty if none has one."""
        return max((document.coded for document in self.documents), default="")


def find(quads: Iterable[ox.Quad], documents: Sequence[str]) -> Found:
    """Read what the data say of the documents.

    :param documents: slugs
    """
    said: defaultdict[tuple[str, str], list[ox.NamedNode | ox.Literal]] = defaultdict(list)
    stated: defaultdict[str, list[str]] = defaultdict(list)
    for quad in quads:
        predicate = quad.predicate.value
        if (
            predicate in _WANTED
            and isinstance(quad.subject, ox.NamedNode)
            and isinstance(quad.object, (ox.NamedNode, ox.Literal))
        ):
            subject = quad.subject.value
            said[subject, predicate].append(quad.object)
            if predicate == f"{POL}statedIn":
                stated[quad.object.value].append(subject)

    def values(subject: str, predicate: str) -> list[str]:
        return sorted(term.value for term in said.get((subject, predicate), ()))

    facts = []
    for slug in sorted(documents):
        iri = f"{ID}document/{slug}"
        statements = sorted(stated[iri])
        codings = sorted({coding for statement in statements for coding in values(statement, f"{POL}coding")})
        titles = said.get((iri, f"{DCTERMS}title"), ())
        facts.append(
            DocumentFacts(
                slug=slug,
                title={t.language: t.value for t in titles if isinstance(t, ox.Literal) and t.language} or {"en": slug},
                codings=tuple(codings),
                coders=tuple(sorted({coder for coding in codings for coder in values(coding, f"{POL}coder")})),
                example=statements[0] if statements else "",
                coded=max((date for coding in codings for date in values(coding, _DATE)), default=""),
            )
        )
    years = sorted({date[:4] for fact in facts for name in (_DATE, _ISSUED) for date in values(fact.iri, name)})
    return Found(tuple(facts), (years[0], years[-1]) if years else ())
