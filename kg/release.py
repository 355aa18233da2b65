"""A release: an immutable directory with store, dumps, queries and report, made complete or not at all.

In: a project (:class:`~kg.mappings.layout.Layout`). Out: ``<build>/releases/<version>/`` and the symlink ``<build>/current``.
Next: :mod:`kg.store` opens it; building and serving meet only here. A build that is killed leaves a directory whose name
begins with a dot; nothing serves it and the next build removes it.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kg import __version__, atomic, description, dumps, exports, indexing, manifest, report, rules, textindex, validation
from kg.engine import binding
from kg.errors import Finding, FindingsError, Severity
from kg.graph import DESCRIPTION, Dataset, assemble, graph_of, read_store
from kg.mappings.corpus import Corpus, read_corpus
from kg.mappings.layout import Layout
from kg.mappings.links import read_prefixes
from kg.namespaces import graph_iri
from kg.queries import QueryFileError, read_query
from kg.scale import building, databases, describing, files, lines, renewing, rows, steps, tables
from kg.scale import cache as caches
from kg.scale import executor as executors
from kg.scale.executor import Executor
from kg.scale.others import Others
from kg.scale.renewing import DescriptionLines
from kg.shapes import read_shapes

STAGES: Final = ("read", "map", "infer", "validate", "store", "index", "dump", "publish")
"""Names of the stages of a build, in order."""

OnStage = Callable[[str], None]
"""Called with the name of each stage as it begins."""


@dataclass(frozen=True)
class Checked:
    """A corpus that has been read, inferred and validated; it may have findings."""

    corpus: Corpus
    dataset: Dataset
    validation: validation.Validation

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, by place."""
        return self.validation.findings


def check(layout: Layout, sources: Path | None = None, on_stage: OnStage = lambda _: None) -> Checked:
    """Everything of a build but what is written: read, map, infer, validate.

    :param sources: folder of the texts, to verify anchors and lock against them
    """
    on_stage("read")
    corpus = read_corpus(layout, sources)
    if not corpus.usable:
        return Checked(corpus, Dataset(), validation.Validation((), corpus.findings))
    on_stage("map")
    dataset = assemble(corpus)
    shapes = read_shapes(layout.shape_files(), corpus.vocabulary.declared)
    with validation.applied(dataset, shapes) as shacl:
        on_stage("infer")
        inference, wrong_rules = rules.read_headed(layout.rule_files())
        wrong_rules += rules.infer(dataset, inference)
        on_stage("validate")
        checks, wrong_checks = rules.read_headed(layout.check_files())
        for finding in (*wrong_rules, *wrong_checks, *shapes.findings, *query_findings(dataset, layout)):
            corpus.trace.report(finding)
        keys = {key: term.iri for key, term in corpus.context.terms.items()}
        return Checked(corpus, dataset, validation.validate(dataset, corpus.trace, shacl, checks, keys))


def query_findings(dataset: Dataset, layout: Layout) -> Iterator[Finding]:
    """What is wrong with the published queries: their headers and their SPARQL."""
    for path, name in layout.query_files():
        try:
            query = read_query(path)
        except QueryFileError as error:
            yield Finding(name, error.line, 1, "query-header", error.reason)
            continue
        wrong = dataset.syntax_error(path.read_text(encoding="utf-8"))
        if wrong:
            line, column, reason = wrong
            yield Finding(name, line, column, "query-syntax", f"not a SPARQL query: {reason}")
            continue
        for parameter in query.parameters.values():
            try:
                binding.check(query.text, [parameter])
            except binding.BindingError as error:
                yield Finding(name, parameter.line, 1, "query-parameter", str(error))


