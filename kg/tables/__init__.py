"""The statements as a flat table, one row each: CSV with CSVW metadata, Parquet and XLSX.

In: the quads of a document's file (:mod:`kg.exports`). Out: rows (:mod:`kg.tables.rows`) under columns (:mod:`kg.tables.columns`),
written by :mod:`kg.tables.csvw`, :mod:`kg.tables.parquet` and :mod:`kg.tables.workbook`.
"""
