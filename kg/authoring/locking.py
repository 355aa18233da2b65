"""Anchor locks written anew from the passages that were found in the texts.

In: a corpus that was read with its texts. Out: the locks, as files. Next: ``kg anchor`` and :mod:`kg.authoring.watching`.
"""

from collections.abc import Iterable
from typing import Final

from kg.atomic import replace
from kg.errors import Finding
from kg.mappings.corpus import Corpus
from kg.mappings.lock import format_lock

_MISTAKES: Final = (
    "anchor-ambiguous",
    "anchor-not-found",
    "anchor-syntax",
    "anchor-too-long",
    "yaml",
    "encoding",
    "duplicate-id",
    "reused-id",
    "source",
)


def mistakes(corpus: Corpus) -> tuple[Finding, ...]:
    """The findings because of which a lock is left as it was."""
    return tuple(finding for finding in corpus.findings if finding.code.startswith(_MISTAKES))


def relock(corpus: Corpus, documents: Iterable[str]) -> dict[str, bool]:
    """Write the locks of documents whose text is at hand and in whose file nothing stands against it.

    :returns: by document, whether its lock was changed
    """
    wrong = {finding.file for finding in mistakes(corpus)}
    written = {}
    for slug in documents:
        coding = corpus.documents[slug]
        if coding.text is None or coding.file in wrong:
            continue
        path = corpus.layout.lock(slug)
        content = format_lock(coding.passages.found)
        written[slug] = not path.exists() or path.read_text(encoding="utf-8") != content
        if written[slug]:
            replace(path, content)
    return written
