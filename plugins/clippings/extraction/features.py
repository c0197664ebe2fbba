"""What a line of a page looks like, as numbers: the input of the line model.

Everything is counted over the whole page at once (character classes by code point, cue words by a table), because a
page has hundreds of lines and the model must cost a fraction of a parser's time.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from clippings.extraction.cues import Cue, cue_table

Floats = npt.NDArray[np.float32]

_CLASSES = 14
(
    _LOWER,
    _UPPER,
    _CASELESS,
    _IDEOGRAPH,
    _DIGIT,
    _SPACE,
    _COMMA,
    _STOP,
    _QUOTE,
    _DASH,
    _COLON,
    _BRACKET,
    _MARK,
    _OTHER,
) = range(_CLASSES)
_TOKEN = re.compile(r"[^\W\d_]+|\n")
_CUES = len(Cue)


@cache
def _class_table() -> npt.NDArray[np.uint8]:
    """The class of every code point of the basic plane; all others count as caseless letters."""
    table = np.full(0x10001, _OTHER, np.uint8)
    for code in range(0x10000):
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Ll":
            table[code] = _LOWER
        elif category in ("Lu", "Lt"):
            table[code] = _UPPER
        elif category[0] in "LM":
            table[code] = _CASELESS
        elif category[0] == "N":
            table[code] = _DIGIT
        elif category[0] == "Z" or character in "\t\n\r\x0b\x0c":
            table[code] = _SPACE
        elif category == "Pd":
            table[code] = _DASH
        elif category in ("Pi", "Pf"):
            table[code] = _QUOTE
        elif category in ("Ps", "Pe"):
            table[code] = _BRACKET
    table[0x3040:0x3100] = _IDEOGRAPH
    table[0x3400:0xA000] = _IDEOGRAPH
    table[0xAC00:0xD7B0] = _CASELESS
    table[0x10000] = _CASELESS
    for members, kind in (
        (",、，،;；", _COMMA),
        (".!?。！？।؟…．", _STOP),
        ("\"'„‚「」『』", _QUOTE),
        (":：", _COLON),
        ("|»«›‹·•→←▶►©®™@#/\\<>_*+=~^", _MARK),
    ):
        for character in members:
            table[ord(character)] = kind
    return table


_CUE_TABLE = cue_table() | {"\n": -1}
_BULLETS = frozenset("*+•·▪◦‣●■►-–—")
_NUMBERED = re.compile(r"^\d{1,4}[.)]\s")


def strip_bullet(line: str) -> str:
    """The line without the bullet that a text rendering puts before list items."""
    bare = line.strip()
    begin = 0
    while begin < len(bare) - 1 and bare[begin] in _BULLETS and bare[begin + 1].isspace():
        begin += 2
        while bare[begin].isspace():  # the last character is no space, as the line is stripped
            begin += 1
    bare = bare[begin:]
    return "" if bare in _BULLETS else bare


def base_features(lines: Sequence[str]) -> tuple[npt.NDArray[np.intp], Floats, Floats]:  # noqa: PLR0915
    """The features of each filled line on its own.

    Returns the indices of the lines that hold something (n), their features (n × BASE), and their weight in words (n).
    """
    bare = [strip_bullet(line) for line in lines]
    filled = [i for i, line in enumerate(bare) if line]
    n = len(filled)
    if not n:
        return np.zeros(0, np.intp), np.zeros((0, BASE), np.float32), np.zeros(0, np.float32)
    kept = [bare[i] for i in filled]
    text = "\n".join(kept)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    classes = _class_table()[np.minimum(codes, 0x10000)]
    lengths = np.fromiter(map(len, kept), np.int64, n)
    ends = np.cumsum(lengths + 1) - 1
    starts = ends - lengths
    line_of = np.repeat(np.arange(n), lengths + 1)[: len(codes)]
    counts = np.bincount(line_of * _CLASSES + classes, minlength=n * _CLASSES).reshape(n, _CLASSES).astype(np.float32)
    counts[:-1, _SPACE] -= 1
    wordly = classes <= _DIGIT
    begins = wordly.copy()
    begins[1:] &= ~wordly[:-1]
    words = np.bincount(line_of[begins], minlength=n).astype(np.float32)
    capitals = np.bincount(line_of[begins & (classes == _UPPER)], minlength=n).astype(np.float32)
    words += counts[:, _IDEOGRAPH] / 2
    words = np.maximum(words, 1)
    tokens = _TOKEN.findall(text.lower())
    bits = np.fromiter(map(_CUE_TABLE.get, tokens, repeat(0)), np.int64, len(tokens))
    token_line = np.cumsum(bits == -1)
    cues = _cue_counts(bits, token_line, n)
    first = classes[starts]
    last = classes[ends - 1]
    before_last = classes[np.maximum(ends - 2, starts)]
    size = lengths.astype(np.float32)
    per_character = counts / size[:, None]
    indices = np.array(filled, np.intp)
    gaps = np.diff(indices, prepend=-1, append=len(lines)) > 1
    indents = np.fromiter((len(line) - len(line.lstrip()) for line in (lines[i] for i in filled)), np.float32, n)
    bullets = np.fromiter((lines[i].lstrip()[:1] in "*+" for i in filled), np.float32, n)
    deeper = np.fromiter((lines[i].lstrip()[:1] == "+" for i in filled), np.float32, n)
    seen: dict[str, int] = {}
    for line in kept:
        seen[line] = seen.get(line, 0) + 1
    repeated = np.fromiter((seen[line] > 1 for line in kept), np.float32, n)
    sentence_end = (last == _STOP) | ((before_last == _STOP) & ((last == _QUOTE) | (last == _BRACKET)))
    trailing_dots = np.fromiter((line.endswith(("...", "…", "[...]", "[…]")) for line in kept), np.float32, n)
    numbered = np.fromiter((_NUMBERED.match(line) is not None for line in kept), np.float32, n)
    function_share = cues[:, Cue.FUNCTION] / words
    prose = np.where(
        (words >= 10) & ((function_share > 0.2) | (counts[:, _IDEOGRAPH] > 15)) & (counts[:, _STOP] > 0), words, 0
    ).astype(np.float32)
    columns: list[Any] = [
        np.log1p(words) / 3,
        np.minimum(words, 100) / 50,
        words < 4,
        words < 8,
        (words >= 15),
        np.minimum(size / words, 15) / 6,
        per_character[:, _UPPER],
        per_character[:, _DIGIT],
        per_character[:, _MARK] * 5,
        per_character[:, _OTHER] * 5,
        per_character[:, _DASH] * 5,
        np.minimum(counts[:, _MARK], 4) / 2,
        np.minimum(counts[:, _COMMA], 6) / 3,
        np.minimum(counts[:, _STOP], 8) / 4,
        np.minimum(counts[:, _QUOTE], 4) / 2,
        np.minimum(counts[:, _BRACKET], 4) / 2,
        np.minimum(counts[:, _COLON], 3),
        capitals / words,
        sentence_end,
        last == _COLON,
        last == _QUOTE,
        last == _BRACKET,
        last == _DIGIT,
        trailing_dots,
        first == _UPPER,
        first == _LOWER,
        first == _DIGIT,
        first == _QUOTE,
        first >= _DASH,
        numbered,
        bullets,
        deeper,
        gaps[:-1],
        gaps[1:],
        np.minimum(indents, 60) / 20,
        np.clip(np.diff(indents, prepend=indents[:1]), -8, 8) / 4,
        repeated,
        function_share * 2,
        prose / 50,
        prose > 0,
    ]
    topic, hot_topic = _topic_overlap(tokens, bits, token_line, prose > 0)
    _, depths = np.unique(indents, return_inverse=True)
    mass_at_depth = np.bincount(depths, weights=prose + 0.01)[depths] / float((prose + 0.01).sum())
    dated = (cues[:, Cue.DATE] > 0) & (counts[:, _DIGIT] > 0) & (words < 14)
    columns += [topic, hot_topic, mass_at_depth, dated]
    columns += [np.minimum(cues[:, cue], 3) / np.sqrt(words) for cue in Cue if cue != Cue.FUNCTION]
    columns += [cues[:, cue] > 0 for cue in Cue if cue != Cue.FUNCTION]
    return indices, np.column_stack(columns).astype(np.float32), words


BASE = 44 + 2 * (_CUES - 1)
PROSE_MASS = 38
PROSE = 39
DATED = 43
"""Columns of `base_features`: a line's weight as running text, whether it is such, whether it is little but a date."""


