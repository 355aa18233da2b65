"""Who asks whom: speakers on the left, addressees on the right, and between them bands as wide as there are demands.

In come pairs with a number; out goes a drawing. The layout is worked out here: each side has its order, so that few bands cross; each name has room,
though its number is small. Where there are more names than fit, the last one stands for all others together, and says how many. On a narrow page it is
a list of bars, one for each pair.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.web.pictures import kit
from kg.web.pictures.kit import LEADING, NARROW, SMALL, WIDE, Datum, Drawing
from kg.web.pictures.palette import SERIES, SOFT

OTHERS: Final = ""
"""Stands for all that have no room of their own."""
MOST: Final = 20
"""Names on a side."""
_LEFT: Final = 290
_RIGHT: Final = 730
_NODE: Final = 9
_GAP: Final = 7
_BANDS: Final = 520
"""Height in pixels of all demands together."""
_ROOM: Final = 20
"""Least height of a name."""
_SMALLEST: Final = 1.2


@dataclass(frozen=True)
class Pair:
    """A speaker asks something of an addressee so many times.

    :ivar text: the number as it is written
    """

    speaker: str
    addressee: str
    count: float
    text: str
    about: str
    href: str


@dataclass(frozen=True)
class Name:
    """What a speaker or an addressee is called, with its number, and where that leads."""

    text: str
    number: str
    href: str
    about: str

    @property
    def title(self) -> str:
        """Name and number."""
        return f"{self.text}\u00a0·\u00a0{self.number}"


@dataclass(frozen=True)
class _Node:
    key: str
    sum: float
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def reduced(sums: Mapping[str, int], most: int = MOST) -> dict[str, str]:
    """Which name each one is drawn as: its own, or that of all others, where there are more than ``most``."""
    order = sorted(sums, key=lambda key: (-sums[key], key))
    kept = set(order if len(order) <= most else order[: most - 1])
    return {key: key if key in kept else OTHERS for key in sums}


def draw(pairs: Sequence[Pair], names: Callable[[int, str], Name], heads: tuple[str, str]) -> Drawing:
    """The two-sided drawing.

    :param pairs: at most :data:`MOST` names on each side
    :param names: of a side, 0 or 1, and a key
    """
    left_sums, right_sums = _sums(pairs, 0), _sums(pairs, 1)
    left_order = sorted(left_sums, key=lambda key: (key == OTHERS, -left_sums[key], key))
    strongest = {
        key: max((pair for pair in pairs if pair.addressee == key), key=lambda pair: pair.count).speaker for key in right_sums
    }
    # the addressees of a speaker stand together, in the order of the speakers
    right_order = sorted(right_sums, key=lambda key: (key == OTHERS, left_order.index(strongest[key]), -right_sums[key], key))
    unit = _BANDS / max(1, sum(left_sums.values()))
    rooms = (_LEFT - 2 * _NODE - 8, WIDE - _RIGHT - 2 * _NODE - 8)
    written = [
        {key: kit.lines(names(side, key).title, rooms[side]) for key in own} for side, own in enumerate((left_sums, right_sums))
    ]
    tall = [
        {key: max(_ROOM, number * unit, len(written[side][key]) * LEADING) for key, number in own.items()}
        for side, own in enumerate((left_sums, right_sums))
    ]
    height = max(sum(own.values()) + _GAP * (len(own) - 1) for own in tall)
    top = 34.0
    left = _place(left_order, left_sums, tall[0], top, height)
    right = _place(right_order, right_sums, tall[1], top, height)
    colours = {key: SERIES[min(number, len(SERIES) - 1)] for number, key in enumerate(left_order)}
    if OTHERS in colours:
        colours[OTHERS] = SERIES[-1]
    bands = _bands(pairs, left, right, unit, colours)
    boxes = [_box(node, _LEFT - _NODE, unit, colours[key]) for key, node in left.items()]
    boxes += [_box(node, _RIGHT, unit, SOFT) for node in right.values()]
    labels, numbers = [], []
    for side, nodes in enumerate((left, right)):
        for key, node in nodes.items():
            found = names(side, key)
            x = _LEFT - _NODE - 8 if side == 0 else _RIGHT + _NODE + 8
            rows = written[side][key]
            first = node.middle - (len(rows) - 1) * LEADING / 2
            labels.append([datum | {"side": side} for datum in kit.texts(x, first, rows, href=found.href, about=found.about)])
    for side, title in enumerate(heads):
        numbers.append({"x": _LEFT if side == 0 else _RIGHT, "y": 10, "text": title, "side": side})
    flat = [datum for rows in labels for datum in rows]
    curves = kit.layer(
        "line",
        bands,
        {"interpolate": "basis", "strokeCap": "butt"},
        x="x",
        y="y",
        order="point",
        detail="pair",
        stroke="colour",
        strokeWidth="wide",
    )
    # where a pointer is on a band, those of other speakers step back
    curves["params"] = [
        {"name": "pointed", "select": {"type": "point", "fields": ["speaker"], "on": "pointerover", "clear": "pointerout"}}
    ]
    curves["encoding"]["opacity"] = {"condition": {"param": "pointed", "value": 0.5}, "value": 0.1}
    layers = [
        curves,
        kit.boxes(boxes, strokeWidth=0),
        *(
            kit.write([datum for datum in flat if datum["side"] == side], align="right" if side == 0 else "left")
            for side in (0, 1)
        ),
        *(
            kit.write(
                [datum for datum in numbers if datum["side"] == side],
                align="right" if side == 0 else "left",
                size=12,
                colour=SOFT,
                bold=True,
            )
            for side in (0, 1)
        ),
    ]
    return kit.drawing(WIDE, top + height + 6, layers)


def draw_list(pairs: Sequence[Pair], names: Callable[[int, str], Name], *, plain: bool = False) -> Drawing:
    """The list of bars: each speaker with its addressees below it.

    :param plain: in one colour, and in the order of the pairs
    """
    sums = _sums(pairs, 0)
    order = list(sums) if plain else sorted(sums, key=lambda key: (key == OTHERS, -sums[key], key))
    highest = max((pair.count for pair in pairs), default=1)
    heads: list[Datum] = []
    labels: list[Datum] = []
    boxes: list[Datum] = []
    numbers: list[Datum] = []
    hits: list[Datum] = []
    lines: list[Datum] = []
    y = 4.0
    for rank, speaker in enumerate(order):
        colour = SERIES[0] if plain else SERIES[-1] if speaker == OTHERS else SERIES[min(rank, len(SERIES) - 1)]
        found = names(0, speaker)
        lines.append({"x": 0, "x2": NARROW, "y": y, "y2": y})
        rows = kit.lines(found.title, NARROW - 10)
        heads += kit.texts(0, y + 16, rows, href=found.href, about=found.about)
        y += len(rows) * LEADING + 14
        own = [pair for pair in pairs if pair.speaker == speaker]
        for pair in own if plain else sorted(own, key=lambda pair: (pair.addressee == OTHERS, -pair.count, pair.addressee)):
            more = {"href": pair.href, "about": pair.about}
            rows = kit.lines(names(1, pair.addressee).text, NARROW - 16, SMALL)
            labels += kit.texts(12, y + 8, rows)
            y += len(rows) * LEADING
            long = max(2.0, (NARROW - (100 if plain else 60)) * pair.count / highest)
            boxes.append({"x": 12, "x2": 12 + long, "y": y + 2, "y2": y + 12, "colour": colour})
            tall = len(rows) * LEADING + 18
            hits.append(kit.hit(NARROW / 2, y + 15 - tall / 2, NARROW, tall, more))
            numbers.append({"x": 12 + long + 6, "y": y + 7, "text": pair.text})
            y += 22
        y += 8
    layers = [
        kit.rules(lines),
        kit.write(heads, bold=True),
        kit.write(labels, size=SMALL),
        kit.boxes(boxes),
        kit.write(numbers, size=SMALL),
        kit.hits(hits),
    ]
    return kit.drawing(NARROW, y, layers)


def _sums(pairs: Sequence[Pair], side: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for pair in pairs:
        key = (pair.speaker, pair.addressee)[side]
        found[key] = found.get(key, 0.0) + pair.count
    return found


def _place(
    order: Sequence[str], sums: Mapping[str, float], tall: Mapping[str, float], top: float, height: float
) -> dict[str, _Node]:
    """The names of a side, spread over the height."""
    spare = (height - sum(tall.values()) - _GAP * (len(tall) - 1)) / max(1, len(order))
    found: dict[str, _Node] = {}
    y = top + spare / 2
    for key in order:
        found[key] = _Node(key, sums[key], y, tall[key])
        y += tall[key] + _GAP + spare
    return found


def _box(node: _Node, x: float, unit: float, colour: str) -> Datum:
    """An upright box, as high as the bands of a name together."""
    half = max(_SMALLEST, node.sum * unit) / 2
    return {"x": x, "x2": x + _NODE, "y": node.middle - half, "y2": node.middle + half, "colour": colour}


def _bands(
    pairs: Sequence[Pair], left: Mapping[str, _Node], right: Mapping[str, _Node], unit: float, colours: Mapping[str, str]
) -> list[Datum]:
    """Four points of a curve for each pair; at a name, bands lie on each other in the order of the other side."""
    places: list[dict[tuple[str, str], float]] = []
    for side, (own, other) in enumerate(((left, right), (right, left))):
        found: dict[tuple[str, str], float] = {}
        for key, node in own.items():
            mine = [pair for pair in pairs if (pair.speaker, pair.addressee)[side] == key]
            mine.sort(key=lambda pair: other[(pair.addressee, pair.speaker)[side]].top)
            y = node.middle - node.sum * unit / 2
            for pair in mine:
                found[pair.speaker, pair.addressee] = y + pair.count * unit / 2
                y += pair.count * unit
        places.append(found)
    points = []
    for number, pair in enumerate(sorted(pairs, key=lambda pair: -pair.count)):
        start, end = places[0][pair.speaker, pair.addressee], places[1][pair.speaker, pair.addressee]
        bend = (_RIGHT - _LEFT) * 0.45
        for place, (x, y) in enumerate(((_LEFT, start), (_LEFT + bend, start), (_RIGHT - bend, end), (_RIGHT, end))):
            points.append(
                {
                    "x": x,
                    "y": y,
                    "point": place,
                    "pair": number,
                    "speaker": pair.speaker,
                    "wide": max(_SMALLEST, pair.count * unit),
                    "colour": colours[pair.speaker],
                    "about": pair.about,
                    "href": pair.href,
                }
            )
    return points
