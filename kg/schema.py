"""``mappings/schema.json``: what an editor offers and marks while a coder writes.

In: context, vocabulary and declared entities. Out: a JSON Schema (draft 2020-12). The schema is generated, so that it says what
the context says; `kg schema` writes it anew and `make check` compares.
"""

import json
from collections.abc import Collection, Iterable
from typing import Final

from kg.mappings.context import Form, Term
from kg.mappings.context_check import collections
from kg.mappings.corpus import ENTITIES, Corpus
from kg.mappings.keys import STATEMENT, WITHDRAWN
from kg.mappings.ledger import REASONS
from kg.namespaces import ID, POL, RDFS, SKOS, XSD

_PATTERNS: Final = {
    f"{XSD}decimal": r"^[+-]?(\d+(\.\d*)?|\.\d+)$",
    f"{XSD}integer": r"^[+-]?\d+$",
    f"{XSD}gYear": r"^[1-9]\d{3}$",
    f"{XSD}date": r"^\d{4}-\d{2}-\d{2}$",
}

Json = dict[str, object]
Wording = dict[str, dict[str, str]]
"""Texts by IRI and language."""

_ANCHORS: Final[Json] = {"type": "string", "pattern": "^\\S+( \\S+){0,4} … \\S+( \\S+){0,4}$"}
_SLUG: Final[Json] = {"type": "string", "pattern": "^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$"}


def schema(corpus: Corpus) -> str:
    """The schema as text, with a line end."""
    terms, keys = corpus.context.terms, corpus.keys
    nested = {key for key, term in terms.items() if term.form is Form.NODE}
    names, definitions = _names(corpus), _definitions(corpus)
    own = {c for c in corpus.vocabulary.classes if c.startswith(POL)}
    kinds = {c for c in own if corpus.vocabulary.is_a(c, f"{POL}Statement")} - {f"{POL}Statement"}
    classes = own - kinds - {f"{POL}Statement"}
    properties: Json = {key: _property(term, definitions) for key, term in terms.items() if key not in ("id", "kind", "document")}
    for key in nested:
        properties[key] = _one_or_many({"$ref": f"#/$defs/{key}"})
    properties["passage"] = _one_or_many(_ANCHORS)
    stated = _only(properties, keys.of(STATEMENT))
    bases = sorted({t.base for t in terms.values() if t.base.startswith(ID)} - {f"{ID}statement/"})
    statement: Json = {
        "type": "object",
        "required": ["id", "passage", "kind", "topics", "summary"],
        "additionalProperties": False,
        "properties": {"id": _SLUG, "kind": _enumerated((k.removeprefix(POL) for k in kinds), POL, definitions), **stated},
    }
    section: Json = {
        "type": "object",
        "required": ["id", "position", "label"],
        "additionalProperties": False,
        "properties": {"id": _SLUG, **_only(properties, keys.of("section"))},
    }
    withdrawn: Json = {
        "type": "object",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {"id": _SLUG, **_only(properties, keys.of(WITHDRAWN))},
    }
    foreign: Json = {"type": "string", "pattern": ":", "description": "A class of another vocabulary, as in org:Organization."}
    kind: Json = {"anyOf": [_enumerated((c.removeprefix(POL) for c in classes), POL, definitions), foreign]}
    kept_in = collections(corpus.context) - {"section", "statement"}
    free: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "id": _SLUG,
            "kind": _one_or_many(kind),
            **_only(properties, frozenset[str]().union(*(keys.of(each) for each in kept_in))),
        },
    }
    inner = {
        key: {
            "type": "object",
            "additionalProperties": False,
            "properties": _only(properties, keys.of(key)),
        }
        for key in sorted(nested & stated.keys() - {"passage"})
    }
    document: Json = {
        "type": "object",
        "required": ["document", "statements"],
        "additionalProperties": False,
        "properties": {
            "document": {"$ref": f"#/$defs/{_name(f'{ID}document/')}"},
            "defaults": {"type": "object", "additionalProperties": False, "properties": stated},
            "sections": {"type": "array", "items": section},
            "statements": {"type": "array", "items": statement},
            "withdrawn": {"type": "array", "items": withdrawn},
        },
    }
    collection: Json = {
        "type": "object",
        "required": ["collection", "entities"],
        "additionalProperties": False,
        "properties": {
            "collection": {"enum": sorted(collections(corpus.context))},
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
                        "reason": {"enum": list(REASONS), "enumDescriptions": list(REASONS.values())},
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
            **inner,
            **{_name(base): _listed(base, corpus, names) for base in bases},
        },
    }
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def _only(properties: Json, keys: Collection[str]) -> Json:
    """Those of some keys, in the order of the context."""
    return {key: value for key, value in properties.items() if key in keys}


