"""The line model: a small network over the lines of a page, predicted with numpy alone.

Every line is first seen on its own (with the features of its surroundings), then again together with what the first
layer made of its neighbours, of the lines around it and of all before and after it. The weights are made by
`clippings.extraction.training` and kept as JSON beside this module.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BEFORE, MAIN, GAP, AFTER = range(4)
"""What a line is to the main text: before it, of it, within it but not of it, after it."""


def shift(hidden: Floats, by: int) -> Floats:
    """Each line's neighbour `by` lines on (negative: back); zeros beyond the page."""
    moved = np.zeros_like(hidden)
    if abs(by) < len(hidden):
        if by > 0:
            moved[:-by] = hidden[by:]
        else:
            moved[-by:] = hidden[:by]
    return moved


def sums_after(hidden: Floats, reach: int) -> tuple[Floats, Floats]:
    """For each line, the sums over the `reach` lines after and before it, divided by `reach`."""
    n = len(hidden)
    total = np.zeros((n + 1, hidden.shape[1]), np.float32)
    np.cumsum(hidden, axis=0, out=total[1:])
    place = np.arange(n)
    after = total[np.minimum(place + 1 + reach, n)] - total[place + 1]
    before = total[place] - total[np.maximum(place - reach, 0)]
    return (after / reach).astype(np.float32), (before / reach).astype(np.float32)


NEAR = (1, -1, 2, -2)
REACHES = (6, 20, 100_000)


def surroundings(hidden: Floats) -> list[Floats]:
    """The lines as they are, their neighbours, and the averages over wider and wider stretches after and before."""
    views = [hidden, *(shift(hidden, by) for by in NEAR)]
    for reach in REACHES:
        views += sums_after(hidden, min(reach, max(len(hidden), 1)))
    return views


VIEWS = 1 + len(NEAR) + 2 * len(REACHES)


@dataclass(frozen=True, slots=True)
class Network:
    """Weights of one network; `inputs` features in, four classes out."""

    mean: Floats
    scale: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    last: Floats
    last_bias: Floats

    def log_probabilities(self, features: Floats) -> Floats:
        """Log-probabilities (n × 4) of BEFORE, MAIN, GAP, AFTER for the lines of one page (features n × inputs)."""
        hidden = np.maximum((features - self.mean) * self.scale @ self.first + self.first_bias, 0)
        hidden = np.maximum(np.concatenate(surroundings(hidden), axis=1) @ self.second + self.second_bias, 0)
        scores = hidden @ self.last + self.last_bias
        scores -= scores.max(axis=1, keepdims=True)
        result: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return result
