"""A feed in object storage: a real server that speaks S3, on the loopback address."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from opensearchpy import OpenSearch

from clippings.errors import ConfigurationError, ServiceError
from clippings.feeds import Feed, Format
from clippings.ingestion.catalogue import known_files
from clippings.ingestion.local import run_here
from clippings.ingestion.reports import Counts, RunReport
from clippings.ingestion.run import RunKind, RunRequest
from clippings.node.ports import free_port
from clippings.readers import FileGoneError, list_files, read_file, split_ranges, stat_file
from clippings.settings import OpenSearchSettings

STORY = "The council voted on the harbour tunnel after a debate that lasted well into the night. " * 4


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of the server."""
    server = ThreadedMotoServer("127.0.0.1", free_port())
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def feed(server: str, request: pytest.FixtureRequest) -> Feed:
    """A feed under a prefix of a bucket of the test's own."""
    bucket = request.node.name.replace("_", "-")[:60].strip("-")
    options = {"key": "user", "secret": "secret", "client_kwargs": {"endpoint_url": server, "region_name": "eu-west-1"}}
    feed = Feed("bucket", "Bucket", f"s3://{bucket}/press", "0 0 * * *", date(2008, 1, 1), options=options)
    storage(feed).mkdir(bucket)
    return replace(feed, bad_share_limit=1.0)


def storage(feed: Feed) -> Any:
    """The file system that the feed lies in."""
    return fsspec.core.url_to_fs(feed.location, **feed.options)[0]


def put(feed: Feed, files: dict[str, bytes]) -> None:
    """Lay objects into the feed."""
    root = feed.location.removeprefix("s3://")
    storage(feed).pipe({f"{root}/{path}": data for path, data in files.items()})


def rows(count: int, words: str = STORY) -> bytes:
    """Records as JSON lines."""
    return b"".join(
        json.dumps({"id": number, "text": f"Story {number}. {words}"}).encode() + b"\n" for number in range(count)
    )


def test_objects_are_listed_sorted_page_by_page(feed: Feed) -> None:
    """More objects than the server names at once are all listed, sorted, without those of other prefixes and folders'
    placeholders."""
    put(feed, {f"{number % 7}/{number:04}.txt": b"x" for number in range(1_050)})
    put(replace(feed, location=feed.location + "ure"), {"other.txt": b"x"})
    storage(feed).call_s3("put_object", Bucket=feed.location.split("/")[2], Key="press/folder/")
    listed = list(list_files(feed))
    assert [stat.path for stat in listed] == sorted(f"{number % 7}/{number:04}.txt" for number in range(1_050))
    assert listed[0] == stat_file(feed, listed[0].path)
    assert listed[0].etag
    assert listed[0].modified is not None


def test_an_object_in_ranges_gives_the_same_records(feed: Feed) -> None:
    """Plain and packed objects are read; ranges of a plain one give the same records, ids and positions as the whole."""
    put(feed, {"plain.jsonl": rows(300), "packed.jsonl.gz": gzip.compress(rows(300))})
    whole = list(read_file(feed, "plain.jsonl"))
    assert len(whole) == 300
    ranges = split_ranges(feed, stat_file(feed, "plain.jsonl"), 20_000)
    assert len(ranges) > 3
    assert [record for part in ranges for record in read_file(feed, "plain.jsonl", part)] == whole
    assert [record.content for record in read_file(feed, "packed.jsonl.gz")] == [record.content for record in whole]
    assert split_ranges(feed, stat_file(feed, "packed.jsonl.gz"), 1_000) == (
        (0, stat_file(feed, "packed.jsonl.gz").size),
    )


def test_what_is_missing_or_unreachable_is_told(feed: Feed) -> None:
    """A vanished object, a bucket that does not exist and a server that does not answer are three different errors."""
    with pytest.raises(FileGoneError, match=r"gone\.txt is gone"):
        list(read_file(feed, "gone.txt"))
    with pytest.raises(ConfigurationError, match="does not exist"):
        list(list_files(replace(feed, location="s3://no-such-bucket/press")))
    nowhere = {"endpoint_url": f"http://127.0.0.1:{free_port()}", "region_name": "eu-west-1"}
    config = {"connect_timeout": 2, "retries": {"max_attempts": 0}}
    silent = replace(feed, options={**feed.options, "client_kwargs": nowhere, "config_kwargs": config})
    with pytest.raises(ServiceError, match="cannot be"):
        list(read_file(silent, "a.txt"))
    with pytest.raises(ServiceError, match="cannot be listed"):
        list(list_files(silent))


def test_a_bucket_is_ingested_and_unchanged_objects_are_not_read_again(
    feed: Feed, client: OpenSearch, opensearch: OpenSearchSettings
) -> None:
    """A run files every record of the bucket and keeps the etags; the next reads nothing; an object that is exchanged
    is taken again."""
    feed = replace(feed, format=Format.JSONL)
    put(feed, {"2012/a.jsonl": rows(3), "2012/b.jsonl": rows(2)})

    def run(number: int) -> RunReport:
        due = datetime(2012, 6, number, tzinfo=UTC)
        return run_here(client, opensearch, RunRequest(f"test/{number}", feed, RunKind.MANUAL, None, due))

    assert run(1).counts == Counts(read=5, indexed=5)
    known = known_files(client, opensearch, "bucket", ["2012/a.jsonl"])["2012/a.jsonl"]
    assert (known.etag, known.format) == (stat_file(feed, "2012/a.jsonl").etag, "jsonl")
    assert run(2).files == 0
    put(feed, {"2012/a.jsonl": rows(3, STORY.replace("tunnel", "bridge"))})
    report = run(3)
    assert (report.counts, report.removed) == (Counts(read=3, indexed=3), 3)