def build(
    layout: Layout,
    directory: Path,
    sources: Path | None = None,
    on_stage: OnStage = lambda _: None,
    carry: Callable[[Path], Path] = lambda made: made,
    executor: Executor | None = None,
) -> Path:
    """Make a release and let ``<directory>/current`` point at it.

    :param directory: the build directory
    :param carry: gives the release that is to serve, which may be another that has this one and more (:mod:`kg.imports`)
    :param executor: where the work on documents is done
    :returns: the directory of the release that serves
    :raises FindingsError: if the inputs have a violation; then nothing is written
    :raises ReleaseError: if another build is running, or the disk is full
    """
    executor = executor or executors.executor()
    with caches.opened(directory, keep=True) as cache, tables.ahead(_size(layout)) as table_making, databases.ahead() as making:
        judged = steps.judge(layout, cache, executor, sources, on_stage, query_findings)
        if any(finding.severity is Severity.VIOLATION for finding in judged.findings):
            raise FindingsError(judged.findings)
        exports.require_names(judged.documents)
        release = _Release(layout, judged, building.planned(judged), executor, making, table_making)
        try:
            return release.make(directory, on_stage, carry)
        except OSError as error:
            raise caches.no_room(directory, error) from error


def _size(layout: Layout) -> int:
    """Bytes of the mappings."""
    return sum(path.stat().st_size for path, _ in layout.document_files() if path.is_file())


class _Release:
    """A release that is being made."""

    def __init__(
        self,
        layout: Layout,
        judged: steps.Judged,
        plan: building.Plan,
        executor: Executor,
        making: databases.Making,
        table_making: tables.Making,
    ) -> None:
        self._layout, self._judged, self._plan, self._executor = layout, judged, plan, executor
        self._making, self._table_making = making, table_making
        self._documents = sorted(judged.documents)
        self._version = ""
        self._graphs: lines.Packed = {}
        self._counts: dict[str, int] = {}

    def _given(self, built: building.Built) -> describing.Given:
        """What is described."""
        queries = [read_query(path) for path, _ in self._layout.query_files()]
        return describing.Given(self._judged, built, queries, read_prefixes(self._layout.links))

    def _describe(self, built: building.Built, described: Callable[[], describing.Described]) -> None:
        """Find out the version, what is shared with the description, and the number of triples by graph."""
        layout = self._layout
        data = digest_of(files.nquads(self._judged.cache, built.documents, built.shared))
        made = described()
        triples = list(lines.triples(lines.packed(made.lines)))
        self._version = version_of(data, triples, layout, self._judged.findings)
        self._graphs = built.with_description(description.with_version(triples, self._version))
        building.each_line_once(self._graphs)
        self._counts = dict(sorted({**made.counts, graph_iri(DESCRIPTION): self._graphs[DESCRIPTION].count(b"\n")}.items()))

    def make(self, directory: Path, on_stage: OnStage, carry: Callable[[Path], Path]) -> Path:
        """Write it, unless it is there."""
        releases = directory / "releases"
        with atomic.exclusive(directory):
            releases.mkdir(parents=True, exist_ok=True)
            draft = atomic.draft_in(releases)
            try:
                final = self._made(draft, releases, on_stage)
            finally:
                shutil.rmtree(draft, ignore_errors=True)  # it is gone if all went well
            serving = carry(final)
            atomic.point(directory / "current", Path("releases") / serving.name)
        return serving

    def _made(self, draft: Path, releases: Path, on_stage: OnStage) -> Path:
        """The release, which is named by its content, so that one of this name is this one."""
        plan, cache = self._plan, self._judged.cache
        order = databases.Order(cache.folder.absolute(), plan.stored, plan.documents, draft.absolute(), releases.absolute())
        new = bool(plan.undone)  # else the release is hardly ever not there already
        if new:
            self._making.begin(order)
        built = building.built(plan, self._executor)
        order = replace(order, documents=built.documents)
        others = Others(cache, built.documents, built.shared)
        with describing.begun(self._given(built)) as described:
            table = self._table(built, others, draft)
            if new:
                self._table_making.begin(table)
            self._describe(built, described)
        final = releases / self._version
        if not final.exists():
            on_stage("store")
            others.take(DESCRIPTION, self._graphs[DESCRIPTION])
            self._write(draft, order, table, others, on_stage)
            atomic.flush(draft)
            on_stage("publish")
            draft.rename(final)
            atomic.flush_directory(releases)
            renewing.remember(cache, final, databases.STORE, order.content, self._graphs[DESCRIPTION])
            return final
        self._making.end()  # else they would write into the draft while it is removed
        self._table_making.end()
        if not indexing.is_current(final / textindex.FOLDER):
            indexing.renew(read_store(final / "store"), self._documents, final)  # the index of an older version of the code
        return final

    def _table(self, built: building.Built, others: Others, draft: Path) -> tables.Order:
        """What the tables hold."""
        cache = self._judged.cache
        found = rows.made(cache, built.documents, built.shared, others, self._executor)
        dumps_ = draft / "dumps"
        dumps_.mkdir()
        statements = manifest.statements(self._judged).total()
        return tables.Order(cache, dumps_, {slug: found[slug] for slug in self._documents}, statements)

    def _write(self, draft: Path, order: databases.Order, table: tables.Order, others: Others, on_stage: OnStage) -> None:
        """Everything that a release holds."""
        cache, quads = self._judged.cache, sum(self._counts.values())
        plain = quads <= exports.PLAIN_QUADS
        self._table_making.begin(table)
        self._table_making.name(self._version)
        common = files.Common(cache, order.documents, self._graphs, others, table.rows, table.directory, plain)
        files.prepare(common, self._executor)
        others.prepare()
        self._making.begin(order)
        self._making.describe(draft, DescriptionLines(self._graphs[DESCRIPTION], quads))
        on_stage("index")
        on_stage("dump")
        done = self._executor.run(files.work, common, [*(f"={slug}" for slug in self._documents), *dumps.MEDIA_TYPES])
        tables.write_csv(table, self._version, plain=plain)
        manifest.copy(self._layout.query_files(), draft / "queries")
        manifest.copy(self._layout.shape_files(), draft / "shapes")
        manifest.copy(self._layout.check_files(), draft / "checks")
        manifest.copy(self._layout.codebook_files(), draft / "codebook")
        manifest.write_report(self._judged, draft)
        list(done)
        self._table_making.wait()
        self._making.wait()
        manifest.write_manifest(draft, self._version, self._counts, self._judged)


