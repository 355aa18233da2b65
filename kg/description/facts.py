"""What is known of the data set without a look at the data: names, addresses, licence, subject.

Nothing comes in. The modules of :mod:`kg.description` write it into the graph, :mod:`kg.located` and :mod:`kg.web` show it.
"""

from typing import Final

from kg.namespaces import BASE

DATASET: Final = f"{BASE}dataset"
CATALOG: Final = f"{BASE}catalog"
SERVICE: Final = f"{CATALOG}#sparql"
CONTRIBUTORS: Final = f"{DATASET}#contributors"
ENDPOINT: Final = f"{BASE}sparql"
"""Address of the endpoint wherever the data go; a server names its own instead."""
DUMPS: Final = f"{BASE}dumps/"
QUERIES: Final = f"{BASE}queries/"
GRAPH_NAME: Final = "description"

LICENSE: Final = "https://creativecommons.org/licenses/by/4.0/"
CONTRIBUTORS_NAME: Final = "The policy-kg contributors"
"""As in CITATION.cff."""

Text = dict[str, str]
"""A text by language."""

TITLE: Final[Text] = {
    "nl": "policy-kg: wat beleidsdocumenten zeggen",
    "en": "policy-kg: what policy documents say",
}
ABSTRACT: Final[Text] = {
    "nl": "Wie volgens een beleidsdocument wat moet doen, belooft, beweert of beoordeelt: elke uitspraak als RDF, met de passage "
    "waarop zij berust, de spreker, de aangesprokene, het onderwerp en links naar open data.",
    "en": "Who, according to a policy document, should do, promises, claims or assesses what: each statement as RDF, with the "
    "passage on which it rests, its speaker, its addressee, its topic, and links to open data.",
}
KEYWORDS: Final[dict[str, tuple[str, ...]]] = {
    "nl": ("beleidsdocumenten", "kennisgraaf", "mensenrechten", "ontwikkelingssamenwerking", "SPARQL", "SHACL"),
    "en": ("policy documents", "knowledge graph", "human rights", "development cooperation", "SPARQL", "SHACL"),
}
ACCOUNT: Final[Text] = {
    "nl": "Wie de uitspraken van een document codeerde, hoe, en volgens welk codeboek, staat bij de coderingen waaruit de dataset "
    "van dat document voortkwam (prov:wasGeneratedBy). De data van uitgave en wijziging zijn de datum van de jongste codering: een "
    "release wordt gebouwd zonder klok.",
    "en": "Who coded the statements of a document, how, and under which codebook, is said at the codings that the data set of that "
    "document came from (prov:wasGeneratedBy). The dates of issue and modification are the date of the latest coding: a release is "
    "built without a clock.",
}

_EU: Final = "http://publications.europa.eu/resource/authority/"
# The EU's controlled vocabularies, as DCAT-AP 3.0 requires them (section "Controlled vocabularies to be used").
LANGUAGES: Final = {"nl": f"{_EU}language/NLD", "en": f"{_EU}language/ENG"}
THEMES: Final = (f"{_EU}data-theme/GOVE", f"{_EU}data-theme/INTR")
THEME_TAXONOMY: Final = f"{_EU}data-theme"
ACCESS: Final = f"{_EU}access-right/PUBLIC"

FORMATS: Final = tuple(
    f"http://www.w3.org/ns/formats/{name}" for name in ("Turtle", "N-Triples", "N-Quads", "JSON-LD", "RDF_XML", "TriG")
)


def document_dataset(slug: str) -> str:
    """IRI of the data set of one document."""
    return f"{DATASET}/{slug}"
