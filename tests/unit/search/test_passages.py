"""Passages cut at the marks around matched words."""

from clippings.search.passages import Marks, read_passages, read_title
from clippings.search.requests import Segment


def test_a_marked_text_is_cut_into_plain_stretches() -> None:
    """Marks become segments; the text between them stays as it is, whatever it holds."""
    marks = Marks.drawn()
    marked = f"a <b>{marks.before}missile{marks.after}</b> shield"
    assert marks.segments(marked) == (
        Segment("a <b>", False),
        Segment("missile", True),
        Segment("</b> shield", False),
    )


def test_a_document_cannot_mark_itself() -> None:
    """The marks of one search mean nothing in the next."""
    marks, others = Marks.drawn(), Marks.drawn()
    marked = f"{others.before}false{others.after}"
    assert marks.segments(marked) == (Segment(marked, False),)


def test_unbalanced_marks_break_nothing() -> None:
    """A mark without its fellow only ends a stretch."""
    marks = Marks.drawn()
    assert marks.segments(f"{marks.after}a{marks.before}b") == (Segment("a", False), Segment("b", True))


def test_a_title_without_highlights_is_one_stretch() -> None:
    """A title in which nothing matched is shown whole; no title is no stretch."""
    marks = Marks.drawn()
    assert read_title({}, marks, "Title") == (Segment("Title", False),)
    assert read_title({}, marks, None) == ()
    assert read_passages({}, marks) == ()


def test_a_passage_says_that_it_begins_within_a_sentence() -> None:
    """What the highlighter cut at an abbreviation is opened with an ellipsis, and left out where it is too short."""
    marks = Marks.drawn()
    shield = f"{marks.before}shield{marks.after} deployment."
    backed = "-backed plan to place a shield in Europe, they say"
    whole = "The shield will stand in Poland and in Romania."
    ellipsis = Segment("… ", False)
    assert read_passages({"text_en": [shield, backed, whole]}, marks) == (
        (ellipsis, Segment(backed, False)),
        (Segment(whole, False),),
    )
    assert read_passages({"text_en": [shield]}, marks) == (
        (ellipsis, Segment("shield", True), Segment(" deployment.", False)),
    )
