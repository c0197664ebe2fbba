"""An empty archive on the real node for each test of stories."""

import pytest
from opensearchpy import OpenSearch, helpers

from clippings.articles import Article
from clippings.ingestion.filed import remove
from clippings.search.aliases import ensure_index, read_alias, refresh
from clippings.search.client import connect
from clippings.search.indexing import Status, file_articles
from clippings.settings import OpenSearchSettings
from clippings.stories.grouping import Grouped, group


class Archive:
    """What tests do with it, and what they see in it."""

    def __init__(self, client: OpenSearch, settings: OpenSearchSettings) -> None:
        self.client, self.settings = client, settings

    def file(self, *articles: Article) -> list[Status]:
        """File articles; what became of each, by id."""
        outcomes = file_articles(self.client, self.settings, articles)
        return [one.status for one in sorted(outcomes, key=lambda one: one.id)]

    def remove(self, *ids: str) -> None:
        """Take articles out."""
        assert remove(self.client, self.settings, list(ids)) == len(ids)

    def group(self) -> Grouped:
        """Group what is not grouped."""
        return group(self.client, self.settings)

    def documents(self) -> dict[str, dict[str, object]]:
        """What is held, by id."""
        refresh(self.client, self.settings)
        hits = helpers.scan(self.client, index=read_alias(self.settings))
        return {hit["_id"]: hit["_source"] for hit in hits}

    def stories(self) -> dict[str, str]:
        """Each article's story. Heads and numbers of copies are checked on the way."""
        held = self.documents()
        stories = {id: str(source["story_id"]) for id, source in sorted(held.items())}
        sizes = {story: list(stories.values()).count(story) for story in stories.values()}
        heads = {id: source["story_copies"] for id, source in held.items() if "story_copies" in source}
        assert heads == sizes
        assert all(min(id for id in stories if stories[id] == story) == story for story in sizes)
        return stories

    def groups(self) -> set[frozenset[str]]:
        """The stories as sets of articles."""
        stories = self.stories()
        return {frozenset(id for id in stories if stories[id] == story) for story in stories.values()}


@pytest.fixture
def archive(opensearch: OpenSearchSettings) -> Archive:
    """An empty archive."""
    client = connect(opensearch)
    client.indices.delete(index=f"{opensearch.index_prefix}*", expand_wildcards="all", ignore_unavailable=True)
    ensure_index(client, opensearch)
    return Archive(client, opensearch)
