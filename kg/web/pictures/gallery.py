"""The drawings that are kept, and the process that makes them.

In comes a scene; out go drawings for wide and for narrow pages. What was drawn is kept until the next release, up to a number of pictures; the pictures
without any choice are drawn ahead, in the background.
"""

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

from kg.reader import Reader
from kg.web.language import LANGUAGES
from kg.web.pictures import remarks, scene, script, svg
from kg.web.pictures.catalogue import PICTURES
from kg.web.pictures.composing import specification
from kg.web.pictures.counting import Asked
from kg.web.pictures.draughtsman import DRAUGHTSMAN
from kg.web.pictures.kit import Drawing
from kg.web.pictures.scene import Scene

KEPT: Final = 400
"""Drawings that are kept, of some 20 kB each."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hanging:
    """A picture, ready to be shown."""

    scene: Scene
    wide: svg.Plain
    narrow: svg.Plain


def hang(reader: Reader, asked: Asked, language: str) -> Hanging:
    """A picture; drawn, or as it was drawn before.

    :raises DrawingError: if it cannot be drawn now
    """
    kept = reader.once(("pictures",), _Kept)
    found: Hanging | None = kept.get((*asked.identity, language))
    if found is None:
        shown = scene.make(reader, asked, language)
        found = Hanging(shown, *(_drawn(specification(shown, narrow=narrow)) for narrow in (False, True)))
        kept.put((*asked.identity, language), found)
    return found


def remarks_of(reader: Reader, shown: Scene) -> tuple[str, ...]:
    """What is said of a scene beside its lead; some of it is counted, so it is kept."""
    kept = reader.once(("remarks",), _Kept)
    key = (*shown.asked.identity, shown.language)
    found = kept.get(key)
    if found is None:
        found = remarks.more(shown, reader)
        kept.put(key, found)
    return tuple(found)


def pixels(reader: Reader, key: tuple[str, ...], picture: str, scale: float) -> bytes:
    """A picture in pixels; made, or as it was made before.

    :param key: what tells it from others
    """
    kept = reader.once(("pixels",), lambda: _Kept(_PIXELS))
    found = kept.get(key)
    if found is None:
        found = DRAUGHTSMAN.png(picture, scale)
        kept.put(key, found)
    return bytes(found)


def prepare(reader: Reader, delay_s: float = 0.0) -> threading.Thread:
    """Draw the pictures without any choice, and then make the script, in the background, so that nobody waits for them.

    :param delay_s: seconds to wait before
    """

    def work() -> None:
        time.sleep(delay_s)
        try:
            for picture in PICTURES.values():
                for language in LANGUAGES:
                    hang(reader, Asked(picture), language)
            script.made()
        except Exception as error:  # noqa: BLE001 - they are drawn when somebody asks, and that request tells
            if not DRAUGHTSMAN.stopped:
                _log.warning("pictures were not drawn ahead: %s", error)

    thread = threading.Thread(target=work, name="pictures", daemon=True)
    thread.start()
    return thread


_PIXELS: Final = 32


class _Kept:
    """What was made, the latest used of it up to a number. May be called from several threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._found: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> Any:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: tuple[str, ...], value: object) -> None:
        with self._lock:
            self._found[key] = value
            while len(self._found) > self._most:
                self._found.popitem(last=False)


def _drawn(drawing: Drawing) -> svg.Plain:
    return svg.cleaned(DRAUGHTSMAN.svg(drawing.specification), drawing.width, drawing.height)
