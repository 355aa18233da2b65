"""The commands ``publish`` and ``shards``: a release into another store, over the web or by files."""

import re
from pathlib import Path
from typing import Final

import click

from kg.cli import options
from kg.errors import UsageError

_STORES: Final = ("fuseki", "graphdb", "neptune", "oxigraph", "qlever", "virtuoso")
_NEPTUNE: Final = {  # values go into a script
    "--s3": (re.compile(r"s3://[a-z0-9.-]+(/[\w.!*()/=-]+)?"), "s3://bucket/folder"),
    "--iam-role": (re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+"), "arn:aws:iam::123456789012:role/name"),
    "--region": (re.compile(r"[a-z]{2}(-[a-z]+)+-\d"), "eu-central-1"),
}


@click.command()
@options.build_dir
@click.option("--to", "url", required=True, envvar="KG_PUBLISH_TO", help="Where the store takes graphs or updates.")
@click.option(
    "--release",
    "release_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of the release.  [default: `current` of the build directory]",
)
@click.option(
    "--protocol",
    type=click.Choice(("auto", "gsp", "update")),
    default="auto",
    show_default=True,
    envvar="KG_PUBLISH_PROTOCOL",
    help="Graph Store HTTP Protocol or SPARQL Update; auto tells by the end of the URL.",
)
@click.option(
    "--query-endpoint",
    envvar="KG_PUBLISH_QUERY_ENDPOINT",
    help="Where the store answers queries.  [default: by the URL, for stores that are known]",
)
@click.option("--force", is_flag=True, help="Write the graphs even if the store has this release already.")
@click.option(
    "--chunk",
    default=8,
    show_default=True,
    envvar="KG_PUBLISH_CHUNK",
    type=click.IntRange(1, 1024),
    help="MiB of one request; a larger graph is sent in several.",
)
@click.option(
    "--timeout",
    default=300.0,
    show_default=True,
    envvar="KG_PUBLISH_TIMEOUT",
    type=click.FloatRange(0.01),
    help="Seconds to wait for each answer.",
)
def publish(
    build_dir: Path,
    url: str,
    release_dir: Path | None,
    protocol: str,
    query_endpoint: str | None,
    chunk: int,
    timeout: float,
    *,
    force: bool,
) -> None:
    """Load the current release into another SPARQL 1.1 store.

    Replaces the graphs of the release, drops those of earlier releases below https://w3id.org/policy-kg/graph/, touches
    nothing else, and counts what is there afterwards. A run that was broken off is completed by another.

    Name and password come from KG_PUBLISH_USER and KG_PUBLISH_PASSWORD (Basic or Digest), a bearer token from
    KG_PUBLISH_TOKEN.

    \b
    Example:
      kg publish --to http://localhost:7878/store
      KG_PUBLISH_USER=dba KG_PUBLISH_PASSWORD=... kg publish --to http://localhost:8890/sparql-graph-crud-auth
    """
    from kg import publish as publishing  # noqa: PLC0415 - only this command needs it
    from kg import target  # noqa: PLC0415
    from kg.credentials import from_environment  # noqa: PLC0415
    from kg.store import current_release, open_release  # noqa: PLC0415

    target.check_url(url)
    query_url = target.check_url(query_endpoint or target.guess_query_endpoint(url))
    release = open_release(release_dir) if release_dir is not None else current_release(build_dir)
    chosen = target.guess_protocol(url) if protocol == "auto" else protocol
    with target.Target(url, query_url, chosen, from_environment("KG_PUBLISH"), timeout) as store:
        done = publishing.publish(
            release, store, lambda line: click.echo(line, err=True), force=force, chunk_bytes=chunk * 1024 * 1024
        )
    if done.written:
        click.echo(
            f"{url}: release {release.version}, {done.triples:,} triples in {len(done.written)} graphs, "
            f"{len(done.dropped)} older dropped",
            err=True,
        )


@click.command()
@options.build_dir
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--release",
    "release_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of the release.  [default: `current` of the build directory]",
)
@click.option("--quads", type=click.IntRange(1), default=10_000_000, show_default=True, help="Quads that a file has at most.")
@click.option(
    "--for",
    "stores",
    type=click.Choice(_STORES),
    multiple=True,
    help="Also write what the bulk loader of this store needs; may be repeated.",
)
@click.option("--s3", help="For Neptune: folder of the files in S3, as s3://bucket/folder.")
@click.option("--iam-role", help="For Neptune: ARN of a role that may read there.")
@click.option("--region", help="For Neptune: region of the bucket and the cluster.")
def shards(
    build_dir: Path,
    directory: Path,
    release_dir: Path | None,
    quads: int,
    stores: tuple[str, ...],
    s3: str | None,
    iam_role: str | None,
    region: str | None,
) -> None:
    """Write the current release as N-Quads in gzipped files of bounded size, which a store can load in parallel.

    Files are cut between graphs where possible, else between subjects. DIRECTORY is made, or is empty; in it are also
    shards.json and checksums.txt, and a query with the result that a store must give when it has everything.

    \b
    Example:
      kg shards /srv/shards --for virtuoso
      kg shards /srv/shards --quads 1000000 --for oxigraph --for qlever
    """
    from kg.bulk.loaders import Neptune  # noqa: PLC0415 - only this command needs it
    from kg.bulk.write import write  # noqa: PLC0415
    from kg.store import current_release, open_release  # noqa: PLC0415

    given = {"--s3": s3, "--iam-role": iam_role, "--region": region}
    for name, value in given.items():
        form, example = _NEPTUNE[name]
        if "neptune" in stores and value is None:
            raise UsageError(f"--for neptune: also give {name}, as in {example}")
        if value is not None and not form.fullmatch(value):
            raise UsageError(f"{name} {value}: cannot be right; write it as {example}")
    release = open_release(release_dir) if release_dir is not None else current_release(build_dir)
    written = write(
        release,
        directory,
        quads,
        tuple(dict.fromkeys(stores)),
        Neptune(s3, iam_role, region) if s3 and iam_role and region else None,
        lambda shard: click.echo(f"{shard.name}: {shard.quads:,} quads of {len(shard.graphs)} graph(s)", err=True),
    )
    click.echo(f"{directory}: release {written.version}, {written.quads:,} quads in {len(written.shards)} file(s)", err=True)


COMMANDS = (publish, shards)
