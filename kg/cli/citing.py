"""The command ``cite``: how to cite the dataset, a document or a statement."""

from pathlib import Path

import click

from kg.cli import options


@click.command()
@options.build_dir
@click.argument("thing", default="dataset")
@click.option(
    "--style", type=click.Choice(("apa", "bibtex", "csl", "ris")), default="apa", show_default=True, help="Form of the citation."
)
@click.option(
    "--language", type=click.Choice(("en", "nl")), default="en", show_default=True, help="Language of names, titles and words."
)
def cite(build_dir: Path, thing: str, style: str, language: str) -> None:
    """Print how to cite the dataset, a document or a single statement.

    THING is an IRI, DOCUMENT/ID of a statement, the slug of a document, or dataset. A statement's citation names the release, the
    statement, and the document with the place that it was coded from.

    \b
    Example:
      kg cite
      kg cite bij1-2021/s086 --style bibtex >> references.bib
    """
    from kg.citation import make  # noqa: PLC0415 - only this command needs it
    from kg.citation.styles import STYLES  # noqa: PLC0415
    from kg.reader import Reader  # noqa: PLC0415
    from kg.store import current_release  # noqa: PLC0415

    made = make.cite(Reader(current_release(build_dir)), thing, language)
    write = next(known.write for known in STYLES if known.name == style)
    click.echo(write(made), nl=False)


COMMANDS = (cite,)
