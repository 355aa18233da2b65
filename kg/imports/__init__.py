"""Tables of others, such as scores by country and year, as named graphs beside a release.

In: a mapping in YAML, its table (CSV or Parquet) and the current release. Out: a release of its own that has the published one
unchanged and one graph more, to which ``build/current`` then points. :mod:`~kg.imports.mapping` reads the mapping
(:mod:`~kg.imports.fields` its keys) into the records of :mod:`~kg.imports.model`,
:mod:`~kg.imports.table` the table, :mod:`~kg.imports.cells` a cell, :mod:`~kg.imports.entities` finds our entities,
:mod:`~kg.imports.cube` makes observations, :mod:`~kg.imports.checks` validates, :mod:`~kg.imports.derived` makes the release, and
:mod:`~kg.imports.commands` is what :mod:`kg.cli` calls. ``docs/import.md`` is for users,
``docs/decisions/20261122-imports-beside-a-release.md`` says why.
"""
