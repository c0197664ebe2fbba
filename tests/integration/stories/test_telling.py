"""What is told of stories: copies, the earliest, relatives with the passages they share."""

import json

import pytest
from tests.integration.stories.conftest import Archive
from tests.unit.search.samples import article
from tests.unit.stories.texts import text, words

from clippings.cli.__main__ import main
from clippings.search.copies import copies_of
from clippings.stories.telling import related_to

STORY = text(1)
PASSAGE = " ".join(words(30, 60))


def test_copies_are_told_oldest_first(archive: Archive) -> None:
    """The copies come by date with undated ones last, and those that may be the earliest are marked."""
    dates = {"c": "2012-05-02", "a": "2012-05", "d": "2012-06-01T10:00:00+00:00", "b": None, "e": "2012-05-31"}
    archive.file(*(article(id, STORY, date=date, source=f"Paper {id}") for id, date in dates.items()))
    archive.file(article("z", text(2)))
    archive.group()
    found = copies_of(archive.client, archive.settings, ["a", "z"])
    assert set(found) == {"a"}
    assert found["a"].total == 5
    assert [(one.id, one.published, one.earliest) for one in found["a"].listed] == [
        ("a", "2012-05", True),
        ("c", "2012-05-02", True),
        ("e", "2012-05-31", False),
        ("d", dates["d"], False),
        ("b", None, False),
    ]
    shortened = copies_of(archive.client, archive.settings, ["a"], size=2)["a"]
    assert (shortened.total, len(shortened.listed)) == (5, 2)


def test_relatives_share_passages_and_are_of_other_stories(archive: Archive) -> None:
    """An article that has a passage of another is related to it, with the passage; its own copies are not."""
    archive.file(
        article("own", f"{text(3)} {PASSAGE} {text(4)}"),
        article("copy", f"{text(3)} {PASSAGE} {text(4)}"),
        article("other", f"{text(5)} {PASSAGE.upper()} {text(6)}", source="Paper"),
        article("stranger", text(7)),
    )
    assert related_to(archive.client, archive.settings, "own") == ()
    archive.group()
    (found,) = related_to(archive.client, archive.settings, "own")
    assert (found.copy.id, found.copy.source, found.passages, found.words) == ("other", "Paper", (PASSAGE,), 60)
    assert related_to(archive.client, archive.settings, "stranger") == ()
    assert related_to(archive.client, archive.settings, "nobody") == ()


def test_the_command_groups_and_shows(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`./clippings stories group` groups, `show` tells copies and relatives, and an unknown id is an error."""
    monkeypatch.setenv("AIRFLOW_CONN_OPENSEARCH_DEFAULT", archive.settings.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", archive.settings.index_prefix)
    archive.file(
        article("one", f"{STORY} {PASSAGE}", date="2012-05-02", source="First"),
        article("two", f"{STORY} {PASSAGE}", date="2012-05-03", source="Second"),
        article("other", f"{text(5)} {PASSAGE}"),
    )
    assert len(archive.documents()) == 3
    assert main(["stories", "show", "one"]) == 0
    assert "not grouped yet" in capsys.readouterr().out
    assert main(["stories", "group"]) == 0
    assert "1 stories in several copies, 2 articles in all" in " ".join(capsys.readouterr().out.split())
    assert main(["stories", "show", "two"]) == 0
    told = capsys.readouterr().out
    assert "2 copies" in told
    assert told.index("First") < told.index("Second")
    assert "60 words shared with other" in told
    assert PASSAGE[:40] in told
    assert main(["stories", "show", "nobody"]) == 1
    capsys.readouterr()
    for options, hits in ([], 2), (["--every-copy"], 3):
        assert main(["search", PASSAGE[:20], "--json", *options]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (len(found["hits"]), found["total"]) == (hits, 3)
    assert main(["search", PASSAGE[:20]]) == 0
    assert "2 copies: First, Second" in capsys.readouterr().out
