"""Main text, title and author out of a page: `parse` a record's content once, then `extract` from the page."""

from clippings.extraction.extract import extract
from clippings.extraction.parse import parse

__all__ = ["extract", "parse"]
