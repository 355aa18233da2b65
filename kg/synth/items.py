"""Nodes of a made-up project as YAML.

In: JSON-LD nodes of the real project. Out: items of a mapping file, with other names and texts. Next: :mod:`kg.synth.write`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kg.mappings.context import Context, Form
from kg.mappings.convert import JsonNode
from kg.namespaces import ID, POL
from kg.sources import digest

MARK: Final = "synthetic"
"""Begins every slug of a made-up thing, and stands in its name."""
Texts = Callable[[str, str], str]
"""A text in a language instead of a real one."""


@dataclass(frozen=True)
class Converter:
    """Writes nodes as YAML.

    :ivar renamed: IRI that stands for a real one
    :ivar kept: whether what an IRI means is in the project
    """

    context: Context
    renamed: Callable[[str], str]
    kept: Callable[[str], bool]

    def item(self, node: JsonNode, slug: str, texts: Texts) -> str:
        """A node as an item of a list."""
        return "\n".join([f"- id: {slug}", *self._keys(node, texts, "  ")])

    def _keys(self, node: JsonNode, texts: Texts, indent: str) -> Iterator[str]:
        for key, value in node.items():
            term = self.context.terms[key]
            if key in ("id", "document") or (key == "kind" and not isinstance(value, list)):
                continue
            if term.form is Form.NODE and isinstance(value, list):
                yield f"{indent}{key}:"
                for item in value:
                    lines = list(self._keys(item, texts, f"{indent}  "))
                    yield from (f"{indent}- {line[len(indent) + 2 :]}" if not n else line for n, line in enumerate(lines))
            elif term.form is Form.TEXT and isinstance(value, dict):
                yield f"{indent}{key}:"
                for language, found in value.items():
                    yield f"{indent}  {language}: {quoted(texts(language, str(found[0])))}"
            else:
                written = [quoted(item) for item in self._values(value, term.base, term.form)]
                if written:
                    yield f"{indent}{key}: {written[0] if len(written) == 1 else '[' + ', '.join(written) + ']'}"

    def _values(self, value: Any, base: str, form: Form) -> Iterator[str]:
        """Values as a coder writes them, references by their slugs."""
        for item in value if isinstance(value, list) else [value]:
            written = str(item)
            if form is Form.REFERENCE and written.startswith(ID):
                if self.kept(written):
                    yield self.renamed(written).removeprefix(base)
            elif form is Form.REFERENCE:
                yield written.removeprefix(base) if base else f"https://example.org/{MARK}/{digest(written)[:12]}"
            else:
                yield written.removeprefix(POL) if form is Form.KIND else written


def quoted(text: str) -> str:
    """A scalar of YAML, as JSON writes it."""
    return json.dumps(text, ensure_ascii=False)
