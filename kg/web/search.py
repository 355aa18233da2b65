"""Full-text search at ``/search``, as a page and as JSON, and how browsers and SPARQL queries use it.

In comes a query string, of which each is a bookmark: ``/search?q=…&kind=Demand&topic=civic-space&texts=nl&page=2``; out goes a page of
:class:`~kg.search.finder.Found` with counts, or a problem. ``docs/search.md`` documents parameters and members.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, render_template, request

from kg import textindex
from kg.namespaces import ID
from kg.negotiation import HTML, Format, negotiate
from kg.resource import read_turtle, serialise
from kg.search import vocabulary
from kg.search.errors import SearchInputError, SearchUnavailableError
from kg.search.facts import facts_of
from kg.search.finder import DEEPEST, Finder, Found, Hit, Value, Wanted, full, short
from kg.search.index import OpenIndex, open_index
from kg.search.register import COLLECTIONS
from kg.search.words import MOST_CHARACTERS
from kg.web.answers import base_url, json_reply, problem
from kg.web.signposts import DATA_FORMATS
from kg.web.site import site, visit

blueprint: Final = Blueprint("search", __name__)

_JSON: Final = Format("json", "application/json", "JSON")
_PER_PAGE: Final = 20
_MOST_PER_PAGE: Final = 100
_FACET_VALUES: Final = 50
_ENTITIES: Final = 6
_SUGGESTIONS: Final = 10


@dataclass(frozen=True)
class Asked:
    """A search as its address says it.

    :ivar language: of the texts that are searched; both if empty
    :ivar chosen: values by facet, as written
    :ivar page: from 1
    :ivar limit: hits per page
    """

    text: str
    language: str
    chosen: dict[str, tuple[str, ...]]
    page: int
    limit: int

    @property
    def wanted(self) -> Wanted:
        """What is searched for."""
        chosen = {name: tuple(full(name, value) for value in values) for name, values in self.chosen.items()}
        return Wanted(self.text, self.language, chosen)

    def address(self, path: str = "/search", *, page: int = 1) -> str:
        """Address of this search, or of another page of it."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name in textindex.FACETS for value in self.chosen.get(name, ())]
        pairs += [("texts", self.language)] if self.language else []
        pairs += [("limit", str(self.limit))] if self.limit != _PER_PAGE else []
        pairs += [("page", str(page))] if page > 1 else []
        return f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path

    def toggled(self, facet: str, value: str) -> "Asked":
        """The search with a value chosen, or no longer."""
        values = self.chosen.get(facet, ())
        changed = tuple(other for other in values if other != value) if value in values else (*values, value)
        return replace(self, chosen={**self.chosen, facet: changed}, page=1)


