"""The commands of a coder: ``anchor``, ``check``, ``coverage``, ``schema``, and ``build``."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import files, options
from kg.errors import FORMATS, Finding, FindingsError, Severity
from kg.mappings.layout import Layout
from kg.mappings.words import first_of, which_there_are

# What a command works with is imported when it runs: `kg check` is run on every save, and these take longer than its work.
if TYPE_CHECKING:
    from kg.coverage import Coverage
    from kg.graph import Dataset
    from kg.mappings.apart import Mapped, Shared
    from kg.mappings.corpus import Corpus


@click.command(no_args_is_help=False)
@options.sources
@options.build_dir
@options.jobs
@options.scheduler
@options.shacl
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of the findings.")
@click.option(
    "--report", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write the SHACL report, as Turtle."
)
@click.argument("documents", nargs=-1, metavar="")
@click.pass_obj
def check(
    layout: Layout,
    sources: Path | None,
    build_dir: Path,
    jobs: int | None,
    scheduler: str | None,
    scheduler_wait: float,
    style: str,
    report_file: Path | None,
    documents: tuple[str, ...],
) -> None:
    """Check the mappings and print every finding.

    Reads, maps, infers and validates as `kg build` does, and writes nothing but its own cache, and that only where there is a build
    directory. Each finding names file, line and column.

    \b
    Example:
      kg check
      kg check --sources ../texts --format sarif > findings.sarif
    """
    from kg import report  # noqa: PLC0415
    from kg.mappings import texts  # noqa: PLC0415
    from kg.scale import cache, steps  # noqa: PLC0415

    if documents:
        raise click.UsageError(
            f"all documents are checked together, as they refer to each other; leave out {first_of(documents)}"
        )
    executor = options.executor(jobs, scheduler, scheduler_wait)
    with cache.opened(build_dir) as kept:
        checked = steps.judge(layout, kept, executor, sources, query_findings=_query_findings)
    without, misnamed = [], []
    if sources is not None:
        without, misnamed = texts.without_text(checked.documents, sources), texts.misnamed(layout, checked.documents, sources)
    findings = tuple(sorted((*checked.findings, *misnamed)))
    if report_file is not None:
        from kg import dumps  # noqa: PLC0415
        from kg.graph import from_jsonld  # noqa: PLC0415

        report_file.write_bytes(dumps.serialise_triples(from_jsonld(report.shacl_report(checked.validation, checked.trace))))
    text = report.format_findings(findings, style)
    if text:
        click.echo(text)
    if style == "text":
        unverified = f", {len(without)} of them without a text in {layout.name(sources)}" if sources and without else ""
        rest = report.unchecked(findings, checked.trace, usable=checked.usable)
        click.echo(f"{report.summary(findings)} in {len(checked.documents)} document(s){unverified}{rest}", err=True)
    if any(finding.severity is Severity.VIOLATION for finding in findings):
        raise SystemExit(1)


@click.command()
@options.sources
@options.build_dir
@options.jobs
@options.scheduler
@options.shacl
@click.option(
    "--keep",
    type=click.IntRange(1),
    envvar="KG_KEEP",
    help="Then remove older releases as `kg prune --keep N` does.  [default: remove none]",
)
@click.pass_obj
def build(
    layout: Layout,
    sources: Path | None,
    build_dir: Path,
    jobs: int | None,
    scheduler: str | None,
    scheduler_wait: float,
    keep: int | None,
) -> None:
    """Make a release and let build/current point at it.

    The release is complete or not made at all: with a violation, nothing is written. The same inputs give the same dumps,
    byte for byte. The tables of `kg import` are taken along.

    \b
    Example:
      kg build
      kg build --build-dir /srv/policy-kg
      kg build --scheduler tcp://10.0.0.5:8786
    """
    from kg import release  # noqa: PLC0415
    from kg.cli import pruning  # noqa: PLC0415
    from kg.imports.commands import carried  # noqa: PLC0415

    executor = options.executor(jobs, scheduler, scheduler_wait)
    try:
        with options.progress() as on_stage:
            made = release.build(layout, build_dir, sources, on_stage, carried(build_dir), executor)
    except KeyboardInterrupt:
        raise click.ClickException("stopped; a release is complete or not made at all, so run `kg build` again") from None
    click.echo(made.as_posix())
    pruning.after_build(layout, build_dir, keep)


@click.command()
@options.sources
@options.build_dir
@click.argument("documents", nargs=-1)
@click.pass_obj
def anchor(layout: Layout, sources: Path | None, build_dir: Path, documents: tuple[str, ...]) -> None:
    """Find the passages in the texts and write the anchor lock.

    For each document whose text is at hand, or only for the DOCUMENTS named, resolves the anchors of every passage and writes
    mappings/anchors/DOCUMENT.tsv. Anchors that fit nowhere, or in several places, are findings; then that lock is left
    as it was.

    \b
    Example:
      kg anchor --sources ../texts
      kg anchor --sources ../texts bij1-2021
    """
    from kg.authoring.locking import mistakes, relock  # noqa: PLC0415
    from kg.mappings.apart import read_document  # noqa: PLC0415
    from kg.mappings.texts import without_text  # noqa: PLC0415

    folder = options.needed_sources(sources)
    shared = _shared(layout, build_dir)
    found = list(shared.trace.findings)
    asked = _asked(documents, layout)
    without = without_text([path.stem for path in asked], folder)
    if without:
        click.echo(f"no text in {layout.name(folder)}, so the lock is left as it is: {first_of(without)}", err=True)
    for path in asked:
        mapped = read_document(shared, path, folder, check_lock=False)
        found += mapped.trace.findings
        changed = relock(layout, mapped)
        if mapped.coding and changed is not None:
            passages = len(mapped.coding.passages.found)
            click.echo(f"{mapped.slug}: {passages} passages, {'written' if changed else 'unchanged'}", err=True)
    wrong = mistakes(found)
    if wrong:
        raise FindingsError(wrong)


@click.command(name="coverage")
@options.sources
@options.build_dir
@click.argument("documents", nargs=-1)
@click.pass_obj
def coverage_(layout: Layout, sources: Path | None, build_dir: Path, documents: tuple[str, ...]) -> None:
    """Show what of each text is coded, what is skipped and why, and what is left.

    A sentence is accounted for when each of its words stands in a passage or in the ledger of skipped text. Shares are of the
    characters, as on the site; spaces between passages are nobody's. Exit status 1 if anything is left.

    \b
    Example:
      kg coverage --sources ../texts
    """
    from kg.coverage import coverage  # noqa: PLC0415
    from kg.mappings.apart import read_document  # noqa: PLC0415

    folder = options.needed_sources(sources)
    shared = _shared(layout, build_dir)
    complete = True
    for path in _asked(documents, layout):
        mapped = read_document(shared, path, folder)
        coding = mapped.coding
        if coding is None or coding.text is None:
            complete = False
            for line in _not_shown(mapped, folder):
                click.echo(line)
            continue
        result = coverage(coding)
        complete = complete and not result.left
        _print_coverage(result, coding.text.text)
    if not complete:
        raise SystemExit(1)


@click.command(name="schema")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if the file is out of date.")
@click.pass_obj
def schema_(layout: Layout, *, only_check: bool) -> None:
    """Write mappings/schema.json, from which an editor completes and checks the mapping files.

    \b
    Example:
      kg schema
    """
    from kg.mappings.corpus import read_corpus  # noqa: PLC0415
    from kg.schema import schema  # noqa: PLC0415

    path = layout.mappings / "schema.json"
    files.keep(path, layout.name(path), schema(_usable(read_corpus(layout))), "kg schema", only_check=only_check)


def _query_findings(dataset: "Dataset", layout: Layout) -> Iterable[Finding]:
    """What is wrong with the published queries; asked only when one has changed."""
    from kg.release import query_findings  # noqa: PLC0415

    return query_findings(dataset, layout)


def _usable(corpus: "Corpus") -> "Corpus":
    """The corpus, if there is one: with a broken context or ontology nothing was read."""
    if not corpus.usable:
        raise FindingsError(corpus.findings)
    return corpus


def _shared(layout: Layout, build_dir: Path) -> "Shared":
    """What all documents share, from the cache if it is there.

    :raises FindingsError: if context or ontology are broken, so that no document can be read
    """
    from kg.mappings.apart import Lost  # noqa: PLC0415
    from kg.scale import cache, reading  # noqa: PLC0415

    with cache.opened(build_dir) as kept:
        shared, _ = reading.read(layout, kept, Lost(), frozenset())
    if not shared.usable:
        raise FindingsError(tuple(sorted(shared.trace.findings)))
    return shared


def _asked(documents: tuple[str, ...], layout: Layout) -> list[Path]:
    """The mapping files of the documents that are named, or of all."""
    paths = {path.stem: path for path, _ in layout.document_files()}
    for slug in documents:
        if slug not in paths:
            raise click.UsageError(f'"{slug}" is not a coded document{which_there_are(slug, paths)}')
    return [path for slug, path in paths.items() if not documents or slug in documents]


def _not_shown(mapped: "Mapped", sources: Path) -> list[str]:
    """Why a document has no coverage: its file cannot be read, or it has no text, or not the one that was coded."""
    if mapped.coding is None:
        return [str(finding) for finding in sorted(mapped.trace.findings)]
    if not (sources / f"{mapped.slug}.txt").exists():
        return [f"{mapped.slug}: no text; put it into {sources} as {mapped.slug}.txt"]
    finding = next(f for f in mapped.trace.findings if f.code == "source-text")
    where = f"{finding.file}:{finding.line}: " if finding.file.endswith(".txt") else ""
    return [f"{mapped.slug}: its text cannot be used: {where}{finding.message}"]


def _print_coverage(result: "Coverage", text: str) -> None:
    """The balance of one document, and where to look for what is left."""
    skipped = sum(result.skipped.values())
    left = sum(n for _, n in result.left)
    click.echo(f"{result.document}: {result.sentences} sentences, {result.words} words")
    click.echo(f"  stated   {result.stated:6} words  {result.stated_share:6.1%} of the characters")
    click.echo(f"  skipped  {skipped:6} words  {result.skipped_share:6.1%}")
    for reason, count in result.skipped.items():
        click.echo(f"    {reason:<12} {count}")
    click.echo(f"  left     {left:6} words  {result.left_share:6.1%} in {len(result.left)} sentences")
    for span, missing in result.left:
        beginning = " ".join(text[span.start : span.end].split()[:5])
        click.echo(f"    {span.start}-{span.end} ({missing} words): {beginning} …")


COMMANDS = (check, build, anchor, coverage_, schema_)
