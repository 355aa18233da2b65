"""The command ``prune``: remove builds that nobody needs any more."""

from pathlib import Path

import click

from kg import pruning
from kg.cli import options
from kg.mappings.layout import Layout


@click.command()
@options.build_dir
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=pruning.KEPT,
    show_default=True,
    envvar="KG_KEEP",
    help="How many of the latest releases stay.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would be removed, and why the others stay.")
@click.pass_obj
def prune(layout: Layout, build_dir: Path, keep: int, *, dry_run: bool) -> None:
    """Remove old releases from the build directory.

    What stays: the current release, those that CHANGELOG.md names, those that a server has open, the latest ones, what an import
    of these is based on, and folders that are no release. Prints each folder that is removed. A release that was removed comes back,
    byte for byte in its dumps, by `kg build` at its commit.

    \b
    Example:
      kg prune --dry-run
      kg prune --keep 3
    """
    made = pruning.prune(build_dir, _log(layout), keep, dry_run=dry_run)
    for path in made.removed:
        click.echo(f"{path.as_posix()}: {'would be removed' if dry_run else 'removed'}")
    for path, why in made.kept.items() if dry_run else ():
        click.echo(f"{path.as_posix()}: stays: {why}")
    if not made.removed:
        click.echo(f"nothing to remove: {build_dir / 'releases'} has {len(made.kept)} release(s), all of which stay", err=True)
    else:
        click.echo(f"{_counted(made, dry_run=dry_run)}; {len(made.kept)} stay", err=True)


def after_build(layout: Layout, build_dir: Path, keep: int | None) -> None:
    """Remove old releases if that is wanted; else say that there are many.

    :param keep: how many of the latest stay; None removes none
    """
    if keep is not None:
        made = pruning.prune(build_dir, _log(layout), keep)
        if made.removed:
            click.echo(f"old releases: {_counted(made, dry_run=False)}", err=True)
        return
    there = pruning.number(build_dir)
    if there >= pruning.MANY:
        click.echo(f"{build_dir / 'releases'} has {there} releases; `kg prune` removes old ones that nothing needs", err=True)


def _log(layout: Layout) -> Path:
    return layout.root / "CHANGELOG.md"


def _counted(made: pruning.Plan, *, dry_run: bool) -> str:
    """``3 removed, 412 MB freed``."""
    would = "would be " if dry_run else ""
    return f"{len(made.removed)} {would}removed, {made.freed / 1e6:,.0f} MB {would}freed"


COMMANDS = (prune,)
