"""Code that asks a published query from other tools, for its page: curl, Python, R, and a Jupyter notebook.

In come a query, the address of the site and a query string; out go texts that run as they are. Nothing in them needs quoting: a
query string that was written by :func:`urllib.parse.urlencode` has no quotation marks, and names of queries and hosts have none.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from kg.queries import PublishedQuery


@dataclass(frozen=True)
class Snippet:
    """A piece of code.

    :ivar tool: what it is for, as a heading
    :ivar language: ``sh``, ``python`` or ``r``
    :ivar needs: packages to install first; empty if none
    """

    tool: str
    language: str
    code: str
    needs: str = ""


_WRAPPER: Final = """\
from urllib.request import urlopen

from SPARQLWrapper import {form}, SPARQLWrapper

endpoint = SPARQLWrapper("{base}/sparql")
endpoint.setQuery(urlopen("{text}").read().decode())
endpoint.setReturnFormat({form})
"""
_ROWS: Final = """\
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({name: term["value"] for name, term in row.items()})
"""
_HTTR2: Final = """\
library(httr2)

response <- request("{url}") |>
  req_headers(Accept = "{media_type}") |>
  req_perform()
{read}
"""


def snippets(query: PublishedQuery, base: str, query_string: str, form: str) -> tuple[Snippet, ...]:
    """Snippets for a query.

    :param base: scheme and host of the site
    :param query_string: the parameters, encoded; empty if there are none
    :param form: of the query: SELECT, ASK, CONSTRUCT or DESCRIBE
    """
    suffix = f"?{query_string}" if query_string else ""
    url = f"{base}/api/queries/{query.name}"
    text = f"{base}/queries/{query.name}.rq{suffix}"
    if form in {"CONSTRUCT", "DESCRIBE"}:
        return (
            Snippet("curl", "sh", f"curl '{url}.ttl{suffix}'\n"),
            Snippet("Python with rdflib", "python", _rdflib(url, suffix), "rdflib"),
            Snippet(
                "Python with SPARQLWrapper",
                "python",
                _WRAPPER.format(form="XML", base=base, text=text)
                + 'graph = endpoint.queryAndConvert()\nprint(graph.serialize(format="turtle"))\n',
                "sparqlwrapper",
            ),
            Snippet("R", "r", f'triples <- readLines("{url}.nt{suffix}", encoding = "UTF-8")\nhead(triples)\n'),
        )
    wrapper = _WRAPPER.format(form="JSON", base=base, text=text)
    if form == "ASK":
        return (
            Snippet("curl", "sh", f"curl '{url}.json{suffix}'\n"),
            Snippet(
                "Python",
                "python",
                f'import json\nfrom urllib.request import urlopen\n\nprint(json.load(urlopen("{url}.json{suffix}"))["boolean"])\n',
            ),
            Snippet(
                "Python with SPARQLWrapper", "python", wrapper + 'print(endpoint.queryAndConvert()["boolean"])\n', "sparqlwrapper"
            ),
            Snippet("R", "r", f'readLines("{url}.csv{suffix}", warn = FALSE)\n'),
        )
    read = 'rows <- read.csv(text = resp_body_string(response), encoding = "UTF-8")\nhead(rows)'
    return (
        Snippet("curl", "sh", f"curl '{url}.csv{suffix}'\n"),
        Snippet("Python with pandas", "python", _pandas(url, suffix), "pandas"),
        Snippet("Python with SPARQLWrapper", "python", wrapper + _ROWS, "sparqlwrapper"),
        Snippet("R", "r", f'rows <- read.csv("{url}.csv{suffix}", encoding = "UTF-8")\nhead(rows)\n'),
        Snippet("R with httr2", "r", _HTTR2.format(url=f"{url}{suffix}", media_type="text/csv", read=read), "httr2"),
    )


def notebook(query: PublishedQuery, base: str, query_string: str, form: str) -> dict[str, Any]:
    """A Jupyter notebook that asks a query: a cell of text, one that installs, and one for each snippet of Python.

    The format is that of nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html).
    """
    suffix = f"?{query_string}" if query_string else ""
    own = [snippet for snippet in snippets(query, base, query_string, form) if snippet.language == "python"]
    page = f"{base}/queries/{query.name}{suffix}"
    cells = [
        _markdown(
            "about",
            f"# {query.title['en']}\n\n{query.description['en']}\n\n*{query.title['nl']}.* {query.description['nl']}\n\n{page}",
        ),
    ]
    for number, snippet in enumerate(own, 1):
        needs = f"\n\n`%pip install {snippet.needs}` installs what the cell needs." if snippet.needs else ""
        cells += [_markdown(f"text-{number}", f"## {snippet.tool}{needs}"), _code(f"code-{number}", snippet.code)]
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def as_json(document: dict[str, Any]) -> str:
    """A notebook as a file."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _pandas(url: str, suffix: str) -> str:
    return f'import pandas as pd\n\nrows = pd.read_csv("{url}.csv{suffix}")\nprint(rows)\n'


def _rdflib(url: str, suffix: str) -> str:
    return (
        f'from rdflib import Graph\n\ngraph = Graph().parse("{url}.ttl{suffix}", format="turtle")\n'
        "for triple in graph:\n    print(*triple)\n"
    )


def _markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(name: str, text: str) -> dict[str, Any]:
    lines = text.rstrip("\n").splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": [], "source": lines}
