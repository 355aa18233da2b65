"""Run SPARQL queries of strangers: scan, then a process of its own, then the whole result or a reason.

:mod:`kg.store` says where the store is; :mod:`kg.web` is what asks. :mod:`kg.engine.scan` looks at the text,
:mod:`kg.engine.pool` keeps the processes, :mod:`kg.engine.zygote` forks them, :mod:`kg.engine.worker` is one.
"""
