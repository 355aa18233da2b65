"""Sentences of a text for which neither a passage nor the ledger accounts.

In: a text, and what is located in it. Out: the sentences, and a warning. Next: :mod:`kg.mappings.corpus`, :mod:`kg.coverage`. A sentence is
accounted for when each of its words is (codebook, section 1).
"""

from collections.abc import Iterable

from kg.errors import Finding, Severity, Span
from kg.mappings.ledger import Skipped
from kg.mappings.nodes import Place
from kg.mappings.passages import Passages
from kg.sources import NormalisedText, words

_FIRST_WORDS = 5


def left(text: NormalisedText, covered: Iterable[Span]) -> list[tuple[Span, int]]:
    """Each sentence with a word that begins in no stretch of ``covered``, and how many such words it has."""
    free = bytearray(b"\1") * len(text.text)
    for span in covered:
        free[span.start : span.end] = bytes(span.end - span.start)
    found = []
    for sentence in text.sentences:
        if 1 in free[sentence.start : sentence.end]:
            here = words(text.text[sentence.start : sentence.end])
            missing = sum(free[sentence.start + word.start] for word in here)
            if missing:
                found.append((sentence, missing))
    return found


def unaccounted(slug: str, place: Place, passages: Passages, ledger: Iterable[Skipped]) -> list[Finding]:
    """A warning, if the text is at hand and a sentence is left.

    None is given as long as a passage or an entry of the ledger has not been found: its own finding says so, and it may be what is left. What is
    prepared, and not coded yet, has a finding, too.

    :param place: of the mapping file
    """
    text, skipped = passages.text, [entry.span for entry in ledger]
    if text is None or passages.seen != passages.found.keys() or None in skipped:
        return []
    covered = [Span(passage.start, passage.end) for passage, _ in passages.found.values()]
    sentences = left(text, [*covered, *(span for span in skipped if span)])
    if not sentences:
        return []
    first, _ = sentences[0]
    beginning = " ".join(text.text[first.start : first.end].split()[:_FIRST_WORDS])
    number = "1 sentence is" if len(sentences) == 1 else f"{len(sentences)} sentences are"
    message = (
        f"{number} not accounted for, {'' if len(sentences) == 1 else 'the first '}at {first.start}–{first.end} ({beginning} …): code "
        f"{'it, or put it' if len(sentences) == 1 else 'them, or put them'} into the ledger; `kg coverage {slug}` lists what is left"
    )
    return [place.finding("unaccounted", message, "", Severity.WARNING)]
