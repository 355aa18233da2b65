"""The commands of a user: ``query``, ``export``, ``passage``."""

import json
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import options
from kg.cli.table import format_table
from kg.errors import InputError, PolicyKgError, SourceError, UsageError
from kg.mappings.layout import Layout
from kg.mappings.lock import read_lock
from kg.mappings.words import did_you_mean, either, which_there_are
from kg.namespaces import graph_iri

if TYPE_CHECKING:
    from kg.store import Release

QUERY_FORMATS = ("table", "csv", "tsv", "json", "xml", "ttl", "nt", "rdf", "jsonld")
EXPORT_FORMATS = ("ttl", "nt", "nq", "trig", "jsonld", "rdf")


@click.command()
@options.build_dir
@click.argument("query")
@click.option(
    "--format", "style", type=click.Choice(QUERY_FORMATS), default="table", show_default=True, help="Form of the result."
)
@click.option(
    "--timeout", default=30.0, show_default=True, envvar="KG_QUERY_TIMEOUT", type=click.FloatRange(0.01), help="Seconds."
)
@click.option(
    "--param",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a parameter of a published query: a slug, a prefixed name or an IRI; may be repeated.",
)
@click.pass_obj
def query(layout: Layout, build_dir: Path, query: str, style: str, timeout: float, given: tuple[str, ...]) -> None:
    """Run a SPARQL query on the current release.

    QUERY is the text of a query, the name of a published one (a file of queries/ without .rq), a file that ends in .rq, or
    - for standard input. The usual prefixes (pol:, act:, topic:, agent:, ...) need not be declared. SELECT and ASK give
    table, csv, tsv, json or xml; CONSTRUCT and DESCRIBE give ttl (also for table), nt, rdf or jsonld.
    Published queries have parameters, which docs/queries.md explains.

    \b
    Example:
      kg query 'SELECT ?kind (COUNT(*) AS ?n) { ?s a ?kind; pol:passage [] } GROUP BY ?kind'
      kg query demands-by-action --format csv
      kg query demands-by-action --param speaker=bij1 --param action=recognise
    """
    from kg.engine.blocking import BlockingEngine  # noqa: PLC0415 - a server's imports are not every command's
    from kg.engine.interface import Query  # noqa: PLC0415
    from kg.engine.limits import Limits  # noqa: PLC0415
    from kg.store import current_release  # noqa: PLC0415

    release = current_release(build_dir)
    text = _bound(query, given, release, layout) if given else _query_text(query, release.path / "queries", layout)
    with BlockingEngine(release, Limits(timeout_s=timeout, result_mib=4096, workers=1)) as engine:
        graph = engine.scan(text).form in ("CONSTRUCT", "DESCRIBE")
        form = ("ttl" if graph else "json") if style == "table" else style
        if graph != (form in EXPORT_FORMATS):
            raise UsageError(f"--format {style} does not fit a query that gives {'a graph' if graph else 'rows'}; see --help")
        body = engine.answer(Query(text), form).body
    if style == "table" and not graph:
        click.echo(format_table(json.loads(body)))
    else:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


def _query_text(given: str, published: Path, layout: Layout) -> str:
    """The query itself, from wherever the argument says."""
    if given == "-":
        return sys.stdin.read()
    path = _query_file(given, published, layout)
    if path is None:
        return given
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{given}: cannot be read ({error.strerror})") from None


def _query_file(given: str, published: Path, layout: Layout) -> Path | None:
    """The file that the argument names; None if it is a query itself."""
    if given.endswith(".rq"):
        return Path(given)
    if not given.replace("-", "").isalnum():
        return None
    for folder in (layout.queries, published):
        if (path := folder / f"{given}.rq").is_file():
            return path
    names = ", ".join(sorted(path.stem for path in published.glob("*.rq")))
    raise UsageError(f'there is no published query "{given}"; there are: {names}')


def _bound(query: str, given: tuple[str, ...], release: "Release", layout: Layout) -> str:
    """The text of a published query with values for its parameters."""
    from kg.choices import Choices, ParameterError  # noqa: PLC0415 - a server's imports are not every command's
    from kg.engine.binding import bind  # noqa: PLC0415
    from kg.parameters import RESERVED  # noqa: PLC0415
    from kg.queries import read_query  # noqa: PLC0415
    from kg.reader import Reader  # noqa: PLC0415

    path = None if query == "-" else _query_file(query, release.path / "queries", layout)
    if path is None:
        raise UsageError("--param is for published queries, which declare parameters; name one, or a file that ends in .rq")
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals:
            raise UsageError(f"--param {name}: expected NAME=VALUE, as in --param speaker=bij1")
        if name in RESERVED:
            raise UsageError(f"--param {name}: this is an option of the command; write --{name}")
    published = read_query(path)
    try:
        terms = Choices(Reader(release)).terms(published, [(name, value) for name, _, value in pairs])
    except ParameterError as error:
        raise UsageError(str(error)) from None
    return bind(published.text, published.parameters.values(), terms)


