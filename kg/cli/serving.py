"""The command of an operator: ``serve``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kg.cli import options
from kg.engine.limits import SERVICE_ALLOW
from kg.errors import UsageError


def _option(name: str, text: str, **rest: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An option that is an environment variable as well: ``--result-limit`` and ``KG_RESULT_LIMIT``."""
    variable = "KG_" + name.removeprefix("--").upper().replace("-", "_")
    return click.option(name, envvar=variable, help=text, show_default="default" in rest, **rest)


def _at_least(lowest: float) -> click.FloatRange:
    return click.FloatRange(lowest)


@click.command()
@options.build_dir
@_option("--host", "Address to listen on.", default="127.0.0.1")
@_option("--port", "Port to listen on; 0 takes a free one.", default=8642, type=click.IntRange(0, 65535))
@_option("--workers", "Short queries that run at a time.  [default: 2 x processors + 1]", type=click.IntRange(1))
@_option("--long-queries", "Long queries that run at a time.  [default: 2 for each processor]", type=click.IntRange(1))
@_option("--query-timeout", "Seconds that a query may run.", default=30.0, type=_at_least(0.01))
@_option("--query-memory", "MiB that a query may take.", default=1024, type=click.IntRange(16))
@_option("--result-limit", "MiB that a result may have.", default=64, type=click.IntRange(1))
@_option("--client-queries", "Queries that one client may have under way.", default=20, type=click.IntRange(1))
@_option("--queries", "Queries that may be under way in all.", default=100, type=click.IntRange(1))
@_option("--cache", "MiB of results that are kept; 0 keeps none.", default=128, type=click.IntRange(0))
@_option("--engine", "Query endpoint of another store that holds the release; see `kg publish`.", default="")
@_option("--service-allow", "Endpoints that SERVICE may lead to, with commas; none for an empty text.", default=SERVICE_ALLOW)
@_option("--service-contact", "Your address or page, which is sent to those endpoints.", default="")
@_option("--access-log", "Where a line for each request goes: - (standard error), off, or a file.", default="off")
@_option("--log-queries", "Write the text of queries to the access log, not only a hash.", is_flag=True)
@_option("--trusted-proxies", "Addresses or blocks of proxies whose X-Forwarded-For is believed, with commas.", default="")
@_option("--public-url", "Scheme and host of the site as its users see it, such as https://example.org.", default="")
@_option(
    "--sources",
    "Folder of the documents' texts, DOCUMENT.txt, which pages then show with their statements.",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@_option("--tls-certificate", "Certificate chain (PEM), to speak TLS.", type=click.Path(exists=True, path_type=Path))
@_option("--tls-key", "Key of the certificate (PEM).", type=click.Path(exists=True, path_type=Path))
@_option("--stop-timeout", "Seconds that requests have to end when the server stops.", default=30, type=click.IntRange(1))
def serve(build_dir: Path, **given: Any) -> None:
    """Serve the current release: a site, and a SPARQL endpoint at /sparql.

    Listens on this machine only unless --host says otherwise. Each query runs in a process of its own with a deadline and
    a memory limit; docs/operating.md tells what else holds on the open internet.

    \b
    Example:
      kg serve
      KG_PORT=8080 kg serve --query-timeout 10
    """
    from kg.engine.endpoints import entries_of  # noqa: PLC0415 - a server's imports are not every command's
    from kg.engine.limits import Limits, default_long_queries, default_workers  # noqa: PLC0415
    from kg.web.admission import parse_networks  # noqa: PLC0415
    from kg.web.application import Options, ServiceOptions  # noqa: PLC0415
    from kg.web.server import Outside  # noqa: PLC0415
    from kg.web.serving import serve as run  # noqa: PLC0415
    from kg.web.telemetry import LogOptions  # noqa: PLC0415

    if (given["tls_certificate"] is None) != (given["tls_key"] is None):
        raise UsageError("--tls-certificate and --tls-key belong together; give both or neither")
    limits = Limits(
        timeout_s=given["query_timeout"],
        memory_mib=given["query_memory"],
        result_mib=given["result_limit"],
        workers=given["workers"] or default_workers(),
        long_queries=given["long_queries"] or default_long_queries(),
        client_queries=given["client_queries"],
        queries=given["queries"],
    )
    run(
        Options(
            build_dir=build_dir,
            host=given["host"],
            port=given["port"],
            limits=limits,
            outside=Outside(parse_networks(given["trusted_proxies"]), _public_url(given["public_url"])),
            engine=given["engine"],
            service=ServiceOptions(entries_of(given["service_allow"]), given["service_contact"]),
            log=LogOptions(given["access_log"], given["log_queries"]),
            cache_mib=given["cache"],
            sources=given["sources"],
            stop_s=given["stop_timeout"],
            certificate=given["tls_certificate"],
            key=given["tls_key"],
        )
    )


def _public_url(url: str) -> str:
    """URL without a slash at the end.

    :raises UsageError: if it has no scheme and host
    """
    scheme, separator, rest = url.rstrip("/").partition("://")
    if url and (scheme not in {"http", "https"} or not separator or not rest or "/" in rest):
        message = f"--public-url {url}: expected scheme and host and nothing else, such as https://example.org"
        raise UsageError(message)
    return url.rstrip("/")


COMMANDS = (serve,)
