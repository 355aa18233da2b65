"""Find statements, entities and topics: by words (:mod:`kg.search.finder`) and by name (:mod:`kg.search.matching`).

In comes a release with its index; out go hits and candidates for :mod:`kg.web` and, inside SPARQL, for :mod:`kg.engine`.
"""
