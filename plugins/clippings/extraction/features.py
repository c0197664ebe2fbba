"""What a line of a page looks like, as numbers: the input of the line model.

Everything is counted over the whole page at once (character classes by code point, cue words by a table), because a
page has hundreds of lines and the model must cost a fraction of a parser's time.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clippings.characters import code_points, letters
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
_NEWLINE = ord("\n")
_TRAILING_DOTS = ("...", "…", "[...]", "[…]")
_CUES = len(Cue)
_MOST_POWERS = 1 << 16
"""Characters of a page for whose hashes the powers are kept; for a longer page they are made anew."""


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


_BULLETS = frozenset("*+•·▪◦‣●■►-–—")
_NUMBERED = re.compile(r"^\d{1,4}[.)]\s")


def strip_bullet(line: str) -> str:
    """The line without the bullet that a text rendering puts before list items."""
    bare = line.strip()
    if bare[:1] not in _BULLETS:
        return bare
    begin = 0
    while begin < len(bare) - 1 and bare[begin] in _BULLETS and bare[begin + 1].isspace():
        begin += 2
        while bare[begin].isspace():  # the last character is no space, as the line is stripped
            begin += 1
    bare = bare[begin:]
    return "" if bare in _BULLETS else bare


def base_features(  # noqa: PLR0915
    lines: Sequence[str], bare: Sequence[str] | None = None
) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """The features of each filled line on its own.

    `bare`: the lines without their bullets, where the caller has them already.
    Returns the indices of the lines that hold something (n), their features (n × BASE), and their weight in words (n).
    """
    if bare is None:
        bare = [strip_bullet(line) for line in lines]
    filled = [i for i, line in enumerate(bare) if line]
    n = len(filled)
    if not n:
        return np.zeros(0, np.intp), np.zeros((0, BASE), np.float32), np.zeros(0, np.float32)
    kept = [bare[i] for i in filled]
    text = "\n".join(kept)
    codes = code_points(text)
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
    vocabulary = _vocabulary(text)
    cues = _cue_counts(vocabulary, n)
    first = classes[starts]
    last = classes[ends - 1]
    before_last = classes[np.maximum(ends - 2, starts)]
    size = lengths.astype(np.float32)
    per_character = counts / size[:, None]
    indices = np.array(filled, np.intp)
    gaps = np.diff(indices, prepend=-1, append=len(lines)) > 1
    given = [lines[i] for i in filled]
    outdented = [line.lstrip() for line in given]
    indents = np.fromiter(map(len, given), np.float32, n) - np.fromiter(map(len, outdented), np.float32, n)
    openings = np.fromiter((ord(line[0]) for line in outdented), np.int64, n)
    copies = Counter(kept)
    sentence_end = (last == _STOP) | ((before_last == _STOP) & ((last == _QUOTE) | (last == _BRACKET)))
    numbered = np.zeros(n, np.bool_)
    for i in np.flatnonzero(first == _DIGIT).tolist():
        numbered[i] = _NUMBERED.match(kept[i]) is not None
    function_share = cues[:, Cue.FUNCTION] / words
    prose = np.where(
        (words >= 10) & ((function_share > 0.2) | (counts[:, _IDEOGRAPH] > 15)) & (counts[:, _STOP] > 0), words, 0
    ).astype(np.float32)
    topic, hot_topic = _topic_overlap(vocabulary, prose > 0)
    _, depths = np.unique(indents, return_inverse=True)
    mass_at_depth = np.bincount(depths, weights=prose + 0.01)[depths] / float((prose + 0.01).sum())
    dated = (cues[:, Cue.DATE] > 0) & (counts[:, _DIGIT] > 0) & (words < 14)
    columns: tuple[npt.NDArray[Any], ...] = (
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
        np.fromiter((line.endswith(_TRAILING_DOTS) for line in kept), np.bool_, n),
        first == _UPPER,
        first == _LOWER,
        first == _DIGIT,
        first == _QUOTE,
        first >= _DASH,
        numbered,
        (openings == ord("*")) | (openings == ord("+")),
        openings == ord("+"),
        gaps[:-1],
        gaps[1:],
        np.minimum(indents, 60) / 20,
        np.clip(np.diff(indents, prepend=indents[:1]), -8, 8) / 4,
        np.fromiter((copies[line] > 1 for line in kept), np.bool_, n),
        function_share * 2,
        prose / 50,
        prose > 0,
        topic,
        hot_topic,
        mass_at_depth,
        dated,
    )
    features = np.empty((n, BASE), np.float32)
    for place, column in enumerate(columns):
        features[:, place] = column
    marks = cues[:, 1:]  # all kinds but function words
    features[:, len(columns) : _FIRST_CUE_FLAG] = np.minimum(marks, 3) / np.sqrt(words)[:, None]
    features[:, _FIRST_CUE_FLAG:] = marks > 0
    return indices, features, words


BASE = 44 + 2 * (_CUES - 1)
_FIRST_CUE_FLAG = 44 + _CUES - 1
PROSE_MASS = 38
PROSE = 39
DATED = 43
"""Columns of `base_features`: a line's weight as running text, whether it is such, whether it is little but a date."""


