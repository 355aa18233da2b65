"""RDF terms free of the library that made them, and what that library accepts, since it passes over what it does not take.

In: a term of pyoxigraph, an IRI or a JSON-LD context as written. Out: a :class:`Term`; whether it is taken, and why not. Next:
:mod:`kg.mappings`, :mod:`kg.graph`, :mod:`kg.reader`.
"""

import json
from typing import NamedTuple

import pyoxigraph as ox


class Term(NamedTuple):
    """An RDF term, free of the library that made it. A tuple, since every triple is looked up by its terms.

    :ivar kind: ``iri``, ``literal`` or ``blank``
    :ivar value: IRI, lexical form or label
    :ivar language: tag of a language-tagged string, or empty
    :ivar datatype: datatype IRI of a literal, or empty
    """

    kind: str
    value: str
    language: str = ""
    datatype: str = ""


def is_address(value: str) -> bool:
    """Whether ``value`` is an absolute http or https IRI that RDF can hold (RFC 3987)."""
    if not value.startswith(("http://", "https://")) or value.endswith("://"):
        return False
    try:
        ox.NamedNode(value)
    except ValueError:
        return False
    return True


def context_error(context: dict[str, object]) -> str | None:
    """The reason for which the JSON-LD processor refuses a context; None if it takes it."""
    document = json.dumps({"@context": context, "@graph": []})
    try:
        list(ox.parse(document, format=ox.RdfFormat.JSON_LD))
    except SyntaxError as error:
        return str(error.msg)
    return None


def to_term(term: object) -> Term:
    """A pyoxigraph term as a :class:`Term`."""
    match term:
        case ox.NamedNode():
            return Term("iri", term.value)
        case ox.Literal():
            return Term("literal", term.value, term.language or "", term.datatype.value)
        case ox.BlankNode():
            return Term("blank", term.value)
    raise TypeError(f"no RDF 1.1 term: {term!r}")
