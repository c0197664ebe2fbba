"""What is tried with any bytes whatever, and what must come of them: `Article` or `Rejected`, within bounds.

A target takes the bytes of one input and raises `Finding` where something else comes of them.
"""

import bz2
import gzip
import io
import json
import lzma
import shutil
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from clippings.articles import Article, Precision, Reason, Rejected
from clippings.feeds import Feed, Format
from clippings.pipeline import Pipeline
from clippings.readers import read_file, split_ranges, stat_file
from clippings.records import ContentType, RawRecord
from clippings.search.documents import article_of, body

SECONDS = 2.0
SECONDS_A_MEGABYTE = 20.0
"""Processor time that an input may take: so much, and so much more for each million bytes of it."""

FORMATS = (Format.AUTO, Format.SEPARATED, Format.CSV, Format.TSV, Format.JSONL, Format.HTML, Format.TEXT, Format.WARC)
RECORD_LIMIT = 100_000
RANGE_BYTES = 200


class Finding(AssertionError):
    """Something else than an article or a rejection came of an input, or it took too long."""


def within_bounds(data: bytes, work: Callable[[bytes], None]) -> None:
    """Do the work, and hold it to the processor time that such an input may take."""
    allowed = SECONDS + SECONDS_A_MEGABYTE * len(data) / 1e6
    began = time.process_time()
    work(data)
    took = time.process_time() - began
    if took > allowed:
        raise Finding(f"{len(data)} bytes took {took:.1f} s of processor time, more than {allowed:.1f} s")


@cache
def _folder() -> Path:
    """A folder for the file that is read, in memory where the system has such a place; removed by `clear`."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    return Path(tempfile.mkdtemp(prefix="clippings-fuzz-", dir=memory if memory.is_dir() else None))


def clear() -> None:
    """Remove what the targets left on disk."""
    if _folder.cache_info().currsize:
        shutil.rmtree(_folder(), ignore_errors=True)
        _folder.cache_clear()


def read(data: bytes) -> None:
    """A file of a feed: the first byte chooses its declared format, the rest is the file.

    Every outcome is a record or a rejection, in the order of the file; reading again, and reading in ranges, gives the
    same.
    """
    form = FORMATS[data[0] % len(FORMATS)] if data else Format.AUTO
    path = _folder() / "file"
    path.write_bytes(data[1:])
    feed = Feed(
        "f", "F", str(path.parent), "0 0 * * *", date(2000, 1, 1), ("*",), format=form, record_limit=RECORD_LIMIT
    )
    outcomes = list(read_file(feed, path.name))
    for outcome in outcomes:
        _check_read(outcome, data)
    if any(later.position < earlier.position for earlier, later in pairwise(outcomes) if later.file == earlier.file):
        raise Finding("records are out of order")
    ranges = split_ranges(feed, stat_file(feed, path.name), RANGE_BYTES)
    in_ranges = [outcome for part in ranges for outcome in read_file(feed, path.name, part)]
    if in_ranges != outcomes:
        raise Finding(f"{len(outcomes)} outcomes from the whole file, {len(in_ranges)} from {len(ranges)} ranges")


def _check_read(outcome: RawRecord | Rejected, data: bytes) -> None:
    if outcome.position < 0 or (not isinstance(outcome, RawRecord | Rejected)):
        raise Finding(f"an outcome that is none: {outcome!r:.200}")
    if isinstance(outcome, Rejected):
        _check_rejected(outcome)
    elif not outcome.content.strip() or "\0" in outcome.content:
        raise Finding(f"a record without text: {outcome!r:.200}")
    elif "!/" not in outcome.file and outcome.position > max(len(data), 1) * 2000:
        raise Finding("a position beyond the file")


def _check_rejected(rejected: Rejected) -> None:
    if rejected.reason is Reason.FAILED:
        raise Finding(rejected.message)
    if not rejected.message.endswith((".", ")")) or len(rejected.message) > 2000:
        raise Finding(f"a message that is no sentence: {rejected.message!r:.300}")


GIVEN: tuple[Mapping[str, str], ...] = (
    {},
    {"url": "https://www.example.com/2012/05/02/story.html"},
    {"date": "2012-05-02", "language": "en"},
)


def clip(data: bytes) -> None:
    """A page: the first byte chooses text or HTML and what is given with it, the rest is the page in UTF-8.

    What comes of it is an article that can be written, filed and read back, or a rejection; twice the same.
    """
    chosen = data[0] if data else 0
    kind = ContentType.HTML if chosen % 2 else ContentType.TEXT
    # Bytes that are no UTF-8 become halves of characters, which JSON can bring, too.
    content = data[1:].decode("utf-8", "surrogateescape")
    record = RawRecord("f", "file", 0, content, kind, given=GIVEN[chosen // 2 % len(GIVEN)])
    outcome = pipeline().clip(record, made_before=date(2020, 1, 1))
    if isinstance(outcome, Rejected):
        _check_rejected(outcome)
    elif isinstance(outcome, Article):
        _check_article(outcome)
    else:
        raise Finding(f"neither an article nor a rejection: {outcome!r:.200}")
    if pipeline().clip(record, made_before=date(2020, 1, 1)) != outcome:
        raise Finding("the same page gives two answers")


@cache
def pipeline() -> Pipeline:
    """The pipeline with the repo's rules."""
    return Pipeline.load()


