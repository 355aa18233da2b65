"""The coding pass of what two coders code alike or decide together, as an entry of ``entities/codings.yaml``.

In: a comparison, whose statements were taken, and the file of coding passes. Out: a :class:`MergedPass`. Next:
:mod:`kg.authoring.merging`. Whoever merges again gets the same pass again, not one more.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from kg.agreement.comparing import Comparison
from kg.authoring.blocks import scalar
from kg.authoring.decisions import merged_slug
from kg.authoring.entries import appended
from kg.errors import InputError
from kg.mappings.nodes import Mapping, Scalar, items, plain
from kg.mappings.reader import read_yaml

_OWN: Final = ("id", "label", "date")
"""Keys by which two passes of the same content differ: the number in id and label, and the day of the merge."""


@dataclass(frozen=True)
class MergedPass:
    """The pass that the statements of both coders have.

    :ivar codings: the file with the pass; empty if it is there already
    :ivar notes: what the coders should know, one line each
    """

    slug: str
    codings: str
    notes: tuple[str, ...] = ()


def merged_pass(found: Comparison, passes: tuple[str, str], kept: dict[str, int], path: Path, name: str, day: date) -> MergedPass:
    """The merged coding pass: the one that is there, if it says the same, otherwise a new one.

    :param passes: of the first and of the second coder
    :param kept: numbers of statements by who has them: ``a``, ``b`` or ``both``
    :param path: the file of coding passes, which findings call ``name``
    :raises InputError: if a coder's pass is not declared, the two follow different codebooks, or the file cannot be read
    """
    tree, findings = read_yaml(path, name) if path.exists() else (None, [])
    if findings:
        raise InputError(f"{findings[0]}; mend that first")
    entries = {scalar(n, "id"): n for n in items(tree.get("entities") if tree else None) if isinstance(n, Mapping)}
    facts = _facts(passes, entries, name)
    base, number = merged_slug(found.a.document), 1
    earlier = []
    while (slug := base if number == 1 else f"{base}-{number}") in entries:
        there: Any = plain(entries[slug])
        if _content(there) == _content(yaml.load(_entry(found, passes, kept, facts, day, number), Loader=yaml.CBaseLoader)[0]):
            return MergedPass(slug, "", (f"{name}: has this pass already, {slug} of {there.get('date')}; it is used again",))
        earlier.append(slug)
        number += 1
    note = f"{name}: another merge made {' and '.join(earlier)}; delete what no statement names any more"
    entry = _entry(found, passes, kept, facts, day, number)
    return MergedPass(slug, appended(path, name, "coding", entry), (note,) if earlier else ())


def _content(entry: dict[str, object]) -> dict[str, object]:
    """What a pass says of the merge."""
    return {key: value for key, value in entry.items() if key not in _OWN}


def _facts(passes: tuple[str, str], entries: dict[str, Mapping], name: str) -> tuple[list[str], str]:
    """The coders of both passes, and the version of the codebook that both follow."""
    missing = [slug for slug in passes if slug not in entries]
    if missing:
        raise InputError(f"{name}: the coding pass {' and '.join(missing)} is not declared there; declare it, with its coder")
    coders = list(dict.fromkeys(i.value for slug in passes for i in items(entries[slug].get("coder")) if isinstance(i, Scalar)))
    versions = {scalar(entries[slug], "codebookVersion") for slug in passes}
    if len(versions) > 1:
        raise InputError(f"{name}: {passes[0]} and {passes[1]} follow two versions of the codebook; recode one under the other's")
    return coders, versions.pop()


def _entry(
    found: Comparison, passes: tuple[str, str], kept: dict[str, int], facts: tuple[list[str], str], day: date, number: int
) -> str:
    """The entry: both coders, and truthfully how it was made. A second merge has its number in id and label."""
    (a, b), (coders, version) = passes, facts
    document, pairs = found.a.document, len(found.pairs)
    agreed = pairs - len(found.differing)
    slug, which = (f"{merged_slug(document)}-{number}", f" ({number})") if number > 1 else (merged_slug(document), "")
    return (
        f"- id: {slug}\n"
        f"  kind: Coding\n"
        f'  label: {{nl: "Samengevoegde codering van {document}{which}", en: "Merged coding of {document}{which}"}}\n'
        f"  coder: [{', '.join(coders)}]\n"
        f'  date: "{day.isoformat()}"\n'
        f'  codebookVersion: "{version}"\n'
        f"  description:\n"
        f"    nl: >-\n"
        f"      Samengevoegd uit {a} en {b}. Van {pairs} paren uitspraken waren er {agreed} gelijk gecodeerd; over de overige is\n"
        f"      één voor één beslist. Van deze ronde zijn de {kept['both']} uitspraken die beiden zo coderen; {kept['a']} uitspraken houden\n"
        f"      {a} en {kept['b']} uitspraken {b}.\n"
        f"    en: >-\n"
        f"      Merged from {a} and {b}. Of {pairs} pairs of statements {agreed} were coded alike; the others were decided one\n"
        f"      by one. Of this pass are the {kept['both']} statements that both code so; {kept['a']} statements keep {a}, and\n"
        f"      {kept['b']} statements {b}.\n"
    )
