"""Whether two texts are copies of one story: a pure function of both, the same in either order."""

from dataclasses import dataclass

import numpy as np

from clippings.stories.shingles import WORDS_A_SHINGLE, Numbers, shingles_of

COPIED = 0.6
"""Share of the shorter text's shingles that make it a copy, wherever in it they stand. A tenth of the words edited takes
a quarter of the shingles. Two agency reports of which one quotes half of the other (the seeds 002 and 003) share .57."""

COPIED_WITH_LEAD = 0.4
"""Share that is enough where each text also has most of how the other begins: what was cut, edited and commented all at
once. Reports that borrow background from one another begin differently."""

LEAD = 0.25
"""Share of a text's words that is its beginning."""

LEAD_SHARED = 0.5
"""Share of the beginning's shingles that the other text must have."""

ALIKE = 0.3
"""Share of both texts' shingles together. A text of which less is the other's is a digest, or a report that has a
brief in it, not a copy; a third cut and as much again added as comments leaves .35."""

ALIKE_WITH_LEAD = 0.2
"""The same where the beginnings agree."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A text's shingles, and those of its beginning; each sorted, without repeats."""

    shingles: Numbers
    lead: Numbers


def comparable(numbers: Numbers) -> Comparable:
    """A text, given as its words as numbers, as it is compared."""
    beginning = max(int(len(numbers) * LEAD), WORDS_A_SHINGLE)
    return Comparable(shingles_of(numbers), shingles_of(numbers[:beginning]))


def are_copies(one: Comparable, other: Comparable) -> bool:
    """Whether the texts are copies of one story. A text that is too short to have shingles is nobody's copy."""
    shorter = min(len(one.shingles), len(other.shingles))
    if not shorter:
        return False
    shared = _shared(one.shingles, other.shingles)
    alike = shared / (len(one.shingles) + len(other.shingles) - shared)
    copied = shared / shorter
    if copied >= COPIED and alike >= ALIKE:
        return True
    if copied < COPIED_WITH_LEAD or alike < ALIKE_WITH_LEAD:
        return False
    return _has_lead(one, other) and _has_lead(other, one)


def _has_lead(one: Comparable, other: Comparable) -> bool:
    return _shared(one.lead, other.shingles) >= LEAD_SHARED * len(one.lead)


def _shared(one: Numbers, other: Numbers) -> int:
    return len(np.intersect1d(one, other, assume_unique=True))
