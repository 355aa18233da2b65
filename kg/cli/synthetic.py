"""The command of who measures: ``synth``."""

from pathlib import Path

import click

from kg.errors import FindingsError, Severity
from kg.mappings.layout import Layout


@click.command()
@click.option("--statements", required=True, type=click.IntRange(1), help="How many statements to write.")
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed gives the same files.")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def synth(layout: Layout, statements: int, seed: int, directory: Path) -> None:
    """Write a made-up project of any size, to measure with.

    It has the shape of the project at hand: keys, kinds, topics, entities and relations are spread over statements and documents as they are
    here. Every name and text is made up and says so.

    \b
    Example:
      kg synth --statements 10000 /tmp/large
      kg --root /tmp/large build --build-dir /tmp/large/build
    """
    from kg.mappings.corpus import read_corpus  # noqa: PLC0415 - only this command needs it
    from kg.synth.measure import measure  # noqa: PLC0415
    from kg.synth.write import write  # noqa: PLC0415

    corpus = read_corpus(layout)
    if not corpus.usable or any(finding.severity is Severity.VIOLATION for finding in corpus.findings):
        raise FindingsError(corpus.findings)
    documents = write(measure(corpus, seed), corpus.context, layout, statements, seed, directory)
    click.echo(f"{directory}: {statements} statements in {documents} documents")


COMMANDS = (synth,)
