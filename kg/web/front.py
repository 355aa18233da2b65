"""What stands before Flask: the endpoint with its cache and limits, health and metrics; everything else goes on to Flask.

In comes a request with its whole body from :mod:`kg.web.server`; out goes a reply. It runs on one event loop, so that a query
that waits costs no thread, and a client that hangs up is noticed (WSGI tells nobody).
"""

import asyncio
import contextlib
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from kg.engine.errors import RefusalError
from kg.engine.interface import Query
from kg.engine.limits import MIB, Limits
from kg.errors import PolicyKgError
from kg.web import bridge, conditional, editor, encoding, graphs, policy, published, sparql, workbench
from kg.web.admission import Admission
from kg.web.cache import Cache, Flights
from kg.web.http import BadEncodingError, Reply, Request
from kg.web.language import Visit, preferred
from kg.web.problems import Problem, problem_reply
from kg.web.site import Site
from kg.web.sparql import Asked, ProblemError
from kg.web.telemetry import AccessLog, Metrics

_PROBE: Final = Query("ASK {}")
_PATIENCE: Final = 5
_IN_THREAD: Final = 64 * 1024
"""Bodies of more bytes are compressed in a thread."""

_log = logging.getLogger(__name__)


@dataclass
class State:
    """What changes while the server runs.

    :ivar stopping: whether the server takes no more work
    """

    site: Site
    stopping: bool = False