@blueprint.get("/search")
def page() -> Response:
    """The page; JSON or the definitions of the search vocabulary, if that is what a client wants."""
    choice = negotiate(request.headers.get("Accept"), (HTML, _JSON, *DATA_FORMATS))
    if choice and choice.format in DATA_FORMATS:
        terms = serialise(read_turtle(vocabulary.turtle()), choice.format.name)
        response = Response(terms, content_type=choice.content_type)
    elif choice and choice.format is _JSON:
        response = as_json()
    else:
        asked = _asked()
        response = Response(render_template("search.html", **_shown(asked)), content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get("/search.json")
def as_json() -> Response:
    """A page of the result with counts, as JSON."""
    if request.path.endswith(".json") and request.args.get("lang"):
        written = request.args["lang"][:20]
        raise SearchInputError(
            f"lang={written} is the language of a page, and this is none; texts=nl or texts=en are those to search."
        )
    asked = _asked()
    index = open_index(site().release)
    finder = Finder(index, asked.wanted)
    found = finder.find(asked.limit, (asked.page - 1) * asked.limit)
    entities = Finder(index, replace(asked.wanted, chosen={}, scope=textindex.ENTITY)).find(_ENTITIES) if asked.text else None
    links = []
    if _has_next(asked, found):
        links.append(f'<{asked.address("/search.json", page=asked.page + 1)}>; rel="next"')
    if asked.page > 1:
        links.append(f'<{asked.address("/search.json", page=asked.page - 1)}>; rel="prev"')
    document = {
        "query": {
            "text": asked.text,
            "language": asked.language or None,
            "searchedFor": found.text,
            "matched": found.matched,
            **{name: list(values) for name, values in asked.chosen.items()},
        },
        "total": found.total,
        "page": asked.page,
        "limit": asked.limit,
        "hits": [_hit(index, hit) for hit in found.hits],
        "entities": [_entity(hit) for hit in entities.hits] if entities else [],
        "facets": {name: _facet(index, name, values) for name, values in finder.facets().items()},
    }
    return json_reply(document, {"Link": ", ".join(links)} if links else None)


@blueprint.get("/search/suggest")
def suggest() -> Response:
    """Names that begin so, as OpenSearch Suggestions 1.1 has them: text, names, descriptions, addresses."""
    text = request.args.get("q", "")[:MOST_CHARACTERS]
    found = facts_of(site().reader).matcher.beginning(text)[:_SUGGESTIONS]
    base = base_url()
    rows = [[e.name for e in found], [e.description for e in found], [f"{base}/search?{urlencode({'q': e.name})}" for e in found]]
    response = json_reply([text, *rows])
    response.headers["Content-Type"] = "application/x-suggestions+json"
    return response


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """How a browser searches here (OpenSearch 1.1)."""
    body = render_template("opensearch.xml", base=base_url())
    return Response(body, content_type="application/opensearchdescription+xml")


@blueprint.errorhandler(SearchInputError)
def _refuse(error: SearchInputError) -> Response:
    return problem(400, str(error))


@blueprint.errorhandler(SearchUnavailableError)
def _unavailable(error: SearchUnavailableError) -> Response:
    return problem(503, str(error))


def _asked() -> Asked:
    """What the address asks for.

    :raises SearchInputError: if a parameter cannot be understood
    """
    arguments = request.args
    chosen = {name: tuple(dict.fromkeys(v for v in arguments.getlist(name) if v.strip())) for name in textindex.FACETS}
    _check(chosen)
    limit = _number("limit", arguments.get("limit", ""), _PER_PAGE, _MOST_PER_PAGE)
    page_number = _number("page", arguments.get("page", ""), 1, DEEPEST)
    return Asked(arguments.get("q", "").strip(), arguments.get("texts", ""), chosen, page_number, limit)


def _check(chosen: Mapping[str, Sequence[str]]) -> None:
    """See to it that what is chosen is there: a slip of the pen would look like a search without hits.

    :raises SearchInputError: if the release has nothing of the name
    """
    for name, values in chosen.items():
        for value in values:
            if not site().reader.is_known(full(name, value)):
                there = [short(name, found.iri) for found in Finder(open_index(site().release), Wanted()).facets()[name]]
                folded = {each.casefold(): each for each in there}
                near = [folded[each] for each in difflib.get_close_matches(value.casefold(), folded, 1)]
                hint = f"did you mean {near[0]!r}?" if near else "the facets of a search list what there is"
                raise SearchInputError(f"{name} is {value[:50]!r}, which is not in this release; {hint}")


def _number(name: str, written: str, default: int, most: int) -> int:
    if not written:
        return default
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0  # noqa: PLR2004 - seven digits are too many
    if not 1 <= number <= most:
        raise SearchInputError(f"{name} is {written[:50]!r}; expected a number from 1 to {most}.")
    return number


def _has_next(asked: Asked, found: Found) -> bool:
    return asked.page * asked.limit < min(found.total, DEEPEST - asked.limit + 1)


def _shown(asked: Asked) -> dict[str, Any]:
    """What the page shows."""
    index = open_index(site().release)
    finder = Finder(index, asked.wanted)
    found = finder.find(asked.limit, (asked.page - 1) * asked.limit)
    searched = Finder(index, replace(asked.wanted, chosen={}, scope=textindex.ENTITY)).find(_ENTITIES) if asked.text else None
    tongue = visit().language
    facets = []
    for name, values in finder.facets().items():
        kept = [value for place, value in enumerate(values) if value.chosen or place < _FACET_VALUES]
        entries = [
            {
                "label": _labels(index, value.iri),
                "count": value.count,
                "chosen": value.chosen,
                "address": asked.toggled(name, short(name, value.iri)).address(),
            }
            for value in kept
        ]
        facets.append({"name": name, "values": entries, "others": len(values) - len(kept)})
    return {
        "asked": asked,
        "found": found,
        "hits": [_row(index, hit, tongue) for hit in found.hits],
        "entities": [_entity(hit) | {"pieces": _pieces(hit, tongue)} for hit in searched.hits] if searched else [],
        "facets": facets,
        "first": (asked.page - 1) * asked.limit + 1,
        "previous": asked.address(page=asked.page - 1) if asked.page > 1 else "",
        "next": asked.address(page=asked.page + 1) if _has_next(asked, found) else "",
        "json": asked.address("/search.json", page=asked.page),
        "most": MOST_CHARACTERS,
        "collections": COLLECTIONS,
    }


def _row(index: OpenIndex, hit: Hit, tongue: str) -> dict[str, Any]:
    """A hit as the page shows it: the summary in the page's language, and the other one where only that has the words."""
    languages = [tongue, *(other for other in textindex.LANGUAGES if other != tongue and _is_marked(hit, other))]
    return {
        "address": f"/page/{hit.iri.removeprefix(ID)}",
        "texts": [(language, hit.text[language]) for language in languages if language in hit.text],
        **{name: [_labels(index, iri) for iri in hit.facets[name]] for name in ("document", "kind", "speaker", "addressee")},
    }


def _is_marked(hit: Hit, language: str) -> bool:
    return any(marked for _, marked in hit.text.get(language, []))


def _hit(index: OpenIndex, hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.iri,
        "score": hit.score,
        "summary": {language: "".join(text for text, _ in pieces) for language, pieces in hit.text.items()},
        "highlighted": {language: [[text, marked] for text, marked in pieces] for language, pieces in hit.text.items()},
        **{
            name: [{"value": short(name, iri), "label": index.labels(iri)} for iri in values]
            for name, values in hit.facets.items()
            if name != "topic"
        },
        "topic": [short("topic", iri) for iri in hit.facets["topic"]],
    }


def _entity(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.iri,
        "type": hit.collection,
        "label": {language: "".join(text for text, _ in pieces) for language, pieces in hit.text.items()},
        "page": f"/page/{hit.iri.removeprefix(ID)}",
    }


def _facet(index: OpenIndex, name: str, values: list[Value]) -> dict[str, Any]:
    kept = [value for place, value in enumerate(values) if value.chosen or place < _FACET_VALUES]
    entries = [{"value": short(name, v.iri), "label": index.labels(v.iri), "count": v.count, "chosen": v.chosen} for v in kept]
    return {"values": entries, "others": len(values) - len(kept)}


def _pieces(hit: Hit, tongue: str) -> list[tuple[str, Any]]:
    """The label of an entity in the page's language, or else in the other one, with its language."""
    languages = sorted(hit.text, key=lambda language: language != tongue)
    return [(language, hit.text[language]) for language in languages[:1]]


def _labels(index: OpenIndex, iri: str) -> dict[str, str]:
    """Labels by language; the end of the IRI where there are none."""
    return dict(index.labels(iri)) or {"": iri.rpartition("/")[2]}
