"""The command ``publish``: a release into another store."""

from pathlib import Path

import click

from kg.cli import options


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


COMMANDS = (publish,)
