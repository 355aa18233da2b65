"""What each picture is made of: from the counts of a scene to the rows, cells and bands of a drawing.

In comes a :class:`~kg.web.pictures.scene.Scene`; out goes a :class:`~kg.web.pictures.kit.Drawing`, for wide or for narrow pages. Where there is more
than a picture has room for, what has the largest numbers is drawn; :mod:`.remarks` says what is not.
"""

from collections.abc import Callable
from typing import Final

from kg.web.links import local
from kg.web.pictures import grid, network, timeline
from kg.web.pictures.kit import HOST, Drawing
from kg.web.pictures.palette import STEPS
from kg.web.pictures.scene import Scene
from kg.web.pictures.years import Mark

ROWS: Final = 40
"""Rows that a picture has room for."""
MARKS: Final = 60
"""Targets, and figures, that a picture has room for."""
COLUMNS: Final = 8
"""Documents side by side."""


def specification(shown: Scene, *, narrow: bool, base: str = HOST) -> Drawing:
    """The Vega-Lite specification of a scene.

    :param base: stands before addresses of this site
    """
    return _DRAWN[shown.asked.picture.name](shown, base, narrow=narrow)


def percent(share: float, shown: Scene) -> str:
    """A part of a whole, with one decimal below ten per cent."""
    text = f"{share * 100:.0f}" if share >= 0.095 else f"{share * 100:.1f}"  # noqa: PLR2004 - as said
    return f"{text.replace('.', ',') if shown.language == 'nl' else text}\u00a0%"


def _demands(shown: Scene, base: str, *, narrow: bool) -> Drawing:
    """Speakers and addressees; those with fewest demands together, where there are many."""
    drawn_as = [network.reduced({iri: shown.sum(side, iri) for iri in shown.value(side)}) for side in (0, 1)]
    merged: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
    for row in shown.rows:
        speaker, addressee = row.values
        merged.setdefault((drawn_as[0][speaker], drawn_as[1][addressee]), []).append((speaker, addressee, row.statements))
    left_out = [sum(1 for key in drawn_as[side].values() if key == network.OTHERS) for side in (0, 1)]

    def text(side: int, key: str) -> str:
        return shown.label(key) if key != network.OTHERS else shown.words("others", count=left_out[side])

    def name(side: int, key: str) -> network.Name:
        alike = (shown.totals[side][iri] for iri in shown.value(side) if drawn_as[side][iri] == key)
        number = sum(alike)
        dimension = ("speaker", "addressee")[side]
        href = shown.address({dimension: key}) if key != network.OTHERS else "#table"
        said = shown.words(f"of_{dimension}", name=text(side, key), count=number)
        return network.Name(text(side, key), shown.number(number), _at(base, href, shown), said)

    def pair(key: tuple[str, str], found: list[tuple[str, str, int]]) -> network.Pair:
        number = sum(count for _, _, count in found)
        href = shown.address(dict(zip(("speaker", "addressee"), key, strict=True))) if network.OTHERS not in key else "#table"
        said = shown.words("pair", speaker=text(0, key[0]), addressee=text(1, key[1]), count=number)
        return network.Pair(*key, number, shown.number(number), said, _at(base, href, shown))

    pairs = [pair(key, found) for key, found in merged.items()]
    if narrow:
        return network.draw_list(pairs, name)
    return network.draw(pairs, name, (shown.words("left"), shown.words("right")))


def _at(base: str, address: str, shown: Scene) -> str:
    """An address of this site; one that is on the page of the picture itself has its path, too."""
    return f"{base}/pictures/{shown.asked.picture.name}{address}" if address.startswith("#") else f"{base}{address}"


def _topics(shown: Scene, base: str, *, narrow: bool) -> Drawing:
    documents = sorted(shown.documents, key=lambda iri: (-shown.documents[iri], iri))[:COLUMNS]
    lines = []
    highest = 0.0
    for topic in shown.value(0)[:ROWS]:
        cells = []
        for document in documents:
            number = shown.count(topic, document)
            share = number / shown.documents[document]
            highest = max(highest, share)
            said = shown.words(
                "cell", topic=shown.label(topic), document=shown.label(document), count=number, share=percent(share, shown)
            )
            href = shown.address({"topic": topic, "document": document})
            cells.append(grid.Cell(shown.number(number), share, said, base + href) if number else None)
        lines.append(grid.Line(shown.label(topic), base + local(topic), tuple(cells)))
    parts = len(STEPS) - 1
    legend = ("0", *(f"≤ {percent(highest * (number + 1) / parts, shown)}" for number in range(parts)))
    columns = tuple(shown.brief(iri, documents) for iri in documents)
    table = grid.Table("shade", columns, tuple(lines), legend=legend if highest else (), legend_title=shown.words("legend"))
    return grid.draw(table, narrow=narrow)


