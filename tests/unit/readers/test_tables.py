"""CSV and TSV: any delimiter, quoted line breaks, named or numbered columns, and quoting that is broken."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clippings.feeds import Format
from clippings.records import ContentType

COLUMNS = ["id", "url", "title", "text", "date", "language", "source", "author"]


def table(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\r\n") -> bytes:
    """Rows as the csv module writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "\x01", "^"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_delimiter_header_and_columns_are_found(reader, articles, delimiter, end, quoting):
    """The delimiter and, by their usual names, the columns are found; everything given is kept."""
    rows = [
        [str(number), f"http://a.com/{number}", 'A "title"', text, "2012-05-02", "en", "CNN", "Ann, Bob"]
        for number, text in enumerate(articles)
    ]
    records = reader.records(table([COLUMNS, *rows], delimiter, quoting, end), "a.csv")
    assert [record.content for record in records] == list(articles)
    assert records[2].given == dict(zip(["id", "url", "title", "date", "language", "source", "author"],
                                        ["2", "http://a.com/2", 'A "title"', "2012-05-02", "en", "CNN", "Ann, Bob"],
                                        strict=True))  # fmt: skip


def test_a_table_is_told_without_its_name(reader, articles):
    """A file of another name is a table where its first row names the content and more."""
    data = table([["url", "text"], *[[f"http://a.com/{n}", text] for n, text in enumerate(articles)]])
    assert reader.contents(data, "pages.txt") == list(articles)
    assert reader.decision(data, "pages.txt").format is Format.CSV


def test_columns_are_mapped_by_name_and_number(reader):
    """Declared columns are taken and no others; a number counts from 1."""
    data = b"a,b,c,title\n1,First text.,http://x/1,T\n2,Second text.,http://x/2,U\n"
    first, _ = reader.records(data, format=Format.CSV, columns={"content": "b", "url": 3})
    assert (first.content, first.given) == ("First text.", {"url": "http://x/1"})


def test_a_file_without_header_takes_the_feeds_names(reader):
    """With `header` the first row is a record."""
    data = b"1;First text.;http://x/1\n2;Second text.;http://x/2\n"
    records = reader.records(data, format=Format.CSV, separator=";", header=("id", "body", "link"))
    assert [(record.content, record.given["url"]) for record in records] == [
        ("First text.", "http://x/1"), ("Second text.", "http://x/2")
    ]  # fmt: skip


def test_a_file_without_any_names_is_read_by_its_values(reader, articles):
    """Without a header the longest column is the content, and addresses and days are seen as such."""
    data = table([[n, f"http://x/{n}", text, f"2012-01-0{n + 1}"] for n, text in enumerate(articles)])
    records = reader.records(data, "a.csv")
    assert [record.content for record in records] == list(articles)
    assert records[1].given == {"url": "http://x/1", "date": "2012-01-02"}


def test_html_in_a_column_is_html(reader):
    """The content type is that of each record."""
    data = table([["id", "content"], [1, "<p>One</p><p>Two</p>"], [2, "It says <b> for bold."]])
    assert [record.content_type for record in reader.records(data, "a.csv")] == [ContentType.HTML, ContentType.TEXT]


def test_a_field_of_megabytes_is_whole(reader):
    """Fields are as large as the feed's record_limit allows, far beyond the csv module's 131,072 characters."""
    large = "A line of text, and more.\n" * 200_000
    data = table([["id", "text"], [1, "one"], [2, large], [3, "three"]])
    assert reader.contents(data, "a.csv") == ["one", large, "three"]


def test_a_delimiter_can_have_several_characters(reader):
    """Whatever the feed declares divides the columns."""
    data = b'id||text\n1||One | two.\n2||"Three || four."\n'
    assert reader.contents(data, format=Format.CSV, separator="||") == ["One | two.", "Three || four."]


def test_tsv_without_quoting_keeps_its_quotes(reader):
    """Where tabs divide and nothing is quoted, a quote at the beginning of a field is text."""
    data = b'id\ttext\n1\t"No," he said.\n2\tPlain text.\n3\t"Unbalanced\n'
    assert reader.contents(data, "a.tsv") == ['"No," he said.', "Plain text.", '"Unbalanced']


def test_unescaped_quotes_within_a_quoted_field_are_kept(reader):
    """A quote that is followed by neither delimiter nor line end is text."""
    data = b'id,text\n1,"He said "no" to it, twice."\n2,"And "yes" later\non, he said."\n3,fine\n'
    assert reader.contents(data, "a.csv") == ['He said "no" to it, twice.', 'And "yes" later\non, he said.', "fine"]