@click.command()
@options.build_dir
@click.option(
    "--format", "extension", type=click.Choice(EXPORT_FORMATS), default="ttl", show_default=True, help="Form of the file."
)
@click.option(
    "--graph",
    help="Only one named graph: a document's slug, entities, vocabulary, links, inferred, description, or the IRI of an import.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.  [default: standard output]"
)
def export(build_dir: Path, extension: str, graph: str | None, output: Path | None) -> None:
    """Write the current release, or one graph of it, as RDF; without the tables of `kg import`.

    The output is sorted. Turtle, N-Triples and RDF/XML hold the union of the graphs, the others keep them apart.

    \b
    Example:
      kg export > policy-kg.ttl
      kg export --graph bij1-2021 --format jsonld -o bij1-2021.jsonld
    """
    from kg.dumps import serialise  # noqa: PLC0415
    from kg.store import current_release, read_quads  # noqa: PLC0415

    quads = read_quads(current_release(build_dir), (graph if ":" in graph else graph_iri(graph)) if graph else None)
    data = serialise(quads, extension)
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        output.write_bytes(data)
        click.echo(f"{output}: {len(quads)} triples, {len(data)} bytes", err=True)


@click.command()
@options.sources
@click.argument("statement")
@click.option("--context", default=120, show_default=True, type=click.IntRange(0), help="Characters shown before and after.")
@click.pass_obj
def passage(layout: Layout, sources: Path | None, statement: str, context: int) -> None:
    """Print the passage on which a statement rests, in its context.

    STATEMENT is DOCUMENT/ID. Needs the document's text, whose hash must match.

    \b
    Example:
      kg passage bij1-2021/s001 --sources ../texts
    """
    from kg.sources import digest, read_text  # noqa: PLC0415

    document, _, name = statement.strip("/").removeprefix("https://w3id.org/policy-kg/id/statement/").partition("/")
    rows, findings = read_lock(layout.lock(document), layout.name(layout.lock(document)))
    if findings:
        raise PolicyKgError(str(findings[0]))
    own = [
        row for key, row in rows.items() if key == name or (key.rpartition("-")[0] == name and key.rpartition("-")[2].isdecimal())
    ]
    if not own:
        raise _no_passage(layout, document, name, rows)
    text = read_text(options.needed_sources(sources), document).text
    for row in own:
        start, end = row.passage.start, row.passage.end
        if digest(text[start:end]) != row.passage.sha256:
            raise SourceError(
                f"{statement}: the text at {start}-{end} has another hash than the passage that was coded; is this the same text?"
            )
        before, after = text[max(0, start - context) : start], text[end : end + context]
        click.echo(f"{statement}  {start}-{end}  sha256 {row.passage.sha256}")
        click.echo(
            f"{'… ' if start > context else ''}{before}{click.style('[' + text[start:end] + ']', bold=True)}{after}{' …' if end + context < len(text) else ''}"
        )


def _no_passage(layout: Layout, document: str, name: str, rows: Collection[str]) -> PolicyKgError:
    """Why there is nothing to print: no such document, no lock, or no such statement."""
    slugs = [path.stem for path, _ in layout.document_files()]
    if document not in slugs:
        return UsageError(f'there is no document "{document}"{which_there_are(document, slugs)}')
    if not rows:
        return InputError(f"{layout.name(layout.lock(document))}: holds no passage of {document}; run `kg anchor {document}`")
    ids = sorted(
        {row.rpartition("-")[0] if row.rpartition("-")[0] in rows else row for row in rows}, key=lambda each: (len(each), each)
    )
    if not name:
        return UsageError(f"{document} is a document; write DOCUMENT/ID, as in {document}/{ids[0]}")
    same_number = [each for each in ids if _without_zeros(each) == _without_zeros(name)]
    near = f"; did you mean {either(same_number)}?" if same_number else did_you_mean(name, ids)
    hint = near or f"; it has {ids[0]} to {ids[-1]}; for a new one, run `kg anchor {document}` first"
    return UsageError(f'{document} has no statement "{name}" with a passage in its anchor lock{hint}')


def _without_zeros(name: str) -> str:
    """``s005`` as ``s5``: who writes an id from memory forgets them."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)


COMMANDS = (query, export, passage)
