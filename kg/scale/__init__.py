"""Documents one at a time: mapped, judged and written in processes, with what was done before taken from a cache.

In: a project (:class:`~kg.mappings.layout.Layout`). Out: findings, and the parts of a release. Next: :mod:`kg.release`.

Each step is a function of files that are named, so that its result can be kept under a hash of them (:mod:`kg.scale.cache`) and be made in
whatever process is free (:mod:`kg.scale.executor`), also of other machines (:mod:`kg.scale.cluster`). The steps: :mod:`kg.scale.mapping`
turns the files of a document into statements in RDF; :mod:`kg.scale.judging` infers and validates them beside what they refer to;
:mod:`kg.scale.together` asks what only all documents together can answer. ``docs/scale.md`` says what that costs, and
``docs/decisions/20261123-one-document-at-a-time.md`` why.
"""