def _cue_counts(bits: npt.NDArray[np.int64], line_of: npt.NDArray[np.int64], n: int) -> Floats:
    """How many words of each kind of cue every line holds (n × kinds)."""
    marked = np.flatnonzero(bits > 0)
    bits, line_of = bits[marked], line_of[marked]
    cues = np.zeros((n, _CUES), np.float32)
    for cue in range(_CUES):
        which = line_of[(bits >> cue) & 1 == 1]
        cues[:, cue] = np.bincount(which, minlength=n)[:n]
    return cues


def _topic_overlap(
    tokens: list[str], bits: npt.NDArray[np.int64], line_of: npt.NDArray[np.int64], running: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """How much of a line's vocabulary the page's other running text uses, and uses often (shares, 0 to 1).

    Only words that are no cues and not short count; a line without any has 0.
    """
    n = len(running)
    lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
    telling = np.flatnonzero((bits == 0) & (lengths > 3))
    if not len(telling):
        return np.zeros(n, np.float32), np.zeros(n, np.float32)
    # equal words have equal hashes within a process, which is all that is used of them
    hashes = np.fromiter(map(hash, tokens), np.int64, len(tokens))[telling]
    _, words = np.unique(hashes, return_inverse=True)
    kinds = int(words.max()) + 1
    pairs = np.unique(line_of[telling] * kinds + words)
    lines, words = pairs // kinds, pairs % kinds
    own = running[lines]
    others = np.bincount(words[own], minlength=kinds)[words] - own
    size = np.maximum(np.bincount(lines, minlength=n), 1)
    once = np.bincount(lines[others >= 1], minlength=n) / size
    often = np.bincount(lines[others >= 3], minlength=n) / size
    return once.astype(np.float32), often.astype(np.float32)


_NEAR = (0, 2, 4, 6, 7, 17, 18, 25, 32, 36, 37, 38, 39, 35, 40, 42, 43)
"""Columns repeated for the neighbours of a line."""
_CUE_FLAGS = tuple(range(44 + _CUES - 1, BASE))
_WIDE = (0, 4, 7, 17, 18, 30, 36, 37, 38, 39, 40, 41, 42, 43, *_CUE_FLAGS)
"""Columns averaged over windows before and after a line."""
_OFFSETS = (-3, -2, -1, 1, 2, 3)
_WINDOWS = ((1, 4), (4, 11), (11, 31))


def context_features(base: Floats, indices: npt.NDArray[np.intp], total: int) -> Floats:
    """The features of each line with those of its surroundings and its place on the page (n × INPUTS)."""
    n = len(base)
    near = base[:, _NEAR]
    parts: list[Any] = [base]
    for offset in _OFFSETS:
        shifted = np.zeros_like(near)
        if offset < 0:
            shifted[-offset:] = near[:offset]
        else:
            shifted[:-offset] = near[offset:]
        parts.append(shifted)
    wide = base[:, _WIDE]
    sums = np.zeros((n + 1, wide.shape[1]), np.float32)
    np.cumsum(wide, axis=0, out=sums[1:])
    place = np.arange(n)
    for begin, end in _WINDOWS:
        after = sums[np.minimum(place + end, n)] - sums[np.minimum(place + begin, n)]
        before = sums[np.maximum(place + 1 - begin, 0)] - sums[np.maximum(place + 1 - end, 0)]
        parts += [after / (end - begin), before / (end - begin)]
    mass = base[:, PROSE_MASS] * 50
    total_mass = max(float(mass.sum()), 1.0)
    before_mass = np.cumsum(mass) - mass
    comment = base[:, _CUE_FLAGS[0]]
    parts.append(
        np.column_stack(
            [
                place / n,
                np.log1p(place) / 3,
                np.log1p(n - place) / 3,
                before_mass / total_mass,
                (total_mass - before_mass - mass) / total_mass,
                np.log1p(before_mass) / 4,
                np.log1p(total_mass - before_mass - mass) / 4,
                np.full(n, np.log1p(total_mass) / 4),
                np.full(n, np.log1p(n) / 3),
                np.full(n, float(base[:, PROSE].mean())),
                np.full(n, 1.0 if total > n * 1.05 else 0.0),
                np.full(n, float(base[:, 34].max() > 0)),
                base[:, 34] - float(np.average(base[:, 34], weights=mass + 0.01)),
                np.minimum(np.cumsum(comment) - comment, 6) / 3,
                _lines_since(base[:, PROSE] > 0),
                _lines_since(base[::-1, PROSE] > 0)[::-1],
                np.cumsum(base[:, 36]) / n,
                np.log1p(np.cumsum(base[:, DATED])) / 2,
                np.full(n, np.log1p(float(base[:, DATED].sum())) / 2),
            ]
        )
    )
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _lines_since(marked: npt.NDArray[np.bool_]) -> Floats:
    """For each line, how many lines ago a marked one last stood, as a logarithm (0 when just before)."""
    place = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, place, -50))
    previous = np.concatenate(([-50], last[:-1]))
    return (np.log(np.minimum(place - previous, 60)) / 2).astype(np.float32)


INPUTS = BASE + len(_OFFSETS) * len(_NEAR) + 2 * len(_WINDOWS) * len(_WIDE) + 19
