"""Did you mean: a query with its misspelt words written as the archive writes them."""

import re
from typing import Any

from opensearchpy import OpenSearch

from clippings.search.aliases import read_alias, searching
from clippings.search.feedback import understood
from clippings.search.ranking import query
from clippings.search.syntax import parse
from clippings.settings import OpenSearchSettings

SHORTEST = 4
"""Letters of a word that can be misspelt: among shorter ones everything is near everything."""


def _corrections(answer: list[dict[str, Any]]) -> dict[str, str]:
    """Misspelt words, as typed in lower case, to the better spelling."""
    return {entry["text"]: entry["options"][0]["text"] for entry in answer if entry["options"]}


def better_spelling(client: OpenSearch, settings: OpenSearchSettings, text: str, found: int) -> str | None:
    """The whole query with other spellings, where it then finds more than the `found` it finds now; otherwise None."""
    words = parse(text).text
    if not re.search(rf"\w{{{SHORTEST},}}", words):
        return None
    suggester = {
        "field": "text",
        "suggest_mode": "missing",
        "min_word_length": SHORTEST,
        "prefix_length": 1,
        "sort": "frequency",
        "size": 1,
    }
    index = read_alias(settings)
    body = {"size": 0, "suggest": {"words": {"text": words, "term": suggester}}}
    with searching(settings):
        corrections = _corrections(client.search(index=index, body=body)["suggest"]["words"])
    if not corrections:
        return None
    better = re.sub(r"\w+", lambda word: corrections.get(word[0].lower(), word[0]), text)
    parsed = parse(better)
    words_found = understood(client, settings, parsed)
    with searching(settings):
        finds = client.count(index=index, body={"query": query(parsed, words_found)})["count"]
    return better if finds > found else None
