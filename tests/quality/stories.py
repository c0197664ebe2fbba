"""How well copies of a story are found, and nothing else: pairs made from news pages by seeded edits, all others beside.

A page has as copies what became of it: cut by up to 30 % at either end or in the middle, words edited, other quotes,
comments added, all of it at once, and another scrape (its text page in place of its HTML, both as the extraction cuts
them). A pair counts as found where the index would bring both together (they share a band) and they are copies.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random

from tests.quality.figures import Figure

from clippings.extraction import extract, parse
from clippings.records import ContentType
from clippings.stories.reading import ReadText, read

TWINS = 40
"""Pages of which both scrapes are cut out; that takes longer than all the rest."""

FEWEST_WORDS = 80

Edit = Callable[[str, Sequence[str], Random], str]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with what it is of (a page's address) and what was done to it."""

    page: str
    edit: str
    read: ReadText


def measure(data: Path) -> list[Figure]:
    """Recall for each kind of edit and for all pairs of copies, precision over every pair of all texts."""
    texts = list(_texts(data / "main_text" / "articles"))
    by_page: dict[str, list[Text]] = {}
    for text in texts:
        by_page.setdefault(text.page, []).append(text)
    figures = []
    for edit in dict.fromkeys(text.edit for text in texts if text.edit != ORIGINAL):
        found = [
            _found(one, other)
            for group in by_page.values()
            for one, other in combinations(group, 2)
            if {one.edit, other.edit} == {ORIGINAL, edit}
        ]
        figures.append(Figure("stories", edit, "recall", sum(found) / len(found), len(found)))
    right = wrong = copies = 0
    for one, other in combinations(texts, 2):
        same = one.page == other.page
        copies += same
        if _found(one, other):
            right, wrong = right + same, wrong + (not same)
    return [
        *figures,
        Figure("stories", "all pairs", "recall", right / copies, copies),
        Figure("stories", "all pairs", "precision", right / (right + wrong), len(texts) * (len(texts) - 1) // 2),
    ]


def _found(one: Text, other: Text) -> bool:
    return one.read.meets(other.read) and one.read.is_copy_of(other.read)


def _texts(folder: Path) -> Iterator[Text]:
    """Every page's text, and what became of it."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    bodies = {key: page["articleBody"] for key, page in sorted(gold.items())}
    bodies = {key: body for key, body in bodies.items() if len(body.split()) >= FEWEST_WORDS}
    sentences = [sentence for body in bodies.values() for sentence in _sentences(body)]
    for number, (key, body) in enumerate(bodies.items()):
        yield Text(key, ORIGINAL, read(body))
        for name, edit in EDITS.items():
            random = Random(f"{key} {name}")  # noqa: S311 - the same edits every time
            yield Text(key, name, read(edit(body, sentences, random)))
        if number < TWINS:
            for scrape, kind in (("html", ContentType.HTML), ("txt", ContentType.TEXT)):
                content = gzip.decompress((folder / f"{key}.{scrape}.gz").read_bytes()).decode("utf-8", "replace")
                yield Text(key, f"scraped as {scrape}", read(extract(parse(content, kind, gold[key]["url"])).text))


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+|\n+", text) if sentence.strip()]


def _cut(text: str, _: Sequence[str], random: Random) -> str:
    """Without up to 30 % of its words: the end, the beginning, or a part in the middle."""
    words = text.split(" ")
    left_out = round(len(words) * random.uniform(0.1, 0.3))
    first = random.choice([0, len(words) - left_out, random.randrange(len(words) - left_out)])
    return " ".join(words[:first] + words[first + left_out :])


def _edited(text: str, sentences: Sequence[str], random: Random) -> str:
    """With 2 to 10 % of its words replaced by others, left out or doubled."""
    share = random.uniform(0.02, 0.1)
    words = []
    for word in text.split(" "):
        if random.random() >= share:
            words.append(word)
        else:
            words += random.choice([[], [word, word], [random.choice(random.choice(sentences).split() or ["it"])]])
    return " ".join(words)


def _quoted(text: str, sentences: Sequence[str], random: Random) -> str:
    """With 5 to 25 % of its sentences replaced by other pages', as quotes."""
    share = random.uniform(0.05, 0.25)
    own = _sentences(text)
    for place in range(len(own)):
        if random.random() < share:
            own[place] = f"“{random.choice(sentences)}”"
    return " ".join(own)


def _commented(text: str, sentences: Sequence[str], random: Random) -> str:
    """With comments below it, made of other pages' sentences, of 10 to 50 % of its length."""
    length = len(text) * random.uniform(0.1, 0.5)
    comments = ""
    while len(comments) < length:
        comments += f"\nreader{random.randrange(1000)}\n{random.choice(sentences)}\nReply"
    return f"{text}\n\nComments{comments}"


def _all_at_once(text: str, sentences: Sequence[str], random: Random) -> str:
    for edit in (_cut, _edited, _quoted, _commented):
        text = edit(text, sentences, random)
    return text


ORIGINAL = "as it is"
EDITS: dict[str, Edit] = {
    "cut": _cut,
    "words edited": _edited,
    "other quotes": _quoted,
    "comments added": _commented,
    "all at once": _all_at_once,
}
