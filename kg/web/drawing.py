"""Where the parts of the diagram of the ontology stand: two columns of boxes, and curves between them.

In: a :class:`~kg.web.diagram.Diagram` and the names of its terms in a language. Out: a :class:`Drawing` in pixels, which ``diagram.svg``
writes. The class from which most properties lead stands at the left, with its properties in the order of what they lead to, so that no
two of their curves cross; the others stand at the right, near to what they lead to. Classes that share a property stand in a frame,
which has it once.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from kg.web.diagram import Diagram, Edge

Name = Callable[[str], str]
"""Gives the name of a term by its IRI."""

LINE: Final = 20
"""Height of a line of text."""
_HEAD: Final = 28
_PAD: Final = 10
_GAP: Final = 16
_CHARACTER: Final = 7.1
"""Width of a character of 13 pixels in a common sans-serif type, and a little more."""
_LOOPS: Final = 60
"""Room at the left for curves that lead back."""
_CHANNEL: Final = 150
_ARCS: Final = 130
_SHARED_BY: Final = 4
"""Classes that share a property from which on they stand in a frame."""
_MARGIN: Final = 12


@dataclass(frozen=True)
class Text:
    """A name at a place, with a link to the term.

    :ivar after: what follows the name, as in " → agent"
    :ivar before: what precedes it
    """

    x: float
    y: float
    iri: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Names:
    """Names in one line.

    :ivar names: pairs of an IRI and a name
    """

    x: float
    y: float
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Box:
    """A class with the classes below it and its properties; or a frame around several boxes.

    :ivar iri: empty for a frame
    """

    iri: str
    x: float
    y: float
    width: float
    height: float
    head: Text | None
    below: tuple[Names, ...]
    rows: tuple[Text, ...]


@dataclass(frozen=True)
class Drawing:
    """The whole, in pixels.

    :ivar curves: paths of SVG, from a property to a class
    :ivar edges: what was drawn
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[str, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class _Plan:
    """A box before it has a place.

    :ivar below: lines of names of the classes below it
    """

    iri: str
    below: tuple[tuple[str, ...], ...]
    edges: tuple[Edge, ...]

    @property
    def height(self) -> float:
        head = _HEAD if self.iri else _PAD / 2
        between = _PAD / 2 if self.below and self.edges else 0
        return head + LINE * (len(self.below) + len(self.edges)) + between + (_PAD / 2 if self.below or self.edges else 0)


def draw(diagram: Diagram, name: Name) -> Drawing:
    """Place the parts of a diagram.

    :param name: names in the language of the drawing, by which the boxes have their widths
    """
    return _Draughtsman(diagram, name).drawing()


class _Draughtsman:
    """Makes one drawing."""

    def __init__(self, diagram: Diagram, name: Name) -> None:
        self.diagram = diagram
        self.name = name
        self.hub = max(diagram.boxes, key=lambda box: len(self._from(box)))
        shared = {edge.sources for edge in diagram.edges if len(edge.sources) >= _SHARED_BY and self.hub not in edge.sources}
        self.frame = max(shared, key=lambda sources: (len(sources), sources), default=())
        texts = [self._text(edge, box) for box in diagram.boxes for edge in self._from(box)]
        texts += [self._text(edge, "") for edge in diagram.edges if edge.sources == self.frame]
        names = [name(iri) for box, below in diagram.boxes.items() for iri in (box, *below)]
        widest = max(len("".join(parts)) for parts in [*texts, *((each,) for each in names)])
        self.width = (widest + 1) * _CHARACTER + 2 * _PAD
        self.boxes: list[Box] = []
        self.curves: list[str] = []

    def drawing(self) -> Drawing:
        """Place the boxes, then draw the curves between them."""
        order = self._order()
        framed = [box for box in order if box in self.frame]
        x = _MARGIN + _LOOPS + self.width + _CHANNEL
        y = float(_MARGIN)
        for box in order:
            if framed and box == framed[0]:
                y = self._frame(framed, x, y) + _GAP
            if box not in self.frame:
                y = self._place(self._plan(box), x + _PAD, y) + _GAP
        height = y
        plan = self._plan(self.hub, order)
        if plan.height > height - _GAP:
            height = plan.height + _MARGIN + _GAP
        self._place(plan, _MARGIN + _LOOPS, _MARGIN)
        self._connect()
        right = x + self.width + 2 * _PAD + _ARCS
        return Drawing(right, height, tuple(self.boxes), tuple(self.curves), self.diagram.edges)

    def _from(self, box: str) -> list[Edge]:
        """The edges that lead from a box."""
        inside = {box, *self.diagram.boxes[box]}
        return [edge for edge in self.diagram.edges if inside & set(edge.sources)]

    def _targets(self, edge: Edge) -> tuple[str, ...]:
        """The boxes that an edge leads to."""
        return tuple(dict.fromkeys(self.diagram.box_of(iri) for iri in edge.targets))

    def _text(self, edge: Edge, box: str) -> tuple[str, str, str]:
        """What a property's line says: before, the name, after."""
        below = [iri for iri in edge.sources if box and iri in self.diagram.boxes[box]]
        before = ", ".join(self.name(iri) for iri in below)
        return (f"{before}: " if before else "", self.name(edge.property), " → " + ", ".join(map(self.name, edge.targets)))

    def _plan(self, box: str, order: Sequence[str] = ()) -> _Plan:
        """A box; its properties in the order of what they lead to."""
        edges = [edge for edge in self._from(box) if edge.sources != self.frame]

        def place(edge: Edge) -> tuple[float, tuple[str, ...], str]:
            targets = self._targets(edge)
            places = [order.index(target) if target in order else -1 for target in targets]
            return sum(places) / len(places), targets, self.name(edge.property)

        return _Plan(box, tuple(self._lines(self.diagram.boxes[box])), tuple(sorted(edges, key=place)))

    def _lines(self, iris: Collection[str]) -> Iterator[tuple[str, ...]]:
        """Names of classes in lines that fit the width."""
        line: list[str] = []
        room = 0.0
        for iri in sorted(iris, key=self.name):
            needed = (len(self.name(iri)) + 3) * _CHARACTER
            if line and needed > room:
                yield tuple(line)
                line = []
            room = (room if line else self.width - 2 * _PAD) - needed
            line.append(iri)
        if line:
            yield tuple(line)

    def _order(self) -> list[str]:
        """The boxes at the right, those of the frame together, each near to what it leads to: moved while that makes edges shorter."""
        frame = [box for box in self.diagram.boxes if box in self.frame]
        rest = [box for box in self.diagram.boxes if box not in self.frame and box != self.hub]
        pairs = [
            (box, target)
            for box in (*frame, *rest)
            for edge in self._from(box)
            for target in self._targets(edge)
            if target != self.hub
        ]

        def length(order: Sequence[str]) -> int:
            return sum(abs(order.index(source) - order.index(target)) for source, target in pairs)

        def moved(items: list[str], whole: Callable[[list[str]], list[str]]) -> list[str]:
            better = True
            while better:
                better = False
                for item in sorted(items):
                    others = [each for each in items if each != item]
                    tried = [[*others[:place], item, *others[place:]] for place in range(len(items))]
                    best = min(tried, key=lambda each: length(whole(each)))
                    if length(whole(best)) < length(whole(items)):
                        items, better = best, True
            return items

        mark = frame[0] if frame else ""
        rest = moved([*rest, *([mark] if mark else [])], lambda each: [b for m in each for b in (frame if m == mark else [m])])
        at = rest.index(mark) if mark else 0
        frame = moved(frame, lambda each: [*rest[:at], *each, *rest[at + 1 :]])
        return [*rest[:at], *frame, *rest[at + 1 :]] if mark else rest

    def _place(self, plan: _Plan, x: float, y: float, width: float = 0) -> float:
        """Add a box, and give where it ends."""
        left, line = x + _PAD, y + (_HEAD if plan.iri else _PAD / 2)
        below = []
        for iris in plan.below:
            below.append(Names(left, line + 10, tuple((iri, self.name(iri)) for iri in iris)))
            line += LINE
        line += _PAD / 2 if below and plan.edges else 0
        rows = []
        for edge in plan.edges:
            before, text, after = self._text(edge, plan.iri)
            rows.append(Text(left, line + 12, edge.property, text, before, after))
            line += LINE
        head = Text(left, y + 19, plan.iri, self.name(plan.iri)) if plan.iri else None
        self.boxes.append(Box(plan.iri, x, y, width or self.width, plan.height, head, tuple(below), tuple(rows)))
        return y + plan.height

    def _frame(self, framed: Sequence[str], x: float, y: float) -> float:
        """Add a frame with what its boxes share, and these."""
        shared = _Plan("", (), tuple(edge for edge in self.diagram.edges if edge.sources == self.frame))
        end = y + shared.height
        plans = [self._plan(box) for box in framed]
        height = shared.height + sum(plan.height + _GAP for plan in plans)
        self._place(shared, x, y, self.width + 2 * _PAD)
        drawn = self.boxes.pop()
        self.boxes.append(Box("", x, y, drawn.width, height, None, (), drawn.rows))
        for plan in plans:
            end = self._place(plan, x + _PAD, end) + _GAP
        return end

    def _connect(self) -> None:
        """Curves from the properties of each box; from the left box one for all that lead to the same."""
        at = {box.iri: box for box in self.boxes if box.iri}
        hub = at[self.hub]
        for box in self.boxes:
            edges = self._plan(box.iri).edges if box.iri else [edge for edge in self.diagram.edges if edge.sources == self.frame]
            by_property = {(row.iri, row.after): row.y - 4 for row in box.rows}
            found = sorted((by_property[edge.property, self._text(edge, box.iri)[2]], self._targets(edge)) for edge in edges)
            groups = groupby(found, key=lambda each: each[1]) if box is hub else (((each[1]), [each]) for each in found)
            for targets, members in groups:
                heights = [height for height, _ in members]
                middle = (heights[0] + heights[-1]) / 2
                if len(heights) > 1:
                    edge_x = box.x if targets == (self.hub,) else box.x + box.width
                    self.curves.append(f"M{edge_x:.0f} {heights[0] - 6:.0f}V{heights[-1] + 6:.0f}")
                self.curves += (_curve(box, middle, at[target], hub) for target in targets)


def _curve(box: Box, y: float, target: Box, hub: Box) -> str:
    """Path of a curve from a height of one box to the head of another."""
    end = target.y + _HEAD / 2
    right = box.x + box.width
    if box is hub and target is hub:
        bend = box.x - _LOOPS
        return f"M{box.x:.0f} {y:.0f}C{bend:.0f} {y:.0f} {bend:.0f} {end:.0f} {box.x - 6:.0f} {end:.0f}"
    if box is hub:
        bend = (right + target.x) / 2
        return f"M{right:.0f} {y:.0f}C{bend:.0f} {y:.0f} {bend:.0f} {end:.0f} {target.x - 6:.0f} {end:.0f}"
    if target is hub:
        end = hub.y + hub.height - _HEAD / 2
        bend = (hub.x + hub.width + box.x) / 2
        return f"M{box.x:.0f} {y:.0f}C{bend:.0f} {y:.0f} {bend:.0f} {end:.0f} {hub.x + hub.width + 6:.0f} {end:.0f}"
    bend = max(right, target.x + target.width) + min(24 + abs(end - y) * 0.22, _ARCS)
    return f"M{right:.0f} {y:.0f}C{bend:.0f} {y:.0f} {bend:.0f} {end:.0f} {target.x + target.width + 6:.0f} {end:.0f}"
