"""Ask an endpoint on the allow-list a query: the only way out of the server.

In comes an :class:`Endpoint` and the text of a SELECT; out go the bytes of a SPARQL JSON result, or an error of
:mod:`kg.engine.errors`. No proxy of the environment, no cookies, no credentials, no address that is not public, no redirect
to what is not on the list.
"""

import asyncio
import re
import time
import zlib
from collections import defaultdict
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver

from kg import __version__
from kg.engine.addresses import ForbiddenAddressError, PublicResolver, public_socket
from kg.engine.endpoints import AllowList, Endpoint
from kg.engine.errors import ResultTooLargeError, ServiceFailedError, ServiceRefusedError, ServiceTimeoutError
from kg.engine.limits import MIB, ServiceLimits
from kg.errors import UsageError
from kg.namespaces import BASE

_RESULTS: Final = "application/sparql-results+json"
_TYPES: Final = frozenset({_RESULTS, "application/json"})
# 303 asks for another method and another thing (RFC 9110, section 15.4.4)
_REDIRECTS: Final = frozenset({301, 302, 307, 308})
_OK: Final = 200
_CHUNK: Final = 64 * 1024
_TOLD: Final = 200
_LONGEST_PAUSE_S: Final = 600
# a comment of RFC 9110, section 5.6.5, without quoting
_COMMENT: Final = re.compile(r"[\x20-\x27\x2a-\x5b\x5d-\x7e]*")
_MARKUP: Final = re.compile(r"<[^>]*>|[\x00-\x1f\x7f]+")


