"""The colours of the pictures: they can be read and told apart, in light and in dark."""

import re
from pathlib import Path

import pytest

from kg.web.pictures import palette

STYLE = Path(__file__).parents[2] / "kg" / "web" / "static" / "style.css"


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 0), (0.01, 1), (0.11, 1), (0.13, 2), (0.26, 3), (0.3, 3), (0.59, 5), (0.6, 5)]
)
def test_shades_are_equal_parts(share: float, expected: int) -> None:
    """Of the largest share, here three fifths: a step is twelve hundredths."""
    assert palette.step(share, 0.6) == expected


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out(dark: bool) -> None:
    """Text by 4.5:1 and marks by 3:1 (WCAG 2.2, 1.4.3 and 1.4.11), in light and in dark."""

    def shown(colour: str) -> str:
        return palette.DARK[colour] if dark else colour

    paper = shown(palette.PAPER)
    for place, step in enumerate(palette.STEPS):
        ink = palette.REVERSED if place >= palette.FIRST_REVERSED else palette.INK
        assert contrast(shown(ink), shown(step)) >= 4.5, step
    assert min(contrast(shown(text), paper) for text in (palette.INK, palette.SOFT)) >= 4.5
    assert min(contrast(shown(colour), paper) for colour in palette.SERIES) >= 3
    lightness = [luminance(shown(step)) for step in palette.STEPS]
    assert lightness == sorted(lightness, reverse=not dark)  # told apart without hue


def test_each_colour_means_one_thing_and_has_its_rule() -> None:
    """The style sheet puts the dark ones in place of the light ones."""
    named = [palette.INK, palette.SOFT, palette.LINE, palette.PAPER, palette.REVERSED, *palette.STEPS, *palette.SERIES]
    rules = re.sub(r"\s+", " ", STYLE.read_text(encoding="utf-8"))

    assert len(set(named)) == len(named) == len(palette.DARK)
    assert re.sub(r"\s+", " ", palette.rules()) in rules
