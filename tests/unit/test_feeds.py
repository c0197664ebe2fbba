"""Feeds are read from include/feeds.yaml, and what is wrong there is named with its line."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from clippings.errors import ConfigurationError
from clippings.feeds import Feed, Format, feed_named, load_feeds
from clippings.settings import PROJECT

SMALLEST = """feeds:
  - id: a
    location: /data
    schedule: "0 6 * * *"
    start: 2020-01-01
"""


def declared(folder: Path, text: str) -> tuple[Feed, ...]:
    """The feeds of a file with this text."""
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return load_feeds(path)


def test_the_projects_own_feeds_load():
    """include/feeds.yaml declares the seeds: monthly text files from 2008 on."""
    seeds = feed_named("seeds")
    assert (seeds.schedule, seeds.start, seeds.patterns) == ("0 0 1 * *", date(2008, 1, 1), ("*.txt",))
    assert seeds.location == str(PROJECT / "include" / "seeds")
    assert seeds.format is Format.AUTO


def test_a_feed_needs_four_settings_and_the_rest_has_defaults(tmp_path: Path):
    """Id, location, schedule and start are enough."""
    (feed,) = declared(tmp_path, SMALLEST)
    assert feed == Feed("a", "a", "/data", "0 6 * * *", date(2020, 1, 1))
    assert (feed.patterns, feed.bad_share_limit, feed.remove_missing) == (("**/*",), 0.05, False)


def test_every_setting_is_taken_over(tmp_path: Path):
    """A feed with every setting comes out with every setting."""
    text = (
        SMALLEST.replace("/data", "s3://bucket/news")
        + r"""    title: News
    patterns: ["*.csv", "more/*.csv.gz"]
    options: {endpoint_url: "http://127.0.0.1:5000"}
    format: csv
    separator: ";"
    columns: {content: body, url: 2}
    header: [body, link]
    encoding: windows-1251
    date_in_path: "%Y/%m/%d"
    source: TASS
    bad_share_limit: 1
    remove_missing: true
    record_limit: 2048
"""
    )
    (feed,) = declared(tmp_path, text)
    assert feed == Feed(
        id="a",
        title="News",
        location="s3://bucket/news",
        schedule="0 6 * * *",
        start=date(2020, 1, 1),
        patterns=("*.csv", "more/*.csv.gz"),
        options={"endpoint_url": "http://127.0.0.1:5000"},
        format=Format.CSV,
        separator=";",
        columns={"content": "body", "url": 2},
        header=("body", "link"),
        encoding="windows-1251",
        date_in_path="%Y/%m/%d",
        source="TASS",
        bad_share_limit=1.0,
        remove_missing=True,
        record_limit=2048,
    )


@pytest.mark.parametrize(
    ("setting", "line", "complaint"),
    [
        ("    formt: csv", 6, "formt: there is no such setting"),
        ("    format: excel", 6, "'excel' is none of auto, text"),
        ("    bad_share_limit: 5", 6, "5.0 is not a share"),
        ("    bad_share_limit: true", 6, "True is not a number"),
        ("    remove_missing: maybe", 6, "'maybe' is not true or false"),
        ("    record_limit: 12", 6, "too few"),
        ("    encoding: klingon", 6, "no encoding 'klingon'"),
        ("    date_in_path: '%m/%d'", 6, "names no year"),
        ("    date_in_path: '%Y/%j'", 6, "%j is none of"),
        ("    date_in_path: '(?P<year>'", 6, "no template or regular expression"),
        ("    separator: ';'", 6, "only the formats csv, tsv and separated"),
        ("    format: csv\n    separator: '\"'", 7, "neither a quote"),
        ("    format: separated\n    separator: '('", 7, "no regular expression"),
        ("    columns: {body: x}", 6, "'body' is none of content, url"),
        ("    columns: {content: 0}", 6, "a column's name, or its number"),
        ("    patterns: [1]", 6, "each entry has to be a text"),
        ("    id: b", 6, "'id' is set twice"),
        ("    options: [1]", 6, "is not a mapping"),
        (
            "  - id: a\n    location: /x\n    schedule: '* * * * *'\n    start: 2020-01-01",
            6,
            "two feeds are called 'a'",
        ),
        ("  - id: b\n    location: /x\n    schedule: '* * * * *'", 6, "a feed needs start"),
        ("  - id: a/b", 6, "letters, digits"),
        ("  - id: b\n    location: /x\n    schedule: '@daily'\n    start: 2020-01-01", 8, "is not a cron"),
        ("  - id: b\n    location: /x\n    schedule: '* * * * 9'\n    start: 2020-01-01", 8, "not a cron"),
        ("  - id: b\n    location: /x\n    schedule: '* * * * *'\n    start: soon", 9, "not a date"),
        ("  - id: b\n    location: /x\n    schedule: '* * * * *'\n    start: 2020-01-01 10:00:00", 9, "not a date"),
        ("  - 5", 6, "a mapping of"),
        ("feed: 5", 6, "there is no such setting"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, setting: str, line: int, complaint: str):
    """An error names the file, the line and what is wrong there."""
    with pytest.raises(ConfigurationError) as caught:
        declared(tmp_path, SMALLEST + setting + "\n")
    assert f"feeds.yaml, line {line}: " in str(caught.value)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("text", ["", "feeds:", "[]", "a: [", "feeds: {}"])
def test_a_file_without_feeds_is_an_error(tmp_path: Path, text: str):
    """An empty or broken file is not an archive without feeds."""
    with pytest.raises(ConfigurationError, match=r"feeds\.yaml"):
        declared(tmp_path, text)


def test_a_missing_file_or_feed_is_an_error(tmp_path: Path):
    """A file that is not there, and a feed that no file declares, are named."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_feeds(tmp_path / "none.yaml")
    with pytest.raises(ConfigurationError, match=r"no feed 'x'.*seeds"):
        feed_named("x")


@pytest.mark.parametrize(
    ("expression", "path", "day"),
    [
        ("%Y/%m/%d", "cnn/2012/05/02/a.txt", date(2012, 5, 2)),
        ("%Y-%m", "2012-05.csv", date(2012, 5, 1)),
        ("%Y", "x/2012/a.txt", date(2012, 1, 1)),
        ("%Y%m%d", "a-20120502.gz", date(2012, 5, 2)),
        ("%Y%m%d", "a-1201205021.gz", None),
        ("%Y/%m/%d", "2012/13/02/a.txt", None),
        ("%Y/%m/%d", "a.txt", None),
        (r"d(?P<day>\d+)\.(?P<month>\d+)\.(?P<year>\d+)", "d2.5.2012.txt", date(2012, 5, 2)),
        (None, "2012/05/02/a.txt", None),
    ],
)
def test_a_path_names_its_day(expression: str | None, path: str, day: date | None):
    """A template or a regular expression finds the day in a path; a month or year is its first day."""
    feed = Feed("a", "a", "/", "* * * * *", date(2000, 1, 1), date_in_path=expression)
    assert feed.day_of(path) == day


def test_loading_feeds_imports_nothing_heavy():
    """DAG files load the feeds at every parse: no file system, no extraction, no Airflow comes with them."""
    code = (
        "import sys; from clippings.feeds import load_feeds; load_feeds();"
        "print([m for m in ('trafilatura', 'fsspec', 'lxml', 'numpy', 'airflow', 'upath') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT / "plugins", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
