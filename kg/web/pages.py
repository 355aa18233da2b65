"""The first page.

In comes what a release says of itself; out go pages that work without JavaScript. A client that wants data is led to what describes
the data set, of which the page is the landing page.
"""

from typing import Final

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kg.negotiation import HTML, negotiate
from kg.web.downloads import of_whole_graph
from kg.web.links import data_path
from kg.web.site import site
from kg.web.things import DATA_FORMATS, DATASET

blueprint: Final = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> BaseResponse:
    """What this is, what is in it, and the ways to ask."""
    choice = negotiate(request.headers.get("Accept"), (HTML, *DATA_FORMATS))
    if choice is not None and choice.format is not HTML:
        response = redirect(data_path(DATASET, choice.format.name), 303)
        response.headers["Vary"] = "Accept"
        return response
    here = site()
    page = render_template(
        "home.html", release=here.release.description, queries=here.queries, dumps=of_whole_graph(here.release)
    )
    return Response(page, content_type="text/html; charset=utf-8", headers={"Vary": "Accept"})
