"""Text with many documents is cut at its separator lines, and a page that holds such lines is left whole."""

import re

import pytest

from clippings.feeds import Format
from clippings.settings import PROJECT

SEEDS = sorted((PROJECT / "include" / "seeds").glob("*.txt"))


@pytest.mark.parametrize("line", ["-----", "==========", "*****", "_" * 40, "~~~~~", "#####", "—————", "\f", " ===== "])
def test_a_declared_run_or_form_feed_separates(reader, articles, line):
    """A run of five or more of one character, or a form feed, separates documents."""
    data = f"\n{line}\n".join(articles).encode()
    records = reader.records(data, format=Format.SEPARATED)
    assert [record.content for record in records] == list(articles)
    assert all(data[record.position :].startswith(record.content.encode()) for record in records)


@pytest.mark.parametrize("line", ["-----", "==========", "*****", "_" * 40, "~~~~~", "#####", "\f"])
def test_separators_are_found_where_pages_lie_between_them(reader, articles, line):
    """Nothing is declared: several separator lines with pages between them are evidence enough."""
    data = f"\n{line}\n".join(articles).encode()
    assert reader.contents(data) == list(articles)
    assert "5 separator lines" in reader.decision(data).reasons[-1]


def test_a_name_line_names_what_follows_it(reader, articles):
    """The name in a `=== name ===` line is kept, and nothing of the line is in the content."""
    data = "".join(f"=== page-{number}.html ===\n{text}\n\n" for number, text in enumerate(articles)).encode()
    records = reader.records(data)
    assert [record.name for record in records] == [f"page-{number}.html" for number in range(len(articles))]
    assert [record.content for record in records] == list(articles)


def test_a_name_without_a_document_is_rejected(reader):
    """A name that nothing follows is a record without text: it is counted, not dropped."""
    outcomes = reader.records(b"=== a ===\nSome text.\n=== b ===\n\n=== c ===\nMore text.\n")
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == [None, "empty", None]
    assert outcomes[1].position == len(b"=== a ===\nSome text.\n")


def test_the_users_expression_separates_and_can_name(reader):
    """A regular expression of the user's matches whole separator lines; its group `name` names what follows."""
    data = b"<doc 1>\nfirst\nnot a <doc 2> line\n<doc 22>\nsecond\n"
    records = reader.records(data, format=Format.SEPARATED, separator=r"<doc (?P<name>\d+)>")
    assert [(record.name, record.content) for record in records] == [
        ("1", "first\nnot a <doc 2> line"),
        ("22", "second"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(reader, articles, end):
    """LF, CRLF and CR end a line, and are kept within a document as they are."""
    texts = [text.replace("\n", end) for text in articles]
    data = f"{end}-----{end}".join(texts).encode()
    assert reader.contents(data) == texts


def test_blank_parts_are_no_documents(reader, articles):
    """Nothing, or blank lines, between two separator lines is no document."""
    data = f"-----\n\n-----\n{articles[0]}\n\n\n-----\n\n-----\n\n{articles[1]}\n-----\n".encode()
    records = reader.records(data, format=Format.SEPARATED)
    assert [record.content for record in records] == [articles[0], articles[1]]
    assert [data[record.position :][:9] for record in records] == [b"Ministers"] * 2


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_the_seeds_stay_one_document_each(reader, path):
    """Each of the five page scrapes is one document."""
    (record,) = reader.records(path.read_bytes(), path.name)
    assert record.content == path.read_text(encoding="utf-8")


LONG = "The ministers said on Tuesday that nothing had been decided, and that talks would go on in the old town. " * 6


@pytest.mark.parametrize(
    "page",
    [
        f"Title of the page\n-----\n{LONG}\n-----\nShare this\n-----\n1 2 3\n",
        f"Title\n=====\n\n{LONG}\n\nSecond\n======\n\n{LONG}\n\nThird one\n=========\n\n{LONG}\n",
        f"{LONG}\n\n-----\n\n{LONG}\n",
        f"{LONG}\n\n*****\n\n{LONG}\n\n*****\n\n{LONG}\n",
        f"{LONG}\n   #######\n{LONG}\n   #######\n{LONG}\n",
        f"A title\n{LONG}\nComments\n-----\nann\nI agree.\n-----\nbob\nNo.\n-----\ncy\nWhy not?\n",
        f"=====\nNEWS\n=====\n{LONG}\n=====\nSPORT\n=====\n{LONG}\n=====\nWEATHER\n=====\n{LONG}\n",
        f"An article\n\n{LONG}\n\n== History ==\n{LONG}\n\n=== Early years ===\n{LONG}\n\n=== Late years ===\n{LONG}\n",
        f"| a | b |\n|||||||||\n| 1 | 2 |\n|||||||||\n{LONG}\n",
        "1 2 3\n-----\n4 5 6\n-----\n7 8 9\n-----\n",
        f"{LONG}\n-----\n{LONG}\n----------\n{LONG}\n--------------------\n{LONG}\n",
    ],
    ids=[
        "sections", "underlined headings", "one rule", "breaks in a long text", "indented breaks", "comments",
        "framed headings", "wiki headings", "table", "numbers", "rules of several lengths",
    ],
)  # fmt: skip
def test_a_page_with_such_lines_is_left_whole(reader, page):
    """Rules, underlines, frames and section breaks of one page do not make it many, and the reason is told."""
    assert reader.contents(page.encode()) == [page]
    assert reader.decision(page.encode()).format is Format.TEXT


def test_a_document_beyond_the_limit_is_rejected_alone(reader, articles):
    """A document longer than the feed allows is rejected with its size; those around it are kept."""
    middle = "word " * 1000
    data = f"\n-----\n{middle}\n-----\n".join(articles[:2]).encode()
    before, rejected, after = reader.records(data, format=Format.SEPARATED, record_limit=2000)
    assert (before.content, after.content) == articles[:2]
    assert rejected.reason == "too-large"
    assert re.search(r"has 5,001 bytes, more than the 2,000", rejected.message)
    assert rejected.raw == middle.encode() + b"\n"
