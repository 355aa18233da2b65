"""Cite the dataset, a document or a single statement: APA, BibTeX, CSL-JSON, RIS.

In: an IRI and the release (:mod:`kg.citation.make`). Out: a :class:`~kg.citation.record.Citation`, which :mod:`kg.citation.apa`,
:mod:`kg.citation.bibtex`, :mod:`kg.citation.csl` and :mod:`kg.citation.ris` write. Next: :mod:`kg.web`, :mod:`kg.cli`. The day on which
somebody looked is left to them.
"""
