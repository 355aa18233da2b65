"""Keys of a mapping with what they may hold.

In: nodes of YAML. Out: values, and findings at their places. Next: :mod:`kg.imports.mapping`.
"""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from kg.mappings.literals import is_placeholder
from kg.mappings.nodes import Mapping, Node, Place, Scalar, items
from kg.mappings.words import did_you_mean, shortened
from kg.rdf import is_address

if TYPE_CHECKING:
    from kg.errors import Finding

LANGUAGES: Final = ("nl", "en")


class Fields:
    """Reads values; what is wrong is noted, and reading goes on with a stand-in."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def by_language(self, within: Mapping, key: str, *, needed: bool = False) -> dict[str, str]:
        """Texts in both languages, by language."""
        node = within.get(key)
        if node is None and not needed:
            return {}
        texts = (
            {tag: entry.value.value for tag, entry in node.entries.items() if isinstance(entry.value, Scalar)}
            if isinstance(node, Mapping)
            else {}
        )
        if set(texts) != set(LANGUAGES) or any(is_placeholder(text) or not text.strip() for text in texts.values()):
            self.report(node.place if node else within.place, f"`{key}` needs a text in Dutch and in English: {{nl: …, en: …}}")
        return texts

    def address(self, within: Mapping, key: str) -> str:
        """An absolute http or https IRI, or nothing if the key is not there."""
        value = self.string(within, key)
        if value and not is_address(value):
            self.report(self.place(within, key), f'`{key}`: "{shortened(value)}" is no address, as in https://example.org/')
        return value

    def text(self, within: Mapping, key: str) -> str:
        """Value of a key that must be there."""
        value = self.string(within, key)
        if not value and key not in within.entries:
            self.report(within.place, f"`{key}:` is missing")
        return value

    def matching(self, within: Mapping, key: str, pattern: re.Pattern[str], expected: str) -> str:
        """Value of a key that must be there and have a form."""
        value = self.text(within, key)
        if value and not pattern.fullmatch(value):
            self.report(self.place(within, key), f'`{key}`: "{shortened(value)}" is not {expected}')
        return value

    def one_of(self, within: Mapping, key: str, allowed: Collection[str], default: str) -> str:
        """Value of a key that is one of a few words; the default if it is not there."""
        if key not in within.entries:
            return default
        value = self.string(within, key)
        if value not in allowed:
            shown = ", ".join(f'"{word}"' if not word.strip(" .,'") else word for word in allowed)
            self.report(
                self.place(within, key), f'`{key}`: "{shortened(value)}" is not one of {shown}{did_you_mean(value, allowed)}'
            )
            return default
        return value

    def string(self, within: Mapping, key: str) -> str:
        """Value of a key; empty, with a finding, if it is no text."""
        node = within.get(key)
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not node.value:
            self.report(node.place, f"`{key}` takes one value")
            return ""
        return node.value

    def strings(self, within: Mapping, key: str) -> list[str]:
        """Values of a key that takes one or a list."""
        found = []
        for item in items(within.get(key)):
            if isinstance(item, Scalar):
                found.append(item.value)
            else:
                self.report(item.place, f"`{key}` takes a value or a list of values")
        return found

    def mapping(self, within: Mapping, key: str) -> Mapping:
        """The keys below a key; none if it is not there."""
        node: Node | None = within.get(key)
        if node is None:
            return Mapping({}, within.place)
        if not isinstance(node, Mapping):
            self.report(node.place, f"`{key}` takes keys with values")
            return Mapping({}, node.place)
        return node

    def known(self, node: Mapping, keys: Collection[str]) -> None:
        """Report keys that mean nothing."""
        for key, entry in node.entries.items():
            if key not in keys:
                self.report(
                    entry.key.place,
                    f'"{shortened(key)}" is not a key here{did_you_mean(key, keys)}; there are: {", ".join(keys)}',
                )

    def place(self, within: Mapping, key: str) -> Place:
        """Place of a value; that of the whole if the key is not there."""
        entry = within.entries.get(key)
        return entry.value.place if entry else within.place

    def report(self, place: Place, message: str) -> None:
        """Note what is wrong."""
        self.findings.append(place.finding("import-mapping", message))
