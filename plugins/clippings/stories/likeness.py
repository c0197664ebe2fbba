"""Whether two texts are copies of one story: a pure function of both, the same in either order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clippings.stories.shingles import Numbers, shingles_of

COPIED, ALIKE = 0.6, 0.3
"""Shares that make a copy wherever the shared shingles stand: of the shorter text's, and of both texts' together. A tenth
of the words edited takes a quarter of the shingles; a third cut and as much again added as comments leaves .35 of both.
A text of which less is the other's is a digest, or a report that has a brief in it."""

COPIED_THROUGHOUT, ALIKE_THROUGHOUT = 0.3, 0.15
"""Shares that are enough where what is shared runs through one of the texts: what was cut, edited and commented all at
once. Among pages on one subject from different papers the shares were at most .21 and .10."""

THROUGHOUT, THROUGHOUT_BOTH = 0.65, 0.4
"""Share of one text, and at least of either, that lies between the first and the last shared shingle. A copy cut by
30 % leaves .7 of the original; of two agency reports of which one takes over the first half of the other (the seeds 002
and 003) it is .57 and .50: they are related, not copies. An excerpt, or one story of a digest, is all of one text but
little of the other."""

STRAY = 0.05
"""Share of the shared shingles, at either end, that may stand there by chance and is not counted in."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A text's set of shingles, sorted, and where in the text each stands first, as a share of the text (0 to 1)."""

    shingles: Numbers
    places: NDArray[np.float32]


def comparable(numbers: Numbers) -> Comparable:
    """A text, given as its words as numbers, as it is compared."""
    shingles, firsts = shingles_of(numbers)
    return Comparable(shingles, (firsts / max(1, len(numbers))).astype(np.float32))


def are_copies(one: Comparable, other: Comparable) -> bool:
    """Whether the texts are copies of one story. A text that is too short to have shingles is nobody's copy."""
    shorter = min(len(one.shingles), len(other.shingles))
    if not shorter:
        return False
    both, here, there = np.intersect1d(one.shingles, other.shingles, assume_unique=True, return_indices=True)
    copied = len(both) / shorter
    alike = len(both) / (len(one.shingles) + len(other.shingles) - len(both))
    if copied >= COPIED and alike >= ALIKE:
        return True
    if copied < COPIED_THROUGHOUT or alike < ALIKE_THROUGHOUT:
        return False
    extents = _extent(one.places[here]), _extent(other.places[there])
    return max(extents) >= THROUGHOUT and min(extents) >= THROUGHOUT_BOTH


def _extent(places: NDArray[np.float32]) -> float:
    """The share of a text over which these places are spread."""
    first, last = np.quantile(places, [STRAY, 1 - STRAY])
    return float(last - first) / (1 - 2 * STRAY)
