"""What Vega draws, made fit for a page: small, with links of this site, a title and a description, and nothing from elsewhere.

In comes SVG from :mod:`.draughtsman`; out goes SVG to stand in a page, or as a file of its own with a heading and its source.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from typing import Final
from xml.etree import ElementTree as ET  # what is parsed was drawn by ourselves

from kg.web.pictures.draughtsman import DrawingError
from kg.web.pictures.kit import HOST
from kg.web.pictures.palette import INK, PAPER, SOFT, darkened

SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "{http://www.w3.org/1999/xlink}href"
_EMPTY: Final = re.compile(r"M0,0h0v0h0Z|")
_KEPT: Final = frozenset(
    [
        "d",
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "transform",
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-dasharray",
        "stroke-linecap",
        "opacity",
        "font-size",
        "font-weight",
        "text-anchor",
    ]
)
_INHERITED: Final = (
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "font-size",
    "font-weight",
    "text-anchor",
)
_DEFAULTS: Final = {
    "opacity": "1",
    "stroke-width": "0",
    "font-weight": "normal",
    "text-anchor": "start",
    "transform": "translate(0,0)",
}
_ADDRESS: Final = re.compile(r'href="(/[^"]*)"')
_MARGIN: Final = 24
_TITLE: Final = 22
_TEXT: Final = 13


@dataclass(frozen=True)
class Plain:
    """A drawing without what stands around it.

    :ivar body: elements of SVG, in the light colours, with addresses of this site
    """

    body: str
    width: int
    height: int


def cleaned(drawn: str, width: int, height: int) -> Plain:
    """A drawing of Vega without what is not seen; what a mark says becomes its title, which browsers show and read.

    :raises DrawingError: if it refers to something elsewhere
    """
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by ourselves
    return Plain("".join(_written(part) for child in root if (part := _part(child))), width, height)


def inlined(plain: Plain, name: str, title: str, description: str, link: Callable[[str], str]) -> str:
    """A drawing for a page.

    :param name: begins the ids of its title and its description
    :param link: gives an address as the page writes it
    """
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 {plain.width} {plain.height}" width="{plain.width}" height="{plain.height}" role="group" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-description" fill="none">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(description)}</desc>'
        f"{linked(plain.body, link)}</svg>"
    )


def linked(body: str, link: Callable[[str], str]) -> str:
    """Elements whose addresses of this site are written otherwise."""
    return _ADDRESS.sub(lambda found: f'href="{escape(link(unescape(found[1])))}"', body)


def framed(plain: Plain, title: str, description: str, source: str, base: str, *, dark: bool = False) -> str:
    """A drawing as a file: with a heading, what is shown, where it is from, and a ground.

    :param base: scheme and host of the site, before addresses
    """
    width = plain.width + 2 * _MARGIN
    letters = plain.width / (_TEXT * 0.53)
    heading = textwrap.wrap(title, int(plain.width / (_TITLE * 0.56)))
    under = textwrap.wrap(description, int(letters))
    below = textwrap.wrap(source, int(letters))
    top = _MARGIN + len(heading) * 28 + len(under) * 19 + 14
    height = top + plain.height + 18 + len(below) * 18 + _MARGIN - 6
    texts = [_text(row, _MARGIN + 16 + number * 28, _TITLE, INK, serif=True) for number, row in enumerate(heading)]
    start = _MARGIN + len(heading) * 28 + 8
    texts += [_text(row, start + number * 19, _TEXT, SOFT) for number, row in enumerate(under)]
    start = top + plain.height + 24
    texts += [_text(row, start + number * 18, _TEXT - 1, SOFT) for number, row in enumerate(below)]
    body = linked(plain.body, lambda address: base + address)
    made = (
        f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title description" '
        f'fill="none" font-family="Arial, Helvetica, sans-serif"><title id="title">{escape(title)}</title>'
        f'<desc id="description">{escape(description)}</desc><rect width="{width}" height="{height}" fill="{PAPER}"/>'
        f'{"".join(texts)}<g transform="translate({_MARGIN},{top})">{body}</g></svg>\n'
    )
    return darkened(made) if dark else made


def _text(row: str, y: float, size: int, colour: str, *, serif: bool = False) -> str:
    family = ' font-family="Charter, Georgia, serif" font-weight="bold"' if serif else ""
    return f'<text x="{_MARGIN}" y="{y:g}" font-size="{size}" fill="{colour}"{family}>{escape(row)}</text>'


@dataclass
class _Part:
    """An element that is kept."""

    tag: str
    attributes: dict[str, str]
    text: str
    parts: list["_Part"]


def _part(element: ET.Element) -> _Part | None:
    """What is kept of an element; None where nothing of it is seen.

    :raises DrawingError: if it is none that pages show, or leads elsewhere
    """
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    if tag not in {"g", "a", "path", "line", "rect", "text", "tspan"}:
        raise DrawingError(f"the drawing has an element {tag[:50]}, which pages do not show")
    ground = element.get("class", "") in {"background", "foreground"} or (tag == "rect" and element.get("fill") == "white")
    if ground or (tag == "path" and (element.get("display") == "none" or _EMPTY.fullmatch(element.get("d", "")))):
        return None
    parts = [part for child in element if (part := _part(child))]
    attributes = {
        name: value.removesuffix("px")
        for name, value in element.attrib.items()
        if name in _KEPT and _DEFAULTS.get(name) != value and (name, value) != ("fill", "none")
    }
    if tag == "a":
        address = element.get(_XLINK, "")
        if not address.startswith(f"{HOST}/"):
            raise DrawingError(f"the drawing leads elsewhere, to {address[:100]!r}")
        said = next((child.get("aria-label", "") for child in element.iter() if child.get("aria-label")), "")
        return _Part("a", {"href": address.removeprefix(HOST)}, "", [*([_Part("title", {}, said, [])] if said else []), *parts])
    if tag != "g":
        return _Part(tag, attributes, element.text or "", parts)
    if not parts:
        return None
    _gather(attributes, parts)
    if element.get("aria-hidden") == "true":
        attributes["pointer-events"] = "none"  # what lies below can be followed
    return _Part("g", attributes, "", parts)


def _gather(attributes: dict[str, str], parts: list[_Part]) -> None:
    """Say once, of a group, what all of its marks have alike."""
    marks = [mark for part in parts for mark in (part.parts if part.tag == "a" else [part]) if mark.tag != "title"]
    if any(mark.tag in {"g", "a"} for mark in marks):
        return
    for name in _INHERITED:
        values = {mark.attributes.get(name) for mark in marks}
        value = values.pop() if len(values) == 1 else None
        if value is not None:
            attributes[name] = value
            for mark in marks:
                del mark.attributes[name]


def _written(part: _Part) -> str:
    inner = escape(part.text, quote=False) + "".join(_written(each) for each in part.parts)
    if part.tag == "g" and not part.attributes:
        return inner
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in part.attributes.items())
    return f"<{part.tag}{attributes}{f'>{inner}</{part.tag}>' if inner else '/>'}"
