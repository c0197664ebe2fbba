"""Pages that no one would write, each in a process of its own: an answer, and within bounds of time and memory."""

import multiprocessing
import re
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from clippings.articles import Article
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord

SENTENCE = "The minister said on Tuesday that the talks would go on in Vienna, and nobody was surprised. "
STORY = "".join(f"<p>In round {number} of the talks no one gave way. {SENTENCE * 3}</p>" for number in range(8))
RIGHT_TO_LEFT = "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 "
SECONDS = 60
"""Processor time that a page may take, a multiple of what it takes here: what goes wrong takes minutes or for ever."""
MEGABYTES = 1500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a page: the length of its main text (None: it was rejected, `reason`), and what that took."""

    text: int | None
    reason: str
    seconds: float
    megabytes: int


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Loaded with all its models once, so that the processes of the tests find them there."""
    loaded = Pipeline.load()
    for kind, content in ((ContentType.TEXT, SENTENCE * 20), (ContentType.HTML, f"<html><body>{STORY}</body></html>")):
        assert isinstance(loaded.clip(RawRecord("f", "file", 0, content, kind)), Article)
    return loaded


def clipped(pipeline: Pipeline, content: str, kind: ContentType) -> Outcome:
    """Clip a page in a process that is ended when it takes too long."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        began = time.process_time()
        outcome = pipeline.clip(RawRecord("f", "file", 0, content, kind))
        took = time.process_time() - began
        peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
        if isinstance(outcome, Article):
            sender.send(Outcome(len(outcome.text), "", took, peak))
        else:
            sender.send(Outcome(None, outcome.reason.value, took, peak))

    process = context.Process(target=work)
    process.start()
    sender.close()
    try:
        said: Outcome = receiver.recv()
    except EOFError:
        process.join()
        pytest.fail(f"the process ended with {process.exitcode}: it crashed, or took more than {SECONDS} s")
    process.join()
    return said


TEXTS: dict[str, tuple[Callable[[], str], str]] = {
    "one line of 5 MB": (lambda: SENTENCE * 54_000, ""),
    "one word of 2 MB": (lambda: "a" * 2_000_000, ""),
    "spaces between two words": (lambda: "a" + " " * 2_000_000 + "b", ""),
    "a million commas": (lambda: "," * 1_000_000, "no-text"),
    "digits": (lambda: "1" * 500_000, ""),
    "numbers with points": (lambda: "1." * 300_000, ""),
    "dates in a line": (lambda: "12/05/2012 " * 50_000, ""),
    "dates in lines": (lambda: "May 2, 2012\n" * 15_000, ""),
    "short lines": (lambda: "abc def\n" * 60_000, ""),
    "blank lines": (lambda: "a\n" + "\n" * 500_000 + "b", ""),
    "one paragraph over and over": (lambda: (SENTENCE * 3 + "\n\n") * 5_000, ""),
    "bullets before a word": (lambda: "- " * 300_000 + "word", ""),
    "dashes in a dateline": (lambda: f"(AP) {'-' * 100} {SENTENCE * 5}", ""),
    "addresses": (lambda: "http://example.com/2012/05/02/a " * 30_000, ""),
    "right to left, with marks": (lambda: (RIGHT_TO_LEFT * 20 + "\n\n") * 1_000, ""),
    "accents on one letter": (lambda: "a" + "\u0301" * 500_000, ""),
    "NULs": (lambda: f"\0abc {SENTENCE}" * 500, ""),
    "halves of characters": (lambda: f"\ud800 abc \udfff {SENTENCE}" * 50, "undecodable"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_no_one_would_write(pipeline: Pipeline, name: str) -> None:
    """A page of text of any shape is filed, or rejected for the reason that it has no words or is no text."""
    made, reason = TEXTS[name]
    outcome = clipped(pipeline, made(), ContentType.TEXT)
    assert outcome.reason == reason
    assert outcome.megabytes < MEGABYTES


PAGES: dict[str, Callable[[], str]] = {
    "divs within one another": lambda: "<div>" * 100_000 + STORY + "</div>" * 100_000,
    "divs just too deep, and text behind": lambda: "<div>" * 300 + "</div>" * 300 + STORY,
    "tables within one another": lambda: "<table><tr><td>" * 20_000 + STORY,
    "letters within one another": lambda: "<b><i>" * 30_000 + STORY,
    "an image of 10 MB in its address": lambda: f"<img src='data:image/png;base64,{'A' * 10_000_000}'>{STORY}",
    "100,000 attributes": lambda: f"<div {' '.join(f'a{i}={i}' for i in range(100_000))}></div>{STORY}",
    "a class of 500,000 words": lambda: f"<div class='{'nav ' * 500_000}'></div>{STORY}",
    "linked data, too deep": lambda: f"<script type='application/ld+json'>{'[' * 200_000}</script>{STORY}",
    "linked data, objects too deep": lambda: (
        f"""<script type='application/ld+json'>{'{"@type":"NewsArticle","author":' * 50_000}</script>{STORY}"""
    ),
    "a script of 5 MB": lambda: f"<script>{'var a=1;' * 600_000}</script>{STORY}",
    "comments never closed": lambda: STORY + "<!--" * 300_000,
    "scripts never closed": lambda: STORY + "<script" * 100_000,
    "ampersands": lambda: STORY + "&" * 500_000,
    "options": lambda: f"<select>{'<option>abc' * 50_000}</select>{STORY}",
    "paragraphs never closed": lambda: f"<p>{SENTENCE}" * 8_000,
    "line breaks": lambda: STORY + "abc def<br>" * 30_000,
    "list items": lambda: "<li>item one two" * 20_000 + STORY,
}


@pytest.mark.parametrize("name", PAGES)
def test_html_that_no_one_would_write(pipeline: Pipeline, name: str) -> None:
    """HTML of any shape is filed, with the text that it shows."""
    outcome = clipped(pipeline, f"<html><body>{PAGES[name]()}</body></html>", ContentType.HTML)
    assert outcome.text is not None, outcome.reason
    assert outcome.text > 500
    assert outcome.megabytes < MEGABYTES


@pytest.mark.parametrize("row", ["<li><a href='/{i}'>link {i} of the day</a></li>", "<a href='/{i}'>link {i}</a> | "])
def test_a_page_of_300000_links(pipeline: Pipeline, row: str) -> None:
    """A list or a row of 300,000 links costs little more than one of 10,000: the rest is passed over."""

    def page(count: int) -> str:
        return f"<html><body>{STORY}{''.join(row.format(i=i) for i in range(count))}</body></html>"

    few, many = (clipped(pipeline, page(count), ContentType.HTML) for count in (10_000, 300_000))
    assert many.text == few.text
    assert many.seconds < 5 + 5 * few.seconds
    assert many.megabytes < few.megabytes + 600


def test_time_grows_with_the_number_of_paragraphs(pipeline: Pipeline) -> None:
    """Four times as many short paragraphs, which are text and not passed over, take about four times as long."""

    def page(count: int) -> str:
        return f"<html><body>{STORY}{''.join(f'<p>paragraph {i}</p>' for i in range(count))}</body></html>"

    few, many = (clipped(pipeline, page(count), ContentType.HTML) for count in (10_000, 40_000))
    assert many.seconds < 4 * 2.5 * max(few.seconds, 0.2)
    assert many.megabytes < MEGABYTES
