"""The pages of the pictures: all of them, one of them, and the statements behind a count.

In comes an address such as ``/pictures/topics?kind=Demand``; out goes a page that needs no JavaScript. With ``interactive=yes`` the page has a script of
this site as well (:mod:`.script`), and a policy that lets it run.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request

from kg.resource import names
from kg.web import figures
from kg.web.links import local
from kg.web.pictures import asking, counting, files, gallery, remarks, scene, script, svg, years
from kg.web.pictures.catalogue import PICTURES
from kg.web.pictures.composing import measured, percent
from kg.web.pictures.counting import Asked
from kg.web.pictures.draughtsman import DrawingError
from kg.web.pictures.scene import Scene, say
from kg.web.policy import SCRIPTED
from kg.web.site import lasting, site, visit

blueprint: Final = Blueprint("pictures", __name__)
files.register(blueprint)

ROWS: Final = 250
"""Rows of the table that a page shows; the files have them all."""
_PER_PAGE: Final = 100
_HTML: Final = "text/html; charset=utf-8"


@blueprint.get("/pictures")
def index() -> Response:
    """All pictures."""
    return lasting(Response(render_template("pictures.html"), content_type=_HTML))


@blueprint.get("/pictures/<name>")
def page(name: str) -> Response:
    """A picture with its table, its query and its files."""
    asked = asking.asked(name)
    here, language = site(), visit().language
    interactive = request.args.get("interactive") == "yes"
    hung: gallery.Hanging | None
    try:
        hung = gallery.hang(here.reader, asked, language)
    except DrawingError:
        hung = None
    shown = hung.scene if hung else scene.make(here.reader, asked, language)
    title, lead = shown.words("title"), remarks.lead(shown)
    more = gallery.remarks_of(here.reader, shown)
    query = years.query(asked) if name == "years" else counting.query(asked)
    text = render_template(
        "picture.html",
        picture=asked.picture,
        asked=asked,
        name_of=shown.label,
        title=title,
        lead=lead,
        remarks=more,
        empty=not shown.rows and not shown.marks,
        drawings=hung
        and [
            (size, svg.inlined(plain, f"{name}-{size}", title, remarks.whole((lead, *more)), visit().link))
            for size, plain in (("broad", hung.wide), ("slim", hung.narrow))
        ],
        fields=[_field(each, asked, shown) for each in asked.picture.filters],
        modes=tuple(asked.picture.modes or ()),
        **_table(shown),
        query=query,
        published=_published(asked),
        files=files.addresses(asked, language),
        address=_address(asked),
        interactive=interactive,
        to_interactive=_address(asked, interactive="yes"),
        script=script.address() if interactive else "",
        specifications=[files.specification_address(asked, language, narrow=narrow) for narrow in (False, True)],
        others=[each for each in PICTURES if each != name],
    )
    response = Response(text, content_type=_HTML)
    if interactive:
        # not kept by the front, whose answer 304 would bring the usual policy back
        response.headers["Content-Security-Policy"] = SCRIPTED
        response.headers["Cache-Control"] = "no-cache"
        return response
    if hung is None:
        response.headers["Cache-Control"] = "no-store"
        return response
    return lasting(response)


@blueprint.get("/pictures/<name>/statements")
def statements(name: str) -> Response:
    """The statements behind a count, in the order of their documents."""
    asked = asking.asked(name)
    values = asking.values(asked)
    if name == "years" or not values:
        dimensions = " or ".join(f"{each}=" for each in asked.dimensions) if name != "years" else "its marks"
        abort(400, f"Say which statements of the picture are meant, by {dimensions}; the picture /pictures/{name} leads to them.")
    reader = site().reader
    known = {value for row in counting.counts(reader, asked) for value in row.values}
    unknown = next((value for value in values.values() if value not in known), "")
    found = () if unknown else counting.behind(reader, asked, values)
    if not found:
        abort(404, f"No statement is behind this count. The picture /pictures/{name} leads to those that there are.")
    number = request.args.get("page", "1")
    last = -(-len(found) // _PER_PAGE)
    if not number.isascii() or not number.isdigit() or not 1 <= int(number[:6]) <= last:
        abort(400, f"page is {number[:50]!r}; expected a number from 1 to {last}.")
    shown = found[(int(number) - 1) * _PER_PAGE : int(number) * _PER_PAGE]
    labels = names(reader, {*shown, *values.values(), *asked.chosen.values()})
    parameters = {**asked.parameters(), **{each: counting.slug(each, iri) for each, iri in values.items()}}
    text = render_template(
        "picture_statements.html",
        picture=asked.picture,
        chosen=[(each, labels.get(iri, {"": iri})) for each, iri in {**values, **asked.chosen}.items()],
        entries=[(local(iri), labels.get(iri, {"": iri}), iri.rpartition("statement/")[2]) for iri in shown],
        total=len(found),
        page=int(number),
        pages=[f"/pictures/{name}/statements?{urlencode({**parameters, 'page': each})}" for each in range(1, last + 1)],
        address=_address(asked),
    )
    return lasting(Response(text, content_type=_HTML))


@blueprint.get("/pictures/<name>/<path:rest>")
def nothing(name: str, rest: str) -> Response:
    """404 for what is below a picture and is none of its pages."""
    asking.picture(name)
    abort(404, f'The picture "{name}" has no page "{rest[:100]}".')


def _address(asked: Asked, **more: str) -> str:
    pairs = {**asked.parameters(), **more}
    return f"/pictures/{asked.picture.name}{f'?{urlencode(pairs)}' if pairs else ''}"


def _field(name: str, asked: Asked, shown: Scene) -> dict[str, Any]:
    """A filter with its choices, by name."""
    offered = list(asking.options(site().reader, name))
    chosen = asked.chosen.get(name, "")
    labels = names(site().reader, {*offered, *([chosen] if chosen else [])})
    options = [(counting.slug(name, iri), labels.get(iri, {"": iri}), iri == chosen) for iri in offered]
    if name == "topic":
        options.sort(key=lambda option: option[1].get(shown.language, "").casefold())
    if chosen and chosen not in offered:
        options.append((counting.slug(name, chosen), labels.get(chosen, {"": chosen}), True))
    key = "inside" if name == "topic" and asked.picture.name == "topics" else name
    return {"name": name, "label": key, "options": options}


def _table(shown: Scene) -> dict[str, Any]:
    """The rows behind a picture: headings, and cells with a text and an address each."""
    if shown.asked.picture.name == "years":
        heads = [("what", False), ("type", False), ("value", True), ("year", True), ("document", False)]
        rows = [
            [
                (measured(mark, shown), local(mark.indicator)),
                (say(f"type_{mark.type}", shown.language), ""),
                (mark.written(shown.language), local(mark.statement)),
                ("" if mark.year is None else str(mark.year), ""),
                (shown.label(mark.document), local(mark.document)),
            ]
            for mark in shown.marks
        ]
    else:
        first, second = shown.asked.dimensions
        share = shown.asked.picture.name in {"topics", "kinds"}
        heads = [(first, False), (second, False), ("statements", True), *([("share", True)] if share else [])]
        rows = []
        for row in shown.rows:
            values: Mapping[str, str] = {first: row.values[0], second: row.values[1]}
            cells = [(shown.label(iri), local(iri)) for iri in row.values]
            cells.append((figures.count(row.statements, shown.language), shown.address(values)))
            if share:
                cells.append((percent(shown.share(row), shown), ""))
            rows.append(cells)
    return {"heads": heads, "rows": rows[:ROWS], "all_rows": len(rows)}


def _published(asked: Asked) -> tuple[str, Mapping[str, str]] | None:
    """Address and title of the published query that gives the like, with what is chosen of it as far as it can be."""
    query = site().published(asked.picture.query)
    if query is None:
        return None
    # a topic is what the picture of topics looks into, and the query keeps to
    own = {"topic"} if asked.picture.name == "topics" else set()
    pairs = {name: value for name, value in asked.parameters().items() if name in query.parameters and name not in own}
    return f"/queries/{query.name}{f'?{urlencode(pairs)}' if pairs else ''}", query.title
