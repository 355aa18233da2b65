"""Anchor locks written anew from the passages that were found in the texts.

In: documents that were read with their texts. Out: the locks, as files. Next: ``kg anchor`` and :mod:`kg.authoring.watching`.
"""

from collections.abc import Iterable
from typing import Final

from kg.atomic import replace
from kg.errors import Finding
from kg.mappings.apart import Mapped
from kg.mappings.layout import Layout
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


def mistakes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings because of which a lock is left as it was, by place."""
    return tuple(sorted(finding for finding in findings if finding.code.startswith(_MISTAKES)))


def relock(layout: Layout, mapped: Mapped) -> bool | None:
    """Write the lock of a document whose text is at hand and in whose file nothing stands against it.

    :returns: whether the lock was changed; None if it cannot be written
    """
    coding = mapped.coding
    if coding is None or coding.text is None:
        return None
    if any(finding.file == coding.file for finding in mistakes(mapped.trace.findings)):
        return None
    path = layout.lock(mapped.slug)
    content = format_lock(coding.passages.found)
    changed = not path.exists() or path.read_text(encoding="utf-8") != content
    if changed:
        replace(path, content)
    return changed