class _Vocabulary(NamedTuple):
    """The words of a page in reading order: the line and the length of each, which of the page's different words it is
    (counted from 0 to `kinds`), and a bit for every kind of cue that it belongs to."""

    lines: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    kinds: int
    bits: npt.NDArray[np.int64]


def _vocabulary(text: str) -> _Vocabulary:
    """The words of lines divided by newlines, told apart by their hashes: that is done for all of them at once."""
    codes = code_points(text.lower())
    within = np.zeros(len(codes) + 2, np.int8)
    within[1:-1] = letters(codes)
    edges = np.flatnonzero(np.diff(within))
    starts, ends = edges[::2], edges[1::2]
    hashes = _hashes(codes, starts, ends)
    order = np.argsort(hashes)
    ordered = hashes[order]
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    words = np.empty(len(ordered), np.int64)
    words[order] = np.cumsum(new) - 1
    different = ordered[new]
    known, bits_of_known = _cue_hashes()
    place = np.minimum(np.searchsorted(known, different), len(known) - 1)
    bits = np.where(known[place] == different, bits_of_known[place], 0)
    lines = np.cumsum(codes == _NEWLINE)[starts]
    return _Vocabulary(lines, ends - starts, words, len(different), bits[words])


def _hashes(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
) -> npt.NDArray[np.uint64]:
    """A number of 64 bits for each word, the polynomial of its code points: equal words have equal numbers."""
    powers, inverses = _powers(_MOST_POWERS) if len(codes) <= _MOST_POWERS else _powers.__wrapped__(len(codes))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    result: npt.NDArray[np.uint64] = (sums[ends] - sums[starts]) * inverses[starts]
    return result


