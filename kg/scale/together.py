"""The third step: what only all documents together can answer, by the rules and checks whose header does not say ``scope: document``.

In: what is shared, and of each document the lines that these queries read (:mod:`kg.scale.judging`). Out: what they infer, and results. Next:
:mod:`kg.scale.steps`. The lines are put into a store, in memory or, if they are many, on the disk; nothing else of the documents is read.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.graph import INFERRED, VOCABULARY, Dataset, load
from kg.mappings.trace import Trace
from kg.ntriples import parts
from kg.rules import HeadedQuery, infer, misspelt
from kg.scale import lines
from kg.scale.judging import Common
from kg.scale.near import Near
from kg.validation import run_check

_IN_MEMORY: Final = 64 << 20
"""Bytes of lines that a store in memory takes; it takes some five times as much."""
_ROUNDS: Final = 20


def ask(common: Common, parts: Iterable[bytes], size: int, flagged: set[tuple[str, str]], folder: Path) -> dict[str, Any]:
    """Run the rules and checks that look at all documents.

    :param parts: lines of documents
    :param size: bytes of all of them
    :param flagged: of all documents; what is said of these properties follows from a finding
    :param folder: for a store on the disk
    :returns: ``inferred``, the lines that are new; ``results`` and ``findings``
    """
    trace = Trace(flagged=flagged)
    with _store(size > _IN_MEMORY, folder) as store:
        dataset = Dataset(store=store)
        for name, data in common.known.said.items():
            load(store, [data], ox.RdfFormat.N_TRIPLES, name)
        load(store, [common.known.inferred], ox.RdfFormat.N_TRIPLES, INFERRED)
        load(store, parts, ox.RdfFormat.N_TRIPLES, "documents")  # in which graph they are makes no difference to a query
        found = _infer(common, dataset, trace)
        results = [result for check in common.checks.corpus for result in run_check(dataset, check, common.keys, trace)]
    return {"inferred": lines.packed(found), "results": sorted(set(results)), "findings": list(trace.findings)}


@contextmanager
def _store(on_disk: bool, folder: Path) -> Iterator[ox.Store]:
    if not on_disk:
        yield ox.Store()
        return
    place = Path(tempfile.mkdtemp(prefix=".together-", dir=folder))
    try:
        yield ox.Store(str(place))
    finally:
        shutil.rmtree(place)


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
