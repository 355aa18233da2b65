"""The passages of one document: anchors as written, checked against its text and its lock.

In: the scalars of ``passage`` keys and of the ledger. Out: JSON-LD nodes of passages with offsets and hashes. Next:
:mod:`kg.mappings.documents`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.errors import AnchorError, Severity, Span
from kg.mappings.convert import JsonNode
from kg.mappings.lock import LockedPassage, lock_id
from kg.mappings.nodes import Entry, Place, Scalar, items
from kg.mappings.trace import Trace
from kg.namespaces import ID, OA, POL
from kg.sources import NORMALISATION, Anchors, NormalisedText, Passage, parse_anchors, resolve

_PASSAGE = f"{POL}passage"
RELOCK = "run `kg anchor` and read what it changed"


@dataclass
class Passages:
    """What is known of the passages of a document, and what was found.

    :ivar text: the normalised text, or None when it is not at hand; then the lock is believed
    :ivar lock: the rows of the anchor lock, by row id
    :ivar check_lock: False while the lock is being written anew
    :ivar uncoded: rows of statements of which only the passage is written; they cover nothing yet
    :ivar found: passages with the anchors as written, by row id; what `kg anchor` writes
    :ivar places: where they are written and in which statement, by row id
    """

    document: str
    trace: Trace
    text: NormalisedText | None
    lock: dict[str, LockedPassage]
    lock_name: str = ""
    check_lock: bool = True
    found: dict[str, tuple[Passage, str]] = field(default_factory=dict)
    places: dict[str, tuple[Place, str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    uncoded: set[str] = field(default_factory=set)

    def convert(self, entry: Entry, statement: str, name: str, *, locked: bool = True) -> list[JsonNode]:
        """JSON-LD nodes for the value of a ``passage`` key.

        :param statement: IRI of the statement
        :param name: id of the statement, as in ``s042``
        :param locked: False if the id is not the statement's own, so that the lock says nothing of it
        """
        nodes = []
        for index, item in enumerate(items(entry.value), start=1):
            if not isinstance(item, Scalar):
                self.seen.add(lock_id(name, index))
                self._report(item.place, "anchor-syntax", 'passage: expected "first words … last words"', statement, name)
                continue
            iri = f"{statement}#passage" if index == 1 else f"{statement}#passage-{index}"
            located = self._locate(item, lock_id(name, index), statement, name, locked=locked)
            if located is not None:
                self.trace.subjects[iri] = (item.place, f"{name} passage")
                self.trace.values[statement, _PASSAGE, iri] = item.place
                nodes.append(self._node(iri, *located))
        return nodes

    def _locate(self, item: Scalar, row: str, statement: str, name: str, *, locked: bool) -> tuple[Anchors, Passage] | None:
        self.seen.add(row)
        try:
            anchors = parse_anchors(item.value)
        except AnchorError as error:
            self._report(item.place, "anchor-syntax", f"passage: {error}", statement, name)
            return None
        passage = None
        if self.text is not None:
            try:
                passage = resolve(anchors, self.text)
            except AnchorError as error:
                self._report(item.place, anchor_code(error), f"passage: {error}", statement, name)
                return None
            if locked:
                self.found[row] = passage, str(anchors)
                self.places[row] = item.place, name
        if not self.check_lock or not locked:
            if passage is None:
                self.trace.flagged.add((statement, _PASSAGE))  # neither text nor lock: nothing can be said of it
            return (anchors, passage) if passage else None
        return self._from_lock(item, row, statement, name, anchors, passage)

    def _from_lock(
        self, item: Scalar, row: str, statement: str, name: str, anchors: Anchors, passage: Passage | None
    ) -> tuple[Anchors, Passage] | None:
        """What the lock has for the anchors, if it agrees with them and with the text."""
        locked = self.lock.get(row)
        if locked is None:
            self._report(item.place, "anchor-lock", f"passage: not in the anchor lock; {RELOCK}", statement, name)
        elif locked.anchors != str(anchors):
            message = f'passage: the anchor lock was made for other anchors ("{locked.anchors}", {self._at(locked)}); {RELOCK}'
            self._report(item.place, "anchor-lock", message, statement, name)
        elif passage is not None and passage != locked.passage:
            stands = f"{passage.start}–{passage.end}"
            if (passage.start, passage.end) == (locked.passage.start, locked.passage.end):
                message = f"passage: the text at {stands} has another hash than the anchor lock ({self._at(locked)}); {RELOCK}"
            else:
                message = (
                    f"passage: the anchor lock has it at another place ({locked.passage.start}–{locked.passage.end}, "
                    f"{self._at(locked)}) than the text, where it is {stands}; {RELOCK}"
                )
            self._report(item.place, "anchor-lock", message, statement, name)
        else:
            return anchors, locked.passage
        return None

    def _at(self, locked: LockedPassage) -> str:
        return f"{self.lock_name}:{locked.line}"

    def _node(self, iri: str, anchors: Anchors, passage: Passage) -> JsonNode:
        return {
            "id": iri,
            "kind": f"{POL}Passage",
            "source": f"{ID}document/{self.document}",
            "selector": {
                "id": f"{iri}-selector",
                "kind": f"{OA}TextPositionSelector",
                "start": str(passage.start),
                "end": str(passage.end),
            },
            "startAnchor": anchors.start,
            "endAnchor": anchors.end,
            "sha256": passage.sha256,
            "normalisation": NORMALISATION,
        }

    def _report(self, place: Place, code: str, message: str, statement: str, name: str) -> None:
        self.trace.flagged.add((statement, _PASSAGE))
        self.trace.report(place.finding(code, message, name))

    def warn_over(self, headings: Iterable[Span]) -> None:
        """Warn of passages that begin before a heading and end behind it.

        :param headings: those that the ledger skips; known only where the text is at hand
        """
        listed = list(headings)
        for row, (passage, _) in self.found.items():
            crossed = next((h for h in listed if passage.start < h.start and h.end < passage.end), None)
            if crossed is not None:
                place, name = self.places[row]
                message = f"passage: it runs over the heading at {crossed.start}–{crossed.end}, which the ledger skips; "
                message += "let it end before the heading, or write a list of two passages"
                self.trace.report(place.finding("passage-over-heading", message, name, Severity.WARNING))

    def warn_of_skipped(self, skipped: Iterable[tuple[Span, Place]]) -> None:
        """Warn of what the ledger skips though it is the passage of a statement.

        :param skipped: where it stands in the text, and in the ledger
        """
        coded: dict[Span, str] = {}
        for row, passage in self.located().items():
            coded.setdefault(Span(passage.start, passage.end), row)
        for span, place in skipped:
            if span in coded:
                message = f"passage: it is that of {coded[span]}, too: delete it here, or the statement"
                self.trace.report(place.finding("skipped-passage", message, "", Severity.WARNING))

    def spans(self) -> list[Span]:
        """The stretches of text that the passages of coded statements cover."""
        return [Span(passage.start, passage.end) for passage in self.located().values()]

    def located(self) -> dict[str, Passage]:
        """The passages of coded statements, by row id: as the text has them, or else the lock."""
        located = {row: passage for row, (passage, _) in self.found.items()} or {
            r: locked.passage for r, locked in self.lock.items()
        }
        return {row: passage for row, passage in located.items() if row not in self.uncoded}


def anchor_code(error: AnchorError) -> str:
    """Code of a finding about anchors: they fit nowhere, in several places, or are too long for their passage."""
    if not error.candidates:
        return "anchor-not-found"
    return "anchor-ambiguous" if len(error.candidates) > 1 else "anchor-too-long"