def _property(term: Term, definitions: Wording) -> Json:
    """Schema of one key, with the ontology's definition in both languages as help."""
    described: Json = {"description": _both(definitions[term.iri], "\n\n")} if term.iri in definitions else {}
    return {**described, **_value(term)}


def _enumerated(values: Iterable[str], base: str, wording: Wording) -> Json:
    """A closed list; ``enumDescriptions``, which JSON Schema passes over, is what editors show beside each value."""
    listed = sorted(values)
    return {"enum": listed, "enumDescriptions": [_both(wording.get(f"{base}{value}", {}), " / ") for value in listed]}


def _listed(base: str, corpus: Corpus, names: Wording) -> Json:
    """The slugs that a coder can write below ``base``, each with its names."""
    written: dict[str, list[str]] = {}
    for iri in sorted(corpus.registry.below(base)):
        written.setdefault(_slug(base, iri, corpus), []).append(iri)
    listed = sorted(written)
    told = [[_about(base, iri, names) for iri in written[slug]] for slug in listed]
    return {"enum": listed, "enumDescriptions": ["; ".join(dict.fromkeys(filter(None, texts))) for texts in told]}


def _about(base: str, iri: str, names: Wording) -> str:
    """Names of a thing; where any entity fits, with what it is."""
    collection = iri.removeprefix(ID).partition("/")[0].replace("-", " ")
    both = _both(names.get(iri, {}), " / ")
    return f"{both} ({collection})" if base == ID and both else both


def _both(texts: dict[str, str], between: str) -> str:
    """The Dutch and the English text, once if they are the same."""
    return between.join(dict.fromkeys(texts[tag] for tag in ("nl", "en") if tag in texts))


def _names(corpus: Corpus) -> Wording:
    """Names of entities, sections, concepts and classes."""
    found: Wording = {}
    for graph, nodes in corpus.graphs.items():
        for node in nodes:
            label = node.get("label")
            if isinstance(label, dict) and (graph == ENTITIES or str(node["id"]).startswith(f"{ID}section/")):
                found[str(node["id"])] = {tag: str(texts[0]) for tag, texts in label.items() if texts}
    return found | _said(corpus, f"{SKOS}prefLabel") | _said(corpus, f"{RDFS}label")


def _definitions(corpus: Corpus) -> Wording:
    """Definitions of classes and properties."""
    return _said(corpus, f"{SKOS}definition")


def _said(corpus: Corpus, predicate: str) -> Wording:
    """What the vocabulary says of its terms under one property, by language."""
    found: Wording = {}
    for triple in corpus.vocabulary.triples:
        if triple.predicate.value == predicate:
            tag = getattr(triple.object, "language", None) or "en"
            found.setdefault(str(getattr(triple.subject, "value", "")), {})[tag] = str(getattr(triple.object, "value", ""))
    return found


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


def _slug(base: str, iri: str, corpus: Corpus) -> str:
    """How a coder writes ``iri`` where slugs are resolved below ``base``: as short as it is clear."""
    path = iri.removeprefix(base)
    if base == f"{ID}section/":
        return path.partition("/")[2]
    tail = path.rsplit("/", 1)[-1]
    return tail if base == ID and corpus.registry.resolve(ID, tail, "") == [iri] else path
