"""Clippings: cut, date, tag and file scraped news pages. This package never imports airflow."""
