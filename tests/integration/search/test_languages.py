"""One sentence in each language, found by words in another form."""

import json
import re
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from tests.unit.search.samples import article

from clippings.search.aliases import refresh
from clippings.search.analysis import ANALYSIS_OF
from clippings.search.indexing import file_articles
from clippings.search.queries import get_article, search
from clippings.search.requests import SearchRequest
from clippings.settings import PROJECT, OpenSearchSettings

SENTENCES = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))
SPELLINGS = json.loads(Path(__file__).with_name("spellings.json").read_text(encoding="utf-8"))
SAYING_NOTHING = (("en", "the of and"), ("de", "die der und"), ("fr", "l'on et d'un"), ("ru", "и в не на"))


GUIDE = PROJECT / "docs" / "guide" / "languages.md"


@pytest.fixture(scope="module")
def filed(client: OpenSearch, opensearch: OpenSearchSettings) -> OpenSearchSettings:
    """The sentences of all languages, in one index."""
    articles = [article(each["code"], each["text"], language=each["code"]) for each in SENTENCES]
    articles += [
        article(f"spelt-{number}", each["text"], language=each["language"]) for number, each in enumerate(SPELLINGS)
    ]
    articles += [article(f"nothing-{language}", f"{words}.", language=language) for language, words in SAYING_NOTHING]
    assert all(not outcome.message for outcome in file_articles(client, opensearch, articles))
    refresh(client, opensearch)
    return opensearch


def test_every_language_with_an_analysis_has_a_sentence() -> None:
    """No language is claimed that is not tested."""
    assert set(ANALYSIS_OF) - {"nb", "nn"} <= {each["code"] for each in SENTENCES}


def test_the_guide_shows_what_is_tested() -> None:
    """The table in the guide has each of these sentences, with its language and what finds it, and no other."""
    rows = re.findall(
        r"^\| [^|]+ \| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted((each["code"], each["text"], each["query"]) for each in SENTENCES)


@pytest.mark.parametrize("sentence", SENTENCES, ids=[each["code"] for each in SENTENCES])
def test_a_word_is_found_in_another_form(
    client: OpenSearch, filed: OpenSearchSettings, sentence: dict[str, str]
) -> None:
    """A question finds the sentence of its language without naming the language, and marks the word there."""
    hits = {hit.id: hit for hit in search(client, filed, SearchRequest(sentence["query"])).hits}
    assert sentence["code"] in hits
    passages = hits[sentence["code"]].passages
    assert any(segment.matched for passage in passages for segment in passage)


@pytest.mark.parametrize("number", range(len(SPELLINGS)), ids=[each["text"][:20] for each in SPELLINGS])
def test_a_name_is_found_however_it_is_spelt(client: OpenSearch, filed: OpenSearchSettings, number: int) -> None:
    """With and without accents, in capitals, in the old spelling, with any apostrophe, with or without dots."""
    for typed in SPELLINGS[number]["found_by"]:
        hits = search(client, filed, SearchRequest(typed, size=100)).hits
        assert f"spelt-{number}" in {hit.id for hit in hits}, typed


@pytest.mark.parametrize(("language", "words"), SAYING_NOTHING, ids=[language for language, _ in SAYING_NOTHING])
def test_words_that_say_nothing_find_nothing_more(
    client: OpenSearch, filed: OpenSearchSettings, language: str, words: str
) -> None:
    """A language's articles and prepositions bring nothing in, though words are looked for as they are written, too."""
    wanted = next(each["query"] for each in SENTENCES if each["code"] == language)
    found = {hit.id for hit in search(client, filed, SearchRequest(f"{words} {wanted}", size=100)).hits}
    assert language in found
    assert f"nothing-{language}" not in found


@pytest.mark.parametrize("phrase", ['"équipe des négociateurs"', '"negociateurs d\'Orleans"'])
def test_phrases_see_through_elision(client: OpenSearch, filed: OpenSearchSettings, phrase: str) -> None:
    """A phrase may begin after an apostrophe, and is found without accents."""
    results = search(client, filed, SearchRequest(phrase))
    assert not results.relaxed
    assert [hit.id for hit in results.hits] == ["fr"]


def test_texts_are_kept_as_they_are(client: OpenSearch, filed: OpenSearchSettings) -> None:
    """Analysis changes what is searched, never what is read."""
    for sentence in SENTENCES:
        found = get_article(client, filed, sentence["code"])
        assert found is not None
        assert found.article.text == sentence["text"]
