"""langdetect's own language profiles, scored in one deterministic pass.

langdetect (Nakatani Shuyo's method) draws n-grams of a text at random, several times over, and multiplies the
probabilities its profiles give them until one language stands out. Here every n-gram is taken exactly once and the
logarithms are added: the answer that the random draws converge to, without the draws. How a text is cut into n-grams
(cleaning, one form for many signs, words in capitals left out) is langdetect's way, so that its profiles fit.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import langdetect
import numpy as np
from langdetect.detector import Detector
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

from clippings.language.lookup import Lookup

SMOOTHING = 0.5 / 10_000
"""What langdetect adds to each probability (its alpha over its base frequency)."""
LONGEST = 10_000
"""Characters of a text that langdetect looks at."""
WINDOW = 250
"""Characters that are also scored on their own, to see whether the text changes its language."""
_BASIC_PLANE = 0x10000
_OUTSIDE = 0
_SPACE = 1
_SIGN = 0xFFFF
_CAPITAL = 0x10000
_LETTER = 0x20000
_BEFORE_TEXT = np.array([_OUTSIDE, _SPACE])
_COMBINING = re.compile("[\u0300-\u0323]")
_ADDRESS = re.compile(f"{Detector.URL_RE.pattern}|{Detector.MAIL_RE.pattern}")


@dataclass(frozen=True, slots=True)
class Scores:
    """What the profiles say of a text.

    `totals`: sums of log probabilities over the text, one for each of `Profiles.languages`, float64.
    `windows`: the same for each WINDOW characters that hold any known n-gram, one row a window.
    `ngrams`: how many n-grams were known to at least one profile.
    `expected`: what `totals` would come to for a text of that length in each language.
    `letters`: how many characters are letters; `unknown`: how many of the letters looked at no profile knows.
    """

    totals: NDArray[np.float64]
    windows: NDArray[np.float64]
    ngrams: int
    expected: NDArray[np.float64]
    letters: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles as arrays.

    `languages`: ISO 639-1 codes; `firsts`: the first column of each. Chinese has two columns, the others have one.
    `signs`: for each code point of the basic plane the number of its sign, 0 outside the profiles, 1 for a space,
    with the bits _CAPITAL and _LETTER where it is one.
    `ngrams`: the n-grams as numbers in the base `base`; `logs`: their rows of log probabilities, float32.
    `entropy`: for each order of n-grams (1 to 3) and each column, the log probability of the average n-gram of a
    text in that very language.
    """

    languages: tuple[str, ...]
    firsts: NDArray[np.intp]
    signs: NDArray[np.int64]
    base: int
    ngrams: Lookup
    logs: NDArray[np.float32]
    entropy: NDArray[np.float64]

    def score(self, text: str, every: int = 1) -> Scores:
        """Score the n-grams that end at each `every`-th character; of more than LONGEST characters the first LONGEST.

        With `every` at 3 each character still belongs to a trigram that is scored.
        """
        signs = np.concatenate((_BEFORE_TEXT, self.signs.take(_clean(text))))
        letters = int(np.count_nonzero(signs & _LETTER))
        marked = signs[2::every]
        both_capital = (marked & signs[1:-1:every] & _CAPITAL) != 0
        now, before, further = marked & _SIGN, signs[1:-1:every] & _SIGN, signs[:-2:every] & _SIGN
        inside = before > _SPACE
        single = ~both_capital & (now > _SPACE)
        pair = ~both_capital & (now > _OUTSIDE) & (before > _OUTSIDE) & (inside | (now > _SPACE))
        triple = pair & inside & (further > _OUTSIDE)
        pairs = before * self.base + now
        triples = further * (self.base * self.base) + pairs
        orders = (np.flatnonzero(single), np.flatnonzero(pair), np.flatnonzero(triple))
        wanted = np.concatenate((now[orders[0]], pairs[orders[1]], triples[orders[2]]))
        rows, known = self.ngrams.find(wanted)
        first, second = len(orders[0]), len(orders[0]) + len(orders[1])
        parts = known[:first], known[first:second], known[second:]
        counts = np.array([np.count_nonzero(part) for part in parts])
        rows = rows[known]
        places = np.concatenate(orders)[known]
        windows = self._sum_by_window(rows, places * every // WINDOW)
        return Scores(
            totals=self._by_language(windows.sum(axis=0)),
            windows=self._by_language(windows),
            ngrams=len(rows),
            expected=self._by_language(counts @ self.entropy),
            letters=letters,
            unknown=int(np.count_nonzero((marked & _LETTER != 0) & (now == _OUTSIDE))) * every,
        )

    def _sum_by_window(self, rows: NDArray[np.intp], windows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Sums of `logs[rows]` for each window."""
        if not len(rows):
            return np.zeros((0, self.logs.shape[1]))
        order = np.argsort(windows, kind="stable")
        starts = np.flatnonzero(np.diff(windows[order], prepend=-1))
        logs = self.logs.take(rows[order], axis=0)
        sums: NDArray[np.float64] = np.add.reduceat(logs, starts, axis=0).astype(np.float64)
        return sums

    def _by_language(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """The best of each language's columns."""
        best: NDArray[np.float64] = np.maximum.reduceat(sums, self.firsts, axis=-1)
        return best


def _clean(text: str) -> NDArray[np.integer[Any]]:
    """The code points langdetect would look at: addresses out, Vietnamese signs put together, and stray Latin
    letters out of a text in another script. Points beyond the basic plane are given as 0xFFFF."""
    if "://" in text or "@" in text:
        text = _ADDRESS.sub(" ", text)
    plain = text.isascii()
    if not plain and _COMBINING.search(text):
        text = NGram.normalize_vi(text)
    points: NDArray[np.integer[Any]] = np.frombuffer(text[:LONGEST].encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if plain:
        return points
    points = np.minimum(points, _BASIC_PLANE - 1)
    foreign = int(np.count_nonzero(points >= 0x300)) - int(np.count_nonzero(points - 0x1E00 < 0x100))
    if foreign:
        latin = points - ord("A") <= ord("z") - ord("A")
        if 2 * int(np.count_nonzero(latin)) < foreign:
            points = points[~latin]
    return points


@cache
def load() -> Profiles:
    """Read the profiles out of the installed langdetect package (a third of a second, once)."""
    folder = Path(langdetect.__file__).parent / "profiles"
    profiles = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
    profiles.sort(key=lambda profile: str(profile["name"]))
    normal = [NGram.normalize(chr(point)) for point in range(_BASIC_PLANE)]
    grams = sorted({gram for profile in profiles for gram in profile["freq"] if 1 <= len(gram) <= NGram.N_GRAM})
    alphabet = sorted({sign for gram in grams for sign in gram} - {" "})
    number = {" ": _SPACE} | {sign: place for place, sign in enumerate(alphabet, _SPACE + 1)}
    base = len(number) + 1

    def key(gram: str) -> int:
        value = 0
        for sign in gram:
            value = value * base + number[sign]
        return value

    keys = np.array([key(gram) for gram in grams], dtype=np.int64)
    order = np.argsort(keys)
    place = {grams[position]: row for row, position in enumerate(order)}
    chances = np.zeros((len(grams), len(profiles)), dtype=np.float64)
    for column, profile in enumerate(profiles):
        for gram, count in profile["freq"].items():
            if gram in place:
                chances[place[gram], column] = count / profile["n_words"][len(gram) - 1]
    codes = [str(profile["name"]).split("-")[0] for profile in profiles]
    logs = np.log(SMOOTHING + chances)
    orders = np.array([len(grams[position]) for position in order])
    marks = [_CAPITAL * sign.isupper() + _LETTER * chr(point).isalpha() for point, sign in enumerate(normal)]
    return Profiles(
        languages=tuple(dict.fromkeys(codes)),
        firsts=np.array([place for place, code in enumerate(codes) if code not in codes[:place]]),
        signs=np.array([number.get(sign, _OUTSIDE) + mark for sign, mark in zip(normal, marks, strict=True)]),
        base=base,
        ngrams=Lookup.of(keys[order]),
        logs=logs.astype(np.float32),
        entropy=np.array([(chances * logs)[orders == length].sum(axis=0) for length in (1, 2, 3)]),
    )
