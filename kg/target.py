"""HTTP with the store that a release is published to: replace, extend and drop named graphs, and ask what is there.

In: N-Triples of a graph. Out: a changed store, or a :class:`~kg.errors.PublishError` with place, cause and remedy. Next:
:mod:`kg.publish`. Requests go one after another over a connection that is kept; no proxy and no redirect is followed,
since either would be given the credentials.
"""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode, urlsplit

from kg.credentials import Credentials
from kg.errors import PublishError, UsageError

_UPDATE_PATHS: Final = ("/update", "/statements", "/sparql-auth")
_QUERY_PATHS: Final = (
    ("/sparql-graph-crud-auth", "/sparql"),  # Virtuoso
    ("/sparql-graph-crud", "/sparql"),
    ("/sparql-auth", "/sparql"),
    ("/rdf-graphs/service", ""),  # RDF4J and GraphDB
    ("/statements", ""),
    ("/gsp", ""),  # Neptune
    ("/store", "/query"),  # Oxigraph
    ("/data", "/query"),  # Fuseki
    ("/update", "/query"),  # both
)
_OK: Final = range(200, 300)
_SAID: Final = 300
_MIB: Final = 1024 * 1024
_ANSWER_BYTES: Final = 64 * _MIB
_WHY: Final = {
    400: "the store does not take the request; is it the endpoint for --protocol {protocol}?",
    401: "name, password or token are missing or wrong; set KG_PUBLISH_USER and KG_PUBLISH_PASSWORD, or KG_PUBLISH_TOKEN",
    403: "the account may not write there; give it the right to (Virtuoso: SPARQL_UPDATE, and the path that ends in -auth)",
    404: "nothing is there; check the URL (Oxigraph: /store, Virtuoso: /sparql-graph-crud-auth, Fuseki: /DATASET/data)",
    405: "the store is read-only there, or this is its query endpoint; give the endpoint for --protocol {protocol}",
    413: "the request is too large for the store or a proxy before it; use a smaller --chunk",
    415: "the store does not take N-Triples there; try the other --protocol",
}


def guess_protocol(url: str) -> str:
    """Protocol of an endpoint by the end of its path."""
    return "update" if urlsplit(url).path.rstrip("/").endswith(_UPDATE_PATHS) else "gsp"


def guess_query_endpoint(url: str) -> str:
    """Query endpoint of the store with the write endpoint ``url``.

    :raises UsageError: if the path is of no store that is known
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for end, instead in _QUERY_PATHS:
        if path.endswith(end):
            return parts._replace(path=path.removesuffix(end) + instead, query="").geturl()
    raise UsageError(f"{url}: which query endpoint belongs to it is not known; name it with --query-endpoint")


def check_url(url: str) -> str:
    """The URL, if it is one of a store.

    :raises UsageError: if it is not http or https, or has a name or password in it, which then are in no message
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError("the URL of the store cannot be read; write it as https://host/path") from None
    if "@" in parts.netloc:
        raise UsageError(
            "the URL of the store has a name or password in it, which others see in the list of processes; leave them out and set "
            "KG_PUBLISH_USER and KG_PUBLISH_PASSWORD"
        )
    if not known or parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError(f"{url}: not the URL of a store; write it as https://host/path")
    return url


