"""Before documents are judged: rules, checks and shapes are read, and what is shared is judged by itself.

In: what is shared (:mod:`kg.scale.reading`). Out: :class:`~kg.scale.judging.Common`, with what follows from what is shared. Next: :mod:`kg.scale.steps`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from kg.beside import beside
from kg.errors import Finding
from kg.graph import ENTITIES, LINKS, VOCABULARY, Dataset
from kg.mappings.apart import Shared
from kg.mappings.layout import Layout
from kg.rules import read_headed
from kg.scale import judging, lines, mapping
from kg.scale.cache import Cache, key_of
from kg.scale.conformity import prepared
from kg.scale.executor import LARGE, alone
from kg.scale.known import Known
from kg.scale.near import Near
from kg.scale.scopes import by_scope
from kg.shacl import chosen as engine
from kg.shapes import read_shapes

QueryFindings = Callable[[Dataset, Layout], Iterable[Finding]]

_Job = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Grounds:
    """What documents are judged by.

    :ivar common: without what follows from what is shared
    :ivar key: under which that is kept
    :ivar flagged: of what is shared
    :ivar findings: about rules, checks, shapes and queries
    """

    common: judging.Common
    key: str
    flagged: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Judge what is shared while the body runs, if it is much: one processor works on it as long as two map documents."""
        if self._size < LARGE or self.common.cache.holds(self.key):
            yield
            return
        with beside(partial(_judge, self.common, (self.key, self.flagged))) as wait:
            yield
            wait()

    def judged(self) -> judging.Common:
        """With what follows from what is shared."""
        cache, known = self.common.cache, self.common.known
        if not cache.holds(self.key):
            alone(_judge, self.common, (self.key, self.flagged), self._size)
            cache.use([self.key])
        (inferred,) = cache.read(self.key, "inferred")
        return replace(self.common, known=Known(known.said, inferred))

    @property
    def _size(self) -> int:
        return lines.size(self.common.known.said)


def grounds(layout: Layout, cache: Cache, shared: Shared, digest: str, query_findings: QueryFindings) -> Grounds:
    """Read what documents are judged by.

    :param digest: hash of what is shared
    :param query_findings: says what is wrong with the published queries
    """
    read_rules, wrong_rules = read_headed(layout.rule_files())
    read_checks, wrong_checks = read_headed(layout.check_files())
    shapes = read_shapes(layout.shape_files(), shared.vocabulary.declared)
    rules, checks = by_scope(read_rules, together=True), by_scope(read_checks, together=False)
    keys = {key: term.iri for key, term in shared.context.terms.items()}
    texts = rules.text, checks.text, "\0".join(shapes.texts), str(bool(shapes.findings)), json.dumps(keys)
    judged_by = key_of("judging", engine(), digest, *texts)
    said = {
        ENTITIES: cache.read(digest, "entities")[0],
        LINKS: lines.packed(lines.in_order(f"<{k.subject}> <{k.predicate}> <{k.object}> ." for k in shared.links)),
        VOCABULARY: lines.packed(lines.of_triples(shared.vocabulary.triples)),
    }
    common = judging.Common(Known(said), judged_by, cache, rules, checks, shapes, prepared(shapes.triples), keys)
    wrong = (*wrong_rules, *wrong_checks, *shapes.findings, *_of_queries(layout, cache, query_findings))
    return Grounds(common, key_of("judged", judged_by, judging.SHARED), frozenset(shared.trace.flagged), wrong)


def _of_queries(layout: Layout, cache: Cache, query_findings: QueryFindings) -> list[Finding]:
    """What is wrong with the published queries."""
    files = layout.query_files()
    key = key_of("queries", *(part for path, name in files for part in (name, mapping.content(path))))
    if not cache.holds(key):
        cache.write(key, {"findings": list(query_findings(Dataset(), layout))})
    (findings,) = cache.read(key, "findings")
    return list(findings)


def _judge(common: judging.Common, job: _Job) -> None:
    """Judge what is shared by itself, and keep the result."""
    key, flagged = job
    near = Near()
    for name, data in common.known.said.items():
        near.take(data, name)
    common.cache.write(key, judging.judge(common, near, flagged, judging.SHARED))
