"""The files with which the coding of a document begins, as text.

In: units with anchors, and what the document says of itself. Out: YAML and TSV. Next: :mod:`kg.authoring.starting` writes them.
No word of the document stands in them but its title and its anchors.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Final

import yaml

from kg.authoring.units import HEADING, NOTE, Unit
from kg.mappings.lock import format_lock
from kg.sources import NORMALISATION, NormalisedText, Passage

_HEAD: Final = """\
# yaml-language-server: $schema=schema.json
#
# {slug}: one empty statement for each sentence, from `kg new`. How to decide what: README.md, the codebook.
# Fill in kind, topics and summary; split a sentence that says several things; join sentences that say one; what states nothing
# goes to {slug}.skipped.yaml. `kg watch` shows the text beside it.
document: {slug}
"""
_LEDGER: Final = """\
# What of the text carries no statement, and why: heading, navigation, metadata, transition, footnote, repeats.
document: {slug}
"""


@dataclass(frozen=True)
class Described:
    """What is proposed for the catalogue.

    :ivar language: ``nl`` or ``en``
    :ivar author: slug of a declared agent; empty if it is not known
    :ivar names: what the source names as its author, for a comment
    :ivar day: ``YYYY-MM-DD``, or empty
    """

    slug: str
    title: str
    language: str
    author: str
    names: tuple[str, ...]
    day: str
    url: str


def plain(text: str) -> str:
    """``text`` as a YAML scalar: plain where that is safe, otherwise in quotes that it does not have itself."""
    try:
        safe = yaml.load(f"- {text}\n- {{x: {text}}}", Loader=yaml.CBaseLoader) == [text, {"x": text}]
    except yaml.YAMLError:
        safe = False
    if safe and "#" not in text:
        return text
    quoted: str = text.replace("'", "''")
    return f"'{quoted}'" if '"' in text or "\\" in text else json.dumps(text, ensure_ascii=False)


def catalogue_entry(described: Described, text: NormalisedText) -> str:
    """The entry of ``documents.yaml``."""
    other = "en" if described.language == "nl" else "nl"
    named = f" # the source names {_comment(', '.join(described.names))}" if described.names else ""
    lines = [
        f"- id: {described.slug}",
        "  kind: Document",
        "  label: # short, for lists: who, when, what",
        f"    {described.language}:",
        f"    {other}:",
        "  title: # as the source has it; see that it is right",
        f"    {described.language}: {plain(described.title) if described.title else ''}".rstrip(),
        f"  author: {described.author}".rstrip() + (named or " # a slug of mappings/entities/agents*.yaml"),
    ]
    if described.day:
        lines += [f'  date: "{described.day}" # as the source says; see that it is right', f'  issued: "{described.day[:4]}"']
    else:
        lines += ['  # date: and issued: as far as they are known, as in date: "2032-03-04" and issued: "2032"']
    lines += [f"  language: {described.language}"]
    lines += [f"  url: {plain(described.url)}"] if described.url else []
    lines += [
        f"  sha256: {text.sha256}",
        f'  characters: "{len(text.text)}"',
        f"  normalisation: {NORMALISATION}",
        "  description: # what it is, and what is not known of it",
        "    nl:",
        "    en:",
    ]
    return "\n".join(lines) + "\n"


def coding_pass(slug: str, *, second: bool) -> str:
    """The slug of a coder's pass."""
    return f"{slug}-{2 if second else 1}"


def coding_entry(slug: str, coder: str, version: str, day: date, *, second: bool) -> str:
    """The entry of ``entities/codings.yaml``."""
    nl, en = ("Tweede", "Second") if second else ("Eerste", "First")
    return (
        f"- id: {coding_pass(slug, second=second)}\n"
        f"  kind: Coding\n"
        f'  label: {{nl: "{nl} codering van {slug}", en: "{en} coding of {slug}"}}\n'
        f"  coder: {coder}".rstrip()
        + ("" if coder else " # who codes; a slug of mappings/entities/agents*.yaml")
        + f'\n  date: "{day.isoformat()}"\n'
        f'  codebookVersion: "{version}"\n'
        f"  description: # truthfully how it was coded\n"
        f"    nl:\n"
        f"    en:\n"
    )


