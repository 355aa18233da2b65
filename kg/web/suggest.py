"""Names for what somebody types into the SPARQL editor: ``/suggest?q=strafhof`` offers the court by whatever name it is known.

In comes the beginning of a word; out go IRIs with their labels, as JSON: entities by all the names that reconciliation knows
(:mod:`kg.search.register`), and classes, properties and concepts by their labels in both languages and by their names in code.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, request

from kg.namespaces import BASE, ID, POL, PREFIXES
from kg.reader import Reader
from kg.search.facts import facts_of
from kg.search.names import normalised
from kg.web.answers import json_reply, problem
from kg.web.language import LANGUAGES
from kg.web.site import lasting, site

blueprint: Final = Blueprint("suggest", __name__)

KINDS: Final = ("class", "property", "thing")
_MOST: Final = 12
_LONGEST: Final = 200
_LABEL, _NAME, _WITHIN = range(3)
_CAPITALS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?", re.ASCII)
_TERMS: Final = f"""
SELECT DISTINCT ?s ?kind ?label ?name {{
  {{ VALUES (?class ?kind) {{ (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property") }} ?s a ?class }}
  UNION {{ ?s a skos:Concept BIND("thing" AS ?kind) }}
  {{ ?s rdfs:label ?label }} UNION {{ ?s skos:prefLabel ?label }} UNION {{ ?s skos:altLabel ?name }}
  FILTER(STRSTARTS(STR(?s), "{BASE}"))
}}"""


@dataclass(frozen=True)
class Term:
    """Something that a query may name.

    :ivar kind: one of :data:`KINDS`
    :ivar labels: by language
    :ivar names: every name, the labels among them, and its form for comparison
    :ivar types: what it is, by language; empty where the kind says it
    """

    iri: str
    kind: str
    labels: dict[str, str]
    names: tuple[tuple[str, str], ...]
    types: dict[str, str]

    @property
    def written(self) -> str:
        """The term as a query has it: with a prefix that needs no declaration, where it can."""
        return shortened(self.iri)


def shortened(iri: str) -> str:
    """An IRI with one of our prefixes, or between angle brackets.

    A local name that would need an escape (SPARQL 1.1, rule PN_LOCAL) gets none.
    """
    best = max(((space, prefix) for prefix, space in PREFIXES.items() if iri.startswith(space)), default=None)
    if best and _PLAIN.fullmatch(iri.removeprefix(best[0])):
        return f"{best[1]}:{iri.removeprefix(best[0])}"
    return f"<{iri}>"


@blueprint.get("/suggest")
def suggest() -> Response:
    """Terms of which a name, or a word of a name, begins so; ``first`` is the kind that is wanted most."""
    text = request.args.get("q", "")
    first = request.args.get("first", "thing")
    if first not in KINDS:
        return problem(400, f"There is no kind {first!r}; expected first= one of {', '.join(KINDS)}.")
    if len(text) > _LONGEST:
        return problem(400, f"The text has {len(text):,} characters; expected at most {_LONGEST}.")
    language = request.args.get("lang", LANGUAGES[0])  # data has no language by preference
    found = beginning(terms_of(site().reader), text, first)[:_MOST]
    document = {"suggestions": [_shown(term, name, language) for term, name in found]}
    return lasting(json_reply(document))


def beginning(terms: tuple[Term, ...], text: str, first: str) -> list[tuple[Term, str]]:
    """Terms with the name that fits: the wanted kind before others, labels before other names, short before long."""
    begin = normalised(text)
    if not begin:
        return []
    found = []
    for place, term in enumerate(terms):
        labels = set(term.labels.values())
        best = min(
            ((rank, len(form), name) for name, form in term.names if (rank := _rank(form, begin, name in labels)) >= 0),
            default=None,
        )
        if best is not None:
            rank, length, name = best
            found.append((term.kind != first, rank, length, place, term, name))
    return [(term, name) for *_, term, name in sorted(found, key=lambda item: item[:4])]


def terms_of(reader: Reader) -> tuple[Term, ...]:
    """Everything with a name that a query may use, but statements and their parts."""
    return reader.once("suggest", lambda: _read(reader))


def _rank(form: str, begin: str, is_label: bool) -> int:
    """How well a name fits; -1 if it does not."""
    if form.startswith(begin):
        return _LABEL if is_label else _NAME
    return _WITHIN if f" {begin}" in form else -1


def _read(reader: Reader) -> tuple[Term, ...]:
    register = facts_of(reader).register
    found = [
        Term(
            entity.iri,
            "thing",
            entity.labels,
            _forms([*entity.labels.values(), *(name.text for name in entity.names)]),
            register.types[entity.types[0]].labels if entity.types else {},
        )
        for entity in register.entities.values()
    ]
    kinds: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    names: dict[str, list[str]] = defaultdict(list)
    for row in reader.select(_TERMS):
        iri = row["s"].value
        if iri.removeprefix(ID) in register.entities:
            continue
        kinds[iri] = row["kind"].value
        if "label" in row:
            labels[iri].setdefault(row["label"].language, row["label"].value)
        else:
            names[iri].append(row["name"].value)
    for iri in sorted(labels):
        code = re.split(r"[#/]", iri)[-1]
        written = [code, _CAPITALS.sub(" ", code)] if iri.startswith(POL) else [code]
        found.append(Term(iri, kinds[iri], labels[iri], _forms([*labels[iri].values(), *sorted(names[iri]), *written]), {}))
    return tuple(found)


def _forms(names: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, form) for name in dict.fromkeys(names) if (form := normalised(name)))


def _shown(term: Term, name: str, language: str) -> dict[str, Any]:
    label = term.labels.get(language) or next(iter(term.labels.values()), "")
    return {
        "iri": term.iri,
        "text": term.written,
        "label": label,
        "name": name if name != label else "",
        "kind": term.kind,
        "type": term.types.get(language, ""),
    }
