"""One sentence in each language, found by words in another form."""

import json
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from tests.unit.search.samples import article

from clippings.search.aliases import refresh
from clippings.search.analysis import ANALYSIS_OF
from clippings.search.indexing import file_articles
from clippings.search.queries import get_article, search
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings

SENTENCES = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def filed(client: OpenSearch, opensearch: OpenSearchSettings) -> OpenSearchSettings:
    """The sentences of all languages, in one index."""
    articles = [article(each["code"], each["text"], language=each["code"]) for each in SENTENCES]
    assert all(not outcome.message for outcome in file_articles(client, opensearch, articles))
    refresh(client, opensearch)
    return opensearch


def test_every_language_with_an_analysis_has_a_sentence() -> None:
    """No language is claimed that is not tested."""
    assert set(ANALYSIS_OF) - {"nb", "nn"} <= {each["code"] for each in SENTENCES}


@pytest.mark.parametrize("sentence", SENTENCES, ids=[each["code"] for each in SENTENCES])
def test_a_word_is_found_in_another_form(
    client: OpenSearch, filed: OpenSearchSettings, sentence: dict[str, str]
) -> None:
    """A question finds the sentence of its language without naming the language, and marks the word there."""
    hits = {hit.id: hit for hit in search(client, filed, SearchRequest(sentence["query"])).hits}
    assert sentence["code"] in hits
    passages = hits[sentence["code"]].passages
    assert any(segment.matched for passage in passages for segment in passage)


def test_texts_are_kept_as_they_are(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Analysis changes what is searched, never what is read."""
    for sentence in SENTENCES:
        found = get_article(client, filed, sentence["code"])
        assert found is not None
        assert found.article.text == sentence["text"]
