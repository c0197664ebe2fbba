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
