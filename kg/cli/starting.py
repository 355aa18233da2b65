"""The command that begins a document: ``new``."""

from datetime import date, datetime
from pathlib import Path

import click

from kg.authoring.starting import Begun, Wishes, begin
from kg.authoring.units import HEADING, NOTE
from kg.cli import files, options
from kg.errors import FindingsError
from kg.mappings.corpus import read_corpus
from kg.mappings.layout import Layout


@click.command()
@options.sources
@click.argument("source")
@click.option("--slug", default="", help="Id of the document, as in polderbond-2032; it never changes.  [default: from the name]")
@click.option("--title", default="", help="Official title.  [default: as the source has it]")
@click.option("--author", default="", help="Slug of the agent who wrote it.  [default: the declared agent that the source names]")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of publication.  [default: as the source says]")
@click.option(
    "--language", default="", help="Language of the text: nl or en.  [default: as the page says, or by its commonest words]"
)
@click.option("--url", default="", help="Address of the document, for a file.  [default: the address that was given]")
@click.option("--coder", default="", help="Slug of the agent who codes it.")
@click.option("--second", is_flag=True, help="You are the second coder: your coding pass is SLUG-2.  [default: SLUG-1]")
@click.option("--whole", is_flag=True, help="Keep menus, footers and running lines, too.")
@click.pass_obj
def new(
    layout: Layout, /, source: str, sources: Path | None, *, second: bool, whole: bool, day: datetime | None, **given: str
) -> None:
    """Begin a document: read a page, a PDF or a text, and prepare its files.

    SOURCE is an address or a file. The text goes to the folder of sources as SLUG.txt, never into the project. The project gets
    an entry in mappings/documents.yaml and in entities/codings.yaml, a ledger of the headings and notes, and a mapping file with an empty
    statement for each sentence, whose anchors are ready. What is still missing, `kg check` says line by line.
    Nothing is written over. docs/add-a-document.md leads from here to a release.

    \b
    Example:
      kg new https://example.org/programme --slug polderbond-2032 --sources ../texts
      kg new programme.pdf --author polderbond --coder ada --sources ../texts
    """
    folder = options.needed_sources(sources)
    corpus = read_corpus(layout)
    if not corpus.usable:
        raise FindingsError(corpus.findings)
    wishes = Wishes(day=f"{day:%Y-%m-%d}" if day else "", second=second, whole=whole, **given)
    begun = begin(source, corpus, folder, wishes, date.today())  # noqa: DTZ011 - the coder's own day, wherever that is
    for path, content in begun.files.items():
        files.replace(path, content)
        click.echo(f"{layout.name(path)}: {'an entry more' if path in begun.replaced else 'written'}", err=True)
    _tell(begun)


def _tell(begun: Begun) -> None:
    """What was found, what was left out, and what to do next."""
    sentences, headings, notes = (sum(unit.reason == reason for unit in begun.units) for reason in ("", HEADING, NOTE))
    open_ = sum(unit.anchors is None for unit in begun.units)
    noted = f", {notes} note{'' if notes == 1 else 's'}" if notes else ""
    click.echo(f"{begun.slug}: {len(begun.text.text):,} characters, {sentences} sentences, {headings} headings{noted}")
    if open_:
        click.echo(f"  {open_} of them have no anchors yet: the words occur elsewhere, too; comments in the files say where")
    left_out = begun.extracted.left_out
    if left_out:
        click.echo(f"  left out as no part of the text: {_words(sum(n for _, n in left_out))}; --whole keeps them")
        for beginning, count in left_out:
            click.echo(f"    {beginning} … ({_words(count)})")
    click.echo("  next: kg watch, which shows the text and what is missing")


def _words(count: int) -> str:
    return f"{count} word{'' if count == 1 else 's'}"


COMMANDS = (new,)
