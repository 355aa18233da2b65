"""The marks of notes in a web page are set apart from their words, as ``[1]``, and the notes themselves are found.

In: the tree of a page, changed in place. Out: its :class:`Notes`. Next: :mod:`kg.authoring.webpage`. A browser shows a mark small
and high; as plain text it would be glued to its word (*Kampala1*). In brackets the word stays a word, and who reads the note still
sees to which sentence it belongs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_MARK: Final = re.compile(r"\d{1,3}(?:\s*[,;]\s*\d{1,3})*")
_BRACKETED: Final = re.compile(r"\[\s*(.*?)\s*\]|\(\s*(.*?)\s*\)")
_POWERS: Final = re.compile(r"(?:^|[^\w])(?:10|mm|cm|dm|m|km|hm|CO)$")
"""What a raised number is a power of, or a part of, rather than the mark of a note: *km²*."""
_NUMBERED: Final = re.compile(r"\[?(\d{1,3})[\].):]?\s+\S")
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Notes:
    """What marks tell of the notes of a page.

    :ivar nodes: elements with the text of a note: those to which a mark links, and those that begin with a mark
    :ivar unlinked: numbers of the marks that do not link to their notes
    """

    nodes: tuple[Any, ...]
    unlinked: frozenset[int]

    def at_end(self, texts: Sequence[str]) -> int:
        """How many of the last texts are the notes of unlinked marks: they begin with just the numbers of these, in order."""
        begun = [number for text in texts[len(texts) - len(self.unlinked) :] if (number := _NUMBERED.match(text))]
        return len(begun) if [int(number[1]) for number in begun] == sorted(self.unlinked) else 0


def set_apart(tree: Any, blocks: frozenset[str]) -> Notes:
    """Put the marks of notes in brackets, and numbers that are raised for another reason in raised digits.

    A mark is a number in a ``sup``, or one that links into the page and stands against a word. Behind a unit (*km*) an unlinked one is a power.

    :param tree: of lxml, changed in place
    :param blocks: names of elements with which a new line begins
    """
    by_id = {node.get("id") or node.get("name"): node for node in tree.iter() if node.get("id") or node.get("name")}
    found: list[Any] = []
    unlinked: set[int] = set()
    for node in [node for node in tree.iter("sup", "a") if not _inside(node, "sup")]:
        numbers = _numbers(node)
        links = [fragment for link in _links(node) if (fragment := link.get("href").partition("#")[2]) in by_id]
        if not numbers or not (node.tag == "sup" or links):
            continue
        before = _before(node, blocks)
        if node.tag != "sup" and (not before or before[-1].isspace()) and not node.xpath(".//sup"):
            continue  # a number that is linked: of a chapter, or of a page
        if not links and _POWERS.search(before):
            _replace(node, node.text_content().translate(_RAISED))
            continue
        if not before.strip():
            found += _own(node, blocks)
        elif links:
            found += [note for fragment in links for note in _own(by_id[fragment], blocks)]
        else:
            unlinked.update(map(int, numbers))
        _replace(node, "".join(f"[{number}]" for number in numbers))
    return Notes(tuple(found), frozenset(unlinked))


def _inside(node: Any, tag: str) -> bool:
    return any(above.tag == tag for above in node.iterancestors())


def _numbers(node: Any) -> list[str]:
    """The numbers of a mark; none if it is something else, as the *e* of *19e*."""
    text = node.text_content().strip()
    bracketed = _BRACKETED.fullmatch(text)
    text = (bracketed[1] or bracketed[2] or "") if bracketed else text
    return re.findall(r"\d+", text) if _MARK.fullmatch(text) else []


def _links(node: Any) -> list[Any]:
    """The links of a mark: itself, in it, or around it."""
    return [link for link in (*node.iter("a"), *node.iterancestors("a")) if link.get("href")]


def _before(node: Any, blocks: frozenset[str]) -> str:
    """What stands before a node on its line, as far as it takes to see whether anything does."""
    text = ""
    while node is not None and node.tag not in blocks and not text.strip():
        above, earlier = node.getparent(), node.getprevious()
        while earlier is not None and not text.strip():
            if earlier.tag == "br":
                return (earlier.tail or "") + text
            text = (earlier.text_content() if isinstance(earlier.tag, str) else "") + (earlier.tail or "") + text
            earlier = earlier.getprevious()
        text = (above.text or "") + text if above is not None and not text.strip() else text
        node = above
    return text


def _own(node: Any, blocks: frozenset[str]) -> list[Any]:
    """The block that a node is, or the one in which it stands, if no other block is in that."""
    if node.tag in blocks:
        return [node]
    above = next((parent for parent in node.iterancestors() if parent.tag in blocks), None)
    return [above] if above is not None and not any(child.tag in blocks for child in above.iterdescendants()) else []


def _replace(node: Any, text: str) -> None:
    """Put a text in the place of a node."""
    above, earlier, text = node.getparent(), node.getprevious(), text + (node.tail or "")
    if earlier is not None:
        earlier.tail = (earlier.tail or "") + text
    else:
        above.text = (above.text or "") + text
    above.remove(node)
