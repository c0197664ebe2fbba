import pytest

from clippings.extraction.endings import is_comments_heading, is_related_heading, sign_offs, signs_off


@pytest.mark.parametrize(
    "line",
    ["3 comments", "Forum: have your say on this story", "Leserkommentare (4)", "Читайте также", "You may also like"],
)
def test_a_heading_of_what_follows_ends_the_article(line: str) -> None:
    """Comments and related news begin below such a heading."""
    assert is_comments_heading(line) or is_related_heading(line)


@pytest.mark.parametrize("line", ["Comments were made, and taken back.", "He had his say.", ""])
def test_a_sentence_about_comments_ends_nothing(line: str) -> None:
    """Only a heading ends an article, not a sentence with its words."""
    assert not is_comments_heading(line)
    assert not is_related_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "Copyright 2011 The Harbour Press. All rights reserved.",
        "All text and pictures © 1999-2019 Where the Road Ends. Please ask before you copy.",
        "Recommend 212 people recommend this",
        "Deel dit artikel",
        "bch/ol/df",
        "(责编：王晓、李梅)",
        "Harbour Press editorial office",
        "Reporting by Ada Quill",
    ],
)
def test_what_signs_off_an_article_is_known(line: str) -> None:
    """Editors, initials, copyright and sharing below the last sentence are no main text."""
    assert signs_off(line)


@pytest.mark.parametrize(
    "line", ["The rights were reserved.", "Share prices fell again on Tuesday.", "Print is not dead."]
)
def test_a_last_sentence_is_no_sign_off(line: str) -> None:
    """A sentence with the same words stays."""
    assert not signs_off(line)


def test_only_the_end_of_the_main_text_is_looked_at() -> None:
    """A sign-off is taken away where it stands among the last lines, and never the only line."""
    lines = ["Deel dit artikel", "A.", "B.", "C.", "D.", "bch/ol", "Deel dit artikel"]
    assert sign_offs(lines, range(7)) == [5, 6]
    assert sign_offs(["bch/ol"], [0]) == []
