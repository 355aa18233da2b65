"""What helps a coder: a new document from a page or a file, findings while one writes, two codings made into one.

In: pages, PDFs and texts; a project; mapping files of two coders. Out: files of a project for a coder to go on with, and a page
that shows what is covered. Next: ``kg new``, ``kg watch`` and ``kg merge`` in :mod:`kg.cli`.
"""
