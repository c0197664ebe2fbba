"""Passages that two texts share, and where they differ, for a reader: pure functions of both texts."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from unicodedata import normalize

import numpy as np

from clippings.stories.shingles import WORD, runs, word_numbers

PASSAGE_WORDS = 25
"""A passage of so many words that two texts share is always found in the index; a shorter one by chance."""

RUN = 10
"""Words in a row by which passages are found: so many are no turn of phrase."""

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"”»’)]*\s+|\n+")

MOST_COMPARED = 6_000_000
"""Words of one stretch times words of the other: where there are more, they are shown whole instead of word by word."""


class Kind(StrEnum):
    """Where a stretch of text stands."""

    SAME = "same"
    LEFT_OUT = "left out"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text, as it stands in one of two texts. `text` is plain: escape it."""

    kind: Kind
    text: str


def shared_passages(one: str, other: str) -> tuple[str, ...]:
    """The passages of at least ten words in a row that both texts have, as `one` writes them, in its order."""
    places = [found.span() for found in WORD.finditer(one)]
    here = runs(word_numbers(_compared(one)), RUN)
    shared = np.flatnonzero(np.isin(here, runs(word_numbers(_compared(other)), RUN)))
    passages: list[tuple[int, int]] = []
    for first in shared.tolist():
        if passages and first <= passages[-1][1]:
            passages[-1] = (passages[-1][0], first + RUN)
        else:
            passages.append((first, first + RUN))
    return tuple(one[places[first][0] : places[last - 1][1]] for first, last in passages)


def count_words(text: str) -> int:
    """The words of a text, as they are compared."""
    return sum(1 for _ in WORD.finditer(text))


def differences(one: str, other: str) -> tuple[Stretch, ...]:
    """From `one` to `other`: what is the same (as `other` writes it), what was left out and what was added.

    Case, punctuation and typography make no difference. Each stretch is as long as it can be.
    """
    stretches: list[Stretch] = []
    here, there = _sentences(one), _sentences(other)
    keys = [" ".join(_compared(each)) for each in here], [" ".join(_compared(each)) for each in there]
    for kind, first, last, start, end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        old, new = "".join(here[first:last]), "".join(there[start:end])
        if kind == "replace":
            stretches += _by_words(old, new)
        elif kind == "equal":
            stretches.append(Stretch(Kind.SAME, new))
        else:
            stretches += _replaced(old, new)
    return _merged(stretches)


def _compared(text: str) -> list[str]:
    """The words of a text as they stand in it, each in the form in which it is compared."""
    return [normalize("NFKC", word).casefold() for word in WORD.findall(text)]


def _sentences(text: str) -> list[str]:
    """The text cut after each sentence and line; together they are the text."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    starts = [0, *ends]
    return [piece for start, end in zip(starts, [*ends, len(text)], strict=True) if (piece := text[start:end])]


def _by_words(old: str, new: str) -> list[Stretch]:
    here, there = _words(old), _words(new)
    if len(here) * len(there) > MOST_COMPARED:
        return _replaced(old, new)
    keys = [" ".join(_compared(each)) for each in here], [" ".join(_compared(each)) for each in there]
    stretches: list[Stretch] = []
    for kind, first, last, start, end in SequenceMatcher(None, *keys).get_opcodes():
        if kind == "equal":
            stretches.append(Stretch(Kind.SAME, "".join(there[start:end])))
        else:
            stretches += _replaced("".join(here[first:last]), "".join(there[start:end]))
    return stretches


def _words(text: str) -> list[str]:
    """The text cut before each word but the first; together they are the text."""
    starts = [found.start() for found in WORD.finditer(text)][1:]
    return [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]


def _replaced(old: str, new: str) -> list[Stretch]:
    return [Stretch(kind, text) for kind, text in ((Kind.LEFT_OUT, old), (Kind.ADDED, new)) if text]


def _merged(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """Stretches of one kind that follow one another as one."""
    merged: list[Stretch] = []
    for one in stretches:
        if merged and merged[-1].kind is one.kind:
            merged[-1] = Stretch(one.kind, merged[-1].text + one.text)
        else:
            merged.append(one)
    return tuple(merged)