@pytest.mark.parametrize(
    "broken", ['2,"never closed,http://x/2', '2,"never closed",and more",http://x/2', '"2,text,http://x/2']
)
def test_a_quote_left_open_costs_its_own_row_only(reader, articles, broken):
    """The row that opens a quote and never closes it is rejected; the rows before and after are kept."""
    rows = table([["id", "text", "url"], *[[n, text, f"http://x/{n}"] for n, text in enumerate(articles)]], end="\n")
    cut = rows.index(b'2,"Min')
    data = rows[:cut] + broken.encode() + b"\n" + rows[cut:]
    outcomes = reader.records(data, "a.csv")
    assert [getattr(outcome, "content", None) for outcome in outcomes] == [*articles[:2], None, *articles[2:]]
    assert (outcomes[2].reason, outcomes[2].position) == ("malformed", cut)
    assert outcomes[2].raw == broken.encode() + b"\n"


def test_a_truncated_last_row_is_rejected_as_one(reader, articles):
    """The lines of a last row that is cut off within quotes are one rejected record."""
    data = table([["id", "text"], *enumerate(articles)], end="\n")[:-300]
    outcomes = reader.records(data, "a.csv")
    assert [outcome.content for outcome in outcomes[:-1]] == list(articles[:-1])
    assert outcomes[-1].reason == "malformed"
    assert data.endswith(outcomes[-1].raw)
    assert outcomes[-1].position == len(data) - len(outcomes[-1].raw)


def test_a_row_with_too_few_or_many_columns_is_rejected_alone(reader):
    """The number of columns is told; columns that are empty beyond the last do not count."""
    data = b"id,text,url\n1,one,u\n2,two\n3,three,u,v\n4,four,u,,\n5,five,u\n"
    assert reader.contents(data, "a.csv") == ["one", "<malformed>", "<malformed>", "four", "five"]


def test_a_table_without_the_declared_column_is_rejected_whole(reader):
    """What the file has instead is told."""
    (rejected,) = reader.records(b"id,body\n1,text\n", format=Format.CSV, columns={"content": "text"})
    assert (rejected.reason, rejected.position) == ("malformed", 0)
    assert "no column 'text' for content: the file has 'id', 'body'" in rejected.message


def test_a_table_of_numbers_is_no_archive(reader):
    """A CSV file without any text is rejected with that reason."""
    (rejected,) = reader.records(b"a,b\n1,2\n3,4\n", "a.csv")
    assert "no column holds texts" in rejected.message


def test_a_page_that_is_named_csv_is_a_page(reader, articles):
    """What a file holds counts, not its name."""
    assert reader.contents(articles[0].encode(), "a.csv") == [articles[0]]
    assert "named .csv, but" in reader.decision(articles[0].encode(), "a.csv").reasons[-1]


CELL = st.text(alphabet=st.sampled_from('ab,;"\n\r\t é|'), max_size=12)


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=300, deadline=None)
def test_what_the_csv_module_writes_is_read_back(reader, rows, delimiter, quoting, end):
    """Every table written by the csv module gives the same fields, whatever lies in them."""
    # The first column is filled, so that no row is a blank line; leading blanks before a quote are not significant.
    # A lone CR is a line end to this reader; the csv module of some Pythons does not quote it.
    rows = [
        (f"k{number}", one.replace("\r", "").strip(), f"t{two.replace(chr(13), '').strip()}")
        for number, (_, one, two) in enumerate(rows)
    ]
    data = table([("id", "title", "content"), *rows], delimiter, quoting, end)
    records = reader.records(data, format=Format.CSV, separator=delimiter)
    found = [(record.given["id"], record.given.get("title", ""), record.content) for record in records]
    assert found == rows


@given(
    data=st.binary(max_size=400) | st.text(alphabet='a,"\n\r;', max_size=200).map(str.encode),
    target=st.integers(1, 200),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_the_same_rows_in_any_ranges(reader, data, target):
    """Whatever follows a header, cutting it into ranges changes no record, position or reason."""
    data = b"id,text\n" + data
    whole = reader.records(data, format=Format.CSV, separator=",")
    _, parts = reader.in_ranges(data, target, format=Format.CSV, separator=",")
    assert parts == whole
    assert json.dumps([record.position for record in whole]) == json.dumps(sorted(record.position for record in whole))
