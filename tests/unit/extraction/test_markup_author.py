"""The author in the markup is the one that trafilatura's own search finds."""

import pytest
from lxml.html import document_fromstring
from trafilatura.metadata import extract_author

from clippings.extraction.markup_author import markup_author

PAGES = {
    '<div class="post-author">By Ada Quill</div>': "Ada Quill",
    '<p><a rel="author" href="/ada">Ada Quill</a></p>': "Ada Quill",
    '<div id="comments"><span class="author">Ann Onymous</span></div><p class="byline">Ada Quill</p>': "Ada Quill",
    '<p class="byline">Ada <time class="x">May 2</time>Quill</p>': "Ada Quill",
    '<div class="sidebar"><p class="byline">Ada Quill</p></div>': None,
    '<div class="author">' + "Ada Quill " * 13 + '</div><span data-component="Byline">Ada Quill</span>': "Ada Quill",
    "<author>Ada Quill</author>": "Ada Quill",
    '<section class="screenname-box">Ada Quill</section>': "Ada Quill",
    '<h3 id="zuozhe">张三丰</h3>': "张三丰",
    "<p>No one signed this.</p>": None,
}


@pytest.mark.parametrize("body", PAGES)
def test_the_author_is_the_one_that_trafilatura_finds(body: str) -> None:
    """Marked by class, id or element; not among comments; without the time that stands in it; and not a long text."""
    tree = document_fromstring(
        f"<html><body><h1>Ferry meets wall</h1>{body}<p>The ferry hit the wall.</p></body></html>"
    )
    assert markup_author(tree) == PAGES[body] == extract_author(tree)
