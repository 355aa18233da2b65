"""HTTP with another SPARQL store: send a query, and take nothing for an answer that is not a whole one.

In comes a query as :mod:`kg.engine.translate` prepared it; out goes the complete body of a response, or an error of
:mod:`kg.engine.errors`. :mod:`kg.engine.remote` is next. No message names the store's address, which the public has no need
of; the log does.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

import aiohttp
from yarl import URL

from kg.credentials import Credentials
from kg.engine.errors import QuerySyntaxError, RefusalError, ResultTooLargeError
from kg.engine.limits import MIB

_LOG: Final = logging.getLogger(__name__)
_RETRY_S: Final = 30
_SAID: Final = 300
_REFUSED: Final = frozenset({400, 403, 405, 406, 413, 414, 415, 422})
_BUSY: Final = frozenset({429, 503})
_HEADERS_BESIDE: Final = 64
_OPERATOR: Final = "The operator finds the reason in the log of the server."


class StoreFailureError(RefusalError):
    """The store behind the endpoint failed, or answered something that is no whole answer (RFC 9110, section 15.6.3)."""

    status = 502
    title = "The store behind this endpoint failed"


class StoreUnavailableError(RefusalError):
    """The store behind the endpoint cannot be reached, or is busy (RFC 9110, section 15.6.4)."""

    status = 503
    title = "The store behind this endpoint is unavailable"


@dataclass(frozen=True)
class Reply:
    """A complete response.

    :ivar content_type: media type without parameters, in small letters
    """

    body: bytes
    content_type: str


class Upstream:
    """The query endpoint of another store, over connections that are kept. All methods belong to one event loop."""

    def __init__(self, url: str, credentials: Credentials | None = None) -> None:
        self._url = url
        self._shown = urlsplit(url)._replace(query="").geturl()
        self._credentials = credentials or Credentials()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(
        self, text: str, accept: str, default_graphs: tuple[str, ...], named_graphs: tuple[str, ...], deadline: float, limit: int
    ) -> Reply:
        """Send a query by POST with URL-encoded parameters (SPARQL 1.1 Protocol, section 2.1.2).

        :param accept: value of the header ``Accept``
        :param deadline: on the clock of :func:`time.monotonic`; the connection is closed at it
        :param limit: bytes that the body may have
        :raises TimeoutError: at the deadline
        :raises RefusalError: if there is no whole answer
        """
        dataset = [("default-graph-uri", iri) for iri in default_graphs] + [("named-graph-uri", iri) for iri in named_graphs]
        form = urlencode([("query", text), *dataset]).encode()
        headers = {
            "Accept": accept,
            "Accept-Encoding": "identity",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            try:
                return await self._send(form, headers, _HEADERS_BESIDE + 2 * len(dataset), limit)
            except aiohttp.ClientConnectorError as error:
                _LOG.warning("%s: cannot connect: %s", self._shown, error)
                raise StoreUnavailableError(
                    f"The store behind this endpoint cannot be reached. Send the query again later. {_OPERATOR}",
                    retry_after_s=_RETRY_S,
                ) from None
            except (aiohttp.ClientError, ConnectionError) as error:
                _LOG.warning("%s: %s: %s", self._shown, type(error).__name__, error)
                raise StoreFailureError(
                    f"The store behind this endpoint broke off its answer. Send the query again later. {_OPERATOR}"
                ) from None

    async def _send(self, form: bytes, headers: dict[str, str], max_headers: int, limit: int) -> Reply:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=None),  # the caller's deadline is the only one
                trust_env=False,  # a proxy of the environment is for others, and would see the queries
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                max_field_size=65536,
            )
        target = URL(self._url).raw_path_qs
        closed = challenged = False
        while True:
            authorised = headers | self._credentials.header("POST", target)
            try:
                # Virtuoso names each graph of the dataset in a header
                response = await self._session.post(
                    self._url, data=form, headers=authorised, allow_redirects=False, max_headers=max_headers
                )
            except aiohttp.ServerDisconnectedError:
                if closed:
                    raise
                closed = True  # it closed a connection that had been kept; a query may be sent again
                continue
            try:
                if response.status == 401 and not challenged:  # noqa: PLR2004 - RFC 9110, section 15.5.2
                    challenged = True
                    if self._credentials.challenge(response.headers.getall("WWW-Authenticate", [])):
                        continue
                return await self._judge(response, limit)
            finally:
                if response.content.at_eof():
                    response.release()
                else:
                    response.close()

    async def _judge(self, response: aiohttp.ClientResponse, limit: int) -> Reply:
        """The body of a response that is complete."""
        status = response.status
        if status != 200:  # noqa: PLR2004 - RFC 9110, section 15.3.1; 206 is a part
            raise self._refusal(status, (await response.content.read(4096)).decode(errors="replace"))
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        for header in ("X-SQL-State", "X-SPARQL-MaxRows"):
            if header in response.headers:
                _LOG.warning("%s: %s: %s", self._shown, header, response.headers[header])
                raise StoreFailureError(
                    "The store behind this endpoint sent only a part of the result"
                    + (f", its first {response.headers[header][:20]} rows" if header == "X-SPARQL-MaxRows" else "")
                    + ". It is not passed on. Add a LIMIT below that, or download the data at /dumps/."
                )
        if "Content-Length" not in response.headers and "chunked" not in response.headers.get("Transfer-Encoding", "").lower():
            raise StoreFailureError(
                f"The store behind this endpoint does not say where its answer ends, so it may be cut short. {_OPERATOR}"
            )
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > limit:
                raise ResultTooLargeError(
                    f"The store behind this endpoint answers with more than {limit // MIB} MiB. Add a LIMIT, select fewer "
                    "columns, or download the data at /dumps/ and query it on your own machine."
                )
            pieces.append(piece)
        return Reply(b"".join(pieces), content_type)

    def _refusal(self, status: int, body: str) -> RefusalError:
        """Error for another status than 200."""
        _LOG.warning("%s: status %d: %s", self._shown, status, body[:_SAID])
        said = " ".join(body.split("SPARQL query:", maxsplit=1)[0].split())[:_SAID]
        if status in _REFUSED - {403, 405}:
            return QuerySyntaxError(
                f"The query is SPARQL 1.1, but the store behind this endpoint does not take it (status {status}): {said} "
                "Write it in another way, or download the data at /dumps/ and query it on your own machine."
            )
        if status in _BUSY:
            return StoreUnavailableError(
                f"The store behind this endpoint is busy (status {status}). Send the query again later.", retry_after_s=_RETRY_S
            )
        what = {
            401: "asks for a name and password that it was not given",
            403: "does not let this server query it",
            404: "has no query endpoint there",
            405: "has no query endpoint there",
            206: "sent only a part of the result",
        }.get(status, "answered with a redirect" if 300 <= status < 400 else "failed on this query")  # noqa: PLR2004
        return StoreFailureError(f"The store behind this endpoint {what} (status {status}). {_OPERATOR}")
