"""How to cite: ``/cite?iri=IRI&style=apa|bibtex|csl|ris&lang=en|nl``, and the box that pages show.

In comes an IRI; out goes a citation, as a page with all styles or in one of them by ``style=`` or ``Accept``. A template imports
``cite_box`` from ``cite.html`` and calls it with what :func:`box` gives.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from kg.citation import apa
from kg.citation.make import cite
from kg.citation.record import LANGUAGES, Citation
from kg.citation.styles import STYLES
from kg.errors import CitationError
from kg.negotiation import HTML, Choice, Format, by_name, negotiate
from kg.web.problems import Problem, problem_reply
from kg.web.site import Site, site, visit

blueprint: Final = Blueprint("citing", __name__)

_FORMATS: Final = (
    HTML,
    *(Format(s.name, s.media_type, s.label, aliases=(s.extension,), media_aliases=(), text=True) for s in STYLES),
)
_CACHING: Final = "public, no-cache"


@dataclass(frozen=True)
class Box:
    """What a box shows.

    :ivar html: the citation in APA, of which all but our own markup is escaped
    :ivar texts: for each other style its label, its text, and where it is to be had alone
    """

    iri: str
    html: str
    texts: tuple[tuple[str, str, str], ...]


def box(of: Site, iri: str, language: str = "en") -> Box | None:
    """The box of a thing; none if it cannot be cited, for pages that show it where there is one."""
    try:
        return _box(cite(of.reader, iri, language))
    except CitationError:
        return None


def _box(citation: Citation) -> Box:
    def address(style: str) -> str:
        return f"/cite?{urlencode({'iri': citation.iri, 'style': style, 'lang': citation.language})}"

    texts = tuple((style.label, style.write(citation), address(style.name)) for style in STYLES)
    return Box(citation.iri, apa.html(citation), texts)


@blueprint.get("/cite")
def citation() -> Response:
    """The citation of what ``iri`` names; of the dataset without it."""
    wanted = request.args.get("style", "")
    choice = by_name(wanted, _FORMATS) if wanted else negotiate(request.headers.get("Accept"), _FORMATS)
    if choice is None:
        names = ", ".join(form.name for form in _FORMATS)
        if wanted:
            return _problem(Problem(400, "Unknown style", f'There is no style "{wanted[:100]}". There are: {names}.'))
        return _problem(Problem(406, "Not acceptable", f"Citations come as {', '.join(form.media_type for form in _FORMATS)}."))
    language = request.args.get("lang", visit().language if choice.format is HTML else "en")
    if language not in LANGUAGES:
        return _problem(Problem(400, "Unknown language", f"Citations are in {' and '.join(LANGUAGES)}: say lang=en or lang=nl."))
    try:
        made = cite(site().reader, request.args.get("iri", ""), language)
    except CitationError as error:
        return _problem(Problem(404, "Nothing to cite", str(error)))
    response = _answer(made, choice)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = _CACHING
    response.set_etag(f"{site().release.version}-{choice.format.name}-{language}")
    response.make_conditional(request.environ)
    return response


def _answer(made: Citation, choice: Choice) -> Response:
    """The citation in a format."""
    style = next((style for style in STYLES if style.name == choice.format.name), None)
    if style is None:
        page = render_template("citation.html", citation=made, box=_box(made), language=made.language)
        return Response(page, content_type="text/html; charset=utf-8")
    # a browser shows text/plain, where it would save text/x-bibliography
    media_type = "text/plain" if style.name == "apa" and "style" in request.args else style.media_type
    response = Response(style.write(made), content_type=f"{media_type}; charset=utf-8")
    name = f"{made.references[0].key}.{style.extension}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _problem(problem: Problem) -> Response:
    reply = problem_reply(problem, request.headers.get("Accept"), site().templates, visit())
    return Response(reply.body, reply.status, dict(reply.headers))
