"""The title of a page scrape: a line of its own above the main text, told from menus, kickers, ledes and captions."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
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
_LEAST = 0.6
_NEAR_BYLINE = 3
"""Filled lines above a byline among which the title stands, where there is one."""
_SITE_NAME = 0.3
"""What speaks against a short first line of a page: more often than not it is the site's name."""
_LONGEST_SITE_NAME = 25


def find_title(bare: Sequence[str], listed: Sequence[bool], first: int, body: str) -> int | None:
    """The index of the title among `bare` (the lines without bullets); None where no line looks like one.

    `listed`: which lines had a bullet. `first`: where the main text begins. `body`: the main text, whose words a title
    shares.
    """
    longer = {word for word in _WORD.findall(body.lower()) if len(word) > 3}
    vocabulary = sorted(longer | _pairs(body) | _heads(body))
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
        score = _score(line, vocabulary, above, counts[line]) - (1.0 if listed[i] else 0.0)
        if i == top and len(line) <= _LONGEST_SITE_NAME:
            score -= _SITE_NAME
        if score >= _LEAST and (best is None or score >= best[0]):
            best = (score, i)
    best = best or best_below_byline
    return best[1] if best else None


def _score(line: str, vocabulary: Sequence[str], above: int, copies: int) -> float:
    if len(line) > _LONGEST or _BREADCRUMB.search(line):
        return -1.0
    words = _WORD.findall(line.lower())
    size = len(words) + len(_IDEOGRAPHS.findall(line)) // 2
    if size < 2 or (size < 4 and line.endswith(":")):
        return -1.0
    bits = [_CUES.get(word, 0) for word in words]
    if sum(1 for bit in bits if bit & _DATE) and _CLOCK.search(line) and size < 10:
        return -1.0
    furniture = sum(1 for bit in bits if bit & _FURNITURE) / max(len(words), 1)
    telling = [word for word, bit in zip(words, bits, strict=True) if len(word) > 3 and not bit & 1]
    if _HANGUL.search(line):
        telling = sorted(_heads(line))
    elif _IDEOGRAPHS.search(line):
        telling = sorted(_pairs(line))
    shared = sum(1 for word in telling if _shares(word, vocabulary)) / len(telling) if telling else 0.0
    score = 2.2 * shared - 2.0 * furniture - 0.06 * min(above, 25)
    score += {2: -0.6, 3: 0.0}.get(size, 0.6)
    score -= 0.08 * max(0, size - 14)
    score += 0.5 if copies > 1 else 0.0
    if line[-1] in ".,;:":
        score -= 0.7 if size > 6 else 1.0
    return score


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring ideographs: what stands for words where no spaces divide them."""
    if not _IDEOGRAPHS.search(text):
        return set()
    return {a + b for a, b in pairwise(text) if _IDEOGRAPHS.match(a) and _IDEOGRAPHS.match(b)}


def _heads(text: str) -> set[str]:
    """The first two syllables of Korean words: particles hang on behind them."""
    return {word[:2] for word in _WORD.findall(text) if _HANGUL.match(word)}


def _shares(word: str, vocabulary: Sequence[str]) -> bool:
    """Whether the word, or another form of it, is in the sorted vocabulary (forms share their first letters)."""
    # What begins with a stem stands together behind the place where the stem itself would stand.
    stem = word if len(word) < 4 else word[: max(4, len(word) - 3)]
    at = bisect_left(vocabulary, stem)
    if at == len(vocabulary):
        return False
    return vocabulary[at] == word if len(word) < 4 else vocabulary[at].startswith(stem)


def same_title(line: str, title: str) -> bool:
    """Whether a line is the title, perhaps with the site's name behind it."""
    if line == title:
        return True
    squeezed = _SITE_SUFFIX.sub("", line)
    return squeezed.casefold() == _SITE_SUFFIX.sub("", title).casefold()
