"""The ledger of a document: the text that carries no statement, each stretch with its reason.

In: ``mappings/<document>.skipped.yaml``. Out: :class:`Skipped` stretches. Next: :mod:`kg.coverage`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.errors import AnchorError, Span
from kg.mappings.nodes import Mapping, Node, Place, Scalar, items
from kg.mappings.passages import anchor_code
from kg.mappings.reader import read_yaml
from kg.mappings.registry import Registry
from kg.mappings.trace import Trace
from kg.mappings.words import did_you_mean, shortened, which_there_are
from kg.namespaces import ID
from kg.sources import NormalisedText, parse_anchors, resolve

REASONS: Final = {
    "heading": "the title of a part",
    "navigation": "part of the web page, not of the text",
    "metadata": "date, number, running footer, signature",
    "transition": "announces what follows and states nothing itself",
    "footnote": "a reference only",
    "repeats": "says again what another statement of the document says",
}
"""Why text may be skipped, by the word that a coder writes."""

_KEYS: Final = ("passage", "reason", "repeats", "note")


@dataclass(frozen=True)
class Skipped:
    """A stretch of text without a statement.

    :ivar span: where it stands; None when the text is not at hand
    """

    reason: str
    span: Span | None
    place: Place


def read_ledger(
    path: Path, name: str, document: str, text: NormalisedText | None, registry: Registry, trace: Trace
) -> list[Skipped]:
    """Read the ledger of ``document``; no file is an empty ledger. What is wrong goes to ``trace``."""
    if not path.exists():
        return []
    tree, findings = read_yaml(path, name)
    for finding in findings:
        trace.report(finding)
    if tree is None:
        return []
    for key, entry in tree.entries.items():
        if key not in ("document", "skipped"):
            message = f'unknown key "{key}"{did_you_mean(key, ("document", "skipped"))}'
            trace.report(entry.key.place.finding("unknown-key", message))
    declared = tree.scalar("document")
    if declared is None or declared.value != document:
        place = declared.place if declared else tree.place
        trace.report(place.finding("wrong-document", f'document: expected "{document}", the name of the file'))
    result = []
    seen: dict[str, int] = {}
    for item in items(tree.get("skipped")):
        _note_repeated(item, seen, trace)
        skipped = _skipped(item, document, text, registry, trace) if isinstance(item, Mapping) else None
        if skipped is not None:
            result.append(skipped)
        elif not isinstance(item, Mapping):
            trace.report(item.place.finding("wrong-form", "expected keys and values, beginning with `- passage:`"))
    return result


def _note_repeated(item: Node, seen: dict[str, int], trace: Trace) -> None:
    """A passage is skipped once."""
    anchors = item.scalar("passage") if isinstance(item, Mapping) else None
    if anchors is not None and seen.setdefault(anchors.value, anchors.place.line) != anchors.place.line:
        message = f"passage: it is skipped already in line {seen[anchors.value]}; delete one of the two"
        trace.report(anchors.place.finding("duplicate-skip", message))


def _skipped(item: Mapping, document: str, text: NormalisedText | None, registry: Registry, trace: Trace) -> Skipped | None:
    """One entry of the ledger; None if something is wrong with it."""
    for key, entry in item.entries.items():
        if key not in _KEYS:
            trace.report(entry.key.place.finding("unknown-key", f'unknown key "{shortened(key)}"{which_there_are(key, _KEYS)}'))
    reason, anchors = item.scalar("reason"), item.scalar("passage")
    if reason is None or anchors is None:
        missing = "reason" if reason is None else "passage"
        if item.entries.keys() <= set(_KEYS):  # else it is the key that is misspelt
            message = f"a skipped passage needs `{missing}:`"
            if missing == "passage" and missing in item.entries:
                message = "a skipped passage is one: write an entry for each"
            trace.report(item.place.finding("missing-key", message))
        return None
    if reason.value not in REASONS:
        message = f'reason: "{shortened(reason.value)}" is not one of {", ".join(REASONS)}{did_you_mean(reason.value, REASONS)}'
        trace.report(reason.place.finding("unknown-reason", message))
        return None
    if reason.value == "repeats":
        _check_repeats(item, document, registry, trace)
    elif "repeats" in item.entries:
        place = item.entries["repeats"].key.place
        trace.report(
            place.finding("unknown-key", "only `reason: repeats` names a statement: change the reason, or delete `repeats`")
        )
    return Skipped(reason.value, _span(anchors, reason.value, text, trace), anchors.place)


def _check_repeats(item: Mapping, document: str, registry: Registry, trace: Trace) -> None:
    """A repetition names the statement that it repeats."""
    repeated = item.scalar("repeats")
    place: Place = repeated.place if repeated else item.place
    if repeated is None:
        trace.report(place.finding("missing-key", "a repetition needs `repeats:` with the id of the statement"))
    elif not registry.resolve(f"{ID}statement/", repeated.value, document) and not trace.is_lost_in(f"{ID}statement/{document}/"):
        message = f'repeats: "{shortened(repeated.value)}" is not a declared statement; write its id, as in s012'
        trace.report_unknown(repeated.value, place.finding("unknown-slug", message))


def _span(anchors: Scalar, reason: str, text: NormalisedText | None, trace: Trace) -> Span | None:
    """Where the skipped text stands. A heading is a title, so its anchors may be more than half of it."""
    try:
        parsed = parse_anchors(anchors.value)
        if text is None:
            return None
        passage = resolve(parsed, text, limit_share=reason != "heading")
    except AnchorError as error:
        trace.report(anchors.place.finding(anchor_code(error), f"passage: {error}"))
        return None
    return Span(passage.start, passage.end)