class Outbound:
    """Client for the endpoints of a list. Belongs to one event loop; close it at the end."""

    def __init__(
        self,
        allowed: AllowList,
        limits: ServiceLimits,
        *,
        contact: str = "",
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Nothing is opened before the first request.

        :param contact: address or page of the operator, for those whose endpoints are asked
        :param resolver: DNS; the system's if not given
        :raises UsageError: if the contact cannot stand in a header
        """
        if not _COMMENT.fullmatch(contact):
            message = f"SERVICE contact {contact!r}: expected an e-mail address or a page, in printable ASCII without brackets."
            raise UsageError(message)
        self._allowed = allowed
        self._limits = limits
        self._agent = f"policy-kg/{__version__} ({'; '.join(part for part in (BASE, contact.strip()) if part)})"
        self._resolver = resolver
        self._sessions: dict[bool, ClientSession] = {}
        self._all = asyncio.Semaphore(limits.calls)
        self._each: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.calls_each))
        self._paused: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def select(self, endpoint: Endpoint, query: str, deadline: float) -> bytes:
        """Body of the result of a SELECT query.

        :param deadline: on the clock of :func:`time.monotonic`
        :raises ServiceRefusedError: if it leads to a private address, or to what is not on the list
        :raises ServiceFailedError: if there is no result
        :raises ServiceTimeoutError: if there is none in time
        :raises ResultTooLargeError: if the result is larger than the limit
        """
        seconds = min(self._limits.timeout_s, deadline - time.monotonic())
        try:
            async with asyncio.timeout(max(0.0, seconds)), self._each[endpoint.url], self._all:
                return await self._follow(endpoint, query)
        except TimeoutError as error:
            message = f"{endpoint.url} gave no result within {max(0.0, seconds):.3g} s. Ask it for less, or again later."
            raise ServiceTimeoutError(message, retry_after_s=60) from error

    async def _follow(self, endpoint: Endpoint, query: str) -> bytes:
        target = endpoint
        for _ in range(self._limits.redirects + 1):
            self._respect_pause(target)
            try:
                async with self._session(private=target.private).post(
                    target.url, data={"query": query}, allow_redirects=False
                ) as response:
                    if response.status not in _REDIRECTS:
                        return await self._read(target, response)
                    target = self._redirected(target, response.headers.get("Location", ""))
            except ForbiddenAddressError as error:
                host = urlsplit(target.url).hostname
                message = (
                    f"SERVICE leads to {host}, which has an address that is not public. This endpoint opens no connection there."
                )
                raise ServiceRefusedError(message) from error
            except (ClientError, OSError, ValueError) as error:
                if isinstance(error, TimeoutError):
                    raise
                message = f"{target.url} could not be reached, or broke off. Send the query again later."
                raise ServiceFailedError(message) from error
        message = f"{endpoint.url} redirects more than {self._limits.redirects} times. Write the address that it leads to."
        raise ServiceFailedError(message)

    def _session(self, *, private: bool) -> ClientSession:
        """Session for public or for private hosts: their connections are never shared."""
        if private not in self._sessions:
            # no cache: what was public may be private now, and each answer is checked
            connector = (
                TCPConnector(resolver=self._resolver, use_dns_cache=False)
                if private
                else TCPConnector(resolver=PublicResolver(self._resolver), use_dns_cache=False, socket_factory=public_socket)
            )
            self._sessions[private] = ClientSession(
                connector=connector,
                cookie_jar=DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,  # not before it is known how much comes out
                timeout=ClientTimeout(total=None),
                headers={"User-Agent": self._agent, "Accept": _RESULTS, "Accept-Encoding": "gzip"},
            )
        return self._sessions[private]

    def _redirected(self, origin: Endpoint, location: str) -> Endpoint:
        """Endpoint that a redirect names (RFC 9110, section 15.4), which must be on the list itself."""
        target = self._allowed.find(urljoin(origin.url, location)) if location else None
        same = target is not None and urlsplit(target.url).scheme == urlsplit(origin.url).scheme
        if target is None or not same or target.private > origin.private:
            message = f"SERVICE <{origin.url}> redirects to an address that is not on the list of this endpoint."
            raise ServiceRefusedError(message)
        return target

    def _respect_pause(self, endpoint: Endpoint) -> None:
        left = self._paused.get(endpoint.url, 0.0) - time.monotonic()
        if left > 0:
            message = f"{endpoint.url} asked for a pause, of which {left:.0f} s are left. Send the query again after that."
            raise ServiceFailedError(message, retry_after_s=round(left) + 1)

    async def _read(self, endpoint: Endpoint, response: ClientResponse) -> bytes:
        """Body of a response, decompressed, if it is a result."""
        if response.status != _OK:
            raise await self._failure(endpoint, response)
        if response.content_type not in _TYPES:
            message = f"{endpoint.url} answered with the type {response.content_type!r}; expected {_RESULTS}."
            raise ServiceFailedError(message)
        coding = response.headers.get("Content-Encoding", "identity").lower()
        if coding not in {"identity", "gzip", "x-gzip"}:
            message = f"{endpoint.url} answered in the coding {coding!r}, which it was not asked for; expected gzip or none."
            raise ServiceFailedError(message)
        body = bytearray()
        sent, most = 0, self._limits.response_mib * MIB
        unzip = None if coding == "identity" else zlib.decompressobj(wbits=31)
        async for chunk in response.content.iter_chunked(_CHUNK):
            sent += len(chunk)
            try:
                # no more than one byte past the limit comes out, whatever the ratio
                body += chunk if unzip is None else unzip.decompress(chunk, most + 1 - len(body))
            except zlib.error as error:
                message = f"{endpoint.url} answered with broken gzip. Send the query again later."
                raise ServiceFailedError(message) from error
            if max(sent, len(body)) > most:
                message = (
                    f"The result of SERVICE <{endpoint.url}> is larger than {self._limits.response_mib} MiB. Make its pattern "
                    "more specific, or select fewer variables in it: SERVICE <…> { SELECT ?a ?b { … } }."
                )
                raise ResultTooLargeError(message)
        if unzip is not None and not unzip.eof:
            message = f"{endpoint.url} broke off in the middle of its answer. Send the query again later."
            raise ServiceFailedError(message)
        return bytes(body)

    async def _failure(self, endpoint: Endpoint, response: ClientResponse) -> ServiceFailedError:
        """Error for a status other than 200, with the first line of a message in plain text, in case it says why."""
        told = ""
        if response.content_type in {"text/plain", "application/json", "application/problem+json"} and (
            response.headers.get("Content-Encoding") is None
        ):
            start = (await response.content.read(4 * _TOLD)).decode("utf-8", "replace")
            line = next((line for line in start.splitlines() if line.strip()), "")
            told = _MARKUP.sub(" ", line).strip()[:_TOLD]
        wait = response.headers.get("Retry-After", "")
        retry_after = (
            min(int(wait), _LONGEST_PAUSE_S) if wait.isascii() and wait.isdigit() and len(wait) < _LONGEST_PAUSE_S else None
        )
        if retry_after is not None:
            self._paused[endpoint.url] = time.monotonic() + retry_after
        message = f"{endpoint.url} answered with the status {response.status}{f': {told}' if told else ''}."
        return ServiceFailedError(message, retry_after_s=retry_after)
