"""The published queries and the prefixes of the endpoint, as triples that SPARQL editors look for.

In: :class:`~kg.queries.PublishedQuery`. Out: triples after the convention of ``sib-swiss/sparql-examples`` and SHACL
(https://www.w3.org/TR/shacl/#sparql-prefixes). An editor shows ``rdfs:comment``, once for each language that it has, so it is in
English alone; title and description are in both.
"""

import re
from collections.abc import Iterable
from typing import Final

from kg.description.facts import DATASET, ENDPOINT, QUERIES
from kg.description.writing import Iri, Typed, Writer
from kg.namespaces import PREFIXES
from kg.queries import PublishedQuery

PREFIX_SET: Final = f"{DATASET}#prefixes"
_DESCRIBES: Final = "https://purl.expasy.org/sparql-examples/ontology#"
_FORM: Final = re.compile(
    r"(?:\s|\#[^\n]*\n|PREFIX\s+[^\s:<]*\s*:\s*<[^>]*>|BASE\s+<[^>]*>)*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE
)
"""SPARQL 1.1, section 19.8, rules Query and Prologue: the first word after the declarations."""


def write(writer: Writer, queries: Iterable[PublishedQuery]) -> None:
    """Write the queries and the prefixes."""
    for query in queries:
        form = query_form(query.text)
        writer.say(
            f"{QUERIES}{query.name}",
            a=("sh:SPARQLExecutable", *([] if form == "describe" else [f"sh:SPARQL{form.title()}Executable"])),
            rdfs_label=query.title,
            rdfs_comment={"en": f"{query.title['en']}. {query.description['en']}"},
            dcterms_description=query.description,
            dcterms_isPartOf=Iri(DATASET),
            sh_prefixes=Iri(PREFIX_SET),
            schema_keywords=list(query.tags),
            schema_target=Iri(ENDPOINT),
        )
        if form == "describe":
            writer.say_iri(f"{QUERIES}{query.name}", f"{_DESCRIBES}describe", query.text)
        else:
            writer.say(f"{QUERIES}{query.name}", **{f"sh_{form}": query.text})
    writer.say(PREFIX_SET, a="owl:Ontology", rdfs_comment={"en": "Prefixes that a query at the endpoint need not declare."})
    for prefix, namespace in PREFIXES.items():
        part = f"{DATASET}#prefix-{prefix}"
        writer.say(PREFIX_SET, sh_declare=Iri(part))
        writer.say(part, a="sh:PrefixDeclaration", sh_prefix=prefix, sh_namespace=Typed(namespace, "xsd:anyURI"))


def query_form(text: str) -> str:
    """``select``, ``ask``, ``construct`` or ``describe``.

    :raises ValueError: if the text is no query
    """
    match = _FORM.match(text)
    if match is None:
        raise ValueError(f"no query: {text[:60]!r}")
    return match[1].lower()
