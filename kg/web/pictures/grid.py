"""Rows and columns with a number in each cell, and a shade, a bar or a circle that shows it.

In comes a :class:`Table`; out goes a drawing: names beside the rows where there is room, and above them where there is not.
"""

from dataclasses import dataclass
from itertools import accumulate
from math import pi
from typing import Final

from kg.web.pictures import kit
from kg.web.pictures.kit import LEADING, NARROW, SMALL, WIDE, Datum, Drawing
from kg.web.pictures.palette import FIRST_REVERSED, INK, REVERSED, SERIES, SOFT, STEPS, step

_SIDE: Final = 300
"""Width of the names beside the rows."""
_CELL: Final = 34
_HEAD_LEADING: Final = 15
_HEAD: Final = 12
_TOTAL: Final = 64
_BOLD: Final = 0.58
"""Width of a bold character, in sizes of its font."""
_UPRIGHT: Final = 110
"""Length of a name that stands upright."""


@dataclass(frozen=True)
class Cell:
    """A number with what shows it.

    :ivar weight: how much is shown: a part of 1, or a number for the area of a circle
    :ivar about: what it says in words
    """

    text: str
    weight: float
    about: str
    href: str


@dataclass(frozen=True)
class Line:
    """A row: its name, where the name leads, its cells; None for an empty one."""

    name: str
    href: str
    cells: tuple[Cell | None, ...]
    total: str = ""


@dataclass(frozen=True)
class Table:
    """What is drawn.

    :ivar style: ``shade``, ``bar`` or ``circle``
    :ivar columns: names above the columns
    :ivar sums: name of the column of totals; empty if there is none
    :ivar legend: texts of the shades, from least to most
    """

    style: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    sums: str = ""
    legend: tuple[str, ...] = ()
    legend_title: str = ""


def draw(table: Table, *, narrow: bool) -> Drawing:
    """A drawing of a table."""
    width = NARROW if narrow else WIDE
    left = 0 if narrow else _SIDE
    sums = (38 if narrow else _TOTAL) if table.sums else 0
    step_x = (width - left - sums) / max(1, len(table.columns))
    columns = [left + number * step_x for number in range(len(table.columns))]
    top, layers = _legend(table, left, width)
    top, heads = _heads(table, columns, step_x, top, width)
    layers += heads
    names = [kit.lines(line.name, width - sums - 4 if narrow else _SIDE - 24) for line in table.lines]
    above = [len(rows) * LEADING + 6 if narrow else 0 for rows in names]
    heights = [_CELL + extra if narrow else max(_CELL, len(rows) * LEADING + 8) for rows, extra in zip(names, above, strict=True)]
    tops = list(accumulate(heights, initial=top))
    layers.append(kit.rules([{"x": 0, "x2": width, "y": y - 0.5, "y2": y - 0.5} for y in tops]))
    labels: list[Datum] = []
    totals: list[Datum] = []
    parts = _Parts()
    highest = max((cell.weight for line in table.lines for cell in line.cells if cell), default=1) or 1
    for line, rows, extra, y, height in zip(table.lines, names, above, tops, heights, strict=False):
        first = y + 13 if narrow else y + height / 2 - (len(rows) - 1) * LEADING / 2
        labels += kit.texts(0, first, rows, href=line.href, about=line.name)
        middle = y + extra + (height - extra) / 2 - (2 if narrow else 0)
        if table.sums:
            totals.append({"x": width, "y": middle, "text": line.total})
        for x, cell in zip(columns, line.cells, strict=True):
            if cell is not None:
                parts.add(table.style, cell, (x, middle), step_x, highest)
    layers += [kit.write(labels), kit.write(totals, align="right", size=SMALL, colour=SOFT), *parts.layers(table.style)]
    return kit.drawing(width, tops[-1] + 2, layers)


