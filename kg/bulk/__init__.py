"""A release for the bulk loaders of large stores: N-Quads in files of bounded size, and what a store's own loader needs beside them.

In: a :class:`~kg.store.Release`. Out: a directory. :mod:`kg.bulk.shards` cuts, :mod:`kg.bulk.loaders` writes scripts and configuration,
:mod:`kg.bulk.write` puts both there as a whole. Next: :mod:`kg.cli`.
"""
