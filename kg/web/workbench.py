"""The SPARQL page: an editor, the published queries to begin with, and the result as a table.

In come a query, or none, and its result; out goes HTML that needs no JavaScript. The scripts below ``static/sparql`` put an editor in
the place of the text field and exchange the result without loading the page anew; what they show is what stands here.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from kg.description.facts import ENDPOINT, SERVICE
from kg.engine.interface import Query
from kg.namespaces import PREFIXES
from kg.negotiation import ERROR_FORMATS, HTML, Format, negotiate
from kg.web.cells import readable
from kg.web.http import Reply, Request
from kg.web.language import Visit, texts
from kg.web.policy import SCRIPTED
from kg.web.problems import Problem
from kg.web.query_snippets import query_snippets
from kg.web.signposts import embedded, of_endpoint
from kg.web.site import Site

LINK_LENGTH: Final = 6000
"""Longest query that is put in a link; some proxies refuse URLs of 8,000 bytes."""
_TOO_LONG: Final = frozenset({413, 414})
_SAID: Final = "script"
"""Group of the texts that the scripts say."""


@dataclass(frozen=True)
class Workbench:
    """The page of a query.

    :ivar base: scheme and host of the site, for code that runs elsewhere
    :ivar form: of the query: SELECT, ASK, CONSTRUCT or DESCRIBE; empty if there is none
    :ivar formats: what its result is offered in, a page left out
    """

    site: Site
    base: str
    visit: Visit
    query: Query = field(default_factory=lambda: Query(""))
    form: str = ""
    formats: tuple[Format, ...] = ()

    policy: ClassVar[str] = SCRIPTED

    @classmethod
    def of(cls, request: Request, site: Site, text: str = "") -> "Workbench":
        """The page for a request that has no result."""
        return cls(site, base_of(request), Visit.by(request), Query(text))

    def identity(self) -> tuple[str, ...]:
        """What the page depends on beside the result and who looks at it."""
        return (self.base,)

    def result(self, preview: bytes, seconds: float) -> bytes:
        """The page with the first rows."""
        dataset = self._dataset()
        query_string = urlencode([("query", self.query.text), *dataset])
        linkable = len(query_string) <= LINK_LENGTH
        return self._render(
            result=readable(preview, self.site.reader),
            seconds=seconds,
            formats=self.formats,
            permalink=self.visit.link(f"/sparql?{query_string}") if linkable else "",
            links={form.name: f"/sparql?{query_string}&format={form.name}" for form in self.formats} if linkable else {},
            snippets=query_snippets(self.query.text, self.base, self.form, dataset),
        )

    def failure(self, problem: Problem) -> Reply:
        """The page with what went wrong, and the query to mend it."""
        headers = {**self._headers("Accept"), "Cache-Control": "no-store", **problem.headers}
        return Reply(problem.status, headers, self._render(problem=problem), outcome=problem.outcome or "error")

    def alone(self) -> Reply:
        """The page without a result."""
        links = of_endpoint(ENDPOINT, self.site.release)
        page = self._render(embedded=embedded(self.site.reader, SERVICE))
        return Reply(200, {**self._headers("Accept"), "Cache-Control": "no-cache", "Link": links}, page)

    def _headers(self, vary: str) -> dict[str, str]:
        return {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": self.policy, "Vary": vary}

    def _dataset(self) -> list[tuple[str, str]]:
        return [
            *(("default-graph-uri", iri) for iri in self.query.default_graphs),
            *(("named-graph-uri", iri) for iri in self.query.named_graphs),
        ]

    def _render(self, **values: Any) -> bytes:
        problem = values.get("problem")
        query = "" if problem and problem.status in _TOO_LONG else self.query.text
        defaults: dict[str, Any] = {
            "result": None,
            "problem": None,
            "seconds": 0.0,
            "permalink": "",
            "links": {},
            "formats": (),
            "snippets": (),
            "embedded": "",
        }
        return self.site.render(
            "sparql.html",
            visit=self.visit,
            query=query,
            dataset=self._dataset(),
            queries=self.site.queries,
            tags={tag: texts().get(f"tag.{tag}", {"": tag}) for query in self.site.queries for tag in query.tags},
            prefixes=sorted(PREFIXES.items()),
            settings=self._settings(),
            **defaults | values,
        ).encode("utf-8", "replace")

    def _settings(self) -> dict[str, Any]:
        """What the scripts have to know."""
        language = self.visit.language
        said = {key.removeprefix(f"{_SAID}."): text[language] for key, text in texts().items() if key.startswith(f"{_SAID}.")}
        return {
            "language": language,
            "chosen": self.visit.chosen,
            "linkLength": LINK_LENGTH,
            "prefixes": dict(sorted(PREFIXES.items())),
            "words": said,
        }


def base_of(request: Request) -> str:
    """Scheme and host of the site, as its clients see it."""
    return request.url.removesuffix(request.path) or request.url


def wanted(accept: str | None) -> bool:
    """Whether who asks would rather see a problem as a page."""
    choice = negotiate(accept, ERROR_FORMATS)
    return choice is not None and choice.format is HTML


__all__ = ["LINK_LENGTH", "Workbench", "base_of", "wanted"]
