"""The title of a page scrape: a line of its own above the main text, told from menus, kickers, ledes and captions."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from clippings.extraction.bylines import is_byline
from clippings.extraction.cues import Cue, cue_table
from clippings.extraction.datelines import is_date_line, is_dateline

_WORD = re.compile(r"[^\W\d_]+")
_REACH = 60
"""Filled lines above the main text that are looked at."""
_LONGEST = 250
_CUES = cue_table()
_DATE = 1 << Cue.DATE
_FURNITURE = sum(
    1 << cue
    for cue in (Cue.COMMENT, Cue.SHARE, Cue.LEGAL, Cue.SUBSCRIBE, Cue.NAVIGATION, Cue.ADVERTISEMENT, Cue.FILING)
)
_BREADCRUMB = re.compile(r"[>»›|/]\s*\S.*[>»›|/]|←|→|©|https?://|\bwww\.")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./]\d{1,2}[./]")
_SITE_SUFFIX = re.compile(r"(?<!\s)\s+(?:[|·•»—–-]|::)\s+[^|·•»—–]{2,40}$")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_NO_SPACES = re.compile(f"{_IDEOGRAPHS.pattern}|{_HANGUL.pattern}")
_SHORTEST_WORD = 4
_LEAST = 0.6
_NEAR_BYLINE = 3
"""Filled lines above a byline among which the title stands, where there is one."""
_SITE_NAME = 0.3
"""What speaks against a short first line of a page: more often than not it is the site's name."""
_LONGEST_SITE_NAME = 25


def find_title(bare: Sequence[str], listed: Sequence[bool], first: int, body: str) -> int | None:
    """The index of the title among `bare` (the lines without bullets); None where no line looks like one.

    `listed`: which lines above the main text had a bullet. `first`: where the main text begins. `body`: the main text,
    whose words a title shares.
    """
    vocabulary = _Vocabulary(body)
    counts = Counter(bare)
    best: tuple[float, int] | None = None
    best_below_byline: tuple[float, int] | None = None
    above = 0
    bylined = None
    top = next((i for i, line in enumerate(bare) if line), 0)
    for i in range(first - 1, -1, -1):
        line = bare[i]
        if not line:
            continue
        above += 1
        if above > _REACH or (bylined is not None and best is not None and above > bylined + _NEAR_BYLINE):
            break
        if is_byline(line):
            if bylined is None:
                # what stands between byline and text is a lede or its highlights, where a title stands above
                bylined, best_below_byline, best = above, best, None
            continue
        if is_dateline(line) or is_date_line(line):
            continue
        against = 1.0 if listed[i] else 0.0
        if i == top and len(line) <= _LONGEST_SITE_NAME:
            against += _SITE_NAME
        least = _LEAST if best is None else best[0]
        score = _score(line, vocabulary, above, counts[line], against, least)
        if score >= least:
            best = (score, i)
    best = best or best_below_byline
    return best[1] if best else None


class _Vocabulary:
    """The words of a main text, asked for those of a title."""

    def __init__(self, body: str) -> None:
        self._text = body.lower()
        self._without_spaces = _pairs(body) | _heads(body) if _NO_SPACES.search(body) else set()
        self._known: dict[str, bool] = {}

    def shares(self, word: str) -> bool:
        """Whether the text has the word (in small letters) or another form of it: forms share their first letters. Of
        ideographs and syllables it is the very pair."""
        if len(word) < _SHORTEST_WORD:
            return word in self._without_spaces
        stem = word[: max(_SHORTEST_WORD, len(word) - 3)]
        known = self._known.get(stem)
        if known is None:
            known = self._known[stem] = self._begins(stem)
        return known

    def _begins(self, stem: str) -> bool:
        """Whether a word of the text begins with the stem."""
        at = self._text.find(stem)
        while at > 0 and _WORD.match(self._text, at - 1):
            at = self._text.find(stem, at + 1)
        return at >= 0


def _score(line: str, vocabulary: _Vocabulary, above: int, copies: int, against: float, least: float) -> float:
    """What speaks for a line, less what the caller has `against` it. Where that cannot come to `least`, some number
    below it: the words of most lines need not be looked up."""
    if len(line) > _LONGEST or _BREADCRUMB.search(line):
        return -1.0
    words = _WORD.findall(line.lower())
    without_spaces = not line.isascii() and _NO_SPACES.search(line) is not None
    size = len(words) + (len(_IDEOGRAPHS.findall(line)) // 2 if without_spaces else 0)
    if size < 2 or (size < 4 and line.endswith(":")):
        return -1.0
    bits = [_CUES.get(word, 0) for word in words]
    if sum(1 for bit in bits if bit & _DATE) and _CLOCK.search(line) and size < 10:
        return -1.0
    furniture = sum(1 for bit in bits if bit & _FURNITURE) / max(len(words), 1)
    telling = [word for word, bit in zip(words, bits, strict=True) if len(word) >= _SHORTEST_WORD and not bit & 1]
    if without_spaces:
        telling = sorted(_heads(line) if _HANGUL.search(line) else _pairs(line))

    def score(shared: float) -> float:
        score = 2.2 * shared - 2.0 * furniture - 0.06 * min(above, 25)
        score += {2: -0.6, 3: 0.0}.get(size, 0.6)
        score -= 0.08 * max(0, size - 14)
        score += 0.5 if copies > 1 else 0.0
        if line[-1] in ".,;:":
            score -= 0.7 if size > 6 else 1.0
        return score - against

    if not telling:
        return score(0.0)
    if score(1.0) < least:
        return -1.0
    return score(sum(map(vocabulary.shares, telling)) / len(telling))


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring ideographs: what stands for words where no spaces divide them."""
    if not _IDEOGRAPHS.search(text):
        return set()
    return {a + b for a, b in pairwise(text) if _IDEOGRAPHS.match(a) and _IDEOGRAPHS.match(b)}


def _heads(text: str) -> set[str]:
    """The first two syllables of Korean words: particles hang on behind them."""
    return {word[:2] for word in _WORD.findall(text) if _HANGUL.match(word)}


def same_title(line: str, title: str) -> bool:
    """Whether a line is the title, perhaps with the site's name behind it."""
    if line == title:
        return True
    bare = _without_site(title)
    # what is taken off stands at the end, and no character becomes shorter by folding
    return line[: len(bare)].casefold().startswith(bare) and _SITE_SUFFIX.sub("", line).casefold() == bare


@lru_cache(maxsize=64)
def _without_site(title: str) -> str:
    return _SITE_SUFFIX.sub("", title).casefold()
