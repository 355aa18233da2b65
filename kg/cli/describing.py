"""The command ``data``: the page that tells what is in the graph."""

from pathlib import Path

import click

from kg.cli import files, options
from kg.errors import SourceError
from kg.mappings.layout import Layout


@click.command()
@options.sources
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("docs/data.md"),
    show_default=True,
    help="File to write.",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if the file is out of date.")
@click.pass_obj
def data(layout: Layout, sources: Path | None, output: Path, *, only_check: bool) -> None:
    """Write docs/data.md: how much of what is in the graph, and how far two coders agree.

    For the documents of this repository: the page says in words how these were coded. Needs the text of every one.

    \b
    Example:
      kg data --sources ../texts
    """
    from kg import release  # noqa: PLC0415 - takes long to import, and few commands need it
    from kg.datasheet import datasheet  # noqa: PLC0415

    checked = release.check(layout, options.needed_sources(sources))
    try:
        content = datasheet(checked.corpus, checked.dataset)
    except SourceError as error:
        raise SourceError(f"{output.as_posix()}: not written: {error}") from None
    files.keep(output, output.as_posix(), content, "kg data", only_check=only_check)


COMMANDS = (data,)