def _described(checked: Checked, layout: Layout) -> description.Sources:
    """What the description of the release is made of."""
    return description.Sources(
        checked.dataset.quads,
        description.Tally(_lines(checked.dataset).items()).totals(),
        sorted(checked.corpus.documents),
        [read_query(path) for path, _ in layout.query_files()],
        read_prefixes(layout.links),
    )


def _lines(dataset: Dataset) -> Mapping[str, list[str]]:
    """Lines by IRI of graph."""
    found: dict[str, list[str]] = {}
    for quad in dataset.quads:
        found.setdefault(graph_of(quad), []).append(f"{quad.triple} .")
    return found


def content_version(checked: Checked, layout: Layout, citation: bytes | None = None) -> str:
    """Version of the code, and a hash of what the release holds.

    :param citation: content of the citation file, if not as it is
    """
    described = description.describe(_described(checked, layout))
    data = digest_of([dumps.serialise(checked.dataset.quads, "nq")])
    return version_of(data, described, layout, checked.findings, citation)


def digest_of(data: Iterable[bytes]) -> "hashlib._Hash":
    """What a version is a hash of first: N-Quads of all graphs but the description, as they are dumped."""
    digest = hashlib.sha256()
    for piece in data:
        digest.update(piece)
    return digest


def version_of(
    data: "hashlib._Hash",
    described: Iterable[object],
    layout: Layout,
    findings: Sequence[Finding],
    citation: bytes | None = None,
) -> str:
    """Version of the code, and a hash of what the release holds.

    :param data: see :func:`digest_of`
    :param described: the description without the version
    :param citation: content of the citation file, if not as it is
    """
    digest = data.copy()
    for path, _ in (*layout.query_files(), *layout.shape_files(), *layout.check_files(), *layout.codebook_files()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(layout.of_project(report.format_findings(findings, "text")).encode())
    if citation is not None or layout.citation.exists():
        digest.update(layout.citation.read_bytes() if citation is None else citation)
    digest.update("\n".join(map(str, described)).encode())
    return f"{__version__}-{digest.hexdigest()[:12]}"
