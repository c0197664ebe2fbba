"""Page scrapes made from a seed: always the same, of any number, no two alike; or those of a file of the user's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.measure import Bench
from clippings.articles import Article, Evidence, LanguageTag, Precision, Publication, SourceTag
from clippings.records import ContentType, RawRecord

FEED = "bench"
SEPARATOR = "=" * 20

SYLLABLES = [consonant + vowel for consonant in "bdklmnrstv" for vowel in "aeiou"]
COMMON = (
    *("the", "of", "and", "to", "in", "a", "that", "for", "is", "on", "was", "with", "as", "by", "at", "from", "said"),
    *("it", "are", "be", "has", "an", "have", "which", "their", "were", "this", "not"),
)
CITIES = ("LONDON", "PARIS", "BERLIN", "MOSCOW", "WASHINGTON", "TOKYO", "NAIROBI", "LIMA")
AGENCIES = ("Reuters", "AP", "AFP", "Itar-Tass", "Xinhua", "dpa")
MENU = ("Home", "World", "Politics", "Business", "Sport", "Culture", "Weather", "Subscribe", "Log in", "Contact us")


@dataclass(frozen=True, slots=True)
class MadePage:
    """One page: its title, main text and day, and the whole scrape."""

    title: str
    text: str
    day: date
    scrape: str


def _vocabulary(random: Random) -> list[str]:
    return ["".join(random.choices(SYLLABLES, k=random.randint(2, 4))) for _ in range(6000)]


def made_pages(count: int, seed: int = 1) -> Iterator[MadePage]:
    """`count` pages of about 3 KB of main text each, with a menu, a dateline and a comment section around it."""
    random = Random(seed)  # noqa: S311 - a benchmark wants the same pages every time, not secrets
    vocabulary = _vocabulary(random)
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]

    def sentence() -> str:
        rare = random.choices(vocabulary, weights, k=random.randint(5, 12))
        words = [word for one in rare for word in ((random.choice(COMMON), one) if random.random() < 0.7 else (one,))]
        return " ".join(words).capitalize() + "."

    for number in range(count):
        day = date(2000, 1, 1) + timedelta(days=random.randrange(365 * 20))
        title = sentence()[:-1] + f" {number}"
        paragraphs = [" ".join(sentence() for _ in range(random.randint(2, 4))) for _ in range(random.randint(6, 10))]
        place = f"{random.choice(CITIES)}, {day:%B} {day.day}, {day.year} ({random.choice(AGENCIES)}) - "
        comments = [f"user{random.randrange(9999)}\n{sentence()}\nReply" for _ in range(3)]
        scrape = "\n\n".join([*MENU, title, place + paragraphs[0], *paragraphs[1:], "Comments (3)", *comments])
        yield MadePage(title, "\n\n".join(paragraphs), day, scrape)


def pages(bench: Bench, count: int, seed: int = 1) -> Iterator[MadePage]:
    """`count` pages: of the user's file where there is one (fewer where it holds fewer), otherwise made ones."""
    return made_pages(count, seed) if bench.jsonl is None else islice(_named_pages(bench.jsonl), count)


def _named_pages(file: Path) -> Iterator[MadePage]:
    """The pages of a JSON lines file, each a `text`, which is taken as a page scrape."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            text = str(json.loads(line)["text"])
            title = next((row.strip() for row in text.splitlines() if row.strip()), f"Page {number}")
            yield MadePage(title, text, date(2000, 1, 1) + timedelta(days=number % 7300), text)


def record_of(page: MadePage, number: int) -> RawRecord:
    """The page as a record of a file of its own."""
    return RawRecord(FEED, f"{number:06}.txt", 0, page.scrape, ContentType.TEXT)


def article_of(page: MadePage, number: int) -> Article:
    """The page as the article that it was made of, without the pipeline: for what is measured behind that."""
    record = record_of(page, number)
    agency = AGENCIES[number % len(AGENCIES)]
    return Article(
        id=record.id,
        feed=FEED,
        file=record.file,
        position=0,
        name=None,
        content_hash=record.digest,
        pipeline_version="bench",
        given={},
        url=f"https://news{number % 40}.example/{page.day:%Y/%m}/{number}",
        site=f"news{number % 40}.example",
        title=page.title,
        author=None,
        text=page.text,
        words=page.text.count(" "),
        doubtful=False,
        text_evidence=Evidence("lines", page.text[:200], 0.9),
        language=LanguageTag("en", 0.9, Evidence("profiles", "", 0.9)),
        publication=Publication(page.day.isoformat(), Precision.DAY, Evidence("dateline", f"{page.day:%B}", 0.9)),
        source=SourceTag(agency, Evidence("dateline", f"({agency})", 0.9)),
    )


def write_files(pages_to_write: Iterator[MadePage], folder: Path, pages_a_file: int) -> int:
    """Write pages as delimited text files of so many pages each. Returns how many pages there were."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    while chunk := list(islice(pages_to_write, pages_a_file)):
        text = "".join(f"{SEPARATOR}\n{page.scrape}\n" for page in chunk)
        (folder / f"{written:07}.txt").write_text(text, encoding="utf-8")
        written += len(chunk)
    return written