def mapping(described: Described, units: tuple[Unit, ...], coding: str) -> str:
    """The mapping file: sections from the headings, an empty statement for each sentence.

    :param coding: the coder's pass
    """
    speaker = f"  speaker: {described.author}".rstrip() + (
        "" if described.author else " # the author, as in mappings/documents.yaml"
    )
    parts = [_HEAD.format(slug=described.slug), f"defaults:\n{speaker}\n  confidence: high\n  coding: {coding}\n"]
    sections: list[str] = []
    statements: list[str] = []
    for unit, section, name in _numbered(units):
        if unit.reason:
            if section and section not in sections:
                sections.append(section)
                parts.append("sections:\n" if len(sections) == 1 else "")
                where = f"{unit.span.start}–{unit.span.end}"
                parts.append(
                    f'- id: {section} # heading at {where}; a better id and a label of our own\n  position: "{len(sections)}"\n'
                )
                parts.append("  label:\n    nl:\n    en:\n")
        else:
            statements.append(_statement(unit, section, name))
    return "".join((*parts, "\nstatements:\n" if statements else "\nstatements: []\n", *statements))


def ledger(slug: str, units: tuple[Unit, ...]) -> str:
    """The ledger: the headings and the notes."""
    entries = []
    for unit in units:
        if unit.reason and unit.anchors:
            longer = unit.passage is not None and (unit.passage.start, unit.passage.end) != (unit.span.start, unit.span.end)
            beside = "a word" if unit.reason == HEADING else "a note"
            comment = f" # with {beside} beside it: alone it could not be located" if longer else ""
            hint = " # if it says more than where something stands, code it" if unit.reason == NOTE else ""
            entries.append(f"- passage: {plain(str(unit.anchors))}{comment}\n  reason: {unit.reason}{hint}\n")
        elif unit.reason:
            entries.append(
                f"# {unit.reason} at {unit.span.start}–{unit.span.end}: no anchors fit here alone; write them by hand\n"
            )
    return (
        _LEDGER.format(slug=slug)
        + ("skipped:\n" if any("- " in entry for entry in entries) else "skipped: []\n")
        + "".join(entries)
    )


def lock(units: tuple[Unit, ...]) -> str:
    """The anchor lock of the empty statements."""
    rows: dict[str, tuple[Passage, str]] = {}
    for unit, _, name in _numbered(units):
        if not unit.reason and unit.anchors and unit.passage:
            rows[name] = unit.passage, str(unit.anchors)
    return format_lock(rows)


def _numbered(units: tuple[Unit, ...]) -> list[tuple[Unit, str, str]]:
    """Each unit with its section and, of a sentence, its id.

    A heading with sentences below it is a section; the first one, if it is alone on its level, is the title, and what stands
    below it before the next heading is the first section as well.
    """
    sentences = sum(not unit.reason for unit in units)
    width = max(3, len(str(sentences)))
    found = []
    section, number, count = "", 0, 0
    for index, unit in enumerate(units):
        if unit.reason == NOTE:
            found.append((unit, "", ""))
        elif unit.reason:
            followed = index + 1 < len(units) and not units[index + 1].reason
            section = f"part-{(count := count + 1)}" if followed else section
            found.append((unit, section if followed else "", ""))
        else:
            number += 1
            found.append((unit, section, f"s{number:0{width}}"))
    return found


def _statement(unit: Unit, section: str, name: str) -> str:
    lines = [f"\n- id: {name}"]
    lines += [f"  section: {section}"] if section else []
    if unit.anchors and unit.passage:
        longer = (unit.passage.start, unit.passage.end) != (unit.span.start, unit.span.end)
        comment = " # with its neighbour: alone it is too short, or not the only one" if longer else ""
        comment = " # a table: an entry for each row that is coded, all with this passage" if unit.table else comment
        lines.append(f"  passage: {plain(str(unit.anchors))}{comment}")
    else:
        lines.append(
            f"  passage: # at {unit.span.start}–{unit.span.end}; no anchors of five words fit here alone: take more text"
        )
    lines += ["  kind:", "  topics: []", "  summary:", "    nl:", "    en:"]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    """``text`` in a comment: on one line, and not long."""
    return " ".join(text.split())[:80]
