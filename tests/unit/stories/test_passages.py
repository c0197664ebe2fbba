"""What two texts share, and where they differ."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.stories.texts import text, words

from clippings.stories.passages import Kind, Stretch, differences, shared_passages

OLD = 'The mayor opened the bridge on Monday. "It is a good day," she said. Hundreds came. Traffic was stopped.'
NEW = "The mayor opened the new bridge on Monday. “It is a good day”, she said. Traffic was stopped for hours."


def test_differences_are_shown_word_by_word() -> None:
    """An added word, a sentence left out and one made longer are told; typography is no difference."""
    assert differences(OLD, NEW) == (
        Stretch(Kind.SAME, "The mayor opened the "),
        Stretch(Kind.ADDED, "new "),
        Stretch(Kind.SAME, "bridge on Monday. “It is a good day”, she said. "),
        Stretch(Kind.LEFT_OUT, "Hundreds came. "),
        Stretch(Kind.SAME, "Traffic was stopped "),
        Stretch(Kind.ADDED, "for hours."),
    )


@settings(deadline=None, max_examples=100)
@given(st.text(), st.text())
def test_differences_lose_nothing_of_the_other_text(one: str, other: str) -> None:
    """What is the same and what was added is the other text, to the last sign."""
    assert "".join(each.text for each in differences(one, other) if each.kind is not Kind.LEFT_OUT) == other


def test_long_texts_are_compared_in_reasonable_time() -> None:
    """Two books without a sentence in common are shown whole, not compared word by word."""
    one, other = text(1, 20_000).replace(".", ""), text(2, 20_000).replace(".", "")
    found = differences(one.replace("\n", " "), other.replace("\n", " "))
    assert [each.kind for each in found] == [Kind.LEFT_OUT, Kind.ADDED]


def test_shared_passages_are_as_the_first_text_writes_them() -> None:
    """Each passage of ten words or more is found once, whole, with its own punctuation; shorter ones are not."""
    first, second, short = (" ".join(words(seed, count)) for seed, count in ((1, 30), (2, 12), (3, 9)))
    one = f"{text(4, 50)} {first.upper()}, {text(5, 50)} {second} {text(6, 50)} {short}"
    other = f"{text(7, 50)} {second}! {text(8, 50)} {short} {text(9, 50)} {first}"
    assert shared_passages(one, other) == (first.upper(), second)
    assert shared_passages(short, short) == ()
