import pytest

from clippings.extraction.bylines import byline, find_author, is_byline


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Ada Quill", "Ada Quill"),
        ("BY ADA QUILL", "Ada Quill"),
        ("By Ada Quill and Ben Rook", "Ada Quill and Ben Rook"),
        ("By Ada Quill, Harbour Times", "Ada Quill"),
        ("by Chen Li, Peter Oduya", "Chen Li, Peter Oduya"),
        ("Von Gerda van der Meulen", "Gerda van der Meulen"),
        ("Par Maëlle Kervran", "Maëlle Kervran"),
        ("Por Inés del Río", "Inés del Río"),
        ("Автор: Анна Белова", "Анна Белова"),
        ("بقلم: منى علي", "منى علي"),
        ("Posted on May 3, 2011 by marlin", "marlin"),
        ("By ADA QUILL, Associated Press", "Ada Quill"),
        ("Door onze verslaggever Ada Quill", "Ada Quill"),
        ("Teksti: Ada Quill", "Ada Quill"),
        ("Oberlaubach, 7. Juli 2005. Von Ada Quill", "Ada Quill"),
    ],
)
def test_a_byline_names_its_author(line: str, name: str) -> None:
    """A line that is a byline, in any language that the press writes it in, gives the name."""
    assert byline(line) == name


@pytest.mark.parametrize(
    "line",
    [
        "By the time the ferry left, the rain had stopped.",
        "Von der Küste bis zum Gebirge fiel Schnee.",
        "Por la noche llovió.",
        "By Friday",
        "",
        "By Ada Quill said that she had never been to the harbour, whatever the papers may have written about it since.",
    ],
)
def test_a_sentence_is_no_byline(line: str) -> None:
    """A line that only begins like a byline gives no name."""
    assert byline(line) is None


def test_a_desk_is_a_byline_without_an_author() -> None:
    """`By Harbour Times Staff` is furniture, and names nobody."""
    assert is_byline("By Harbour Times Staff")
    assert byline("By Harbour Times Staff") is None


def test_the_header_is_read_before_what_follows_the_text() -> None:
    """Of a byline above the text and one below it, the one above counts."""
    lines = ["Title", "By Ada Quill", "Text.", "By Ben Rook"]
    assert find_author(lines, 0, 2, 2) == "Ada Quill"
    assert find_author(["Title", "Text.", "By Ben Rook"], 0, 1, 1) == "Ben Rook"
    assert find_author(["Title", "Text."], 0, 1, 1) is None


def test_a_name_beside_the_date_is_the_author() -> None:
    """Without a byline, a name with the line above or below the header's date to itself is the author's."""
    for header in (["Ada Quill", "21 June 2012"], ["21 June 2012", "Ada Quill"]):
        assert find_author(["Sheep wins quiz", *header, "Text."], 0, 3, 3) == "Ada Quill"
    assert find_author(["Harbour Times", "21 June 2012", "Text."], 0, 2, 2) is None
    assert find_author(["Sheep wins", "Ada Quill", "A picture of sheep", "21 June 2012", "Text."], 0, 4, 4) is None
