"""Documents whose text is not at hand though a folder of texts was given: their passages are believed, not verified.

In: a layout, the documents that were read, and the folder. Out: warnings. Next: `kg check`, which prints them.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from kg.errors import Finding, Severity
from kg.mappings.layout import Layout
from kg.mappings.words import either, nearest

_SHOWN: Final = 10
"""Documents up to which each has a warning of its own: whoever has few of many texts knows it."""


def unverified(layout: Layout, documents: Iterable[str], sources: Path) -> list[Finding]:
    """A warning for each document without a text in ``sources``, with the files there that are called nearly so.

    :param documents: slugs
    """
    listed = sorted(documents)
    missing = [slug for slug in listed if not (sources / f"{slug}.txt").exists()]
    others = {path.name for path in sources.glob("*") if path.is_file()} - {f"{slug}.txt" for slug in listed}
    findings = []
    for slug in missing[:_SHOWN]:
        near = nearest(f"{slug}.txt", others)
        remedy = f"rename it, if it is {either(near)}" if near else "put it there under this name"
        message = f"the passages are not verified, as there is no {slug}.txt in {layout.name(sources)}: {remedy}"
        findings.append(Finding(layout.name(layout.mappings / f"{slug}.yaml"), 1, 1, "no-text", message, "", Severity.WARNING))
    if len(missing) > _SHOWN:
        message = f"{findings[-1].message}; nor are those of {len(missing) - _SHOWN} more documents"
        findings[-1] = replace(findings[-1], message=message)
    return findings
