"""What cannot be read while somebody writes, and what a check can therefore not say: a file with a mistake in its YAML, a text that is gone.

In: a project, the folder of texts, and the findings of two checks. Out: findings, and which of the earlier ones nobody can judge now.
Next: :mod:`kg.authoring.watching`.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from kg.errors import UNREAD, Finding
from kg.mappings.layout import Layout

_HIDING: Final = UNREAD | {"duplicate-key"}
"""Codes of findings in a file of which something was not read."""


def is_about(finding: Finding, slug: str) -> bool:
    """Whether a finding is about a document: in one of its files, or in the catalogue about it."""
    name = finding.file.rpartition("/")[2]
    return name in (f"{slug}.yaml", f"{slug}.skipped.yaml", f"{slug}.tsv", f"{slug}.txt") or finding.subject == slug


def missing(slugs: Iterable[str], layout: Layout, sources: Path) -> list[Finding]:
    """A finding for each document whose mapping file or text is not there: it stops no check, but nothing can be shown."""
    found = []
    for slug in slugs:
        mapping, text = layout.mappings / f"{slug}.yaml", sources / f"{slug}.txt"
        if not mapping.is_file():
            message = "there is no such file; bring it back, or begin the document with `kg new`"
            found.append(Finding(layout.name(mapping), 1, 1, "no-document", message, slug))
        elif not text.is_file():
            message = "there is no such text; put the document's text there"
            found.append(Finding(layout.name(text), 1, 1, "source-text", message, slug))
    return found


def hidden(gone: Iterable[Finding], now: Iterable[Finding], unread: Collection[str], layout: Layout) -> frozenset[Finding]:
    """Which of the findings that are gone may be there still, since what they are about was not read.

    :param gone: findings of the check before that this one does not have
    :param unread: slugs of documents that could not be read
    """
    files = {finding.file for finding in now if finding.code in _HIDING}
    ledgers = layout.named(layout.mappings.glob("*.skipped.yaml"))
    if files - {name for _, name in (*layout.document_files(), *ledgers)}:
        return frozenset(gone)  # all documents name what stands in the other files
    return frozenset(f for f in gone if f.file in files or any(is_about(f, slug) for slug in unread))
