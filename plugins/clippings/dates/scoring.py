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
from functools import lru_cache
from pathlib import Path

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

    def at(self, numbers: Sequence[float]) -> float:
        """The value of the leaf that these numbers lead to."""
        node = 0
        while (feature := self.feature[node]) >= 0:
            node = self.left[node] if numbers[feature] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True, slots=True)
class Model:
    """The trees, and the slope and shift of the logistic curve that calibrates what they say."""

    trees: tuple[Tree, ...]
    slope: float
    shift: float

    def probabilities(self, days: Sequence[Sequence[float]]) -> list[float]:
        """For the numbers of each day of one page how likely it is the one. They add up to less than 1: the rest is the
        likelihood that none of them is."""
        scores = [sum(tree.at(numbers) for tree in self.trees) for numbers in days]
        powers = [math.exp(max(-LARGEST_SCORE, min(LARGEST_SCORE, score))) for score in scores]
        whole = 1.0 + sum(powers)
        return [power / whole for power in powers]

    def calibrated(self, probability: float) -> float:
        """The share of dates with this probability that are right."""
        least = 1e-6
        bounded = min(1 - least, max(least, probability))
        return 1 / (1 + math.exp(-(self.slope * math.log(bounded / (1 - bounded)) + self.shift)))


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
