"""Check again whenever a file is saved.

In: a project, the folder of texts, and which documents are of interest. Out: a :class:`State` after each check. Next: ``kg watch``
prints its findings, :mod:`kg.authoring.watchpage` shows it.

Files are looked at a few times a second: they are a hundred, which takes a millisecond, and unlike the notices of an operating
system it works on every disk, and with editors that write another file and rename it. A check is that of ``kg check``, by documents and
with its cache, so that a save costs what was saved; it is done in this process, whose threads no copy would have.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.authoring.locking import relock
from kg.authoring.naming import Names, names_of
from kg.authoring.progress import Progress, progress
from kg.authoring.unread import hidden, is_about, missing
from kg.errors import Finding, InputError, PolicyKgError, UsageError
from kg.graph import ENTITIES, VOCABULARY
from kg.mappings.apart import Mapped, read_document
from kg.mappings.layout import Layout
from kg.mappings.words import which_there_are
from kg.release import query_findings
from kg.scale.cache import Cache
from kg.scale.executor import InProcess
from kg.scale.steps import Judged, judge

_INTERVAL_S = 0.3
_FOLDERS = ("mappings", "ontology", "queries")

Signature = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class State:
    """What one check found.

    :ivar number: of the check, from 1
    :ivar documents: as they are, or, of those that cannot be read now, as they were when they last could
    :ivar unread: slugs of the documents that cannot be read now; why, say the findings
    :ivar new: findings that the check before did not have
    :ivar mended: findings that only the check before had, and that would be seen if they were there still
    :ivar hidden: findings of earlier checks about what cannot be read now
    :ivar error: why nothing could be checked; empty if it could
    :ivar relocked: documents whose anchor lock was written
    :ivar seconds: how long it took
    """

    number: int
    findings: tuple[Finding, ...] = ()
    documents: tuple[Progress, ...] = ()
    unread: tuple[str, ...] = ()
    new: tuple[Finding, ...] = ()
    mended: int = 0
    hidden: frozenset[Finding] = frozenset()
    error: str = ""
    relocked: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def slugs(self) -> list[str]:
        """The documents that are shown, those that cannot be read now included."""
        return sorted({*(document.slug for document in self.documents), *self.unread})


@dataclass
class Watcher:
    """Checks a project, again and again.

    :ivar cache: folder of what is kept from one check to the next
    :ivar documents: slugs of the documents that are shown; all that have a text, if there are none
    :ivar anchor: whether anchor locks are written, too
    """

    layout: Layout
    sources: Path
    cache: Path
    documents: tuple[str, ...] = ()
    anchor: bool = False
    state: State = field(default_factory=lambda: State(0))
    stop: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _shown: dict[str, tuple[object, Progress]] = field(default_factory=dict)
    _names: tuple[str, Names] = ("", Names())
    _mapped: dict[str, Mapped] = field(default_factory=dict)

    def require_texts(self) -> None:
        """Refuse to start without the texts.

        :raises UsageError: if a document that was asked for is not there
        :raises InputError: if it has no text, or none has
        """
        known = [path.stem for path, _ in self.layout.document_files()]
        for slug in self.documents:
            if slug not in known:
                raise UsageError(f'there is no document "{slug}"{which_there_are(slug, known)}')
        texts = [slug for slug in self.documents if not (self.sources / f"{slug}.txt").is_file()]
        if texts:
            raise InputError(
                f"{self.sources}: there is no {' and no '.join(f'{slug}.txt' for slug in texts)}; put the text there"
            )
        if not any((self.sources / f"{slug}.txt").is_file() for slug in known):
            raise InputError(f"{self.sources}: there is no text of any document; name the folder with the texts, DOCUMENT.txt")

    def run(self, tell: Callable[[State], None]) -> None:
        """Check now and after each change, until :attr:`stop` is set.

        :param tell: called with each state, before the page shows it
        """
        seen: Signature | None = None
        while not self.stop.is_set():
            found = self.signature()
            if found == seen:
                self.stop.wait(_INTERVAL_S)
                continue
            seen = found
            state = self.check()
            if state.relocked:
                seen |= {
                    name: at for name, at in self.signature().items() if name.endswith(".tsv")
                }  # our own writing is no change
            tell(state)
            with self.changed:
                self.state = state
                self.changed.notify_all()

    def end(self) -> None:
        """Let :meth:`run` return, and whoever waits for a change."""
        self.stop.set()
        with self.changed:
            self.changed.notify_all()

    def signature(self) -> Signature:
        """Time and size of every file that a check reads."""
        paths: Iterable[Path] = (path for folder in _FOLDERS for path in (self.layout.root / folder).rglob("*"))
        found = {}
        for path in (*paths, *self.sources.glob("*.txt")):
            try:
                status = path.stat()
            except OSError:
                continue  # deleted since it was listed: the next look sees that
            if not path.name.startswith(".") and path.is_file():
                found[str(path)] = (status.st_mtime_ns, status.st_size)
        return found

    def check(self) -> State:
        """One check; an error that ends it becomes part of the state."""
        began = time.monotonic()
        number = self.state.number + 1
        try:
            judged = self._judge()
            relocked = self._relock(judged) if self.anchor else ()
            judged = self._judge() if relocked else judged
            shown = dict(self._progress(judged))
        except PolicyKgError as error:
            seconds = time.monotonic() - began
            return replace(
                self.state,
                number=number,
                unread=self._unread(()),
                new=(),
                mended=0,
                error=str(error),
                relocked=(),
                seconds=seconds,
            )
        unread = self._unread(shown)
        kept = {document.slug: document for document in self.state.documents if document.slug in unread} | shown
        findings = tuple(sorted((*judged.findings, *missing(unread, self.layout, self.sources))))
        before = sorted({*self.state.findings, *self.state.hidden})
        gone = _without(before, findings)
        unseen = hidden(gone, findings, unread, self.layout)
        return State(
            number=number,
            findings=findings,
            documents=tuple(kept[slug] for slug in sorted(kept)),
            unread=unread,
            new=tuple(_without(findings, before)) if number > 1 else (),
            mended=len(gone) - len(unseen),
            hidden=unseen,
            relocked=relocked,
            seconds=time.monotonic() - began,
        )

    def _judge(self) -> Judged:
        """What `kg check` finds; the documents that were mapped for it are kept until they are shown."""
        cache = Cache(self.cache)
        self._mapped.clear()
        judged = judge(self.layout, cache, InProcess(), self.sources, query_findings=query_findings, kept=self._mapped)
        cache.prune()
        return judged

    def _is_wanted(self, slug: str) -> bool:
        return (not self.documents or slug in self.documents) and (self.sources / f"{slug}.txt").is_file()

    def _relock(self, judged: Judged) -> tuple[str, ...]:
        """Write the locks that do not fit, and say whose they were."""
        about = [finding for finding in judged.findings if finding.code == "anchor-lock"]
        unlocked = (slug for slug in judged.documents if self._is_wanted(slug) and any(is_about(f, slug) for f in about))
        return tuple(slug for slug in unlocked if relock(self.layout, self._read(judged, slug)))

    def _progress(self, judged: Judged) -> Iterator[tuple[str, Progress]]:
        """The documents that are shown. One of whose files and findings nothing changed is as it was."""
        by_file: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in judged.findings:
            by_file[finding.file].append(finding)
        for slug in filter(self._is_wanted, judged.documents):
            about = tuple(by_file.get(self.layout.name(self.layout.mappings / f"{slug}.yaml"), ()))
            made_of = judged.documents[slug].mapped, about
            if slug not in self._shown or self._shown[slug][0] != made_of:
                mapped = self._read(judged, slug)
                if mapped.coding is None or mapped.coding.text is None:
                    continue
                self._shown[slug] = made_of, progress(mapped, about, self._names_of(judged))
            yield slug, self._shown[slug][1]

    def _read(self, judged: Judged, slug: str) -> Mapped:
        """A document with its text and passages; one that was in the cache is read again, as its passages are not there."""
        mapped = self._mapped.get(judged.documents[slug].mapped)
        return mapped or read_document(judged.shared, self.layout.mappings / f"{slug}.yaml", self.sources)

    def _names_of(self, judged: Judged) -> Names:
        """Names of what is shared, until that changes."""
        assert judged.common is not None  # or there is no document
        if self._names[0] != judged.common.digest:
            said = judged.known.said
            self._names = judged.common.digest, names_of((said[ENTITIES], said[VOCABULARY]))
        return self._names[1]

    def _unread(self, shown: Container[str]) -> tuple[str, ...]:
        """The documents that should be shown and cannot be: those asked for, or, if none were, those that have or had a text."""
        had = {document.slug for document in self.state.documents}
        texts = {path.stem for path in self.sources.glob("*.txt")}
        declared = [path.stem for path, _ in self.layout.document_files() if path.stem in texts | had]
        return tuple(slug for slug in self.documents or declared if slug not in shown)


def _without(findings: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    """Those of the findings that are not among the others, wherever in its file each stands: what is written above moves it."""
    left = Counter(map(_said, others))
    found = []
    for finding in findings:
        left[_said(finding)] -= 1
        if left[_said(finding)] < 0:
            found.append(finding)
    return found


def _said(finding: Finding) -> tuple[str, str, str, str]:
    return finding.file, finding.code, finding.subject, finding.message
