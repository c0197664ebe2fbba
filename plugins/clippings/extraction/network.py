"""The line model: a small network over the lines of a page, predicted with numpy alone.

Every line is first seen on its own (with the features of its surroundings), then again together with what the first
layer made of its neighbours, of the lines around it and of all before and after it. The weights are made by
`clippings.extraction.training` and kept as JSON beside this module.
"""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Networks of one shape, ready to predict together; their average is the model.

    `first` (inputs × networks · width) has the mean and the scale of the features in it. The other matrices have the
    networks as their first axis.
    """

    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    last: Floats
    last_bias: Floats

    @classmethod
    def of(cls, networks: Sequence[Network]) -> "Ensemble":
        """The networks put together."""
        scaled = [one.scale[:, None].astype(np.float64) * one.first for one in networks]
        biases = [one.first_bias - one.mean @ matrix for one, matrix in zip(networks, scaled, strict=True)]
        return cls(
            first=np.concatenate(scaled, axis=1).astype(np.float32),
            first_bias=np.concatenate(biases).astype(np.float32),
            second=np.stack([one.second for one in networks]),
            second_bias=np.stack([one.second_bias for one in networks])[:, None],
            last=np.stack([one.last for one in networks]),
            last_bias=np.stack([one.last_bias for one in networks])[:, None],
        )

    def likelihoods(self, features: Floats) -> Floats:
        """How likely each line of one page is MAIN (n, 0 to 1), by its features (n × inputs)."""
        hidden = features @ self.first
        hidden += self.first_bias
        np.maximum(hidden, 0, out=hidden)
        seen = _surroundings_of_each(hidden, len(self.second)) @ self.second
        seen += self.second_bias
        np.maximum(seen, 0, out=seen)
        scores = seen @ self.last + self.last_bias
        scores -= scores.max(axis=2, keepdims=True)
        np.exp(scores, out=scores)
        result: Floats = (scores[:, :, MAIN] / scores.sum(axis=2)).mean(axis=0)
        return result


def _surroundings_of_each(hidden: Floats, networks: int) -> Floats:
    """`surroundings` side by side (networks × n × VIEWS · width) for lines whose features (n × networks · width) are those
    of several networks one after another."""
    n, both = hidden.shape
    width = both // networks
    sums = _running_sums(hidden)
    lines = hidden.reshape(n, networks, width).swapaxes(0, 1)
    views = np.empty((networks, n, VIEWS, width), np.float32)
    views[:, :, 0] = lines
    for view, by in enumerate(NEAR, 1):
        if by > 0:
            views[:, :-by, view] = lines[:, by:]
            views[:, -by:, view] = 0
        else:
            views[:, -by:, view] = lines[:, :by]
            views[:, :-by, view] = 0
    for view, reach in zip(range(1 + len(NEAR), VIEWS, 2), REACHES, strict=True):
        bound = min(reach, n)
        shares = (sums / bound).reshape(n + 1, networks, width).swapaxes(0, 1)
        after, before = views[:, :, view], views[:, :, view + 1]
        np.subtract(shares[:, 1 + bound :], shares[:, 1 : n + 1 - bound], out=after[:, : n - bound])
        np.subtract(shares[:, n:], shares[:, 1 + n - bound :], out=after[:, n - bound :])
        before[:, :bound] = shares[:, :bound]
        np.subtract(shares[:, bound:n], shares[:, : n - bound], out=before[:, bound:])
    return views.reshape(networks, n, VIEWS * width)


def _running_sums(rows: Floats) -> Floats:
    """The sums over the first 0, 1, … rows (n + 1 × width), by adding what is twice as far away in each round: numpy's own
    `cumsum` goes down one column after another, and takes ten times as long."""
    sums = np.zeros((len(rows) + 1, rows.shape[1]), np.float32)
    sums[1:] = rows
    far = 1
    while far < len(rows):
        sums[far + 1 :] += sums[1:-far]
        far *= 2
    return sums