class Front:
    """Answers requests. All methods belong to one event loop."""

    def __init__(self, site: Site, maker: bridge.Maker, limits: Limits, log: AccessLog, cache_mib: int) -> None:
        self.state = State(site)
        self.log = log
        self.cache = Cache(cache_mib * MIB)
        self.admission = Admission(limits.client_queries, limits.queries)
        # a page that waits costs less than a query, and a crawler may have many connections
        self._visitors = Admission(_PATIENCE * limits.client_queries, _PATIENCE * limits.queries, "requests for pages")
        self.metrics = Metrics()
        self._flights = Flights()
        self._maker = maker
        self._pages = bridge.Pages(maker, limits.queue_s)
        self._routes: dict[str, Callable[[Request], Awaitable[Reply]]] = {
            "/sparql": self._sparql,
            "/healthz": self._ready,
            "/healthz/ready": self._ready,
            "/healthz/live": self._live,
            "/metrics": self._metrics,
        }
        self._prefixes = {
            **dict.fromkeys(published.PATHS, self._published),
            graphs.PATH: self._graph,
            editor.PATH: self._editor_file,
        }
        self._editor: editor.Editor | None = None
        self.metrics.gauge("kg_queries_under_way", "Queries that run or wait.", lambda: self.admission.held)
        self.metrics.gauge("kg_cache_bytes", "Bytes of kept replies.", lambda: self.cache.size)
        self.metrics.gauge("kg_cache_replies", "Number of kept replies.", lambda: len(self.cache))

    async def serve(self, site: Site) -> None:
        """Serve another release from now on, by the same engine.

        :raises PolicyKgError: if it cannot be served; the old one still is
        """
        old = self.state.site.release
        await self._maker.serve(site.release)
        try:
            await site.engine.reopen(site.release)
        except BaseException:
            with contextlib.suppress(PolicyKgError):
                await self._maker.serve(old)
            raise
        self.state.site = site

    async def close(self) -> None:
        """Stop what runs, after the last reply."""
        self.state.stopping = True
        await self.state.site.engine.close()
        await self._maker.close()
        self.log.close()

    def equip(self, found: editor.Editor) -> None:
        """Offer an editor on the SPARQL page, which has a plain form without."""
        self._editor = found
        self.state.site.templates.globals["editor"] = found

    def known(self, request: Request) -> Reply | None:
        """Reply to a query by GET that came before in the same words."""
        words = conditional.words(request, self.state.site.release.version)
        reply = self.cache.known(words) if words else None
        if reply is not None and conditional.matches(request.header("if-none-match"), reply.headers["ETag"]):
            return conditional.not_modified(reply)
        return reply

    async def handle(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
        """Reply to a request.

        :param headers: all header fields, for Flask
        """
        route = self._routes.get(request.path)
        if route is None:
            found = (handler for prefix, handler in self._prefixes.items() if request.path.startswith(prefix))
            route = partial(next(found, self._page), headers)
        reply = await self._guarded(route, request)
        if not reply.key and encoding.is_worth(reply):
            reply = await self._encoded(reply, encoding.choose(request.header("accept-encoding")))
        return self.finished(reply)

    def finished(self, reply: Reply, headers: dict[str, str] | None = None) -> Reply:
        """A reply with the header fields that all replies have."""
        if reply.key and not headers:
            return reply  # it has them since it was kept
        if conditional.is_page(reply.headers.get("Content-Type", "")):
            headers = {"Vary": conditional.varying(reply.headers.get("Vary", "Accept"), "Accept-Language"), **(headers or {})}
        return replace(reply, headers={**policy.COMMON, **reply.headers, **(headers or {})})

    async def _guarded(self, route: Callable[[Request], Awaitable[Reply]], request: Request) -> Reply:
        """Reply of one of our own routes, with a problem for what it raises."""
        try:
            return await route(request)
        except ProblemError as error:
            problem = error.problem
        except BadEncodingError as error:
            problem = Problem(400, "Malformed request", f"In the request {error}. Send UTF-8.", outcome="request")
        except RefusalError as error:
            if error.status >= 500 and error.__cause__:  # noqa: PLR2004 - server errors
                _log.error("%s: %s", error, error.__cause__)
            problem = Problem.of(error, in_url=request.method != "POST")
        except Exception as error:  # noqa: BLE001 - a defect of ours: logged, and no traceback for the client
            _log.exception("%s %s", request.method, request.path, exc_info=error)
            problem = Problem(500, "Internal server error", "This is a defect of the server; it was logged.", outcome="failure")
        return self._problem(problem, request)

    def _problem(self, problem: Problem, request: Request) -> Reply:
        text = ""
        if request.path == "/sparql":
            with contextlib.suppress(ProblemError, ValueError):
                text = sparql.query_text(request)
        accept, site = request.headers.get("accept"), self.state.site
        if request.path == "/sparql" and workbench.wanted(accept):
            reply = workbench.Workbench.of(request, site, text).failure(problem)
        else:
            reply = problem_reply(problem, accept, site.templates, Visit.by(request))
        return replace(reply, query=self.log.query_field(text) if text else "")

    async def _sparql(self, request: Request) -> Reply:
        site = self.state.site
        if sparql.is_description(request):
            with self.admission.place(request.client):
                return await sparql.describe(request, site)
        if len(request.body) + len(request.query_string) > _IN_THREAD // 4:
            with self.admission.place(request.client):  # cutting a long query into tokens takes a while
                asked = await asyncio.to_thread(sparql.understand, request, site)
        else:
            asked = sparql.understand(request, site)
        if isinstance(asked, Reply):
            return asked
        return await self._answered(asked, site, request)

    async def _published(self, headers: list[tuple[str, str]], request: Request) -> Reply:
        """A published query: its result, or its page."""
        site = self.state.site
        with self.admission.place(request.client):  # what is like a wrong value takes a while to find
            asked = await asyncio.to_thread(published.understand, request, site)
        if asked is None:
            return await self._page(headers, request)
        if isinstance(asked, Reply):
            return asked
        try:
            return await self._answered(asked, site, request)
        except RefusalError as error:
            if asked.page is None:
                raise
            return await asyncio.to_thread(asked.page.failure, Problem.of(error, in_url=True))

    async def _editor_file(self, headers: list[tuple[str, str]], request: Request) -> Reply:
        """A file of the editor, where there is one."""
        found = self._editor.reply(request) if self._editor else None
        return found or await self._page(headers, request)

    async def _graph(self, headers: list[tuple[str, str]], request: Request) -> Reply:
        """A named graph: its triples, or its page."""
        site = self.state.site
        asked = graphs.understand(request, site)
        return await (self._page(headers, request) if asked is None else self._answered(asked, site, request))

    async def _answered(self, asked: Asked, site: Site, request: Request) -> Reply:
        """The result of a query: one that is kept, or that of a run."""
        field = self.log.query_field(asked.query.text)
        coding = encoding.choose(request.header("accept-encoding"))
        key = asked.key(site.release.version)
        kept = self.cache.get(conditional.tag(key, coding)) if key else None
        if kept is None:
            if key and conditional.matches(request.header("if-none-match"), conditional.tag(key, coding)):
                headers = {**conditional.unchanged(conditional.tag(key, coding), asked.choice.content_type), **asked.headers}
                return Reply(304, headers, outcome="unchanged", query=field)
            with self.admission.place(request.client):
                kept = await self._run(asked, site, request, key)
            # what an older or newer release answered is not to be known by words that name this one
            words = conditional.words(request, site.release.version) if kept.key == key and request.path == "/sparql" else None
            kept = await self._keep(kept, coding, field, words)
            if not request.header("if-none-match"):
                return kept
        reply = (
            conditional.not_modified(kept)
            if conditional.matches(request.header("if-none-match"), kept.headers.get("ETag", ""))
            else kept
        )
        return replace(reply, query=field)

    async def _run(self, asked: Asked, site: Site, request: Request, key: str) -> Reply:
        if not key:
            return await sparql.run(asked, site, request.client)
        return await self._flights.join(f"{key} {asked.timeout_s}", lambda: sparql.run(asked, site, request.client))

    async def _keep(self, reply: Reply, coding: str, field: str, words: tuple[str, ...] | None) -> Reply:
        """A reply in a content coding; it is kept for the next time, if it will be the same."""
        if coding and encoding.is_worth(reply):
            reply = await self._encoded(reply, coding)
        if not reply.key:
            return replace(reply, query=field)
        tag = conditional.tag(reply.key, coding)
        unchanged = conditional.unchanged(tag, reply.headers.get("Content-Type", ""))
        reply = replace(reply, headers={**policy.COMMON, **reply.headers, **unchanged}, query=field)
        self.cache.put(tag, replace(reply, outcome="cached" if reply.outcome else ""), words)
        return reply

    async def _encoded(self, reply: Reply, coding: str) -> Reply:
        """A reply in a content coding."""
        headers = {**reply.headers, "Vary": conditional.varying(reply.headers.get("Vary", "Accept"), "Accept-Encoding")}
        if not coding:
            return replace(reply, headers=headers)
        if len(reply.body) > _IN_THREAD:
            body = await asyncio.to_thread(encoding.encode, reply.body, coding)
        else:
            body = encoding.encode(reply.body, coding)
        return replace(reply, headers={**headers, "Content-Encoding": coding}, body=body)

    async def _page(self, headers: list[tuple[str, str]], request: Request) -> Reply:
        words = conditional.words(request, self.state.site.release.version)
        known = self.cache.known(words) if words else None
        if known is None:
            version = self.state.site.release.version
            # what a page says of itself is needed for HEAD, too; the server sends no body then
            asked = replace(request, method="GET") if request.method == "HEAD" else request
            with self._visitors.place(request.client):
                reply = await self._pages.call(asked, headers)
            if not reply.key:
                return reply
            language = preferred(request.header("accept-language"))
            language = language if conditional.is_page(reply.headers.get("Content-Type", "")) else ""
            parts = (version, request.url, request.query_string, language, reply.headers.get("Content-Type", ""))
            key = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
            known = await self._keep(replace(reply, key=key), encoding.choose(request.header("accept-encoding")), "", words)
        return (
            conditional.not_modified(known)
            if conditional.matches(request.header("if-none-match"), known.headers["ETag"])
            else known
        )

    async def _ready(self, request: Request) -> Reply:  # noqa: ARG002 - all routes are called alike
        """Whether a query can be answered now, and from which release."""
        version = self.state.site.release.version
        if self.state.stopping:
            return _health(503, {"status": "stopping", "version": version})
        try:
            await self.state.site.engine.answer(_PROBE, "json", client=" health")
        except RefusalError as error:
            return _health(503, {"status": "failing", "version": version, "detail": str(error)})
        return _health(200, {"status": "ok", "version": version})

    async def _live(self, request: Request) -> Reply:  # noqa: ARG002 - as above
        """Whether this process answers at all."""
        return _health(200, {"status": "alive", "version": self.state.site.release.version})

    async def _metrics(self, request: Request) -> Reply:  # noqa: ARG002 - as above
        headers = {"Content-Type": self.metrics.content_type, "Cache-Control": "no-store"}
        return Reply(200, headers, self.metrics.text())


def _health(status: int, document: dict[str, str]) -> Reply:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Reply(status, headers, (json.dumps(document) + "\n").encode())
