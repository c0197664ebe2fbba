"""What is cut out of a page: main text, title, author, and how sure that is."""

from clippings.extraction.page_html import extract_blocks
from clippings.extraction.page_text import extract_lines
from clippings.pages import Extraction, Page


def extract(page: Page) -> Extraction:
    """Cut `page`. Where no main text is found its `text` is empty and the confidence 0. Never raises for a page."""
    return extract_lines(page) if page.tree is None else extract_blocks(page)
