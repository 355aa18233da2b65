"""The first page.

In comes what a release says of itself; out go pages that work without JavaScript.
"""

from typing import Final

from flask import Blueprint, render_template

from kg.web.downloads import of_whole_graph
from kg.web.site import site

blueprint: Final = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """What this is, what is in it, and the ways to ask."""
    here = site()
    return render_template(
        "home.html", release=here.release.description, queries=here.queries, dumps=of_whole_graph(here.release)
    )
