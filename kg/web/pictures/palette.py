"""The colours of the pictures, in light and in dark.

A drawing is made once, in the light colours. Each is used for one thing only, so that a rule of the style sheet, or :func:`darkened`, can put the dark
one in its place. The scale of blues differs in lightness, which every eye sees; the six of speakers are those of Okabe and Ito (2008, "Color
Universal Design"), darkened until they stand out from the page by 3:1 (WCAG 2.2, 1.4.11), and names stand beside them.
"""

import re
from typing import Final

INK: Final = "#1f2328"
SOFT: Final = "#5a6069"
LINE: Final = "#d9d4c8"
PAPER: Final = "#fdfcf9"
REVERSED: Final = "#fffffe"
"""Of text on the dark steps."""
STEPS: Final = ("#eef3f8", "#d3e2f0", "#a9c8e4", "#6fa3d0", "#3475ad", "#0f4c81")
FIRST_REVERSED: Final = 4
"""The step from which on text is reversed."""
SERIES: Final = ("#0b6aa8", "#c04e00", "#00795a", "#a8477f", "#8a6d00", "#6b7078")
"""Blue, vermilion, green, purple, ochre; grey for all others."""

DARK: Final = {
    INK: "#e4e2dd",
    SOFT: "#a4a8ae",
    LINE: "#3a3f46",
    PAPER: "#15171a",
    REVERSED: "#0c1a26",
    **dict(zip(STEPS, ("#1b2631", "#20364a", "#264a69", "#2c5f8c", "#7fb0da", "#c5def3"), strict=True)),
    **dict(zip(SERIES, ("#6db3e8", "#f08a4b", "#4fc3a1", "#dd8fbd", "#d3b64a", "#999ea6"), strict=True)),
}

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}\b")


def darkened(svg: str) -> str:
    """A drawing in the dark colours."""
    return _COLOUR.sub(lambda found: DARK.get(found[0], found[0]), svg)


def step(share: float, highest: float) -> int:
    """Which of :data:`STEPS` a share has: the first for nothing, the others in equal parts up to the highest."""
    if share <= 0 or highest <= 0:
        return 0
    return 1 + min(int(share / highest * (len(STEPS) - 1)), len(STEPS) - 2)


def rules() -> str:
    """The dark colours as rules of a style sheet."""
    return "\n".join(
        f'  .picture [{attribute}="{light}"] {{ {attribute}: {dark}; }}'
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )
