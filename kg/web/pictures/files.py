"""The files of a picture: SVG and PNG, the data as CSV and JSON, and the specification for Vega-Lite.

In comes an address such as ``/pictures/topics.nl.svg?kind=Demand&theme=dark``; out goes the file. What has words has its language in its name, as a file
that is passed on has no page around it; data are the same in both languages, with names in both.
"""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from kg.web.answers import problem
from kg.web.pictures import asking, counting, gallery, remarks, scene, svg, years
from kg.web.pictures.catalogue import PICTURES
from kg.web.pictures.composing import specification
from kg.web.pictures.counting import Asked
from kg.web.pictures.draughtsman import DrawingError
from kg.web.pictures.scene import Scene, say
from kg.web.site import base_url, lasting, site

SCALE: Final = 2.0
"""Pixels of a PNG per unit of the drawing: for screens of two pixels a point, and for print."""
_TYPES: Final = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "vl.json": "application/json",
}
_LANGUAGES: Final = ("en", "nl")


def register(blueprint: Blueprint) -> None:
    """Add the addresses of the files."""
    name = f"<any({', '.join(PICTURES)}):name>"
    blueprint.add_url_rule(f"/pictures/{name}.<any(csv, json):form>", view_func=data)
    blueprint.add_url_rule(f"/pictures/{name}.<any(en, nl):language>.<any(svg, png):form>", view_func=picture)
    blueprint.add_url_rule(f"/pictures/{name}.<any(en, nl):language>.vl.json", view_func=vega_lite)


def addresses(asked: Asked, language: str) -> dict[str, list[tuple[str, str, str]]]:
    """The files of what is asked: kind, format and address."""
    name = asked.picture.name
    query = urlencode(asked.parameters())
    suffix = f"?{query}" if query else ""
    dark = f"?{urlencode({**asked.parameters(), 'theme': 'dark'})}"
    return {
        "picture": [
            ("SVG", "", f"/pictures/{name}.{language}.svg{suffix}"),
            ("PNG", "", f"/pictures/{name}.{language}.png{suffix}"),
            ("SVG", "dark", f"/pictures/{name}.{language}.svg{dark}"),
            ("PNG", "dark", f"/pictures/{name}.{language}.png{dark}"),
        ],
        "data": [("CSV", "", f"/pictures/{name}.csv{suffix}"), ("JSON", "", f"/pictures/{name}.json{suffix}")],
        "specification": [("JSON", "", specification_address(asked, language))],
    }


def specification_address(asked: Asked, language: str, *, narrow: bool = False) -> str:
    """Address of the specification for Vega-Lite."""
    pairs = {**asked.parameters(), **({"width": "narrow"} if narrow else {})}
    return f"/pictures/{asked.picture.name}.{language}.vl.json{f'?{urlencode(pairs)}' if pairs else ''}"


def picture(name: str, language: str, form: str) -> Response:
    """The picture as a file, in the light or the dark colours."""
    asked = asking.asked(name)
    theme = request.args.get("theme", "light")
    if theme not in {"light", "dark"}:
        abort(400, f'There is no theme "{theme[:50]}". There are: light, dark.')
    here = site()
    try:
        hung = gallery.hang(here.reader, asked, language)
        drawn = _framed(hung, base_url(), dark=theme == "dark")
        key = (*asked.identity, language, theme, base_url())
        body = drawn.encode() if form == "svg" else gallery.pixels(here.reader, key, drawn, SCALE)
    except DrawingError as error:
        response = problem(503, str(error), "The picture cannot be drawn now")
        response.headers["Retry-After"] = "5"
        return response
    return _file(body, form, f"{name}.{language}.{form}")


def data(name: str, form: str) -> Response:
    """The rows behind the picture."""
    asked = asking.asked(name)
    here = site()
    shown = scene.make(here.reader, asked, "en")
    rows = _rows(shown)
    if form == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, _columns(shown), lineterminator="\r\n")  # RFC 4180, section 2
        writer.writeheader()
        writer.writerows(rows)
        return _file(text.getvalue().encode(), form, f"{name}.csv")
    document = {
        "picture": name,
        "title": {language: say(f"{name}_title", language) for language in _LANGUAGES},
        "release": here.release.version,
        "chosen": asked.parameters(),
        "query": years.query(asked) if name == "years" else counting.query(asked),
        "rows": rows,
    }
    return _file((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(), form, f"{name}.json")


def vega_lite(name: str, language: str) -> Response:
    """The drawing as a specification with its data, for Vega-Lite and its editors."""
    asked = asking.asked(name)
    width = request.args.get("width", "wide")
    if width not in {"wide", "narrow"}:
        abort(400, f'There is no width "{width[:50]}". There are: wide, narrow.')
    shown = scene.make(site().reader, asked, language)
    drawing = specification(shown, narrow=width == "narrow", base=base_url())
    found = {
        **drawing.specification,
        "title": None,
        "description": remarks.whole((shown.words("title") + ".", remarks.lead(shown))),
    }
    return _file((json.dumps(found, ensure_ascii=False) + "\n").encode(), "vl.json", f"{name}.{language}.vl.json")


def _framed(hung: "gallery.Hanging", base: str, *, dark: bool) -> str:
    shown = hung.scene
    said = remarks.whole((remarks.lead(shown), *gallery.remarks_of(site().reader, shown)))
    pairs = shown.asked.parameters()
    address = f"{base}/pictures/{shown.asked.picture.name}{f'?{urlencode(pairs)}' if pairs else ''}"
    source = say("source", shown.language, version=site().release.version, address=address)
    return svg.framed(hung.wide, shown.words("title"), said, source, base, dark=dark)


def _columns(shown: Scene) -> list[str]:
    if shown.asked.picture.name == "years":
        things = ("indicator", "denominator", "comparator", "of", "document")
        return [
            "type",
            "value",
            "unit",
            "year",
            "statement",
            *(each for thing in things for each in (thing, f"{thing}_en", f"{thing}_nl")),
        ]
    return [each for name in shown.asked.dimensions for each in (name, f"{name}_en", f"{name}_nl")] + ["statements"]


def _rows(shown: Scene) -> list[dict[str, Any]]:
    """A record for each row, with IRIs, and names in both languages."""
    if shown.asked.picture.name == "years":
        return [
            {"type": mark.type, "value": mark.value, "unit": mark.unit, "year": mark.year, "statement": mark.statement}
            | _named(shown, {name: getattr(mark, name) for name in ("indicator", "denominator", "comparator", "of", "document")})
            for mark in shown.marks
        ]
    return [
        _named(shown, dict(zip(shown.asked.dimensions, row.values, strict=True))) | {"statements": row.statements}
        for row in shown.rows
    ]


def _named(shown: Scene, things: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, iri in things.items():
        labels = shown.labels.get(iri, {})
        found |= {name: iri or None, **{f"{name}_{language}": labels.get(language) for language in _LANGUAGES}}
    return found


def _file(body: bytes, form: str, name: str) -> Response:
    response = Response(body, content_type=_TYPES[form])
    if form in {"csv", "json", "vl.json"}:
        response.headers["Content-Disposition"] = f'attachment; filename="policy-kg-{name}"'
    return lasting(response)
