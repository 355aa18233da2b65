"""Parts of Vega-Lite specifications that the drawings share: places in pixels, texts in lines, and what a mark says and leads to.

A drawing works out its layout itself, as names are long and pages narrow; Vega-Lite gets places in pixels, and draws, answers to the pointer, and
links. A *datum* is a row of data; ``about`` is what its mark says to who points at it or hears it, ``href`` where it leads.
"""

import textwrap
from dataclasses import dataclass
from typing import Any, Final

from kg.web.pictures.palette import INK, LINE, PAPER, SOFT

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
HOST: Final = "https://here.invalid"
"""Stands before addresses of this site in what is drawn, as vl-convert puts a host of its own before those that have none."""
WIDE: Final = 1120
NARROW: Final = 340
FONT: Final = 14
SMALL: Final = 13
LEADING: Final = 17
"""Pixels from one line of text to the next."""
_EM: Final = 0.5
"""Usual width of a character, in sizes of its font."""

Datum = dict[str, Any]
Layer = dict[str, Any]


@dataclass(frozen=True)
class Drawing:
    """A specification, and the size of what it draws."""

    specification: dict[str, Any]
    width: int
    height: int


def lines(text: str, width: float, size: int = FONT) -> list[str]:
    """A text in lines that fit a width in pixels; no word is cut unless it is longer than a line."""
    return textwrap.wrap(text, max(6, int(width / (size * _EM))), break_on_hyphens=True) or [""]


def drawing(width: int, height: float, layers: list[Layer]) -> Drawing:
    """A drawing of layers that are placed in pixels."""
    specification = {
        "$schema": SCHEMA,
        "width": width,
        "height": round(height),
        "padding": 0,
        "autosize": {"type": "none"},
        "background": None,
        "config": {
            "view": {"stroke": None},
            "font": "Arial, Helvetica, sans-serif",
            "text": {"fontSize": FONT, "lineHeight": LEADING, "lineBreak": "\n", "color": INK},
            "axis": {"disable": True},
        },
        "layer": [layer for layer in layers if layer["data"]["values"]],
    }
    return Drawing(specification, width, round(height))


def layer(mark: str, values: list[Datum], look: dict[str, Any] | None = None, **channels: Any) -> Layer:
    """A layer.

    :param look: properties of the mark
    :param channels: fields by channel; ``x`` and ``y`` are taken as they are named. Where a datum has ``about`` or ``href``, they are used.
    """
    encoding: dict[str, Any] = {}
    for channel, field in channels.items():
        if channel in {"x", "y"}:
            encoding[channel] = {"field": field, "type": "quantitative", "scale": None, "axis": None}
        elif channel in {"x2", "y2"}:
            encoding[channel] = {"field": field}
        elif channel in {"text", "detail"}:
            encoding[channel] = {"field": field, "type": "nominal"}
        elif channel in {"size", "strokeWidth", "order"}:
            encoding[channel] = {"field": field, "type": "quantitative", "scale": None, "legend": None}
        else:
            encoding[channel] = {"field": field, "type": "nominal", "scale": None, "legend": None}
    if values and "order" in encoding:
        del encoding["order"]["scale"], encoding["order"]["legend"]
    if values and "href" in values[0]:
        encoding["href"] = {"field": "href", "type": "nominal"}
    if values and "about" in values[0]:
        encoding["description"] = {"field": "about", "type": "nominal"}
        encoding["tooltip"] = {"field": "about", "type": "nominal"}
    silent = {} if values and "about" in values[0] else {"aria": False}
    return {
        "data": {"values": [_short(value) for value in values]},
        "mark": {"type": mark, **(look or {}), **silent},
        "encoding": encoding,
    }


def _short(datum: Datum) -> Datum:
    """A datum with places to a tenth of a pixel."""
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in datum.items()}


def hit(x: float, y: float, width: float, height: float, datum: Datum) -> Datum:
    """Where a mark answers to a pointer: a box around the middle ``x``, ``y``, which says and leads to what the mark does."""
    box = {"x": x - width / 2, "x2": x + width / 2, "y": y - height / 2, "y2": y + height / 2}
    return {**box, "about": datum["about"], "href": datum["href"]}


def hits(values: list[Datum]) -> Layer:
    """A layer of boxes that are not seen and can be followed."""
    return layer("rect", values, {"color": PAPER, "fillOpacity": 0}, x="x", y="y", x2="x2", y2="y2")


def write(
    values: list[Datum], *, align: str = "left", size: int = FONT, colour: str = INK, bold: bool = False, middle: bool = True
) -> Layer:
    """A layer of texts, each at ``x`` and ``y``, of which the latter is the middle, or the base of the first line."""
    look = {
        "align": align,
        "baseline": "middle" if middle else "alphabetic",
        "fontSize": size,
        "fontWeight": "bold" if bold else "normal",
        "lineHeight": LEADING if size >= SMALL else LEADING - 2,
    }
    found = layer("text", values, look, x="x", y="y", text="text")
    if values and "colour" in values[0]:
        found["encoding"]["color"] = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    else:
        found["mark"]["color"] = colour
    return found


def texts(x: float, y: float, rows: list[str], leading: int = LEADING, **more: Any) -> list[Datum]:
    """Lines of a text as data, the first at ``y``."""
    return [{"x": x, "y": y + number * leading, "text": row, **more} for number, row in enumerate(rows)]


def rules(values: list[Datum], colour: str = LINE, width: float = 1) -> Layer:
    """A layer of straight lines from ``x``, ``y`` to ``x2``, ``y2``."""
    return layer("rule", values, {"color": colour, "strokeWidth": width}, x="x", y="y", x2="x2", y2="y2")


def boxes(values: list[Datum], **look: Any) -> Layer:
    """A layer of rectangles in their ``colour``."""
    return layer("rect", values, {"stroke": PAPER, "strokeWidth": 1, **look}, x="x", y="y", x2="x2", y2="y2", color="colour")


def soft(values: list[Datum], **more: Any) -> Layer:
    """A layer of texts that say less."""
    return write(values, colour=SOFT, size=SMALL, **more)
