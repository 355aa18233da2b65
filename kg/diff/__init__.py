"""What is different between two releases: in words, as SPARQL Update, as RDF Patch.

In: two releases or dump files (:mod:`kg.diff.inputs`). Out: a :class:`~kg.diff.changes.Difference`, which :mod:`kg.diff.words` tells and
:mod:`kg.diff.patches` writes so that another store can follow. Next: :mod:`kg.releasing`, :mod:`kg.cli`.
"""
