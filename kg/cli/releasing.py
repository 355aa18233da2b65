"""The commands of an editor: ``diff`` and ``release``."""

import datetime as dt
import sys
from pathlib import Path

import click

from kg.cli import files, options
from kg.errors import UsageError
from kg.mappings.layout import Layout


@click.command()
@options.build_dir
@click.argument("old", required=False)
@click.argument("new", default="current")
@click.option(
    "--format",
    "style",
    type=click.Choice(("text", "json", "sparql", "patch")),
    default="text",
    show_default=True,
    help="In words, as JSON, as SPARQL Update, or as RDF Patch.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is a difference.")
def diff(build_dir: Path, old: str | None, new: str, style: str, *, exit_code: bool) -> None:
    """Show what is different between two releases.

    OLD and NEW are versions in the build directory (current by default), directories of releases, or dump files with named
    graphs (.nq, .trig, also .gz). sparql and patch turn a store that holds OLD into one that holds NEW.

    \b
    Example:
      kg diff 0.1.0-3e6d2672e44c
      kg diff old/policy-kg.nq.gz current --format sparql > update.ru
    """
    from kg.diff import patches, words  # noqa: PLC0415 - only this command needs it
    from kg.diff.changes import compare  # noqa: PLC0415
    from kg.diff.inputs import read_side, what_there_is  # noqa: PLC0415

    if old is None:
        raise UsageError(f"say which release to compare the current one with; {what_there_is(build_dir)}")
    found = compare(read_side(old, build_dir), read_side(new, build_dir))
    if style == "text":
        for line in words.text(found):
            click.echo(line)
    elif style == "json":
        click.echo(words.as_json(found), nl=False)
    else:
        sys.stdout.writelines(patches.sparql_update(found) if style == "sparql" else patches.rdf_patch(found))
        sys.stdout.flush()
    if exit_code and (found.added or found.removed):
        raise SystemExit(1)


@click.command()
@options.build_dir
@options.sources
@click.option(
    "--previous",
    help="The release before: a version in the build directory, a directory or a dump file, as kg diff takes them.  "
    "[default: the one that the changelog names, if it is in the build directory]",
)
@click.option("--version", "wanted", help="Version to give, if it is to be higher than the changes ask for.")
@click.option("--date", type=click.DateTime(("%Y-%m-%d",)), help="Day of the release, YYYY-MM-DD.  [default: today, in UTC]")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--allow-dirty", is_flag=True, help="Do not ask that all files are committed.")
@click.pass_obj
def release(
    layout: Layout,
    build_dir: Path,
    sources: Path | None,
    previous: str | None,
    wanted: str | None,
    date: dt.datetime | None,
    *,
    dry_run: bool,
    allow_dirty: bool,
) -> None:
    """Give the present state a version, a changelog entry and a date.

    Compares with the release before, decides the version by what changed, and writes CHANGELOG.md, CITATION.cff and the version of
    the ontology. Refuses if there is a violation, if a statement is gone without having been withdrawn, or if files are not
    committed (--dry-run only names them). Run a second time, it changes nothing. Afterwards commit, tag, and `kg build`.

    \b
    Example:
      kg release --dry-run
      kg release --previous 0.1.0-3e6d2672e44c --date 2026-12-01
    """
    from kg import releasing  # noqa: PLC0415 - only this command needs it

    day = date.date() if date else dt.datetime.now(dt.UTC).date()
    plan = releasing.plan(layout, build_dir, sources, previous=previous, date=day.isoformat(), wanted=wanted)
    if plan.is_released:
        click.echo(f"{plan.version} is this state, release {plan.content_version}; nothing to do", err=True)
        return
    if dry_run:
        click.echo(plan.entry, nl=False)
        for path in plan.files:
            click.echo(f"{layout.name(path)}: would be written", err=True)
        if plan.uncommitted and not allow_dirty:
            click.echo(f"note: commit these before the release: {', '.join(plan.uncommitted)}", err=True)
        return
    if not allow_dirty:
        releasing.require_committed(plan)
    for path, content in plan.files.items():
        files.replace(path, content)
        click.echo(f"{layout.name(path)}: written", err=True)
    click.echo(
        f"{plan.version}: now commit, `git tag v{plan.version}`, and `kg build`, which makes {plan.content_version}", err=True
    )


COMMANDS = (diff, release)
