"""The page of a published query: a form with a field for each parameter, the first rows, downloads, and snippets of code.

In come a query and what was given for its parameters; out goes HTML that needs no JavaScript.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from kg.choices import FEW
from kg.namespaces import BASE, POL
from kg.negotiation import GRAPH_FORMATS, HTML, Format
from kg.parameters import Parameter, iris
from kg.queries import PublishedQuery
from kg.resource import names
from kg.web.cells import readable
from kg.web.http import Reply
from kg.web.language import Visit, texts
from kg.web.links import data_path
from kg.web.policy import STRICT
from kg.web.problems import Problem
from kg.web.signposts import embedded, signposts
from kg.web.site import Site
from kg.web.snippets import snippets

_HEADERS: Final = {"Content-Type": "text/html; charset=utf-8", "Vary": "Accept"}

_BOXES: Final = 12
"""Choices up to this number are boxes to tick, where several may be."""


@dataclass(frozen=True)
class Field:
    """A field of the form.

    :ivar values: what is in it
    :ivar options: value of each choice, and its label by language
    :ivar widget: ``checks`` for a box for each choice, ``select``, ``list`` for a field with suggestions, ``number`` or ``text``
    """

    parameter: Parameter
    values: tuple[str, ...]
    options: tuple[tuple[str, Mapping[str, str]], ...]
    widget: str


@dataclass(frozen=True)
class QueryPage:
    """A page that waits for its result.

    :ivar base: scheme and host of the site, for snippets
    :ivar pairs: names and values of the parameters
    :ivar text: the query with these values; that without any until :meth:`of`
    """

    query: PublishedQuery
    site: Site
    base: str
    pairs: tuple[tuple[str, str], ...]
    formats: tuple[Format, ...]
    visit: Visit
    text: str = ""

    policy: ClassVar[str] = STRICT

    @property
    def iri(self) -> str:
        """IRI of the query."""
        return f"{BASE}queries/{self.query.name}"

    @property
    def links(self) -> str:
        """Where else the query is described, for the header ``Link``; empty if the release does not describe it."""
        return signposts(self.iri, self.site.release) if self.site.reader.is_known(self.iri) else ""

    def of(self, text: str) -> "QueryPage":
        """The page with the text of the bound query."""
        return replace(self, text=text)

    def identity(self) -> tuple[str, ...]:
        """What the page depends on beside the result and who looks at it."""
        return (self.query.name, self.base, *(part for pair in self.pairs for part in pair))

    def result(self, preview: bytes, seconds: float) -> bytes:
        """The page with the first rows."""
        return self._render(result=readable(preview, self.site.reader), seconds=seconds)

    def failure(self, problem: Problem) -> Reply:
        """The page with what went wrong, and the form to mend it."""
        headers = {**_HEADERS, "Cache-Control": "no-store", **problem.headers}
        return Reply(problem.status, headers, self._render(problem=problem), outcome=problem.outcome or "error")

    def alone(self) -> Reply:
        """The page without a result."""
        links = {"Link": self.links} if self.links else {}
        return Reply(200, {**_HEADERS, "Cache-Control": "no-cache", **links}, self._render())

    def _render(self, **values: Any) -> bytes:
        query_string = urlencode(self.pairs)
        suffix = f"?{query_string}" if query_string else ""
        values = {"result": None, "problem": None, "seconds": 0.0} | values
        columns = (values["result"] or {}).get("columns", ())
        form = self.site.engine.scan(self.query.text).form
        described = embedded(self.site.reader, self.iri)
        shown = () if values["problem"] else snippets(self.query, self.base, query_string, form)
        return self.site.render(
            "query.html",
            visit=self.visit,
            query=self.query,
            text=self.text or self.query.text,
            headings=self._headings({*columns, *self.query.parameters}),
            fields=[self._field(parameter) for parameter in self.query.parameters.values()],
            formats=[(form, f"/api/queries/{self.query.name}.{form.name}{suffix}") for form in self.formats],
            suffix=suffix,
            tags={tag: texts().get(f"tag.{tag}") for tag in self.query.tags},
            snippets=shown,
            iri=self.iri,
            embedded="" if values["problem"] else described,
            files=[(form, data_path(self.iri, form.name)) for form in GRAPH_FORMATS if described and form is not HTML],
            **values,
        ).encode("utf-8", "replace")

    def _headings(self, variables: Iterable[str]) -> dict[str, dict[str, str]]:
        """What columns and fields are called in each language: as the term of the ontology of that name, where there is one."""
        terms = {name: (f"{POL}{name}", f"{POL}{name[:1].upper()}{name[1:]}") for name in variables}
        labels = names(self.site.reader, [iri for pair in terms.values() for iri in pair])
        found = {name: labels.get(pair[0]) or labels.get(pair[1]) or {} for name, pair in terms.items()}
        return {name: label or dict(texts().get(f"property.dcterms:{name}", {})) for name, label in found.items()}

    def _field(self, parameter: Parameter) -> Field:
        kind = parameter.type
        values = tuple(self._plain(parameter, value) for name, value in self.pairs if name == parameter.name) or parameter.default
        options = [(choice.value, choice.label or {"": choice.slug}) for choice in self.site.choices.of(kind)]
        options += [(value, texts().get(f"value.{value}", {"": value})) for value in kind.listed]
        if not options:
            widget = "number" if kind.is_number else "text"
        else:
            # what is selected has to be among the options, as it was written
            known = {value for value, _ in options}
            few = len(options) <= (_BOXES if parameter.multiple else FEW)
            widget = ("checks" if parameter.multiple else "select") if few and known.issuperset(values) else "list"
        return Field(parameter, values, tuple(options), widget)

    def _plain(self, parameter: Parameter, value: str) -> str:
        """A value as the choices of its field have it: not as an IRI where the slug will do."""
        meant = iris(parameter.type, value)
        found = [choice.value for choice in self.site.choices.of(parameter.type) if choice.iri in meant]
        return found[0] if len(found) == 1 else value