def _check_article(article: Article) -> None:
    evidence = (
        article.text_evidence,
        article.language.evidence,
        article.publication.evidence,
        article.source.evidence,
        *(candidate.evidence for candidate in article.publication.candidates),
    )
    for one in evidence:
        if one is not None and not 0 <= one.confidence <= 1:
            raise Finding(f"a confidence of {one.confidence} ({one.method})")
    publication = article.publication
    if (publication.value is None) != (publication.precision is Precision.UNKNOWN):
        raise Finding(f"{publication.value} with precision {publication.precision}")
    if (
        publication.day is not None
        and publication.utc is not None
        and abs((publication.utc.date() - publication.day).days) > 1
    ):
        raise Finding(f"{publication.value} is two days")
    written = body(article)
    kept = article_of({"_id": article.id, "_source": json.loads(json.dumps(written))})
    if kept.article_hash != written["article_hash"]:
        raise Finding("the article is not read back as it was filed")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to try: what is done with an input, and whole files to begin with."""

    work: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


def _pages() -> Iterator[bytes]:
    """The golden pages: what a first byte makes text or HTML of."""
    golden = Path(__file__).parents[1] / "golden"
    for file in sorted(golden.glob("*/page.*")):
        yield bytes([file.suffix == ".html"]) + file.read_bytes()[:20_000]


_FILES = (
    (1, b"first page. It has a sentence.\n=====\nsecond page. Another sentence.\n=====\nthird\n"),
    (1, b"=== one ===\nfirst\n=== two ===\nsecond\n"),
    (1, b"first\n\x0csecond\n\x0cthird\n"),
    (2, b'id,title,text,date\n1,A,"said ""no"", twice\nand left",2012-05-02\n2,B,second text,2012\n'),
    (3, b"id\ttext\n1\tfirst\n2\tsecond\n"),
    (4, b'{"id": 1, "text": "first", "url": "http://a.example/"}\n{"id": 2, "text": "sec\\u00f6nd"}\n'),
    (5, b"<!DOCTYPE html><html><head><meta charset=utf-8><title>T</title></head><body><p>One.</p></body></html>"),
    (0, "Первая страница. Она коротка.\n".encode("utf-16")),
    (0, "Первая страница. Она коротка, но слов в ней хватит.\n".encode("cp1251")),
    (7, b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nContent-Length: 70\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><p>One.</p></html>\r\n\r\n\r\n"),
)  # fmt: skip


def _files() -> Iterator[bytes]:
    """Small files of every format, as they are and packed."""
    for form, data in _FILES:
        yield bytes([form]) + data
        for packed in _packed(data):
            yield b"\0" + packed


def _packed(data: bytes) -> Iterator[bytes]:
    """The same bytes in every kind of compression and archive."""
    yield gzip.compress(data, mtime=0)
    yield bz2.compress(data)
    yield lzma.compress(data)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), data)
        archive.writestr(zipfile.ZipInfo("b.txt"), data)
    yield zipped.getvalue()
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w") as bundle:
        member = tarfile.TarInfo("a.txt")
        member.size = len(data)
        bundle.addfile(member, io.BytesIO(data))
    yield tarred.getvalue()


TARGETS = {"readers": Target(read, _files), "pipeline": Target(clip, _pages)}
