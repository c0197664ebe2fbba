"""Page scrapes made from a seed: always the same, of any number, no two alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

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