@cache
def _powers(count: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The first `count` powers of an odd number modulo 2 to the 64th, and their inverses."""
    factor = 0x9E3779B97F4A7C15
    both = np.full((2, count), factor, np.uint64)
    both[1] = pow(factor, -1, 1 << 64)
    both[:, 0] = 1
    powers, inverses = np.cumprod(both, axis=1)
    return powers, inverses


@cache
def _cue_hashes() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """The hashes of all cue words, ascending, and the bits of each."""
    table = cue_table()
    text = "\n".join(table)
    lengths = np.fromiter(map(len, table), np.intp, len(table))
    ends = np.cumsum(lengths + 1) - 1
    hashes = _hashes(code_points(text), ends - lengths, ends)
    order = np.argsort(hashes)
    return hashes[order], np.array(list(table.values()), np.int64)[order]


def _cue_counts(vocabulary: _Vocabulary, n: int) -> Floats:
    """How many words of each kind of cue every line holds (n × kinds)."""
    marked = np.flatnonzero(vocabulary.bits)
    word, cue = np.nonzero(vocabulary.bits[marked][:, None] >> np.arange(_CUES) & 1)
    places = vocabulary.lines[marked][word] * _CUES + cue
    return np.bincount(places, minlength=n * _CUES).reshape(n, _CUES).astype(np.float32)


def _topic_overlap(vocabulary: _Vocabulary, running: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """How much of a line's vocabulary the page's other running text uses, and uses often (shares, 0 to 1).

    Only words that are no cues and not short count; a line without any has 0.
    """
    n = len(running)
    telling = np.flatnonzero((vocabulary.bits == 0) & (vocabulary.lengths > 3))
    if not len(telling):
        return np.zeros(n, np.float32), np.zeros(n, np.float32)
    kinds = vocabulary.kinds
    pairs = np.sort(vocabulary.lines[telling] * kinds + vocabulary.words[telling])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    lines, words = pairs // kinds, pairs % kinds
    own = running[lines]
    others = np.bincount(words[own], minlength=kinds)[words] - own
    size = np.maximum(np.bincount(lines, minlength=n), 1)
    once = np.bincount(lines[others >= 1], minlength=n) / size
    often = np.bincount(lines[others >= 3], minlength=n) / size
    return once.astype(np.float32), often.astype(np.float32)


_NEAR = (0, 2, 4, 6, 7, 17, 18, 25, 32, 36, 37, 38, 39, 35, 40, 42, 43)
"""Columns repeated for the neighbours of a line."""
_CUE_FLAGS = tuple(range(_FIRST_CUE_FLAG, BASE))
_WIDE = (0, 4, 7, 17, 18, 30, 36, 37, 38, 39, 40, 41, 42, 43, *_CUE_FLAGS)
"""Columns averaged over windows before and after a line."""
_OFFSETS = (-3, -2, -1, 1, 2, 3)
_WINDOWS = ((1, 4), (4, 11), (11, 31))
_FARTHEST = 31


def context_features(base: Floats, indices: npt.NDArray[np.intp], total: int) -> Floats:
    """The features of each line with those of its surroundings and its place on the page (n × INPUTS)."""
    n = len(base)
    features = np.zeros((n, INPUTS), np.float32)
    features[:, :BASE] = base
    at = BASE
    near = base[:, _NEAR]
    for offset in _OFFSETS:
        if offset < 0:
            features[-offset:, at : at + len(_NEAR)] = near[:offset]
        else:
            features[:-offset, at : at + len(_NEAR)] = near[offset:]
        at += len(_NEAR)
    # sums[_FARTHEST + i] is the sum over the first i lines, none for i below 0 and all for i above n
    sums = np.zeros((n + 1 + 2 * _FARTHEST, len(_WIDE)), np.float32)
    np.cumsum(base[:, _WIDE], axis=0, out=sums[_FARTHEST + 1 : _FARTHEST + 1 + n])
    sums[_FARTHEST + 1 + n :] = sums[_FARTHEST + n]
    for begin, end in _WINDOWS:
        for first, last in ((begin, end), (1 - end, 1 - begin)):
            window = features[:, at : at + len(_WIDE)]
            np.subtract(sums[_FARTHEST + last :][:n], sums[_FARTHEST + first :][:n], out=window)
            window /= end - begin
            at += len(_WIDE)
    place = np.arange(n)
    mass = base[:, PROSE_MASS] * 50
    weight = mass + 0.01
    total_mass = max(float(mass.sum()), 1.0)
    before_mass = np.cumsum(mass) - mass
    after_mass = total_mass - before_mass - mass
    comment = base[:, _CUE_FLAGS[0]]
    indents = base[:, 34]
    prose = base[:, PROSE] > 0
    columns: tuple[Any, ...] = (
        place / n,
        np.log1p(place) / 3,
        np.log1p(n - place) / 3,
        before_mass / total_mass,
        after_mass / total_mass,
        np.log1p(before_mass) / 4,
        np.log1p(after_mass) / 4,
        np.log1p(total_mass) / 4,
        np.log1p(n) / 3,
        float(base[:, PROSE].mean()),
        1.0 if total > n * 1.05 else 0.0,
        float(indents.max() > 0),
        indents - float((indents * weight).sum() / weight.sum()),
        np.minimum(np.cumsum(comment) - comment, 6) / 3,
        _lines_since(prose),
        _lines_since(prose[::-1])[::-1],
        np.cumsum(base[:, 36]) / n,
        np.log1p(np.cumsum(base[:, DATED])) / 2,
        np.log1p(float(base[:, DATED].sum())) / 2,
    )
    for column, values in enumerate(columns, at):
        features[:, column] = values
    return features


def _lines_since(marked: npt.NDArray[np.bool_]) -> Floats:
    """For each line, how many lines ago a marked one last stood, as a logarithm (0 when just before)."""
    place = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, place, -50))
    previous = np.concatenate(([-50], last[:-1]))
    return (np.log(np.minimum(place - previous, 60)) / 2).astype(np.float32)


INPUTS = BASE + len(_OFFSETS) * len(_NEAR) + 2 * len(_WINDOWS) * len(_WIDE) + 19
