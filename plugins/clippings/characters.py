"""The characters of a text as numbers, so that all of them are looked at in one step."""

import re
import sys
from functools import cache

import numpy as np
import numpy.typing as npt

_WORD = r"\w+"
_LETTERS = r"[^\W\d_]+"
_DIGITS = (
    r"[\d²³¹\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff"
    r"\u2776-\u277e\u2780-\u2788\u278a-\u2792\U00010a40-\U00010a43\U00010e60-\U00010e68\U00011052-\U0001105a"
    r"\U0001f100-\U0001f10a]+"
)
"""Those of all scripts, also raised, lowered and circled ones, as `str.isdigit` has them."""


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def letters(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """For each code point whether it is a letter, as the regular expression `[^\\W\\d_]` says."""
    return _members(_LETTERS)[codes]


def count_words(text: str) -> int:
    """How many matches of `\\w+` there are in a text."""
    within = _members(_WORD)[code_points(text)]
    return int(np.count_nonzero(within[1:] & ~within[:-1]) + within[:1].sum())


def lines_with_digits(text: str) -> list[int]:
    """The lines of a text (counted from 0) that hold a digit of any script."""
    codes = code_points(text)
    lines = np.searchsorted(np.flatnonzero(codes == ord("\n")), np.flatnonzero(_members(_DIGITS)[codes]))
    different: list[int] = lines[np.diff(lines, prepend=-1) > 0].tolist()
    return different


def small(text: str) -> str:
    """A text in small letters, with a plain i for the Turkish ones and a plain s for the long one: what a pattern in small
    letters finds in it is what `re.IGNORECASE` finds in the text, in a tenth of the time."""
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")


@cache
def _members(runs: str) -> npt.NDArray[np.bool_]:
    """For every code point whether it is among those whose runs a pattern matches."""
    table = np.zeros(sys.maxunicode + 1, np.bool_)
    for match in re.finditer(runs, "".join(map(chr, range(sys.maxunicode + 1)))):
        table[match.start() : match.end()] = True
    return table
