"""Links to open data: ``mappings/links.sssom.tsv``, a simple standard for sharing ontological mappings (SSSOM).

In: the TSV file with its YAML header. Out: :class:`Link` rows; the evidence stays in the file, which a release carries along.
Next: :mod:`kg.graph`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from kg.errors import Finding
from kg.mappings.registry import Registry
from kg.namespaces import ID, SKOS

REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification", "comment")
"""Columns that a row must fill; ``comment`` names where identifier and label were seen together."""

PREDICATES: Final = {
    f"skos:{name}": f"{SKOS}{name}" for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
}
_IRI: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True)
class Link:
    """An entity of ours, a SKOS mapping property, and an IRI elsewhere."""

    subject: str
    predicate: str
    object: str


def read_links(path: Path, name: str, registry: Registry) -> tuple[list[Link], list[Finding]]:
    """Read the links; a row with a finding is left out."""
    if not path.exists():
        return [], []
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line.removeprefix("#") for line in lines if line.startswith("#")]
    try:
        metadata = yaml.load("\n".join(header), Loader=yaml.CBaseLoader) or {}
        prefixes = dict(metadata.get("curie_map") or {})
    except (yaml.YAMLError, AttributeError, ValueError, TypeError):
        return [], [Finding(name, 1, 1, "links", "the # lines at the top are not the YAML metadata of SSSOM with a curie_map")]
    links: list[Link] = []
    findings: list[Finding] = []
    columns: list[str] = []
    seen: dict[Link, int] = {}
    for number, line in enumerate(lines, start=1):
        if line.startswith("#") or not line.strip():
            continue
        cells = line.split("\t")
        if not columns:
            columns = cells
            missing = [c for c in REQUIRED if c not in columns]
            if missing:
                return [], [Finding(name, number, 1, "links", f"the column {missing[0]} is missing; see mappings/README.md")]
            continue
        row = dict(zip(columns, cells, strict=False))
        problem, link = _link(row, len(cells), len(columns), prefixes, registry)
        if link is not None and link in seen:
            problem, link = f"the same link stands in line {seen[link]}; delete one", None
        if problem:
            findings.append(Finding(name, number, 1, "links", problem, row.get("subject_id", "")))
        if link is not None:
            seen[link] = number
            links.append(link)
    return links, findings


def _link(row: dict[str, str], cells: int, columns: int, prefixes: dict[str, str], registry: Registry) -> tuple[str, Link | None]:
    """The link of one row, or what is wrong with it."""
    if cells != columns:
        return f"{cells} cells where the header has {columns} columns; check the tabs", None
    empty = [c for c in REQUIRED if not row[c].strip()]
    if empty:
        remedy = "say where identifier and label were seen together" if empty[0] == "comment" else "fill it"
        return f"{empty[0]} is empty; {remedy}", None
    predicate = PREDICATES.get(row["predicate_id"])
    if predicate is None:
        return f'"{row["predicate_id"]}" is not one of {", ".join(PREDICATES)}', None
    subject, target = _expand(row["subject_id"], prefixes), _expand(row["object_id"], prefixes)
    if subject not in registry:
        base, _, slug = row["subject_id"].partition(":")
        near = registry.nearest(ID, slug, "")
        hint = f'; did you mean "{near[0]}"?' if near else ""
        return f'"{row["subject_id"]}" is not a declared {base or "entity"}{hint}', None
    if not _IRI.fullmatch(target):
        return f'"{row["object_id"]}" is no IRI; is its prefix in the curie_map at the top?', None
    return "", Link(subject, predicate, target)


def _expand(curie: str, prefixes: dict[str, str]) -> str:
    """IRI of a CURIE; what has no known prefix stays as it is."""
    prefix, _, local = curie.partition(":")
    return prefixes[prefix] + local if prefix in prefixes else curie
