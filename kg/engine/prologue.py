"""What the names of a query stand for: its PREFIX and BASE declarations, and those that this endpoint gives.

In come the tokens before the query's form; :mod:`kg.engine.clauses` asks for the IRI of a token,
:mod:`kg.engine.federation` for the declarations that a part of the query needs elsewhere.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from kg.engine.tokens import Token
from kg.namespaces import BASE, PREFIXES

_RELATIVE: Final = re.compile("<(?![A-Za-z][A-Za-z0-9+.-]*:)")


@dataclass(frozen=True)
class Prologue:
    """Declarations of a query (SPARQL 1.1, productions 4 to 6).

    :ivar declarations: their text, comments left out
    :ivar declared: prefixes that the query declares
    :ivar clear: whether there is nothing but declarations with spaces where the grammar wants them
    """

    declarations: str
    declared: frozenset[str]
    clear: bool

    @classmethod
    def of(cls, tokens: list[Token]) -> "Prologue":
        """Read the tokens that stand before the form."""
        found, declared, index = [], set(), 0
        while index < len(tokens):
            words = [token.text for token in tokens[index : index + 3]]
            kinds = [token.kind for token in tokens[index : index + 3]]
            if words[0] == "BASE" and kinds[1:2] == ["iri"]:
                found.append(" ".join(words[:2]))
                index += 2
            elif words[0] == "PREFIX" and kinds[1:] == ["name", "iri"] and words[1].endswith(":"):
                found.append(" ".join(words))
                declared.add(words[1][:-1])
                index += 3
            else:
                return cls("", frozenset(declared), clear=False)
        return cls("\n".join(found), frozenset(declared), clear=True)

    def resolve(self, term: str) -> str:
        """Absolute IRI of an IRI reference or a prefixed name, as written; empty if it has none.

        Oxigraph's own Turtle parser reads it: SPARQL's declarations are also Turtle's (Turtle, section 2.4), and names,
        escapes and base are resolved as its SPARQL parser would.
        """
        if not self.clear:
            return ""
        try:
            triples = self.triples(f"{term} <x:is> <x:it> .")
        except (SyntaxError, UnicodeEncodeError):
            return ""
        return triples[0].subject.value if len(triples) == 1 and isinstance(triples[0].subject, ox.NamedNode) else ""

    def triples(self, turtle: str) -> list[ox.Triple]:
        """Triples of a text in Turtle that stands after these declarations.

        :raises SyntaxError: if it is no Turtle
        :raises UnicodeEncodeError: if it has what is no character
        """
        document = f"{self._given}\n{self.declarations}\n{turtle}"
        return [quad.triple for quad in ox.parse(document.encode(), format=ox.RdfFormat.TURTLE, base_iri=BASE)]

    def needed_by(self, text: str) -> str:
        """Declarations that a part of the query needs where neither the prologue nor our prefixes are known."""
        names = [name for name in (*PREFIXES, *self.declared) if f"{name}:" in text]
        known = {name: self.resolve(f"{name}:") for name in names}
        lines = [f"PREFIX {name}: <{iri}>" for name, iri in known.items() if iri]
        if _RELATIVE.search(text):
            lines.insert(0, f"BASE <{self.resolve('<>')}>")
        return "\n".join(lines)

    @cached_property
    def _given(self) -> str:
        return "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())
