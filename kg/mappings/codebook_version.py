"""The version of the codebook, and the coding passes that name one that there is not.

In: the codebook's first line, and the nodes of the coding passes. Out: findings. Next: :mod:`kg.mappings.corpus` and
:mod:`kg.mappings.apart`. A pass names the version that it followed, so an earlier one than today's is right.
"""

import re
from collections.abc import Iterable
from typing import Final

from kg.mappings.convert import JsonNode
from kg.mappings.layout import Layout
from kg.mappings.trace import Trace
from kg.mappings.words import shortened
from kg.namespaces import POL

_TITLE: Final = re.compile(r"^# Codebook, version (\S+)", re.MULTILINE)
_VERSION: Final = re.compile(r"([1-9]\d{0,3})\.(\d{1,4})")
"""From 1.0, the first."""


def version_of(layout: Layout) -> str:
    """Version of the codebook, from its first line; empty where the project has none of its own."""
    try:
        found = _TITLE.search(layout.codebook.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return found[1] if found else ""


def check_versions(nodes: Iterable[JsonNode], layout: Layout, trace: Trace) -> None:
    """Report each coding pass under a version that the codebook never had, or does not have yet."""
    present = version_of(layout)
    now = _parts(present)
    if now is None:
        return
    for node in nodes:
        iri, written = str(node["id"]), node.get("codebookVersion")
        for version in written if isinstance(written, list) else ():
            place = trace.values.get((iri, f"{POL}codebookVersion", version))
            parts = _parts(version)
            if place is None or (parts is not None and parts <= now):
                continue
            wrong = "is no version of the codebook" if parts is None else "is later than the codebook"
            message = f'codebookVersion: "{shortened(version)}" {wrong}, which is at {present} ({layout.name(layout.codebook)}); write the one that was followed, as in "{present}"'
            trace.report(place.finding("codebook-version", message, trace.subjects[iri][1]))


def _parts(version: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else None
