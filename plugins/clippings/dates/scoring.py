"""How likely each day on a page is the day of publication.

Boosted trees over `features`, fitted by `training/fit.py` to the day of publication of pages whose day is known; kept as
plain numbers in `model.json`. The leaves of a day add up to its score; the scores of a page's days, and nought for none
of them, are set against one another by the softmax function, so that a day's probability says how it stands among the
others. A logistic curve, fitted on pages of sites not seen, makes the probability a confidence.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clippings.dates.features import NAMES

MODEL_FILE = Path(__file__).with_name("model.json")
LARGEST_SCORE = 30.0
"""Scores beyond it say no more: the exponential of it is 10^13."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree: for each node the feature asked (-1 at a leaf), the threshold, both next nodes, and the value."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class _Forest(NamedTuple):
    """All trees side by side: for each node, whichever tree it is of, the feature asked, the threshold, both next nodes and
    the value. A leaf leads to itself. `roots`: the first node of each tree; `depth`: the steps to the farthest leaf."""

    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float64]
    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    value: npt.NDArray[np.float64]
    roots: npt.NDArray[np.intp]
    depth: int


@dataclass(frozen=True)
class Model:
    """The trees, and the slope and shift of the logistic curve that calibrates what they say."""

    trees: tuple[Tree, ...]
    slope: float
    shift: float

    @cached_property
    def _forest(self) -> _Forest:
        sizes = [len(tree.feature) for tree in self.trees]
        roots = np.cumsum([0, *sizes[:-1]])
        feature, left, right = (
            np.concatenate([getattr(tree, part) for tree in self.trees]) for part in ("feature", "left", "right")
        )
        own, first = np.arange(len(feature)), np.repeat(roots, sizes)
        leaf = feature < 0
        return _Forest(
            feature=np.where(leaf, 0, feature),
            threshold=np.concatenate([tree.threshold for tree in self.trees]),
            left=np.where(leaf, own, first + left),
            right=np.where(leaf, own, first + right),
            value=np.concatenate([tree.value for tree in self.trees]),
            roots=roots,
            depth=max(_depth(tree, 0) for tree in self.trees),
        )

    def scores(self, days: Sequence[Sequence[float]]) -> list[float]:
        """For the numbers of each day, the sum of the values of the leaves that they lead to."""
        forest = self._forest
        numbers = np.array(days, np.float64)
        place = np.arange(len(days))[:, None]
        node = np.repeat(forest.roots[None], len(days), axis=0)
        for _ in range(forest.depth):
            below = numbers[place, forest.feature[node]] <= forest.threshold[node]
            node = np.where(below, forest.left[node], forest.right[node])
        scores: list[float] = forest.value[node].sum(axis=1).tolist()
        return scores

    def probabilities(self, days: Sequence[Sequence[float]]) -> list[float]:
        """For the numbers of each day of one page how likely it is the one. They add up to less than 1: the rest is the
        likelihood that none of them is."""
        powers = [math.exp(max(-LARGEST_SCORE, min(LARGEST_SCORE, score))) for score in self.scores(days)]
        whole = 1.0 + sum(powers)
        return [power / whole for power in powers]

    def calibrated(self, probability: float) -> float:
        """The share of dates with this probability that are right."""
        least = 1e-6
        bounded = min(1 - least, max(least, probability))
        return 1 / (1 + math.exp(-(self.slope * math.log(bounded / (1 - bounded)) + self.shift)))


def _depth(tree: Tree, node: int) -> int:
    """The steps from a node to the farthest leaf below it."""
    if tree.feature[node] < 0:
        return 0
    return 1 + max(_depth(tree, tree.left[node]), _depth(tree, tree.right[node]))


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that ships."""
    data = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    if data["features"] != list(NAMES):
        raise ValueError(f"{MODEL_FILE.name} was fitted to other features: run training/fit.py")
    trees = tuple(
        Tree(*(tuple(tree[part]) for part in ("feature", "threshold", "left", "right", "value")))
        for tree in data["trees"]
    )
    return Model(trees, *data["calibration"])
