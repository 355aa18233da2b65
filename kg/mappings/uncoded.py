"""Documents of the catalogue that nobody has begun to code.

In: the catalogue, and the documents that have a mapping file. Out: a warning for each other one. Next: :mod:`kg.mappings.corpus` and
:mod:`kg.scale.steps`. A document that is to wait has a mapping file with ``statements: []``, of which nothing is asked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from kg.errors import Finding, Severity
from kg.mappings.layout import Layout
from kg.mappings.nodes import Place
from kg.namespaces import ID

_DOCUMENT = f"{ID}document/"


def uncoded(
    layout: Layout, declared: Iterable[str], begun: Collection[str], subjects: Mapping[str, tuple[Place, str]]
) -> Iterator[Finding]:
    """A warning for each document without a mapping file; one of which a ledger or a lock is left has a finding there.

    :param declared: IRIs of the catalogue's documents, among others
    :param begun: slugs of the documents that have a mapping file, or are named by one
    :param subjects: where each is declared
    """
    begun = {*begun, *(path.stem for path in layout.misnamed())}
    for iri in declared:
        slug = iri.removeprefix(_DOCUMENT)
        if slug == iri or slug in begun or iri not in subjects or layout.lock(slug).exists() or layout.ledger(slug).exists():
            continue
        file = layout.name(layout.mappings / f"{slug}.yaml")
        message = (
            f"the document has no mapping file: begin it with `kg new`, which writes this entry anew, so delete it first; "
            f"or write {file} with `document: {slug}` and `statements: []`, if it is to wait"
        )
        place, name = subjects[iri]
        yield place.finding("uncoded-document", message, name, Severity.WARNING)
