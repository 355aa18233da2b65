"""``mappings/schema.json``: what an editor offers and marks while a coder writes.

In: context, vocabulary and declared entities. Out: a JSON Schema (draft 2020-12). The schema is generated, so that it says what
the context says; `kg schema` writes it anew and `make check` compares.
"""

import json
from typing import Final

from kg.mappings.context import Form, Term
from kg.mappings.corpus import Corpus
from kg.mappings.ledger import REASONS
from kg.namespaces import ID, POL, XSD

_PATTERNS: Final = {
    f"{XSD}decimal": r"^[+-]?(\d+(\.\d*)?|\.\d+)$",
    f"{XSD}integer": r"^[+-]?\d+$",
    f"{XSD}gYear": r"^\d{4}$",
    f"{XSD}date": r"^\d{4}-\d{2}-\d{2}$",
}

Json = dict[str, object]

_ANCHORS: Final[Json] = {"type": "string", "pattern": "^\\S+( \\S+){0,4} … \\S+( \\S+){0,4}$"}
_SLUG: Final[Json] = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}


def schema(corpus: Corpus) -> str:
    """The schema as text, with a line end."""
    terms = corpus.context.terms
    nested = {key for key, term in terms.items() if term.form is Form.NODE}
    kinds = sorted(c.removeprefix(POL) for c in corpus.vocabulary.classes if corpus.vocabulary.is_a(c, f"{POL}Statement"))
    kinds.remove("Statement")
    properties: Json = {key: _property(term, corpus) for key, term in terms.items() if key not in ("id", "kind", "document")}
    for key in nested:
        properties[key] = _one_or_many({"$ref": "#/$defs/nested"})
    properties["passage"] = _one_or_many(_ANCHORS)
    bases = sorted({t.base for t in terms.values() if t.base.startswith(ID)} - {f"{ID}statement/"})
    statement: Json = {
        "type": "object",
        "required": ["id", "passage", "kind", "topics", "summary"],
        "additionalProperties": False,
        "properties": {"id": _SLUG, "kind": {"enum": kinds}, **properties},
    }
    free: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"id": _SLUG, "kind": _one_or_many({"type": "string"}), **properties},
    }
    document: Json = {
        "type": "object",
        "required": ["document", "statements"],
        "additionalProperties": False,
        "properties": {
            "document": {"$ref": f"#/$defs/{_name(f'{ID}document/')}"},
            "defaults": {"type": "object", "additionalProperties": False, "properties": properties},
            "sections": {"type": "array", "items": free},
            "statements": {"type": "array", "items": statement},
            "withdrawn": {"type": "array", "items": free},
        },
    }
    collection: Json = {
        "type": "object",
        "required": ["collection", "entities"],
        "additionalProperties": False,
        "properties": {
            "collection": _SLUG,
            "entities": {"type": "array", "items": {**free, "required": ["id", "kind", "label"]}},
        },
    }
    ledger: Json = {
        "type": "object",
        "required": ["document", "skipped"],
        "additionalProperties": False,
        "properties": {
            "document": {"type": "string"},
            "skipped": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["passage", "reason"],
                    "additionalProperties": False,
                    "properties": {
                        "passage": _ANCHORS,
                        "reason": {"enum": list(REASONS)},
                        "repeats": {"type": "string"},
                        "note": {"type": "string"},
                    },
                },
            },
        },
    }
    result: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "policy-kg mapping files",
        "description": "Written by `kg schema` from context.yaml, the ontology and the declared entities. Do not edit.",
        "anyOf": [document, collection, ledger],
        "$defs": {
            "nested": {
                "type": "object",
                "additionalProperties": False,
                "properties": {k: v for k, v in properties.items() if k not in nested and k != "passage"},
            },
            **{_name(base): {"enum": _slugs(base, corpus)} for base in bases},
        },
    }
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def _property(term: Term, corpus: Corpus) -> Json:
    """Schema of one key, with the ontology's definition as help."""
    described: Json = {"description": corpus.vocabulary.labels[term.iri]} if term.iri in corpus.vocabulary.labels else {}
    return {**described, **_value(term)}


def _value(term: Term) -> Json:
    match term.form:
        case Form.TEXT:
            return {
                "type": "object",
                "propertyNames": {"pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$"},
                "additionalProperties": _one_or_many({"type": "string", "minLength": 1}),
            }
        case Form.REFERENCE if term.base == f"{ID}statement/":
            # Ids of statements are many and change with every edit; `kg check` knows them.
            return _one_or_many({"type": "string", "minLength": 1})
        case Form.REFERENCE if term.base.startswith(ID):
            return _one_or_many({"$ref": f"#/$defs/{_name(term.base)}"})
        case Form.LITERAL if term.datatype == f"{XSD}boolean":
            return {"enum": [True, False, "true", "false"]}
        case Form.LITERAL if term.datatype in _PATTERNS:
            return _one_or_many({"type": ["string", "number"], "pattern": _PATTERNS[term.datatype]})
    return _one_or_many({"type": "string", "minLength": 1})


def _one_or_many(one: Json) -> Json:
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _name(base: str) -> str:
    """Name of the definition that lists the slugs below ``base``."""
    return base.removeprefix(ID).strip("/") or "any"


def _slugs(base: str, corpus: Corpus) -> list[str]:
    """What a coder can write below ``base``."""
    known = sorted(iri.removeprefix(base) for iri in corpus.registry.below(base))
    if base == f"{ID}section/":
        return sorted({path.partition("/")[2] for path in known})
    if base != ID:
        return known
    tails = [path.rsplit("/", 1)[-1] for path in known]
    return sorted(
        {*(tail for tail in tails if tails.count(tail) == 1), *(p for p in known if tails.count(p.rsplit("/", 1)[-1]) > 1)}
    )
