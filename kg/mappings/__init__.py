"""Hand-written mapping files: read, checked against context and vocabulary, and turned into JSON-LD.

In: ``mappings/`` and a :class:`~kg.vocabulary.Vocabulary`. Out: a :class:`~kg.mappings.corpus.Corpus`, JSON-LD per named
graph, with the place in the YAML of every subject, property and value. Next: :mod:`kg.graph`.
"""
