from clippings.extraction.titles import find_title

BODY = (
    "The ferry hit the harbour wall on Tuesday. The captain of the ferry blamed the wall, which has stood since 1790."
)


def _title(*above: str) -> str | None:
    found = find_title(above, [False] * len(above), len(above), BODY)
    return None if found is None else above[found]


def test_the_title_stands_above_the_byline() -> None:
    """Highlights between byline and text share more words with it, and are still no title."""
    title = "Ferry meets harbour wall"
    assert _title(title, "By Ada Quill", "Captain of the ferry blamed the harbour wall") == title
    assert _title("Home", title, "A lede on captain, ferry and harbour wall, all of it sad.", "By Ada Quill") == title


def test_without_anything_above_the_byline_the_line_below_it_is_the_title() -> None:
    """Some pages have byline and date first."""
    assert _title("By Ada Quill", "Ferry meets harbour wall") == "Ferry meets harbour wall"


def test_a_date_is_no_title() -> None:
    """A line with a date and little else is passed over, in any language."""
    assert _title("Ferry meets harbour wall", "Gepubliceerd op 8 maart 2012 om 07:45") == "Ferry meets harbour wall"


def test_a_short_first_line_is_the_sites_name_before_it_is_a_title() -> None:
    """A blog that is named for its captain is not the title of his story."""
    assert _title("The ferry captain", "Recipes", "How my ferry met a wall") == "How my ferry met a wall"
