"""The command ``import``: a table of one's own beside the release."""

from pathlib import Path

import click

from kg.cli import options
from kg.errors import UsageError


@click.command("import")
@options.build_dir
@click.argument("mapping", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; print every finding, and what would be left out.")
@click.option("--list", "only_list", is_flag=True, help="List the imports of the current release.")
@click.option("--remove", metavar="NAME", help="Take an import out of the current release.")
def import_(build_dir: Path, mapping: Path | None, remove: str | None, *, only_check: bool, only_list: bool) -> None:
    """Add a table of your own, as a named graph that can be queried with the release.

    MAPPING is a YAML file that names a CSV or Parquet file and says what its columns mean; docs/import.md shows how. The published
    release stays as it is: build/current moves to a release beside it that has the table's graph as well. `kg build` takes the
    imports along.

    \b
    Example:
      kg import docs/examples/democracy-scores/mapping.yaml
      kg import --list
      kg import --remove democracy-scores
    """
    from kg.imports import commands  # noqa: PLC0415 - what only this command needs

    if sum((mapping is not None, only_list, remove is not None)) != 1 or (only_check and mapping is None):
        raise UsageError("give the file of a mapping (with --check to write nothing), or --list, or --remove NAME")
    if only_list:
        for one in commands.listed(build_dir):
            click.echo(f"{one['name']}  {one['observations']} observations  {one['left_out']} rows left out  {one['graph']}")
    elif remove is not None:
        click.echo((build_dir / "releases" / commands.remove(remove, build_dir).name).as_posix())
    elif mapping is not None:
        added = commands.add(mapping, build_dir, only_check=only_check)
        click.echo(added.report, nl=False, err=True)
        if added.release is not None:
            click.echo((build_dir / "releases" / added.release.name).as_posix())


COMMANDS = (import_,)
