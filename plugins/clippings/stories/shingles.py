"""A text as the set of its shingles: every three words that follow one another, each as a number of 32 bits.

Case, punctuation, line breaks and typography play no part. Scripts that are written without spaces are read sign by
sign. Everything here is a pure function of the text, the same on every machine.
"""

import re
from collections.abc import Iterable
from unicodedata import normalize
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]

WORDS_A_SHINGLE = 3
"""Few enough that an edited word spoils only three of them, enough that texts on one subject share hardly any."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")

_MIXERS = tuple(np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
"""Odd constants of the golden ratio and of xxHash: a word counts differently at each place of its shingle."""


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: in lower case, without marks and accents that differ by typography."""
    return WORD.findall(normalize("NFKC", text).casefold())


def word_numbers(words: Iterable[str]) -> Numbers:
    """Each word as a number of 32 bits (CRC-32 of its UTF-8)."""
    return np.fromiter((crc32(word.encode("utf-8", "surrogatepass")) for word in words), dtype=np.uint32)


def runs(numbers: Numbers, length: int) -> NDArray[np.uint64]:
    """A number of 64 bits for every `length` words that follow one another, in their order; none of a shorter text."""
    count = len(numbers) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    wide = numbers.astype(np.uint64)
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(length):
        mixed = (mixed ^ wide[place : place + count]) * _MIXERS[place % len(_MIXERS)]
        mixed ^= mixed >> np.uint64(29)
    return mixed


def shingles_of(numbers: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
    """The set of shingles, sorted, of a text's words as numbers; and the place of the word where each begins first."""
    return np.unique((runs(numbers, WORDS_A_SHINGLE) >> np.uint64(32)).astype(np.uint32), return_index=True)
