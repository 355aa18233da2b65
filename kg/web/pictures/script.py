"""The script that makes a picture interactive: Vega-Lite from vl-convert, and a few lines of ours, made once and kept while the server runs.

In comes nothing; out goes JavaScript under an address that has its version. It is made in the process that draws, when somebody asks or in the
background, and is several hundred kilobytes: only a page with ``interactive=yes`` asks for it. Vega evaluates its expressions with vega-interpreter
there (``ast: true``), so that the policy needs no ``unsafe-eval``.
"""

import hashlib
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, request

from kg.web import encoding
from kg.web.answers import problem
from kg.web.pictures.draughtsman import DRAUGHTSMAN, DrawingError

_CODE: Final = Path(__file__).parent / "interactive.js"
_FIXED: Final = "public, max-age=31536000, immutable"

blueprint: Final = Blueprint("picture_script", __name__)


@cache
def tag() -> str:
    """What tells this script from those of other versions."""
    return hashlib.sha256(f"{version('vl-convert-python')}\n{_CODE.read_text(encoding='utf-8')}".encode()).hexdigest()[:16]


def address() -> str:
    """Address of the script."""
    return f"/pictures/script/{tag()}.js"


def made() -> bytes:
    """The script; made, if it is not there.

    :raises DrawingError: if it cannot be made
    """
    return _kept.body("")


@blueprint.get("/pictures/script/<name>.js")
def code(name: str) -> Response:
    """The script."""
    if name != tag():
        abort(404, "There is no such version of the script of the pictures; load the page of the picture again.")
    coding = encoding.choose(request.headers.get("Accept-Encoding", ""))
    try:
        body = _kept.body(coding)
    except DrawingError as error:
        response = problem(503, str(error), "The script cannot be made now")
        response.headers["Retry-After"] = "10"
        return response
    headers = {"Cache-Control": _FIXED, "Vary": "Accept-Encoding"} | ({"Content-Encoding": coding} if coding else {})
    return Response(body, content_type="text/javascript; charset=utf-8", headers=headers)


class _Kept:
    """The script in the codings in which it was asked for."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def body(self, coding: str) -> bytes:
        """The script in a coding.

        :raises DrawingError: if it cannot be made
        """
        with self._lock:
            if "" not in self._bodies:
                self._bodies[""] = DRAUGHTSMAN.bundle(_CODE.read_text(encoding="utf-8"))
            if coding not in self._bodies:
                self._bodies[coding] = encoding.encode(self._bodies[""], coding)
            return self._bodies[coding]


_kept: Final = _Kept()
