"""The words of a search inside SPARQL: what ``https://w3id.org/policy-kg/search`` and its terms mean.

:mod:`kg.engine.searching` reads them in a query; :mod:`kg.web.search` gives their definitions as Turtle.
"""

from typing import Final

from kg import textindex
from kg.namespaces import SEARCH

DEFAULT_LIMIT: Final = 100
MOST_HITS: Final = 1000
SCOPES: Final = (textindex.STATEMENT, textindex.ENTITY)
INPUTS: Final = ("query", "language", "limit", "scope")
FILTERS: Final = textindex.FACETS
OUTPUTS: Final = ("score", "rank")

TERMS: Final[dict[str, tuple[str, str, str, str]]] = {
    "query": (
        "query",
        "zoekvraag",
        'The words to search for, as in the search field: all of them have to be there; "a phrase", -without, begin*. Required.',
        'De woorden waarop gezocht wordt, zoals in het zoekveld: ze moeten er alle staan; "een frase", -zonder, begin*. Verplicht.',
    ),
    "language": (
        "language",
        "taal",
        "nl or en: in which texts to search; both if not given.",
        "nl of en: in welke teksten; beide als het er niet staat.",
    ),
    "limit": (
        "limit",
        "hoogste aantal",
        f"How many to find at most: 1 to {MOST_HITS}; {DEFAULT_LIMIT} if not given.",
        f"Hoeveel er hoogstens gevonden worden: 1 tot {MOST_HITS}; {DEFAULT_LIMIT} als het er niet staat.",
    ),
    "scope": (
        "scope",
        "bereik",
        'What to find: "statement", or "entity" for entities, topics and documents; "statement" if not given.',
        'Wat er gezocht wordt: "statement" (uitspraken), of "entity" voor entiteiten, onderwerpen en documenten; anders "statement".',
    ),
    "document": (
        "document",
        "document",
        "Only statements of this document; of any, if given more than once.",
        "Alleen uitspraken in dit document; in een ervan, als er meer staan.",
    ),
    "kind": (
        "kind",
        "soort",
        "Only statements of this kind, such as pol:Demand.",
        "Alleen uitspraken van deze soort, zoals pol:Demand.",
    ),
    "speaker": ("speaker", "spreker", "Only statements of this speaker.", "Alleen uitspraken van deze spreker."),
    "addressee": (
        "addressee",
        "geadresseerde",
        "Only statements with this addressee.",
        "Alleen uitspraken met deze geadresseerde.",
    ),
    "topic": (
        "topic",
        "onderwerp",
        "Only statements on this topic or a narrower one.",
        "Alleen uitspraken over dit onderwerp of een smaller.",
    ),
    "score": (
        "score",
        "score",
        "How well what is found fits: greater is better; comparable within one search only.",
        "Hoe goed het gevondene past: hoger is beter; alleen binnen één zoekvraag te vergelijken.",
    ),
    "rank": ("rank", "rang", "Place in the result, from 1.", "Plaats in het resultaat, vanaf 1."),
}
"""Label in English and Dutch, definition in English and Dutch, by local name."""


def turtle() -> str:
    """Definitions of the service and its terms."""
    lines = [
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
        "@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .",
        "",
        f"<{SEARCH}> a sd:Service ;",
        '    rdfs:label "Search in the statements"@en, "Zoeken in de uitspraken"@nl ;',
        f'    rdfs:comment "Within a query to this endpoint: SERVICE <{SEARCH}> {{ ?statement search:query \\"words\\" }}."@en,',
        f'        "In een vraag aan dit endpoint: SERVICE <{SEARCH}> {{ ?statement search:query \\"woorden\\" }}."@nl .',
    ]
    for name, (label_en, label_nl, comment_en, comment_nl) in TERMS.items():
        lines += [
            "",
            f"<{SEARCH}#{name}> a rdf:Property ;",
            f'    rdfs:label "{label_en}"@en, "{label_nl}"@nl ;',
            f'    rdfs:comment "{_escaped(comment_en)}"@en, "{_escaped(comment_nl)}"@nl ;',
            f"    rdfs:isDefinedBy <{SEARCH}> .",
        ]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
