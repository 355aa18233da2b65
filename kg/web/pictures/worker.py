"""The process that has Vega-Lite: it reads tasks from standard input and writes what it made to standard output.

A task is a line of JSON: ``{"svg": specification}``, ``{"png": svg, "scale": number}`` or ``{"bundle": code}``. A reply is a line with the number of bytes
that follow, negative where they are the message of an error. vl-convert runs JavaScript and holds Python's lock while it does, for a tenth of a
second a picture and two seconds the first time: in the serving process everybody would wait. The process ends when its input does, when
whoever started it is gone, or after a time without a task. It is run as ``python -m kg.web.pictures.worker``.
"""

import contextlib
import json
import os
import select
import struct
import sys
import threading
import time
import zlib
from typing import Any, Final
from xml.etree import ElementTree as ET  # what is parsed was drawn by ourselves

import vl_convert

IDLE_S: Final = 600.0
"""Seconds without a task after which the process ends and gives its memory back."""
_NICE: Final = 10
_LEVEL: Final = 6
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DRAWN: Final = frozenset(f"{_SVG}{tag}" for tag in ("svg", "title", "desc", "g", "a", "path", "line", "rect", "text", "tspan"))
_WATCH_S: Final = 2.0


def perform(task: dict[str, Any]) -> bytes:
    """What a task asks for.

    :raises ValueError: if it is none, or vl-convert does not take it
    """
    if "svg" in task:
        # no address is allowed: what is drawn stands in the specification
        return str(vl_convert.vegalite_to_svg(task["svg"], allowed_base_urls=[])).encode()
    if "png" in task:
        _refuse_foreign(task["png"])
        return recompressed(bytes(vl_convert.svg_to_png(task["png"], scale=task["scale"])))
    if "bundle" in task:
        return str(vl_convert.javascript_bundle(task["bundle"])).encode()
    raise ValueError(f"no task: {sorted(task)}")


def _refuse_foreign(svg: str) -> None:
    """Refuse a drawing that has more than marks and texts: the converter to pixels would fetch an image, from anywhere.

    :raises ValueError: if it does, or is not well-formed
    """
    for element in ET.fromstring(svg).iter():  # noqa: S314 - drawn by ourselves
        if element.tag not in _DRAWN:
            raise ValueError(f"an element {element.tag[:80]} is not drawn")
        if any("url(" in value for value in element.attrib.values()):
            raise ValueError(f"an element {element.tag[:80]} refers to something else")


def recompressed(png: bytes) -> bytes:
    """A PNG in less than half of the bytes: vl-convert compresses for speed (PNG, third edition, section 10)."""
    parts, data, place = [png[:8]], [], 8
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        chunk = png[place : place + 12 + size]
        place += 12 + size
        if kind == b"IDAT":
            data.append(chunk[8:-4])
            continue
        if data:
            packed = zlib.compress(zlib.decompress(b"".join(data)), _LEVEL)
            data = []
            body = b"IDAT" + packed
            parts.append(struct.pack(">I", len(packed)) + body + struct.pack(">I", zlib.crc32(body)))
        parts.append(chunk)
    return b"".join(parts)


def _watch(parent: int) -> None:
    """End with the process that started this one, whatever became of it."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(0)


def main() -> None:
    """Perform tasks until there are none."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)  # queries go first
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    tasks, replies = sys.stdin.buffer, sys.stdout.buffer
    while select.select([tasks], [], [], IDLE_S)[0]:
        line = tasks.readline()
        if not line:
            return
        try:
            made, mark = perform(json.loads(line)), ""
        except Exception as error:  # noqa: BLE001 - the one that asked is told, whatever it is
            made, mark = str(error).encode(), "-"
        replies.write(f"{mark}{len(made)}\n".encode() + made)
        replies.flush()


if __name__ == "__main__":
    main()
