"""What is kept of a text in the index, so that its copies and its relatives are found there.

Bands find copies: a MinHash of the shingles, cut into bands of a few values each; two texts share a band with a
likelihood that rises steeply with the share of shingles they have in common. Fingerprints find shared passages:
of the runs of ten words, those that winnowing chooses, by content and not by place, so that two texts with the same
passage of 25 words have at least one in common.
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from datasketch import MinHash

from clippings.stories.fields import MOST_FINGERPRINTS
from clippings.stories.passages import PASSAGE_WORDS, RUN
from clippings.stories.shingles import Numbers, runs

BANDS, ROWS = 100, 3
"""Texts that share 40 % of their shingles meet in a band with a likelihood of .999, 30 % .93, 25 % .79; 1 %, as texts on
one subject may, .0001: a copy that was cut, edited and commented is found, and few others are looked at in vain."""

FEWEST_SHINGLES = 6
"""A text of fewer (of less than eight words) is nobody's copy: it is what a page says when it has nothing to say."""

TERM_BYTES = 6
"""Of a band or fingerprint; three bytes are four letters."""

ALPHABET = b"-_"

_AT_ONCE = 4096
"""Shingles that are hashed at once, so that a long text takes no more memory than a short one."""

_ONE = MinHash(num_perm=BANDS * ROWS, hashfunc=int)
"""Its permutations are those of all signatures: to draw them anew takes longer than to use them."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a text has in the index.

    `text` tells texts apart by their words alone. `bands` and `fingerprints` are empty where a text is too short.
    """

    text: str
    bands: tuple[str, ...]
    fingerprints: tuple[str, ...]


def signature_of(words: list[str], numbers: Numbers, shingles: Numbers) -> Signature:
    """The signature of a text, given as its words, these as numbers, and its shingles."""
    name = blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=12).digest()
    return Signature(b64encode(name, ALPHABET).decode("ascii"), bands_of(shingles), fingerprints_of(numbers))


def bands_of(shingles: Numbers) -> tuple[str, ...]:
    """The bands of a set of shingles: as many as `BANDS`, or none of a text that is too short."""
    if len(shingles) < FEWEST_SHINGLES:
        return ()
    sketch = MinHash(num_perm=_ONE.num_perm, hashfunc=int, permutations=_ONE.permutations, scheme=_ONE.scheme)
    for start in range(0, len(shingles), _AT_ONCE):
        sketch.update_batch(shingles[start : start + _AT_ONCE].tolist())
    rows = np.ascontiguousarray(sketch.hashvalues.reshape(BANDS, ROWS), dtype="<u4")
    return _written(
        b"".join(
            blake2b(row.tobytes(), digest_size=TERM_BYTES, salt=place.to_bytes(2, "little")).digest()
            for place, row in enumerate(rows)
        )
    )


def fingerprints_of(numbers: Numbers) -> tuple[str, ...]:
    """The fingerprints of a text's words as numbers, each once, in no particular order (winnowing: Schleimer 2003)."""
    found = runs(numbers, RUN)
    if not len(found):
        return ()
    window = min(PASSAGE_WORDS - RUN + 1, len(found))
    chosen = np.unique(np.lib.stride_tricks.sliding_window_view(found, window).min(axis=1))[:MOST_FINGERPRINTS]
    cut = chosen >> np.uint64(64 - 8 * TERM_BYTES)
    return _written(cut.astype(">u8").view(np.uint8).reshape(-1, 8)[:, -TERM_BYTES:].tobytes())


def _written(terms: bytes) -> tuple[str, ...]:
    """Terms of `TERM_BYTES` bytes each, as text."""
    text = b64encode(terms, ALPHABET).decode("ascii")
    length = TERM_BYTES * 4 // 3
    return tuple(text[start : start + length] for start in range(0, len(text), length))
