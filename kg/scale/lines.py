"""Triples as lines of N-Triples, in the order of the dumps.

In: triples. Out: lines, and bytes of them. Next: every step. A line is compared and kept at a tenth of what a term costs; the order is that of
:func:`kg.dumps.by_triple`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

import pyoxigraph as ox

from kg.namespaces import ID, RDF_TYPE

_TYPE: Final = f"<{RDF_TYPE}>"
_OWNER: Final = re.compile(re.escape(f"<{ID}") + r"(?:statement|section)/([^/#>]+)/")

Packed = Mapping[str, bytes]
"""Lines by graph, as bytes for as long as nothing is done with them."""


def size(shared: Packed) -> int:
    """Bytes of all graphs."""
    return sum(map(len, shared.values()))


def key(line: str) -> str:
    """Subjects together, the class first. One string, since tuples take twice as long to compare; no term has the characters that part it."""
    subject, predicate, rest = line.split(" ", 2)
    return f"{subject}\0{rest}" if predicate == _TYPE else f"{subject}\1{predicate[:-1]}\0{rest}"


def in_order(lines: Iterable[str]) -> list[str]:
    """Each line once, in the order of the dumps; lines that are in order already, or several runs of them, take the least time."""
    return sorted(dict.fromkeys(lines), key=key)


def stands_in(found: Sequence[str], line: str) -> bool:
    """Whether a line is one of those that are in order."""
    at = bisect_left(found, key(line), key=key)
    return at < len(found) and found[at] == line


def of_triples(triples: Iterable[ox.Triple]) -> list[str]:
    """Lines of triples, in the order of the dumps, each once."""
    return in_order(f"{triple} ." for triple in triples)


def packed(lines: Iterable[str]) -> bytes:
    """Lines as N-Triples."""
    return "\n".join([*lines, ""]).encode()


def unpacked(data: bytes) -> list[str]:
    """The lines of N-Triples."""
    return data.decode().split("\n")[:-1]


def pieces(data: bytes, size: int = 4 << 20) -> Iterator[list[str]]:
    """The lines of N-Triples, some megabytes at a time: as strings they take four times as much.

    :param size: bytes of a piece, at least
    """
    start = 0
    while start < len(data):
        end = data.find(b"\n", min(start + size, len(data)) - 1) + 1 or len(data)
        yield unpacked(data[start:end])
        start = end


def each(data: bytes) -> Iterator[str]:
    """The lines of N-Triples, one by one."""
    return chain.from_iterable(pieces(data))


def triples(data: bytes) -> Iterator[ox.Triple]:
    """The triples of N-Triples, which the same library wrote, so that it need not look at each IRI again."""
    return (quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES, lenient=True))


def owner(line: str) -> str | None:
    """Slug of the document whose statement or section a line is about; None if it is about what is shared."""
    match = _OWNER.match(line)
    return match[1] if match else None


def about(data: bytes, subject: str) -> bytes:
    """The lines about a subject.

    :param data: lines in the order of the dumps
    """
    start = f"<{subject}> ".encode()
    at = _first(data, start)
    end = at
    while data.startswith(start, end):
        end = data.index(b"\n", end) + 1
    return data[at:end]


def parted(data: bytes, starts: Iterable[str]) -> Iterator[bytes]:
    """The lines before the first of some beginnings, between each two, and after the last.

    :param data: lines in the order of the dumps
    :param starts: in order
    """
    at = 0
    for start in starts:
        end = _first(data, start.encode())
        yield data[at:end]
        at = end
    yield data[at:]


def is_text(line: str) -> bool:
    """Whether the value of a line is in a language."""
    return line[-3] not in '">' and '"@' in line


def _first(data: bytes, start: bytes) -> int:
    """Where the first line stands that does not come before ``start``."""
    low, high = 0, len(data)
    while low < high:
        middle = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = data.find(b"\n", middle) + 1 or len(data)
        if data[middle : middle + len(start)] < start:
            low = end
        else:
            high = middle
    return low