class _Parts:
    """The marks of the cells, by layer."""

    def __init__(self) -> None:
        self.tracks: list[Datum] = []
        self.marks: list[Datum] = []
        self.numbers: list[Datum] = []
        self.hits: list[Datum] = []

    def add(self, style: str, cell: Cell, place: tuple[float, float], width: float, highest: float) -> None:
        """Add a cell.

        :param place: left end and middle
        """
        x, y = place
        said = {"about": cell.about, "href": cell.href}
        if style == "shade":
            shade = step(cell.weight, highest)
            half = (_CELL - 6) / 2
            self.marks.append({"x": x + 1, "x2": x + width - 1, "y": y - half, "y2": y + half, "colour": STEPS[shade], **said})
            self.numbers.append(
                {"x": x + width / 2, "y": y, "text": cell.text, "colour": REVERSED if shade >= FIRST_REVERSED else INK}
            )
            return
        self.hits.append(kit.hit(x + width / 2, y, width - 2, _CELL - 4, said))
        if style == "bar":
            room = width - 58  # the whole is 100 %
            self.tracks.append({"x": x, "x2": x + room, "y": y - 9, "y2": y + 9, "colour": STEPS[0]})
            self.marks.append({"x": x, "x2": x + max(2.0, room * cell.weight), "y": y - 9, "y2": y + 9, "colour": SERIES[0]})
            self.numbers.append({"x": x + room + 6, "y": y, "text": cell.text})
            return
        # the largest circle touches the next row; its area shows a number
        largest = min(_CELL / 2 + 1, width / 4)
        centre = x + (width / 2 if width > 4 * _CELL / 2 else largest + 1)
        self.marks.append({"x": centre, "y": y, "size": max(9.0, pi * largest**2 * cell.weight / highest)})
        self.numbers.append({"x": centre + largest + 5, "y": y, "text": cell.text})

    def layers(self, style: str) -> list[kit.Layer]:
        """The layers, from the lowest."""
        if style == "circle":
            marks = kit.layer("circle", self.marks, {"opacity": 1, "color": SERIES[0]}, x="x", y="y", size="size")
            return [marks, kit.write(self.numbers, size=SMALL), kit.hits(self.hits)]
        if style == "bar":
            return [
                kit.boxes(self.tracks, strokeWidth=0),
                kit.boxes(self.marks, strokeWidth=0),
                kit.write(self.numbers, size=SMALL),
                kit.hits(self.hits),
            ]
        return [kit.boxes(self.marks, cornerRadius=2), kit.write(self.numbers, align="center", size=SMALL)]


def _heads(table: Table, columns: list[float], width: float, top: float, whole: float) -> tuple[float, list[kit.Layer]]:
    """The names above the columns, upright where a word is wider than its column; where the rows begin, and the layers."""
    middle = table.style == "shade" or (table.style == "circle" and width > 2 * _CELL)
    words = [word for name in table.columns for word in name.split()]
    upright = max((len(word) for word in words), default=0) * _HEAD * _BOLD > width - 2
    room = _UPRIGHT if upright else width - 6
    heads = [kit.lines(name, room, _HEAD) for name in table.columns]
    deepest = max((len(rows) for rows in heads), default=1)
    if upright:
        longest = max(len(row) for rows in heads for row in rows)
        base = top + longest * _HEAD * _BOLD + 8
        turned = [
            datum for x, rows in zip(columns, heads, strict=True) for datum in kit.texts(x + 10, base - 6, ["\n".join(rows)])
        ]
        layers = [_turned(turned)]
    else:
        base = top + deepest * _HEAD_LEADING
        placed = [
            datum
            for x, rows in zip(columns, heads, strict=True)
            for datum in kit.texts(x + (width / 2 if middle else 0), base - len(rows) * _HEAD_LEADING + 8, rows, _HEAD_LEADING)
        ]
        layers = [kit.write(placed, align="center" if middle else "left", size=_HEAD, colour=SOFT, bold=True)]
    if table.sums:
        layers.append(
            kit.write([{"x": whole, "y": base - 7, "text": table.sums}], align="right", size=_HEAD, colour=SOFT, bold=True)
        )
    return base + 10, layers


def _turned(values: list[Datum]) -> kit.Layer:
    """Texts that read from below to above."""
    found = kit.write(values, size=_HEAD, colour=SOFT, bold=True)
    found["mark"] |= {"angle": 270}
    return found


def _legend(table: Table, left: float, width: float) -> tuple[float, list[kit.Layer]]:
    """The shades with what they mean; where the drawing goes on, and the layers."""
    if not table.legend:
        return 4.0, []
    long = min(64.0, (width - left) / len(table.legend))
    rows = kit.lines(table.legend_title, width - left, SMALL)
    y = 10 + len(rows) * LEADING
    starts = [left + number * long for number in range(len(table.legend))]
    boxes = [
        {"x": x, "x2": x + long, "y": y - 6, "y2": y + 6, "colour": colour} for x, colour in zip(starts, STEPS, strict=False)
    ]
    ends = [{"x": x + long / 2, "y": y + 17, "text": text} for x, text in zip(starts, table.legend, strict=True)]
    return y + 40, [
        kit.soft(kit.texts(left, 10, rows)),
        kit.boxes(boxes),
        kit.write(ends, align="center", size=11, colour=SOFT),
    ]
