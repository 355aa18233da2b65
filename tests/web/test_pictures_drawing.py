"""How pictures are drawn: the process that draws, the layout, the colours, and the script."""

import itertools
import os
import signal
import socket
import threading
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from kg.reader import Reader
from kg.store import Release
from kg.web.pictures import gallery, grid, kit, network, script, svg, timeline
from kg.web.pictures.catalogue import PICTURES
from kg.web.pictures.counting import Asked
from kg.web.pictures.draughtsman import DRAUGHTSMAN, Draughtsman, DrawingError
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def draughtsman() -> Iterator[Draughtsman]:
    """A process of its own."""
    found = Draughtsman()
    yield found
    found.close()


@pytest.fixture
def client(corpus: Running) -> Client:
    """A client of the site on a release of the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


class Listener:
    """A server on this machine that counts who connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        self.calls = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.calls += 1
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        self._thread.join()
        self._socket.close()


def test_nothing_is_fetched_for_a_drawing(draughtsman: Draughtsman) -> None:
    """Neither data nor pictures; the one that asks is told of data."""
    listener = Listener()
    address = f"http://127.0.0.1:{listener.port}/data.json"
    data = {"data": {"url": address}, "mark": "point", "encoding": {"x": {"field": "a"}}}
    image = {"data": {"values": [{"u": address}]}, "mark": "image", "encoding": {"url": {"field": "u"}, "x": {"value": 1}}}
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{address}" width="9" height="9"/></svg>'
    try:
        with pytest.raises(DrawingError, match="External data url not allowed"):
            draughtsman.svg(data)
        with pytest.raises(DrawingError, match="an element image, which pages do not show"):
            svg.cleaned(draughtsman.svg(image), 10, 10)
        with pytest.raises(DrawingError, match=r"an element .*image is not drawn"):
            draughtsman.png(picture, 1)
        with pytest.raises(DrawingError, match=r"an element .*rect refers to something else"):
            draughtsman.png(picture.replace("image href", "rect fill").replace(address, f"url({address})"), 1)
    finally:
        listener.close()

    assert listener.calls == 0


def test_what_vega_does_not_draw_is_said(draughtsman: Draughtsman) -> None:
    """And the next picture is drawn."""
    with pytest.raises(DrawingError, match="Vega-Lite does not draw this"):
        draughtsman.svg({"mark": "no such mark"})
    assert draughtsman.svg(bars().specification).startswith("<svg")


