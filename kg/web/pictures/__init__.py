"""Pictures of a release: what is counted, how it is drawn, and the pages that show it.

Data flow: :mod:`.catalogue` (which pictures there are) → :mod:`.counting` (a query, its rows, the statements behind a row) → :mod:`.scene` (rows
with names and addresses) → :mod:`.network`, :mod:`.grid`, :mod:`.years` (a Vega-Lite specification) → :mod:`.draughtsman` (a process of its own that has
Vega-Lite) → :mod:`.svg` (links, title, text alternative) → :mod:`.gallery` (kept drawings) → :mod:`.views` (pages and files).
"""
