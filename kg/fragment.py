"""Deep links to a passage in a web page: text fragments.

In: the address of a page and the words with which a passage starts and ends. Out: a link that a browser scrolls to. The syntax is
that of https://wicg.github.io/scroll-to-text-fragment/, section 3.3 (TextDirective). Next: :mod:`kg.tables`, :mod:`kg.citation`.
"""

import re
from typing import Final
from urllib.parse import quote, urlsplit

_DIRECTIVE: Final = ":~:"
_MARKS: Final = re.compile(r"(?<=.)(?:\[\d{1,3}\])+$")
"""Marks of notes, which `kg new` writes in brackets (``docs/text.md``) and a page only high."""
# Beside unreserved characters, a TextDirectiveExplicitChar may be any URL code point but & - and , ; encoding more is allowed.
_SAFE: Final = "!*'()._~"


def passage_link(url: str, start: str, end: str) -> str:
    """Link to a passage.

    :param url: address of the page
    :param start: first words of the passage
    :param end: last words; may be empty, then ``start`` is the whole passage
    :returns: the link; empty where the page is no HTML, as far as its address tells, since only there browsers follow it
    """
    parts = urlsplit(url)
    if not start or parts.scheme not in {"http", "https"} or parts.path.lower().endswith(".pdf") or _DIRECTIVE in url:
        return ""
    separator = "" if parts.fragment else "#"
    words = ",".join(_encoded(_MARKS.sub("", text)) for text in (start, end) if text)
    return f"{url}{separator}{_DIRECTIVE}text={words}"


def _encoded(text: str) -> str:
    """A text in percent encoding, in which a hyphen would be taken for the mark of a prefix or suffix."""
    return quote(text, safe=_SAFE).replace("-", "%2D")
