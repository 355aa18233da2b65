"""A release: an immutable directory with store, dumps, queries and report, made complete or not at all.

In: a project (:class:`~kg.mappings.layout.Layout`). Out: ``<build>/releases/<version>/`` and the symlink ``<build>/current``.
Next: :mod:`kg.store` opens it; building and serving meet only here. A build that is killed leaves a directory whose name
begins with a dot; nothing serves it and the next build removes it.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kg import __version__, atomic, description, dumps, exports, indexing, report, rules, textindex, validation
from kg.citation_file import read_citation_file
from kg.engine import binding
from kg.errors import Finding, FindingsError, Severity
from kg.graph import DESCRIPTION, Dataset, assemble, each_triple_once, from_jsonld, write_store
from kg.mappings.corpus import ENTITIES, Corpus, read_corpus
from kg.mappings.layout import Layout
from kg.mappings.links import read_prefixes
from kg.namespaces import ID, POL, graph_iri
from kg.queries import QueryFileError, read_query
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
) -> Path:
    """Make a release and let ``<directory>/current`` point at it.

    :param directory: the build directory
    :param carry: gives the release that is to serve, which may be another that has this one and more (:mod:`kg.imports`)
    :returns: the directory of the release that serves
    :raises FindingsError: if the inputs have a violation; then nothing is written
    :raises ReleaseError: if another build is running
    """
    checked = check(layout, sources, on_stage)
    if any(finding.severity is Severity.VIOLATION for finding in checked.findings):
        raise FindingsError(checked.findings)
    described = description.describe(_described(checked, layout))
    version = content_version(checked, layout, described=described)
    documents = sorted(checked.corpus.documents)
    statements = _statements(checked.corpus)
    checked.dataset.add(description.with_version(described, version), DESCRIPTION)
    each_triple_once(checked.dataset.quads)

    releases = directory / "releases"
    with atomic.exclusive(directory):
        releases.mkdir(parents=True, exist_ok=True)
        final = releases / version
        if not final.exists():  # a release is named by its content, so one that exists is this one
            draft = atomic.draft_in(releases)
            on_stage("store")
            write_store(checked.dataset.quads, draft / "store")
            on_stage("index")
            indexing.write_index(checked.dataset, documents, draft / textindex.FOLDER)
            on_stage("dump")
            exports.write_exports(checked.dataset.quads, documents, version, draft / "dumps")
            _write_copies(layout, draft)
            _write_report(checked, draft)
            _write_manifest(checked, version, statements, draft)
            atomic.flush(draft)
            on_stage("publish")
            draft.rename(final)
            atomic.flush_directory(releases)
        else:
            indexing.renew(checked.dataset, documents, final)  # the index of an older version of the code
        serving = carry(final)
        atomic.point(directory / "current", Path("releases") / serving.name)
    return serving


def _described(checked: Checked, layout: Layout) -> description.Sources:
    """What the description of the release is made of."""
    return description.Sources(
        checked.dataset.quads,
        sorted(checked.corpus.documents),
        [read_query(path) for path, _ in layout.query_files()],
        read_prefixes(layout.links),
    )


def content_version(
    checked: Checked, layout: Layout, citation: bytes | None = None, described: Iterable[object] | None = None
) -> str:
    """Version of the code, and a hash of what the release holds.

    :param citation: content of the citation file, if not as it is
    :param described: the description without the version, if it is at hand
    """
    digest = hashlib.sha256(dumps.serialise(checked.dataset.quads, "nq"))
    for path, _ in (*layout.query_files(), *layout.shape_files(), *layout.check_files(), *layout.codebook_files()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(report.format_findings(checked.findings, "text").encode())
    if citation is not None or layout.citation.exists():
        digest.update(layout.citation.read_bytes() if citation is None else citation)
    described = description.describe(_described(checked, layout)) if described is None else described
    digest.update("\n".join(map(str, described)).encode())
    return f"{__version__}-{digest.hexdigest()[:12]}"


def _statements(corpus: Corpus) -> dict[str, Counter[str]]:
    """Number of statements of each kind, by document; withdrawn ones do not count."""
    result: dict[str, Counter[str]] = {}
    for slug in corpus.documents:
        kinds: Counter[str] = Counter()
        for node in corpus.graphs[slug]:
            kind = node.get("kind")
            if str(node["id"]).startswith(f"{ID}statement/") and isinstance(kind, list):
                kinds[str(kind[0]).removeprefix(POL)] += 1
        result[slug] = kinds
    return result


def _write_copies(layout: Layout, draft: Path) -> None:
    """The published queries, what the release was checked against, and the codebook: serving needs nothing but the release."""
    folders = {
        "queries": layout.query_files(),
        "shapes": layout.shape_files(),
        "checks": layout.check_files(),
        "codebook": layout.codebook_files(),
    }
    for folder, files in folders.items():
        (draft / folder).mkdir()
        for path, _ in files:
            shutil.copyfile(path, draft / folder / path.name)


def _write_report(checked: Checked, draft: Path) -> None:
    """The SHACL report, for machines and for people, and the evidence of the links."""
    target = draft / "report"
    target.mkdir()
    triples = from_jsonld(report.shacl_report(checked.validation, checked.corpus.trace))
    (target / "shacl.ttl").write_bytes(dumps.serialise_triples(triples))
    text = report.format_findings(checked.findings, "text")
    (target / "report.txt").write_text(f"{text}\n{report.summary(checked.findings)}\n".lstrip(), encoding="utf-8")
    links = checked.corpus.layout.links
    if links.exists():
        shutil.copyfile(links, draft / "dumps" / links.name)


def _write_manifest(checked: Checked, version: str, statements: dict[str, Counter[str]], draft: Path) -> None:
    """``release.json`` and ``checksums.txt``. Store and index are left out: their bytes are the databases' own business."""
    left_out = {draft / "store", draft / textindex.FOLDER}
    files = [p for p in sorted(draft.rglob("*")) if p.is_file() and left_out.isdisjoint(p.parents)]
    listed = [
        {"path": p.relative_to(draft).as_posix(), "bytes": p.stat().st_size, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()}
        for p in files
    ]
    graphs = checked.dataset.count()
    entities = Counter(str(node["id"]).removeprefix(ID).split("/")[0] for node in checked.corpus.graphs[ENTITIES])
    kinds: Counter[str] = sum(statements.values(), Counter())
    citation = checked.corpus.layout.citation
    manifest = {
        "version": version,
        "license": description.LICENSE,
        "citation": asdict(read_citation_file(citation)) if citation.exists() else None,
        "statements": kinds.total(),
        "quads": sum(graphs.values()),
        "triples": len({quad.triple for quad in checked.dataset.quads}),
        "graphs": graphs,
        "counts": dict(sorted(kinds.items())),
        "entities": dict(sorted(entities.items())),
        "documents": [_document(slug, checked, statements[slug].total()) for slug in sorted(checked.corpus.documents)],
        "files": listed,
    }
    (draft / "release.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    lines = (f"{entry['sha256']}  {entry['path']}\n" for entry in listed)
    (draft / "checksums.txt").write_text("".join(lines), encoding="utf-8")


def _document(slug: str, checked: Checked, statements: int) -> dict[str, object]:
    """What the first page shows of a document."""
    iri = f"{ID}document/{slug}"
    nodes = {str(node["id"]): node for node in checked.corpus.graphs[ENTITIES]}
    node = nodes.get(iri, {})
    authors = [nodes.get(str(a), {}).get("label", {}) for a in _listed(node.get("author"))]
    return {
        "id": slug,
        "iri": iri,
        "graph": graph_iri(slug),
        "title": {tag: texts[0] for tag, texts in _texts(node.get("title")).items()},
        "author": ", ".join(_texts(author).get("nl", [""])[0] for author in authors),
        "date": next(iter(_listed(node.get("date")) or _listed(node.get("issued"))), ""),
        "url": next(iter(_listed(node.get("url"))), ""),
        "statements": statements,
    }


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _texts(value: object) -> dict[str, list[str]]:
    return {str(tag): _listed(texts) for tag, texts in value.items()} if isinstance(value, dict) else {}
