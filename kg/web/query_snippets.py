"""Code that sends any query to this endpoint, for the SPARQL page: curl, Python, R.

In come a query and the address of the site; out go texts that run as they are. The query stands in them as it was written, within
quotes that it does not contain. Published queries have shorter snippets of their own: :mod:`kg.web.snippets`.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kg.web.snippets import Snippet

_CURL: Final = """\
curl '{address}' -H 'Accept: {media_type}' --data-urlencode query@- <<'{mark}'
{query}
{mark}
"""
_PYTHON: Final = """\
{standard}from urllib.parse import urlencode
from urllib.request import urlopen

{library}query = {query}
reply = urlopen("{address}", urlencode({{"query": query, "format": "{form}"}}).encode())
{read}
"""
_R: Final = """\
library(httr2)

query <- {query}
response <- request("{address}") |>
  req_body_form(query = query, format = "{form}") |>
  req_perform()
{read}
"""


@dataclass(frozen=True)
class _Way:
    """How a form of query is asked, and what is done with the answer.

    :ivar python: what the code in Python is completed with
    :ivar r: what the code in R is completed with
    :ivar needs: library of Python; empty if none
    """

    media_type: str
    python: dict[str, str]
    r: dict[str, str]
    needs: str = ""


_ROWS: Final = _Way(
    "text/csv",
    {"standard": "", "library": "import pandas as pd\n\n", "form": "csv", "read": "rows = pd.read_csv(reply)\nprint(rows)"},
    {"form": "csv", "read": 'rows <- read.csv(text = resp_body_string(response), encoding = "UTF-8")\nhead(rows)'},
    "pandas",
)
_ANSWER: Final = _Way(
    "application/sparql-results+json",
    {"standard": "import json\n", "library": "", "form": "json", "read": 'print(json.load(reply)["boolean"])'},
    {"form": "csv", "read": "resp_body_string(response)"},
)
_GRAPH: Final = _Way(
    "text/turtle",
    {
        "standard": "",
        "library": "from rdflib import Graph\n\n",
        "form": "ttl",
        "read": 'graph = Graph().parse(data=reply.read(), format="turtle")\nprint(len(graph))',
    },
    {"form": "nt", "read": 'triples <- strsplit(resp_body_string(response), "\\n")[[1]]\nhead(triples)'},
    "rdflib",
)


def query_snippets(query: str, base: str, form: str, dataset: list[tuple[str, str]]) -> tuple[Snippet, ...]:
    """Snippets for a query.

    :param base: scheme and host of the site
    :param form: of the query: SELECT, ASK, CONSTRUCT or DESCRIBE
    :param dataset: parameters of the protocol that name graphs
    """
    query = query.strip("\n")
    address = f"{base}/sparql" + (f"?{urlencode(dataset)}" if dataset else "")
    way = _GRAPH if form in {"CONSTRUCT", "DESCRIBE"} else _ANSWER if form == "ASK" else _ROWS
    curl = _CURL.format(address=address, media_type=way.media_type, mark=_mark(query), query=query)
    python = _PYTHON.format(address=address, query=_python_text(query), **way.python)
    r = _R.format(address=address, query=_r_text(query), **way.r)
    return (
        Snippet("curl", "sh", curl),
        Snippet(f"Python with {way.needs}" if way.needs else "Python", "python", python, way.needs),
        Snippet("R with httr2", "r", r, "httr2"),
    )


def _mark(query: str) -> str:
    """A word that ends a here-document: no line of the query is the same."""
    mark = "SPARQL"
    while mark in query.splitlines():
        mark += "_"
    return mark


def _python_text(query: str) -> str:
    """The query as a string of Python, over several lines where that needs no escape."""
    plain = query.isprintable() or all(character.isprintable() or character == "\n" for character in query)
    if '"""' in query or "\\" in query or query.endswith('"') or not plain:
        return repr(query)
    return f'"""{query}"""'


def _r_text(query: str) -> str:
    """The query as a raw string of R (help page ``Quotes``, since R 4.0)."""
    dashes = ""
    while f'){dashes}"' in query:
        dashes += "-"
    return f'r"{dashes}({query}){dashes}"'
