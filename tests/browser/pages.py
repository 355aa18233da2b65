"""The kinds of page that a browser looks at: one address for each. Whoever makes a page adds it here."""

from typing import Final

from tests.web.test_pages_languages import PAGES as IN_TWO_LANGUAGES

_MORE: Final = {
    "documents": "/documents",
    "agents": "/agents",
    "topics": "/topics",
    "instruments": "/instruments",
    "comparison": "/compare",
    "comparison on a topic": "/compare?topic=harbours",
    "document": "/page/document/harbour-2031",
    "entity that links": "/page/agent/elland",
    "version of the ontology": "/dataset",
    "graph as a result": "/sparql?query=DESCRIBE%20agent%3Aelland&format=html",
    "query with parameters": "/queries/said-by?speaker=plough-party",
}

KINDS: Final = {
    kind: path.replace("{query}", "demands")
    for kind, path in {**IN_TWO_LANGUAGES, **_MORE}.items()
    if kind != "preview"  # a fragment for the frame of another program
}
"""Path of a page of each kind, on a release of the fictional corpus."""
