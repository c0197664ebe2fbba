"""Clippings: cut, date, tag and file scraped news pages. This package never imports airflow."""

PIPELINE_VERSION = "1"
"""Names what the pipeline makes of a record; raised whenever an article would come out otherwise."""
