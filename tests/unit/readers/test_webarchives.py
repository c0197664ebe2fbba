"""WARC: HTML responses, as fastwarc writes them, whole and damaged."""

import gzip
import io

import pytest
from fastwarc.warc import WarcRecord, WarcRecordType


def record(url, body, *, status=b"200 OK", content_type=b"text/html", extra=b"", kind=WarcRecordType.response) -> bytes:
    """One WARC record."""
    made = WarcRecord()
    made.init_headers(record_type=kind)
    made.headers["WARC-Target-URI"] = url
    http = b"HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n" % (status, content_type, extra, len(body))
    made.set_bytes_content(http + body)
    made.headers["Content-Type"] = "application/http; msgtype=response"
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


PAGES = [f"<html><body><p>Страница {number}</p></body></html>" for number in range(4)]
WHOLE = [record(f"http://a.com/{number}", page.encode()) for number, page in enumerate(PAGES)]


@pytest.mark.parametrize("compress", [False, True])
def test_responses_with_html_are_records(reader, compress):
    """Their address and id are given, and their position is that in the uncompressed file."""
    data = b"".join(WHOLE)
    packed = b"".join(gzip.compress(one) for one in WHOLE) if compress else data
    records = reader.records(packed, "a.warc.gz")
    assert [found.content for found in records] == PAGES
    assert [found.given["url"] for found in records] == [f"http://a.com/{number}" for number in range(4)]
    assert records[0].given["id"].startswith("urn:uuid:")
    assert [data[found.position :][:5] for found in records] == [b"WARC/"] * 4
    assert records[0].content_type == "text/html"


def test_what_is_no_page_is_passed_over(reader):
    """Redirects, errors, images, and records that are no responses are no records of the archive."""
    data = b"".join([
        record("http://a/", b"<p>moved</p>", status=b"301 Moved"),
        record("http://a/", b"<p>gone</p>", status=b"404 Not Found"),
        record("http://a/", b"\x89PNG", content_type=b"image/png"),
        record("http://a/", b"<p>asked</p>", kind=WarcRecordType.request),
        WHOLE[0],
    ])  # fmt: skip
    assert reader.contents(data) == [PAGES[0]]


def test_transfer_and_content_encodings_are_undone(reader):
    """A chunked or gzipped response is its page."""
    page = PAGES[0].encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page)
    data = record("http://a/", chunked, extra=b"Transfer-Encoding: chunked\r\n") + record(
        "http://b/", gzip.compress(page), extra=b"Content-Encoding: gzip\r\n"
    )
    assert reader.contents(data) == [PAGES[0]] * 2


def test_the_servers_and_the_pages_encoding_are_heeded(reader):
    """What the server says counts before what the page says, unless the bytes are UTF-8."""
    russian = "<html><head><meta charset='koi8-r'></head><p>Привет</p></html>"
    data = record("http://a/", russian.encode("cp1251"), content_type=b"text/html; charset=windows-1251")
    data += record("http://b/", russian.encode("koi8-r"))
    data += record("http://c/", russian.encode(), content_type=b"text/html; charset=windows-1251")
    assert reader.contents(data) == [russian] * 3


def test_damage_costs_only_the_record_it_is_in(reader):
    """Garbage, a wrong length and a cut-off end are rejected; the other records are kept."""
    longer = WHOLE[1].replace(b"Content-Length: ", b"Content-Length: 9", 1)
    data = WHOLE[0] + longer + WHOLE[2] + b"garbage\r\n\r\n" + WHOLE[3] + WHOLE[0][:-30]
    assert reader.contents(data) == [PAGES[0], "<malformed>", PAGES[2], "<malformed>", PAGES[3], "<malformed>"]
    assert reader.in_ranges(data, 100)[1] == reader.records(data)


def test_a_page_beyond_the_limit_is_rejected_alone(reader):
    """Also one that is small until it is unpacked."""
    large = b"<html>" + b"x" * 100_000 + b"</html>"
    data = (
        record("http://a/", large)
        + WHOLE[0]
        + record("http://b/", gzip.compress(large), extra=b"Content-Encoding: gzip\r\n")
    )
    assert reader.contents(data, record_limit=10_000) == ["<too-large>", PAGES[0], "<too-large>"]