@dataclass(frozen=True)
class Response:
    """Status and body of a response."""

    status: int
    body: bytes
    challenges: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The beginning of the body, on one line, if it is no page."""
        text = " ".join(self.body[: 4 * _SAID].decode(errors="replace").split())
        return "" if text.startswith("<") else "".join(c for c in text[:_SAID] if c.isprintable())


class Target:
    """A store to publish to."""

    def __init__(self, url: str, query_url: str, protocol: str, credentials: Credentials, timeout_s: float) -> None:
        """Take the addresses; nothing is sent yet.

        :param url: where to write
        :param query_url: where to ask
        :param protocol: ``gsp`` or ``update``
        :param timeout_s: seconds without an answer after which the store is given up
        """
        self.url, self.query_url, self.protocol = url, query_url, protocol
        self._timeout_s = timeout_s
        self._secret = credentials
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections.values():
            connection.close()

    def replace(self, graph: str, triples: bytes) -> None:
        """Let a graph have these triples and no others (Graph Store HTTP Protocol, section 5.3).

        :param triples: N-Triples
        """
        if self.protocol == "gsp":
            self._write("PUT", self._graph(graph), triples, "application/n-triples")
        else:
            self._update(f"DROP SILENT GRAPH <{graph}>")
            self.extend(graph, triples)

    def extend(self, graph: str, triples: bytes) -> None:
        """Add triples to a graph (section 5.5)."""
        if self.protocol == "gsp":
            self._write("POST", self._graph(graph), triples, "application/n-triples")
        else:
            self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{triples.decode()}}} }}")

    def drop(self, graph: str) -> None:
        """Let a graph have no triples (section 5.4). One that is not there stays so."""
        if self.protocol == "gsp":
            self._write("DELETE", self._graph(graph), b"", "", absent_is_well=True)
        else:
            self._update(f"DROP SILENT GRAPH <{graph}>")

    def ask(self, query: str) -> list[dict[str, str]]:
        """Rows of a SELECT query: values by variable.

        :raises PublishError: if the query endpoint does not answer
        """
        headers = {"Accept": "application/sparql-results+json", "Content-Type": "application/x-www-form-urlencoded"}
        response = self._send(self.query_url, "POST", urlencode({"query": query}).encode(), headers)
        if response.status != 200:  # noqa: PLR2004 - RFC 9110, section 15.3.1
            self._fail(self.query_url, response, "POST", "; the query endpoint is named with --query-endpoint")
        try:
            rows: list[dict[str, Any]] = json.loads(response.body)["results"]["bindings"]
            return [{name: str(term["value"]) for name, term in row.items()} for row in rows]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise PublishError(
                f"{self.query_url}: answered a query with something that is not SPARQL JSON ({response.said or 'a page'}); "
                "name the query endpoint with --query-endpoint"
            ) from None

    def _graph(self, graph: str) -> str:
        """URL of a graph by indirect identification (section 4.2)."""
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode({'graph': graph})}"

    def _update(self, text: str) -> None:
        self._write("POST", self.url, text.encode(), "application/sparql-update")

    def _write(self, method: str, url: str, body: bytes, content_type: str, *, absent_is_well: bool = False) -> None:
        response = self._send(url, method, body, {"Content-Type": content_type} if content_type else {})
        if response.status not in _OK and not (absent_is_well and response.status == 404):  # noqa: PLR2004 - not found
            self._fail(self.url, response, method)

    def _fail(self, url: str, response: Response, method: str, hint: str = "") -> None:
        """Raise what a status means."""
        status = response.status
        if 300 <= status < 400:  # noqa: PLR2004 - redirection
            why = "it is elsewhere; give the URL that it redirects to"
        else:
            why = _WHY.get(status, "the store failed; its log says why").format(protocol=self.protocol)
        said = f" ({response.said})" if response.said else ""
        raise PublishError(f"{url}: {method} answered with status {status}: {why}{hint}{said}")

    def _send(self, url: str, method: str, body: bytes, headers: dict[str, str]) -> Response:
        """Send a request, again if the store asks for a name and password."""
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        # the query endpoint may be somebody else's
        known = (parts.scheme, parts.netloc) == urlsplit(self.url)[:2]
        secret = self._secret if known else Credentials()
        if known and secret and method in {"PUT", "POST"} and not secret.header(method, target):
            # without a challenge a large body would be sent in vain
            response = self._exchange(url, "GET", target, b"", {})
            if response.status == 401:  # noqa: PLR2004 - unauthorized
                secret.challenge(list(response.challenges))
        for _ in range(3):  # a challenge, and a nonce that is stale
            response = self._exchange(url, method, target, body, headers | secret.header(method, target))
            if response.status != 401 or not secret.challenge(list(response.challenges)):  # noqa: PLR2004
                break
        return response

    def _exchange(self, url: str, method: str, target: str, body: bytes, headers: dict[str, str]) -> Response:
        parts = urlsplit(url)
        key = parts.scheme, parts.netloc
        shown = url.partition("?")[0]
        for attempt in (1, 2):
            kept = key in self._connections
            try:
                connection = self._connections.get(key) or self._connect(key, parts.hostname or "", parts.port)
                connection.request(method, target, body, {"Accept": "*/*", "User-Agent": "policy-kg", **headers})
                response = connection.getresponse()
                said = response.read(_ANSWER_BYTES + 1)
            except (ssl.SSLError, ssl.CertificateError) as error:
                self._close(key)
                raise PublishError(
                    f"{shown}: TLS failed ({getattr(error, 'verify_message', '') or error.reason or error}); is it https, is the "
                    "certificate valid for this host, and is its authority known (SSL_CERT_FILE)?"
                ) from None
            except TimeoutError:
                self._close(key)
                raise PublishError(
                    f"{shown}: {method} got no answer within {self._timeout_s:g} s; check the URL, or use a longer --timeout "
                    "or a smaller --chunk"
                ) from None
            except (http.client.HTTPException, OSError) as error:
                self._close(key)
                if kept and attempt == 1 and isinstance(error, (http.client.RemoteDisconnected, ConnectionError)):
                    continue  # it closed a connection that had been kept; each request may be repeated
                raise _unreachable(shown, error) from None
            if response.will_close:
                self._close(key)
            if len(said) > _ANSWER_BYTES:
                self._close(key)
                raise PublishError(f"{shown}: answers with more than {_ANSWER_BYTES // _MIB} MiB; is it a SPARQL endpoint?")
            return Response(response.status, said, tuple(response.headers.get_all("WWW-Authenticate", [])))
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _connect(self, key: tuple[str, str], host: str, port: int | None) -> http.client.HTTPConnection:
        made: http.client.HTTPConnection
        if key[0] == "https":
            made = http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=ssl.create_default_context())
        else:
            made = http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        self._connections[key] = made
        return made

    def _close(self, key: tuple[str, str]) -> None:
        connection = self._connections.pop(key, None)
        if connection is not None:
            connection.close()


def _unreachable(url: str, error: Exception) -> PublishError:
    """Error for a connection that cannot be made or was broken off."""
    if isinstance(error, ConnectionRefusedError):
        return PublishError(f"{url}: connection refused; does the store run, and on this port?")
    if isinstance(error, BrokenPipeError | ConnectionError | http.client.HTTPException):
        return PublishError(
            f"{url}: the store broke off the connection ({type(error).__name__}); it may speak https and not http, have no such "
            "endpoint, or take no request of this size (use a smaller --chunk)"
        )
    return PublishError(f"{url}: cannot connect ({getattr(error, 'strerror', None) or error}); check the host's name")
