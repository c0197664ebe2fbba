"""What is counted over numbers is what regular expressions and string methods say of the text."""

import re

import pytest

from clippings.characters import count_words, lines_with_digits, small

TEXTS = (
    "",
    "One word, two words; a_b 3rd ½ naïve 北京 ２０１２ — 𐐀𐐁 \U0001f600 x",
    "two\nlines and\n\n٣ الأيام\n①\nx² is 9\nnone",
    "half \ud800 a character",
)


@pytest.mark.parametrize("text", TEXTS)
def test_words_are_those_of_the_regular_expression(text: str) -> None:
    """Words of any script, joined by underscores and ended by signs, are counted as `\\w+` finds them."""
    assert count_words(text) == len(re.findall(r"\w+", text))


@pytest.mark.parametrize("text", TEXTS)
def test_digits_of_any_script_mark_their_lines(text: str) -> None:
    """The lines with a digit are those in which `str.isdigit` finds one."""
    expected = [place for place, line in enumerate(text.split("\n")) if any(map(str.isdigit, line))]
    assert lines_with_digits(text) == expected


@pytest.mark.parametrize("text", ["YAYIN", "yayın", "YAYİN", "Yayin", "Publiſhed", "ОПУБЛИКОВАНО", "MÄRZ"])
def test_small_letters_are_found_as_if_case_were_ignored(text: str) -> None:
    """A pattern in small letters finds in a text's small letters what it finds in the text when case is ignored."""
    for pattern in ("yayin", "published", "опубликовано", "märz"):
        assert bool(re.search(pattern, small(text))) == bool(re.search(pattern, text, re.IGNORECASE))
