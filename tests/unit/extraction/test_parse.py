from clippings.extraction import parse
from clippings.extraction.blocks import Markup
from clippings.extraction.parse import MOST_LINKS
from clippings.records import ContentType


def lines_of(html: str) -> list[str]:
    """The visible lines of a page."""
    return list(parse(html, ContentType.HTML).lines)


def test_each_block_is_a_line_and_inline_elements_are_not() -> None:
    """Paragraphs, list items and line breaks end a line; links and emphasis within them do not."""
    html = "<html><body><p>One <b>bold</b> and\n <a href=x>linked</a>.</p><ul><li>a<li>b</ul>x<br>y</body></html>"
    assert lines_of(html) == ["One bold and linked.", "a", "b", "x", "y"]


def test_what_a_reader_does_not_see_is_no_line() -> None:
    """Scripts, styles, the head and HTML comments leave no trace, and the text behind them is kept."""
    html = (
        "<html><head><title>T</title></head><body><p>a<script>b</script>c<!-- d -->e</p><style>f</style>g</body></html>"
    )
    assert lines_of(html) == ["ace", "g"]


def test_blocks_say_where_they_stand_and_how_much_is_linked() -> None:
    """A block carries the tags and class names around it, and the share of it that is links."""
    html = '<html><body><div class="site-nav"><p><a href=x>Home</a></p></div><h1>Title</h1><p>text</p></body></html>'
    menu, title, text = parse(html, ContentType.HTML).blocks
    assert (menu.text, menu.linked) == ("Home", 1.0)
    assert menu.markup & Markup.NAVIGATION
    assert title.markup & Markup.HEADING_1
    assert (text.linked, bool(text.markup & Markup.NAVIGATION)) == (0.0, False)


def test_the_canonical_link_is_the_address() -> None:
    """A page whose address is not given has the one of its canonical link, then of its Open Graph data."""
    canonical = '<html><head><link rel="canonical" href="https://a.example/1"></head><body><p>x</p></body></html>'
    graph = '<html><head><meta property="og:url" content="https://a.example/2"></head><body><p>x</p></body></html>'
    assert parse(canonical, ContentType.HTML).url == "https://a.example/1"
    assert parse(graph, ContentType.HTML).url == "https://a.example/2"
    assert parse(canonical, ContentType.HTML, "https://b.example/").url == "https://b.example/"


def test_a_relative_canonical_link_is_no_address() -> None:
    """An address needs a host: a relative canonical link says nothing."""
    html = '<html><head><link rel="canonical" href="/1"></head><body><p>x</p></body></html>'
    assert parse(html, ContentType.HTML).url is None


def test_an_address_alone_on_the_first_or_last_line_is_the_scrapes() -> None:
    """A scrape's own address stands alone on its first or last filled line; one in the middle is not it."""
    assert parse("https://a.example/x\n\nText.", ContentType.TEXT).url == "https://a.example/x"
    assert parse("Text.\n\nhttps://a.example/x\n\n", ContentType.TEXT).url == "https://a.example/x"
    assert parse("Text.\nhttps://a.example/x\nText.", ContentType.TEXT).url is None
    assert parse("Text.\nSee https://a.example/x", ContentType.TEXT).url is None


def test_control_characters_do_not_reach_the_lines() -> None:
    """NUL, soft hyphens and byte order marks are dropped; tabs and line ends are not."""
    assert parse("\ufeffa\0b\xad\tc\r\nd", ContentType.TEXT).lines == ("ab\tc", "d")


def test_html_that_is_none_is_taken_as_text() -> None:
    """Content that says it is HTML but holds no element is read as plain text."""
    page = parse("just words", ContentType.HTML)
    assert page.lines == ("just words",)
    assert parse("", ContentType.HTML).lines == ()


def test_of_very_many_links_only_those_without_text_are_passed_over() -> None:
    """Beyond the ten thousandth, a link that stands by itself is passed over, in a list or in a row; one in a sentence, and
    every sentence, stays."""
    rows = (
        "".join(f"<li><b><a href='/{i}'>link {i}</a></b></li>" for i in range(MOST_LINKS + 50)),
        " | ".join(f"<a href='/{i}'>row {i}</a>" for i in range(50)),
        "".join(f"<p>It was <a href='/{i}'>said</a> <a>and</a> heard in sentence {i}.</p>" for i in range(50)),
    )
    page = parse(f"<html><body><ul>{rows[0]}</ul><div>{rows[1]}</div>{rows[2]}</body></html>", ContentType.HTML)
    assert [line for line in page.lines if line.startswith("link")][-1] == f"link {MOST_LINKS - 1}"
    assert not [line for line in page.lines if "row 2" in line]
    assert [line for line in page.lines if "heard" in line] == [
        f"It was said and heard in sentence {i}." for i in range(50)
    ]
