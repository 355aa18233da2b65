"""The third step: what only all documents together can answer, by the rules and checks whose header does not say ``scope: document``.

In: what is shared, and of each document the lines that these queries read (:mod:`kg.scale.judging`). Out: :class:`Asked`. Next:
:mod:`kg.scale.steps`. All rules are asked together, then each check by itself, of a store with the lines that it reads and those that the rules
add, in memory or, if they are many, on the disk.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from kg.errors import Finding
from kg.graph import INFERRED, VOCABULARY, Dataset, load
from kg.mappings.trace import Trace
from kg.ntriples import parts
from kg.rules import HeadedQuery, infer, misspelt
from kg.scale import lines
from kg.scale.cache import key_of
from kg.scale.executor import LARGE, Executor, InProcess, Processes
from kg.scale.judging import Common
from kg.scale.near import Near
from kg.scale.scopes import merged
from kg.validation import Result, run_check

_IN_MEMORY: Final = 512 << 20
"""Bytes of lines that a store in memory takes: three times as much, which is less than what the loader of one on the disk takes, and a quarter of its time."""
_LOADERS: Final = 2
"""Stores that are filled at a time: each takes up to 2 GB while it is."""
_ROUNDS: Final = 20
RULES: Final = 0
"""Number of the group of rules; those of checks follow."""


@dataclass(frozen=True)
class Job:
    """A group of queries: all rules, or one check.

    :ivar key: under which the result is kept
    :ivar number: of the group
    :ivar judged: keys of the documents' results
    :ivar size: bytes of what the group reads of them
    :ivar flagged: of all documents; what is said of these properties follows from a finding
    :ivar on_disk: whether its store is there, as it would be too large for the memory
    :ivar new: what the rules inferred, for a check
    """

    key: str
    number: int
    judged: tuple[str, ...]
    size: int
    on_disk: bool
    flagged: frozenset[tuple[str, str]]
    new: bytes = b""


class Asked(NamedTuple):
    """What came of the queries.

    :ivar inferred: lines that are new
    """

    inferred: bytes = b""
    results: tuple[Result, ...] = ()
    findings: tuple[Finding, ...] = ()


def ask(common: Common, executor: Executor, judged: Sequence[str], shared_key: str, flagged: frozenset[tuple[str, str]]) -> Asked:
    """Ask all documents together.

    :param judged: keys of the documents' results
    :param shared_key: key of the result of what is shared
    :param flagged: of all documents
    """
    heads = [common.cache.read(key, "head")[0] for key in judged]
    said = "\n".join(" ".join(pair) for pair in sorted(flagged))

    def job(number: int, new: bytes = b"") -> Job:
        read = (head["wide"][number] for head in heads)
        key = key_of("together", common.digest, shared_key, said, str(number), new, *read)
        size = sum(head["sizes"][number] for head in heads)
        on_disk = size > _IN_MEMORY and not common.groups.is_merged(number)
        return Job(key, number, tuple(judged), size, on_disk, flagged, new)

    rules = _answers(common, executor, [job(RULES)] if common.rules.corpus else [])
    new = b"".join(answer.inferred for answer in rules)
    checks = _answers(common, executor, [job(number, new) for number, _ in enumerate(common.checks.corpus, start=1)])
    every = (*rules, *checks)
    return Asked(new, tuple(r for answer in every for r in answer.results), tuple(f for answer in every for f in answer.findings))


def _answers(common: Common, executor: Executor, jobs: Sequence[Job]) -> list[Asked]:
    """What came of each group; of large ones in new processes, which may open stores on the disk and give their memory back."""
    cache = common.cache
    undone = [job for job in jobs if not cache.holds(job.key)]
    if isinstance(executor, InProcess) or sum(job.size for job in undone) < LARGE:
        cache.use(InProcess().run(work, common, undone))
    else:
        cache.use(Processes(_LOADERS, cache.folder).apart(work, common.bare(), undone))
    return [Asked(*cache.read(job.key, "inferred", "results", "findings")) for job in jobs]


def work(common: Common, job: Job) -> str:
    """Run rules or a check that looks at all documents, and keep the result.

    The parts are ``inferred``, the lines that are new; ``results`` and ``findings``.
    """
    if not common.cache.holds(job.key):
        common.cache.write(job.key, _asked(common, job))
    return job.key


def _asked(common: Common, job: Job) -> dict[str, Any]:
    trace = Trace(flagged=set(job.flagged))
    with _store(job.on_disk, common.cache.folder) as store:
        dataset = Dataset(store=store)
        for name, data in (*common.known.said.items(), (INFERRED, common.known.inferred)):
            read = (lines.packed(common.groups.of_shared(job.number, piece)) for piece in lines.pieces(data))
            load(store, read, ox.RdfFormat.N_TRIPLES, name)
        parts = (common.cache.read(key, f"wide {job.number}")[0] for key in job.judged)
        said = [lines.packed(merged(parts))] if common.groups.is_merged(job.number) else parts
        load(
            store, itertools.chain(said, (job.new,)), ox.RdfFormat.N_TRIPLES, "documents"
        )  # in which graph they are makes no difference
        if job.number == RULES:
            return {"inferred": lines.packed(_infer(common, dataset, trace)), "results": [], "findings": list(trace.findings)}
        results = run_check(dataset, common.checks.corpus[job.number - 1], common.keys, trace)
    return {"inferred": b"", "results": sorted(set(results)), "findings": list(trace.findings)}


@contextmanager
def _store(on_disk: bool, folder: Path) -> Iterator[ox.Store]:
    if not on_disk:
        yield ox.Store()
        return
    place = Path(tempfile.mkdtemp(prefix=f".together-{os.getpid()}-", dir=folder))
    try:
        yield ox.Store(str(place))
    finally:
        shutil.rmtree(
            place, ignore_errors=True
        )  # the store may be tidying up; what is left goes with the next pruning of the cache


def _infer(common: Common, dataset: Dataset, trace: Trace) -> list[str]:
    """What the rules add, and what the rules for documents make of that and the vocabulary."""
    found: set[str] = set()
    for _ in range(_ROUNDS):
        new = {triple for rule in common.rules.corpus for triple in _construct(dataset, rule, trace)}
        if common.rules.document and new:
            new |= _followed(common, new)
        new = {triple for triple in new if not dataset.asserted(triple)}
        if not new:
            break
        dataset.add(sorted(new, key=str), INFERRED)
        found |= {f"{triple} ." for triple in new}
    return lines.in_order(found)


def _construct(dataset: Dataset, rule: HeadedQuery, trace: Trace) -> list[ox.Triple]:
    try:
        return dataset.construct(rule.text)
    except (SyntaxError, TypeError) as error:
        trace.report(misspelt(rule, dataset, "a CONSTRUCT query", error))
        return []


def _followed(common: Common, new: Iterable[ox.Triple]) -> set[ox.Triple]:
    """What rules for documents make of new triples."""
    known = common.known
    vocabulary = lines.unpacked(known.said[VOCABULARY])
    follows = (line for subject in dict.fromkeys(parts(line)[0] for line in vocabulary) for line in known.followed.of(subject))
    small = Near()
    small.take(lines.packed(f"{triple} ." for triple in new), "new")
    small.take(lines.packed((*vocabulary, *follows)), VOCABULARY)
    infer(small, list(common.rules.document))
    return set(lines.triples(lines.packed(small.inferred)))
