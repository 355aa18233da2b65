"""The commands for two coders of one document: ``agreement`` and ``merge``."""

import shutil
from datetime import date, datetime
from pathlib import Path

import click

from kg.agreement.codings import read_codings
from kg.agreement.comparing import Comparison, compare
from kg.agreement.listing import FORMATS, as_json, as_text
from kg.agreement.settled import Settled, read_settled
from kg.authoring.decisions import is_merged, kept, template
from kg.authoring.merging import merge as merged
from kg.cli import files, options
from kg.errors import FindingsError, InputError
from kg.mappings.corpus import Corpus, read_corpus
from kg.mappings.layout import Layout

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@options.sources
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of the result.")
@click.option(
    "--decisions",
    type=_FILE,
    help="File whose `same:`, `together:` and `apart:` say which slugs are one thing, which statements a pair, and which none.",
)
@click.option(
    "--decisions-template",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a file with an entry for each difference, to be filled in for `kg merge`.",
)
@click.pass_obj
def agreement(
    layout: Layout, sources: Path | None, a: Path, b: Path, style: str, decisions: Path | None, decisions_template: Path | None
) -> None:
    """Compare two coders' files of one document.

    A and B are mapping files of the same document, A as a rule that of the project. Prints how far they agree on the units
    (Krippendorff's alpha for unitising, on the characters of the passages) and on each key (percentage, Cohen's kappa,
    Krippendorff's alpha), and every difference with its lines. Passages are found in the text, or without --sources in the
    anchor lock beside each file. docs/agreement.md explains the numbers. Slugs that the project does not declare stand first.

    \b
    Example:
      kg agreement mappings/bij1-2021.yaml ../second/bij1-2021.yaml --sources ../texts
      kg agreement a.yaml b.yaml --decisions-template decisions.yaml
    """
    found = _compared(_usable(layout), a, b, sources, decisions)
    if decisions_template is not None:
        if decisions_template.exists():
            raise InputError(
                f"{decisions_template}: exists already, and decisions may stand in it; delete it or name another file"
            )
        files.replace(decisions_template, template(found))
        click.echo(f"{decisions_template}: written; fill in each `take:`, then run `kg merge`", err=True)
    click.echo(as_json(found) if style == "json" else as_text(found), nl=False)


@click.command()
@options.sources
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.option("--decisions", required=True, type=_FILE, help="What was decided; `kg agreement --decisions-template` begins it.")
@click.option(
    "--output", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Mapping file to write; it may be A."
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the merged coding pass.  [default: today]",
)
@click.pass_obj
def merge(layout: Layout, sources: Path | None, a: Path, b: Path, decisions: Path, output: Path, day: datetime | None) -> None:
    """Make one mapping file of two coders' files and their decisions.

    The statements of A keep their ids, and those of B get new ones after them. Statements on which both agree come from a new
    coding pass with the coders of both, which is added to mappings/entities/codings.yaml; a statement that only one of them has
    keeps that coder's pass. Comments stay. The ledgers beside both files are merged, too. Where A is replaced, it is kept as A.before.
    Afterwards run `kg anchor` and `kg check`.

    \b
    Example:
      kg merge mappings/bij1-2021.yaml ../second/bij1-2021.yaml --decisions decisions.yaml -o mappings/bij1-2021.yaml
    """
    if output.exists() and not output.samefile(a):
        raise InputError(f"{output}: exists already; name another file, or A to replace it")
    corpus = _usable(layout)
    found = _compared(corpus, a, b, sources, decisions)
    result = merged(found, decisions, corpus, day.date() if day else date.today())  # noqa: DTZ011 - the coder's own day, wherever that is
    ledger = output.with_name(f"{output.stem}.skipped.yaml")
    if ledger.exists() and not output.exists():
        raise InputError(f"{layout.name(ledger)}: exists already; name another file with -o, or move it away")
    for path, content in (
        (layout.mappings / "entities" / "codings.yaml", result.codings),
        (ledger, result.ledger),
        (output, result.mapping),
    ):
        if not content or (path.exists() and path.read_text(encoding="utf-8") == content):
            continue
        note = ""
        # a ledger that is kept already is the first coder's, even if only the mapping file was put back
        if path.exists() and not is_merged(found.a) and (path == output or (path == ledger and not kept(ledger).exists())):
            shutil.copyfile(path, kept(path))
            note = f"; the first coder's is kept as {kept(path).name}"
        files.replace(path, content)
        click.echo(f"{layout.name(path)}: written{note}", err=True)
    for line in result.notes:
        click.echo(line, err=True)


def _usable(layout: Layout) -> Corpus:
    corpus = read_corpus(layout)
    if not corpus.usable:
        raise FindingsError(corpus.findings)
    return corpus


def _compared(corpus: Corpus, a: Path, b: Path, sources: Path | None, decisions: Path | None) -> Comparison:
    """The comparison, with a word of warning where it can only come out well."""
    if a.samefile(b):
        click.echo(f"warning: A and B are one file, {a}, which agrees with itself; name the other coder's file as B", err=True)
    elif a.read_bytes() == b.read_bytes():
        click.echo(
            f"warning: {b} has the same bytes as {a}, so it is a copy and shows no agreement; get the file that the other coder made",
            err=True,
        )
    settled = read_settled(decisions, corpus.layout.name(decisions)) if decisions else Settled()
    return compare(*read_codings(a, b, corpus, sources, settled), settled)


COMMANDS = (agreement, merge)
