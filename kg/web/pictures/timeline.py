"""Targets and figures on a line of years, a row for each thing that is measured, with a column for what has no year.

In come rows; out goes a drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg.web.pictures import kit
from kg.web.pictures.kit import LEADING, NARROW, SMALL, WIDE, Datum, Drawing
from kg.web.pictures.palette import SERIES, SOFT

_SIDE: Final = 380
_ROW: Final = 22
"""Height of a value; those of one thing and one year stand below each other."""
_NONE: Final = 240
"""Width of the column of what has no year."""
_MOST_TICKS: Final = 10
_LATE: Final = 0.75
"""Part of the line of years from which on texts stand before their marks."""


@dataclass(frozen=True)
class Value:
    """A target or a figure.

    :ivar text: the value; ``more`` says who says it, where there is room
    """

    text: str
    more: str
    year: int | None
    about: str
    href: str


@dataclass(frozen=True)
class Row:
    """What is measured, with its values."""

    name: str
    values: tuple[Value, ...]


def draw(groups: Sequence[tuple[str, bool, Sequence[Row]]], without: str, *, narrow: bool) -> Drawing:
    """A drawing of groups of rows.

    :param groups: heading, whether these are targets, and rows
    :param without: what is said above the column of those without a year
    """
    width = NARROW if narrow else WIDE
    left = 0 if narrow else _SIDE
    none = 92 if narrow else _NONE
    years = [value.year for _, _, rows in groups for row in rows for value in row.values if value.year is not None]
    first, last = (min(years), max(years)) if years else (0, 0)
    start, end = left + none + 28, width - 30

    def at(year: int | None) -> float:
        if year is None:
            return left + 10
        return start if last == first else start + (end - start) * (year - first) / (last - first)

    ticks = _ticks(first, last, 4 if narrow else _MOST_TICKS) if years else []
    caption = kit.lines(without, none, 12)
    top = 10.0 + 15 * (len(caption) - 1)
    y = top + 14
    heads: list[Datum] = []
    names: list[Datum] = []
    texts: dict[str, list[Datum]] = {"left": [], "right": []}
    points: dict[bool, list[Datum]] = {True: [], False: []}
    hits: list[Datum] = []
    lines: list[Datum] = []
    upright: list[Datum] = []
    divider: list[Datum] = []
    for heading, target, rows in groups:
        if not rows:
            continue
        heads.append({"x": 0, "y": y + 18, "text": heading})
        y += 34
        for row in rows:
            wrapped = kit.lines(row.name, width - 4 if narrow else _SIDE - 24, SMALL)
            lines.append({"x": 0, "x2": width, "y": y - 0.5, "y2": y - 0.5})
            deep: dict[int | None, int] = {}
            for value in row.values:
                deep[value.year] = deep.get(value.year, 0) + 1
            own = max(deep.values()) * _ROW + 6
            tall = own if narrow else max(own, len(wrapped) * LEADING + 8)
            names += kit.texts(0, y + 13 if narrow else y + tall / 2 - (len(wrapped) - 1) * LEADING / 2, wrapped)
            y += len(wrapped) * LEADING + 2 if narrow else 0
            seen: dict[int | None, int] = {}
            for value in row.values:
                place = seen.get(value.year, 0)
                seen[value.year] = place + 1
                x, middle = at(value.year), y + tall / 2 + (place - (deep[value.year] - 1) / 2) * _ROW
                points[target].append({"x": x, "y": middle})
                late = value.year is not None and x > start + (end - start) * _LATE
                text = value.text if narrow or not value.more else f"{value.text} \u00b7 {value.more}"
                texts["right" if late else "left"].append({"x": x - 11 if late else x + 11, "y": middle, "text": text})
                long = len(text) * SMALL * 0.5 + 24
                hits.append(
                    kit.hit(
                        x + (10 - long / 2 if late else long / 2 - 10),
                        middle,
                        long,
                        _ROW,
                        {"about": value.about, "href": value.href},
                    )
                )
            # not behind names
            upright += [{"x": at(year), "x2": at(year), "y": y, "y2": y + tall} for year in ticks]
            divider += [{"x": start - 20, "x2": start - 20, "y": y, "y2": y + tall}] if years else []
            y += tall
        y += 12
    headings = [{"x": at(year), "y": top, "text": str(year)} for year in ticks]
    dotted = kit.rules(divider, SOFT)
    dotted["mark"] |= {"strokeDash": [2, 3]}
    return kit.drawing(
        width,
        y - 8,
        [
            kit.write(headings, align="center", size=12, colour=SOFT, bold=True),
            kit.write(kit.texts(left, 10, caption, 15), size=12, colour=SOFT, bold=True),
            kit.rules(upright),
            dotted,
            kit.rules(lines),
            kit.write(heads, bold=True),
            kit.write(names, size=SMALL),
            _points(points[True], "diamond", SERIES[1], 150),
            _points(points[False], "circle", SERIES[0], 90),
            kit.write(texts["left"], size=SMALL),
            kit.write(texts["right"], align="right", size=SMALL),
            kit.hits(hits),
        ],
    )


def _points(values: list[Datum], shape: str, colour: str, size: int) -> kit.Layer:
    return kit.layer("point", values, {"shape": shape, "filled": True, "color": colour, "size": size, "opacity": 1}, x="x", y="y")


def _ticks(first: int, last: int, most: int) -> list[int]:
    """Years that are written: all of them, or those that a round number divides."""
    span = last - first
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000) if span / step < most)
    return [year for year in range(first, last + 1) if year % step == 0] or [first]
