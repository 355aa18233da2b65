"""A document sentence by sentence: which statements stand on it, why it is skipped, or what could be said of it.

In: a document that was read with its text at hand, and the findings about its file. Out: a :class:`Progress`. Next:
:mod:`kg.authoring.watchpage`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Final

from kg.authoring.naming import Names, Proposal
from kg.authoring.skeleton import plain
from kg.authoring.units import anchors_for
from kg.errors import Finding, Span
from kg.mappings.apart import Mapped
from kg.mappings.corpus import DocumentCoding
from kg.mappings.ledger import REASONS
from kg.namespaces import ID, POL, PREFIXES
from kg.sources import NormalisedText, words

_NUMBER: Final = 3
"""Digits of a statement's number."""
_LIST_KEYS: Final = {"topic": "topics", "publication": "cites"}
_SHOWN: Final = frozenset(("id", "kind", "summary", "section", "passage", "document", "coding"))
"""Keys of a statement that the page shows elsewhere, or that are the same in the whole file."""
_USUAL: Final = ("speaker", "confidence")
_BASE: Final = re.compile(rf"^(?:{re.escape(ID)}[a-z-]+/|{re.escape(PREFIXES['unit'])})")
_SKIP: Final = "- passage: {}\n  reason: # {}\n"
_KINDS: Final = "Demand, Commitment, Principle, Claim, Assessment or Response"


