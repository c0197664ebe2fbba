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

import langdetect
import numpy as np
from langdetect.detector import Detector
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

SMOOTHING = 0.5 / 10_000
"""What langdetect adds to each probability (its alpha over its base frequency)."""
LONGEST = 10_000
"""Characters of a text that langdetect looks at."""
WINDOW = 250
"""Characters that are also scored on their own, to see whether the text changes its language."""
_BASIC_PLANE = 0x10000
_OUTSIDE = 0
_SPACE = 1
_ADDRESS = re.compile(f"{Detector.URL_RE.pattern}|{Detector.MAIL_RE.pattern}")


@dataclass(frozen=True, slots=True)
class Scores:
    """What the profiles say of a text.

    `totals`: sums of log probabilities over the text, one for each of `Profiles.languages`, float64.
    `windows`: the same for each WINDOW characters that hold any known n-gram, one row a window.
    `ngrams`: how many n-grams were known to at least one profile.
    `letters`: how many characters counted as letters; `unknown`: how many of them no profile knows.
    """

    totals: NDArray[np.float64]
    windows: NDArray[np.float64]
    ngrams: int
    letters: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles as arrays.

    `languages`: ISO 639-1 codes; `firsts`: the first column of each. Chinese has two columns, the others have one.
    `signs`: for each code point of the basic plane the number of its sign, 0 outside the profiles, 1 for a space;
    `letters`, `capitals`: whether it is a letter, a capital.
    `keys`: the n-grams as numbers in the base `base`, ascending; `logs`: their rows of log probabilities, float32.
    """

    languages: tuple[str, ...]
    firsts: NDArray[np.int64]
    signs: NDArray[np.int64]
    letters: NDArray[np.bool_]
    capitals: NDArray[np.bool_]
    base: int
    keys: NDArray[np.int64]
    logs: NDArray[np.float32]

    def score(self, text: str) -> Scores:
        """Score one text; of more than LONGEST characters the first LONGEST."""
        points = _clean(text)
        signs = np.concatenate(([_SPACE], self.signs[points]))
        capitals = np.concatenate(([False], self.capitals[points]))
        now, before = signs[1:], signs[:-1]
        further = np.concatenate(([_OUTSIDE], before[:-1]))
        heard = ~(capitals[1:] & capitals[:-1])
        base = self.base
        single = heard & (now > _SPACE)
        pair = heard & (now > _OUTSIDE) & (before > _OUTSIDE) & ((now > _SPACE) | (before > _SPACE))
        triple = pair & (before > _SPACE) & (further > _OUTSIDE)
        pairs = before * base + now
        wanted = np.concatenate((now[single], pairs[pair], (further * base * base + pairs)[triple]))
        rows = np.searchsorted(self.keys, wanted)
        known = self.keys[np.minimum(rows, len(self.keys) - 1)] == wanted
        rows = rows[known]
        places = np.concatenate((np.flatnonzero(single), np.flatnonzero(pair), np.flatnonzero(triple)))[known] // WINDOW
        letters = self.letters[points]
        windows = self._sum_by_window(rows, places)
        return Scores(
            totals=self._by_language(windows.sum(axis=0)),
            windows=self._by_language(windows),
            ngrams=len(rows),
            letters=int(letters.sum()),
            unknown=int((letters & (now == _OUTSIDE)).sum()),
        )

    def _sum_by_window(self, rows: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Sums of `logs[rows]` for each value in `places`."""
        if not len(rows):
            return np.zeros((0, self.logs.shape[1]))
        order = np.argsort(places, kind="stable")
        starts = np.flatnonzero(np.diff(places[order], prepend=-1))
        sums: NDArray[np.float64] = np.add.reduceat(self.logs[rows[order]], starts, axis=0).astype(np.float64)
        return sums

    def _by_language(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """The best of each language's columns."""
        best: NDArray[np.float64] = np.maximum.reduceat(sums, self.firsts, axis=-1)
        return best


def _clean(text: str) -> NDArray[np.int64]:
    """The code points langdetect would look at: addresses out, Vietnamese signs put together, and stray Latin
    letters out of a text in another script."""
    if "://" in text or "@" in text:
        text = _ADDRESS.sub(" ", text)
    if not text.isascii():
        text = NGram.normalize_vi(text)
    points = np.frombuffer(text[:LONGEST].encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    points = np.where(points < _BASIC_PLANE, points, 0xFFFF)
    latin = (points >= ord("A")) & (points <= ord("z"))
    foreign = (points >= 0x300) & ~((points >= 0x1E00) & (points <= 0x1EFF))
    if 2 * int(latin.sum()) < int(foreign.sum()):
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
    return Profiles(
        languages=tuple(dict.fromkeys(codes)),
        firsts=np.array([place for place, code in enumerate(codes) if code not in codes[:place]]),
        signs=np.array([number.get(sign, _OUTSIDE) for sign in normal], dtype=np.int64),
        letters=np.array([chr(point).isalpha() for point in range(_BASIC_PLANE)]),
        capitals=np.array([sign.isupper() for sign in normal]),
        base=base,
        keys=keys[order],
        logs=np.log(SMOOTHING + chances).astype(np.float32),
    )