def test_a_png_keeps_its_pixels_when_it_is_packed_tighter(draughtsman: Draughtsman) -> None:
    """The same header, the same data, a right checksum of each chunk."""
    drawing = bars()
    plain = svg.cleaned(draughtsman.svg(drawing.specification), drawing.width, drawing.height)
    text = svg.framed(plain, "title", "what", "from", "http://h")
    loose, tight = chunks(vl_convert.svg_to_png(text, scale=2.0)), chunks(draughtsman.png(text, 2))

    assert [kind for kind, _ in tight] == [*[kind for kind, _ in loose if kind != b"IDAT"][:-1], b"IDAT", b"IEND"]
    assert dict(tight)[b"IHDR"] == dict(loose)[b"IHDR"]
    assert pixels(tight) == pixels(loose)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Type and data of the chunks of a PNG, whose checksums are right."""
    found, place = [], 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        body = png[place + 4 : place + 8 + size]
        assert zlib.crc32(body) == int.from_bytes(png[place + 8 + size : place + 12 + size], "big")
        found.append((body[:4], body[4:]))
        place += 12 + size
    return found


def pixels(found: list[tuple[bytes, bytes]]) -> bytes:
    return zlib.decompress(b"".join(data for kind, data in found if kind == b"IDAT"))


def test_a_process_that_ended_is_started_again(draughtsman: Draughtsman) -> None:
    """Nobody notices."""
    assert draughtsman.svg(bars().specification)
    assert draughtsman._process is not None
    draughtsman._process.kill()
    draughtsman._process.wait()

    assert draughtsman.svg(bars().specification)


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    """The process is ended, so that it does not draw on for nobody."""
    hurried = Draughtsman(deadline_s=0.01)

    with pytest.raises(DrawingError, match=r"the picture was not drawn within 0\.01 s; ask for less of it"):
        hurried.svg(bars().specification)
    assert hurried._process is None


def test_a_process_that_stands_still_is_given_up() -> None:
    """Though it does not even read its task, which is longer than a pipe holds; the next picture is drawn."""
    patient = Draughtsman()
    assert patient.svg(bars().specification)
    assert patient._process is not None
    os.kill(patient._process.pid, signal.SIGSTOP)
    patient._deadline_s = 0.2
    with pytest.raises(DrawingError, match="was not drawn within"):
        patient.svg({"description": "long " * 100_000})
    patient._deadline_s = 30.0

    assert patient.svg(bars().specification)
    patient.close()


def test_nothing_is_drawn_while_others_are_for_too_long() -> None:
    """Whoever waits for a turn waits for a time."""
    busy = Draughtsman(deadline_s=0.01)
    with busy._turn, pytest.raises(DrawingError, match="as others are being drawn; ask again later"):
        busy.svg({})


def test_nothing_is_drawn_when_the_server_stops() -> None:
    """No process is started any more."""
    stopping = Draughtsman()
    stopping.stop()

    with pytest.raises(DrawingError, match="the server is stopping"):
        stopping.svg({})


def test_a_link_of_a_drawing_stays_on_the_site() -> None:
    """Another one is a defect, and not shown."""
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href="{}"><path d="M0,0h1"/></a></svg>'

    assert 'href="/search?a=b&amp;c=d"' in svg.cleaned(drawn.format(f"{kit.HOST}/search?a=b&amp;c=d"), 1, 1).body
    for elsewhere in ("https://example.org/", "javascript:alert(1)", f"{kit.HOST}.example.org/", "/search"):
        with pytest.raises(DrawingError, match="leads elsewhere"):
            svg.cleaned(drawn.format(elsewhere), 1, 1)


def test_a_name_with_marks_is_text(draughtsman: Draughtsman) -> None:
    """On the page and in the file."""
    name = 'A <b>"bold"</b> & long name'
    drawing = bars(name)
    plain = svg.cleaned(draughtsman.svg(drawing.specification), drawing.width, drawing.height)

    for text in (svg.inlined(plain, "x", name, name, str), svg.framed(plain, name, name, name, "http://h")):
        root = ET.fromstring(text)  # noqa: S314 - our own drawing
        assert root[0].text == name
        assert "<b>" not in text


def bars(name: str = "Alpha") -> kit.Drawing:
    """A small drawing."""
    line = grid.Line(name, f"{kit.HOST}/page/x", (grid.Cell("3", 0.5, name, f"{kit.HOST}/search?a=1"), None), "3")
    return grid.draw(grid.Table("bar", ("One", "Two"), (line,), "All"), narrow=False)


@given(st.lists(st.text("abcdefgh-", min_size=1, max_size=30), min_size=1, max_size=12), st.integers(30, 400))
def test_no_letter_of_a_name_is_lost_in_lines(words: list[str], width: int) -> None:
    """Names are broken into lines, never cut."""
    name = " ".join(words)

    assert "".join(kit.lines(name, width)).replace(" ", "") == name.replace(" ", "")


def test_names_beyond_the_room_are_drawn_together() -> None:
    """Those with the largest numbers keep their own."""
    sums = {"a": 5, "b": 1, "c": 9, "d": 1}

    assert network.reduced(sums, most=4) == {"a": "a", "b": "b", "c": "c", "d": "d"}
    assert network.reduced(sums, most=3) == {"a": "a", "b": "", "c": "c", "d": ""}


@given(st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), st.integers(1, 500), min_size=1))
def test_bands_lie_inside_the_boxes_of_their_names(found: dict[tuple[str, str], int]) -> None:
    """No name overlaps another one, and each band begins and ends at its names."""
    pairs = [network.Pair(a, b, n, str(n), "said", f"{kit.HOST}/") for (a, b), n in found.items()]
    drawing = network.draw(pairs, lambda _, key: network.Name(key, "1", f"{kit.HOST}/", key), ("from", "to"))
    layers = drawing.specification["layer"]
    boxes = layers[1]["data"]["values"]
    curves = layers[0]["data"]["values"]

    for x in {box["x"] for box in boxes}:
        own = sorted((box["y"], box["y2"]) for box in boxes if box["x"] == x)
        assert all(above[1] < below[0] for above, below in itertools.pairwise(own))
        assert own[-1][1] <= drawing.height
    assert len(curves) == 4 * len(pairs)
    for point in curves:
        if point["point"] in {0, 3}:
            side = min(box["x"] for box in boxes) if point["point"] == 0 else max(box["x"] for box in boxes)
            assert any(box["y"] - 1 <= point["y"] <= box["y2"] + 1 for box in boxes if box["x"] == side)


def test_a_line_of_one_year_is_a_line() -> None:
    """So is one without any."""
    for year in (2030, None):
        value = timeline.Value("1 %", "who", year, "said", f"{kit.HOST}/")
        drawing = timeline.draw([("Targets", True, [timeline.Row("Name", (value, value))])], "none", narrow=False)
        points = next(layer for layer in drawing.specification["layer"] if layer["mark"]["type"] == "point")["data"]["values"]
        assert len({point["y"] for point in points}) == 2
        assert all(0 <= point["x"] <= drawing.width for point in points)


def test_pictures_are_drawn_ahead(harbours: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Then nothing has to be drawn for who looks at one; what goes wrong is logged, and each is drawn when it is asked for."""

    def fail(*_: object) -> None:
        raise DrawingError("no pencil")

    monkeypatch.setattr(script, "made", lambda: b"")
    reader = Reader(harbours)
    gallery.prepare(reader).join()
    monkeypatch.setattr(DRAUGHTSMAN, "svg", fail)

    assert caplog.messages == []
    for picture in PICTURES.values():
        assert "<path" in gallery.hang(reader, Asked(picture), "nl").wide.body
    gallery.prepare(Reader(harbours)).join()
    assert caplog.messages == ["pictures were not drawn ahead: no pencil"]
    with pytest.raises(DrawingError):
        gallery.hang(Reader(harbours), Asked(PICTURES["kinds"]), "en")
    DRAUGHTSMAN.close()


def test_the_script_comes_only_when_it_is_asked_for(client: Client) -> None:
    """From this site, for as long as its version stays; the policy allows it, and no evaluation of strings."""
    page = client.get("/pictures/kinds?interactive=yes", headers=HTML)
    policy = page.headers["Content-Security-Policy"]
    address = script.address()
    response = client.get(address, headers={"Accept-Encoding": "gzip"})

    assert f'<script src="{address}" defer></script>' in page.text
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "ETag" not in page.headers
    assert "<svg" in page.text
    assert '<input type="hidden" name="interactive" value="yes">' in page.text
    assert response.content_type == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(response.data) < 350_000  # "about 300 kB", the page says
    assert b"data-wide" in script.made()
    assert client.get("/pictures/kinds", headers=HTML).text.count("<script") == 0


def test_a_script_that_cannot_be_made_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The still picture stays."""

    def fail(_: str) -> bytes:
        raise DrawingError("no ink")

    monkeypatch.setattr(script._kept, "body", fail)
    response = client.get(script.address(), headers={"Accept": "application/json"})

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