def _kinds(shown: Scene, base: str, *, narrow: bool) -> Drawing:
    """Documents, and how much of each is of which kind."""
    documents = shown.value(0)[:ROWS]
    cells: dict[tuple[str, str], grid.Cell] = {}
    for document in documents:
        for kind in shown.value(1):
            number = shown.count(document, kind)
            share = number / shown.totals[0][document]
            said = shown.words(
                "cell", kind=shown.label(kind), document=shown.label(document), count=number, share=percent(share, shown)
            )
            href = base + shown.address({"document": document, "kind": kind})
            if number:
                cells[document, kind] = grid.Cell(percent(share, shown), share, said, href)
    if narrow:
        pairs = [
            network.Pair(*key, cell.weight, f"{shown.number(shown.count(*key))} · {cell.text}", cell.about, cell.href)
            for key, cell in cells.items()
        ]

        def name(side: int, key: str) -> network.Name:
            text = capital(shown.label(key))
            return network.Name(text, shown.number(shown.totals[side][key]), base + local(key), shown.label(key))

        return network.draw_list(pairs, name, plain=True)
    lines = [
        grid.Line(
            shown.label(document),
            base + local(document),
            tuple(cells.get((document, kind)) for kind in shown.value(1)),
            shown.number(shown.totals[0][document]),
        )
        for document in documents
    ]
    columns = tuple(capital(shown.label(kind)) for kind in shown.value(1))
    return grid.draw(grid.Table("bar", columns, tuple(lines), shown.words("all")), narrow=narrow)


def _circles(shown: Scene, base: str, *, narrow: bool) -> Drawing:
    """Frames of speakers, and places by kind or role."""
    first, second = shown.asked.dimensions
    columns = shown.value(1)
    lines = []
    for row in shown.value(0)[:ROWS]:
        cells = []
        for column in columns:
            number = shown.count(row, column)
            said = shown.words("cell", row=shown.label(row), column=shown.label(column), count=number)
            href = shown.address({first: row, second: column})
            cells.append(grid.Cell(shown.number(number), number, said, base + href) if number else None)
        lines.append(grid.Line(shown.label(row), base + local(row), tuple(cells), shown.number(shown.totals[0][row])))
    names = tuple(capital(shown.label(column)) for column in columns)
    return grid.draw(grid.Table("circle", names, tuple(lines), shown.words("all")), narrow=narrow)


def year_rows(shown: Scene, kind: str) -> list[list[Mark]]:
    """Targets or figures that are drawn: those of one indicator are a row, the earliest row first and those without a year last."""
    rows: dict[tuple[str, str], list[Mark]] = {}
    for mark in shown.marks:
        if mark.type == kind:
            rows.setdefault((mark.indicator, mark.denominator), []).append(mark)
    order = sorted(rows.values(), key=lambda marks: (min(mark.year or _NEVER for mark in marks), measured(marks[0], shown)))
    drawn: list[list[Mark]] = []
    room = MARKS
    for marks in order:
        if room > 0:
            drawn.append(marks[:room])
            room -= len(marks)
    return drawn


def _years(shown: Scene, base: str, *, narrow: bool) -> Drawing:
    """Targets and figures."""
    groups = []
    for kind in ("target", "figure"):
        drawn = [
            timeline.Row(measured(marks[0], shown), tuple(_value(mark, shown, base) for mark in marks))
            for marks in year_rows(shown, kind)
        ]
        groups.append((shown.words(kind), kind == "target", drawn))
    return timeline.draw(groups, shown.words("none"), narrow=narrow)


_NEVER: Final = 100_000


def measured(mark: Mark, shown: Scene) -> str:
    """What a target or a figure is about: the indicator, and what it is a part of."""
    whole = f" ({shown.words('part', whole=shown.label(mark.denominator))})" if mark.denominator else ""
    return f"{shown.label(mark.indicator)}{whole}"


def _value(mark: Mark, shown: Scene, base: str) -> timeline.Value:
    value = mark.written(shown.language)
    year = {} if mark.year is None else {"year": str(mark.year)}
    document = shown.label(mark.document)
    said = shown.words("said" if year else "said_without", name=measured(mark, shown), value=value, document=document, **year)
    return timeline.Value(
        value, shown.brief(mark.document, {each.document for each in shown.marks}), mark.year, said, base + local(mark.statement)
    )


def capital(name: str) -> str:
    """A name at the head of a column."""
    return name[:1].upper() + name[1:]


_DRAWN: Final[dict[str, Callable[..., Drawing]]] = {
    "demands": _demands,
    "topics": _topics,
    "kinds": _kinds,
    "frames": _circles,
    "years": _years,
    "places": _circles,
}
