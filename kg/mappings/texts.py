"""Documents whose text is not at hand though a folder of texts was given: their passages are believed, not verified.

In: a layout, the documents that were read, and the folder. Out: their slugs, and warnings where a file there seems to be the text under
another name. Next: `kg check`, which prints both.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from kg.errors import Finding, Severity
from kg.mappings.layout import Layout
from kg.mappings.words import either, nearest

_SHOWN: Final = 10
"""Warnings up to which each document has its own: with one file to many documents the names say little."""


def without_text(documents: Iterable[str], sources: Path) -> list[str]:
    """Slugs of those ``documents`` of which ``sources`` has no text."""
    return [slug for slug in sorted(documents) if not (sources / f"{slug}.txt").exists()]


def misnamed(layout: Layout, documents: Iterable[str], sources: Path) -> list[Finding]:
    """A warning for each document without a text where a file of no document is called nearly so.

    :param documents: slugs of all
    """
    listed = list(documents)
    others = {path.name for path in sources.glob("*") if path.is_file()} - {f"{slug}.txt" for slug in listed}
    findings = []
    for slug in without_text(listed, sources) if others else ():
        near = nearest(f"{slug}.txt", others)
        if near:
            message = f"the passages are not verified, as there is no {slug}.txt in {layout.name(sources)}; rename {either(near)} if it is that text"
            file = layout.name(layout.mappings / f"{slug}.yaml")
            findings.append(Finding(file, 1, 1, "misnamed-text", message, "", Severity.WARNING))
    if len(findings) > _SHOWN:
        message = f"{findings[_SHOWN - 1].message} (also {len(findings) - _SHOWN} more documents)"
        findings[_SHOWN - 1 :] = [replace(findings[_SHOWN - 1], message=message)]
    return findings
