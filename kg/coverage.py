"""The balance of a document's text: each sentence is covered by a passage, skipped with a reason, or left.

In: a :class:`~kg.mappings.corpus.DocumentCoding` whose text is at hand. Out: a :class:`Coverage`. Next: the `kg coverage`
command. A sentence is accounted for when each of its words is.
"""

from collections import Counter
from dataclasses import dataclass

from kg.errors import Span
from kg.mappings.corpus import DocumentCoding
from kg.mappings.unaccounted import left
from kg.sources import words


@dataclass(frozen=True)
class Coverage:
    """How much of a text is accounted for.

    Shares are of the characters of the normalised text, as on the pages of a server, which has no words where it has no text.

    :ivar words: number of words of the text
    :ivar stated: words that a passage covers
    :ivar skipped: words that only the ledger covers, by reason
    :ivar left: sentences with a word that neither covers, with the number of such words
    :ivar stated_share: share of the characters that a passage covers, from 0 to 1
    :ivar skipped_share: share of those that only the ledger covers
    :ivar left_share: share of those of sentences in ``left`` that neither covers
    """

    document: str
    sentences: int
    words: int
    stated: int
    skipped: dict[str, int]
    left: tuple[tuple[Span, int], ...]
    stated_share: float
    skipped_share: float
    left_share: float


def coverage(coding: DocumentCoding) -> Coverage:
    """Account for every word of the document's text.

    :raises ValueError: if the text is not at hand
    """
    if coding.text is None:
        raise ValueError(f"the text of {coding.slug} is not at hand")
    text = coding.text.text
    owner = [""] * len(text)
    for skipped in coding.ledger:
        if skipped.span is not None:
            owner[skipped.span.start : skipped.span.end] = [skipped.reason] * (skipped.span.end - skipped.span.start)
    for span in coding.passages.spans():
        owner[span.start : span.end] = ["statement"] * (span.end - span.start)
    counts: Counter[str] = Counter()
    for sentence in coding.text.sentences:
        counts.update(owner[sentence.start + word.start] for word in words(text[sentence.start : sentence.end]))
    rest = left(coding.text, [*coding.passages.spans(), *(skipped.span for skipped in coding.ledger if skipped.span)])
    return Coverage(
        document=coding.slug,
        sentences=len(coding.text.sentences),
        words=counts.total(),
        stated=counts["statement"],
        skipped={reason: n for reason, n in sorted(counts.items()) if reason not in ("", "statement")},
        left=tuple(rest),
        stated_share=owner.count("statement") / len(text),
        skipped_share=sum(who not in ("", "statement") for who in owner) / len(text),
        left_share=sum(owner[sentence.start : sentence.end].count("") for sentence, _ in rest) / len(text),
    )
