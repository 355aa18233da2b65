"""The site: pages, the SPARQL protocol, and the server that runs them. Flask is imported here and nowhere else.

In come a release (:mod:`kg.store`) and an engine (:mod:`kg.engine.pool`); out go HTTP responses. :mod:`kg.cli` starts
:mod:`kg.web.serving`.
"""
