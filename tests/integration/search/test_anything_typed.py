"""Whatever is typed is answered: queries made by hypothesis, asked of the real node."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opensearchpy import OpenSearch
from tests.unit.search.samples import article

from clippings.search.aliases import refresh
from clippings.search.indexing import file_articles
from clippings.search.queries import ranked_ids, search
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings

SIGNS = (
    '"',
    "“",
    "”",
    "«",
    "»",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "-",
    "–",
    "+",
    "~",
    "^2",
    "*",
    "?",
    "\\",
    "/",
    ":",
    "..",
    "&&",
)
WORDS = (
    "missile",
    "shield",
    "Erdoğan",
    "ракета",
    "法律",
    "O’Brien",
    "OR",
    "AND",
    "NOT",
    "TO",
    "1983",
    "U.S.",
    "well-known",
)
FIELDS = (
    "source:",
    "language:",
    "date:",
    "title:",
    "author:",
    "id:",
    "site:",
    "nosuchfield:",
    "_id:",
    "date:2012-05..",
)
ANYTHING = st.text(st.characters(codec=None), max_size=12)
"""Any characters, halves of surrogate pairs and controls too."""

TYPED = st.lists(st.sampled_from((*SIGNS, *WORDS, *FIELDS, " ", " ", " ")) | ANYTHING, max_size=14).map("".join)


@pytest.fixture(scope="module")
def filed(client: OpenSearch, opensearch: OpenSearchSettings) -> Iterator[OpenSearchSettings]:
    """Two articles, so that words find something."""
    texts = {"shield": "The missile shield of Erdoğan’s neighbours.", "rocket": "Зелёная ракета стоит у дома."}
    articles = [article(id, text, title=text, date="2012-05", source="CNN") for id, text in texts.items()]
    assert all(not outcome.message for outcome in file_articles(client, opensearch, articles))
    refresh(client, opensearch)
    yield opensearch


@settings(max_examples=150, deadline=None, derandomize=True)
@given(typed=TYPED)
@example(typed='"' * 999)
@example(typed="source:" * 140)
@example(typed="(" * 500 + ")" * 499)
@example(typed="a OR " * 200)
@example(typed="[2012 TO *} -" * 70)
@example(typed="ab* " * 250)
@example(typed="-" + "\\" * 998)
@example(typed="é" * 1000)
@example(typed="\u0301" * 1000)
@example(typed="法" * 1000)
def test_nothing_typed_is_an_error(client: OpenSearch, filed: OpenSearchSettings, typed: str) -> None:
    """Quotes, brackets, signs, fields and any characters in any order are answered, by the page's search and a batch."""
    results = search(client, filed, SearchRequest(typed))
    assert 0 <= len(results.hits) <= results.total <= 2
    assert len(ranked_ids(client, filed, typed)) == results.total