@dataclass(frozen=True)
class Statement:
    """A statement as the page shows it.

    :ivar kind: empty if nothing is coded yet
    :ivar summary: by language
    :ivar findings: about it, its passages and its numbers
    :ivar keys: what else is written, as slugs and numbers, by key
    :ivar begins: whether this sentence is the first of its passage
    """

    id: str
    kind: str
    summary: dict[str, str]
    line: int
    findings: tuple[Finding, ...]
    keys: tuple[tuple[str, str], ...] = ()
    section: str = ""
    begins: bool = True


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: covered by a statement, skipped, prepared, or left."""

    text: str
    state: str


@dataclass(frozen=True)
class Row:
    """A sentence.

    :ivar state: ``coded``, ``skipped``, ``prepared`` (an empty statement stands on it) or ``left``
    :ivar reasons: why it is skipped
    :ivar proposals: what it names, where nothing is coded
    :ivar snippet: YAML to begin with, where nothing is coded
    :ivar skip: YAML for the ledger, if the sentence states nothing
    """

    start: int
    state: str
    pieces: tuple[Piece, ...]
    statements: tuple[Statement, ...]
    reasons: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    snippet: str = ""
    skip: str = ""


@dataclass(frozen=True)
class Progress:
    """A document.

    :ivar states: numbers of sentences by state
    """

    slug: str
    file: str
    rows: tuple[Row, ...]
    states: dict[str, int]


def progress(mapped: Mapped, findings: Iterable[Finding], names: Names) -> Progress:
    """Follow a document sentence by sentence.

    :param findings: those about its file
    :raises ValueError: if the text is not at hand
    """
    coding = mapped.coding
    if coding is None or coding.text is None:
        raise ValueError(f"the text of {mapped.slug} is not at hand")
    text = coding.text
    found = _statements(coding, mapped, findings)
    owner, reasons = _owners(coding, found)
    rows = []
    prepared = []
    for sentence in text.sentences:
        here = [(s, span) for s, span in found if span.start < sentence.end and sentence.start < span.end]
        rows.append(
            Row(
                start=sentence.start,
                state=_state(owner, text.text, sentence),
                pieces=tuple(_pieces(owner, text.text, sentence)),
                statements=tuple(replace(s, begins=span.start >= sentence.start) for s, span in here),
                reasons=tuple(sorted({reasons[at] for at in range(sentence.start, sentence.end) if at in reasons})),
            )
        )
        # a list's first item is in the passage of its introduction, too: the shortest passage is its own
        prepared.append(min(((span.end - span.start, s.id) for s, span in here if not s.kind), default=(0, ""))[1])
    fresh, sections = _fresh(mapped), _sections(rows)
    for index, (row, sentence) in enumerate(zip(rows, text.sentences, strict=True)):
        if row.state in ("prepared", "left"):
            proposals = names.proposals(text.text[sentence.start : sentence.end], coding.slug)
            anchors = _anchors(text, index)
            own = prepared[index]
            rows[index] = replace(
                row,
                proposals=proposals,
                snippet=_snippet(own or fresh, sections[index], anchors, proposals, prepared=bool(own)),
                skip=_SKIP.format(plain(anchors), ", ".join(REASONS)) if anchors else "",
            )
    return Progress(coding.slug, coding.file, tuple(rows), dict(Counter(row.state for row in rows)))


def _sections(rows: Iterable[Row]) -> list[str]:
    """Section of each sentence: that of the statement before it, or else behind it, under the same heading; empty where there is none."""
    sections: list[str] = []
    for _, run in groupby(rows, key=lambda row: row.state == "skipped" and "heading" in row.reasons):
        own = [next((statement.section for statement in row.statements if statement.section), "") for row in run]
        last = next(filter(None, own), "")
        for section in own:
            last = section or last
            sections.append(last)
    return sections


def _statements(coding: DocumentCoding, mapped: Mapped, findings: Iterable[Finding]) -> list[tuple[Statement, Span]]:
    """Each passage of each statement, as found in the text."""
    about: dict[str, list[Finding]] = {}
    for finding in findings:
        about.setdefault(finding.subject.partition(" ")[0], []).append(finding)  # of "s012 target" with its statement
    prefix = f"{ID}statement/{coding.slug}/"
    nodes = {str(node["id"]).removeprefix(prefix): node for node in mapped.nodes if _is_below(node, prefix)}
    usual = {key: Counter(_written(node.get(key, "")) for node in nodes.values()).most_common(1) for key in _USUAL}
    result = []
    for row, (passage, _) in coding.passages.found.items():
        name = row if row in nodes else row.rpartition("-")[0]
        node = nodes.get(name, {})
        kinds = [str(kind).removeprefix(POL) for kind in _listed(node.get("kind"))]
        written = node.get("summary")
        summary = {tag: " ".join(_listed(texts)) for tag, texts in written.items()} if isinstance(written, dict) else {}
        section = next((iri.rpartition("/")[2] for iri in _listed(node.get("section"))), "")
        place = mapped.trace.subjects.get(f"{prefix}{name}")
        kind = "" if row in coding.passages.uncoded else " ".join(k for k in kinds if k != "Statement") or "Statement"
        line = place[0].line if place else 1
        statement = Statement(name, kind, summary, line, tuple(about.get(name, ())), tuple(_keys(node, usual)), section)
        result.append((statement, Span(passage.start, passage.end)))
    return sorted(result, key=lambda pair: (pair[1].start, pair[0].line))


def _keys(node: Mapping[str, object], usual: Mapping[str, list[tuple[str, int]]]) -> Iterable[tuple[str, str]]:
    """What is written under the keys that the page does not show otherwise, as a coder writes it.

    :param usual: the value that most statements have, and how many; what goes without saying is not shown
    """
    for key, value in node.items():
        written = _written(value)
        if key not in _SHOWN and written not in [common for common, _ in usual.get(key, ())]:
            yield key, written


def _written(value: object) -> str:
    """A value: slugs and numbers apart, texts by language, and the keys of a number in braces."""
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(part)}" for key, part in value.items() if key not in ("id", "kind")) + "}"
    return _BASE.sub("", str(value))


def _is_below(node: dict[str, object], prefix: str) -> bool:
    return str(node["id"]).startswith(prefix)


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [str(value)] if value else []


def _owners(coding: DocumentCoding, found: list[tuple[Statement, Span]]) -> tuple[list[str], dict[int, str]]:
    """By character: what accounts for it; and why it is skipped, where it is."""
    owner = ["left"] * (len(coding.text.text) if coding.text else 0)
    reasons: dict[int, str] = {}
    for statement, span in found:
        if not statement.kind:
            owner[span.start : span.end] = ["prepared"] * (span.end - span.start)
    for skipped in coding.ledger:
        if skipped.span is not None:
            owner[skipped.span.start : skipped.span.end] = ["skipped"] * (skipped.span.end - skipped.span.start)
            reasons |= dict.fromkeys(range(skipped.span.start, skipped.span.end), skipped.reason)
    for statement, span in found:
        if statement.kind:
            owner[span.start : span.end] = ["coded"] * (span.end - span.start)
    return owner, {at: reason for at, reason in reasons.items() if owner[at] == "skipped"}


def _state(owner: list[str], text: str, sentence: Span) -> str:
    """State of a sentence: that of its word of which least is known."""
    states = {owner[sentence.start + word.start] for word in words(text[sentence.start : sentence.end])}
    return next(state for state in ("left", "prepared", "coded", "skipped") if state in states)


def _pieces(owner: list[str], text: str, sentence: Span) -> Iterable[Piece]:
    """The sentence cut where its state changes."""
    for state, run in groupby(range(sentence.start, sentence.end), key=owner.__getitem__):
        at = list(run)
        yield Piece(text[at[0] : at[-1] + 1], state)


def _fresh(mapped: Mapped) -> str:
    """The next id of a statement: one more than the highest, withdrawn and unreadable ones included."""
    prefix = f"{ID}statement/{mapped.slug}/s"
    numbers = [iri.removeprefix(prefix) for iri in mapped.ids | mapped.lost.iris]
    highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
    return f"s{highest + 1:0{_NUMBER}}"


def _snippet(name: str, section: str, anchors: str, proposals: Iterable[Proposal], *, prepared: bool) -> str:
    """A statement to begin with; what is proposed is for the coder to keep or delete."""
    lines = [f"- id: {name}" + (" # instead of the empty one" if prepared else "")]
    lines += [f"  section: {section}"] if section else []
    lines.append(f"  passage: {plain(anchors) if anchors else '# no anchors of five words fit here alone: take more text'}")
    lines.append(f"  kind: # {_KINDS}")
    by_key: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        key = "action" if proposal.collection == "action" else _LIST_KEYS.get(proposal.collection, "mentions")
        by_key.setdefault(key, []).append(proposal)
    by_key.setdefault("topics", [])
    for key in ("action", "topics", "mentions", "cites"):
        if key not in by_key:
            continue
        slugs = list(dict.fromkeys(proposal.slug for proposal in by_key[key]))
        seen = ", ".join(dict.fromkeys(f"“{proposal.found}”" for proposal in by_key[key]))
        value = slugs[0] if key == "action" else f"[{', '.join(slugs)}]"
        also = f", or {', '.join(slugs[1:])}" if key == "action" and slugs[1:] else ""
        lines.append(f"  {key}: {value}" + (f" # {seen}{also}" if seen else ""))
    return "\n".join((*lines, "  summary:", "    nl:", "    en:")) + "\n"


@lru_cache(maxsize=20_000)
def _anchors(text: NormalisedText, index: int) -> str:
    """Anchors of a sentence: kept, since a text does not change while it is coded."""
    found = anchors_for(text, index)
    return str(found) if found else ""
