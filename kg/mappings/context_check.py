"""The context checked before it is used: a mistake in it would be a finding of every statement.

In: a :class:`~kg.mappings.context.Context` and the vocabulary. Out: findings; with one of them nothing further can be said of
the mappings. Next: :mod:`kg.mappings.terms`.
"""

import re
from collections.abc import Iterator
from typing import Final

from kg.errors import Finding
from kg.mappings.context import Context, Form, Term
from kg.mappings.literals import DATATYPES
from kg.mappings.words import did_you_mean
from kg.namespaces import ID, POL, PREFIXES
from kg.rdf import context_error, is_address
from kg.vocabulary import Vocabulary

REQUIRED: Final = ("id", "kind", "passage")
"""The keys that the code itself names."""

_COMPACT: Final = re.compile(r"([A-Za-z][\w-]*):(?!//)")


def collections(context: Context) -> frozenset[str]:
    """Names that ``collection:`` can have: parts of the id space that a key or a prefix refers to."""
    bases = {*(term.base for term in context.terms.values()), *PREFIXES.values()}
    return frozenset(base.removeprefix(ID).strip("/") for base in bases if base.startswith(ID) and base != ID)


def check_context(context: Context, vocabulary: Vocabulary) -> list[Finding]:
    """What is wrong with the context, each at the line of its key."""
    findings = [
        context.top.finding("context", f'the key "{key}" is missing, which every mapping file needs')
        for key in REQUIRED
        if key not in context.terms
    ]
    declared = vocabulary.declared
    bases = _bases(vocabulary) | ({term.base for term in context.terms.values()} if vocabulary.unreadable else set())
    reported: set[str] = set()
    for key, term in context.terms.items():
        problem = next(_problems(term, context, declared, bases), None)
        if problem and problem not in reported:  # a prefix that is missing is missed by many keys
            reported.add(problem)
            findings.append(context.places[key].finding("context", f"{key}: {problem}"))
    return findings or _refused(context)


def _problems(term: Term, context: Context, declared: frozenset[str], bases: set[str]) -> Iterator[str]:
    """What is wrong with one term.

    :param declared: subjects of the vocabulary
    :param bases: namespaces of the id space
    """
    definition = context.jsonld[term.key]
    if isinstance(definition, str) and is_address(definition):
        yield "the address of a prefix ends in / or #"
    written = definition.get("@id", term.key) if isinstance(definition, dict) else definition
    kind = definition.get("@type", "") if isinstance(definition, dict) else ""
    for compact in (written, kind):
        prefix = _COMPACT.match(str(compact))
        if prefix and prefix[1] not in context.prefixes:
            yield f'the prefix "{prefix[1]}" is not declared as a namespace{did_you_mean(prefix[1], context.prefixes)}'
    if term.form in (Form.ID, Form.KIND):
        return
    if not is_address(term.iri):
        yield f'"{term.iri}" is not the IRI of a property'
    if term.iri.startswith(POL) and term.iri not in declared:
        near = did_you_mean(term.iri.removeprefix(POL), {iri.removeprefix(POL) for iri in declared if iri.startswith(POL)})
        yield f"pol:{term.iri.removeprefix(POL)} is not declared in ontology/policy.ttl{near}"
    if term.form is Form.LITERAL and term.datatype not in DATATYPES:
        known = sorted(f"xsd:{datatype.rsplit('#', 1)[-1]}" for datatype in DATATYPES)
        yield f'"@type": {kind} is not one of @id, {", ".join(known)}{did_you_mean(str(kind), known)}'
    if term.base.startswith(ID) and term.base not in bases:
        yield f'"@base": {term.base} is no part of the id space{did_you_mean(term.base, bases)}'


def _bases(vocabulary: Vocabulary) -> set[str]:
    """Namespaces of the id space: those of the prefixes, of parts of documents, and of the closed lists."""
    lists = {iri.rpartition("/")[0] + "/" for iri in vocabulary.concepts | vocabulary.lost}
    return {ID, f"{ID}section/", f"{ID}statement/", *lists, *PREFIXES.values()}


def _refused(context: Context) -> list[Finding]:
    """Terms that the JSON-LD processor does not accept; each is tried alone only if the whole is refused."""
    if context_error(context.jsonld) is None:
        return []
    frame = {key: value for key, value in context.jsonld.items() if key.startswith("@") or key in context.prefixes}
    reason = context_error(frame)
    if reason:
        return [context.top.finding("context", reason)]
    found = ((key, context_error({**frame, key: context.jsonld[key]})) for key in context.terms)
    findings = [context.places[key].finding("context", f"{key}: {reason}") for key, reason in found if reason]
    return findings or [context.top.finding("context", f"{context_error(context.jsonld)}")]
