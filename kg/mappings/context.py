"""What each key means: ``mappings/context.yaml``, a JSON-LD 1.1 context.

In: the context file. Out: a :class:`Context`: the context itself, for the JSON-LD processor, and one :class:`Term` per key,
for checks before it. Next: :mod:`kg.mappings.context_check`, then :mod:`kg.mappings.convert`. No key of the model is named in Python but ``id``, ``kind`` and
``passage``.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from kg.errors import Finding
from kg.mappings.nodes import Mapping, Place, plain
from kg.mappings.reader import read_yaml
from kg.namespaces import RDF_TYPE, XSD


class Form(Enum):
    """How the value of a key is written."""

    TEXT = auto()
    """A string, by language: ``{nl: …, en: …}`` (``@container: @language``)."""
    REFERENCE = auto()
    """A slug or an IRI (``@type: @id``)."""
    LITERAL = auto()
    """A typed string (``@type: xsd:…``)."""
    NODE = auto()
    """A nested mapping with an IRI of its own (no ``@type``)."""
    KIND = auto()
    """The class (``@type`` itself)."""
    ID = auto()
    """The identifier (``@id`` itself)."""


@dataclass(frozen=True)
class Term:
    """One key of the context.

    :ivar iri: the property
    :ivar base: namespace in which a slug is resolved, empty for an absolute IRI
    :ivar datatype: datatype IRI of a literal
    """

    key: str
    iri: str
    form: Form
    base: str = ""
    datatype: str = ""


@dataclass(frozen=True)
class Context:
    """The terms, by key, the prefixes, and the context as JSON-LD.

    :ivar places: where each key of the context stands
    :ivar top: where the context itself begins
    """

    jsonld: dict[str, object] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    top: Place = field(default_factory=lambda: Place("", 1, 1))

    def for_resolved(self) -> dict[str, object]:
        """The context for nodes whose references are IRIs already, as :mod:`kg.mappings.convert` writes them.

        Without the scoped ``@base`` that no reference needs any more, the JSON-LD processor is four times as fast.
        """
        return {k: {a: b for a, b in v.items() if a != "@context"} if isinstance(v, dict) else v for k, v in self.jsonld.items()}

    def expand(self, compact: str) -> str:
        """IRI of a compact one (``pol:topic``); what has no prefix is taken as a term of ``@vocab``."""
        prefix, colon, local = compact.partition(":")
        if colon and prefix in self.prefixes:
            return self.prefixes[prefix] + local
        return compact if colon else f"{self.jsonld.get('@vocab', '')}{compact}"


def read_context(path: Path, name: str) -> tuple[Context, list[Finding]]:
    """Read the context; a key that it does not define cannot be used in a mapping."""
    tree, findings = read_yaml(path, name)
    if tree is None:
        return Context(), findings
    written = tree.get("@context")
    jsonld = plain(written) if isinstance(written, Mapping) else None
    if not isinstance(written, Mapping) or not isinstance(jsonld, dict):
        return Context(), [*findings, tree.place.finding("context", 'the file has no "@context" mapping at its top')]
    prefixes = {k: v for k, v in jsonld.items() if isinstance(v, str) and v and not k.startswith("@") and v[-1] in "/#"}
    places = {key: entry.key.place for key, entry in written.entries.items()}
    context = Context({**jsonld, "@version": 1.1}, {}, prefixes, places, tree.entries["@context"].key.place)
    for key, value in jsonld.items():
        if not key.startswith("@") and key not in prefixes:
            context.terms[key] = _term(context, key, value)
    return context, findings


def _term(context: Context, key: str, value: object) -> Term:
    """One term definition (JSON-LD 1.1, section 9.15.1, the parts that mappings use)."""
    if value == "@id":
        return Term(key, "@id", Form.ID)
    if value == "@type":
        return Term(key, RDF_TYPE, Form.KIND)
    if not isinstance(value, dict):
        return Term(key, context.expand(str(value)), Form.LITERAL, datatype=f"{XSD}string")
    iri = context.expand(str(value.get("@id", key)))
    if value.get("@container") == "@language":
        return Term(key, iri, Form.TEXT)
    kind = value.get("@type")
    if kind == "@id":
        scoped = value.get("@context")
        return Term(key, iri, Form.REFERENCE, base=str(scoped.get("@base", "")) if isinstance(scoped, dict) else "")
    if kind is not None:
        return Term(key, iri, Form.LITERAL, datatype=context.expand(str(kind)))
    return Term(key, iri, Form.NODE)
