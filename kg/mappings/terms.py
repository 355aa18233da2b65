"""What mappings are written with: the vocabulary, the context, and where its keys stand.

In: the files of ontology, shapes and context. Out: what they say, and the findings about vocabulary and context. Next:
:mod:`kg.mappings.corpus` and :mod:`kg.mappings.apart`.
"""

from kg.mappings.context import Context, read_context
from kg.mappings.context_check import check_context
from kg.mappings.keys import Keys, keys_of
from kg.mappings.layout import Layout
from kg.mappings.nodes import Place
from kg.mappings.trace import Trace
from kg.namespaces import ID
from kg.shapes import read_shapes
from kg.vocabulary import Vocabulary, read_vocabulary


def read_terms(layout: Layout, trace: Trace) -> tuple[Vocabulary, Context, Keys, bool]:
    """Vocabulary, context, where its keys stand, and whether they can be used; what is wrong is reported, and their places are noted.

    What is wrong with the shapes is reported by who applies them.
    """
    vocabulary, findings = read_vocabulary(layout.vocabulary_files())
    context, wrong = read_context(layout.context, layout.name(layout.context))
    wrong = wrong or check_context(context, vocabulary) if vocabulary.classes else wrong
    for finding in findings + wrong:
        trace.report(finding)
    if wrong or not vocabulary.classes:
        return vocabulary, context, Keys(), False
    for iri, (file, line) in vocabulary.places.items():
        trace.subjects.setdefault(iri, (Place(file, line, 1), _short(iri)))
    trace.lost |= vocabulary.lost
    if vocabulary.unreadable:
        trace.lost_below.add(ID)
    allowed = read_shapes(layout.shape_files(), vocabulary.declared).allowed
    return vocabulary, context, keys_of(context, vocabulary, allowed), True


def _short(iri: str) -> str:
    return iri.rsplit("#", 1)[-1] if "#" in iri else iri.removeprefix(ID)
