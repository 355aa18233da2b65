"""The changelog: entries with three parts.

In: the text of ``CHANGELOG.md``. Out: the same with a dated entry in place of what was not released. Next: :mod:`kg.releasing`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PARTS: Final = ("Code", "Ontology", "Data")
_HEADING: Final = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_PART: Final = re.compile(r"^### +(.+?) *$", re.MULTILINE)
_RELEASE: Final = re.compile(r"release `([^`]+)`")


@dataclass(frozen=True)
class Changelog:
    """A changelog, cut at its entries.

    :ivar before: what stands above the first entry
    :ivar open_parts: lines of the entry that is not released yet, by part; empty if there is none
    :ivar entries: text of the entries that are released, the latest first
    """

    before: str
    open_parts: Mapping[str, str]
    entries: tuple[str, ...]

    @property
    def last_release(self) -> str:
        """Version by content of the latest entry; empty if it states none."""
        found = _RELEASE.search(self.entries[0]) if self.entries else None
        return found[1] if found else ""

    def with_entry(self, entry: str) -> str:
        """The text with a new entry, in place of the one that was not released."""
        return "\n".join((self.before.rstrip() + "\n", entry.rstrip() + "\n", *(old.rstrip() + "\n" for old in self.entries)))


def parse(text: str) -> Changelog:
    """Cut a changelog at its headings; an entry that says "unreleased" in its heading is open."""
    headings = list(_HEADING.finditer(text))
    if not headings:
        return Changelog(text, {}, ())
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    open_parts: dict[str, str] = {}
    entries = []
    for heading, end in zip(headings, ends, strict=True):
        if "unreleased" in heading[1].lower():
            open_parts |= _parts(text[heading.end() : end])
        else:
            entries.append(text[heading.start() : end])
    return Changelog(text[: headings[0].start()], open_parts, tuple(entries))


def releases(text: str) -> frozenset[str]:
    """Versions by content of all releases that a changelog names, in whatever entry."""
    return frozenset(_RELEASE.findall(text))


def _parts(text: str) -> dict[str, str]:
    """Lines below each third-level heading; what stands above the first one belongs to the code."""
    headings = list(_PART.finditer(text))
    starts = [0, *(heading.end() for heading in headings)]
    ends = [*(heading.start() for heading in headings), len(text)]
    names = ["Code", *(heading[1] for heading in headings)]
    result: dict[str, str] = {}
    for name, start, end in zip(names, starts, ends, strict=True):
        lines = text[start:end].strip("\n")
        if lines.strip():
            result[name] = "\n".join(part for part in (result.get(name, ""), lines) if part)
    return result


def entry(heading: str, about: str, written: Mapping[str, str], generated: Mapping[str, Sequence[str]]) -> str:
    """An entry: what was written by hand, then what was found by comparison; a part without either says so.

    :param written: lines by part; a part of another name is kept below the three
    """
    text = [f"## {heading}", "", about]
    for part in (*PARTS, *(name for name in written if name not in PARTS)):
        lines = [*([written[part]] if part in written else []), *(f"- {line}" for line in generated.get(part, ()))]
        text += ["", f"### {part}", *(lines or ["- No change."])]
    return "\n".join(text) + "\n"
